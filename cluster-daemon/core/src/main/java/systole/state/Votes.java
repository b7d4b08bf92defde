package systole.state;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.kernel.NodeId;

/**
 * What quorum has to say about one view.
 *
 * @param quorate whether the members may run resources and change the configuration
 * @param needed votes that make a quorum
 * @param votes of each member of the view
 * @param rivals nodes outside the view that may be quorate beside it ({@code two_node}); until it is known that they are
 *     down, nobody is told that a change is done
 */
public record Votes(boolean quorate, int needed, SortedMap<NodeId, Integer> votes, SortedSet<NodeId> rivals) {
    public Votes {
        votes = Collections.unmodifiableSortedMap(new TreeMap<>(votes));
        rivals = Collections.unmodifiableSortedSet(new TreeSet<>(rivals));
    }

    /** Of a view beside which no other can be quorate. */
    public Votes(boolean quorate, int needed, SortedMap<NodeId, Integer> votes) {
        this(quorate, needed, votes, new TreeSet<>());
    }

    int of(NodeId node) {
        return votes.getOrDefault(node, 0);
    }

    /**
     * Votes of nodes on whose disks a change must be before anybody is told that it is done: a quorum, and more than half
     * of the members, so that of two nodes that are quorate alone (two_node) both have it while both are here.
     */
    int neededToStore() {
        int all = 0;
        for (Map.Entry<NodeId, Integer> entry : votes.entrySet()) {
            all += entry.getValue();
        }
        return Math.max(needed, all / 2 + 1);
    }
}
