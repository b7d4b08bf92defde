/**
 * The replicated state of the cluster: configuration, what every node reports, tickets, fencing and change history.
 *
 * <h2>Invariant</h2>
 * All ready members of a view that have delivered the same messages hold equal states. A change of the configuration
 * that was acknowledged is on the disks of a quorum, so that every later quorate view begins with it.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code model}, {@code group}, {@code quorum}. Must not know {@code membership}: any engine
 * behind the group port will do.
 *
 * <h2>Start reading at</h2>
 * {@link systole.state.Command}, {@link systole.state.ClusterState}, then {@link systole.state.StateProtocol} and
 * {@code docs/state.md}.
 */
@NullMarked
package systole.state;

import org.jspecify.annotations.NullMarked;
