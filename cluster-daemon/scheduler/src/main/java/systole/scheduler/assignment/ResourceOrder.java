package systole.scheduler.assignment;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.Options;
import systole.scheduler.working.Resource;
import systole.scheduler.working.StableSort;

/** The order in which resources are assigned (assignment 10.1). */
final class ResourceOrder {
    private ResourceOrder() {}

    static void sort(Cluster cluster, NodeOrder order, Merging merging) {
        if (cluster.options.placement == Options.Placement.DEFAULT) {
            return;
        }
        NodeTable plain = new NodeTable(cluster.nodesByIndex.size());
        for (Node node : cluster.nodes) {
            plain.put(node, node.score, node.probeMode);
        }
        List<Node> nodes = order.sorted(plain, null);
        Map<Resource, NodeTable> tables = new HashMap<>();
        for (Resource resource : cluster.resources) {
            tables.put(resource, merging.followPrimaries(resource));
        }
        StableSort.sort(cluster.resources, (a, b) -> compare(a, b, nodes, tables));
    }

    private static int compare(Resource a, Resource b, List<Node> nodes, Map<Resource, NodeTable> tables) {
        if (a.priority != b.priority) {
            return Integer.compare(b.priority, a.priority);
        }
        NodeTable tableA = tables.getOrDefault(a, a.table);
        NodeTable tableB = tables.getOrDefault(b, b.table);
        int currentA = current(a, tableA);
        int currentB = current(b, tableB);
        if (currentA != currentB) {
            return Integer.compare(currentB, currentA);
        }
        for (Node node : nodes) {
            int scoreA = tableA.score(node);
            int scoreB = tableB.score(node);
            if (scoreA != scoreB) {
                return Integer.compare(scoreB, scoreA);
            }
        }
        return 0;
    }

    private static int current(Resource resource, NodeTable table) {
        Node node = resource.currentNode();
        return node == null ? -Score.LIMIT : table.score(node);
    }
}
