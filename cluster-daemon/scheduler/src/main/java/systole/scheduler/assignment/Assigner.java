package systole.scheduler.assignment;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Decision;
import systole.scheduler.working.Node;
import systole.scheduler.working.NodeTable;
import systole.scheduler.working.Options;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Assigns resources to nodes, each kind in its way (assignment, sections 12 to 17). */
final class Assigner {
    /** From this depth on, chains of colocations are assigned from their end, so that no stack overflows. */
    private static final int DEEP = 200;

    final Cluster cluster;
    final NodeOrder order;
    final Merging merging;
    final Indifference indifference;
    final ScoreLines lines;
    final ColocationEffects effects;
    final Instances instances;
    final Promotion promotion;
    final Bundles bundles;
    final Utilization utilization;

    private int depth;

    Assigner(Cluster cluster) {
        this.cluster = cluster;
        this.order = new NodeOrder(cluster);
        this.indifference = new Indifference(cluster);
        this.merging = new Merging(cluster, indifference);
        this.lines = new ScoreLines(cluster);
        this.effects = new ColocationEffects(this);
        this.instances = new Instances(this);
        this.promotion = new Promotion(this);
        this.bundles = new Bundles(this);
        this.utilization = new Utilization(cluster);
    }

    /**
     * Assigns a resource, and before it what that needs.
     *
     * @param preferred node to prefer among equals, or {@code null}
     * @param last for good, not a try
     * @return the node it has now, if it is one
     */
    @Nullable
    Node assign(Resource resource, @Nullable Node preferred, boolean last) {
        if (depth > DEEP) {
            assignFromTheEnd(resource);
        }
        depth++;
        try {
            return switch (resource.variant) {
                case PRIMITIVE -> primitive(resource, preferred, last);
                case GROUP -> group(resource, preferred, last);
                case CLONE -> clone(resource, preferred, last);
                case BUNDLE -> bundles.assign(resource);
            };
        } finally {
            depth--;
        }
    }

    /** Assigns the far end of a long chain of primaries first, and so on back to the resource. */
    private void assignFromTheEnd(Resource start) {
        Deque<Resource> walk = new ArrayDeque<>();
        List<Resource> chain = new ArrayList<>();
        Set<Resource> seen = new HashSet<>();
        walk.push(start);
        while (true) {
            Resource resource = walk.poll();
            if (resource == null) {
                break;
            }
            if (!resource.unassigned || resource.assigning || !seen.add(resource)) {
                continue;
            }
            chain.add(resource);
            for (Colocation colocation : Colocations.asDependent(resource)) {
                walk.push(colocation.primary());
            }
        }
        int saved = depth;
        for (int i = chain.size() - 1; i > 0; i--) {
            Resource resource = chain.get(i);
            if (resource.unassigned && !resource.assigning) {
                depth = DEEP / 2;
                assign(resource, null, true);
            }
        }
        depth = saved;
    }

    // ---- primitives (section 12)

    private @Nullable Node primitive(Resource resource, @Nullable Node preferred, boolean last) {
        Resource parent = resource.parent;
        if (parent != null && !parent.assigning) {
            assign(parent, preferred, last);
        }
        if (!resource.unassigned) {
            return resource.assigned;
        }
        if (resource.assigning) {
            return null;
        }
        resource.assigning = true;
        colocations(resource);
        indifference.touch(resource);
        if (resource.nextRole == Role.STOPPED) {
            cluster.changeScore(resource, null, -Score.LIMIT);
            cluster.reasons.account(
                    Reason.Kind.TARGET_ROLE,
                    resource,
                    "target-role",
                    node -> true,
                    () -> resource + " is to be stopped");
        } else if (!cluster.quorate
                && cluster.options.quorumPolicy == Options.QuorumPolicy.FREEZE
                && resource.nextRole.above(resource.role)) {
            resource.nextRole = resource.role;
        }
        lines.table("pcmk__primitive_assign", resource);
        if (cluster.options.fencingEnabled && !cluster.fencingDevices) {
            resource.managed = false;
        }
        choose(resource, preferred, last);
        resource.assigning = false;
        if (resource.isConnection()) {
            connectionAssigned(resource);
        }
        return resource.assigned;
    }

    private void colocations(Resource resource) {
        if (resource.parent == null && resource.asDependent.isEmpty() && resource.asPrimary.isEmpty()) {
            return;
        }
        // Copies: assigning a bundle on the way may add one, of a connection with the node that hosts its container.
        List<Colocation> dependent = List.copyOf(Colocations.asDependent(resource));
        List<Colocation> primary = List.copyOf(Colocations.asPrimary(resource));
        for (Colocation each : dependent) {
            if (mandatory(each)) {
                effects.applyWhileAssigning(resource, each);
            }
        }
        for (Colocation each : primary) {
            if (mandatory(each)) {
                mergeDependent(resource, each);
            }
        }
        for (Colocation each : dependent) {
            if (!mandatory(each)) {
                effects.applyWhileAssigning(resource, each);
            }
        }
        for (Colocation each : primary) {
            if (!mandatory(each)) {
                mergeDependent(resource, each);
            }
        }
    }

    private static boolean mandatory(Colocation colocation) {
        return Math.abs(colocation.score()) >= Score.LIMIT;
    }

    /** The dependent's wishes are added to the table of a resource that is about to be assigned (13.5). */
    void mergeDependent(Resource resource, Colocation colocation) {
        if (!Colocations.influences(colocation)) {
            return;
        }
        indifference.touch(resource);
        Merging.Modes modes = resource.isClone() ? Merging.Modes.BOTH : Merging.Modes.ACTIVE;
        resource.table = merging.merge(
                colocation.dependent(),
                resource,
                resource.table,
                colocation,
                Merging.factor(colocation.score()),
                modes);
        cluster.reasons.account(Reason.Kind.DEPENDENT, resource, colocation.id(), () -> colocation.dependent().id);
    }

    private void choose(Resource resource, @Nullable Node preferred, boolean last) {
        if (!resource.managed) {
            Book book = book(resource);
            Node current = resource.currentNode();
            resource.nextRole = resource.role;
            Placing.place(resource, current, current == null ? 0 : current.score, true, last);
            decided(resource, book, current, Decision.Rule.UNMANAGED);
            return;
        }
        if (cluster.options.stopAll) {
            Book book = book(resource);
            Placing.place(resource, null, 0, true, last);
            decided(resource, book, null, Decision.Rule.STOP_ALL);
            return;
        }
        if (!resource.unassigned) {
            // assigned to no node while its colocations were applied
            decided(resource, book(resource), null, Decision.Rule.NO_PARTNER);
            return;
        }
        Node wished = utilization.restrict(resource);
        Book book = book(resource);
        Node prefer = preferred != null ? preferred : wished;
        Node current = resource.currentNode();
        Node best = best(resource.table, current);
        Node chosen = best;
        NodeTable table = resource.table;
        if (best != null) {
            int bestScore = table.score(best);
            if (prefer != null
                    && table.has(prefer)
                    && table.score(prefer) >= bestScore
                    && table.score(prefer) >= 0
                    && prefer.eligible()) {
                chosen = prefer;
            } else if (staysWhereItIs(resource, current, best, bestScore)) {
                chosen = current;
            }
        }
        Placing.place(resource, chosen, chosen == null ? 0 : table.score(chosen), false, last);
        decided(resource, book, chosen, null);
    }

    private static boolean staysWhereItIs(Resource resource, @Nullable Node current, Node best, int bestScore) {
        Resource parent = resource.parent;
        boolean uniqueInstance = parent != null && parent.isClone() && parent.unique;
        return !uniqueInstance
                && bestScore > 0
                && best.eligible()
                && current != null
                && current.eligibleWithScore()
                && resource.table.has(current)
                && resource.table.score(current) == bestScore;
    }

    private @Nullable Node best(NodeTable table, @Nullable Node preferred) {
        Node best = null;
        int bestScore = 0;
        for (Node node : cluster.nodes) {
            if (table.has(node)) {
                int score = table.score(node);
                if (best == null || order.compare(node, score, best, bestScore, preferred) < 0) {
                    best = node;
                    bestScore = score;
                }
            }
        }
        return best;
    }

    /** Writes down how the node was chosen; {@code forced} says so if nothing was compared. */
    private void decided(Resource resource, Book book, @Nullable Node chosen, Decision.@Nullable Rule forced) {
        if (!cluster.reasons.wanted()) {
            return;
        }
        Decision.Rule rule = forced != null ? forced : book.rule(order, resource, chosen);
        cluster.reasons.decided(new Decision(resource, book.candidates, resource.assigned, rule, book.entries));
    }

    /** What there was to choose from, noted before the choice changes it. */
    private Book book(Resource resource) {
        Book book = new Book(resource.currentNode());
        if (cluster.reasons.wanted()) {
            cluster.reasons.account(Reason.Kind.UNACCOUNTED, resource, "", () -> "a step that was not written down");
            for (Node node : order.sorted(resource.table, book.current)) {
                book.candidates.add(new Decision.Candidate(
                        node, resource.table.score(node), node.eligible() || node.isGuest(), node.resourceCount));
            }
            book.entries = cluster.reasons.of(resource).size();
            if (book.candidates.size() > 1) {
                Decision.Candidate first = book.candidates.get(0);
                Decision.Candidate second = book.candidates.get(1);
                book.compared = order.compare(first.node(), first.score(), second.node(), second.score(), book.current);
            }
        }
        return book;
    }

    /** Notes about one choice; empty unless reasons are wanted. */
    private static final class Book {
        final @Nullable Node current;
        final List<Decision.Candidate> candidates = new ArrayList<>();
        int compared;
        int entries;

        Book(@Nullable Node current) {
            this.current = current;
        }

        Decision.Rule rule(NodeOrder order, Resource resource, @Nullable Node chosen) {
            if (resource.assigned == null || chosen == null) {
                return Decision.Rule.NONE;
            }
            long usable = candidates.stream()
                    .filter(each -> each.usable() && each.score() >= 0)
                    .count();
            if (usable <= 1) {
                return Decision.Rule.ONLY;
            }
            if (candidates.get(0).node() == chosen) {
                return NodeOrder.rule(compared);
            }
            return chosen == current ? Decision.Rule.STAYS : Decision.Rule.PREFERRED;
        }
    }

    /** The node behind a connection is judged by where the connection will be (18.2). */
    private static void connectionAssigned(Resource connection) {
        Node remote = connection.remoteNode;
        if (remote == null) {
            return;
        }
        if (connection.assigned != null && connection.nextRole != Role.STOPPED) {
            remote.online = true;
            if (remote.unseen) {
                remote.unclean = false;
            }
        } else {
            remote.shutdown = true;
        }
    }

    // ---- groups (14.1)

    private @Nullable Node group(Resource group, @Nullable Node preferred, boolean last) {
        if (!group.unassigned) {
            return group.assigned;
        }
        if (group.assigning) {
            return null;
        }
        if (group.children.isEmpty()) {
            group.unassigned = false;
            return null;
        }
        group.assigning = true;
        lines.tables("pcmk__group_assign", group);
        Node first = null;
        for (Resource member : group.children) {
            Node node = assign(member, preferred, last);
            if (first == null) {
                first = node;
            }
        }
        group.nextRole = group.children.get(0).nextRole;
        group.assigning = false;
        group.unassigned = false;
        return group.collocated ? first : null;
    }

    // ---- clones (15.3)

    private @Nullable Node clone(Resource clone, @Nullable Node preferred, boolean last) {
        if (!clone.unassigned || clone.assigning || clone.clone == null) {
            return null;
        }
        clone.assigning = true;
        indifference.touch(clone);
        if (clone.promotable) {
            promotion.addScores(clone, clone.clone);
        }
        for (Colocation each : List.copyOf(Colocations.asDependent(clone))) {
            assign(each.primary(), preferred, last);
        }
        for (Colocation each : List.copyOf(Colocations.asPrimary(clone))) {
            mergeDependent(clone, each);
        }
        lines.tables("pcmk__clone_assign", clone);
        instances.sort(clone.children);
        instances.assign(clone, clone.children, clone.clone.cloneMax, clone.clone.cloneNodeMax);
        if (clone.promotable) {
            promotion.chooseRoles(clone, clone.clone);
        }
        clone.assigning = false;
        clone.unassigned = false;
        return null;
    }
}
