package systole.quorum;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;

/**
 * What a node knows from before the present view. Each member sends one after every view change, so that all
 * members decide from the same knowledge.
 *
 * @param viewSequence the view it was sent in; others are ignored
 * @param waitingForAll whether this node has not yet seen all nodes together (or somebody who had)
 * @param expectedVotes as lowered or raised at run time
 * @param quorateSequence sequence of the last view in which this node was quorate, -1 if never in this life
 * @param quorateMembers members of that view
 */
public record QuorumAnnouncement(
        NodeId sender,
        long viewSequence,
        boolean waitingForAll,
        int expectedVotes,
        long quorateSequence,
        SortedSet<NodeId> quorateMembers) {
    private static final int FIXED_BYTES = 4 + 8 + 1 + 4 + 8 + 4;

    public QuorumAnnouncement {
        quorateMembers = Collections.unmodifiableSortedSet(new TreeSet<>(quorateMembers));
    }

    /** Big-endian: sender, view, waiting, expected, last quorate view, count, members. */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + 4 * quorateMembers.size());
        out.putInt(sender.value()).putLong(viewSequence).put((byte) (waitingForAll ? 1 : 0));
        out.putInt(expectedVotes).putLong(quorateSequence).putInt(quorateMembers.size());
        quorateMembers.forEach(member -> out.putInt(member.value()));
        return out.array();
    }

    /** @throws IllegalArgumentException if these are not the bytes of an announcement */
    public static QuorumAnnouncement fromBytes(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < FIXED_BYTES) {
            throw new IllegalArgumentException("a quorum announcement of " + bytes.length + " bytes is too short");
        }
        var sender = new NodeId(in.getInt());
        long view = in.getLong();
        boolean waiting = in.get() != 0;
        int expected = in.getInt();
        long quorate = in.getLong();
        int count = in.getInt();
        if (count < 0 || count != in.remaining() / 4 || in.remaining() % 4 != 0) {
            throw new IllegalArgumentException(
                    "a quorum announcement counts " + count + " members in " + in.remaining() + " bytes");
        }
        var members = new TreeSet<NodeId>();
        for (int i = 0; i < count; i++) {
            members.add(new NodeId(in.getInt()));
        }
        return new QuorumAnnouncement(sender, view, waiting, expected, quorate, members);
    }
}
