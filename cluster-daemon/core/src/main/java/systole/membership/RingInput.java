package systole.membership;

import java.util.SortedSet;
import systole.group.Guarantee;
import systole.kernel.NodeId;

/** The only ways in which the outside world reaches the ring. Time is part of every input. */
public sealed interface RingInput {
    /** Nanoseconds of the monotonic clock; never goes back, means nothing across nodes. */
    long nowNanos();

    /** The first input: nothing is sent or delivered before it. */
    record Start(long nowNanos) implements RingInput {}

    /**
     * A message that passed authentication and replay check.
     *
     * @param from who put it on the wire (authenticated envelope), which for retransmitted data is not its sender; may be
     *     a node that is in the list no more, of which nothing but heartbeats is looked at
     * @param link on which it came
     */
    record Received(long nowNanos, NodeId from, int link, RingMessage message) implements RingInput {}

    /** Time has passed: to be given at {@link RingStack#nextDeadlineNanos()} at the latest. */
    record Tick(long nowNanos) implements RingInput {}

    /** The application sends; at most {@link systole.group.GroupMessaging#MAX_PAYLOAD} bytes, not changed afterwards. */
    record Send(long nowNanos, Guarantee guarantee, byte[] payload) implements RingInput {}

    /** Orderly shutdown: what waits is sent first, then {@link RingEffect.Stopped} comes. */
    record Leave(long nowNanos) implements RingInput {}

    /** Answer to {@link RingEffect.PersistRingSequence}: it is on the disk and stays there through a crash. */
    record RingSequencePersisted(long nowNanos, long sequence) implements RingInput {}

    /** The own interface of a link came or went. */
    record LinkChanged(long nowNanos, int link, boolean up) implements RingInput {}

    /** The peer's host answered that nobody listens there (ICMP port unreachable): the daemon is gone. */
    record Refused(long nowNanos, NodeId peer, int link) implements RingInput {}

    /**
     * The node list that this node can hand on to those that have an older one.
     *
     * @param order of two lists the later one has the higher number; 0 if there is none to hand on
     * @param list opaque here; empty if there is none
     */
    record NodeListKnown(long nowNanos, long order, byte[] list) implements RingInput {}

    /** Nodes of the cluster were added or removed on the living cluster; contains this node. */
    record NodesChanged(long nowNanos, SortedSet<NodeId> nodes) implements RingInput {}
}
