package systole.scheduler;

import java.util.List;
import systole.graph.TransitionGraph;

/**
 * What the scheduler wants, and why.
 *
 * @param graph the actions in their order
 * @param scoreLines assignment scores as {@code crm_simulate -s} prints them, in the order they were computed
 * @param changes what changes for each node and resource, with the cause, as {@code crm_simulate} summarises it
 */
public record Plan(TransitionGraph graph, List<String> scoreLines, List<String> changes) {
    public Plan {
        scoreLines = List.copyOf(scoreLines);
        changes = List.copyOf(changes);
    }
}
