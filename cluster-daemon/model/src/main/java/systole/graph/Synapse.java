package systole.graph;

import java.util.List;

/**
 * An action together with what must be finished before it. Fires once, when every input has been confirmed without
 * failure.
 *
 * @param priority higher goes first among those that are ready; at {@link #INFINITY} it goes even after a failure
 * @param inputs ids of actions, ascending
 */
public record Synapse(int id, int priority, GraphAction action, List<Integer> inputs) {
    public static final int INFINITY = 1_000_000;

    public Synapse {
        inputs = List.copyOf(inputs);
    }
}
