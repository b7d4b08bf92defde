package systole.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CorosyncConf;
import systole.formats.CrmLanguage;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.Options;
import systole.scheduler.status.NodeLines;

/** Levels {@code node} and {@code maintenance}. */
final class NodeVerbs {
    private static final Verb.Kind NODE = Verb.Kind.NODE;

    private NodeVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("show", "List the nodes with their attributes.")
                .alias("list", "status")
                .maybe("NODE", NODE, "only this one")
                .does(NodeVerbs::show));
        verbs.add(standby("standby", "Move everything away from nodes and keep them empty.", "on"));
        verbs.add(standby("online", "Let nodes run resources again.", "off"));
        verbs.add(maintenance("maintenance", "Neither run, stop nor monitor anything on a node.", "true"));
        verbs.add(maintenance("ready", "End the maintenance of a node.", "false"));
        verbs.add(Verb.of("fence", "Make a node dead through its fencing device.")
                .option("--action", "ACTION", "reboot (default) or off")
                .one("NODE", NODE, "which")
                .does(FenceVerbs::fence));
        verbs.add(Verb.of("clearstate", "Vouch that a node is off.")
                .one("NODE", NODE, "which")
                .does(FenceVerbs::confirm));
        verbs.add(attribute("attribute", "instance_attributes"));
        verbs.add(attribute("utilization", "utilization"));
        verbs.add(Verb.of("status-attr", "Show, set or delete a transient attribute of a node.")
                .one("NODE", NODE, "which")
                .one("set|show|delete", Verb.Kind.WORD, "what to do")
                .one("NAME", Verb.Kind.WORD, "the attribute")
                .maybe("VALUE", Verb.Kind.WORD, "for set")
                .does(NodeVerbs::transientAttribute));
        verbs.add(Verb.of("delete", "Forget a node that is gone for good.")
                .one("NODE", NODE, "which")
                .does(call -> {
                    String node = call.one("NODE");
                    try (Backend backend = call.session().backend()) {
                        GrowthVerbs.forget(backend, node);
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("server", "Print the address of nodes, as the interconnect's file has it.")
                .any("NODE", NODE, "which; default: all")
                .does(NodeVerbs::server));
        return new Level("node", List.of(), "Look after the nodes.", verbs);
    }

    static Level maintenance() {
        List<Verb> verbs = new ArrayList<>();
        for (boolean on : new boolean[] {true, false}) {
            verbs.add(Verb.of(
                            on ? "on" : "off",
                            on ? "Leave everything alone: the cluster, or one resource." : "End the maintenance.")
                    .maybe("RSC", Verb.Kind.RESOURCE, "only this resource")
                    .does(call -> {
                        String resource = call.one("RSC", "");
                        call.change(
                                "maintenance " + (on ? "on" : "off"),
                                configuration -> resource.isEmpty()
                                        ? CrmLanguage.apply(
                                                configuration, "command line", "property maintenance-mode=" + on)
                                        : Edits.setMeta(configuration, resource, "maintenance", Boolean.toString(on)));
                        return ExitCode.OK.number();
                    }));
        }
        verbs.add(Verb.of("action", "Let the agent of a resource in maintenance do something, on this node.")
                .one("RSC", Verb.Kind.RESOURCE, "a primitive")
                .one("ACTION", Verb.Kind.WORD, "one of the agent's, as monitor or reload")
                .maybe("ssh", Verb.Kind.WORD, "of crm; here: systole cluster run")
                .example("systole maintenance action web monitor")
                .does(Agents::action));
        return new Level("maintenance", List.of(), "Take the cluster's hands off.", verbs);
    }

    static boolean onOff(String word) {
        if (Options.isTrue(word) || Options.isFalse(word)) {
            return Options.isTrue(word);
        }
        throw new UsageException("'" + word + "' is neither on nor off", "write on or off");
    }

    private static Verb standby(String name, String summary, String value) {
        return Verb.of(name, summary)
                .flag("--all", "all nodes")
                .flag("--wait", "until the cluster has followed")
                .any("NODE", NODE, "which; default: this node. A last word reboot or forever is the lifetime")
                .example("systole node " + name + " n1")
                .does(call -> {
                    List<String> words = new ArrayList<>(call.all("NODE"));
                    String lifetime = "forever";
                    if (!words.isEmpty() && List.of("reboot", "forever").contains(words.get(words.size() - 1))) {
                        lifetime = words.remove(words.size() - 1);
                    }
                    standby(call, name, value, words, lifetime);
                    return ExitCode.OK.number();
                });
    }

    private static void standby(Call call, String name, String value, List<String> words, String lifetime) {
        List<String> nodes = words;
        try (Backend backend = call.session().backend()) {
            if (call.has("--all")) {
                nodes = Edits.nodeNames(backend.configuration());
            } else if (words.isEmpty()) {
                nodes = List.of(self(backend));
            }
            if (lifetime.equals("reboot")) {
                for (String node : nodes) {
                    Edits.requireNode(backend.configuration(), node);
                    backend.ask(new Request.SetAttributes(node, Map.of("standby", value), List.of(), "reboot", 0));
                }
            } else {
                List<String> all = nodes;
                backend.change(name + " " + String.join(" ", all), configuration -> {
                    Element next = configuration;
                    for (String node : all) {
                        next = Edits.setNodeAttribute(next, node, "standby", value);
                    }
                    return next;
                });
            }
            if (call.session().await() || call.has("--wait")) {
                backend.settle();
            }
        }
        for (String node : nodes) {
            call.session().info(name + " node " + node);
        }
    }

    static String self(Backend backend) {
        if (!backend.isLive()) {
            throw new UsageException("the node is missing", "name it");
        }
        if (backend.ask(new Request.Status()) instanceof Answer.Status status) {
            String node = status.facts().get("node");
            if (node != null) {
                return node;
            }
        }
        throw new BadInputException("", "the daemon did not say which node this is", "name the node");
    }

    private static Verb maintenance(String name, String summary, String value) {
        return Verb.of(name, summary)
                .maybe("NODE", NODE, "which; default: this node")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        String node = call.all("NODE").isEmpty() ? self(backend) : call.one("NODE");
                        backend.change(
                                name + " " + node,
                                configuration -> Edits.setNodeAttribute(configuration, node, "maintenance", value));
                        if (call.session().await()) {
                            backend.settle();
                        }
                    }
                    return ExitCode.OK.number();
                });
    }

    private static Verb attribute(String name, String tag) {
        return Verb.of(name, "Show, set or delete a permanent " + name + " value of a node.")
                .one("NODE", NODE, "which")
                .one("set|show|delete", Verb.Kind.WORD, "what to do")
                .one("NAME", Verb.Kind.WORD, "the name")
                .maybe("VALUE", Verb.Kind.WORD, "for set")
                .does(call -> {
                    String node = call.one("NODE");
                    String key = call.one("NAME");
                    switch (call.one("set|show|delete")) {
                        case "set" -> {
                            String value = call.one("VALUE");
                            call.change(
                                    name + " " + node + " " + key,
                                    configuration -> Edits.onNode(
                                            configuration,
                                            node,
                                            element -> Edits.pair(element, tag, "nodes-" + element.id(), key, value)));
                        }
                        case "delete" ->
                            call.change(
                                    name + " " + node + " " + key,
                                    configuration -> Edits.onNode(
                                            configuration,
                                            node,
                                            element -> Edits.pair(element, tag, "nodes-" + element.id(), key, null)));
                        case "show" -> {
                            try (Backend backend = call.session().backend()) {
                                String value = Edits.value(Edits.requireNode(backend.configuration(), node), tag, key);
                                if (value == null) {
                                    throw new BadInputException(
                                            "",
                                            "node '" + node + "' has no " + name + " '" + key + "'",
                                            "check the name");
                                }
                                call.out().println("scope=nodes  name=" + key + " value=" + value);
                            }
                        }
                        default ->
                            throw new UsageException(
                                    "'" + call.one("set|show|delete") + "' is none of set, show, delete",
                                    "write set, show or delete");
                    }
                    return ExitCode.OK.number();
                });
    }

    private static int transientAttribute(Call call) {
        String node = call.one("NODE");
        String key = call.one("NAME");
        try (Backend backend = call.session().backend()) {
            switch (call.one("set|show|delete")) {
                case "set" ->
                    backend.ask(
                            new Request.SetAttributes(node, Map.of(key, call.one("VALUE")), List.of(), "reboot", -1));
                case "delete" -> backend.ask(new Request.SetAttributes(node, Map.of(), List.of(key), "reboot", -1));
                case "show" -> {
                    if (backend.ask(new Request.QueryAttributes(node, key, "reboot"))
                            instanceof Answer.Attributes found) {
                        found.attributes()
                                .forEach(each -> call.out()
                                        .println("scope=status  name=" + each.name() + " value=" + each.value()));
                    }
                }
                default ->
                    throw new UsageException(
                            "'" + call.one("set|show|delete") + "' is none of set, show, delete",
                            "write set, show or delete");
            }
        }
        return ExitCode.OK.number();
    }

    private static int server(Call call) {
        Path file = OtherNodes.file(call.session());
        List<InterconnectConf.Node> nodes =
                CorosyncConf.read(file.toString(), FileBackend.read(file)).nodes();
        List<String> names = nodes.stream().map(InterconnectConf.Node::name).toList();
        List<String> wanted = call.all("NODE").isEmpty() ? names : call.all("NODE");
        Map<String, String> found = new LinkedHashMap<>();
        for (String name : wanted) {
            InterconnectConf.Node node = nodes.stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new BadInputException(
                            file.toString(),
                            "node '" + name + "' is not in the file" + NearestWord.hint(name, names),
                            "see the file: systole corosync show"));
            found.put(name, node.addresses().values().iterator().next().host());
        }
        if (call.session().json()) {
            call.out().println(Output.of(found));
        } else {
            found.forEach((name, address) -> call.out().println(name + ": " + address));
        }
        return ExitCode.OK.number();
    }

    private static int show(Call call) {
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            if (!call.all("NODE").isEmpty()) {
                Edits.requireNode(configuration, call.one("NODE"));
            }
            List<Object> json = new ArrayList<>();
            for (Element nodes : configuration.children("nodes")) {
                for (Element node : nodes.children("node")) {
                    String uname = node.attribute("uname", node.id());
                    if (!call.one("NODE", uname).equals(uname)) {
                        continue;
                    }
                    if (call.session().json()) {
                        Map<String, Object> fields = new LinkedHashMap<>();
                        fields.put("node", uname);
                        fields.put("id", node.id());
                        fields.put("type", NodeLines.type(node));
                        fields.put("attributes", NodeLines.attributes(node));
                        json.add(fields);
                    } else {
                        call.out().print(NodeLines.of(node));
                    }
                }
            }
            if (call.session().json()) {
                call.out().println(Output.of(json));
            }
        }
        return ExitCode.OK.number();
    }
}
