package systole.kernel;

import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An unmodifiable, ascending set of nodes, made once and asked often: membership of a node is one look into a bit map.
 * Safe to hand to any thread.
 */
public final class NodeSet extends AbstractSet<NodeId> implements SortedSet<NodeId> {
    private final NodeId[] ascending;
    private final long[] bits;

    private NodeSet(NodeId[] ascending) {
        this.ascending = ascending;
        int highest = ascending.length == 0 ? 0 : ascending[ascending.length - 1].value();
        this.bits = new long[(highest >>> 6) + 1];
        for (NodeId node : ascending) {
            bits[node.value() >>> 6] |= 1L << node.value();
        }
    }

    /** A copy, or the set itself if it is of this kind already. */
    public static NodeSet of(Collection<NodeId> nodes) {
        if (nodes instanceof NodeSet made) {
            return made;
        }
        Collection<NodeId> sorted =
                nodes instanceof SortedSet<NodeId> set && set.comparator() == null ? nodes : new TreeSet<>(nodes);
        return new NodeSet(sorted.toArray(new NodeId[0]));
    }

    @Override
    public boolean contains(@Nullable Object other) {
        return other instanceof NodeId node
                && node.value() >>> 6 < bits.length
                && (bits[node.value() >>> 6] & 1L << node.value()) != 0;
    }

    @Override
    public int size() {
        return ascending.length;
    }

    @Override
    public Iterator<NodeId> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < ascending.length;
            }

            @Override
            public NodeId next() {
                if (next >= ascending.length) {
                    throw new NoSuchElementException("only " + ascending.length + " nodes");
                }
                return ascending[next++];
            }
        };
    }

    @Override
    public @Nullable Comparator<? super NodeId> comparator() {
        return null;
    }

    @Override
    public SortedSet<NodeId> subSet(NodeId from, NodeId to) {
        return of(new TreeSet<>(this).subSet(from, to));
    }

    @Override
    public SortedSet<NodeId> headSet(NodeId to) {
        return of(new TreeSet<>(this).headSet(to));
    }

    @Override
    public SortedSet<NodeId> tailSet(NodeId from) {
        return of(new TreeSet<>(this).tailSet(from));
    }

    @Override
    public NodeId first() {
        return at(0);
    }

    @Override
    public NodeId last() {
        return at(ascending.length - 1);
    }

    private NodeId at(int index) {
        if (ascending.length == 0) {
            throw new NoSuchElementException("an empty set has no first and no last node");
        }
        return ascending[index];
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof NodeSet that ? Arrays.equals(bits, that.bits) : super.equals(other);
    }

    @Override
    public int hashCode() {
        return super.hashCode();
    }
}
