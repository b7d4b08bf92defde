package systole.scheduler.assignment;

import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** Node attributes as a resource sees them (assignment 13.7). */
final class NodeAttributes {
    private NodeAttributes() {}

    /** The value on a node, read from the host of its container where that is meant. */
    static @Nullable String value(Node node, String attribute, Resource resource) {
        if (node.isGuest() && readsHost(node, resource)) {
            Resource container = node.launcher();
            Node host = container == null ? null : container.assigned;
            return host == null ? null : host.attributes.get(attribute);
        }
        return node.attributes.get(attribute);
    }

    private static boolean readsHost(Node node, Resource resource) {
        if ("host".equals(resource.meta.get("container-attribute-target"))) {
            return true;
        }
        return node.bundleNode && isBundled(resource);
    }

    /** Whether the value on some node is read from another one. */
    static boolean mayReadHost(Resource resource) {
        return "host".equals(resource.meta.get("container-attribute-target")) || isBundled(resource);
    }

    private static boolean isBundled(Resource resource) {
        for (Resource at = resource; at != null; at = at.parent) {
            if (at.isClone() && at.parent != null && at.parent.isBundle()) {
                return true;
            }
        }
        return false;
    }

    static boolean equal(@Nullable String left, @Nullable String right) {
        return left == null || right == null ? left == null && right == null : left.equalsIgnoreCase(right);
    }
}
