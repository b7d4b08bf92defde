package systole.scheduler.working;

/** Reaction to a failed operation, from weak to strong (input-and-status 10.5). */
public enum OnFail {
    IGNORE,
    DEMOTE,
    RESTART,
    RESET_REMOTE,
    RESTART_CONTAINER,
    BAN,
    BLOCK,
    STOP,
    STANDBY,
    FENCE
}
