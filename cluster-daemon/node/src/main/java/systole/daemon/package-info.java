/**
 * The daemon itself: main, its two loops, and the desk at which people and tools are answered.
 *
 * <h2>Invariant</h2>
 * Nothing is decided here: events become inputs, effects become deeds, in the order in which they came.
 *
 * <h2>Dependencies</h2>
 * May use everything; nobody may use it.
 *
 * <h2>Start reading at</h2>
 * {@link systole.daemon.ApiDesk} for requests.
 */
@NullMarked
package systole.daemon;

import org.jspecify.annotations.NullMarked;
