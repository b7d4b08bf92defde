/**
 * The port to the ordering layer: views of who is here, and messages that everybody gets in the same order.
 *
 * <h2>Invariant</h2>
 * Nothing above this package can tell which engine orders the messages.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.group.GroupEvent}
 */
@NullMarked
package systole.group;

import org.jspecify.annotations.NullMarked;
