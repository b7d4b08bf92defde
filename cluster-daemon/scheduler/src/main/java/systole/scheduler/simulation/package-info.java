/**
 * Trying a plan out: what would be, if every action did what is expected of it.
 *
 * <h2>Invariant</h2>
 * Works on copies; the configuration and status handed in never change.
 *
 * <h2>Dependencies</h2>
 * May use {@code scheduler} with all its parts, {@code graph} and {@code model}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.simulation.GraphExecution}
 */
@NullMarked
package systole.scheduler.simulation;

import org.jspecify.annotations.NullMarked;
