package systole.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import systole.model.Element;

/**
 * Makes the manual pages of an installation: {@code ManualPages TREE} writes {@code TREE/share/man}. Run by the build.
 *
 * <p>Nothing is written twice: {@code systole.8} comes from the table of verbs, {@code systoled.8} from what
 * {@code systoled --help} prints, and the page of an agent from its own meta-data, so that no page can tell of a parameter
 * that is not there. The same input gives the same bytes.
 */
public final class ManualPages {
    private static final String AGENTS = "OCF resource agents";
    private static final String ADMINISTRATION = "Systole";
    private static final Map<String, String> ACTIONS = Map.ofEntries(
            Map.entry("start", "Starts the resource."),
            Map.entry("stop", "Stops the resource."),
            Map.entry("monitor", "Says whether the resource runs, and whether it works."),
            Map.entry("status", "Says whether the resource runs."),
            Map.entry("promote", "Promotes this instance."),
            Map.entry("demote", "Demotes this instance."),
            Map.entry("notify", "Is told what the cluster is about to do with other instances, or has done."),
            Map.entry("reload", "Takes over changed parameters without a restart."),
            Map.entry("reload-agent", "Takes over changed parameters without a restart."),
            Map.entry("migrate_to", "Hands the resource over to another node, on the node it leaves."),
            Map.entry("migrate_from", "Takes the resource over from another node, on the node it comes to."),
            Map.entry("validate-all", "Checks the parameters."),
            Map.entry("meta-data", "Prints what the agent says about itself."),
            Map.entry("metadata", "Prints what the agent says about itself."),
            Map.entry("off", "Makes the node dead."),
            Map.entry("on", "Lets the node come back."),
            Map.entry("reboot", "Makes the node dead and lets it come back."),
            Map.entry("list", "Lists the nodes that it can fence."),
            Map.entry("list-status", "Lists the nodes that it can fence, with their state."));

    private final String source = "Systole " + Systole.version();
    private final Path tree;
    private final InstalledAgents agents;

    ManualPages(Path tree) {
        this.tree = tree;
        this.agents = new InstalledAgents(Map.of(), Optional.of(tree));
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        if (args.length != 1) {
            System.err.println("usage: ManualPages TREE");
            System.exit(ExitCode.USAGE.number());
        }
        Path tree = Path.of(args[0]).toAbsolutePath();
        Process daemon = new ProcessBuilder(tree.resolve("bin/systoled").toString(), "--help")
                .redirectErrorStream(true)
                .start();
        String help = new String(daemon.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (daemon.waitFor() != 0 || help.isBlank()) {
            throw new IOException("systoled --help ended with " + daemon.exitValue() + " and printed '" + help + "'");
        }
        ManualPages pages = new ManualPages(tree);
        Path folder = tree.resolve("share/man");
        for (Map.Entry<String, String> page : pages.all(help).entrySet()) {
            String name = page.getKey();
            Path file = folder.resolve("man" + name.charAt(name.length() - 1)).resolve(name + ".gz");
            Files.createDirectories(file.getParent());
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
                gzip.write(page.getValue().getBytes(StandardCharsets.US_ASCII));
            }
            Files.write(file, packed.toByteArray());
        }
    }

    /** All pages by file name, as {@code ocf_systole_ip.7}. */
    Map<String, String> all(String daemonHelp) throws IOException {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("systole.8", commandLine());
        pages.put("systoled.8", daemon(daemonHelp));
        for (String type : programs(tree.resolve("agents/ocf/resource.d/systole"), "")) {
            pages.put("ocf_systole_" + type + ".7", resourceAgent(type, described("ocf", "systole", type)));
        }
        for (String type : programs(tree.resolve("libexec"), "fence_")) {
            pages.put(type + ".8", fenceAgent(type, described("stonith", "", type)));
        }
        return pages;
    }

    private static List<String> programs(Path folder, String prefix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix) && !name.startsWith("."))
                    .sorted()
                    .toList();
        }
    }

    private Element described(String agentClass, String provider, String type) throws IOException {
        return agents.metadata(agentClass, provider, type)
                .orElseThrow(() -> new IOException("agent " + type + " prints no meta-data that can be read"));
    }

    // ---- agents ---------------------------------------------------------------------------------------------------

    private String resourceAgent(String type, Element document) {
        String name = "ocf_systole_" + type;
        Roff page = new Roff(name, 7, source, AGENTS);
        page.section("NAME").paragraphs(name + " - " + text(document, "shortdesc"));
        page.section("SYNOPSIS").paragraphs(type + " [" + String.join(" | ", actionNames(document)) + "]");
        page.section("DESCRIPTION").paragraphs(text(document, "longdesc"));
        parameters(page.section("SUPPORTED PARAMETERS"), document, false);
        actions(page.section("SUPPORTED ACTIONS"), document);
        page.section("EXAMPLE");
        page.paragraphs("A configuration for systole(8) configure load, with the least that has to be given:");
        page.literal(example(type, document));
        page.section("SEE ALSO").paragraphs("systole(8), systoled(8); systole ra info ocf:systole:" + type);
        return page.text();
    }

    private String fenceAgent(String type, Element document) {
        Roff page = new Roff(type, 8, source, "Fence agents");
        String brief = document.attribute("shortdesc", text(document, "shortdesc"));
        page.section("NAME").paragraphs(type + " - " + brief);
        page.section("SYNOPSIS").paragraphs(type + " [OPTION]...");
        page.section("DESCRIPTION").paragraphs(text(document, "longdesc"));
        page.paragraphs("Without options it reads NAME=VALUE, one in a line, from its standard input; that is how the"
                + " cluster calls it. systoled(8) says which node fences.");
        parameters(page.section("PARAMETERS"), document, true);
        actions(page.section("ACTIONS"), document);
        page.section("SEE ALSO").paragraphs("systole(8), systoled(8); systole ra info stonith:" + type);
        return page.text();
    }

    private static void parameters(Roff page, Element document, boolean options) {
        for (Element list : document.children("parameters")) {
            if (list.children("parameter").isEmpty()) {
                page.paragraphs("None.");
            }
            for (Element parameter : list.children("parameter")) {
                String name = parameter.attribute("name", "");
                String mixed = parameter
                        .child("getopt")
                        .map(each -> each.attribute("mixed", ""))
                        .orElse("");
                String meaning = text(parameter, "longdesc");
                page.entry(
                        options && !mixed.isEmpty() ? name + "  (" + mixed + ")" : name,
                        List.of(meaning.isBlank() ? text(parameter, "shortdesc") : meaning, kind(parameter)));
            }
        }
    }

    /** As {@code (required, string, default "eth0", taken over without a restart)}. */
    private static String kind(Element parameter) {
        List<String> words = new ArrayList<>();
        if (isSet(parameter, "unique") || parameter.attribute("unique-group") != null) {
            words.add("unique");
        }
        words.add(isSet(parameter, "required") ? "required" : "optional");
        Element content = parameter.child("content").orElse(Element.leaf("content"));
        words.add(content.attribute("type", "string"));
        List<String> values = content.children("option").stream()
                .map(option -> option.attribute("value", ""))
                .toList();
        if (!values.isEmpty()) {
            words.add("one of " + String.join(" ", values));
        }
        String fallback = content.attribute("default", "");
        words.add(fallback.isEmpty() ? "no default" : "default \"" + fallback + "\"");
        if (isSet(parameter, "reloadable")) {
            words.add("taken over without a restart");
        }
        return "(" + String.join(", ", words) + ")";
    }

    private static void actions(Roff page, Element document) {
        for (Element list : document.children("actions")) {
            for (Element action : list.children("action")) {
                String name = action.attribute("name", "");
                StringBuilder text = new StringBuilder(ACTIONS.getOrDefault(name, ""));
                advice(text, action, "role", "For role ", ".");
                advice(text, action, "timeout", "Suggested least time-out: ", ".");
                advice(text, action, "interval", "Suggested interval: ", ".");
                page.entry(name, List.of(text.toString()));
            }
        }
    }

    private static void advice(StringBuilder text, Element action, String attribute, String before, String after) {
        String value = action.attribute(attribute, "");
        if (!value.isEmpty() && !value.equals("0")) {
            text.append(text.length() == 0 ? "" : " ")
                    .append(before)
                    .append(value)
                    .append(after);
        }
    }

    private static List<String> example(String type, Element document) {
        List<String> lines = new ArrayList<>(List.of("primitive p_" + type + " ocf:systole:" + type + " \\"));
        List<String> needed = new ArrayList<>();
        for (Element list : document.children("parameters")) {
            for (Element parameter : list.children("parameter")) {
                if (isSet(parameter, "required")) {
                    needed.add(parameter.attribute("name", "") + "=...");
                }
            }
        }
        if (!needed.isEmpty()) {
            lines.add("    params " + String.join(" ", needed) + " \\");
        }
        String interval = document.children("actions").stream()
                .flatMap(list -> list.children("action").stream())
                .filter(action -> action.attribute("name", "").equals("monitor"))
                .map(action -> action.attribute("interval", "10s"))
                .findFirst()
                .orElse("10s");
        lines.add("    op monitor interval=" + interval);
        if (actionNames(document).contains("promote")) {
            lines.add("clone c_" + type + " p_" + type + " meta promotable=true");
        }
        return lines;
    }

    private static Set<String> actionNames(Element document) {
        Set<String> names = new LinkedHashSet<>();
        document.children("actions")
                .forEach(list -> list.children("action").forEach(action -> names.add(action.attribute("name", ""))));
        return names;
    }

    private static String text(Element parent, String child) {
        return parent.child(child).map(Element::text).orElse("").strip();
    }

    private static boolean isSet(Element parameter, String name) {
        return Set.of("1", "true").contains(parameter.attribute(name, "0"));
    }

    // ---- programs -------------------------------------------------------------------------------------------------

    private String commandLine() {
        Roff page = new Roff("systole", 8, source, ADMINISTRATION);
        page.section("NAME").paragraphs("systole - run and configure a high-availability cluster");
        StringWriter text = new StringWriter();
        Help.root(new PrintWriter(text, true));
        List<String> lines = text.toString().lines().toList();
        // What is listed there as commands and levels comes below with all that belongs to it.
        int commands = lines.indexOf("Commands:");
        int environment = last(lines, "Environment:");
        HelpText.write(page.section("SYNOPSIS"), lines.subList(0, 1));
        HelpText.write(page.section("DESCRIPTION"), lines.subList(1, commands));
        page.section("COMMANDS");
        Levels.rootVerbs().forEach(verb -> verb(page, "", verb));
        for (Level level : Levels.all()) {
            page.section("LEVEL " + level.name()).paragraphs(level.summary());
            level.verbs().forEach(verb -> verb(page, level.name(), verb));
        }
        HelpText.write(page.section("ENVIRONMENT AND EXIT STATUS"), lines.subList(environment, lines.size()));
        page.section("SEE ALSO").paragraphs("systoled(8), ocf_systole_web(7), ocf_systole_ip(7)");
        return page.text();
    }

    private static int last(List<String> lines, String start) {
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).startsWith(start)) {
                return i;
            }
        }
        throw new IllegalStateException("the help has no line that begins with " + start);
    }

    private static void verb(Roff page, String level, Verb verb) {
        page.subsection("systole " + Arguments.usage(level, verb));
        page.paragraphs(
                verb.summary() + (verb.aliases().isEmpty() ? "" : " Also: " + String.join(", ", verb.aliases()) + "."));
        for (Verb.Argument argument : verb.arguments()) {
            page.entry(argument.label(), List.of(argument.help()));
        }
        for (Verb.Flag flag : verb.flags()) {
            page.entry(
                    flag.name() + (flag.valueLabel().isEmpty() ? "" : " " + flag.valueLabel()), List.of(flag.help()));
        }
        if (!verb.examples().isEmpty()) {
            page.literal(verb.examples());
        }
    }

    private String daemon(String help) {
        Roff page = new Roff("systoled", 8, source, ADMINISTRATION);
        page.section("NAME").paragraphs("systoled - daemon of one cluster node, or witness of clusters");
        List<String> lines = help.lines().toList();
        int usage = 0;
        while (usage < lines.size()
                && (lines.get(usage).startsWith("Usage:") || lines.get(usage).startsWith("   "))) {
            usage++;
        }
        page.section("SYNOPSIS")
                .literal(lines.subList(0, usage).stream()
                        .map(line -> line.replaceFirst("^Usage:", "").strip())
                        .toList());
        HelpText.write(page.section("DESCRIPTION"), lines.subList(usage, lines.size()));
        page.section("SEE ALSO").paragraphs("systole(8)");
        return page.text();
    }
}
