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
 * @param configuredVotes expected by the sender's file and node list
 * @param quorateSequence sequence of the last quorate view this life has been in or heard of, -1 if none
 * @param quorateMembers members of that view
 * @param remembers this life has itself been in a quorate view; who has restarted may have forgotten one
 * @param strict somebody may have lowered in that view without this node knowing: a majority of its members is needed
 * @param lowerTo the sender is ready to lower to this, and strict from here on; 0 if not
 * @param nodeListVersion of the node list by which the sender counts
 * @param promised the last view in which the sender was ready to lower by a person's word, and did not hear what came of it
 */
public record QuorumAnnouncement(
        NodeId sender,
        long viewSequence,
        boolean waitingForAll,
        int expectedVotes,
        int configuredVotes,
        long quorateSequence,
        SortedSet<NodeId> quorateMembers,
        boolean remembers,
        boolean strict,
        int lowerTo,
        long nodeListVersion,
        Electorate promised) {
    private static final int FIXED_BYTES = 4 + 8 + 1 + 4 + 4 + 8 + 4 + 8 + 8 + 4 + 4;
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
                configuredVotes,
                quorateSequence,
                quorateMembers,
                remembers,
                strict,
                lowerTo,
                nodeListVersion,
                promised);
    }

    /** Big-endian: sender, view, flags, expected, configured, last quorate view, lower to, node list, promised view, both counts, members of both. */
    public byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(
                FIXED_BYTES + 4 * (quorateMembers.size() + promised.members().size()));
        out.putInt(sender.value()).putLong(viewSequence);
        out.put((byte) ((waitingForAll ? WAITING : 0) | (strict ? STRICT : 0) | (remembers ? REMEMBERS : 0)));
        out.putInt(expectedVotes)
                .putInt(configuredVotes)
                .putLong(quorateSequence)
                .putInt(lowerTo)
                .putLong(nodeListVersion)
                .putLong(promised.sequence())
                .putInt(quorateMembers.size())
                .putInt(promised.members().size());
        quorateMembers.forEach(member -> out.putInt(member.value()));
        promised.members().forEach(member -> out.putInt(member.value()));
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
        int configured = in.getInt();
        long quorate = in.getLong();
        int lowerTo = in.getInt();
        long nodeList = in.getLong();
        long promisedSequence = in.getLong();
        int count = in.getInt();
        int promisedCount = in.getInt();
        if (count < 0 || promisedCount < 0 || 4L * count + 4L * promisedCount != in.remaining()) {
            throw new IllegalArgumentException("a quorum announcement counts " + count + " and " + promisedCount
                    + " members in " + in.remaining() + " bytes");
        }
        SortedSet<NodeId> members = members(in, count);
        var promised = new Electorate(promisedSequence, members(in, promisedCount));
        return new QuorumAnnouncement(
                sender,
                view,
                (flags & WAITING) != 0,
                expected,
                configured,
                quorate,
                members,
                (flags & REMEMBERS) != 0,
                (flags & STRICT) != 0,
                lowerTo,
                nodeList,
                promised);
    }

    private static SortedSet<NodeId> members(ByteBuffer in, int count) {
        var members = new TreeSet<NodeId>();
        for (int i = 0; i < count; i++) {
            members.add(new NodeId(in.getInt()));
        }
        return members;
    }
}
