/**
 * The brain stem of a node: takes everything that happens, keeps the replicated state going, plans and runs when it is
 * this node's turn to coordinate.
 *
 * <h2>Invariant</h2>
 * A node acts only through the effects of {@code NodeCore.step}; time, chance and the outside world
 * enter through its inputs alone. No resource is started while a node that may run it is neither known nor proven dead.
 *
 * <h2>Dependencies</h2>
 * May use {@code state}, {@code quorum}, {@code attributes}, {@code alerts}, {@code fencing}, {@code graph}, {@code transition}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.coordinator.NodeInput}, {@link systole.coordinator.NodeEffect}, then the class NodeCore
 */
@NullMarked
package systole.coordinator;

import org.jspecify.annotations.NullMarked;
