/**
 * Running a plan: the walk over a transition graph on the coordinating node, and the queue of operations on every node.
 *
 * <h2>Invariant</h2>
 * An action is dispatched only when every action it waits for was confirmed without failure, and its deadline is set
 * before it is dispatched. No instance of a clone is promoted before the plan's probes of that clone. On one node a
 * resource has at most one operation running.
 *
 * <h2>Dependencies</h2>
 * May use {@code model} and {@code graph}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.transition.AgentRequest}
 */
@NullMarked
package systole.transition;

import org.jspecify.annotations.NullMarked;
