package systole.membership;

import systole.kernel.NodeId;

/**
 * Names one ring. {@code sequence} is 64 bits wide and never goes back on any node, so no roll-over is handled.
 *
 * @param representative lowest node of the ring, the one that proposed it
 */
public record RingId(NodeId representative, long sequence) implements Comparable<RingId> {
    public RingId {
        if (sequence < 0) {
            throw new IllegalArgumentException("ring sequence " + sequence + " is negative");
        }
    }

    @Override
    public int compareTo(RingId other) {
        int bySequence = Long.compare(sequence, other.sequence);
        return bySequence != 0 ? bySequence : representative.compareTo(other.representative);
    }

    @Override
    public String toString() {
        return representative + ":" + sequence;
    }
}
