package systole.scheduler.assignment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.StableSort;

/** Assignment of the instances of a clone, or the containers of a bundle (assignment 15.4). */
final class Instances {
    private final Assigner assigner;
    private final Cluster cluster;

    Instances(Assigner assigner) {
        this.assigner = assigner;
        this.cluster = assigner.cluster;
    }

    /** Assigns at most {@code total} instances, at most {@code perNode} on a node. */
    void assign(Resource collective, List<Resource> instances, int total, int perNode) {
        Exchange exchange = new Exchange(cluster, collective);
        NodeTable table = collective.table;
        table.resetCounts();
        int eligible = 0;
        for (Node node : cluster.nodesByIndex) {
            if (table.has(node) && node.eligible()) {
                eligible++;
            }
        }
        int optimal = eligible == 0 ? 1 : Math.max(1, total / eligible);
        int assigned = 0;
        List<Resource> order = List.copyOf(instances);
        for (Resource instance : order) {
            if (assigned >= total) {
                break;
            }
            Node current = instance.currentNode();
            if (current != null
                    && mayStay(collective, instance, current, optimal)
                    && early(collective, instance, current, total - assigned, perNode)) {
                assigned++;
            }
        }
        for (Resource instance : order) {
            if (!instance.unassigned) {
                continue;
            }
            if (assigned >= total) {
                cluster.changeScore(instance, null, -Score.LIMIT);
                cluster.reasons.account(
                        Reason.Kind.INSTANCE_LIMIT,
                        instance,
                        collective.isClone() ? "clone-max" : "replicas",
                        node -> true,
                        () -> "all " + total + " instances of " + collective + " have a node already");
                continue;
            }
            Node node = assignOne(collective, instance, null, perNode, true);
            if (node != null) {
                assigned++;
                count(collective, node);
            }
        }
        exchange.make(order);
    }

    private static boolean mayStay(Resource collective, Resource instance, Node current, int optimal) {
        return instance.unassigned
                && !instance.failed
                && current.eligibleWithScore()
                && (!collective.table.has(current) || collective.table.count(current) < optimal);
    }

    private static void count(Resource collective, Node node) {
        if (collective.table.has(node)) {
            collective.table.count(node, collective.table.count(node) + 1);
        }
    }

    /** Tries to leave an instance where it is. */
    private boolean early(Resource collective, Resource instance, Node current, int available, int perNode) {
        if (!instance.table.has(current) || !current.eligible() || instance.table.score(current) < 0) {
            return false;
        }
        Map<Resource, NodeTable> backup = new HashMap<>();
        backup(instance, backup);
        int[] counts = collective.table.counts();
        Map<Resource, Integer> mark = cluster.reasons.mark(backup.keySet());
        int reserved = 0;
        boolean kept = false;
        while (reserved < available) {
            Node chosen = assignOne(collective, instance, current, perNode, false);
            if (chosen == current) {
                kept = true;
                break;
            }
            backup.forEach((each, table) -> each.table = table.copy());
            cluster.reasons.takeBack(mark);
            if (chosen == null) {
                if (instance.isPrimitive()) {
                    Placing.unassign(instance);
                } else {
                    instance.unassigned = true;
                }
                break;
            }
            count(collective, chosen);
            Placing.unassign(instance);
            reserved++;
        }
        collective.table.counts(counts);
        if (kept) {
            count(collective, current);
        }
        return kept;
    }

    private static void backup(Resource resource, Map<Resource, NodeTable> tables) {
        tables.put(resource, resource.table.copy());
        for (Resource child : resource.children) {
            backup(child, tables);
        }
    }

    private @Nullable Node assignOne(
            Resource collective, Resource instance, @Nullable Node preferred, int perNode, boolean last) {
        if (instance.assigning) {
            return null;
        }
        NodeTable table = collective.table;
        for (Node node : cluster.nodesByIndex) {
            if (!instance.table.has(node)) {
                continue;
            }
            boolean full = instance.removed
                    || !node.eligible()
                    || !table.has(node)
                    || table.score(node) < 0
                    || table.count(node) >= perNode;
            if (full) {
                instance.table.set(node, -Score.LIMIT);
                for (Resource child : instance.children) {
                    child.table.set(node, -Score.LIMIT);
                }
                full(collective, instance, node, perNode);
            }
        }
        return assigner.assign(instance, preferred, last);
    }

    private void full(Resource collective, Resource instance, Node node, int perNode) {
        boolean room = collective.table.count(node) < perNode;
        if (instance.removed || !node.eligible() || !room) {
            cluster.reasons.account(
                    room || instance.removed ? Reason.Kind.NODE_STATE : Reason.Kind.INSTANCE_LIMIT,
                    instance,
                    room ? "" : collective.isClone() ? "clone-node-max" : "replicas-per-host",
                    each -> each == node && !room,
                    () -> instance.removed
                            ? instance + " is one instance too many"
                            : room ? node + " cannot be used" : node + " has as many instances as may be there");
        } else {
            cluster.reasons.account(
                    Reason.Kind.CLONE, instance, collective.id, () -> collective + " may not run on " + node);
        }
    }

    // ---- order of instances (15.4.1)

    void sort(List<Resource> instances) {
        Map<Resource, Integer> scores = new HashMap<>();
        StableSort.sort(instances, (a, b) -> compare(a, b, scores));
    }

    int compare(Resource a, Resource b, Map<Resource, Integer> scores) {
        if (!a.active.isEmpty() && !b.active.isEmpty() && a.active.size() != b.active.size()) {
            return Integer.compare(a.active.size(), b.active.size());
        }
        Node nodeA = a.currentNode();
        Node nodeB = b.currentNode();
        boolean allowedA = nodeA == null || (a.table.has(nodeA) && a.table.score(nodeA) >= 0);
        boolean allowedB = nodeB == null || (b.table.has(nodeB) && b.table.score(nodeB) >= 0);
        if (allowedA != allowedB) {
            return allowedA ? -1 : 1;
        }
        if (!allowedA) {
            nodeA = null;
            nodeB = null;
        }
        if (a.priority != b.priority) {
            return Integer.compare(b.priority, a.priority);
        }
        if (nodeA == null || nodeB == null) {
            if (nodeA == nodeB) {
                return 0;
            }
            return nodeA != null ? -1 : 1;
        }
        if (nodeA.eligible() != nodeB.eligible()) {
            return nodeA.eligible() ? -1 : 1;
        }
        int byParent = compareParents(a, nodeA, b, nodeB);
        if (byParent != 2) {
            return byParent;
        }
        boolean failedA = anyFailed(a);
        boolean failedB = anyFailed(b);
        if (failedA != failedB) {
            return failedA ? 1 : -1;
        }
        int scoreA = adjusted(a, scores);
        int scoreB = adjusted(b, scores);
        if (scoreA != scoreB) {
            return Integer.compare(scoreB, scoreA);
        }
        return Integer.compare(number(a), number(b));
    }

    /** 2 if the comparison has to go on. */
    private static int compareParents(Resource a, Node nodeA, Resource b, Node nodeB) {
        boolean entryA = a.parent != null && a.parent.table.has(nodeA);
        boolean entryB = b.parent != null && b.parent.table.has(nodeB);
        if (entryA != entryB) {
            return entryA ? -1 : 1;
        }
        if (!entryA || a.parent == null || b.parent == null) {
            return 0;
        }
        int countA = a.parent.table.count(nodeA);
        int countB = b.parent.table.count(nodeB);
        return countA != countB ? Integer.compare(countA, countB) : 2;
    }

    static boolean anyFailed(Resource resource) {
        if (resource.failed) {
            return true;
        }
        for (Resource child : resource.children) {
            if (anyFailed(child)) {
                return true;
            }
        }
        return false;
    }

    private static int number(Resource instance) {
        if (instance.instanceNumber >= 0) {
            return instance.instanceNumber;
        }
        return instance.replica == null ? 0 : instance.replica.number;
    }

    private int adjusted(Resource instance, Map<Resource, Integer> scores) {
        Integer known = scores.get(instance);
        if (known != null) {
            return known;
        }
        Node node = instance.currentNode();
        if (node == null) {
            return 0;
        }
        NodeTable table = new NodeTable(node.index + 1);
        table.put(node, node.score, ProbeMode.ALWAYS);
        List<Colocation> dependents = new ArrayList<>(Colocations.asPrimary(instance));
        for (Colocation each : Colocations.asDependent(instance)) {
            table = assigner.merging.mergePrimary(each.primary(), instance, table, each, Merging.Modes.NONE);
        }
        for (Colocation each : dependents) {
            if (Colocations.influences(each, instance)) {
                table = assigner.merging.merge(
                        each.dependent(),
                        instance,
                        table,
                        each,
                        Merging.factor(each.score()),
                        Merging.Modes.NONNEGATIVE);
            }
        }
        int score = table.score(node);
        scores.put(instance, score);
        return score;
    }
}
