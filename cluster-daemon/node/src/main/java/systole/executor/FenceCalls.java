package systole.executor;

import java.util.SortedMap;
import java.util.TreeMap;
import systole.executor.AgentResult.Status;
import systole.fencing.FenceRun;
import systole.fencing.FenceRunResult;

/** Calls that the fencing core asks for, in the words of the executor, and their results back. */
public final class FenceCalls {
    private FenceCalls() {}

    /** @param node name of this node */
    public static AgentRun of(FenceRun run, String node) {
        SortedMap<String, String> parameters = new TreeMap<>(run.input());
        parameters.remove("action");
        return new AgentRun(
                "fence-" + run.runId(),
                AgentRun.Kind.FENCE,
                "",
                run.agent(),
                run.action(),
                parameters,
                new TreeMap<>(),
                run.timeoutMillis(),
                run.device(),
                0,
                node,
                new TreeMap<>());
    }

    /** Only an agent that ended by itself with 0 has fenced: a time-out is a failure, never a success. */
    public static FenceRunResult result(FenceRun run, AgentResult result) {
        boolean ended = result.status() == Status.DONE;
        return new FenceRunResult(
                run.runId(),
                ended ? result.rc() : Math.max(1, result.rc()),
                result.status() == Status.TIMED_OUT,
                result.output(),
                result.exitReason());
    }
}
