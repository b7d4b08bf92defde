package systole.graph;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A plan as a directed graph of actions.
 *
 * <p>Attributes as in Pacemaker: {@code cluster-delay}, {@code fencing-timeout}, {@code failed-stop-offset},
 * {@code failed-start-offset}, {@code batch-limit}, {@code transition_id}, {@code migration-limit},
 * {@code recheck-by}.
 */
public record TransitionGraph(Map<String, String> attributes, List<Synapse> synapses) {
    public TransitionGraph {
        attributes = Attributes.ordered(attributes);
        synapses = List.copyOf(synapses);
        refuseDoubles(synapses);
    }

    private static void refuseDoubles(List<Synapse> synapses) {
        int[] ids = new int[synapses.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = synapses.get(i).action().id();
        }
        Arrays.sort(ids);
        for (int i = 1; i < ids.length; i++) {
            if (ids[i - 1] == ids[i]) {
                throw new IllegalArgumentException("action " + ids[i] + " appears twice in the graph");
            }
        }
    }

    public static TransitionGraph empty() {
        return new TransitionGraph(Map.of(), List.of());
    }

    public boolean isEmpty() {
        return synapses.isEmpty();
    }

    public Optional<String> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }

    /** Number of this plan within the life of the daemon that made it; 0 if not given. */
    public int transitionId() {
        return (int) number("transition_id");
    }

    /** How many actions may run at once in the cluster; 0 means: let the runner decide. */
    public int batchLimit() {
        return (int) number("batch-limit");
    }

    /** How many live migrations may run at once on a node; 0 means no limit. */
    public int migrationLimit() {
        return (int) number("migration-limit");
    }

    /** Seconds since the epoch at which the plan must be made anew even if nothing happens; 0 for never. */
    public long recheckBy() {
        return number("recheck-by");
    }

    /** Whether a failed start counts as {@code INFINITY} failures at once. */
    public boolean startFailureIsFatal() {
        return attribute("failed-start-offset").filter("INFINITY"::equals).isPresent();
    }

    /** Synapses by the id of their action, in graph order. */
    public Map<Integer, Synapse> byActionId() {
        Map<Integer, Synapse> index = new LinkedHashMap<>();
        for (Synapse synapse : synapses) {
            index.put(synapse.action().id(), synapse);
        }
        return index;
    }

    private long number(String name) {
        String value = attributes.get(name);
        if (value == null || value.isEmpty()) {
            return 0;
        }
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + "=\"" + value + "\" of the graph is not a number", e);
        }
    }
}
