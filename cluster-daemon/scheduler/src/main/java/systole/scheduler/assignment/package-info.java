/**
 * Scores, placement and roles: which resource runs where.
 *
 * <h2>Invariant</h2>
 * Deterministic; every resource is assigned once for good; chains of any length are walked without deep recursion.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}, {@code scheduler.rules} and {@code scheduler.working}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.assignment.Assignment}
 */
@NullMarked
package systole.scheduler.assignment;

import org.jspecify.annotations.NullMarked;
