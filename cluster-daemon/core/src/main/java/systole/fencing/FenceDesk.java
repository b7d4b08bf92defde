package systole.fencing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The asking side of fencing: who is to do it, whether it is under way already, whom to ask next when one fails
 * (controller-and-fencer 12.2, 12.4, 12.5). Every node keeps the same table of operations under way, since orders and
 * reports come in the same order everywhere; only the origin of one acts on it.
 */
public final class FenceDesk {
    private static final long MILLI = 1_000_000L;
    private static final long SLACK_MILLIS = 5_000;

    private static final class Entry {
        FenceOrder order;
        boolean delivered;
        final SortedSet<String> tried = new TreeSet<>();
        final List<Waiter> waiters = new ArrayList<>();
        long deadlineNanos = Long.MAX_VALUE;

        Entry(FenceOrder order) {
            this.order = order;
        }
    }

    /** @param life of the target, by the view with which it joined, that is to end */
    private record Waiter(String name, long life) {}

    /** Facts about the cluster that the choice of an executor needs. */
    public record Situation(
            DeviceRegistry registry,
            SortedSet<String> members,
            Map<String, Set<String>> activeDevices,
            SortedMap<String, Long> watchdogMillis,
            SortedMap<String, Long> joinedAt) {
        /**
         * @param activeDevices nodes on which a device's own monitor runs, by device
         * @param watchdogMillis nodes that may be relied upon to end themselves, with the time after which they have
         * @param joinedAt by node, the view with which it last joined
         */
        public Situation {
            members = new TreeSet<>(members);
            activeDevices = Map.copyOf(activeDevices);
            watchdogMillis = new TreeMap<>(watchdogMillis);
            joinedAt = new TreeMap<>(joinedAt);
        }
    }

    private final String self;
    private final String incarnation;
    private final Map<String, Entry> table = new TreeMap<>();

    /** Nodes on which nothing answered in time, by target, since it was last fenced: next time the others come first. */
    private final Map<String, SortedSet<String>> hung = new TreeMap<>();

    private long lastOperation;
    private List<FencingEffect> effects = new ArrayList<>();

    /** @param incarnation differs between two starts of a node, so that operations of both differ */
    public FenceDesk(String self, String incarnation) {
        this.self = self;
        this.incarnation = incarnation;
    }

    /**
     * Asks for a node to be fenced. The waiter is told exactly once. A request for what is under way already is merged
     * with it.
     */
    public List<FencingEffect> request(
            String target,
            String action,
            long timeoutMillis,
            long delayMillis,
            String client,
            long joinedAt,
            String waiter,
            Situation now,
            long nowNanos) {
        effects = new ArrayList<>();
        for (Entry entry : table.values()) {
            if (entry.order.target().equals(target)
                    && entry.order.action().equals(action)
                    && now.members().contains(entry.order.executor())) {
                entry.waiters.add(new Waiter(waiter, joinedAt));
                return effects;
            }
        }
        String id = self + "-" + incarnation + "-" + ++lastOperation;
        FenceOrder order = new FenceOrder(id, target, action, timeoutMillis, delayMillis, self, self, client, joinedAt);
        Entry entry = new Entry(order);
        entry.waiters.add(new Waiter(waiter, joinedAt));
        table.put(id, entry);
        tryNext(entry, now, nowNanos, new FenceReport(order, false, "", true, false, "no node can fence " + target));
        return effects;
    }

    /**
     * An order came, in its place. Returns whether this node has to execute it. Its origin gives it up in time; if that word never
     * comes, it is forgotten here after twice that, so that nobody waits for it for ever.
     */
    public boolean ordered(FenceOrder order, Situation now, long nowNanos) {
        Entry entry = table.computeIfAbsent(order.operation(), id -> new Entry(order));
        if (!order.origin().equals(self)) {
            entry.deadlineNanos = nowNanos + 2 * totalMillis(order, now) * MILLI;
        }
        entry.order = order;
        entry.delivered = true;
        entry.tried.add(order.executor());
        return order.executor().equals(self);
    }

    /** An executor failed. */
    public List<FencingEffect> failed(FenceReport report, Situation now, long nowNanos) {
        effects = new ArrayList<>();
        Entry entry = table.get(report.order().operation());
        if (entry == null || !entry.order.executor().equals(report.order().executor())) {
            return effects;
        }
        if (report.timedOut()) {
            hungOn(report.order());
        }
        if (entry.order.origin().equals(self) && !report.timedOut()) {
            tryNext(entry, now, nowNanos, report);
        } else {
            end(entry, report);
        }
        return effects;
    }

    /**
     * A life of the target, and with it all before, was ended by whomever: everybody who waits for that is answered. Who waits for
     * the end of a later one, with which the target came back meanwhile, has to ask again; what was ordered against that goes on.
     */
    public List<FencingEffect> succeeded(String target, String action, long life) {
        effects = new ArrayList<>();
        hung.remove(target);
        for (Entry entry : List.copyOf(table.values())) {
            boolean same = entry.order.action().equals(action)
                    || (!action.equals("on") && !entry.order.action().equals("on"));
            boolean on = action.equals("on");
            if (entry.order.target().equals(target) && same && (on || entry.order.joinedAt() <= life)) {
                table.remove(entry.order.operation());
                for (Waiter waiter : entry.waiters) {
                    boolean ended = on || waiter.life() <= life;
                    String text = ended ? "" : target + " came back while it was fenced";
                    effects.add(new FencingEffect.Answered(waiter.name(), ended, false, text));
                }
            }
        }
        return effects;
    }

    /**
     * The members changed: operations whose executor is gone go to another one, those whose origin is gone are left.
     *
     * @param restarted members that were away and know nothing of what was ordered before
     */
    public List<FencingEffect> membersAre(Situation now, Set<String> restarted, long nowNanos) {
        effects = new ArrayList<>();
        for (Entry entry : List.copyOf(table.values())) {
            boolean mine = entry.order.origin().equals(self);
            String executor = entry.order.executor();
            boolean executorGone = !now.members().contains(executor) || restarted.contains(executor);
            if (mine && executorGone) {
                FenceReport lost = new FenceReport(
                        entry.order, false, "", false, false, "executing node " + entry.order.executor() + " was lost");
                entry.tried.remove(self);
                tryNext(entry, now, nowNanos, lost);
            } else if (executorGone) {
                table.remove(entry.order.operation());
                refuse(entry, false, "executing node " + entry.order.executor() + " was lost");
            }
        }
        return effects;
    }

    /** An order of this node was dropped because the view changed; sent again if it is still wanted. */
    public List<FencingEffect> dropped(FenceOrder order, Situation now, long nowNanos) {
        effects = new ArrayList<>();
        Entry entry = table.get(order.operation());
        if (entry != null && entry.order.executor().equals(order.executor()) && !entry.delivered) {
            entry.tried.remove(order.executor());
            tryNext(entry, now, nowNanos, new FenceReport(order, false, "", true, false, "no node can do it"));
        }
        return effects;
    }

    /** Gives up what takes too long. */
    public List<FencingEffect> tick(long nowNanos) {
        effects = new ArrayList<>();
        for (Entry entry : List.copyOf(table.values())) {
            if (entry.deadlineNanos <= nowNanos) {
                hungOn(entry.order);
                end(entry, new FenceReport(entry.order, false, "", false, true, "no result within the total time"));
            }
        }
        return effects;
    }

    private void hungOn(FenceOrder order) {
        hung.computeIfAbsent(order.target(), target -> new TreeSet<>()).add(order.executor());
    }

    public long deadlineNanos() {
        long first = Long.MAX_VALUE;
        for (Entry entry : table.values()) {
            first = Math.min(first, entry.deadlineNanos);
        }
        return first;
    }

    /** Orders under way, by operation. */
    public List<FenceOrder> underWay() {
        return table.values().stream().map(entry -> entry.order).toList();
    }

    private void tryNext(Entry entry, Situation now, long nowNanos, FenceReport last) {
        List<String> left = executors(entry.order, now);
        left.removeAll(entry.tried);
        if (left.isEmpty()) {
            end(entry, last);
            return;
        }
        entry.order = entry.order.by(left.get(0));
        entry.delivered = false;
        entry.deadlineNanos = nowNanos + totalMillis(entry.order, now) * MILLI;
        effects.add(new FencingEffect.SendOrder(entry.order));
    }

    private void end(Entry entry, FenceReport last) {
        table.remove(entry.order.operation());
        if (entry.order.origin().equals(self)) {
            effects.add(new FencingEffect.GaveUp(last));
        }
        refuse(entry, last.noDevice(), last.text());
    }

    private void refuse(Entry entry, boolean noDevice, String text) {
        for (Waiter waiter : entry.waiters) {
            effects.add(new FencingEffect.Answered(waiter.name(), false, noDevice, text));
        }
    }

    /** Who could do it, best first: never the target while there is another, and one on which nothing hung so far. */
    private List<String> executors(FenceOrder order, Situation now) {
        List<String> nodes = new ArrayList<>(now.members());
        if (nodes.size() > 1) {
            nodes.remove(order.target());
        }
        if (!now.registry().devices().isEmpty() && !now.watchdogMillis().containsKey(order.target())) {
            nodes.removeIf(node -> usable(order, node, now) == 0);
        }
        SortedSet<String> stuck = hung.getOrDefault(order.target(), new TreeSet<>());
        nodes.sort(Comparator.comparingInt((String node) -> stuck.contains(node) ? 1 : 0)
                .thenComparingInt(node -> -usable(order, node, now))
                .thenComparingInt(node -> -active(order, node, now))
                .thenComparingInt(node -> node.equals(self) ? 0 : 1)
                .thenComparing(Comparator.naturalOrder()));
        return nodes;
    }

    private static int usable(FenceOrder order, String node, Situation now) {
        int usable = 0;
        for (List<String> level : now.registry().plan(order.target())) {
            for (String id : level) {
                FenceDevice device = now.registry().devices().get(id);
                if (id.equals("watchdog")
                        || (device != null && !device.bannedNodes().contains(node) && device.mayKnow(order.target()))) {
                    usable++;
                }
            }
        }
        return usable;
    }

    private static int active(FenceOrder order, String node, Situation now) {
        int active = 0;
        for (List<String> level : now.registry().plan(order.target())) {
            for (String id : level) {
                if (now.activeDevices().getOrDefault(id, Set.of()).contains(node)) {
                    active++;
                }
            }
        }
        return active;
    }

    private static long totalMillis(FenceOrder order, Situation now) {
        long sum = Math.max(0, order.delayMillis()) + now.watchdogMillis().getOrDefault(order.target(), 0L);
        for (List<String> level : now.registry().plan(order.target())) {
            for (String id : level) {
                FenceDevice device = now.registry().devices().get(id);
                if (device != null) {
                    long one = device.timeoutMillis(order.action(), order.timeoutMillis());
                    if (level.size() > 1 && order.action().equals("reboot")) {
                        one = device.timeoutMillis("off", order.timeoutMillis())
                                + device.timeoutMillis("on", order.timeoutMillis());
                    }
                    sum += one + device.longestDelayMillis(order.target());
                }
            }
        }
        return Math.max(sum, order.timeoutMillis()) * 12 / 10 + SLACK_MILLIS;
    }
}
