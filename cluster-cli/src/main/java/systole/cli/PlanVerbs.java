package systole.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.api.Answer;
import systole.api.Request;
import systole.kernel.BadInputException;
import systole.model.Element;
import systole.scheduler.status.StatusReport;

/**
 * What the level {@code history} shows of plans ("transitions"): the daemon keeps the inputs of those that had something to do, and
 * each can be played again from its input.
 */
final class PlanVerbs {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final String OF_THIS_NODE = "this node keeps no plans; plans are made and kept by the coordinator";
    private static final Set<String> ACCEPTED = Set.of("nograph", "actions", "utilization");

    private PlanVerbs() {}

    static List<Verb> verbs() {
        return List.of(
                Verb.of(
                                "transitions",
                                "List the plans that this node has made as coordinator, with what each was to do.")
                        .option("--limit", "N", "only the last so many")
                        .example("systole history transitions --limit 10")
                        .does(PlanVerbs::transitions),
                Verb.of("transition", "Play a plan again from its input: what was decided, and what came of it.")
                        .flag("--scores", "the scores of resources on nodes too")
                        .flag("--show-scores", "the same as --scores")
                        .flag("--plan-only", "show the plan without carrying it out on a copy")
                        .option("--save-graph", "FILE", "write the transition graph as XML")
                        .option("--save-dot", "FILE", "write the transition graph for Graphviz")
                        .option("--save-output", "FILE", "write the CIB as it would be afterwards")
                        .maybe("NUMBER", Verb.Kind.WORD, "which; -1 is the last (default), -2 the one before; a file")
                        .any("WORD", Verb.Kind.WORD, "scores; nograph, actions, utilization and v are accepted for crm")
                        .example("systole history transition 17 scores")
                        .does(PlanVerbs::transition),
                Verb.of("peinputs", "List the files with the inputs of plans; with v their times too.")
                        .any("NUMBER|FROM:TO|v", Verb.Kind.WORD, "only these plans")
                        .example("systole history peinputs 12:17 v")
                        .does(PlanVerbs::inputs),
                Verb.of("graph", "Print the graph of a plan for Graphviz.")
                        .maybe("NUMBER", Verb.Kind.WORD, "which; default: the last")
                        .does(call -> {
                            Element cib = input(call.session(), call.one("NUMBER", "-1"));
                            call.out().print(SimulateVerb.dot(cib));
                            return ExitCode.OK.number();
                        }));
    }

    /** Whether a word names a plan rather than a version of the configuration. */
    static boolean isPlan(String word) {
        return word.matches("-?[1-9][0-9]{0,8}");
    }

    private static List<Answer.Event> plans(Session session, int limit) {
        try (Backend backend = session.directly()) {
            if (backend.ask(new Request.Plans(limit)) instanceof Answer.Events events) {
                return events.events();
            }
            throw new AssertionError("plans are not answered by events");
        }
    }

    /** The CIB from which a plan was made; a negative number counts from the last one, -1. */
    static Element input(Session session, String word) {
        String number = word;
        if (word.startsWith("-")) {
            List<Answer.Event> plans = plans(session, 0);
            int back = Integer.parseInt(word.substring(1));
            if (back > plans.size()) {
                throw new BadInputException(
                        "",
                        plans.isEmpty() ? OF_THIS_NODE : "only " + plans.size() + " plans are kept on this node",
                        "list them: systole history transitions"
                                + (plans.isEmpty() ? ", on the node that 'systole status' names as DC" : ""));
            }
            number = number(plans.get(plans.size() - back));
        }
        try (Backend backend = session.directly()) {
            if (backend.ask(new Request.ReadPlan(number)) instanceof Answer.Cib cib) {
                return cib.cib();
            }
            throw new AssertionError("a plan is not answered by a CIB");
        }
    }

    private static String number(Answer.Event plan) {
        return plan.facts().getOrDefault("number", "");
    }

    /** What was to be done, without the columns in which it is written. */
    private static String changes(Answer.Event plan) {
        return plan.text().replaceAll("[ \t]+", " ");
    }

    private static int transitions(Call call) {
        List<Answer.Event> plans = plans(call.session(), HistoryVerbs.limit(call, 0));
        plans = Timeframe.of(call.session()).filter(plans);
        if (call.session().json()) {
            List<Object> json = new ArrayList<>();
            for (Answer.Event plan : plans) {
                Map<String, Object> fields = new LinkedHashMap<>(plan.facts());
                fields.put("time", Instant.ofEpochMilli(plan.atMillis()).toString());
                fields.put("node", plan.node());
                fields.put("changes", List.of(changes(plan).split("; ", -1)));
                json.add(fields);
            }
            call.out().println(Output.of(json));
            return ExitCode.OK.number();
        }
        if (plans.isEmpty()) {
            call.session().info(OF_THIS_NODE);
        }
        for (Answer.Event plan : plans) {
            String actions = plan.facts().getOrDefault("actions", "0");
            call.out()
                    .println(number(plan) + "  " + TIME.format(Instant.ofEpochMilli(plan.atMillis())) + "  "
                            + plan.facts().get("version") + "  " + actions
                            + (actions.equals("1") ? " action" : " actions")
                            + (plan.text().isEmpty() ? "" : "  " + changes(plan)));
        }
        return ExitCode.OK.number();
    }

    /** How the cluster was when the plan was made. */
    static int status(Call call, String plan, String word) {
        if (!word.equals("status") || !isPlan(plan)) {
            throw new UsageException(
                    "the status is kept with plans only",
                    "write: systole history show NUMBER status (history transitions)");
        }
        Element cib = input(call.session(), plan);
        long seconds = Long.parseLong(cib.attribute("execution-date", "0"));
        StatusReport report = StatusReport.of(cib, Map.of(), Instant.ofEpochSecond(seconds), ZoneId.systemDefault());
        if (call.session().json()) {
            call.out().println(Output.of(report.json(List.of())));
        } else {
            call.out().print(report.printed(List.of(), List.of()));
        }
        return ExitCode.OK.number();
    }

    private static int transition(Call call) {
        String which = call.one("NUMBER", "-1");
        List<String> words = new ArrayList<>(call.all("WORD"));
        if (!isPlan(which) && (which.equals("scores") || isAccepted(which))) {
            words.add(0, which);
            which = "-1";
        }
        for (String word : words) {
            if (!word.equals("scores") && !isAccepted(word)) {
                throw new UsageException(
                        "'" + word + "' is nothing that a plan is shown with",
                        "write scores, or one of the options: systole help history transition");
            }
        }
        Element cib = isPlan(which) ? input(call.session(), which) : SimulateVerb.file(which);
        return SimulateVerb.run(call, cib);
    }

    private static boolean isAccepted(String word) {
        return ACCEPTED.contains(word) || word.matches("v+");
    }

    private static int inputs(Call call) {
        List<String> words = new ArrayList<>(call.all("NUMBER|FROM:TO|v"));
        boolean verbose = words.remove("v");
        for (String word : words) {
            if (!word.matches("[1-9][0-9]{0,8}(:[1-9][0-9]{0,8})?")) {
                throw new UsageException("'" + word + "' names no plans", "write NUMBER or FROM:TO, as 12:17");
            }
        }
        List<Object> json = new ArrayList<>();
        for (Answer.Event plan : plans(call.session(), 0)) {
            int number = Integer.parseInt(number(plan));
            if (!words.isEmpty() && words.stream().noneMatch(word -> isIn(number, word))) {
                continue;
            }
            String file = plan.facts().getOrDefault("file", "");
            json.add(Map.of("number", number, "file", file));
            if (!call.session().json()) {
                call.out().println((verbose ? TIME.format(Instant.ofEpochMilli(plan.atMillis())) + "  " : "") + file);
            }
        }
        if (call.session().json()) {
            call.out().println(Output.of(json));
        }
        return ExitCode.OK.number();
    }

    private static boolean isIn(int number, String word) {
        String[] ends = word.split(":", -1);
        return Integer.parseInt(ends[0]) <= number && number <= Integer.parseInt(ends[ends.length - 1]);
    }
}
