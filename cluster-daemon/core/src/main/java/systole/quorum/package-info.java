/**
 * Whether the nodes that are here may act for the whole cluster: votes, two-node, wait-for-all, last-man-standing,
 * auto-tie-breaker.
 *
 * <h2>Invariant</h2>
 * Two disjoint views are never both quorate, except where an operator asked for it in words ({@code two_node}, or a
 * person who is wrong about absent nodes).
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel} and {@code group}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.quorum.QuorumProtocol}
 */
@NullMarked
package systole.quorum;

import org.jspecify.annotations.NullMarked;
