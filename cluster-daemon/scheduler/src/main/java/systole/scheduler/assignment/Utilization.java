package systole.scheduler.assignment;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.Options;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/** Placement by capacity (assignment, section 19). */
final class Utilization {
    private final Cluster cluster;

    Utilization(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Bans nodes without enough capacity; returns the node with most capacity if none has enough for all. */
    @Nullable
    Node restrict(Resource resource) {
        if (cluster.options.placement == Options.Placement.DEFAULT) {
            return null;
        }
        Map<String, Integer> all = sum(resource);
        NodeTable table = resource.table;
        Node most = null;
        for (Node node : cluster.nodes) {
            if (usable(table, node) && fits(all, node) && (most == null || NodeOrder.compareCapacity(most, node) < 0)) {
                most = node;
            }
        }
        boolean anyFits = most != null;
        if (!anyFits) {
            for (Node node : cluster.nodes) {
                if (usable(table, node) && (most == null || NodeOrder.compareCapacity(most, node) < 0)) {
                    most = node;
                }
            }
        }
        Map<String, Integer> needed = anyFits ? all : resource.utilization;
        for (Node node : cluster.nodes) {
            if (usable(table, node) && !fits(needed, node)) {
                table.set(node, -Score.LIMIT);
                cluster.reasons.account(
                        Reason.Kind.UTILIZATION, resource, "utilization", () -> shortage(resource, needed, node));
            }
        }
        return anyFits ? null : most;
    }

    private static boolean usable(NodeTable table, Node node) {
        return table.has(node) && table.score(node) >= 0 && node.eligible();
    }

    private static boolean fits(Map<String, Integer> needed, Node node) {
        for (Map.Entry<String, Integer> each : needed.entrySet()) {
            if (each.getValue() > node.capacity.getOrDefault(each.getKey(), 0)) {
                return false;
            }
        }
        return true;
    }

    private static String shortage(Resource resource, Map<String, Integer> needed, Node node) {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, Integer> each : needed.entrySet()) {
            int free = node.capacity.getOrDefault(each.getKey(), 0);
            if (each.getValue() > free) {
                text.append(text.isEmpty() ? "" : ", ").append(each.getKey()).append(' ');
                text.append(each.getValue()).append(" (free: ").append(free).append(')');
            }
        }
        boolean alone = needed.equals(resource.utilization);
        return node + " has too little capacity: " + resource
                + (alone ? " needs " : ", with what has to be with it, needs ") + text;
    }

    // ---- the colocated set (19.3) and its sum (19.4)

    private Map<String, Integer> sum(Resource resource) {
        List<Resource> set = new ArrayList<>();
        find(resource, set, resource, new HashSet<>());
        if (!set.contains(resource)) {
            set.add(0, resource);
        }
        Map<String, Integer> total = new LinkedHashMap<>();
        Set<Resource> members = new HashSet<>(set);
        for (Resource each : set) {
            if (each.unassigned) {
                add(each, members, total);
            }
        }
        return total;
    }

    private static void find(Resource resource, List<Resource> set, Resource original, Set<Resource> seen) {
        ArrayDeque<Resource> stack = new ArrayDeque<>();
        stack.push(resource);
        while (true) {
            Resource at = stack.poll();
            if (at == null) {
                return;
            }
            if (!seen.add(at)) {
                continue;
            }
            set.add(0, at);
            boolean expands = at.isGroup() && (at.collocated || (at.parent != null && at.parent.isClone()));
            if (expands) {
                for (int i = at.children.size() - 1; i >= 0; i--) {
                    stack.push(at.children.get(i));
                }
                continue;
            }
            for (Colocation each : Colocations.asDependent(at)) {
                Resource primary = each.primary();
                if (counts(each, primary, original)) {
                    stack.push(primary);
                }
            }
            for (Colocation each : Colocations.asPrimary(at)) {
                Resource dependent = each.dependent();
                if (counts(each, dependent, original) && (!at.isClone() || dependent.isClone())) {
                    stack.push(dependent);
                }
            }
        }
    }

    private static boolean counts(Colocation colocation, Resource other, Resource original) {
        return other != original
                && colocation.score() >= Score.LIMIT
                && ColocationEffects.effect(colocation.dependent(), colocation.primary(), colocation, true)
                        == ColocationEffects.Effect.LOCATION;
    }

    private static void add(Resource resource, Set<Resource> set, Map<String, Integer> total) {
        switch (resource.variant) {
            case PRIMITIVE -> resource.utilization.forEach((name, value) -> total.merge(name, value, Integer::sum));
            case GROUP -> {
                boolean whole = resource.collocated || (resource.parent != null && resource.parent.isClone());
                if (!whole) {
                    Resource first = resource.children.get(0);
                    if (first.unassigned && !set.contains(first)) {
                        add(first, set, total);
                    }
                    return;
                }
                for (Resource member : resource.children) {
                    if (member.unassigned && !set.contains(member)) {
                        add(member, set, total);
                    }
                }
            }
            case CLONE -> addClone(resource, set, total);
            case BUNDLE -> {
                if (resource.bundle != null) {
                    Resource container = resource.bundle.replicas.get(0).container;
                    if (container.unassigned && !set.contains(container)) {
                        add(container, set, total);
                    }
                }
            }
        }
    }

    private static void addClone(Resource clone, Set<Resource> set, Map<String, Integer> total) {
        for (Resource instance : clone.children) {
            if (set.contains(instance)) {
                return;
            }
        }
        for (Resource instance : clone.children) {
            for (Resource member : instance.children) {
                if (set.contains(member)) {
                    add(instance, set, total);
                    return;
                }
            }
        }
        if (!clone.children.isEmpty()) {
            add(clone.children.get(0), set, total);
        }
    }
}
