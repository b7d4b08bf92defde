package systole.state;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.NodeId;

/**
 * What quorum has to say about one view.
 *
 * @param quorate whether the members may run resources and change the configuration
 * @param needed votes that make a quorum
 * @param votes of each member of the view
 */
public record Votes(boolean quorate, int needed, SortedMap<NodeId, Integer> votes) {
    public Votes {
        votes = Collections.unmodifiableSortedMap(new TreeMap<>(votes));
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
