/**
 * How fast the scheduler is, and on what clusters; built and run by {@code src-it/bench-scheduler.sh} only.
 *
 * <h2>Invariant</h2>
 * Clusters are made from their numbers alone: the same row measures the same document everywhere.
 *
 * <h2>Dependencies</h2>
 * May use {@code scheduler}, {@code formats}, {@code graph} and {@code model}. Nobody may use it.
 *
 * <h2>Start reading at</h2>
 * {@link systole.benchmarks.SchedulerBenchmark}
 */
@NullMarked
package systole.benchmarks;

import org.jspecify.annotations.NullMarked;
