package systole.scheduler.assignment;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.rules.Values;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.FailCounts;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;
import systole.scheduler.working.StableSort;
import systole.scheduler.working.TicketConstraint;

/** Which instances of a promotable clone are promoted (assignment, section 16). */
final class Promotion {
    private final Assigner assigner;
    private final Cluster cluster;

    Promotion(Assigner assigner) {
        this.assigner = assigner;
        this.cluster = assigner.cluster;
    }

    // ---- promotion scores (16.1)

    /** Adds promotion scores to the tables of the instances, once per clone. */
    void addScores(Resource clone, CloneData data) {
        if (data.promotionScoresAdded) {
            return;
        }
        data.promotionScoresAdded = true;
        for (Resource instance : clone.children) {
            for (Node node : cluster.nodesByIndex) {
                if (!instance.table.has(node) || !node.eligible()) {
                    continue;
                }
                long found = score(clone, instance, node);
                int score = found == Values.INVALID ? 0 : (int) found;
                if (score > 0) {
                    instance.table.add(node.index, score);
                    cluster.reasons.account(
                            Reason.Kind.PROMOTION_SCORE,
                            instance,
                            "master-" + FailCounts.withoutNumber(instance.historyName()),
                            () -> "promotion score that the agent set on " + node);
                }
                if (score > instance.priority) {
                    instance.priority = score;
                }
            }
        }
    }

    /** The promotion score of an instance on a node; {@link Values#INVALID} if there is none. */
    private long score(Resource clone, Resource instance, Node node) {
        if (!instance.isPrimitive()) {
            long sum = 0;
            boolean any = false;
            for (Resource member : instance.children) {
                long score = score(clone, member, node);
                if (score != Values.INVALID) {
                    any = true;
                    sum += score;
                }
            }
            return any ? Math.max(-Score.LIMIT, Math.min(Score.LIMIT, sum)) : Values.INVALID;
        }
        if (!applicable(clone, instance, node)) {
            return Values.INVALID;
        }
        String text = attribute("master-" + instance.historyName(), instance, node);
        if (text == null && !instance.unique) {
            text = attribute("master-" + FailCounts.withoutNumber(instance.id), instance, node);
        }
        return text == null ? Values.INVALID : cluster.options.score(text, 0);
    }

    private static boolean applicable(Resource clone, Resource instance, Node node) {
        if (instance.table.score(node) < 0 || !instance.table.has(node)) {
            return false;
        }
        if (!instance.unique) {
            Resource activeThere = null;
            boolean known = false;
            for (Resource each : clone.children) {
                Resource part = part(each, instance);
                if (part != null) {
                    if (part.active.contains(node)) {
                        activeThere = part;
                        break;
                    }
                    known |= part.isKnownOn(node);
                }
            }
            if (activeThere == instance || (activeThere == null && known)) {
                return true;
            }
        }
        if (instance.active.isEmpty() && !instance.isKnown()) {
            return true;
        }
        return instance.isKnownOn(node) || instance.active.contains(node);
    }

    private static @Nullable Resource part(Resource instance, Resource sample) {
        if (instance.isPrimitive()) {
            return instance;
        }
        for (Resource member : instance.children) {
            if (member.definition == sample.definition) {
                return member;
            }
        }
        return null;
    }

    private static @Nullable String attribute(String name, Resource instance, Node node) {
        if (node.isGuest() && "host".equals(instance.meta.get("container-attribute-target"))) {
            Resource container = node.launcher();
            if (container == null) {
                return null;
            }
            Node host = instance.unassigned ? container.currentNode() : container.assigned;
            return host == null ? null : host.attributes.get(name);
        }
        return node.attributes.get(name);
    }

    // ---- roles (16.2 to 16.5)

    void chooseRoles(Resource clone, CloneData data) {
        clone.table.resetCounts();
        data.promotedCount = 0;
        for (Resource instance : clone.children) {
            priority(clone, instance);
        }
        clone.merging = true;
        data.choosingRoles = true;
        sumUp(clone);
        dependentsAndTickets(clone);
        finalOrder(clone);
        clone.merging = false;
        for (Resource instance : clone.children) {
            choose(clone, data, instance);
        }
        data.choosingRoles = false;
    }

    private void priority(Resource clone, Resource instance) {
        for (Resource each : instance.primitives()) {
            if (each.role == Role.STARTED) {
                each.role = Role.UNPROMOTED;
            }
        }
        Node node = Placing.node(instance);
        if (node == null) {
            instance.promotionPriority = instance.priority;
            return;
        }
        Role next = Placing.nextRole(instance);
        switch (next) {
            case UNKNOWN, STARTED -> {
                long score = score(clone, instance, node);
                instance.priority = score == Values.INVALID ? -1 : (int) score;
                promotionReason(
                        instance,
                        node,
                        instance.priority,
                        "master-" + FailCounts.withoutNumber(instance.historyName()),
                        score == Values.INVALID
                                ? "the agent has set no promotion score there"
                                : "promotion score that the agent set there");
            }
            case STOPPED, UNPROMOTED -> {
                instance.priority = -Score.LIMIT;
                promotionReason(instance, node, -Score.LIMIT, "target-role", "target-role forbids promotion");
            }
            case PROMOTED -> {
                // stays
            }
        }
        addLocations(instance.locations, instance, node);
        addLocations(clone.locations, instance, node);
        for (Colocation colocation : Colocations.asDependent(instance)) {
            int before = instance.priority;
            assigner.effects.apply(instance, colocation.primary(), colocation);
            if (instance.priority != before) {
                int change =
                        Math.abs(instance.priority) >= Score.LIMIT ? instance.priority : instance.priority - before;
                promotionReason(
                        instance,
                        node,
                        change,
                        colocation.id(),
                        "colocation " + colocation.id() + " with " + colocation.primary());
            }
        }
        instance.promotionPriority = next == Role.PROMOTED ? Score.LIMIT : instance.priority;
    }

    private void promotionReason(Resource instance, Node node, int score, String source, String text) {
        cluster.reasons.add(Reason.Kind.PROMOTION, instance, node, score, source, () -> text);
    }

    private void addLocations(List<Location> locations, Resource instance, Node node) {
        for (Location location : locations) {
            if (location.role() == Role.PROMOTED) {
                for (Location.Entry entry : location.entries()) {
                    if (entry.node() == node) {
                        instance.priority = Score.add(instance.priority, entry.score());
                        promotionReason(
                                instance, node, entry.score(), location.id(), "location constraint " + location.id());
                    }
                }
            }
        }
    }

    private void sumUp(Resource clone) {
        for (Resource instance : clone.children) {
            Node node = Placing.node(instance);
            if (node != null && instance.promotionPriority >= 0) {
                clone.table.add(node.index, instance.promotionPriority);
            }
        }
        cluster.reasons.account(Reason.Kind.PROMOTION_SCORE, clone, "", () -> "promotion scores of the instances");
    }

    private void dependentsAndTickets(Resource clone) {
        for (Colocation colocation : Colocations.asPrimary(clone)) {
            if (colocation.primaryRole() == Role.PROMOTED && Colocations.influences(colocation)) {
                clone.table = assigner.merging.merge(
                        colocation.dependent(),
                        clone,
                        clone.table,
                        colocation,
                        Merging.factor(colocation.score()),
                        Merging.Modes.BOTH);
                cluster.reasons.account(Reason.Kind.DEPENDENT, clone, colocation.id(), () -> colocation.dependent().id);
            }
        }
        for (TicketConstraint ticket : clone.tickets) {
            boolean usable = ticket.ticket().granted() && !ticket.ticket().standby();
            if (ticket.role() == Role.PROMOTED && !usable) {
                cluster.changeScore(clone, null, -Score.LIMIT);
                cluster.reasons.account(
                        Reason.Kind.TICKET,
                        clone,
                        ticket.id(),
                        node -> true,
                        () -> "ticket " + ticket.ticket().id() + " for promotion is not granted, or is in standby");
            }
        }
    }

    private void finalOrder(Resource clone) {
        for (Resource instance : clone.children) {
            Node node = Placing.node(instance);
            if (!instance.managed && instance.nextRole == Role.PROMOTED) {
                instance.promotionPriority = Score.LIMIT;
            } else if (node == null) {
                instance.promotionPriority = -Score.LIMIT;
            } else if (instance.promotionPriority >= 0) {
                instance.promotionPriority = clone.table.score(node);
            }
        }
        Map<Resource, Integer> scores = new HashMap<>();
        List<Resource> sorted = new ArrayList<>(clone.children);
        StableSort.sort(sorted, (a, b) -> {
            if (a.promotionPriority != b.promotionPriority) {
                return Integer.compare(b.promotionPriority, a.promotionPriority);
            }
            Role roleA = Placing.currentRole(a);
            Role roleB = Placing.currentRole(b);
            if (roleA != roleB) {
                return roleB.compareTo(roleA);
            }
            return assigner.instances.compare(a, b, scores);
        });
        clone.children.clear();
        clone.children.addAll(sorted);
    }

    private void choose(Resource clone, CloneData data, Resource instance) {
        assigner.lines.promotion(instance);
        Node node = Placing.node(instance);
        boolean room = data.promotedCount < data.promotedMax || !clone.managed;
        boolean promote = instance.promotionPriority >= 0 && room && promotable(clone, data, instance);
        if (promote && freezes(instance)) {
            promote = false;
        }
        if (!promote || node == null) {
            unpromoted(instance);
            return;
        }
        clone.table.count(node, clone.table.count(node) + 1);
        data.promotedCount++;
        promoted(instance);
    }

    private boolean freezes(Resource instance) {
        return !cluster.quorate
                && cluster.options.quorumPolicy == Options.QuorumPolicy.FREEZE
                && instance.role.below(Role.PROMOTED);
    }

    private static boolean promotable(Resource clone, CloneData data, Resource instance) {
        for (Resource child : instance.children) {
            if (!promotable(clone, data, child)) {
                return false;
            }
        }
        Node node = Placing.node(instance);
        if (node == null) {
            return false;
        }
        if (!instance.managed) {
            return Placing.currentRole(instance) == Role.PROMOTED;
        }
        if (instance.priority < 0 || !node.eligible()) {
            return false;
        }
        Resource container = node.launcher();
        if (node.isGuest() && container != null && container.assigned == null) {
            return false;
        }
        return clone.table.has(node) && clone.table.count(node) < data.promotedNodeMax;
    }

    private static void unpromoted(Resource resource) {
        resource.nextRole = Placing.nodes(resource).isEmpty() ? Role.STOPPED : Role.UNPROMOTED;
        for (Resource child : resource.children) {
            unpromoted(child);
        }
    }

    private static void promoted(Resource resource) {
        if (resource.nextRole == Role.UNKNOWN) {
            resource.nextRole = Role.PROMOTED;
        }
        for (Resource child : resource.children) {
            promoted(child);
        }
    }
}
