package systole.membership;

import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.kernel.NodeSet;

/**
 * Everything that may arrive from, or leave for, another node on the ring.
 *
 * <p>Any of these may be lost, doubled, delayed or overtaken. Arrays are owned by the record and never changed. No list
 * or set holds more than {@link #MAX_NODES} nodes; the codec refuses longer ones before it reads them.
 */
public sealed interface RingMessage {
    /** Most nodes that any list in a message may name. */
    int MAX_NODES = 512;

    /** Most bytes of a node list that is handed on: it has to fit into one datagram. */
    int MAX_NODE_LIST = 60_000;

    /** Most retransmissions that one token may ask for. */
    int MAX_RETRANSMIT_REQUESTS = 64;

    /**
     * Who made this message. For {@link Data} and {@link RecoveryData} this is the originator: a retransmission is put
     * on the wire by somebody else, whose name is in the envelope ({@link RingInput.Received#from}).
     */
    NodeId sender();

    /** A message that has a number in the order of its ring. */
    sealed interface Ordered extends RingMessage {
        RingId ring();

        /** Place in the order of {@link #ring}; the first is 1. */
        long sequence();
    }

    /**
     * "These are the nodes I see, and these I have given up on."
     *
     * @param incarnation which life of the sender speaks; grows with each restart
     * @param number counts the Joins of this life, so that an overtaken one is known as old
     * @param failed subset of {@code seen}; never contains the sender
     * @param left those of {@code failed} that are known to have said goodbye
     * @param ringSequence of the latest ring whose commit token the sender has had. Not the highest it has heard of: that could be of
     *     a node that none of its ring listens to, and look as if the sender had been through a commit that it has not seen
     */
    record Join(
            NodeId sender,
            long incarnation,
            long number,
            SortedSet<NodeId> seen,
            SortedSet<NodeId> failed,
            SortedSet<NodeId> left,
            long ringSequence)
            implements RingMessage {
        public Join {
            seen = sorted(seen);
            failed = sorted(failed);
            left = sorted(left);
            if (failed.contains(sender)) {
                throw new IllegalArgumentException(sender + " declares itself failed in its own Join");
            }
        }

        /** Those of whom the sender's next ring would consist. */
        SortedSet<NodeId> candidates() {
            var result = new TreeSet<>(seen);
            result.removeAll(failed);
            return result;
        }
    }

    /**
     * Agrees on a new ring: goes round once to collect what each member has of its old ring, and once more to tell all.
     *
     * @param hop number of times this token was passed; member {@code hop % members.size()} is to act on it
     * @param members of the proposed ring, ascending
     * @param slots one for each of the first members that have acted; complete after the first round
     * @param left nodes that said goodbye, so that all members name the same reason for a departure
     */
    record CommitToken(
            NodeId sender, RingId ring, int hop, List<NodeId> members, List<OldRing> slots, SortedSet<NodeId> left)
            implements RingMessage {
        public CommitToken {
            members = List.copyOf(members);
            slots = List.copyOf(slots);
            left = sorted(left);
            if (members.isEmpty() || slots.size() > members.size() || hop < 0) {
                throw new IllegalArgumentException("commit token for " + ring + " has " + slots.size() + " slots for "
                        + members.size() + " members at hop " + hop);
            }
        }
    }

    /**
     * What one member brings into a new ring.
     *
     * @param ring the last ring it was operational in
     * @param receivedUpTo it holds or has delivered every message of that ring up to here
     * @param highest highest message of that ring it has ever received
     * @param safeUpTo it knows that every member of that ring received the messages up to here
     * @param obligation senders whose messages it must deliver, whatever is missing before them
     */
    record OldRing(RingId ring, long receivedUpTo, long highest, long safeUpTo, SortedSet<NodeId> obligation) {
        public OldRing {
            obligation = sorted(obligation);
        }
    }

    /**
     * The right to send, passed round the ring.
     *
     * @param tokenSequence grows by one at each hop; an old one is a retransmission
     * @param sequence highest message number sent on this ring
     * @param receivedUpTo lowest number up to which all members reported to have everything
     * @param loweredBy who lowered {@code receivedUpTo}, 0 if nobody
     * @param sentInRotation messages sent, new and again, during the last rotation (flow control)
     * @param backlog messages that wait at the members, as of their last visit
     * @param settled recovery only: successive holders that had everything and nothing to add
     * @param requests message numbers that somebody lacks
     */
    record Token(
            NodeId sender,
            RingId ring,
            long tokenSequence,
            long sequence,
            long receivedUpTo,
            int loweredBy,
            int sentInRotation,
            int backlog,
            int settled,
            long[] requests)
            implements RingMessage {
        public Token {
            if (sequence < 0 || receivedUpTo < 0 || receivedUpTo > sequence || sentInRotation < 0 || backlog < 0) {
                throw new IllegalArgumentException("token of " + ring + " contradicts itself: sequence " + sequence
                        + ", received up to " + receivedUpTo + ", sent " + sentInRotation + ", backlog " + backlog);
            }
        }
    }

    /**
     * One numbered datagram of application messages: several small ones, or a piece of a large one.
     *
     * @param guarantee holds for everything inside
     * @param content pieces as {@code Packing} lays them out; opaque to the codec
     */
    record Data(NodeId sender, RingId ring, long sequence, Guarantee guarantee, byte[] content) implements Ordered {}

    /** A message of an old ring, sent again under a number of the new one while the new ring is formed. */
    record RecoveryData(NodeId sender, RingId ring, long sequence, Data original) implements Ordered {}

    /** "I have something to send: let the held token go." */
    record HoldCancel(NodeId sender, RingId ring) implements RingMessage {}

    /** "I go, and everything of mine has been delivered." */
    record Leave(NodeId sender, long incarnation) implements RingMessage {}

    /**
     * "I live, this is my ring, and these are the nodes that I hear." Also finds other rings to merge with.
     *
     * @param number counts the sender's heartbeats on this link; a gap is loss
     * @param link the link it was sent on
     * @param ring the ring the sender is operational in, or was last
     * @param members of that ring
     * @param heard nodes the sender hears at present on any link, itself included
     * @param heardHere those of them that it hears on this link: what the others send there arrives
     * @param pauseMillis longest time that the sender was not scheduled lately
     * @param settingsDigest of the timing settings, which must be equal everywhere
     * @param nodeList place of the sender's node list in the order of all lists, as far as it can hand it on; 0 if not
     */
    record Heartbeat(
            NodeId sender,
            long incarnation,
            long number,
            int link,
            RingId ring,
            SortedSet<NodeId> members,
            SortedSet<NodeId> heard,
            SortedSet<NodeId> heardHere,
            int pauseMillis,
            int settingsDigest,
            long nodeList)
            implements RingMessage {
        public Heartbeat {
            members = sorted(members);
            heard = sorted(heard);
            heardHere = sorted(heardHere);
        }
    }

    /**
     * "This is the node list; yours is older." To a node outside the sender's ring, also to one that is in no list any more.
     *
     * @param order place of the list in the order of all lists, as in {@link Heartbeat#nodeList}
     * @param list opaque here; at most {@link #MAX_NODE_LIST} bytes
     */
    record NodeListNotice(NodeId sender, long order, byte[] list) implements RingMessage {
        public NodeListNotice {
            if (order <= 0 || list.length == 0 || list.length > MAX_NODE_LIST) {
                throw new IllegalArgumentException("a node list of " + list.length + " bytes, number " + order);
            }
        }
    }

    private static SortedSet<NodeId> sorted(Collection<NodeId> nodes) {
        if (nodes.size() > MAX_NODES) {
            throw new IllegalArgumentException(nodes.size() + " nodes in one message; the most is " + MAX_NODES);
        }
        return NodeSet.of(nodes);
    }
}
