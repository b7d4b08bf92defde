/**
 * The status of a cluster as text, in Pacemaker's layout.
 *
 * <h2>Invariant</h2>
 * Only reads the working model.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}, {@code scheduler.rules} and {@code scheduler.working}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.status.StatusText}
 */
@NullMarked
package systole.scheduler.status;

import org.jspecify.annotations.NullMarked;
