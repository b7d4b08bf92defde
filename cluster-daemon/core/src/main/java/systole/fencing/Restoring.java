package systole.fencing;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * Which operations have all devices of a level off and put them on again. All nodes are told in order when that begins and when it
 * is over. An operation that hears between its own first device and its own word that another has begun cannot say that its devices
 * were ever off together; one that hears of none can, for what the others put on they put on after their word, and that comes after
 * its own.
 */
final class Restoring {
    private record Entry(FenceOrder order, long untilNanos) {}

    private final Map<String, Entry> entries = new TreeMap<>();

    /** The same operation may be worked off by several nodes, one after the other. */
    static String key(FenceOrder order) {
        return order.operation() + " on " + order.executor();
    }

    void begins(FenceOrder order) {
        entries.put(key(order), new Entry(order, Long.MAX_VALUE));
    }

    void isOver(FenceOrder order) {
        entries.remove(key(order));
    }

    boolean byOthers(FenceOrder mine) {
        return entries.entrySet().stream()
                .anyMatch(entry -> entry.getValue().order().target().equals(mine.target())
                        && !entry.getKey().equals(key(mine)));
    }

    /** Of a node that is gone nobody hears when it is over. */
    void membersAre(Set<String> members, Set<String> restarted, ToLongFunction<FenceOrder> untilNanos) {
        entries.replaceAll((key, entry) -> {
            String executor = entry.order().executor();
            boolean gone = !members.contains(executor) || restarted.contains(executor);
            return gone && entry.untilNanos() == Long.MAX_VALUE
                    ? new Entry(entry.order(), untilNanos.applyAsLong(entry.order()))
                    : entry;
        });
    }

    void tick(long nowNanos) {
        entries.values().removeIf(entry -> entry.untilNanos() <= nowNanos);
    }

    long deadlineNanos() {
        return entries.values().stream().mapToLong(Entry::untilNanos).min().orElse(Long.MAX_VALUE);
    }
}
