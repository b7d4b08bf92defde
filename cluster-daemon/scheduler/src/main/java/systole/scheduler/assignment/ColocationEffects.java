package systole.scheduler.assignment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.rules.Values;
import systole.scheduler.working.BundleData;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** What a colocation does to its dependent (assignment 12.1, 13.4, 14.3, 14.4, 15.5, 16.6, 16.7, 17.4). */
final class ColocationEffects {
    /** What a colocation affects now. */
    enum Effect {
        NOTHING,
        LOCATION,
        ROLE
    }

    private final Assigner assigner;
    private final Cluster cluster;

    /** Whether a colocation is applied though no node may remain: it is looked at again when all parts were. */
    private boolean whateverRemains;

    ColocationEffects(Assigner assigner) {
        this.assigner = assigner;
        this.cluster = assigner.cluster;
    }

    /** Assigns the primary if need be and applies the colocation, keeping the dependent placeable if it is weak. */
    void applyWhileAssigning(Resource dependent, Colocation colocation) {
        boolean weak = colocation.dependentRole() == Role.PROMOTED
                || (colocation.score() < 0 && colocation.score() > -Score.LIMIT);
        NodeTable saved = weak ? dependent.table.copy() : null;
        Resource primary = colocation.primary();
        if (primary.unassigned) {
            assigner.assign(primary, null, true);
        }
        assigner.indifference.touch(dependent);
        apply(dependent, primary, colocation);
        boolean leftOut = saved != null && !NodeOrder.anyUsable(cluster, dependent.table);
        if (saved != null && leftOut) {
            dependent.table = saved;
        }
        if (cluster.reasons.wanted()) {
            account(dependent, primary, colocation, leftOut);
        }
    }

    private void account(Resource dependent, Resource primary, Colocation colocation, boolean leftOut) {
        Reason.Kind kind = colocation.id().equals("#group-members") ? Reason.Kind.GROUP : Reason.Kind.COLOCATION;
        Set<Node> places = Placing.nodes(primary);
        boolean together = colocation.score() >= Score.LIMIT
                && colocation.attribute().equals("#uname")
                && colocation.primaryRole() == null
                && colocation.dependentRole() == null;
        cluster.reasons.account(
                kind, dependent, colocation.id(), node -> together && !places.contains(node), () -> primary.id);
        if (leftOut) {
            cluster.reasons.add(
                    kind, dependent, null, 0, colocation.id(), () -> primary.id + " (left out: no node would remain)");
        }
    }

    void apply(Resource dependent, Resource primary, Colocation colocation) {
        switch (primary.variant) {
            case PRIMITIVE -> toDependent(dependent, primary, colocation);
            case GROUP -> groupAsPrimary(dependent, primary, colocation);
            case CLONE -> cloneAsPrimary(dependent, primary, colocation);
            case BUNDLE -> bundleAsPrimary(dependent, primary, colocation);
        }
    }

    // ---- primitive as primary (13.4), any dependent (14.4)

    private void toDependent(Resource dependent, Resource primary, Colocation colocation) {
        if (!dependent.isGroup()) {
            toPrimitive(dependent, primary, colocation);
            return;
        }
        if (dependent.collocated) {
            toMember(dependent, dependent.children.get(0), primary, colocation);
        } else if (colocation.score() < Score.LIMIT) {
            for (Resource member : dependent.children) {
                toMember(dependent, member, primary, colocation);
            }
        }
    }

    private void toMember(Resource group, Resource member, Resource primary, Colocation colocation) {
        int before = member.priority;
        toPrimitive(member, primary, colocation);
        if (member.priority != before) {
            int change = member.priority <= -Score.LIMIT ? -Score.LIMIT : member.priority - before;
            group.priority = Score.add(group.priority, change);
        }
    }

    private void toPrimitive(Resource dependent, Resource primary, Colocation colocation) {
        switch (effect(dependent, primary, colocation, false)) {
            case NOTHING -> {
                // it does not matter now
            }
            case LOCATION -> location(dependent, primary, colocation);
            case ROLE -> role(dependent, primary, colocation);
        }
    }

    private static Resource roleResource(Resource resource) {
        if (resource.replica != null && resource.replica.container == resource && resource.replica.child != null) {
            return resource.replica.child;
        }
        return resource;
    }

    static Effect effect(Resource dependent, Resource primary, Colocation colocation, boolean preview) {
        if (!preview && primary.unassigned) {
            return Effect.NOTHING;
        }
        Role dependentRole = colocation.dependentRole();
        Resource inRole = roleResource(dependent);
        if (dependentRole != null
                && dependentRole.atLeast(Role.UNPROMOTED)
                && inRole.parent != null
                && inRole.isPromotable()
                && !inRole.unassigned) {
            return Effect.ROLE;
        }
        if (!preview && !dependent.unassigned) {
            return Effect.NOTHING;
        }
        if (dependentRole != null && dependentRole != inRole.nextRole) {
            return Effect.NOTHING;
        }
        Role primaryRole = colocation.primaryRole();
        if (primaryRole != null && primaryRole != roleResource(primary).nextRole) {
            return Effect.NOTHING;
        }
        return Effect.LOCATION;
    }

    private void location(Resource dependent, Resource primary, Colocation colocation) {
        int score = colocation.score();
        Node node = primary.assigned;
        NodeTable work = dependent.table.copy();
        if (node == null) {
            if (score < 0) {
                return;
            }
            for (int i = 0; i < work.limit(); i++) {
                work.add(i, -score);
            }
        } else {
            String attribute = colocation.attribute();
            String value = NodeAttributes.value(node, attribute, primary);
            for (Node each : cluster.nodesByIndex) {
                if (!work.has(each)) {
                    continue;
                }
                if (NodeAttributes.equal(NodeAttributes.value(each, attribute, dependent), value)) {
                    if (score < Score.LIMIT) {
                        work.add(each.index, score);
                    }
                } else if (score >= Score.LIMIT) {
                    work.set(each.index, -Score.LIMIT);
                }
            }
        }
        if (Math.abs(score) >= Score.LIMIT || whateverRemains || NodeOrder.anyUsable(cluster, work)) {
            dependent.table = work;
        }
    }

    /** A primitive primary and a dependent whose role is being chosen (16.2). */
    private static void role(Resource dependent, Resource primary, Colocation colocation) {
        Node node = primary.assigned;
        Role primaryRole = colocation.primaryRole();
        if (node != null && primaryRole != null && primaryRole != roleResource(primary).nextRole) {
            return;
        }
        Node own = Placing.node(dependent);
        String attribute = colocation.attribute();
        String wanted = node == null ? null : NodeAttributes.value(node, attribute, primary);
        String given = own == null ? null : NodeAttributes.value(own, attribute, dependent);
        if (NodeAttributes.equal(wanted, given)) {
            int score = colocation.dependentRole() == Role.UNPROMOTED ? -colocation.score() : colocation.score();
            dependent.priority = Score.add(dependent.priority, score);
        } else if (colocation.score() >= Score.LIMIT && colocation.dependentRole() == Role.PROMOTED) {
            dependent.priority = Score.add(dependent.priority, -Score.LIMIT);
        }
    }

    // ---- group as primary (14.3)

    private void groupAsPrimary(Resource dependent, Resource group, Colocation colocation) {
        if (group.unassigned || group.children.isEmpty()) {
            return;
        }
        List<Resource> members = group.children;
        if (!group.collocated) {
            if (colocation.score() < Score.LIMIT) {
                for (Resource member : members) {
                    toDependent(dependent, member, colocation);
                }
            }
            return;
        }
        Resource member = colocation.score() >= Score.LIMIT ? members.get(members.size() - 1) : members.get(0);
        toDependent(dependent, member, colocation);
    }

    // ---- clone as primary (15.5)

    private void cloneAsPrimary(Resource dependent, Resource clone, Colocation colocation) {
        if (clone.unassigned) {
            return;
        }
        Role primaryRole = colocation.primaryRole();
        if (clone.promotable && primaryRole != null) {
            if (dependent.unassigned) {
                withPromoted(dependent, clone, colocation, primaryRole);
            } else if (colocation.dependentRole() == Role.PROMOTED) {
                promotedWithPromotable(dependent, clone, colocation, primaryRole);
            }
            return;
        }
        // Apart from one instance is not apart: only what belongs together is paired. The reference pairs both.
        if (colocation.score() > -Score.LIMIT && interleaves(colocation.dependent(), clone)) {
            Resource instance = compatible(dependent, clone);
            if (instance != null) {
                apply(dependent, instance, colocation);
            } else if (colocation.score() >= Score.LIMIT) {
                toNoNode(dependent, colocation);
            }
            return;
        }
        if (colocation.score() >= Score.LIMIT) {
            Set<Node> nodes = new HashSet<>();
            for (Resource instance : clone.children) {
                if (!instance.blocked) {
                    nodes.addAll(Placing.nodes(instance));
                }
            }
            keepOnly(dependent, nodes);
            return;
        }
        withEach(dependent, clone.children, colocation);
    }

    /**
     * With each part of a clone or bundle. A wish to be apart counts for all of them, or for none if no node would remain. (In the
     * reference it counts for all but the last, whose node attracts the dependent with every plan: the order of the
     * instances follows it.)
     */
    private void withEach(Resource dependent, List<Resource> parts, Colocation colocation) {
        boolean weak = colocation.score() < 0 && colocation.score() > -Score.LIMIT;
        List<Resource> changed = weak && dependent.unassigned ? dependent.primitives() : List.of();
        List<NodeTable> before = new ArrayList<>();
        changed.forEach(each -> before.add(each.table));
        whateverRemains = weak;
        for (Resource part : parts) {
            apply(dependent, part, colocation);
        }
        whateverRemains = false;
        for (int i = 0; i < changed.size(); i++) {
            if (!NodeOrder.anyUsable(cluster, changed.get(i).table)) {
                changed.get(i).table = before.get(i);
            }
        }
    }

    private void keepOnly(Resource dependent, Set<Node> nodes) {
        keepOnlyInTable(dependent, nodes);
        if (dependent.isGroup() && !dependent.children.isEmpty()) {
            keepOnlyInTable(dependent.children.get(0), nodes);
        }
    }

    private void keepOnlyInTable(Resource dependent, Set<Node> nodes) {
        for (Node node : cluster.nodesByIndex) {
            if (dependent.table.has(node) && !nodes.contains(node)) {
                dependent.table.set(node, -Score.LIMIT);
            }
        }
    }

    private void toNoNode(Resource dependent, Colocation colocation) {
        for (Resource each : dependent.primitives()) {
            Placing.place(each, null, 0, true, true);
        }
        if (dependent.isCollective()) {
            dependent.unassigned = false;
        }
        cluster.reasons.add(
                Reason.Kind.COLOCATION,
                dependent,
                null,
                -Score.LIMIT,
                colocation.id(),
                () -> "no instance of " + colocation.primary() + " is where " + dependent + " could run");
    }

    private static boolean interleaves(Resource dependent, Resource primary) {
        return (dependent.isClone() || dependent.isBundle())
                && Values.isTrue(dependent.meta.get("interleave"))
                && maxPerNode(dependent) == maxPerNode(primary);
    }

    private static int maxPerNode(Resource collective) {
        CloneData clone = collective.clone;
        if (clone != null) {
            return clone.cloneNodeMax;
        }
        BundleData bundle = collective.bundle;
        return bundle == null ? 0 : bundle.replicasPerHost;
    }

    /** The instance of the primary that goes with a dependent instance. */
    private @Nullable Resource compatible(Resource dependent, Resource clone) {
        Node node = Placing.node(dependent);
        if (node != null) {
            return onNode(clone, node);
        }
        for (Node each : assigner.order.sorted(dependent.table, null)) {
            Resource instance = onNode(clone, each);
            if (instance != null) {
                return instance;
            }
        }
        return null;
    }

    private static @Nullable Resource onNode(Resource clone, Node node) {
        for (Resource instance : clone.children) {
            if (!instance.blocked && Placing.node(instance) == node) {
                return instance;
            }
        }
        return null;
    }

    /** 16.6 */
    private void withPromoted(Resource dependent, Resource clone, Colocation colocation, Role primaryRole) {
        int score = colocation.score();
        boolean mandatory = score >= Score.LIMIT;
        int[] assignedScores = new int[cluster.nodesByIndex.size()];
        Set<Node> nodes = new HashSet<>();
        for (Resource instance : clone.children) {
            Node node = Placing.node(instance);
            if (node == null || Placing.nextRole(instance) != primaryRole) {
                continue;
            }
            nodes.add(node);
            assignedScores[node.index] =
                    instance.isPrimitive() ? instance.assignedScore : instance.children.get(0).assignedScore;
            if (!mandatory) {
                String value = NodeAttributes.value(node, colocation.attribute(), instance);
                for (Node each : cluster.nodesByIndex) {
                    if (dependent.table.has(each)
                            && NodeAttributes.equal(
                                    NodeAttributes.value(each, colocation.attribute(), dependent), value)) {
                        dependent.table.add(each.index, score);
                    }
                }
            }
        }
        boolean bothPromoted = colocation.dependentRole() == Role.PROMOTED && primaryRole == Role.PROMOTED;
        if (!mandatory || bothPromoted) {
            return;
        }
        for (Node node : cluster.nodesByIndex) {
            if (dependent.table.has(node)) {
                if (nodes.contains(node)) {
                    dependent.table.add(node.index, assignedScores[node.index]);
                } else {
                    dependent.table.set(node, -Score.LIMIT);
                }
            }
        }
    }

    /** 16.7 */
    private void promotedWithPromotable(Resource dependent, Resource clone, Colocation colocation, Role primaryRole) {
        Node own = Placing.node(dependent);
        Resource match = null;
        if (own != null) {
            for (Resource instance : clone.children) {
                Node node = Placing.node(instance);
                if (node != null
                        && !instance.blocked
                        && Placing.nextRole(instance) == primaryRole
                        && NodeAttributes.equal(
                                NodeAttributes.value(node, colocation.attribute(), instance),
                                NodeAttributes.value(own, colocation.attribute(), instance))) {
                    match = instance;
                    break;
                }
            }
        }
        if (match != null) {
            dependent.priority = Score.add(dependent.priority, colocation.score());
        } else if (colocation.score() >= Score.LIMIT) {
            dependent.priority = -Score.LIMIT;
        }
    }

    // ---- bundle as primary (17.4)

    private void bundleAsPrimary(Resource dependent, Resource bundle, Colocation colocation) {
        BundleData data = bundle.bundle;
        if (bundle.unassigned || data == null) {
            return;
        }
        Resource constrained = colocation.dependent();
        // As of a clone: apart from one replica is not apart.
        if (colocation.score() > -Score.LIMIT && (constrained.isClone() || constrained.isBundle())) {
            Resource container = compatibleContainer(dependent, data);
            if (container != null) {
                apply(dependent, container, colocation);
            } else if (colocation.score() >= Score.LIMIT) {
                toNoNode(dependent, colocation);
            }
            return;
        }
        if (colocation.score() < Score.LIMIT) {
            List<Resource> containers = new ArrayList<>();
            data.replicas.forEach(replica -> containers.add(replica.container));
            withEach(dependent, containers, colocation);
            return;
        }
        Set<Node> hosts = new HashSet<>();
        for (Replica replica : data.replicas) {
            Node host = replica.container.assigned;
            boolean roleFits = colocation.primaryRole() != Role.PROMOTED
                    || (replica.child != null && replica.child.nextRole == Role.PROMOTED);
            if (host != null && !replica.container.blocked && roleFits) {
                hosts.add(host);
            }
        }
        keepOnly(dependent, hosts);
    }

    private @Nullable Resource compatibleContainer(Resource dependent, BundleData data) {
        Node node = Placing.node(dependent);
        if (node != null) {
            return containerOn(data, host(node));
        }
        for (Node each : assigner.order.sorted(dependent.table, null)) {
            Resource container = containerOn(data, host(each));
            if (container != null) {
                return container;
            }
        }
        return null;
    }

    /** A bundle node stands for the host of its container. */
    private static @Nullable Node host(Node node) {
        if (!node.bundleNode) {
            return node;
        }
        Resource container = node.launcher();
        return container == null ? null : container.assigned;
    }

    private static @Nullable Resource containerOn(BundleData data, @Nullable Node host) {
        if (host == null) {
            return null;
        }
        for (Replica replica : data.replicas) {
            if (replica.container.assigned == host && !replica.container.blocked) {
                return replica.container;
            }
        }
        return null;
    }
}
