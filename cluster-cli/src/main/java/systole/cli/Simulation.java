package systole.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.status.StatusText;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Resource;

/** What the cluster would do, in the layout of {@code crm_simulate}; nothing is done. */
final class Simulation {
    private final Cluster before;
    private final Plan plan;
    private final GraphExecution.Result result;
    private final Cluster after;

    private Simulation(Element cib, Instant now) {
        before = Reading.read(cib, now, false);
        plan = Scheduler.schedule(cib, now);
        Set<String> ids = new LinkedHashSet<>();
        for (Resource resource : before.everyResource) {
            ids.add(resource.id);
            if (!resource.unique) {
                ids.add(resource.configId());
            }
        }
        result = GraphExecution.run(cib, plan.graph(), ids, Map.of(), now.getEpochSecond());
        after = Reading.read(result.cib(), now, false);
    }

    static Simulation of(Element cib, Instant now) {
        return new Simulation(cib.is("cib") ? cib : Element.of("cib", Map.of(), List.of(cib)), now);
    }

    /** Each change without the mark of a list. */
    List<String> changes() {
        return unmarked(plan.changes());
    }

    private static List<String> unmarked(List<String> lines) {
        return lines.stream()
                .map(line -> line.strip().startsWith("* ") ? line.strip().substring(2) : line.strip())
                .toList();
    }

    String text(boolean scores) {
        StringBuilder out = new StringBuilder();
        out.append(StatusText.heading(before)).append("Current cluster status:\n");
        out.append(StatusText.of(before, true));
        if (scores) {
            out.append("\nAssignment Scores:\n");
            plan.scoreLines().forEach(line -> out.append("  * ").append(line).append('\n'));
        }
        out.append("\nTransition Summary:\n");
        plan.changes().forEach(change -> out.append(change).append('\n'));
        if (!result.lines().isEmpty()) {
            out.append("\nExecuting Cluster Transition:\n");
            result.lines().forEach(line -> out.append(line).append('\n'));
        }
        out.append("\nRevised Cluster Status:\n").append(StatusText.of(after, false));
        return out.toString();
    }

    Map<String, Object> json() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("changes", changes());
        fields.put("actions", unmarked(result.lines()));
        fields.put("complete", result.complete());
        fields.put("scores", plan.scoreLines());
        return fields;
    }
}
