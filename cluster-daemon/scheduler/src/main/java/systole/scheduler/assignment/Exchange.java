package systole.scheduler.assignment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Decision;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/**
 * Instances of a clone do the same, so one that runs on a node does not make room there for one that does not run: neither to be
 * stopped nor to move. Where the assignment came to that, the two exchange their nodes. Parts on nodes that cannot be used do not
 * count as running. The reference stops the one and starts the other, with every plan: in the next one it is the turn of the
 * other, or (anonymous) the new one has got its name.
 */
final class Exchange {
    private final Cluster cluster;

    private final Resource clone;

    /** Instances that run on one usable node, on which they may be. */
    private final Map<Resource, Node> running = new LinkedHashMap<>();

    /** To be made before anything is assigned. */
    Exchange(Cluster cluster, Resource clone) {
        this.cluster = cluster;
        this.clone = clone;
        if (!clone.isClone()) {
            return;
        }
        for (Resource instance : clone.children) {
            Node node = nodeOf(instance);
            if (node != null) {
                running.put(instance, node);
            }
        }
    }

    private static @Nullable Node nodeOf(Resource instance) {
        Node node = null;
        for (Resource primitive : instance.primitives()) {
            boolean plain = primitive.managed && !primitive.blocked && !primitive.removed;
            if (!plain || primitive.active.size() > 1) {
                return null;
            }
            for (Node each : primitive.active) {
                if (!each.eligible()) {
                    continue;
                }
                if (node != null && node != each || primitive.table.score(each) <= -Score.LIMIT) {
                    return null;
                }
                node = each;
            }
        }
        return node;
    }

    void make(List<Resource> instances) {
        running.forEach((instance, node) -> {
            // What failed here may be meant to go elsewhere.
            boolean moves = Placing.node(instance) != node && !failed(instance, node);
            if (moves || Placing.nodes(instance).isEmpty()) {
                for (Resource other : instances) {
                    if (Placing.node(other) == node && idle(other)) {
                        exchange(instance, other);
                        return;
                    }
                }
            }
        });
    }

    private static boolean failed(Resource instance, Node node) {
        for (Resource primitive : instance.primitives()) {
            if (primitive.failed && primitive.active.contains(node)) {
                return true;
            }
        }
        return false;
    }

    private static boolean idle(Resource instance) {
        for (Resource primitive : instance.primitives()) {
            if (!primitive.managed || primitive.active.stream().anyMatch(Node::eligible)) {
                return false;
            }
        }
        return true;
    }

    private void exchange(Resource a, Resource b) {
        List<Resource> ofA = a.primitives();
        List<Resource> ofB = b.primitives();
        for (int i = 0; i < ofA.size(); i++) {
            exchangePrimitives(ofA.get(i), ofB.get(i));
        }
        a.unassigned = false;
        b.unassigned = false;
    }

    private void exchangePrimitives(Resource a, Resource b) {
        Node nodeA = a.assigned;
        int scoreA = a.assignedScore;
        Node nodeB = b.assigned;
        int scoreB = b.assignedScore;
        Placing.unassign(a);
        Placing.unassign(b);
        a.nextRole = b.nextRole;
        Placing.place(a, nodeB, scoreB, true, true);
        Placing.place(b, nodeA, scoreA, true, true);
        Decision decisionA = cluster.reasons.decision(a);
        Decision decisionB = cluster.reasons.decision(b);
        if (decisionA != null && decisionB != null) {
            cluster.reasons.decided(of(a, decisionB));
            cluster.reasons.decided(of(b, decisionA));
        }
    }

    private Decision of(Resource resource, Decision decision) {
        int entries = cluster.reasons.of(resource).size();
        return new Decision(resource, decision.candidates(), decision.chosen(), decision.rule(), entries);
    }
}
