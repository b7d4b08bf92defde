package systole.membership;

import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import systole.kernel.NodeId;

/**
 * The whole ring side of a node in one object: failure detector and ring protocol. Inputs in, effects out.
 *
 * <p>Owned by one thread (the ring loop, or the simulator). It has no clock: the shell gives {@link RingInput.Start}
 * first, then inputs as they come, and a {@link RingInput.Tick} whenever {@link #nextDeadlineNanos()} is reached.
 */
public final class RingStack {
    /**
     * @param nodes the configured nodes, this one included
     * @param incarnation differs from every earlier life of this node: wall-clock milliseconds at the start will do
     * @param lastRingSequence what was persisted last; on an empty disk wall-clock milliseconds, so that a node that
     *     lost its disk does not use an old ring id again
     */
    public RingStack(
            NodeId self, SortedSet<NodeId> nodes, RingSettings settings, long incarnation, long lastRingSequence) {
        if (!nodes.contains(self)) {
            throw new IllegalArgumentException(self + " is not among the configured nodes " + nodes);
        }
    }

    /** Takes one input in and says what is to be done, in this order. */
    public List<RingEffect> step(RingInput input) {
        throw new UnsupportedOperationException("the ring protocol is not built yet: " + input);
    }

    /** When the next {@link RingInput.Tick} is due, on the clock of the inputs. */
    public long nextDeadlineNanos() {
        throw new UnsupportedOperationException("the ring protocol is not built yet");
    }

    /** Application messages that wait to be sent, to push back on senders. */
    public int queued() {
        return 0;
    }

    /** Counters under speaking names, since the start. */
    public SortedMap<String, Long> counters() {
        return new TreeMap<>();
    }

    /** What the ring looks like from here, for status. */
    public RingStatus status() {
        throw new UnsupportedOperationException("the ring protocol is not built yet");
    }
}
