/**
 * The working model of one scheduler run: nodes, resources, constraints, history and what was decided so far.
 *
 * <p>The scheduler as a whole is a pure function; inside one run these objects are filled by the reading, changed by
 * the assignment and read by the graph. Fields are open on purpose: the stages of one run own them together, nothing
 * else ever sees them, and accessors would only hide that.
 *
 * <h2>Invariant</h2>
 * One run, one thread, one {@link systole.scheduler.working.Cluster}; nothing here outlives it. Every
 * {@link systole.scheduler.working.Node} and {@link systole.scheduler.working.Resource} has a dense index.
 *
 * <h2>Dependencies</h2>
 * May use {@code model} and {@code scheduler.rules}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.working.Cluster}
 */
@NullMarked
package systole.scheduler.working;

import org.jspecify.annotations.NullMarked;
