package systole.scheduler.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.graph.GraphAction.PseudoEvent;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.scheduler.planning.Planner;
import systole.scheduler.reading.Reading;
import systole.scheduler.status.StatusText;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Resource;

/** A whole simulation: change the status, plan, carry the plan out, look at what came of it. */
public final class Simulation {
    private Simulation() {}

    /**
     * @param injections changes to the status before planning
     * @param failures results that operations of the plan are to have
     * @param execute whether the plan is carried out; otherwise only shown
     * @param showScores whether the report has the assignment scores
     * @param clock a line that says where the time comes from, shown wherever the status is worked out; may be empty
     */
    public record Request(
            List<Injection> injections,
            List<Injection.Operation> failures,
            boolean execute,
            boolean showScores,
            String clock) {
        public Request {
            injections = List.copyOf(injections);
            failures = List.copyOf(failures);
        }
    }

    /**
     * @param text the report in Pacemaker's layout
     * @param graph the plan
     * @param cib the document after it was carried out; the changed input if it was not
     * @param scoreLines assignment scores
     * @param changes the lines of the transition summary
     * @param executed one line for each action that was carried out
     * @param complete false if some action of the plan could never run
     */
    public record Report(
            String text,
            TransitionGraph graph,
            Element cib,
            List<String> scoreLines,
            List<String> changes,
            List<String> executed,
            boolean complete) {
        public Report {
            scoreLines = List.copyOf(scoreLines);
            changes = List.copyOf(changes);
            executed = List.copyOf(executed);
        }
    }

    public static Report run(Element cib, Instant now, Request request) {
        StringBuilder out = new StringBuilder();
        long seconds = now.getEpochSecond();
        String clock = request.clock.isEmpty() ? "" : request.clock + "\n";
        Cluster before = Reading.read(cib, now, false);
        section(out, "Current cluster status:", clock + StatusText.heading(before), StatusText.of(before, true));
        Element changed = cib;
        if (!request.injections.isEmpty()) {
            out.append("\nPerforming Requested Modifications:\n");
            request.injections.forEach(
                    injection -> out.append("  * ").append(injection.line()).append('\n'));
            changed = Injection.apply(cib, request.injections, seconds);
        }
        // Looking at the status changed nothing that planning needs: without injections it is planned from the same.
        Cluster cluster = request.injections.isEmpty() ? before : Reading.read(changed, now, false);
        cluster.scoreLinesWanted = request.showScores;
        Planner.Result plan = Planner.plan(cluster, 1);
        if (request.showScores) {
            out.append("\nAssignment Scores:\n");
            cluster.scoreLines.stream()
                    .sorted()
                    .forEach(line -> out.append("  * ").append(line).append('\n'));
        }
        out.append("\nTransition Summary:\n");
        plan.changes().forEach(line -> out.append(line).append('\n'));
        if (!request.execute) {
            return new Report(
                    out.toString(), plan.graph(), changed, cluster.scoreLines, plan.changes(), List.of(), true);
        }
        Map<String, Integer> failures = new LinkedHashMap<>();
        request.failures.forEach(failure -> failures.put(failure.key(), failure.rc()));
        GraphExecution.Result result =
                GraphExecution.run(changed, plan.graph(), resourceIds(cluster), failures, seconds);
        out.append("\nExecuting Cluster Transition:\n");
        result.lines().forEach(line -> out.append(line).append('\n'));
        if (!result.complete()) {
            out.append("Transition failed: terminated\nAn invalid transition was produced\n");
        }
        Cluster after = Reading.read(result.cib(), now, false);
        out.append(clock).append('\n');
        section(out, "Revised Cluster Status:", "", StatusText.of(after, false));
        return new Report(
                out.toString(),
                plan.graph(),
                result.cib(),
                cluster.scoreLines,
                plan.changes(),
                result.lines(),
                result.complete());
    }

    private static void section(StringBuilder out, String title, String heading, String text) {
        out.append(heading).append(title).append('\n').append(text);
    }

    /** Every resource id, and the names under which the history knows instances. */
    public static Set<String> resourceIds(Cluster cluster) {
        Set<String> ids = new LinkedHashSet<>();
        for (Resource resource : cluster.everyResource) {
            ids.add(resource.id);
            if (resource.historyId != null) {
                ids.add(resource.historyId);
            }
        }
        return ids;
    }

    /** The graph for Graphviz. */
    public static String dot(TransitionGraph graph) {
        List<String> lines = new ArrayList<>();
        Map<Integer, String> names = new LinkedHashMap<>();
        graph.synapses().forEach(synapse -> {
            var action = synapse.action();
            String node = action.head().onNode();
            String name = "\"" + action.trueKey() + (node.isEmpty() ? "" : " " + node) + "\"";
            names.put(action.id(), name);
            boolean pseudo = action instanceof PseudoEvent;
            lines.add(name + " [ style=bold color=\"green\" fontcolor=\"" + (pseudo ? "orange" : "black") + "\"]");
        });
        graph.synapses().forEach(synapse -> {
            for (int input : synapse.inputs()) {
                String first = names.get(input);
                if (first != null) {
                    lines.add(first + " -> " + names.get(synapse.action().id()) + " [ style = bold]");
                }
            }
        });
        lines.sort(String::compareTo);
        return " digraph \"g\" {\n" + String.join("\n", lines) + "\n}\n";
    }
}
