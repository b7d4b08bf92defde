package systole.transport;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import systole.kernel.NodeId;

/**
 * Senders that have the cluster's key and are in no list: where they were last heard, so that they can be answered. Owned by
 * the ring loop.
 *
 * <p>To look at one of their packets costs more than to drop it, so it is done ten times a second at most, whoever they are.
 */
final class Strangers {
    private static final long PAUSE_NANOS = 100_000_000L;
    private static final int MOST = 16;

    /** Where a sender was heard. */
    record Place(int link, InetSocketAddress address) {}

    private final Map<NodeId, Place> places = new LinkedHashMap<>();
    private long nextLook = Long.MIN_VALUE;

    /** Whether a packet may be looked at now; if so, the next one only later. */
    boolean mayLook(long nowNanos) {
        if (nextLook != Long.MIN_VALUE && nowNanos - nextLook < 0) {
            return false;
        }
        nextLook = nowNanos + PAUSE_NANOS;
        return true;
    }

    void seen(NodeId node, int link, InetSocketAddress address) {
        if (!places.containsKey(node) && places.size() >= MOST) {
            places.clear();
        }
        places.put(node, new Place(link, address));
    }

    Optional<Place> find(NodeId node) {
        return Optional.ofNullable(places.get(node));
    }
}
