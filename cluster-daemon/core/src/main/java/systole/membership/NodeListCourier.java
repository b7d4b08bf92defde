package systole.membership;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import systole.kernel.NodeId;
import systole.membership.RingEffect.Report;
import systole.membership.RingEffect.Unicast;
import systole.membership.RingEffect.Weight;
import systole.membership.RingMessage.Heartbeat;
import systole.membership.RingMessage.NodeListNotice;

/**
 * Hands the node list on to nodes outside the ring that speak with an older one: a node of the list that was away when it
 * changed, and a machine that was away when it was removed.
 *
 * <p>Whoever hears such a heartbeat answers it, the first member of the ring at once, the others in their turn only if it
 * goes on; then each once in {@value #PERIOD} heartbeats. What comes of it is decided by who gets the list.
 */
final class NodeListCourier {
    private static final int PERIOD = 32;
    private static final int MOST_REMEMBERED = 64;

    private static final class Behind {
        long lastNumber = Long.MIN_VALUE;
        long incarnation;
        int beats;
    }

    private final NodeId self;
    private final Map<NodeId, Behind> behind = new HashMap<>();
    private long order;
    private byte[] list = {};

    NodeListCourier(NodeId self) {
        this.self = self;
    }

    /** What is handed on from now on. */
    void carries(long newOrder, byte[] newList) {
        order = newList.length > RingMessage.MAX_NODE_LIST ? 0 : newOrder;
        list = newList;
        behind.clear();
    }

    long order() {
        return order;
    }

    boolean isNews(NodeListNotice notice) {
        return notice.order() > order;
    }

    /** @param isListed whether the sender is in the list that this node goes by */
    void heard(Heartbeat beat, boolean isListed, OrderedRing ring, List<RingEffect> out) {
        if (order == 0) {
            return;
        }
        NodeId peer = beat.sender();
        if (beat.nodeList() >= order || ring.members.contains(peer)) {
            behind.remove(peer);
            return;
        }
        if (behind.size() >= MOST_REMEMBERED) {
            behind.clear();
        }
        Behind its = behind.computeIfAbsent(peer, ignored -> new Behind());
        if (its.incarnation == beat.incarnation() && beat.number() <= its.lastNumber) {
            return;
        }
        its.incarnation = beat.incarnation();
        its.lastNumber = beat.number();
        if (its.beats++ % PERIOD != ring.order.indexOf(self) % PERIOD) {
            return;
        }
        if (its.beats <= PERIOD) {
            out.add(new Report(
                    Weight.NOTICE,
                    peer + (isListed ? " has an older node list" : " is no node of the cluster any more")
                            + ": it is sent the present one"));
        }
        out.add(new Unicast(peer, new NodeListNotice(self, order, list)));
    }
}
