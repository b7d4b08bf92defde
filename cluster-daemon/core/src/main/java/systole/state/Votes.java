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
 * @param keepers nodes outside the view that may have the only copies of what was acknowledged, should the members turn
 *     out to know nothing; empty if no single lost disk can bring that about
 * @param nodeListVersion of the node list by which this was counted
 * @param former votes by the list before a change of it that is not settled
 * @param neededFormer votes of those that a change must have on disk too; 0 if there is no such list
 */
public record Votes(
        boolean quorate,
        int needed,
        SortedMap<NodeId, Integer> votes,
        SortedSet<NodeId> rivals,
        SortedSet<NodeId> keepers,
        long nodeListVersion,
        SortedMap<NodeId, Integer> former,
        int neededFormer) {
    public Votes {
        votes = Collections.unmodifiableSortedMap(new TreeMap<>(votes));
        rivals = Collections.unmodifiableSortedSet(new TreeSet<>(rivals));
        keepers = Collections.unmodifiableSortedSet(new TreeSet<>(keepers));
        former = Collections.unmodifiableSortedMap(new TreeMap<>(former));
    }

    /** By a node list that never changed. */
    public Votes(
            boolean quorate,
            int needed,
            SortedMap<NodeId, Integer> votes,
            SortedSet<NodeId> rivals,
            SortedSet<NodeId> keepers) {
        this(quorate, needed, votes, rivals, keepers, 0, new TreeMap<>(), 0);
    }

    /** Of a view beside which no other can be quorate. */
    public Votes(boolean quorate, int needed, SortedMap<NodeId, Integer> votes) {
        this(quorate, needed, votes, new TreeSet<>(), new TreeSet<>());
    }

    /** Whose acceptance of changes must be excluded before this view may tell anybody that a change is done. */
    SortedSet<NodeId> inDoubt(Position common) {
        SortedSet<NodeId> all = new TreeSet<>(rivals);
        if (common.lineage() == Position.START.lineage()) {
            // No disk here was ever part of a quorate view: a new cluster, or one whose disks are lost.
            all.addAll(keepers);
        }
        return all;
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
