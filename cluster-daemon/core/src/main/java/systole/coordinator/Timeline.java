package systole.coordinator;

/** The steps of a failure or a change, each with its time, as {@code history} shows them. */
public enum Timeline {
    SUSPECTED,
    VIEW_CHANGED,
    NODE_LEFT,
    NODE_LOST,
    NODE_JOINED,
    QUORUM_GAINED,
    QUORUM_LOST,
    UNBLOCKED,
    WITNESS,
    SYNCED,
    COORDINATOR_CHANGED,
    PLAN_ASKED,
    PLANNED,
    ABORTED,
    TRANSITION_DONE,
    FENCING_STARTED,
    FENCED,
    FENCING_FAILED,
    LEASE_WAIT,
    LEASE_OVER,
    ACTION_SENT,
    ACTION_DONE,
    ACTION_FAILED,
    ACTION_LOST,
    CONFIGURED,
    NODES_CHANGED,
    NODES_LEARNED,
    SHUTDOWN_BEGUN,
    WARNING
}
