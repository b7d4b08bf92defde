/**
 * The daemon: reads the configuration, owns the two loops and their workers, wires ports to cores.
 *
 * <h2>Invariant</h2>
 * Only the ring loop touches the ring, only the node loop touches the node's core; they talk by inputs alone. Effects are
 * carried out in the order in which the core gave them. What cannot be gone on with stops the node.
 *
 * <h2>Dependencies</h2>
 * May use everything; is used by nothing.
 *
 * <h2>Start reading at</h2>
 * {@link systole.daemon.Systoled}, then {@link systole.daemon.NodeShell} and {@link systole.daemon.RingShell}
 */
@NullMarked
package systole.daemon;

import org.jspecify.annotations.NullMarked;
