package systole.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** {@code corosync link}: the links between the nodes, as the file of this node has them. Edits the lines and leaves the rest alone. */
final class LinkVerbs {
    private static final Pattern ADDRESS = Pattern.compile("(\\s*)ring([0-7])_addr\\s*:\\s*(\\S+)\\s*");
    private static final Pattern NAME = Pattern.compile("\\s*name\\s*:\\s*(\\S+)\\s*");
    private static final int MOST_LINKS = 8;
    private static final List<String> DEEDS = List.of("show", "add", "update", "remove");

    private LinkVerbs() {}

    /** One {@code node} section of the file. */
    private static final class NodeLines {
        private String name = "";
        private int lastAddress = -1;
        private String indent = "        ";
        private final TreeMap<Integer, String> addresses = new TreeMap<>();
        private final TreeMap<Integer, Integer> lines = new TreeMap<>();
    }

    static Verb verb() {
        return Verb.of("link", "Show, add, change or remove a link between the nodes, in the file of this node.")
                .maybe("show|add|update|remove", Verb.Kind.WORD, "what to do; default: show")
                .any("LINK|NODE=ADDRESS", Verb.Kind.WORD, "number of the link (not for add), then addresses of nodes")
                .example("systole corosync link add n1=10.1.0.1 n2=10.1.0.2 n3=10.1.0.3")
                .example("systole corosync link update 1 n2=10.1.0.22")
                .example("systole corosync link remove 1")
                .does(LinkVerbs::run);
    }

    private static int run(Call call) {
        String word = call.one("show|add|update|remove", "show");
        String deed = Words.resolve(word, DEEDS)
                .orElseThrow(() -> new UsageException(
                        "'" + word + "' cannot be done with a link" + NearestWord.hint(word, DEEDS),
                        "write show, add, update or remove"));
        Path file = OtherNodes.file(call.session());
        String before = FileBackend.read(file);
        List<String> lines = new ArrayList<>(before.lines().toList());
        List<NodeLines> nodes = nodes(lines);
        List<String> words = new ArrayList<>(call.all("LINK|NODE=ADDRESS"));
        TreeSet<Integer> links = new TreeSet<>();
        nodes.forEach(node -> links.addAll(node.addresses.keySet()));
        if (deed.equals("show")) {
            return show(call, nodes, links);
        }
        int link = deed.equals("add") ? free(links) : existing(words, links);
        if (deed.equals("remove")) {
            if (!words.isEmpty()) {
                throw new UsageException(
                        "'" + words.get(0) + "' is one argument too many", "write: corosync link remove LINK");
            }
            remove(lines, nodes, link, links);
        } else {
            Map<String, String> addresses = addresses(words, nodes);
            if (deed.equals("add") && addresses.size() < nodes.size()) {
                List<String> missing =
                        new ArrayList<>(nodes.stream().map(node -> node.name).toList());
                missing.removeAll(addresses.keySet());
                throw new UsageException(
                        "the new link lacks addresses of " + String.join(", ", missing),
                        "write NODE=ADDRESS for each node");
            }
            set(lines, nodes, link, addresses);
        }
        CorosyncVerbs.write(call, file, before, String.join("\n", lines) + "\n");
        return ExitCode.OK.number();
    }

    private static List<NodeLines> nodes(List<String> lines) {
        List<NodeLines> nodes = new ArrayList<>();
        List<String> open = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.endsWith("{")) {
                open.add(line.substring(0, line.length() - 1).strip());
                if (open.equals(List.of("nodelist", "node"))) {
                    nodes.add(new NodeLines());
                }
            } else if (line.equals("}") && !open.isEmpty()) {
                open.remove(open.size() - 1);
            } else if (open.equals(List.of("nodelist", "node"))) {
                take(nodes.get(nodes.size() - 1), lines.get(i), i);
            }
        }
        for (NodeLines node : nodes) {
            if (node.name.isEmpty() && !node.addresses.isEmpty()) {
                node.name = node.addresses.firstEntry().getValue();
            }
        }
        return nodes;
    }

    private static void take(NodeLines node, String line, int at) {
        Matcher address = ADDRESS.matcher(line);
        Matcher name = NAME.matcher(line);
        if (name.matches()) {
            node.name = name.group(1);
        } else if (address.matches()) {
            int link = Integer.parseInt(address.group(2));
            node.indent = address.group(1);
            node.lastAddress = at;
            node.addresses.put(link, address.group(3));
            node.lines.put(link, at);
        }
    }

    private static int free(TreeSet<Integer> links) {
        for (int link = 0; link < MOST_LINKS; link++) {
            if (!links.contains(link)) {
                return link;
            }
        }
        throw new BadInputException(
                "", "there are " + MOST_LINKS + " links, more are not possible", "remove one first");
    }

    private static int existing(List<String> words, TreeSet<Integer> links) {
        if (words.isEmpty()) {
            throw new UsageException("the number of the link is missing", "see the links: systole corosync link show");
        }
        String word = words.remove(0);
        if (!word.matches("[0-9]") || !links.contains(Integer.parseInt(word))) {
            throw new BadInputException(
                    "",
                    "there is no link '" + word + "', but "
                            + String.join(
                                    ", ", links.stream().map(String::valueOf).toList()),
                    "see the links: systole corosync link show");
        }
        return Integer.parseInt(word);
    }

    private static Map<String, String> addresses(List<String> words, List<NodeLines> nodes) {
        List<String> names = nodes.stream().map(node -> node.name).toList();
        Map<String, String> addresses = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 1 || equals == word.length() - 1 || word.matches(".*\\s.*")) {
                throw new UsageException(
                        "'" + word + "' is no node with its address",
                        "write NODE=ADDRESS; options of a link are set by systole corosync edit");
            }
            String name = word.substring(0, equals);
            if (!names.contains(name)) {
                throw new BadInputException(
                        "",
                        "node '" + name + "' is not in the file" + NearestWord.hint(name, names),
                        "see: corosync link show");
            }
            if (addresses.put(name, word.substring(equals + 1)) != null) {
                throw new UsageException("node '" + name + "' is named twice", "name each node once");
            }
        }
        if (addresses.isEmpty()) {
            throw new UsageException("no address is given", "write NODE=ADDRESS …");
        }
        return addresses;
    }

    /** From the last node to the first, so that line numbers before stay true. */
    private static void set(List<String> lines, List<NodeLines> nodes, int link, Map<String, String> addresses) {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            NodeLines node = nodes.get(i);
            String address = addresses.get(node.name);
            if (address == null) {
                continue;
            }
            String line = node.indent + "ring" + link + "_addr: " + address;
            Integer present = node.lines.get(link);
            if (present != null) {
                lines.set(present, line);
            } else {
                lines.add(node.lastAddress + 1, line);
            }
        }
    }

    private static void remove(List<String> lines, List<NodeLines> nodes, int link, TreeSet<Integer> links) {
        if (links.size() == 1) {
            throw new BadInputException("", "link " + link + " is the only one", "add another link first");
        }
        if (String.join("\n", lines).matches("(?s).*\\blinknumber\\s*:\\s*" + link + "\\b.*")) {
            throw new BadInputException(
                    "",
                    "the file has options of link " + link + " (interface, linknumber: " + link + ")",
                    "take that section out first: systole corosync edit");
        }
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Integer at = nodes.get(i).lines.get(link);
            if (at != null) {
                lines.remove(at.intValue());
            }
        }
    }

    private static int show(Call call, List<NodeLines> nodes, TreeSet<Integer> links) {
        List<Object> json = new ArrayList<>();
        for (int link : links) {
            Map<String, String> addresses = new LinkedHashMap<>();
            nodes.forEach(node -> addresses.put(node.name, node.addresses.getOrDefault(link, "-")));
            if (call.session().json()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("link", link);
                fields.put("addresses", addresses);
                json.add(fields);
            } else {
                call.out().println("Link " + link + ":");
                addresses.forEach((node, address) -> call.out().println("  " + node + ": " + address));
            }
        }
        if (call.session().json()) {
            call.out().println(Output.of(json));
        }
        return ExitCode.OK.number();
    }
}
