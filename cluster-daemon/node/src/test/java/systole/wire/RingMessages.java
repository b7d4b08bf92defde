package systole.wire;

import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.membership.RingId;
import systole.membership.RingMessage;
import systole.membership.RingMessage.CommitToken;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.Heartbeat;
import systole.membership.RingMessage.HoldCancel;
import systole.membership.RingMessage.Join;
import systole.membership.RingMessage.Leave;
import systole.membership.RingMessage.NodeListNotice;
import systole.membership.RingMessage.OldRing;
import systole.membership.RingMessage.RecoveryData;
import systole.membership.RingMessage.Token;

/** Every message there can be. */
final class RingMessages {
    private RingMessages() {}

    static SortedSet<NodeId> nodes(int... ids) {
        TreeSet<NodeId> nodes = new TreeSet<>();
        IntStream.of(ids).forEach(id -> nodes.add(new NodeId(id)));
        return nodes;
    }

    private static final Arbitrary<NodeId> NODE =
            Arbitraries.integers().between(1, NodeId.MAX).map(NodeId::new);
    private static final Arbitrary<Long> NUMBER = Arbitraries.longs().between(0, Long.MAX_VALUE);
    private static final Arbitrary<Integer> COUNT = Arbitraries.integers().between(0, Integer.MAX_VALUE);
    private static final Arbitrary<RingId> RING =
            Combinators.combine(NODE, NUMBER).as(RingId::new);
    private static final Arbitrary<SortedSet<NodeId>> NODES =
            NODE.set().ofMaxSize(12).map(TreeSet::new);
    private static final Arbitrary<byte[]> CONTENT =
            Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
    private static final Arbitrary<Data> DATA = Combinators.combine(
                    NODE, RING, NUMBER, Arbitraries.of(Guarantee.class), CONTENT)
            .as(Data::new);
    private static final Arbitrary<Token> TOKEN = Combinators.combine(
                    NODE,
                    RING,
                    NUMBER,
                    Combinators.combine(NUMBER, NUMBER).as((a, b) -> new long[] {Math.max(a, b), Math.min(a, b)}),
                    Arbitraries.integers().between(0, NodeId.MAX),
                    COUNT,
                    COUNT,
                    Combinators.combine(
                                    COUNT,
                                    Arbitraries.longs()
                                            .array(long[].class)
                                            .ofMaxSize(RingMessage.MAX_RETRANSMIT_REQUESTS))
                            .as(Settled::new))
            .as((node, ring, hop, seq, lowered, sent, backlog, rest) -> new Token(
                    node, ring, hop, seq[0], seq[1], lowered, sent, backlog, rest.settled(), rest.requests()));

    private record Settled(int settled, long[] requests) {}

    private static final Arbitrary<OldRing> OLD_RING =
            Combinators.combine(RING, NUMBER, NUMBER, NUMBER, NODES).as(OldRing::new);
    private static final Arbitrary<CommitToken> COMMIT = Combinators.combine(
                    NODE,
                    RING,
                    COUNT,
                    NODE.set().ofMinSize(1).ofMaxSize(8),
                    OLD_RING.list().ofMaxSize(8),
                    NODES)
            .as((node, ring, hop, members, slots, left) -> new CommitToken(
                    node,
                    ring,
                    hop,
                    members.stream().sorted().toList(),
                    slots.subList(0, Math.min(slots.size(), members.size())),
                    left));
    private static final Arbitrary<Join> JOIN = Combinators.combine(
                    NODE, Arbitraries.longs(), Arbitraries.longs(), NODES, NODES, NODES, NUMBER)
            .as((node, life, number, seen, failed, left, sequence) -> {
                failed.remove(node);
                return new Join(node, life, number, seen, failed, left, sequence);
            });
    private static final Arbitrary<Heartbeat> HEARTBEAT = Combinators.combine(
                    Combinators.combine(NODE, Arbitraries.longs(), Arbitraries.longs())
                            .as(Identity::new),
                    Arbitraries.integers().between(0, 7),
                    RING,
                    NODES,
                    NODES,
                    NODES,
                    COUNT,
                    Combinators.combine(Arbitraries.integers(), NUMBER).as(Lists::new))
            .as((who, link, ring, members, heard, here, pause, rest) -> new Heartbeat(
                    who.node(),
                    who.life(),
                    who.number(),
                    link,
                    ring,
                    members,
                    heard,
                    here,
                    pause,
                    rest.digest(),
                    rest.nodeList()));

    private record Lists(int digest, long nodeList) {}

    private record Identity(NodeId node, long life, long number) {}

    static Arbitrary<RingMessage> any() {
        return Arbitraries.oneOf(List.of(
                TOKEN.map(one -> (RingMessage) one),
                HEARTBEAT.map(one -> one),
                DATA.map(one -> one),
                Combinators.combine(NODE, RING, NUMBER, DATA).as(RecoveryData::new),
                JOIN.map(one -> one),
                COMMIT.map(one -> one),
                Combinators.combine(NODE, RING).as(HoldCancel::new),
                Combinators.combine(NODE, Arbitraries.longs()).as(Leave::new),
                Combinators.combine(
                                NODE,
                                Arbitraries.longs().between(1, Long.MAX_VALUE),
                                Arbitraries.bytes()
                                        .array(byte[].class)
                                        .ofMinSize(1)
                                        .ofMaxSize(300))
                        .as(NodeListNotice::new)));
    }

    static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }
}
