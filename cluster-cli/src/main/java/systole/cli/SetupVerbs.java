package systole.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;

/** Commands of the level {@code cluster} that make a cluster of machines: its file, its key, its start at boot. */
final class SetupVerbs {
    private SetupVerbs() {}

    static List<Verb> verbs() {
        return List.of(
                Verb.of("init", "Write the interconnect's file and the key of a new cluster.")
                        .option("-n", "NAME", "name of the cluster; default: systole")
                        .flag("--copy", "give both to the other nodes too, over ssh")
                        .flag("--force", "replace a file or key that is there")
                        .flag("-y", "for crm: nothing is asked anyhow")
                        .some("NODE=ADDRESS", Verb.Kind.WORD, "each node with its address; with several links: a,b")
                        .example("systole cluster init -n web alpha=192.0.2.1 beta=192.0.2.2 gamma=192.0.2.3")
                        .does(SetupVerbs::init),
                Verb.of("join", "Make this machine a node of a cluster, and start: by a token, or over ssh.")
                        .option("-c", "HOST", "a node of the cluster")
                        .option("--token", "TOKEN", "what 'systole cluster token' printed there; no ssh is needed")
                        .option("--name", "NAME", "with a token: name of this node; default: the host's")
                        .option("--address", "A,B", "with a token: addresses of this node, one for each link")
                        .flag("--force", "replace a file or key that is there")
                        .flag("-y", "for crm: nothing is asked anyhow")
                        .maybe("HOST", Verb.Kind.WORD, "a node of the cluster; with a token: where else than it says")
                        .example("systole cluster join --token systole-AQ...")
                        .example("systole cluster join alpha")
                        .does(SetupVerbs::join),
                boot("enable", "Let the daemon start when the machine does."),
                boot("disable", "Do not let the daemon start when the machine does."));
    }

    // ---- a new cluster ----------------------------------------------------------------------------------------------

    private static int init(Call call) throws IOException, InterruptedException {
        Path file = OtherNodes.file(call.session());
        Path key = file.resolveSibling("authkey");
        refuseExisting(call, file, key);
        String text = conf(call.option("-n", "systole"), nodes(call.all("NODE=ADDRESS")));
        InterconnectConf read = CorosyncConf.read(file.toString(), text);
        FileBackend.write(file, text);
        byte[] secret = RootVerbs.writeKey(key);
        call.session()
                .info(file + " and " + key + " are written, for " + read.nodes().size() + " nodes");
        int code = ExitCode.OK.number();
        if (call.has("--copy")) {
            OtherNodes others = new OtherNodes(call.session());
            List<OtherNodes.Result> made = others.onEach(
                    others.others(List.of()),
                    "mkdir -p " + OtherNodes.quoted(String.valueOf(file.getParent())),
                    new byte[0]);
            code = Math.max(
                    code,
                    made.stream().allMatch(result -> result.code() == 0)
                            ? ExitCode.OK.number()
                            : ExitCode.FAILED.number());
            code = Math.max(code, RemoteVerbs.put(call, file, text.getBytes(StandardCharsets.UTF_8), List.of()));
            code = Math.max(code, RemoteVerbs.put(call, key, secret, List.of()));
        } else if (read.nodes().size() > 1) {
            call.session().info("copy both to the other nodes (systole cluster join HOST there does it)");
        }
        call.session().info("then start the daemon on each node: systole cluster start");
        return code;
    }

    private static void refuseExisting(Call call, Path... files) {
        boolean force = call.has("--force") || call.session().force();
        for (Path file : files) {
            if (Files.exists(file) && !force) {
                throw new BadInputException(
                        file.toString(),
                        "exists already: this machine is part of a cluster, or was",
                        "look at it: systole corosync show; write --force to replace it");
            }
        }
    }

    private static Map<String, List<String>> nodes(List<String> words) {
        Map<String, List<String>> nodes = new LinkedHashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            String name = equals < 0 ? word : word.substring(0, equals);
            List<String> addresses = equals < 0
                    ? List.of(word)
                    : List.of(word.substring(equals + 1).split(",", -1));
            if (name.isEmpty() || addresses.contains("")) {
                throw new UsageException("'" + word + "' is no node with its address", "write NODE=ADDRESS");
            }
            if (nodes.put(name, addresses) != null) {
                throw new UsageException("node '" + name + "' is named twice", "name each node once");
            }
        }
        return nodes;
    }

    /** The text of the file. Unicast, because many networks carry no multicast; several links if there are several addresses. */
    private static String conf(String name, Map<String, List<String>> nodes) {
        int links = nodes.values().iterator().next().size();
        List<String> lines = new ArrayList<>(List.of(
                "totem {",
                "    version: 2",
                "    cluster_name: " + name,
                "    transport: " + (links > 1 ? "knet" : "udpu"),
                "}",
                "",
                "nodelist {"));
        int id = 1;
        for (Map.Entry<String, List<String>> node : nodes.entrySet()) {
            if (node.getValue().size() != links) {
                throw new UsageException(
                        "node '" + node.getKey() + "' has " + node.getValue().size() + " addresses, others " + links,
                        "give each node one address for each link");
            }
            lines.add("    node {");
            lines.add("        name: " + node.getKey());
            lines.add("        nodeid: " + id++);
            for (int link = 0; link < links; link++) {
                lines.add("        ring" + link + "_addr: " + node.getValue().get(link));
            }
            lines.add("    }");
        }
        lines.addAll(List.of("}", "", "quorum {", "    provider: corosync_votequorum"));
        if (nodes.size() == 2) {
            lines.add("    two_node: 1");
        }
        lines.add("}");
        return String.join("\n", lines) + "\n";
    }

    private static int join(Call call) throws IOException, InterruptedException {
        Path file = OtherNodes.file(call.session());
        Path key = file.resolveSibling("authkey");
        if (call.has("--token")) {
            refuseExisting(call, file);
            return GrowthVerbs.join(call, file, key);
        }
        String host = call.option("-c", call.one("HOST", ""));
        if (host.isEmpty()) {
            throw new UsageException(
                    "the host to ask is missing", "write: systole cluster join --token TOKEN, or, over ssh, join HOST");
        }
        refuseExisting(call, file, key);
        byte[] text = fetched(call.session(), host, file);
        byte[] secret = fetched(call.session(), host, key);
        InterconnectConf read = CorosyncConf.read(host + ":" + file, new String(text, StandardCharsets.UTF_8));
        String own = OtherNodes.hostName(call.session());
        String shortened = own.split("\\.")[0];
        if (read.node(own).isEmpty() && read.node(shortened).isEmpty()) {
            throw new BadInputException(
                    host + ":" + file,
                    "does not name this machine (" + own + "), but "
                            + String.join(
                                    ", ",
                                    read.nodes().stream()
                                            .map(InterconnectConf.Node::name)
                                            .toList()),
                    "add it there (systole corosync edit; systole corosync push), restart the daemons one by one, then"
                            + " join again");
        }
        FileBackend.write(file, new String(text, StandardCharsets.UTF_8));
        RootVerbs.writeKey(key, secret);
        call.session().info(file + " and " + key + " are those of " + host);
        return ClusterVerbs.start(call);
    }

    private static byte[] fetched(Session session, String host, Path file) {
        OtherNodes.Result result = OtherNodes.at(session, host, "cat " + OtherNodes.quoted(file.toString()));
        if (result.code() != 0) {
            throw new BadInputException(
                    host,
                    "gave no " + file + ": " + result.err(),
                    "check the way there: ssh " + host + " ls -l " + file.getParent());
        }
        return result.out();
    }

    // ---- at boot ----------------------------------------------------------------------------------------------------

    private static Verb boot(String word, String summary) {
        return Verb.of(word, summary)
                .flag("--all", "on all nodes, over ssh")
                .any("NODE", Verb.Kind.NODE, "on these nodes, over ssh")
                .does(call -> {
                    if (call.has("--all") || !call.all("NODE").isEmpty()) {
                        return RemoteVerbs.runOn(call, call.all("NODE"), "systemctl " + word + " systoled");
                    }
                    if (!Files.isDirectory(Path.of("/run/systemd/system"))) {
                        throw new BadInputException(
                                "",
                                "no systemd runs on this machine",
                                "let its init " + (word.equals("enable") ? "" : "not ") + "run: systole cluster start");
                    }
                    return new ProcessBuilder("systemctl", word, "systoled")
                            .inheritIO()
                            .start()
                            .waitFor();
                });
    }
}
