package systole.executor;

import java.util.function.Consumer;

/**
 * Runs agents.
 *
 * <p>No method blocks, and none throws for a reason outside the caller: what goes wrong with a run is in its result.
 * Called on the node's loop, safe from any thread. Every run is answered exactly once; the callback comes on the
 * executor's own thread, must not block, and usually puts the result into the caller's inbox.
 *
 * <p>Runs of one resource are done one at a time in the order given (fence runs excepted); different resources run side
 * by side up to {@link ExecutorSettings#parallel()}. The time-out counts from the start of the process.
 */
public interface Executor extends AutoCloseable {
    /**
     * @throws IllegalArgumentException if a run with this id is still in flight
     * @throws IllegalStateException after {@link #close}
     */
    void run(AgentRun run, Consumer<AgentResult> whenDone);

    /**
     * Gives up a run: one that waits is not started, one in flight is ended with its children, both are answered as
     * cancelled. A run that has ended, or never was, is ignored.
     */
    void cancel(String id);

    /**
     * Ends the executor: waiting runs are answered as cancelled, runs in flight are ended with their children. Services
     * that agents started go on. Returns when all this has been done.
     */
    @Override
    void close();
}
