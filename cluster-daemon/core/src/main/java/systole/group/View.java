package systole.group;

import java.util.SortedSet;
import systole.kernel.NodeId;
import systole.kernel.NodeSet;

/**
 * Who is here: one configuration of the group. Two nodes in the same view have the same {@code sequence} and
 * {@code representative}; sequences grow from one view of a node to its next.
 *
 * @param members never empty, contains {@code representative}; unmodifiable
 */
public record View(long sequence, NodeId representative, SortedSet<NodeId> members) {
    public View {
        members = NodeSet.of(members);
        if (!members.contains(representative)) {
            throw new IllegalArgumentException(representative + " represents a view without being in it: " + members);
        }
    }

    /** A name for the view that is the same on all its members and differs between views: {@code n1:48}. */
    public String name() {
        return representative + ":" + sequence;
    }
}
