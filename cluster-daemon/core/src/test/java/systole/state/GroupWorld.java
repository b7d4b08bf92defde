package systole.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Seed;

/**
 * An ideal group for several {@link StateProtocol}s: extended virtual synchrony with everything it allows, disks that
 * forget what was not synced, crashes, restarts and partitions, all from one seed.
 */
final class GroupWorld {
    /** One message in the order of one ring. */
    private record Message(NodeId sender, Guarantee guarantee, byte[] payload, Set<NodeId> receivedBy) {}

    private static final class Ring {
        final View view;
        final List<Message> order = new ArrayList<>();
        final Map<NodeId, Integer> handedOver = new TreeMap<>();
        private int receivedByAll;

        Ring(View view) {
            this.view = view;
            view.members().forEach(member -> handedOver.put(member, 0));
        }

        /** How many messages, from the first on, all members have received: only these are safe. */
        int receivedByAll() {
            while (receivedByAll < order.size()
                    && order.get(receivedByAll).receivedBy().containsAll(view.members())) {
                receivedByAll++;
            }
            return receivedByAll;
        }
    }

    /** A disk: what is synced, and what is only written. */
    private static final class Disk {
        byte[] snapshot = new byte[0];
        List<byte[]> records = new ArrayList<>();
        final Deque<StateEffect> unsynced = new ArrayDeque<>();

        void sync(int howMany) {
            for (int i = 0; i < howMany && !unsynced.isEmpty(); i++) {
                StateEffect next = unsynced.remove();
                if (next instanceof StateEffect.Append append) {
                    records.add(append.bytes());
                } else if (next instanceof StateEffect.SaveSnapshot save) {
                    snapshot = save.bytes();
                    records = new ArrayList<>();
                }
            }
        }
    }

    final class Node {
        final NodeId id;
        final Disk disk = new Disk();
        final Deque<StateInput> inbox = new ArrayDeque<>();
        StateProtocol protocol;
        boolean up;
        long ringSequence;
        long incarnation;
        String view = "";
        long viewSequence;
        int deliveredInView;
        boolean inTransition;
        boolean sawAll;
        Ring ring;

        Node(NodeId id) {
            this.id = id;
        }

        String uname() {
            return "node" + id.value();
        }
    }

    final SortedMap<NodeId, Node> nodes = new TreeMap<>();
    final Seed seed;
    final Watcher watcher;
    private final boolean twoNode;
    private long clock = 1_700_000_000_000L;
    private final StringBuilder story = new StringBuilder();

    /** Is told what happens, and throws when it must not. */
    interface Watcher {
        void stepped(Node node, StateInput input, List<StateEffect> effects);

        default void crashed(Node node) {}
    }

    GroupWorld(Seed seed, int size, Watcher watcher) {
        this(seed, size, watcher, false);
    }

    /** @param twoNode {@code two_node} with {@code wait_for_all}: a node that has seen all is quorate alone */
    GroupWorld(Seed seed, int size, Watcher watcher, boolean twoNode) {
        this.twoNode = twoNode;
        this.seed = seed;
        this.watcher = watcher;
        for (int i = 1; i <= size; i++) {
            Node node = new Node(new NodeId(i));
            nodes.put(node.id, node);
        }
        nodes.values().forEach(this::start);
    }

    String story() {
        return story.toString();
    }

    void tell(String line) {
        story.append(line).append('\n');
    }

    long now() {
        return clock;
    }

    private void start(Node node) {
        node.up = true;
        node.incarnation++;
        node.sawAll = false;
        node.protocol = new StateProtocol(
                node.id,
                node.uname(),
                node.incarnation,
                new StoredState(node.disk.snapshot, List.copyOf(node.disk.records), ""));
        node.inbox.clear();
        node.view = "";
        node.ring = null;
        tell(node.uname() + " starts at " + node.protocol.state().position());
    }

    void restart(Node node) {
        start(node);
        regroup(List.of(new TreeSet<>(Set.of(node.id))), Set.of(node.id));
    }

    void crash(Node node) {
        node.up = false;
        // Of what was not synced some may be on the disk all the same.
        node.disk.sync(seed.below(node.disk.unsynced.size() + 1));
        node.disk.unsynced.clear();
        node.inbox.clear();
        node.ring = null;
        tell(node.uname() + " crashes");
        watcher.crashed(node);
    }

    void syncDisk(Node node, int howMany) {
        if (!node.up || node.disk.unsynced.isEmpty()) {
            return;
        }
        long last = 0;
        int count = 0;
        for (StateEffect effect : node.disk.unsynced) {
            if (count++ < howMany) {
                last = effect instanceof StateEffect.Append a
                        ? a.record()
                        : ((StateEffect.SaveSnapshot) effect).record();
            }
        }
        node.disk.sync(howMany);
        step(node, new StateInput.Stored(last));
    }

    /** One input from the inbox of the node, if there is one. */
    boolean process(Node node) {
        if (!node.up || node.inbox.isEmpty()) {
            return false;
        }
        step(node, node.inbox.remove());
        return true;
    }

    void step(Node node, StateInput input) {
        clock += 1;
        if (input instanceof StateInput.ViewInstalled installed) {
            node.view = installed.view().name();
            node.viewSequence = installed.view().sequence();
            node.deliveredInView = 0;
            node.inTransition = false;
            tell(node.uname() + " in " + installed.view().name()
                    + installed.view().members());
        } else if (input instanceof StateInput.Transitional ending) {
            node.inTransition = true;
            tell(node.uname() + " leaves " + node.view + " with " + ending.survivors());
        } else if (input instanceof StateInput.Delivered) {
            node.deliveredInView++;
        }
        List<StateEffect> effects = node.protocol.step(input);
        for (StateEffect effect : effects) {
            if (effect instanceof StateEffect.Append || effect instanceof StateEffect.SaveSnapshot) {
                node.disk.unsynced.add(effect);
            } else if (effect instanceof StateEffect.Broadcast broadcast) {
                if (node.ring != null) {
                    node.ring.order.add(new Message(
                            node.id, broadcast.guarantee(), broadcast.payload(), new LinkedHashSet<>(Set.of(node.id))));
                }
            }
        }
        tell(node, input, effects);
        watcher.stepped(node, input, effects);
    }

    private void tell(Node node, StateInput input, List<StateEffect> effects) {
        if (input instanceof StateInput.Stored) {
            tell(node.uname() + " has stored something");
        }
        for (StateEffect effect : effects) {
            if (effect instanceof StateEffect.Answer answer) {
                tell(node.uname() + " answers " + answer);
            } else if (effect instanceof StateEffect.Synchronized done) {
                tell(node.uname() + " synchronized in " + done.view().name() + " at "
                        + node.protocol.state().position() + ", quorate " + done.quorate());
            } else if (effect instanceof StateEffect.CommandApplied applied
                    && applied.command() instanceof Command.Configure configure) {
                tell(node.uname() + " applies " + configure.requestId() + " at "
                        + applied.result().state().position() + " in " + node.view
                        + (node.inTransition ? " as it ends" : ""));
            }
        }
    }

    /** Some message reaches some node of its ring; what can be handed over then is. */
    void receiveSomething(Node node) {
        Ring ring = node.ring;
        if (ring == null) {
            return;
        }
        for (Message message : ring.order) {
            if (!message.receivedBy().contains(node.id) && seed.chance(0.7)) {
                message.receivedBy().add(node.id);
                break;
            }
        }
        handOver(ring, node);
    }

    private void handOver(Ring ring, Node node) {
        int next = ring.handedOver.get(node.id);
        while (next < ring.order.size()) {
            Message message = ring.order.get(next);
            boolean safe = next < ring.receivedByAll();
            if (!message.receivedBy().contains(node.id) || message.guarantee() == Guarantee.SAFE && !safe) {
                break;
            }
            deliver(node, message);
            next++;
        }
        ring.handedOver.put(node.id, next);
    }

    private static void deliver(Node node, Message message) {
        node.inbox.add(new StateInput.Delivered(message.sender(), message.guarantee(), message.payload()));
    }

    /** All living nodes find themselves in these components. */
    void partition(List<SortedSet<NodeId>> components) {
        tell("components " + components);
        Set<NodeId> all = new TreeSet<>();
        components.forEach(all::addAll);
        regroup(components, all);
    }

    private void regroup(List<SortedSet<NodeId>> components, Set<NodeId> touched) {
        Map<NodeId, Ring> before = new TreeMap<>();
        for (NodeId id : touched) {
            if (nodes.get(id).ring != null) {
                before.put(id, nodes.get(id).ring);
            }
        }
        for (SortedSet<NodeId> component : components) {
            Map<Ring, SortedSet<NodeId>> together = new LinkedHashMap<>();
            for (NodeId id : component) {
                if (before.containsKey(id)) {
                    together.computeIfAbsent(before.get(id), r -> new TreeSet<>())
                            .add(id);
                }
            }
            together.forEach(this::endRing);
            long sequence = 0;
            for (NodeId id : component) {
                sequence = Math.max(sequence, nodes.get(id).ringSequence);
            }
            sequence += 4;
            View view = new View(sequence, component.first(), component);
            Ring ring = new Ring(view);
            for (NodeId id : component) {
                Node node = nodes.get(id);
                node.sawAll |= component.size() == nodes.size();
                node.ringSequence = sequence;
                node.ring = ring;
                node.inbox.add(new StateInput.ViewInstalled(view, Map.of(), votes(component), now() + id.value()));
            }
        }
    }

    Votes votes(SortedSet<NodeId> members) {
        int needed = nodes.size() / 2 + 1;
        SortedMap<NodeId, Integer> each = new TreeMap<>();
        members.forEach(member -> each.put(member, 1));
        if (twoNode) {
            SortedSet<NodeId> rivals = new TreeSet<>(nodes.keySet());
            rivals.removeAll(members);
            return new Votes(isQuorate(members), 1, each, rivals, new TreeSet<>());
        }
        return new Votes(members.size() >= needed, needed, each);
    }

    private boolean isQuorate(SortedSet<NodeId> members) {
        return twoNode
                ? members.stream().allMatch(member -> nodes.get(member).sawAll)
                : members.size() >= nodes.size() / 2 + 1;
    }

    private void endRing(Ring ring, SortedSet<NodeId> survivors) {
        int most = 0;
        for (NodeId id : survivors) {
            most = Math.max(most, ring.handedOver.get(id));
        }
        int cut = most;
        while (cut < ring.order.size()) {
            Message message = ring.order.get(cut);
            boolean known = survivors.stream().anyMatch(message.receivedBy()::contains);
            boolean safe = cut < ring.receivedByAll() && seed.chance(0.8);
            if (!known || message.guarantee() == Guarantee.SAFE && !safe) {
                break;
            }
            cut++;
        }
        boolean quorate = isQuorate(survivors);
        for (NodeId id : survivors) {
            Node node = nodes.get(id);
            for (int i = ring.handedOver.get(id); i < cut; i++) {
                deliver(node, ring.order.get(i));
            }
            node.inbox.add(new StateInput.Transitional(ring.view, survivors, quorate));
            boolean hole = false;
            for (int i = cut; i < ring.order.size(); i++) {
                Message message = ring.order.get(i);
                if (survivors.stream().noneMatch(message.receivedBy()::contains)) {
                    hole = true;
                } else if (!hole || survivors.contains(message.sender())) {
                    deliver(node, message);
                }
            }
            ring.handedOver.remove(id);
        }
    }

    /** Everything that is on its way arrives, every disk syncs, until nothing happens any more. */
    void settle() {
        for (int i = 0; i < 10_000; i++) {
            boolean busy = false;
            for (Node node : nodes.values()) {
                Ring ring = node.ring;
                if (ring != null) {
                    ring.order.forEach(message -> message.receivedBy().add(node.id));
                }
            }
            for (Node node : nodes.values()) {
                if (node.ring != null) {
                    handOver(node.ring, node);
                }
                busy |= process(node);
                if (!node.disk.unsynced.isEmpty()) {
                    syncDisk(node, 100);
                    busy = true;
                }
            }
            if (!busy) {
                return;
            }
        }
        throw new AssertionError("does not come to rest");
    }
}
