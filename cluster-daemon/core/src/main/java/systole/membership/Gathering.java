package systole.membership;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.membership.RingMessage.Join;

/**
 * Who may be in the next ring, and who agrees. The sets only grow until a ring is installed, so gathering ends.
 */
final class Gathering {
    private final NodeId self;
    private final SortedSet<NodeId> seen = new TreeSet<>();
    private final SortedSet<NodeId> failed = new TreeSet<>();
    private final SortedSet<NodeId> left = new TreeSet<>();
    private final SortedMap<NodeId, Join> joins = new TreeMap<>();

    Gathering(NodeId self, Collection<NodeId> members) {
        this.self = self;
        seen.add(self);
        seen.addAll(members);
    }

    /** @return whether anything was new */
    boolean see(Collection<NodeId> nodes) {
        return seen.addAll(nodes);
    }

    /** Gives a node up; it is then also among the seen ones. Never this node itself. */
    boolean fail(NodeId node) {
        if (node.equals(self)) {
            throw new IllegalStateException(self + " was about to declare itself failed");
        }
        seen.add(node);
        joins.remove(node);
        return failed.add(node);
    }

    boolean leave(NodeId node) {
        return left.add(node);
    }

    boolean isFailed(NodeId node) {
        return failed.contains(node);
    }

    boolean isSeen(NodeId node) {
        return seen.contains(node);
    }

    SortedSet<NodeId> seen() {
        return Collections.unmodifiableSortedSet(seen);
    }

    SortedSet<NodeId> failed() {
        return Collections.unmodifiableSortedSet(failed);
    }

    SortedSet<NodeId> left() {
        return Collections.unmodifiableSortedSet(left);
    }

    /** Those of whom the next ring would consist. */
    SortedSet<NodeId> candidates() {
        var result = new TreeSet<>(seen);
        result.removeAll(failed);
        return result;
    }

    void heard(Join join) {
        joins.put(join.sender(), join);
    }

    void forgetJoins() {
        joins.clear();
    }

    /** Whether the Join says nothing that is not known. */
    boolean knows(Join join) {
        return seen.containsAll(join.seen()) && failed.containsAll(join.failed());
    }

    /** Candidates that have not said exactly what this node says. */
    SortedSet<NodeId> withoutConsensus() {
        var result = candidates();
        result.remove(self);
        result.removeIf(node -> agrees(joins.get(node)));
        return result;
    }

    private boolean agrees(@Nullable Join join) {
        return join != null && join.seen().equals(seen) && join.failed().equals(failed);
    }
}
