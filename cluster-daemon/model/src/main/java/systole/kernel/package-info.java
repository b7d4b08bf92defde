/**
 * What every part of the house shares: identities, outcomes of a step, seeds, failures an operator can act upon.
 *
 * <h2>Invariant</h2>
 * Nothing here knows a protocol, a clock, a thread or a file.
 *
 * <h2>Dependencies</h2>
 * May use nothing of Systole.
 *
 * <h2>Start reading at</h2>
 * {@link systole.kernel.Outcome}
 */
@NullMarked
package systole.kernel;

import org.jspecify.annotations.NullMarked;
