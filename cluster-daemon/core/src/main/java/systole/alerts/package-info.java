/**
 * Whom to tell that something happened: the section {@code alerts} of the configuration, and what a program is told.
 *
 * <h2>Invariant</h2>
 * An alert never changes what the cluster does: nothing waits for its program, and its exit code is only logged.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.alerts.AlertSettings}, then {@link systole.alerts.AlertEvent}
 */
@NullMarked
package systole.alerts;

import org.jspecify.annotations.NullMarked;
