/**
 * Runs the programs that others wrote: OCF, LSB and systemd resource agents, and fence agents, as child processes.
 *
 * <h2>Invariant</h2>
 * Every accepted run is answered exactly once, no earlier than its process has gone; after a time-out nothing of its
 * process tree, and of its control group where it has one, is left, or the answer says which process survived. A service that an agent started is never killed and
 * never loses its output because the daemon ended.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code model}, {@code fencing}. Must not know {@code state}: what should run is decided elsewhere.
 *
 * <h2>Start reading at</h2>
 * {@link systole.executor.Executor}, then {@code docs/agents.md}.
 */
@NullMarked
package systole.executor;

import org.jspecify.annotations.NullMarked;
