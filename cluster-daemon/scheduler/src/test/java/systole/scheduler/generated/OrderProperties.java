package systole.scheduler.generated;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.graph.GraphAction;
import systole.graph.Synapse;
import systole.scheduler.generated.PlanProperties.Reach;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.OrderConstraint;
import systole.scheduler.working.OrderConstraint.Group;
import systole.scheduler.working.OrderConstraint.Kind;
import systole.scheduler.working.Resource;

/** Mandatory order holds in every linearisation: who comes later has a path to who comes first. */
final class OrderProperties {
    private OrderProperties() {}

    static void check(Cluster before, Cluster after, Reach reach, List<String> broken) {
        for (OrderConstraint order : after.orders) {
            if (!order.simple()
                    || order.kind() != Kind.MANDATORY
                    || order.sets().size() != 2) {
                continue;
            }
            Group firstEnd = order.sets().get(0);
            Group thenEnd = order.sets().get(1);
            if (firstEnd.members().size() != 1 || thenEnd.members().size() != 1) {
                continue;
            }
            Resource first = firstEnd.members().get(0);
            Resource then = thenEnd.members().get(0);
            if (first.topOrBundle() == then.topOrBundle() || first.inBundle() || then.inBundle()) {
                continue;
            }
            pairs(order.id(), first, firstEnd.action(), then, thenEnd.action(), after, reach, broken);
            boolean symmetrical = order.symmetrical() == null || order.symmetrical();
            String undoFirst = inverse(firstEnd.action());
            String undoThen = inverse(thenEnd.action());
            // "A start, then B stop" has "B start, then A stop" as its inverse, which gives way in circles.
            boolean mixed = isUp(undoThen) && !isUp(undoFirst);
            if (symmetrical && !mixed && !undoFirst.isEmpty() && !undoThen.isEmpty()) {
                pairs(order.id() + " inverse", then, undoThen, first, undoFirst, after, reach, broken);
            }
            if (firstEnd.action().equals("start") && thenEnd.action().equals("start")) {
                needed(order.id(), first, then, before, reach, broken);
            }
        }
    }

    private static boolean isUp(String action) {
        return action.equals("start") || action.equals("promote");
    }

    private static String inverse(String action) {
        return switch (action) {
            case "start" -> "stop";
            case "stop" -> "start";
            case "promote" -> "demote";
            case "demote" -> "promote";
            default -> "";
        };
    }

    private static boolean interleaved(Resource first, String task, Resource then) {
        boolean clones = first.isClone() && then.isClone();
        Resource decides = task.equals("stop") || task.equals("demote") ? first : then;
        return clones && decides.interleave;
    }

    private static void pairs(
            String id,
            Resource first,
            String firstTask,
            Resource then,
            String thenTask,
            Cluster after,
            Reach reach,
            List<String> broken) {
        boolean sameNode = interleaved(first, thenTask, then);
        Set<Integer> done = ClusterEffects.done(reach.graph());
        // Where a member of the first cannot be stopped at all, the reference does not let the others wait.
        if (first.isCollective() && (firstTask.equals("stop") || firstTask.equals("demote"))) {
            String finished = first.id + (firstTask.equals("stop") ? "_stopped_0" : "_demoted_0");
            if (reach.graph().synapses().stream()
                    .noneMatch(synapse -> synapse.action().trueKey().equals(finished))) {
                return;
            }
        }
        boolean some = first.isClone() && first.clone != null && first.clone.cloneMin > 0;
        for (Resource one : first.primitives()) {
            for (Resource other : then.primitives()) {
                if (some || incomplete(one, firstTask, reach) || migrates(one, reach) || migrates(other, reach)) {
                    continue;
                }
                for (Synapse earlier : reach.all(one, firstTask)) {
                    for (Synapse later : reach.all(other, thenTask)) {
                        String place = earlier.action().head().onNode();
                        if (sameNode && !place.equals(later.action().head().onNode())) {
                            continue;
                        }
                        if (within(after.nodeByName(place), then)) {
                            continue;
                        }
                        if (done.contains(later.action().id())
                                && !reach.waitsFor(later, earlier)
                                && !impliedByFencing(earlier, later, reach)) {
                            broken.add("order: " + later.action().trueKey() + "@"
                                    + later.action().head().onNode() + " need not wait for "
                                    + earlier.action().trueKey() + "@" + place + " (" + id + ")");
                        }
                    }
                }
            }
        }
    }

    /**
     * A stop that fencing implies is no deed of its own: it has happened when the node is down, and no order holds that
     * up. Nor can what runs in a guest be stopped before the container whose stop is the fencing of the guest, where the
     * guest does not answer any more.
     */
    private static boolean impliedByFencing(Synapse earlier, Synapse later, Reach reach) {
        boolean laterImplied = later.action() instanceof GraphAction.PseudoEvent
                && !later.action().operation().equals("start")
                && !later.action().operation().equals("promote");
        return laterImplied || earlier.action() instanceof GraphAction.PseudoEvent && reach.waitsFor(earlier, later);
    }

    /** What comes first runs on a node that what comes later brings up: that order goes in a circle. */
    private static boolean within(@Nullable Node node, Resource then) {
        return node != null
                && node.connection != null
                && (node.connection.topOrBundle() == then.topOrBundle()
                        || (node.launcher() != null && node.launcher().topOrBundle() == then.topOrBundle()));
    }

    /**
     * A cloned group some members of which cannot start never gets up, and the clone is up without it; its other
     * members are started all the same, and nobody waits for them. The reference does it so, too.
     */
    private static boolean incomplete(Resource member, String task, Reach reach) {
        Resource group = member.parent;
        return task.equals("start")
                && group != null
                && group.isGroup()
                && group.parent != null
                && reach.graph().synapses().stream()
                        .noneMatch(synapse -> synapse.action().trueKey().equals(group.id + "_running_0"));
    }

    private static boolean migrates(Resource primitive, Reach reach) {
        return reach.find(primitive, "migrate_from", null) != null;
    }

    /** What is started after something else needs it to be active in the end. */
    private static void needed(
            String id, Resource first, Resource then, Cluster before, Reach reach, List<String> broken) {
        if (first.isClone()) {
            return;
        }
        for (Resource other : then.primitives()) {
            Synapse start = reach.find(other, "start", null);
            if (start == null || migrates(other, reach)) {
                continue;
            }
            for (Resource one : first.primitives()) {
                Resource was = before.resource(one.id);
                boolean starts = reach.find(one, "start", null) != null || migrates(one, reach);
                boolean stays = was != null && isActive(was) && reach.find(one, "stop", null) == null;
                if (!starts && !stays) {
                    broken.add("needed: " + other + " is started without " + one + " (" + id + ")");
                }
            }
        }
    }

    private static boolean isActive(@Nullable Resource resource) {
        if (resource == null) {
            return false;
        }
        for (Node node : resource.active) {
            if (node.online || !node.unclean) {
                return true;
            }
        }
        return false;
    }
}
