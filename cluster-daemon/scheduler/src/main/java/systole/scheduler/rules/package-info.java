/**
 * Values, dates, rules and attribute blocks of the configuration, evaluated at a given time.
 *
 * <h2>Invariant</h2>
 * Functions of their arguments; text that cannot be understood never throws, it counts as the specification says.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.rules.Rules}
 */
@NullMarked
package systole.scheduler.rules;

import org.jspecify.annotations.NullMarked;
