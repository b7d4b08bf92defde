package systole.transition;

/**
 * How a run of a resource agent ended.
 *
 * @param runId of the {@link AgentRequest}
 * @param rc exit code of the agent; 1 if it has none (timed out, killed, could not be started)
 * @param exitReason last line that the agent marked as its reason, or words of the executor; may be empty
 * @param startedEpochMillis when the process was started
 * @param execMillis how long it ran
 * @param overloaded whether the machine had far more to do than it could when the run ended; only of use for one that
 *     timed out
 */
public record AgentResult(
        long runId,
        int rc,
        Status status,
        String exitReason,
        long startedEpochMillis,
        long execMillis,
        boolean overloaded) {
    /** A result of a machine that was not overloaded. */
    public AgentResult(long runId, int rc, Status status, String exitReason, long startedEpochMillis, long execMillis) {
        this(runId, rc, status, exitReason, startedEpochMillis, execMillis, false);
    }

    /** What is to be recorded as {@code op-status}. */
    public enum Status {
        DONE(0),
        CANCELLED(1),
        TIMED_OUT(2),
        NOT_SUPPORTED(3),
        /** The run failed for a reason that is not the agent's, for instance no process could be made. */
        ERROR(4),
        /** There is no such agent here. */
        NOT_INSTALLED(7);

        private final int number;

        Status(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }
}
