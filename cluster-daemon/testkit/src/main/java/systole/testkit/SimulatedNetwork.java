package systole.testkit;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.kernel.Seed;

/**
 * Datagrams between simulated nodes: lost, doubled, delayed, overtaken, cut in one direction or both, on one link or
 * all. Messages are handed over as they are and must not be changed by anybody.
 *
 * @param <M> what is sent: objects, or bytes when the codec is to be part of the run
 */
public final class SimulatedNetwork<M> {
    /** A node's socket. */
    @FunctionalInterface
    public interface Receiver<M> {
        void receive(NodeId from, int link, M message);
    }

    /** Decides about single packets, for directed tests. */
    @FunctionalInterface
    public interface Filter<M> {
        boolean passes(NodeId from, NodeId to, int link, M message);
    }

    private record Path(NodeId from, NodeId to, int link) {}

    private record Packet<M>(NodeId from, int link, M message) {}

    /** What a socket buffers while its process does not run; more is dropped, as the kernel does. */
    private static final int SOCKET_BUFFER = 4096;

    private static final int ALL_LINKS = -1;

    private final VirtualTime time;
    private final Seed seed;
    private final Map<NodeId, Receiver<M>> receivers = new HashMap<>();
    private final Map<NodeId, ArrayDeque<Packet<M>>> paused = new HashMap<>();
    private final Set<Path> cuts = new HashSet<>();
    private NetworkConditions conditions;
    private Filter<M> filter = (from, to, link, message) -> true;
    private long sent;
    private long delivered;
    private long dropped;

    public SimulatedNetwork(VirtualTime time, Seed seed, NetworkConditions conditions) {
        this.time = time;
        this.seed = seed;
        this.conditions = conditions;
    }

    /** Opens the socket of a node; replaces an earlier one. */
    public void attach(NodeId node, Receiver<M> receiver) {
        receivers.put(node, receiver);
        paused.remove(node);
    }

    /** Closes it: what is on its way to the node is lost. */
    public void detach(NodeId node) {
        receivers.remove(node);
        paused.remove(node);
    }

    public boolean isAttached(NodeId node) {
        return receivers.containsKey(node);
    }

    /** The process does not read: packets wait in the socket. */
    public void pause(NodeId node) {
        paused.putIfAbsent(node, new ArrayDeque<>());
    }

    /** The process reads again, first what has waited. */
    public void resume(NodeId node) {
        @Nullable ArrayDeque<Packet<M>> waiting = paused.remove(node);
        if (waiting != null) {
            for (Packet<M> packet : waiting) {
                hand(node, packet);
            }
        }
    }

    public void send(NodeId from, NodeId to, int link, M message) {
        sent++;
        if (isCut(from, to, link) || !filter.passes(from, to, link, message)) {
            dropped++;
            return;
        }
        if (seed.chance(conditions.loss())) {
            dropped++;
            return;
        }
        carry(from, to, link, message);
        if (seed.chance(conditions.duplication())) {
            carry(from, to, link, message);
        }
    }

    /** The same as one {@link #send} to each of them, for less. */
    public void multicast(NodeId from, Collection<NodeId> to, int link, M message) {
        var targets = new NodeId[2 * to.size()];
        var delays = new long[2 * to.size()];
        int copies = 0;
        for (NodeId each : to) {
            if (each.equals(from)) {
                continue;
            }
            sent++;
            if (isCut(from, each, link)
                    || !filter.passes(from, each, link, message)
                    || seed.chance(conditions.loss())) {
                dropped++;
                continue;
            }
            targets[copies] = each;
            delays[copies++] = delay();
            if (seed.chance(conditions.duplication())) {
                targets[copies] = each;
                delays[copies++] = delay();
            }
        }
        var packet = new Packet<>(from, link, message);
        time.afterEachOf(Arrays.copyOf(delays, copies), "packet", number -> arrive(targets[number], packet));
    }

    private long delay() {
        long delay = seed.between(conditions.minDelayNanos(), conditions.maxDelayNanos());
        if (conditions.straggling() > 0 && seed.chance(conditions.straggling())) {
            delay += seed.between(0, conditions.stragglerDelayNanos());
        }
        return delay;
    }

    private void carry(NodeId from, NodeId to, int link, M message) {
        var packet = new Packet<>(from, link, message);
        time.after(delay(), "packet", () -> arrive(to, packet));
    }

    private void arrive(NodeId to, Packet<M> packet) {
        // A socket that was opened after the packet was sent gets it too: that is how UDP behaves.
        @Nullable ArrayDeque<Packet<M>> waiting = paused.isEmpty() ? null : paused.get(to);
        if (waiting == null) {
            hand(to, packet);
        } else if (waiting.size() < SOCKET_BUFFER) {
            waiting.add(packet);
        } else {
            dropped++;
        }
    }

    private void hand(NodeId to, Packet<M> packet) {
        @Nullable Receiver<M> receiver = receivers.get(to);
        if (receiver == null) {
            dropped++;
            return;
        }
        delivered++;
        receiver.receive(packet.from(), packet.link(), packet.message());
    }

    public void conditions(NetworkConditions now) {
        this.conditions = now;
    }

    public NetworkConditions conditions() {
        return conditions;
    }

    public void filter(Filter<M> now) {
        this.filter = now;
    }

    /** Cuts one direction on all links. */
    public void cut(NodeId from, NodeId to) {
        cuts.add(new Path(from, to, ALL_LINKS));
    }

    /** Cuts one direction on one link. */
    public void cut(NodeId from, NodeId to, int link) {
        cuts.add(new Path(from, to, link));
    }

    public void mend(NodeId from, NodeId to) {
        cuts.removeIf(path -> path.from().equals(from) && path.to().equals(to));
    }

    /** Pulls a node's cables on one link. */
    public void isolate(NodeId node, Collection<NodeId> others, int link) {
        for (NodeId other : others) {
            if (!other.equals(node)) {
                cut(node, other, link);
                cut(other, node, link);
            }
        }
    }

    /** Nodes of different sides do not reach each other; a node on no side reaches nobody. Replaces earlier cuts. */
    public void partition(Collection<NodeId> all, Collection<? extends Set<NodeId>> sides) {
        cuts.clear();
        for (NodeId from : all) {
            for (NodeId to : all) {
                if (!from.equals(to) && sides.stream().noneMatch(side -> side.contains(from) && side.contains(to))) {
                    cut(from, to);
                }
            }
        }
    }

    /** All cables are in again. */
    public void heal() {
        cuts.clear();
    }

    public boolean isCut(NodeId from, NodeId to, int link) {
        return !cuts.isEmpty()
                && (cuts.contains(new Path(from, to, ALL_LINKS)) || cuts.contains(new Path(from, to, link)));
    }

    /** Whether packets pass in both directions on some of the links. */
    public boolean connected(NodeId a, NodeId b, int links) {
        for (int link = 0; link < links; link++) {
            if (!isCut(a, b, link) && !isCut(b, a, link)) {
                return true;
            }
        }
        return false;
    }

    public SortedSet<NodeId> attached() {
        return new TreeSet<>(receivers.keySet());
    }

    public long sent() {
        return sent;
    }

    public long delivered() {
        return delivered;
    }

    public long dropped() {
        return dropped;
    }
}
