package systole.kernel;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Identity of a node inside one cluster; ordering decides ring positions and tie breaks. */
public record NodeId(int value) implements Comparable<NodeId> {
    public static final int MAX = 0xFFFF;

    public NodeId {
        if (value < 1 || value > MAX) {
            throw new IllegalArgumentException(
                    "node id " + value + " is outside 1.." + MAX + "; set a unique 'nodeid' for this node");
        }
    }

    @Override
    public int compareTo(NodeId other) {
        Objects.requireNonNull(other);
        return Integer.compare(value, other.value);
    }

    // Written out here and in other records of the hot paths: what the JVM makes for a record takes milliseconds of a
    // start
    // to be linked, and is slow until it is compiled.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NodeId that && that.value == value;
    }

    @Override
    public int hashCode() {
        return value;
    }

    @Override
    public String toString() {
        return "n" + value;
    }
}
