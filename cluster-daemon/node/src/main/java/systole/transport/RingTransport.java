package systole.transport;

import systole.kernel.NodeId;
import systole.membership.RingMessage;

/**
 * Sends datagrams to the other nodes.
 *
 * <p>Never blocks and never throws. A message may be lost, doubled or overtaken; the ring protocol expects all three. Called
 * on the ring loop only, and calls its {@link Receiver} there.
 */
public interface RingTransport extends AutoCloseable {
    /** To all other nodes, by the link policy. */
    void multicast(RingMessage message);

    /** To all other nodes on this link, even if it is thought to be down. */
    void multicastOnLink(int link, RingMessage message);

    /** To one node, by the link policy. */
    void unicast(NodeId to, RingMessage message);

    /** What the detector thinks of a link to a peer; the policy avoids links that are not usable. */
    void judge(NodeId peer, int link, boolean usable);

    @Override
    void close();

    /** Where arrivals go. */
    interface Receiver {
        void received(NodeId from, int link, RingMessage message);

        /** The peer's host said that nobody listens there. */
        void refused(NodeId peer, int link);

        /** The own interface of a link came or went. */
        void linkChanged(int link, boolean up);
    }
}
