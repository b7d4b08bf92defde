package systole.scheduler.assignment;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Recording that a resource gets a node, or none (assignment 12.4). */
public final class Placing {
    private Placing() {}

    /**
     * @param node {@code null} for none
     * @param score the entry's score
     * @param forced scores and eligibility do not matter
     * @param last whether this is for good, not a try
     */
    static void place(Resource resource, @Nullable Node node, int score, boolean forced, boolean last) {
        Node chosen = node;
        if (!forced && chosen != null && (score < 0 || (!chosen.eligible() && !chosen.isGuest()))) {
            chosen = null;
        }
        if (!resource.unassigned) {
            release(resource);
        }
        resource.unassigned = false;
        if (chosen == null) {
            resource.assigned = null;
            if (last) {
                resource.nextRole = Role.STOPPED;
                resource.leftWithoutNode = true;
            }
            return;
        }
        resource.leftWithoutNode = false;
        resource.assigned = chosen;
        resource.assignedScore = score;
        chosen.resourceCount++;
        consume(chosen, resource.utilization, -1);
    }

    /** Gives every node of a resource and of what is below it back. */
    public static void unassign(Resource resource) {
        for (Resource child : resource.children) {
            unassign(child);
        }
        if (resource.isPrimitive() && !resource.unassigned) {
            release(resource);
        }
        resource.unassigned = true;
    }

    /** Takes the node of a primitive away for good, as if none had been found. */
    public static void takeAway(Resource resource) {
        place(resource, null, 0, true, true);
    }

    private static void release(Resource resource) {
        Node node = resource.assigned;
        if (node != null) {
            node.resourceCount--;
            consume(node, resource.utilization, 1);
            resource.assigned = null;
        }
        resource.unassigned = true;
    }

    private static void consume(Node node, Map<String, Integer> utilization, int sign) {
        utilization.forEach((name, value) -> {
            Integer capacity = node.capacity.get(name);
            if (capacity != null) {
                node.capacity.put(name, capacity + sign * value);
            }
        });
    }

    /** Nodes assigned to a resource or to what is below it. */
    public static Set<Node> nodes(Resource resource) {
        Set<Node> nodes = new LinkedHashSet<>();
        collect(resource, nodes);
        return nodes;
    }

    private static void collect(Resource resource, Set<Node> nodes) {
        if (resource.isPrimitive()) {
            if (resource.assigned != null) {
                nodes.add(resource.assigned);
            }
            return;
        }
        for (Resource child : resource.children) {
            collect(child, nodes);
        }
    }

    /** The one node assigned to a resource as a whole; {@code null} for none or several. */
    public static @Nullable Node node(Resource resource) {
        if (resource.isPrimitive()) {
            return resource.assigned;
        }
        Set<Node> nodes = nodes(resource);
        return nodes.size() == 1 ? nodes.iterator().next() : null;
    }

    /** The next role of a resource; of a group the highest of its members. */
    static Role nextRole(Resource resource) {
        if (resource.isPrimitive()) {
            return resource.nextRole;
        }
        Role highest = Role.UNKNOWN;
        for (Resource child : resource.children) {
            Role role = nextRole(child);
            if (role.above(highest)) {
                highest = role;
            }
        }
        return highest;
    }

    /** The current role of a resource; of a group the highest of its members. */
    static Role currentRole(Resource resource) {
        if (resource.isPrimitive()) {
            return resource.role;
        }
        Role highest = Role.UNKNOWN;
        for (Resource child : resource.children) {
            Role role = currentRole(child);
            if (role.above(highest)) {
                highest = role;
            }
        }
        return highest;
    }
}
