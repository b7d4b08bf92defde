package systole.membership;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.group.GroupEvent;
import systole.group.GroupEvent.Delivered;
import systole.group.GroupEvent.TransitionalView;
import systole.group.GroupEvent.ViewInstalled;
import systole.group.Guarantee;
import systole.group.Standing;
import systole.group.View;
import systole.kernel.NodeId;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.Ordered;

/** E1 to E9 of the specification, over what all nodes sent and delivered. The history is kept here, not by the nodes. */
final class RingInvariants {
    private final RingWorld world;
    private final Map<Long, Sent> messages = new HashMap<>();
    private final Map<RingId, List<Long>> orders = new HashMap<>();
    private final Map<RingId, SortedSet<NodeId>> memberships = new HashMap<>();
    private final Map<String, Epoch> passages = new HashMap<>();
    private final Map<NodeId, Life> lives = new HashMap<>();
    private final Map<String, Data> numbered = new HashMap<>();
    private final Map<String, Integer> lifeAtInstall = new HashMap<>();
    private long nextId = 1;
    long delivered;
    long views;

    /** One application message. */
    private static final class Sent {
        final long id;
        final NodeId sender;
        final int life;
        final Guarantee guarantee;
        final long precededBy;
        final int length;

        @Nullable
        RingId ring;

        int rank = -1;

        Sent(long id, NodeId sender, int life, Guarantee guarantee, long precededBy, int length) {
            this.id = id;
            this.sender = sender;
            this.life = life;
            this.guarantee = guarantee;
            this.precededBy = precededBy;
            this.length = length;
        }
    }

    private record Epoch(List<Long> delivered, Map<NodeId, GroupEvent.Departure> left, String first) {}

    /** What one life of a node has seen. */
    private static final class Life {
        final int number;
        final Set<Long> delivered = new HashSet<>();
        final Set<Long> mustNotFollow = new HashSet<>();
        final Set<Long> owed = new HashSet<>();
        final List<Long> thisView = new ArrayList<>();
        final List<Long> ownInView = new ArrayList<>();
        final Set<RingId> passed = new HashSet<>();

        @Nullable
        View view;

        @Nullable
        TransitionalView transitional;

        int lastRank = -1;
        long lastDelivered;

        Life(int number) {
            this.number = number;
        }
    }

    /** When members of a ring stopped to take part in it, by the name of the ring. */
    private final Map<String, Map<NodeId, Long>> leftAt = new HashMap<>();

    RingInvariants(RingWorld world) {
        this.world = world;
    }

    private Life life(RingWorld.Node node) {
        Life life = lives.get(node.id);
        if (life == null || life.number != node.life) {
            life = new Life(node.life);
            lives.put(node.id, life);
        }
        return life;
    }

    byte[] newPayload(RingWorld.Node node, Guarantee guarantee, int length) {
        long id = nextId++;
        byte[] payload = new byte[Math.max(8, length)];
        ByteBuffer.wrap(payload).putLong(id);
        for (int i = 8; i < payload.length; i++) {
            payload[i] = (byte) (id * 31 + i);
        }
        messages.put(id, new Sent(id, node.id, node.life, guarantee, life(node).lastDelivered, payload.length));
        return payload;
    }

    void down(RingWorld.Node node) {
        lives.remove(node.id);
    }

    /** After a goodbye everything of the leaver must have been delivered by itself. */
    void left(RingWorld.Node node) {
        Life life = life(node);
        for (long own : life.ownInView) {
            check(life.delivered.contains(own), "E1", node, "leaves without having delivered its own message " + own);
        }
    }

    /** It belongs to this ring no more: it gathers, or is gone. */
    void leaves(RingWorld.Node node, String ring) {
        leftAt.computeIfAbsent(ring, name -> new HashMap<>()).putIfAbsent(node.id, world.time.nowNanos());
    }

    /** Whoever relies on its standing must not have been left by another member before. */
    void stands(RingWorld.Node node, View view, Standing standing) {
        if (standing.sequence() == view.sequence()) {
            leftAt.getOrDefault(view.name(), Map.of())
                    .forEach((member, at) -> check(
                            member.equals(node.id) || standing.nanos() <= at,
                            "standing",
                            node,
                            "says that ring " + view.name() + " stood " + (standing.nanos() - at) + " ns after "
                                    + member + " had left it"));
        }
    }

    void sent(RingWorld.Node node, RingMessage message) {
        long sequence = -1;
        if (message instanceof RingMessage.Token token) {
            sequence = token.ring().sequence();
            check(
                    token.sentInRotation() <= world.settings.windowSize() + world.nodes.size(),
                    "S6",
                    node,
                    "lets " + token.sentInRotation() + " messages into one rotation");
        } else if (message instanceof RingMessage.CommitToken token) {
            sequence = token.ring().sequence();
        } else if (message instanceof Ordered ordered) {
            sequence = ordered.ring().sequence();
        } else if (message instanceof RingMessage.Join join) {
            check(!join.failed().contains(node.id), "S8", node, "fails itself");
            check(!join.failed().equals(join.seen()), "S8", node, "fails everybody it sees");
        }
        if (sequence >= 0) {
            check(
                    sequence <= node.durableSequence(),
                    "S7",
                    node,
                    "uses ring sequence " + sequence + " but its disk has " + node.durableSequence());
        }
        if (message instanceof Data data) {
            number(node, data);
        }
    }

    private void number(RingWorld.Node node, Data data) {
        String name = data.ring() + "/" + data.sequence();
        Data known = numbered.putIfAbsent(name, data);
        check(known == null || known == data, "S3", node, "two messages have the number " + name);
        if (known != null) {
            return;
        }
        check(data.sender().equals(node.id), "E2", node, "numbers a message of " + data.sender());
        for (long id : endingIn(data)) {
            Sent sent = messages.get(id);
            if (sent == null) {
                throw world.broken("E2: message " + id + " was never sent");
            }
            if (sent.ring != null) {
                throw world.broken("E2: message " + id + " is numbered twice, in " + sent.ring + " and " + name);
            }
            rank(sent, data.ring());
            life(node).ownInView.add(id);
        }
    }

    private void rank(Sent sent, RingId ring) {
        List<Long> order = orders.computeIfAbsent(ring, ignored -> new ArrayList<>());
        sent.ring = ring;
        sent.rank = order.size();
        order.add(sent.id);
    }

    private final Map<NodeId, Long> openFragments = new HashMap<>();

    /** Reads the layout of {@link SendQueue}: ids of the messages that end in this datagram. */
    private List<Long> endingIn(Data data) {
        var ids = new ArrayList<Long>();
        ByteBuffer in = ByteBuffer.wrap(data.content());
        while (in.hasRemaining()) {
            int flags = in.get();
            int length = in.getShort() & 0xFFFF;
            if (flags != SendQueue.WHOLE) {
                in.getLong();
                in.getInt();
            }
            int end = in.position() + length;
            if ((flags & SendQueue.FIRST) != 0) {
                openFragments.put(data.sender(), in.getLong(in.position()));
            }
            if ((flags & SendQueue.LAST) != 0) {
                ids.add(openFragments.getOrDefault(data.sender(), -1L));
            }
            in.position(end);
        }
        return ids;
    }

    void delivered(RingWorld.Node node, GroupEvent event) {
        Life life = life(node);
        if (event instanceof Delivered message) {
            message(node, life, message);
        } else if (event instanceof TransitionalView transitional) {
            check(life.transitional == null, "EVS", node, "has two transitional views in a row");
            check(transitional.previous().equals(life.view), "EVS", node, "leaves a view that it was not in");
            check(transitional.survivors().contains(node.id), "E9", node, "is not in its own transitional view");
            check(
                    transitional.previous().members().containsAll(transitional.survivors()),
                    "EVS",
                    node,
                    "has strangers in its transitional view");
            life.transitional = transitional;
        } else if (event instanceof ViewInstalled installed) {
            view(node, life, installed);
        }
    }

    private void message(RingWorld.Node node, Life life, Delivered message) {
        delivered++;
        long id = ByteBuffer.wrap(message.payload()).getLong();
        Sent sent = messages.get(id);
        View view = life.view;
        if (sent == null || view == null) {
            throw world.broken("E2: " + node.id + " delivers " + id + ", which nobody sent, or outside any view");
        }
        check(sent.length == message.payload().length, "E2", node, "delivers message " + id + " with another length");
        for (int i = 8; i < message.payload().length; i += 97) {
            check(message.payload()[i] == (byte) (id * 31 + i), "E2", node, "delivers message " + id + " garbled");
        }
        check(sent.sender.equals(message.sender()), "E2", node, "names the wrong sender of " + id);
        RingId ring = new RingId(view.representative(), view.sequence());
        if (sent.ring == null && view.members().size() == 1) {
            rank(sent, ring);
            life.ownInView.add(id);
        }
        check(ring.equals(sent.ring), "E6", node, "delivers message " + id + " of ring " + sent.ring + " in " + ring);
        check(life.delivered.add(id), "E2", node, "delivers message " + id + " twice");
        check(sent.rank > life.lastRank, "E3", node, "delivers message " + id + " out of order");
        if (life.transitional == null) {
            check(
                    sent.rank == life.thisView.size(),
                    "E3",
                    node,
                    "leaves a gap before message " + id + " of rank " + sent.rank + " after " + life.thisView.size()
                            + " in the regular view " + ring);
        }
        check(!life.mustNotFollow.contains(id), "E4", node, "delivers message " + id + " after one that followed it");
        if (sent.precededBy != 0 && !life.delivered.contains(sent.precededBy)) {
            life.mustNotFollow.add(sent.precededBy);
        }
        life.lastRank = sent.rank;
        life.thisView.add(id);
        life.lastDelivered = id;
        if (sent.guarantee == Guarantee.SAFE) {
            SortedSet<NodeId> all = life.transitional == null ? view.members() : life.transitional.survivors();
            all.forEach(member -> owe(member, ring, id, node));
        }
    }

    /** E7: whoever is in the configuration has it, or has delivered it, and will deliver it. */
    private void owe(NodeId member, RingId ring, long id, RingWorld.Node by) {
        RingWorld.Node other = world.nodes.get(member);
        Life life = lives.get(member);
        if (other == null || other.stack == null || life == null || life.number != other.life || life.view == null) {
            return;
        }
        if (life.delivered.contains(id)) {
            return;
        }
        boolean inRing = ring.equals(new RingId(life.view.representative(), life.view.sequence()));
        if (inRing) {
            life.owed.add(id);
        } else if (life.passed.contains(ring)) {
            throw world.broken("E7: " + by.id + " delivers safe message " + id + " of " + ring + ", but " + member
                    + " went on to " + life.view.name() + " without it");
        } else {
            // It is in the configuration by name; it must be on its way into the ring, or be a new life that never was.
            boolean newLife =
                    !lifeAtInstall.getOrDefault(ring + " " + member, other.life).equals(other.life);
            check(
                    newLife,
                    "E7",
                    by,
                    "delivers safe message " + id + " of " + ring + ", which " + member + " has not installed");
        }
    }

    private void view(RingWorld.Node node, Life life, ViewInstalled installed) {
        views++;
        View next = installed.view();
        RingId ring = new RingId(next.representative(), next.sequence());
        for (NodeId member : next.members()) {
            RingWorld.Node other = world.nodes.get(member);
            lifeAtInstall.putIfAbsent(ring + " " + member, other == null || other.stack == null ? -1 : other.life);
        }
        SortedSet<NodeId> known = memberships.putIfAbsent(ring, next.members());
        check(
                known == null || known.equals(next.members()),
                "E9",
                node,
                "installs " + ring + " with " + next.members() + ", others with " + known);
        check(next.members().contains(node.id), "E9", node, "installs a view without itself");
        for (long own : life.ownInView) {
            check(life.delivered.contains(own), "E1", node, "goes on without its own message " + own);
        }
        for (long owed : life.owed) {
            check(
                    life.delivered.contains(owed),
                    "E7",
                    node,
                    "goes on without safe message " + owed + ", which another member delivered");
        }
        View before = life.view;
        if (before == null) {
            check(next.members().size() == 1, "EVS", node, "starts in a view of several");
        } else {
            TransitionalView transitional = life.transitional;
            if (transitional == null) {
                throw world.broken("EVS: " + node.id + " installs " + ring + " without a transitional view");
            }
            check(next.sequence() > before.sequence(), "E8", node, "goes back from " + before.name() + " to " + ring);
            check(next.members().containsAll(transitional.survivors()), "EVS", node, "loses a survivor");
            var expectedLeft = new TreeSet<>(before.members());
            expectedLeft.removeAll(transitional.survivors());
            check(
                    installed.left().keySet().equals(expectedLeft),
                    "EVS",
                    node,
                    "names wrong departures " + installed.left());
            String passage = before.name() + " -> " + next.name();
            var mine = new Epoch(List.copyOf(life.thisView), installed.left(), node.id.toString());
            Epoch first = passages.putIfAbsent(passage, mine);
            if (first != null && !first.delivered().equals(mine.delivered())) {
                throw world.broken("E5: " + first.first() + " and " + node.id + " go " + passage + " but delivered "
                        + difference(first.delivered(), mine.delivered()));
            }
            if (first != null && !first.left().equals(mine.left())) {
                throw world.broken("E5: " + first.first() + " says " + first.left() + ", " + node.id + " says "
                        + mine.left() + " of " + passage);
            }
            life.passed.add(new RingId(before.representative(), before.sequence()));
        }
        check(life.passed.stream().noneMatch(ring::equals), "E8", node, "installs " + ring + " again");
        life.view = next;
        life.transitional = null;
        life.thisView.clear();
        life.ownInView.clear();
        life.owed.clear();
        life.lastRank = -1;
    }

    private static String difference(List<Long> a, List<Long> b) {
        int same = 0;
        while (same < Math.min(a.size(), b.size()) && a.get(same).equals(b.get(same))) {
            same++;
        }
        return a.size() + " and " + b.size() + " messages, equal up to " + same + ", then "
                + a.subList(same, Math.min(a.size(), same + 5)) + " and "
                + b.subList(same, Math.min(b.size(), same + 5));
    }

    /** At rest: whatever a living node handed over has been delivered by all of its ring. */
    void checkNothingIsStuck() {
        for (Sent sent : messages.values()) {
            RingWorld.Node node = world.nodes.get(sent.sender);
            Life life = lives.get(sent.sender);
            if (node != null && node.stack != null && life != null && sent.life == node.life) {
                check(life.delivered.contains(sent.id), "E1", node, "never delivered its own message " + sent.id);
            }
        }
    }

    private void check(boolean holds, String property, RingWorld.Node node, String what) {
        if (!holds) {
            throw world.broken(property + ": " + node.id + " " + what);
        }
    }
}
