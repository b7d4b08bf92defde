/**
 * From the {@code cib} element to the working model: schema upgrade, options, nodes, resources, constraints, history.
 *
 * <h2>Invariant</h2>
 * Reading the same document at the same time gives the same model; what the reading decides is recorded with its reason.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}, {@code scheduler.rules} and {@code scheduler.working}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.reading.Reading}
 */
@NullMarked
package systole.scheduler.reading;

import org.jspecify.annotations.NullMarked;
