package systole.scheduler.planning;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** Questions about the instances of clones and the replicas of bundles. */
final class Instances {
    private Instances() {}

    static void sortByNumber(List<Resource> instances) {
        instances.sort(Comparator.comparingInt(instance -> instance.instanceNumber));
    }

    /** Instances of a clone; containers of a bundle. */
    static List<Resource> of(Resource collective) {
        if (collective.bundle != null) {
            return collective.bundle.replicas.stream()
                    .map(replica -> replica.container)
                    .toList();
        }
        return collective.children;
    }

    /** The replica that a part of a bundle belongs to, looked for upwards; {@code null} outside bundles. */
    static @Nullable Replica replica(Resource resource) {
        for (Resource at = resource; at != null; at = at.parent) {
            if (at.replica != null) {
                return at.replica;
            }
        }
        return null;
    }

    /** The single node where a primitive, or every placed member of a group, is assigned; {@code null} if not one. */
    static @Nullable Node assignedNode(Resource resource) {
        if (resource.isPrimitive()) {
            return resource.assigned;
        }
        Node common = null;
        for (Resource child : resource.children) {
            Node node = assignedNode(child);
            if (node == null) {
                continue;
            }
            if (common != null && common != node) {
                return null;
            }
            common = node;
        }
        return common;
    }
}
