/**
 * The transition graph: what the scheduler wants done, in which order.
 *
 * <h2>Invariant</h2>
 * A graph never changes; every input of a synapse names an action id, and no two synapses carry the same action id. An
 * input whose action is not in the graph can never be satisfied.
 *
 * <h2>Dependencies</h2>
 * May use {@code model} and {@code kernel}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.graph.TransitionGraph}, then {@link systole.graph.GraphAction}
 */
@NullMarked
package systole.graph;

import org.jspecify.annotations.NullMarked;
