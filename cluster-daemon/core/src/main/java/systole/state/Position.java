package systole.state;

import org.jspecify.annotations.Nullable;

/**
 * How far a node's durable state has come, in an order that never puts an acknowledged change behind one that was not.
 *
 * @param lineage sequence of the last quorate view whose common state this is, 0 for a node that never was in one;
 *     quorate views share members, so their sequences grow
 * @param sequence number of durable commands applied since the beginning; within one lineage a higher number contains
 *     all of a lower one
 */
public record Position(long lineage, long sequence) implements Comparable<Position> {
    public static final Position START = new Position(0, 0);

    @Override
    public int compareTo(Position other) {
        int order = Long.compare(lineage, other.lineage);
        return order == 0 ? Long.compare(sequence, other.sequence) : order;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Position that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(lineage) + Long.hashCode(sequence);
    }

    @Override
    public String toString() {
        return lineage + "/" + sequence;
    }
}
