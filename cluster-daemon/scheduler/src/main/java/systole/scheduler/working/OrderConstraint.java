package systole.scheduler.working;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@code rsc_order} with its references resolved: two or more sets, in order. A simple constraint has two sets of
 * one member each and {@code simple} true.
 *
 * @param id constraint id
 * @param kind how strict
 * @param symmetrical explicit value of the constraint, or {@code null} if it says nothing
 * @param simple no sets, templates or tags were involved
 * @param requireAll {@code require-all} of the constraint element (default true)
 */
public record OrderConstraint(
        String id, Kind kind, @Nullable Boolean symmetrical, boolean simple, boolean requireAll, List<Group> sets) {
    /** How strict an ordering is. */
    public enum Kind {
        OPTIONAL,
        MANDATORY,
        SERIALIZE
    }

    /**
     * One set.
     *
     * @param id id of the {@code resource_set}, or of the constraint if it is simple
     * @param kind own kind of the set, or {@code null}
     * @param symmetrical own value of the set, or {@code null}
     * @param sequential explicit value, or {@code null} if the set says nothing
     * @param requireAll value of {@code require-all}, default true
     * @param action the action, never empty: {@code start} by default
     */
    public record Group(
            String id,
            @Nullable Kind kind,
            @Nullable Boolean symmetrical,
            @Nullable Boolean sequential,
            boolean requireAll,
            String action,
            @Nullable String role,
            List<Resource> members) {
        public Group {
            members = List.copyOf(members);
        }
    }

    public OrderConstraint {
        sets = List.copyOf(sets);
    }
}
