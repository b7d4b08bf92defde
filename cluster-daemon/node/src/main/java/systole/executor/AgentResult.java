package systole.executor;

/**
 * How a run ended.
 *
 * @param id of the {@link AgentRun}
 * @param rc OCF exit code (LSB and systemd are translated); 1 if timed out, 5 if not installed, 128 + signal never
 *     shows: a program killed by a signal counts as 1 with a reason. For a fence agent its own exit code
 * @param status whether {@code rc} is the agent's word or ours
 * @param exitReason the agent's last {@code ocf-exit-reason}, a fence agent's last line on stderr, or our own words;
 *     empty if there is none
 * @param output what it wrote to stdout, at most {@link ExecutorSettings#outputLimit()} characters
 * @param messages what it wrote to stderr, bounded likewise
 * @param startedAtMillis wall clock at which the process was started, milliseconds since 1970
 * @param execMillis run time of the process, clean-up after a time-out included
 * @param queueMillis wait for earlier runs of the same resource, or for a free slot
 */
public record AgentResult(
        String id,
        int rc,
        Status status,
        String exitReason,
        String output,
        String messages,
        long startedAtMillis,
        long execMillis,
        long queueMillis) {

    /** Whether the agent itself gave the result. */
    public enum Status {
        /** The agent ended by itself: {@code rc} is its exit code. */
        DONE,
        /** It did not end within its time and was killed with all its children. */
        TIMED_OUT,
        /** There is no such agent on this node, or it cannot be executed. */
        NOT_INSTALLED,
        /** {@link Executor#cancel} or {@link Executor#close} came first. */
        CANCELLED,
        /** The process could not be started at all (no memory, no descriptors …). */
        ERROR
    }

    /** True if the agent ended by itself with exit code 0. */
    public boolean succeeded() {
        return status == Status.DONE && rc == 0;
    }
}
