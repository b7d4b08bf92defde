package systole.coordinator;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.NodeId;

/**
 * What a node knows of itself when it starts.
 *
 * @param nodeNames all nodes of the interconnect's list
 * @param seed for random fencing delays and the identity of this node's transitions; different at each start
 * @param cores of the machine, for the limit of parallel operations
 * @param detectionMillis the longest time between the last sign of life of a node and the view without it; part of the
 *     lease with fencing off
 */
public record NodeSettings(
        NodeId id, String name, SortedMap<NodeId, String> nodeNames, long seed, int cores, long detectionMillis) {
    public NodeSettings {
        nodeNames = Collections.unmodifiableSortedMap(new TreeMap<>(nodeNames));
        if (!name.equals(nodeNames.get(id))) {
            throw new IllegalArgumentException("node " + id + " is '" + name + "' but the node list says '"
                    + nodeNames.get(id) + "'; correct the nodelist");
        }
    }

    /** Where a view without quorum is held back for the witness, the lease is longer by that. */
    NodeSettings withWait(long waitMillis) {
        return new NodeSettings(id, name, nodeNames, seed, cores, detectionMillis + (waitMillis + 1) / 2);
    }

    /** The name of a node, or its id where the list does not have it. */
    public String nameOf(NodeId node) {
        String known = nodeNames.get(node);
        return known == null ? node.toString() : known;
    }
}
