/**
 * The policy engine: from configuration and status to a plan.
 *
 * <h2>Invariant</h2>
 * The same input gives the same plan, byte for byte. No clock, no random source, no thread; the working model lives for
 * one run and is never shared.
 *
 * <h2>Dependencies</h2>
 * May use {@code model}, {@code graph} and {@code formats}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.Scheduler}
 */
@NullMarked
package systole.scheduler;

import org.jspecify.annotations.NullMarked;
