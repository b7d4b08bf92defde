/**
 * Self-fencing: the poison pill on a shared disk, the rule by which a node ends itself, and the times that have to fit.
 *
 * <h2>Invariant</h2>
 * A node that has neither read its slot on most disks nor stood in a quorum for one watchdog time is at its end; whoever
 * waits for {@code msgwait} after writing a pill may rely on it.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.pill.Sentinel}
 */
@NullMarked
package systole.pill;

import org.jspecify.annotations.NullMarked;
