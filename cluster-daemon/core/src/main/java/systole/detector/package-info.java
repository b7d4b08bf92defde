/**
 * Failure detection by heartbeats, apart from the order of messages.
 *
 * <h2>Invariant</h2>
 * A node that was itself not running accuses nobody for the time in which it did not run.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.detector.FailureDetector}
 */
@NullMarked
package systole.detector;

import org.jspecify.annotations.NullMarked;
