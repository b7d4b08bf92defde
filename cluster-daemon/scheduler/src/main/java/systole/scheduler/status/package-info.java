/**
 * The status of a cluster as text, in Pacemaker's and in crm's layout.
 *
 * <h2>Invariant</h2>
 * Only reads; the text depends on the CIB, the moment and the zone that are given, so that all who print it print the same.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code model}, {@code scheduler.reading}, {@code scheduler.rules} and {@code scheduler.working}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.status.StatusText}, then {@link systole.scheduler.status.StatusReport}
 */
@NullMarked
package systole.scheduler.status;

import org.jspecify.annotations.NullMarked;
