/**
 * From decided roles and nodes to actions, their relations and the transition graph.
 *
 * <h2>Invariant</h2>
 * Actions are numbered in creation order and never disappear; what is not wanted stays optional. Relations are turned
 * into edges once; after that only edges and the bits of actions change, towards "required" and "unrunnable".
 *
 * <h2>Dependencies</h2>
 * May use {@code scheduler.working}, {@code scheduler.rules} and {@code graph}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.scheduler.planning.Planner}
 */
@NullMarked
package systole.scheduler.planning;

import org.jspecify.annotations.NullMarked;
