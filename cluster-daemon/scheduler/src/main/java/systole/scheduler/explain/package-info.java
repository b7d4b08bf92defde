/**
 * Why the scheduler decided as it did: trees of proofs, made of what one run wrote down.
 *
 * <h2>Invariant</h2>
 * Nothing is decided or worked out anew here: scores, choices and states of actions are those of the run that is
 * explained. The same input gives the same text.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}, {@code scheduler.planning} (finished plans only), {@code scheduler.rules} and
 * {@code scheduler.working}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.explain.Explanations}
 */
@NullMarked
package systole.scheduler.explain;

import org.jspecify.annotations.NullMarked;
