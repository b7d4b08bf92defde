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

    /** Used by a mutant only. */
    private final boolean agreeOnAll;

    Gathering(NodeId self, Collection<NodeId> members, boolean agreeOnAll) {
        this.self = self;
        this.agreeOnAll = agreeOnAll;
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

    /** How much is known; grows with each node that is seen or given up. */
    int size() {
        return seen.size() + failed.size();
    }

    /** Whether the Join says nothing of these nodes that is not known. */
    boolean knows(Join join, SortedSet<NodeId> nodes) {
        return join.seen().stream().allMatch(node -> seen.contains(node) || !nodes.contains(node))
                && join.failed().stream().allMatch(node -> failed.contains(node) || !nodes.contains(node));
    }

    /**
     * Candidates that have not named the same candidates as this node. Whom else they have seen and given up does not matter: two
     * nodes of which each was in a ring with a node that has been removed since never tell each other all of that.
     */
    SortedSet<NodeId> withoutConsensus() {
        var result = candidates();
        var wanted = new TreeSet<>(result);
        result.remove(self);
        result.removeIf(node -> agrees(joins.get(node), wanted));
        return result;
    }

    private boolean agrees(@Nullable Join join, SortedSet<NodeId> wanted) {
        if (join == null) {
            return false;
        }
        return agreeOnAll
                ? join.seen().equals(seen) && join.failed().equals(failed)
                : join.candidates().equals(wanted);
    }
}
