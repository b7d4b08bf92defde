/**
 * Datagrams between the nodes, and lines between a node and its local clients.
 *
 * <h2>Invariant</h2>
 * Nothing in here decides anything about the cluster: packets and lines are moved, bounded and counted. A neighbour that
 * multicast does not reach is served by unicast without anybody above noticing.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code formats} (addresses), {@code membership} (message types), {@code wire} and {@code api}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.transport.RingTransport}, {@link systole.transport.LineServer}
 */
@NullMarked
package systole.transport;

import org.jspecify.annotations.NullMarked;
