package systole.coordinator;

import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which absent nodes may still be running services, and since when they have not been heard of. With fencing off a
 * take-over waits until the lease that they had then is over (architecture D9). Every member keeps its own table, so
 * that a new coordinator need not ask.
 */
final class Leases {
    private final Map<String, Long> silentSince = new TreeMap<>();

    /** The node was lost, or was absent when this node started. */
    void silent(String node, long nanos) {
        silentSince.putIfAbsent(node, nanos);
    }

    /** The node is here, said goodbye, or is proven dead. */
    void settled(String node) {
        silentSince.remove(node);
    }

    boolean isRunning(long nowNanos, long leaseMillis) {
        return !silentSince.isEmpty() && nowNanos < endNanos(leaseMillis);
    }

    /** When the last lease is over. */
    long endNanos(long leaseMillis) {
        long end = Long.MIN_VALUE;
        for (long since : silentSince.values()) {
            end = Math.max(end, since + leaseMillis * 1_000_000L);
        }
        return end;
    }

    SortedSet<String> holders() {
        return new TreeSet<>(silentSince.keySet());
    }
}
