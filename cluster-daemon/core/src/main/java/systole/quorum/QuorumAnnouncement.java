package systole.quorum;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;

/**
 * What a node knows from before the present view. Each member sends one after every view change, so that all
 * members decide from the same knowledge, and another when it is ready to lower the expected votes.
 *
 * @param viewSequence the view it was sent in; others are ignored
 * @param waitingForAll whether this node has not yet seen all nodes together (or somebody who had)
 * @param expectedVotes as lowered or raised at run time
 * @param quorateSequence sequence of the last quorate view this life has been in or heard of, -1 if none
 * @param quorateMembers members of that view
 * @param remembers this life has itself been in a quorate view; who has restarted may have forgotten one
 * @param strict somebody may have lowered in that view without this node knowing: a majority of its members is needed
 * @param lowerTo the sender is ready to lower to this, and strict from here on; 0 if not
 * @param nodeListVersion of the node list by which the sender counts
 */
public record QuorumAnnouncement(
        NodeId sender,
        long viewSequence,
        boolean waitingForAll,
        int expectedVotes,
        long quorateSequence,
        SortedSet<NodeId> quorateMembers,
        boolean remembers,
        boolean strict,
        int lowerTo,
        long nodeListVersion) {
    private static final int FIXED_BYTES = 4 + 8 + 1 + 4 + 8 + 4 + 8 + 4;
    private static final int WAITING = 1;
    private static final int STRICT = 2;
    private static final int REMEMBERS = 4;

    public QuorumAnnouncement {
        quorateMembers = Collections.unmodifiableSortedSet(new TreeSet<>(quorateMembers));
    }

    /** The same, of a member for which a person has ended the wait. */
    QuorumAnnouncement withoutWait() {
        return new QuorumAnnouncement(
                sender,
                viewSequence,
                false,
                expectedVotes,
                quorateSequence,
                quorateMembers,
                remembers,
                strict,
                lowerTo,
                nodeListVersion);
    }

    /** Big-endian: sender, view, flags, expected, last quorate view, lower to, node list, count, members. */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + 4 * quorateMembers.size());
        out.putInt(sender.value()).putLong(viewSequence);
        out.put((byte) ((waitingForAll ? WAITING : 0) | (strict ? STRICT : 0) | (remembers ? REMEMBERS : 0)));
        out.putInt(expectedVotes)
                .putLong(quorateSequence)
                .putInt(lowerTo)
                .putLong(nodeListVersion)
                .putInt(quorateMembers.size());
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
        int flags = in.get();
        int expected = in.getInt();
        long quorate = in.getLong();
        int lowerTo = in.getInt();
        long nodeList = in.getLong();
        int count = in.getInt();
        if (count < 0 || count != in.remaining() / 4 || in.remaining() % 4 != 0) {
            throw new IllegalArgumentException(
                    "a quorum announcement counts " + count + " members in " + in.remaining() + " bytes");
        }
        var members = new TreeSet<NodeId>();
        for (int i = 0; i < count; i++) {
            members.add(new NodeId(in.getInt()));
        }
        return new QuorumAnnouncement(
                sender,
                view,
                (flags & WAITING) != 0,
                expected,
                quorate,
                members,
                (flags & REMEMBERS) != 0,
                (flags & STRICT) != 0,
                lowerTo,
                nodeList);
    }
}
