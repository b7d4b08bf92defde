package systole.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CrmLanguage;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.model.Element;
import systole.model.Options;
import systole.model.TimeSpan;
import systole.scheduler.status.StatusReport;

/** Level {@code resource}. */
final class ResourceVerbs {
    private static final Verb.Kind RESOURCE = Verb.Kind.RESOURCE;
    private static final Verb.Kind NODE = Verb.Kind.NODE;

    private ResourceVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("status", "List the resources, or say where one runs.")
                .alias("show", "list")
                .any("RSC", RESOURCE, "only these")
                .does(ResourceVerbs::status));
        verbs.add(role("start", "Let resources run.", "Started"));
        verbs.add(role("stop", "Stop resources and keep them stopped.", "Stopped"));
        verbs.add(role("promote", "Let a promotable resource have a promoted instance.", "Promoted"));
        verbs.add(role("demote", "Keep all instances of a promotable resource unpromoted.", "Unpromoted"));
        verbs.add(Verb.of("restart", "Stop resources, wait, start them again.")
                .some("RSC", RESOURCE, "which")
                .does(ResourceVerbs::restart));
        moves(verbs);
        verbs.add(Verb.of("cleanup", "Forget failures.")
                .maybe("RSC", RESOURCE, "only of this resource")
                .maybe("NODE", NODE, "only on this node")
                .does(call -> cleanup(call, false)));
        verbs.add(Verb.of("refresh", "Forget history, so that everything is probed anew.")
                .alias("reprobe")
                .maybe("RSC", RESOURCE, "only of this resource")
                .maybe("NODE", NODE, "only on this node")
                .does(call -> cleanup(call, true)));
        verbs.add(Verb.of("locate", "Say where resources run.")
                .some("RSC", RESOURCE, "which")
                .does(ResourceVerbs::locate));
        switches(verbs);
        verbs.add(attribute("meta", "meta_attributes", "meta attribute"));
        verbs.add(attribute("param", "instance_attributes", "parameter"));
        verbs.add(attribute("utilization", "utilization", "utilization value"));
        verbs.add(Verb.of("constraints", "List the constraints that name a resource.")
                .one("RSC", RESOURCE, "which")
                .does(ResourceVerbs::constraints));
        verbs.add(Verb.of("failcount", "Show, set or forget the failures of a resource on a node.")
                .one("RSC", RESOURCE, "which")
                .one("show|set|delete", Verb.Kind.WORD, "what to do")
                .one("NODE", NODE, "where")
                .maybe("COUNT", Verb.Kind.WORD, "for set: a number or INFINITY")
                .does(ResourceVerbs::failcount));
        verbs.add(Verb.of("operations", "List the operation history.")
                .maybe("RSC", RESOURCE, "only of this resource")
                .maybe("NODE", NODE, "only on this node")
                .does(ResourceVerbs::operations));
        verbs.add(TraceVerbs.trace());
        verbs.add(TraceVerbs.untrace());
        verbs.add(Verb.of("scores", "Show the scores of all resources on all nodes.")
                .does(call -> SimulateVerb.scores(call)));
        return new Level("resource", List.of(), "Run, stop and move resources.", verbs);
    }

    private static Verb role(String name, String summary, String role) {
        return Verb.of(name, summary)
                .flag("--wait", "until the cluster has followed")
                .some("RSC", RESOURCE, "which")
                .does(call -> {
                    List<String> ids = call.all("RSC");
                    call.change(name + " " + String.join(" ", ids), configuration -> {
                        Element next = configuration;
                        for (String id : ids) {
                            next = Edits.targetRole(next, id, role);
                        }
                        return next;
                    });
                    return ExitCode.OK.number();
                });
    }

    private static void moves(List<Verb> verbs) {
        verbs.add(Verb.of("move", "Move a resource to a node, or away from where it is; leaves no constraint behind.")
                .alias("migrate")
                .flag("--force", "without a node: ban it from where it runs")
                .flag("--keep", "do not wait, and keep the constraint until resource clear")
                .option("--lifetime", "PERIOD", "as PT1H: do not wait, the request holds so long")
                .flag("--wait", "for crm: it waits anyhow, unless --keep or --lifetime is given")
                .one("RSC", RESOURCE, "which")
                .maybe("NODE", NODE, "where to")
                .maybe("LIFETIME", Verb.Kind.WORD, "as PT1H: how long the request holds")
                .example("systole resource move vip n2")
                .does(ResourceVerbs::move));
        verbs.add(Verb.of("ban", "Keep a resource from a node.")
                .option("--lifetime", "PERIOD", "as PT1H: how long the request holds")
                .flag("--wait", "until the cluster has followed")
                .one("RSC", RESOURCE, "which")
                .maybe("NODE", NODE, "from where; default: where it runs")
                .maybe("LIFETIME", Verb.Kind.WORD, "as PT1H: how long the request holds")
                .does(call -> {
                    ban(call, call.one("NODE", ""));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("clear", "Take back what move and ban asked for.")
                .alias("unmove", "unban", "unmigrate")
                .flag("--wait", "until the cluster has followed")
                .one("RSC", RESOURCE, "which")
                .does(call -> {
                    String id = call.one("RSC");
                    boolean changed = call.change("clear " + id, configuration -> {
                        Edits.requireResource(configuration, id);
                        return Edits.removeConstraints(configuration, Edits.isRequestFor(id));
                    });
                    call.session()
                            .info(
                                    changed
                                            ? "Removed migration constraints for " + id
                                            : "there were no migration constraints for " + id);
                    return ExitCode.OK.number();
                }));
    }

    private static void switches(List<Verb> verbs) {
        verbs.add(managed("manage", "Let the cluster start and stop a resource again.", "true"));
        verbs.add(managed("unmanage", "Keep the cluster from starting and stopping a resource.", "false"));
        verbs.add(Verb.of("maintenance", "Neither run, stop nor monitor a resource, or end that.")
                .one("RSC", RESOURCE, "which")
                .maybe("on|off", Verb.Kind.WORD, "default: on")
                .does(call -> {
                    boolean on = NodeVerbs.onOff(call.one("on|off", "on"));
                    call.change(
                            "maintenance " + call.one("RSC"),
                            configuration ->
                                    Edits.setMeta(configuration, call.one("RSC"), "maintenance", Boolean.toString(on)));
                    return ExitCode.OK.number();
                }));
    }

    private static Verb managed(String name, String summary, String value) {
        return Verb.of(name, summary).some("RSC", RESOURCE, "which").does(call -> {
            call.change(name + " " + String.join(" ", call.all("RSC")), configuration -> {
                Element next = configuration;
                for (String id : call.all("RSC")) {
                    next = Edits.setMeta(next, id, "is-managed", value);
                }
                return next;
            });
            return ExitCode.OK.number();
        });
    }

    static Verb attribute(String name, String tag, String what) {
        return Verb.of(name, "Show, set or delete a " + what + ".")
                .one("RSC", RESOURCE, "which resource")
                .one("set|show|delete", Verb.Kind.WORD, "what to do")
                .one("NAME", Verb.Kind.WORD, "name of the " + what)
                .maybe("VALUE", Verb.Kind.WORD, "for set")
                .does(call -> {
                    String id = call.one("RSC");
                    String key = call.one("NAME");
                    switch (call.one("set|show|delete")) {
                        case "set" -> {
                            String value = call.one("VALUE");
                            call.change(
                                    name + " " + id + " " + key,
                                    configuration -> Edits.onResource(
                                            configuration, id, resource -> Edits.pair(resource, tag, id, key, value)));
                        }
                        case "delete" ->
                            call.change(
                                    name + " " + id + " " + key,
                                    configuration -> Edits.onResource(
                                            configuration, id, resource -> Edits.pair(resource, tag, id, key, null)));
                        case "show" -> {
                            try (Backend backend = call.session().backend()) {
                                String value =
                                        Edits.value(Edits.requireResource(backend.configuration(), id), tag, key);
                                if (value == null) {
                                    throw new BadInputException(
                                            "", "'" + id + "' has no " + what + " '" + key + "'", "check the name");
                                }
                                Output.value(call, key, value);
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

    // ---- reading ----------------------------------------------------------------------------------------------------

    private static int status(Call call) {
        try (Backend backend = call.session().backend()) {
            Element cib = backend.cib();
            if (!call.all("RSC").isEmpty()) {
                return where(call, cib, call.all("RSC"));
            }
            StatusReport report = RootVerbs.report(cib, Map.of());
            if (call.session().json()) {
                call.out().println(Output.of(report.resources()));
            } else {
                call.out().print(report.resourceList());
            }
        }
        return ExitCode.OK.number();
    }

    private static int locate(Call call) {
        try (Backend backend = call.session().backend()) {
            return where(call, backend.cib(), call.all("RSC"));
        }
    }

    private static int where(Call call, Element cib, List<String> ids) {
        Element configuration = Backend.configuration(cib);
        StatusReport report = RootVerbs.report(cib, Map.of());
        Map<String, Object> json = new LinkedHashMap<>();
        for (String id : ids) {
            Edits.requireResource(configuration, id);
            List<StatusReport.Place> places = report.places(id);
            if (call.session().json()) {
                List<Object> list = new ArrayList<>();
                for (StatusReport.Place place : places) {
                    list.add(Map.of("node", place.node(), "role", place.role()));
                }
                json.put(id, list);
                continue;
            }
            if (places.isEmpty()) {
                call.out().println("resource " + id + " is NOT running");
            }
            for (StatusReport.Place place : places) {
                call.out()
                        .println("resource " + id + " is running on: " + place.node()
                                + (place.role().equals("Promoted") ? " Promoted" : ""));
            }
        }
        if (call.session().json()) {
            call.out().println(Output.of(json));
        }
        return ExitCode.OK.number();
    }

    private static int constraints(Call call) {
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            Edits.requireResource(configuration, call.one("RSC"));
            var ids = Edits.referring(configuration, Set.of(call.one("RSC")));
            if (call.session().json()) {
                call.out().println(Output.of(List.copyOf(ids)));
            } else if (!ids.isEmpty()) {
                call.out().print(CrmLanguage.show(configuration, CrmLanguage.Style.DISPLAY, ids));
            }
        }
        return ExitCode.OK.number();
    }

    private static int operations(Call call) {
        try (Backend backend = call.session().backend()) {
            List<Object> json = new ArrayList<>();
            for (Element state :
                    backend.cib().child("status").orElse(Element.leaf("status")).children("node_state")) {
                String node = state.attribute("uname", state.id());
                if (!call.one("NODE", node).equals(node)) {
                    continue;
                }
                for (Element lrm : state.children("lrm")) {
                    for (Element list : lrm.children("lrm_resources")) {
                        for (Element resource : list.children("lrm_resource")) {
                            if (call.one("RSC", resource.id()).equals(resource.id())) {
                                operations(call, node, resource, json);
                            }
                        }
                    }
                }
            }
            if (call.session().json()) {
                call.out().println(Output.of(json));
            }
        }
        return ExitCode.OK.number();
    }

    private static void operations(Call call, String node, Element resource, List<Object> json) {
        for (Element op : resource.children("lrm_rsc_op")) {
            if (call.session().json()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("node", node);
                fields.put("resource", resource.id());
                fields.putAll(op.attributes());
                json.add(fields);
            } else {
                call.out()
                        .println(resource.id() + " " + op.attribute("operation", "") + " interval="
                                + op.attribute("interval", "0") + "ms on " + node + ": rc="
                                + op.attribute("rc-code", "") + " status=" + op.attribute("op-status", "")
                                + " exec=" + op.attribute("exec-time", "") + "ms");
            }
        }
    }

    private static int failcount(Call call) {
        String deed = call.one("show|set|delete");
        if (!List.of("show", "set", "delete").contains(deed)) {
            throw new UsageException("'" + deed + "' is none of show, set, delete", "write show, set or delete");
        }
        if (deed.equals("set")) {
            return setFailcount(call);
        }
        if (deed.equals("delete")) {
            try (Backend backend = call.session().backend()) {
                backend.ask(new Request.Cleanup(call.one("RSC"), call.one("NODE"), "", 0, false));
            }
            return ExitCode.OK.number();
        }
        try (Backend backend = call.session().backend()) {
            int sum = 0;
            boolean infinite = false;
            for (String value :
                    failcounts(backend.cib(), call.one("RSC"), call.one("NODE")).values()) {
                infinite |= value.contains("INFINITY");
                sum += Options.isInteger(value) ? Integer.parseInt(value) : 0;
            }
            Output.value(call, "failcount", infinite ? "INFINITY" : Integer.toString(sum));
        }
        return ExitCode.OK.number();
    }

    /** One count for the monitor takes the place of all there are, so that the sum is what was asked for. */
    private static int setFailcount(Call call) {
        String resource = call.one("RSC");
        String node = call.one("NODE");
        String count = call.one("COUNT");
        if (!count.equals("INFINITY") && !(Options.isInteger(count) && !count.startsWith("-"))) {
            throw new UsageException("'" + count + "' is no count of failures", "write a number or INFINITY");
        }
        try (Backend backend = call.session().backend()) {
            Element cib = backend.cib();
            Element configured = Edits.requireResource(Backend.configuration(cib), resource);
            Edits.requireNode(Backend.configuration(cib), node);
            long interval = 0;
            for (Element operations : configured.children("operations")) {
                for (Element op : operations.children("op")) {
                    if (op.attribute("name", "").equals("monitor")) {
                        interval = TimeSpan.millis(op.attribute("interval", "0"), 0);
                    }
                }
            }
            String name = "fail-count-" + resource + "#monitor_" + interval;
            List<String> others =
                    new ArrayList<>(failcounts(cib, resource, node).keySet());
            others.remove(name);
            backend.ask(new Request.SetAttributes(node, Map.of(name, count), others, "reboot", 0));
        }
        return ExitCode.OK.number();
    }

    /** Names and values of the fail counts of a resource on a node. */
    private static Map<String, String> failcounts(Element cib, String resource, String node) {
        Map<String, String> found = new LinkedHashMap<>();
        for (Element state : cib.child("status").orElse(Element.leaf("status")).children("node_state")) {
            if (state.attribute("uname", "").equals(node)) {
                state.children("transient_attributes").stream()
                        .flatMap(transients -> transients.children("instance_attributes").stream())
                        .flatMap(set -> set.children("nvpair").stream())
                        .filter(pair -> pair.attribute("name", "").startsWith("fail-count-" + resource + "#"))
                        .forEach(pair -> found.put(pair.attribute("name", ""), pair.attribute("value", "0")));
            }
        }
        return found;
    }

    // ---- deeds ----------------------------------------------------------------------------------------------------

    private static int restart(Call call) {
        List<String> ids = call.all("RSC");
        Map<String, String> before = new LinkedHashMap<>();
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            for (String id : ids) {
                String role = Edits.value(Edits.requireResource(configuration, id), "meta_attributes", "target-role");
                before.put(id, role == null ? "" : role);
                if ("Stopped".equals(role)) {
                    throw new BadInputException(
                            "", "resource '" + id + "' is stopped", "start it: systole resource start " + id);
                }
            }
            call.session().info("ordering " + String.join(" ", ids) + " to stop");
            backend.change("restart " + String.join(" ", ids), configured -> {
                Element next = configured;
                for (String id : ids) {
                    next = Edits.setMeta(next, id, "target-role", "Stopped");
                }
                return next;
            });
            try {
                backend.settle();
            } finally {
                call.session().info("ordering " + String.join(" ", ids) + " to start");
                backend.change("restart " + String.join(" ", ids), configured -> {
                    Element next = configured;
                    for (Map.Entry<String, String> role : before.entrySet()) {
                        next = Edits.setMeta(
                                next,
                                role.getKey(),
                                "target-role",
                                role.getValue().isEmpty() ? null : role.getValue());
                    }
                    return next;
                });
            }
            if (call.session().await()) {
                backend.settle();
            }
        }
        return ExitCode.OK.number();
    }

    private static int move(Call call) {
        String id = call.one("RSC");
        String word = call.one("NODE", "");
        boolean away = word.isEmpty() || word.equals("force") || call.has("--force") && word.isEmpty();
        boolean stays = call.has("--keep")
                || call.option("--lifetime") != null
                || !call.one("LIFETIME", "").isEmpty() && !call.one("LIFETIME").equals("force")
                || call.session().pending().isPresent();
        try (Backend backend = call.session().backend()) {
            if (stays || !backend.isLive()) {
                if (away) {
                    ban(call, "");
                } else {
                    prefer(call, backend, id, word);
                }
                return ExitCode.OK.number();
            }
            return moveAndTidy(call, backend, id, away ? present(call, id) : word, away);
        }
    }

    private static void prefer(Call call, Backend backend, String id, String node) {
        Element constraint = request(call, "cli-prefer-" + id, id, node, "INFINITY");
        backend.change("move " + id + " to " + node, configuration -> putMove(configuration, id, node, constraint));
        call.session().info("Move constraint created for " + id + " to " + node);
        call.session()
                .info("Use `" + call.session().program() + " resource clear " + id + "` to remove this constraint");
        if (call.session().await() || call.has("--wait")) {
            backend.settle();
        }
    }

    private static Element putMove(Element configuration, String id, String node, Element constraint) {
        Edits.requireResource(configuration, id);
        Edits.requireNode(configuration, node);
        Element cleared = Edits.removeConstraints(configuration, Edits.isRequestFor(id));
        return Edits.putConstraint(cleared, constraint);
    }

    /**
     * Asks, waits, and takes the request back: when the resource has arrived and would stay, or when it could not come.
     *
     * @param node where it is to go, or with {@code away} where it is to go from
     */
    private static int moveAndTidy(Call call, Backend backend, String id, String node, boolean away) {
        String name = away ? "cli-ban-" + id + "-on-" + node : "cli-prefer-" + id;
        Element constraint = request(call, name, id, node, away ? "-INFINITY" : "INFINITY");
        String what = "move " + id + (away ? " away from " : " to ") + node;
        backend.change(what, configuration -> putMove(configuration, id, node, constraint));
        try {
            backend.settle();
        } catch (ClusterException late) {
            throw new BadInputException(
                    "",
                    what + " is still under way: " + late.getMessage() + "; its constraint " + name + " is in force",
                    "look at systole status; when it is done: systole resource clear " + id);
        }
        Element cib = backend.cib();
        List<String> nodes = RootVerbs.report(cib, Map.of()).runningOn(id);
        boolean arrived = away ? !nodes.isEmpty() && !nodes.contains(node) : nodes.contains(node);
        Element cleared = Edits.removeConstraints(
                Backend.configuration(cib), each -> each.id().equals(name));
        Set<String> parts = Edits.parts(Backend.configuration(cib), id);
        boolean wouldLeave = arrived
                && Impact.of(Impact.with(cib, cleared), Instant.now()).disturbed().stream()
                        .anyMatch(each -> parts.contains(each.resource().replaceAll(":[0-9]+$", "")));
        if (wouldLeave) {
            call.session()
                    .warn(id + " has moved, but would leave again without constraint " + name
                            + ", which therefore stays; give it stickiness, or change its constraints, then: "
                            + call.session().program() + " resource clear " + id);
            return ExitCode.OK.number();
        }
        backend.change(
                what + ": done",
                configuration ->
                        Edits.removeConstraints(configuration, each -> each.id().equals(name)));
        if (!arrived) {
            backend.settle();
            throw new BadInputException(
                    "",
                    id + " did not go " + (away ? "away from " : "to ") + node
                            + (nodes.isEmpty() ? "; it runs nowhere" : "; it runs on " + String.join(", ", nodes))
                            + ". The request was taken back",
                    "see why: systole explain " + id);
        }
        call.session().info(id + " runs on " + String.join(", ", nodes) + "; its constraint is removed");
        return ExitCode.OK.number();
    }

    private static void ban(Call call, String given) {
        String id = call.one("RSC");
        String node = given.isEmpty() ? present(call, id) : given;
        Element constraint = request(call, "cli-ban-" + id + "-on-" + node, id, node, "-INFINITY");
        call.change("ban " + id + " from " + node, configuration -> {
            Edits.requireResource(configuration, id);
            Edits.requireNode(configuration, node);
            return Edits.putConstraint(configuration, constraint);
        });
        call.session().info("Ban constraint created for " + id + " on " + node);
        call.session()
                .info("Use `" + call.session().program() + " resource clear " + id + "` to remove this constraint");
    }

    private static String present(Call call, String id) {
        try (Backend backend = call.session().backend()) {
            Element cib = backend.cib();
            Edits.requireResource(Backend.configuration(cib), id);
            List<String> nodes = RootVerbs.report(cib, Map.of()).runningOn(id);
            if (nodes.size() != 1) {
                throw new BadInputException(
                        "",
                        "resource '" + id + "' runs on " + nodes.size() + " nodes",
                        "name the node: systole resource ban " + id + " NODE");
            }
            return nodes.get(0);
        }
    }

    /** The constraint of a move or a ban; with a lifetime it holds until then. */
    private static Element request(Call call, String name, String resource, String node, String score) {
        String lifetime = call.option("--lifetime", call.one("LIFETIME", ""));
        if (lifetime.isEmpty()) {
            Map<String, String> attributes = new LinkedHashMap<>();
            attributes.put("id", name);
            attributes.put("rsc", resource);
            attributes.put("role", "Started");
            attributes.put("node", node);
            attributes.put("score", score);
            return Element.of("rsc_location", attributes, List.of());
        }
        String end = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssX")
                .withZone(ZoneOffset.UTC)
                .format(Instant.now().plus(period(lifetime)));
        Element where = Element.leaf(
                "expression",
                "id",
                name + "-expr",
                "attribute",
                "#uname",
                "operation",
                "eq",
                "value",
                node,
                "type",
                "string");
        Element until = Element.leaf("date_expression", "id", name + "-lifetime", "operation", "lt", "end", end);
        Element rule = Element.of(
                "rule", attributes("id", name + "-rule", "score", score, "boolean-op", "and"), List.of(where, until));
        return Element.of("rsc_location", attributes("id", name, "rsc", resource, "role", "Started"), List.of(rule));
    }

    private static Map<String, String> attributes(String... namesAndValues) {
        return Element.leaf("x", namesAndValues).attributes();
    }

    private static Duration period(String text) {
        try {
            return Duration.parse(text.startsWith("P") ? text : "PT" + text.toUpperCase(Locale.ROOT));
        } catch (DateTimeException e) {
            throw new UsageException("'" + text + "' is no period of time", "write it as PT30M, PT1H or P1D");
        }
    }

    private static int cleanup(Call call, boolean refresh) {
        String resource = call.one("RSC", "");
        String node = call.one("NODE", "");
        try (Backend backend = call.session().backend()) {
            Element configuration = backend.configuration();
            if (!resource.isEmpty()) {
                Edits.requireResource(configuration, resource);
            }
            if (!node.isEmpty()) {
                Edits.requireNode(configuration, node);
            }
            Answer answer = backend.ask(new Request.Cleanup(resource, node, "", 0, refresh));
            List<String> nodes = node.isEmpty() ? Edits.nodeNames(configuration) : List.of(node);
            for (String name : nodes) {
                call.out().println("Cleaned up " + (resource.isEmpty() ? "all resources" : resource) + " on " + name);
            }
            String text = text(answer);
            if (text != null && !text.isEmpty()) {
                call.out().println(text);
            }
            if (call.session().await()) {
                backend.settle();
            }
        }
        return ExitCode.OK.number();
    }

    static @Nullable String text(Answer answer) {
        return answer instanceof Answer.Done done ? done.text() : null;
    }
}
