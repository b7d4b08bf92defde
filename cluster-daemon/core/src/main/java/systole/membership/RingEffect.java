package systole.membership;

import systole.group.GroupEvent;
import systole.kernel.NodeId;

/** What the ring asks of its shell. The shell carries effects out in list order. */
public sealed interface RingEffect {
    /**
     * Write this number to stable storage and answer with {@link RingInput.RingSequencePersisted}; it becomes the
     * {@code lastRingSequence} of the next start. The ring reserves a stretch of numbers ahead, so nothing waits for
     * the disk in a failover, and the shell may write on another thread; later effects need not wait.
     */
    record PersistRingSequence(long sequence) implements RingEffect {}

    /** To all configured nodes but this one, by the link policy of the shell. */
    record Multicast(RingMessage message) implements RingEffect {}

    /** To all configured nodes but this one, on this link even if it is thought to be down. */
    record MulticastOnLink(int link, RingMessage message) implements RingEffect {}

    /**
     * To one node, by the link policy of the shell. Never to this node itself; a {@link RingMessage.NodeListNotice} may go
     * to one that is not in the list.
     */
    record Unicast(NodeId to, RingMessage message) implements RingEffect {}

    /** To the owner of {@link systole.group.GroupMessaging}, in this order. */
    record Deliver(GroupEvent event) implements RingEffect {}

    /** The state of a link towards a peer, for the choice of links and for status. */
    record LinkJudged(NodeId peer, int link, boolean usable, String why) implements RingEffect {}

    /** Something an operator may want to read; for the log and the history. */
    record Report(Weight weight, String words) implements RingEffect {}

    /** A node of the list has a later one than this node can know; for those who decide about it. */
    record NodeListTold(NodeId from, byte[] list) implements RingEffect {}

    /** The last effect ever, after a {@link RingInput.Leave}. */
    record Stopped() implements RingEffect {}

    /** How much a {@link Report} matters. */
    enum Weight {
        DETAIL,
        NOTICE,
        WARNING
    }
}
