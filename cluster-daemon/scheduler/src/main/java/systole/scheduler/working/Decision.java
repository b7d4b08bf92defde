package systole.scheduler.working;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the node of one resource was chosen: what there was to choose from, and which rule settled it.
 *
 * @param candidates nodes with an entry in the table of the resource, best first
 * @param chosen {@code null} for none
 * @param entries how many entries the book had about the resource by then: what came later did not count
 */
public record Decision(
        Resource resource,
        List<Candidate> candidates,
        @Nullable Node chosen,
        Rule rule,
        int entries) {
    /** What settled a choice. */
    public enum Rule {
        /** No node may be used. */
        NONE,
        /** No other node may be used. */
        ONLY,
        SCORE,
        /** Equal scores: more free capacity. */
        CAPACITY,
        /** Equal scores: fewer resources. */
        LOAD,
        /** Equal scores: where it is. */
        STAYS,
        /** Equal scores: the node asked for, because an instance is there or it has most capacity. */
        PREFERRED,
        /** Equal in everything. */
        NAME,
        /** Unmanaged: it is left as it is. */
        UNMANAGED,
        /** {@code stop-all-resources}. */
        STOP_ALL,
        /** No instance of the resource it has to be with can be its partner. */
        NO_PARTNER
    }

    /**
     * @param usable whether the node can be used at all: online, staying, clean, not in standby or maintenance
     * @param resources resources that had been given to the node before
     */
    public record Candidate(Node node, int score, boolean usable, int resources) {}

    public Decision {
        candidates = List.copyOf(candidates);
    }
}
