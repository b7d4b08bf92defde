package systole.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.TimeSpan;
import systole.scheduler.simulation.Injection;
import systole.scheduler.simulation.Injection.Ticket.Change;

/**
 * Level {@code cibstatus}: a status to experiment on. Nodes come and go in it, operations have results, tickets are granted; then
 * {@code simulate} shows what the cluster would do with the configuration as it is in the shell, a draft or the cluster.
 *
 * <p>The status is kept in {@code ~/.systole_cibstatus} until {@code load live}; the cluster never sees it. Without one, the first
 * pretence begins from the present status.
 */
final class PretendedStatus {
    private static final String FILE = ".systole_cibstatus";
    private static final Map<String, Integer> RESULTS = new LinkedHashMap<>();
    private static final Map<String, String> STATES = new LinkedHashMap<>();
    private static final List<String> OPERATIONS =
            List.of("probe", "monitor", "start", "stop", "promote", "demote", "notify", "migrate_to", "migrate_from");

    static {
        String[] results = {
            "success",
            "generic",
            "args",
            "unimplemented",
            "perm",
            "installed",
            "configured",
            "not_running",
            "promoted",
            "failed_promoted"
        };
        for (int i = 0; i < results.length; i++) {
            RESULTS.put(results[i], i);
        }
        RESULTS.put("master", 8);
        RESULTS.put("failed_master", 9);
        STATES.put("pending", "-1");
        STATES.put("done", "0");
        STATES.put("cancelled", "1");
        STATES.put("timeout", "2");
        STATES.put("notsupported", "3");
        STATES.put("error", "4");
    }

    private PretendedStatus() {}

    static Level level() {
        return new Level(
                "cibstatus",
                List.of(),
                "Pretend that something happened, and see what the cluster would do; nothing of it is real.",
                List.of(
                        Verb.of(
                                        "load",
                                        "Begin with the status of a CIB in a file, of a plan, or of the cluster as it is now.")
                                .maybe("FILE|NUMBER|live", Verb.Kind.FILE, "default: live")
                                .does(PretendedStatus::load),
                        Verb.of("reset", "End the pretence.").does(call -> {
                            Files.deleteIfExists(file(call.session()));
                            return ExitCode.OK.number();
                        }),
                        Verb.of("origin", "Say from where the pretended status comes.")
                                .does(call -> {
                                    Output.value(call, "origin", origin(call.session()));
                                    return ExitCode.OK.number();
                                }),
                        Verb.of("show", "Print the pretended status as XML.")
                                .maybe("changed", Verb.Kind.WORD, "for crm: the whole is shown in any case")
                                .does(PretendedStatus::show),
                        Verb.of("save", "Write the present configuration with the pretended status to a file.")
                                .one("FILE", Verb.Kind.FILE, "where to")
                                .does(call -> {
                                    FileBackend.write(Path.of(call.one("FILE")), CibXml.write(whole(call.session())));
                                    return ExitCode.OK.number();
                                }),
                        Verb.of("node", "Pretend that a node came, left in order, or was lost.")
                                .one("NODE", Verb.Kind.NODE, "which")
                                .one("online|offline|unclean", Verb.Kind.WORD, "how it is to be")
                                .example("systole cibstatus node n1 unclean")
                                .does(PretendedStatus::node),
                        Verb.of("op", "Pretend that an operation came to a result.")
                                .one("OPERATION", Verb.Kind.WORD, "start, stop, probe, monitor, monitor:SECONDS …")
                                .one("RSC", Verb.Kind.RESOURCE, "of which resource")
                                .one(
                                        "RESULT",
                                        Verb.Kind.WORD,
                                        "exit code of the agent, or success, not_running, generic …")
                                .maybe(
                                        "STATUS",
                                        Verb.Kind.WORD,
                                        "done, timeout, error, …; default: as the result asks for")
                                .maybe("NODE", Verb.Kind.NODE, "where; default: where the resource runs")
                                .example("systole cibstatus op monitor web not_running")
                                .example("systole cibstatus op start web generic error n2")
                                .does(PretendedStatus::operation),
                        Verb.of("quorum", "Pretend that quorum is there, or not.")
                                .one("BOOLEAN", Verb.Kind.WORD, "true or false")
                                .does(call -> change(call, new Injection.Quorum(NodeVerbs.onOff(call.one("BOOLEAN"))))),
                        Verb.of("ticket", "Pretend that something happened to a ticket.")
                                .one("TICKET", Verb.Kind.WORD, "which")
                                .one("grant|revoke|standby|activate", Verb.Kind.WORD, "what")
                                .does(PretendedStatus::ticket),
                        Verb.of("simulate", "Show what the cluster would do in the pretended status.")
                                .alias("run")
                                .flag("--scores", "the scores of resources on nodes too")
                                .flag("--plan-only", "show the plan without carrying it out on a copy")
                                .option("--save-graph", "FILE", "write the transition graph as XML")
                                .option("--save-dot", "FILE", "write the transition graph for Graphviz")
                                .any("WORD", Verb.Kind.WORD, "scores; others are accepted for the sake of crm")
                                .does(call -> SimulateVerb.run(call, whole(call.session())))));
    }

    // ---- what is kept -----------------------------------------------------------------------------------------------

    private static Path file(Session session) {
        return Timeframe.home(session).resolve(FILE);
    }

    /** {@code cib} with the origin, {@code have-quorum} and the status; the present one if nothing is pretended. */
    private static Element kept(Session session) {
        if (Files.isRegularFile(file(session))) {
            return CibXml.read(FILE, FileBackend.read(file(session)));
        }
        try (Backend backend = session.backend()) {
            return statusOf(backend.cib(), "live");
        }
    }

    private static Element statusOf(Element cib, String origin) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("request-origin", origin);
        for (String name : List.of("have-quorum", "dc-uuid")) {
            String value = cib.attribute(name, "");
            if (!value.isEmpty()) {
                attributes.put(name, value);
            }
        }
        return Element.of("cib", attributes, List.of(cib.child("status").orElse(Element.leaf("status"))));
    }

    private static String origin(Session session) {
        return kept(session).attribute("request-origin", "live");
    }

    /** The present configuration with the pretended status. */
    private static Element whole(Session session) {
        Element kept = kept(session);
        try (Backend backend = session.backend()) {
            Element cib = backend.cib();
            Map<String, String> attributes = new LinkedHashMap<>(cib.attributes());
            attributes.putAll(kept.attributes());
            attributes.remove("request-origin");
            return Element.of(
                    "cib",
                    attributes,
                    List.of(Backend.configuration(cib), kept.child("status").orElse(Element.leaf("status"))));
        }
    }

    private static int change(Call call, Injection injection) {
        Session session = call.session();
        boolean first = !Files.isRegularFile(file(session));
        Element after = Injection.apply(
                whole(session), List.of(injection), Instant.now().getEpochSecond());
        keep(session, after, origin(session));
        if (first) {
            session.info("a pretended status begins from the present one; it is kept until: cibstatus reset");
        }
        return ExitCode.OK.number();
    }

    private static void keep(Session session, Element cib, String origin) {
        FileBackend.write(file(session), CibXml.write(statusOf(cib, origin)));
    }

    // ---- verbs ------------------------------------------------------------------------------------------------------

    private static int load(Call call) throws IOException {
        String from = call.one("FILE|NUMBER|live", "live");
        Session session = call.session();
        if (from.equals("live")) {
            Files.deleteIfExists(file(session));
            keep(session, kept(session), "live");
            return ExitCode.OK.number();
        }
        boolean plan = PlanVerbs.isPlan(from) && !Files.exists(Path.of(from));
        Element cib = plan ? PlanVerbs.input(session, from) : SimulateVerb.file(from);
        if (cib.child("status").isEmpty()) {
            throw new BadInputException(
                    from, "has no status", "give a whole CIB: cibstatus save or configure save --xml");
        }
        keep(session, cib, plan ? "plan:" + from : "file:" + from);
        return ExitCode.OK.number();
    }

    private static int show(Call call) {
        Element status = kept(call.session()).child("status").orElse(Element.leaf("status"));
        if (call.session().json()) {
            Output.value(call, "status", CibXml.write(status));
        } else {
            call.out().print(CibXml.write(status));
        }
        return ExitCode.OK.number();
    }

    private static int node(Call call) {
        String node = call.one("NODE");
        requireNode(call.session(), node);
        return change(
                call,
                switch (chosen(call.one("online|offline|unclean"), List.of("online", "offline", "unclean"))) {
                    case "online" -> new Injection.NodeUp(node);
                    case "offline" -> new Injection.NodeDown(node);
                    default -> new Injection.NodeFail(node);
                });
    }

    private static int ticket(Call call) {
        String deed =
                chosen(call.one("grant|revoke|standby|activate"), List.of("grant", "revoke", "standby", "activate"));
        return change(call, new Injection.Ticket(call.one("TICKET"), Change.valueOf(deed.toUpperCase(Locale.ROOT))));
    }

    private static String chosen(String word, List<String> known) {
        return Words.resolve(word, known)
                .orElseThrow(() -> new UsageException(
                        "'" + word + "' is none of " + String.join(", ", known) + NearestWord.hint(word, known),
                        "write one of them"));
    }

    private static void requireNode(Session session, String node) {
        try (Backend backend = session.backend()) {
            Edits.requireNode(backend.configuration(), node);
        }
    }

    private static int operation(Call call) {
        Session session = call.session();
        String id = call.one("RSC");
        String status = call.one("STATUS", "");
        String node = call.one("NODE", "");
        if (!status.isEmpty() && node.isEmpty() && !STATES.containsKey(status)) {
            node = status;
            status = "";
        }
        if (!status.isEmpty() && !STATES.containsKey(status)) {
            throw new UsageException(
                    "'" + status + "' is no status of an operation" + NearestWord.hint(status, STATES.keySet()),
                    "write one of: " + String.join(", ", STATES.keySet()));
        }
        Element cib = whole(session);
        Edits.requireResource(Backend.configuration(cib), id);
        if (node.isEmpty()) {
            List<String> nodes = RootVerbs.report(cib, Map.of()).runningOn(id);
            if (nodes.size() != 1) {
                throw new BadInputException(
                        "",
                        "resource " + id + (nodes.isEmpty() ? " runs nowhere" : " runs on " + String.join(", ", nodes)),
                        "name the node at the end");
            }
            node = nodes.get(0);
        } else {
            requireNode(session, node);
        }
        String word = call.one("OPERATION");
        String task = chosen(word.replaceAll(":.*", ""), OPERATIONS);
        long interval = task.equals("monitor") ? interval(cib, id, word) : 0;
        String name = task.equals("probe") ? "monitor" : task;
        int rc = result(call.one("RESULT"));
        String spec = id + "_" + name + "_" + interval + "@" + node + "=" + rc;
        int code = change(call, new Injection.Operation(spec, id, name, interval, node, rc));
        if (!status.isEmpty()) {
            Element kept = kept(session);
            String entry = interval == 0 ? id + "_last_0" : id + "_last_failure_0";
            keep(session, withState(kept, node, entry, Objects.requireNonNull(STATES.get(status))), origin(session));
        }
        return code;
    }

    /** The interval that is named behind a colon, in seconds, or that of the resource's first recurring monitor. */
    private static long interval(Element cib, String id, String word) {
        int colon = word.indexOf(':');
        if (colon >= 0) {
            String text = word.substring(colon + 1);
            long millis = TimeSpan.millis(text, -1);
            if (millis < 0) {
                throw new UsageException("'" + text + "' is no interval", "write monitor:SECONDS");
            }
            return millis;
        }
        Element resource = Edits.requireResource(Backend.configuration(cib), id);
        for (Element operations : resource.children("operations")) {
            for (Element op : operations.children("op")) {
                long millis = TimeSpan.millis(op.attribute("interval", "0"), 0);
                if (op.attribute("name", "").equals("monitor") && millis > 0) {
                    return millis;
                }
            }
        }
        throw new BadInputException(
                "", "resource " + id + " has no recurring monitor", "write probe, or the interval: monitor:SECONDS");
    }

    private static int result(String word) {
        if (word.matches("[0-9]{1,3}")) {
            return Integer.parseInt(word);
        }
        Integer known = RESULTS.get(word);
        if (known == null) {
            throw new UsageException(
                    "'" + word + "' is no result" + NearestWord.hint(word, RESULTS.keySet()),
                    "write an exit code, or one of: " + String.join(", ", RESULTS.keySet()));
        }
        return known;
    }

    /** The tree with the state of one entry of a node's history set. */
    private static Element withState(Element at, String node, String entry, String state) {
        if (at.is("node_state") && !at.attribute("uname", at.id()).equals(node)) {
            return at;
        }
        if (at.is("lrm_rsc_op") && at.id().equals(entry)) {
            String magic = at.attribute("transition-magic", "");
            return at.withAttribute("op-status", state)
                    .withAttribute("transition-magic", state + magic.substring(Math.max(0, magic.indexOf(':'))));
        }
        List<Element> children = new ArrayList<>();
        at.children().forEach(child -> children.add(withState(child, node, entry, state)));
        return at.children().isEmpty() ? at : at.withChildren(children);
    }
}
