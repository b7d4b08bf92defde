package systole.scheduler.working;

import org.jspecify.annotations.Nullable;

/**
 * An action that is known before resources are placed; the graph makes real actions of them, in this order.
 *
 * @param phase when it comes up
 * @param resource {@code null} for fencing
 * @param node where; never {@code null} but for requests without node
 * @param key operation key for {@link Kind#RECURRING}, else empty
 * @param intervalMs interval for {@link Kind#RECURRING}, else 0
 * @param reason text, or empty
 * @param entry the history entry it comes from, if one
 * @param priorityDelay fencing: {@code priority-fencing-delay} applies
 */
public record EarlyAction(
        Kind kind,
        Phase phase,
        @Nullable Resource resource,
        Node node,
        String key,
        String task,
        long intervalMs,
        String reason,
        @Nullable HistoryEntry entry,
        boolean priorityDelay) {
    /** What to do. */
    public enum Kind {
        /** A recurring action that runs already: optional. */
        RECURRING,
        /** A required stop. */
        STOP,
        /** All stops of the resource on the node that exist so far become optional. */
        STOPS_OPTIONAL,
        /** A required demote. */
        DEMOTE,
        /** An optional fencing of the node; the first reason counts. */
        FENCE,
        /** A required {@code clear_failcount}. */
        CLEAR_FAILCOUNT,
        /** A required {@code lrm_delete}. */
        LRM_DELETE
    }

    /** Phases of actions-and-graph, section 1. */
    public enum Phase {
        READING,
        CONSTRAINTS,
        CRITERIA
    }

    public static EarlyAction of(Kind kind, Phase phase, Resource resource, Node node, String reason) {
        String task = switch (kind) {
            case STOP, STOPS_OPTIONAL -> "stop";
            case DEMOTE -> "demote";
            case CLEAR_FAILCOUNT -> "clear_failcount";
            case LRM_DELETE -> "lrm_delete";
            case RECURRING, FENCE -> "";
        };
        return new EarlyAction(kind, phase, resource, node, "", task, 0, reason, null, false);
    }
}
