/**
 * Making sure that a node is dead: which devices can do it, who uses them, in which order, and what was done.
 *
 * <h2>Invariant</h2>
 * A target counts as fenced only when every device of one level, or a person, said so. A time-out is a failure.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.fencing.FenceRun}
 */
@NullMarked
package systole.fencing;

import org.jspecify.annotations.NullMarked;
