/**
 * The cluster's configuration and status as immutable values.
 *
 * <h2>Invariant</h2>
 * A value never changes after construction; what a caller handed in is copied.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.model.Element}
 */
@NullMarked
package systole.model;

import org.jspecify.annotations.NullMarked;
