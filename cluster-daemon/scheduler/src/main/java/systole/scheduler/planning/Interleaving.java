package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** Which instance of one clone or bundle goes with which of another (actions-and-graph 10.3). */
final class Interleaving {
    private Interleaving() {}

    /** The instance (or container) of a collective on the node of the given one, by assigned nodes. */
    static @Nullable Resource compatibleWith(List<Node> nodes, Resource instance, Resource collective) {
        return compatible(nodes, instance, collective, false);
    }

    /**
     * The instance that matches.
     *
     * @param all every node
     * @param current whether current nodes count instead of assigned ones
     */
    static @Nullable Resource compatible(List<Node> all, Resource instance, Resource collective, boolean current) {
        Node own = nodeOf(instance, current);
        if (own != null) {
            return on(collective, own, current);
        }
        for (Node node : allowedByScore(all, instance)) {
            Resource match = on(collective, node, current);
            if (match != null) {
                return match;
            }
        }
        return null;
    }

    private static List<Node> allowedByScore(List<Node> all, Resource instance) {
        List<Node> nodes = new ArrayList<>();
        for (Node node : all) {
            if (instance.table.has(node)) {
                nodes.add(node);
            }
        }
        nodes.sort(Comparator.comparingInt((Node node) -> -instance.table.score(node))
                .thenComparing(node -> node.name));
        return nodes;
    }

    private static @Nullable Resource on(Resource collective, Node node, boolean current) {
        for (Resource candidate : Instances.of(collective)) {
            if (!candidate.blocked && nodeOf(candidate, current) == host(node, collective)) {
                return candidate;
            }
        }
        return null;
    }

    /** For bundles the host of a bundle node counts. */
    private static Node host(Node node, Resource collective) {
        if (collective.isBundle() && node.bundleNode) {
            Resource container = node.launcher();
            if (container != null && container.assigned != null) {
                return container.assigned;
            }
        }
        return node;
    }

    private static @Nullable Node nodeOf(Resource instance, boolean current) {
        if (!current) {
            return Instances.assignedNode(instance);
        }
        if (instance.isPrimitive()) {
            return instance.currentNode();
        }
        Node common = null;
        for (Node node : instance.active) {
            if (common != null && common != node) {
                return null;
            }
            common = node;
        }
        return common;
    }
}
