package systole.scheduler.working;

import org.jspecify.annotations.Nullable;

/**
 * Why a score, a ban or a decision is as it is.
 *
 * @param resource whom it concerns
 * @param node where, or {@code null} for everywhere
 * @param score what it added; minus infinity for a ban; 0 where no score is involved
 * @param source id of the constraint, attribute, failure, ticket or resource that decided; may be empty
 * @param text one sentence without a full stop
 */
public record Reason(Kind kind, Resource resource, @Nullable Node node, int score, String source, String text) {
    /** What kind of thing decided. */
    public enum Kind {
        BASE_SCORE,
        LOCATION,
        RULE,
        HEALTH,
        STICKINESS,
        COLOCATION,
        GROUP,
        CLONE,
        DEPENDENT,
        FAIL_COUNT,
        FAILURE,
        PROBE,
        TICKET,
        SHUTDOWN_LOCK,
        EXCLUSIVE_DISCOVERY,
        NODE_STATE,
        TARGET_ROLE,
        STOP_ALL,
        UNMANAGED,
        MULTIPLE_ACTIVE,
        REMOVED,
        UTILIZATION,
        INSTANCE_LIMIT,
        PROMOTION,
        PROMOTION_SCORE,
        QUORUM,
        CONTAINER,
        /** A score that changed in a step nobody wrote down; there must be none. */
        UNACCOUNTED,
        /** No entry for the node in a cluster where nodes have to be named. */
        OPT_IN,
        /** Which node was chosen. */
        PLACEMENT,
        /** One node that could have been chosen. */
        CANDIDATE,
        ACTION,
        ORDER,
        FENCING
    }
}
