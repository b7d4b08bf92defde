package systole.wire;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
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

/** The layout of each message, big-endian; {@code docs/wire-protocol.md} has it as tables. */
final class RingMessageCodec {
    static final int JOIN = 1;
    static final int COMMIT_TOKEN = 2;
    static final int TOKEN = 3;
    static final int DATA = 4;
    static final int RECOVERY_DATA = 5;
    static final int HOLD_CANCEL = 6;
    static final int LEAVE = 7;
    static final int HEARTBEAT = 8;
    static final int NODE_LIST = 9;

    /** Between the transports, no message of the ring: see {@link PacketCodec.Opened.Reported}. */
    static final int REPORT = 128;

    private static final int OLD_RING_LEAST_BYTES = 10 + 24 + 2;

    private RingMessageCodec() {}

    // ---- writing ------------------------------------------------------------------------------------------------

    static void encode(RingMessage message, ByteBuffer out) {
        if (message instanceof Token token) {
            out.put((byte) TOKEN);
            node(out, token.sender());
            ring(out, token.ring());
            out.putLong(token.tokenSequence()).putLong(token.sequence()).putLong(token.receivedUpTo());
            out.putShort((short) token.loweredBy())
                    .putInt(token.sentInRotation())
                    .putInt(token.backlog());
            out.putInt(token.settled()).putShort((short) token.requests().length);
            for (long request : token.requests()) {
                out.putLong(request);
            }
        } else if (message instanceof Heartbeat heartbeat) {
            out.put((byte) HEARTBEAT);
            node(out, heartbeat.sender());
            out.putLong(heartbeat.incarnation()).putLong(heartbeat.number()).put((byte) heartbeat.link());
            ring(out, heartbeat.ring());
            nodes(out, heartbeat.members());
            nodes(out, heartbeat.heard());
            nodes(out, heartbeat.heardHere());
            out.putInt(heartbeat.pauseMillis())
                    .putInt(heartbeat.settingsDigest())
                    .putLong(heartbeat.nodeList());
        } else if (message instanceof Data data) {
            out.put((byte) DATA);
            data(out, data);
        } else if (message instanceof RecoveryData recovery) {
            out.put((byte) RECOVERY_DATA);
            node(out, recovery.sender());
            ring(out, recovery.ring());
            out.putLong(recovery.sequence());
            data(out, recovery.original());
        } else if (message instanceof Join join) {
            out.put((byte) JOIN);
            node(out, join.sender());
            out.putLong(join.incarnation()).putLong(join.number());
            nodes(out, join.seen());
            nodes(out, join.failed());
            nodes(out, join.left());
            out.putLong(join.ringSequence());
        } else if (message instanceof CommitToken commit) {
            commitToken(out, commit);
        } else if (message instanceof HoldCancel cancel) {
            out.put((byte) HOLD_CANCEL);
            node(out, cancel.sender());
            ring(out, cancel.ring());
        } else if (message instanceof Leave leave) {
            out.put((byte) LEAVE);
            node(out, leave.sender());
            out.putLong(leave.incarnation());
        } else if (message instanceof NodeListNotice notice) {
            out.put((byte) NODE_LIST);
            node(out, notice.sender());
            out.putLong(notice.order()).putInt(notice.list().length).put(notice.list());
        } else {
            throw new AssertionError("unknown message " + message);
        }
    }

    private static void commitToken(ByteBuffer out, CommitToken commit) {
        out.put((byte) COMMIT_TOKEN);
        node(out, commit.sender());
        ring(out, commit.ring());
        out.putInt(commit.hop());
        nodes(out, commit.members());
        out.putShort((short) commit.slots().size());
        for (OldRing old : commit.slots()) {
            ring(out, old.ring());
            out.putLong(old.receivedUpTo()).putLong(old.highest()).putLong(old.safeUpTo());
            nodes(out, old.obligation());
        }
        nodes(out, commit.left());
    }

    private static void data(ByteBuffer out, Data data) {
        node(out, data.sender());
        ring(out, data.ring());
        out.putLong(data.sequence()).put((byte) (data.guarantee() == Guarantee.SAFE ? 1 : 0));
        out.putInt(data.content().length).put(data.content());
    }

    private static void node(ByteBuffer out, NodeId node) {
        out.putShort((short) node.value());
    }

    private static void ring(ByteBuffer out, RingId ring) {
        node(out, ring.representative());
        out.putLong(ring.sequence());
    }

    private static void nodes(ByteBuffer out, Collection<NodeId> nodes) {
        out.putShort((short) nodes.size());
        for (NodeId node : nodes) {
            node(out, node);
        }
    }

    // ---- reading ------------------------------------------------------------------------------------------------

    static RingMessage decode(ByteBuffer bytes) throws MalformedPacketException {
        WireReader in = new WireReader(bytes);
        int type = in.u8();
        RingMessage message;
        try {
            message = switch (type) {
                case TOKEN -> token(in);
                case HEARTBEAT -> heartbeat(in);
                case DATA -> data(in);
                case RECOVERY_DATA -> new RecoveryData(in.node(), in.ring(), in.notNegative64(), data(in));
                case JOIN ->
                    new Join(in.node(), in.i64(), in.i64(), in.nodes(), in.nodes(), in.nodes(), in.notNegative64());
                case COMMIT_TOKEN -> commitToken(in);
                case HOLD_CANCEL -> new HoldCancel(in.node(), in.ring());
                case LEAVE -> new Leave(in.node(), in.i64());
                case NODE_LIST -> new NodeListNotice(in.node(), in.notNegative64(), in.bytes());
                default -> throw new MalformedPacketException("message type " + type);
            };
        } catch (IllegalArgumentException contradiction) {
            // The record itself refused what it was given.
            throw new MalformedPacketException(String.valueOf(contradiction.getMessage()));
        }
        in.end();
        return message;
    }

    private static Token token(WireReader in) throws MalformedPacketException {
        return new Token(
                in.node(),
                in.ring(),
                in.notNegative64(),
                in.notNegative64(),
                in.notNegative64(),
                in.u16(),
                in.notNegative32(),
                in.notNegative32(),
                in.notNegative32(),
                in.numbers(RingMessage.MAX_RETRANSMIT_REQUESTS));
    }

    private static Heartbeat heartbeat(WireReader in) throws MalformedPacketException {
        return new Heartbeat(
                in.node(),
                in.i64(),
                in.i64(),
                in.u8(),
                in.ring(),
                in.nodes(),
                in.nodes(),
                in.nodes(),
                in.notNegative32(),
                in.i32(),
                in.notNegative64());
    }

    private static Data data(WireReader in) throws MalformedPacketException {
        NodeId sender = in.node();
        RingId ring = in.ring();
        long sequence = in.notNegative64();
        int guarantee = in.u8();
        if (guarantee > 1) {
            throw new MalformedPacketException("guarantee " + guarantee);
        }
        return new Data(sender, ring, sequence, guarantee == 1 ? Guarantee.SAFE : Guarantee.AGREED, in.bytes());
    }

    private static CommitToken commitToken(WireReader in) throws MalformedPacketException {
        NodeId sender = in.node();
        RingId ring = in.ring();
        int hop = in.notNegative32();
        List<NodeId> members = in.nodeList();
        int count = in.entries(RingMessage.MAX_NODES, OLD_RING_LEAST_BYTES);
        List<OldRing> slots = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            slots.add(new OldRing(in.ring(), in.notNegative64(), in.notNegative64(), in.notNegative64(), in.nodes()));
        }
        SortedSet<NodeId> left = in.nodes();
        return new CommitToken(sender, ring, hop, members, slots, left);
    }
}
