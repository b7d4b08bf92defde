package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.scheduler.planning.PlannedAction;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Decision;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/** Answers "why" about one plan: resources, resources on nodes, nodes. Trees are built when they are asked for. */
public final class Explanations {
    private final Cluster cluster;
    private final List<PlannedAction> actions;
    private final Contributions contributions;
    private final Placements placements;
    private final Deeds deeds;
    private final Promotions promotions;

    /**
     * @param cluster as it is after planning, read with reasons
     * @param actions of the same plan
     */
    public Explanations(Cluster cluster, List<PlannedAction> actions) {
        if (!cluster.reasons.wanted()) {
            throw new IllegalArgumentException("the cluster was read without reasons; read it with reasons");
        }
        this.cluster = cluster;
        this.actions = List.copyOf(actions);
        this.contributions = new Contributions(cluster);
        this.placements = new Placements(cluster, contributions);
        this.deeds = new Deeds(cluster, this.actions, contributions, placements);
        this.promotions = new Promotions(cluster, contributions);
    }

    public List<PlannedAction> actions() {
        return actions;
    }

    /** Ids that can be asked about, without numbers of instances. */
    public List<String> resources() {
        Set<String> ids = new LinkedHashSet<>();
        for (Resource resource : cluster.everyResource) {
            ids.add(resource.configId());
        }
        return List.copyOf(ids);
    }

    public List<String> nodes() {
        return cluster.nodes.stream().map(node -> node.name).toList();
    }

    /** Why a resource runs where it runs, or not; empty if there is no such resource. */
    public Optional<Explanation> resource(String id) {
        return find(id).map(resource -> explain(resource, null));
    }

    /** Why a resource runs on a node, or not; empty if there is no such resource or node. */
    public Optional<Explanation> resource(String id, String node) {
        Node where = cluster.nodeByName(node);
        return where == null ? Optional.empty() : find(id).map(resource -> explain(resource, where));
    }

    /** Ids of configuration, instance ids, and ids of what is within clones. */
    private Optional<Resource> find(String id) {
        Resource exact = cluster.resource(id);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (Resource resource : cluster.everyResource) {
            if (resource.configId().equals(id)) {
                Resource clone = resource.enclosingClone();
                return Optional.of(clone != null ? clone : resource);
            }
        }
        return Optional.empty();
    }

    private Explanation explain(Resource resource, @Nullable Node on) {
        if (resource.isPrimitive()) {
            return on == null ? primitive(resource) : primitiveOn(resource, on);
        }
        if (resource.isClone() && on != null) {
            return cloneOn(resource, on);
        }
        return collective(resource, on);
    }

    // ---- primitives

    private Explanation primitive(Resource resource) {
        Verdict verdict = Verdict.of(resource, deeds);
        List<Proof> proofs = new ArrayList<>();
        boolean elsewhere = false;
        for (Node node : resource.active) {
            deeds.fencing(node).ifPresent(proofs::add);
        }
        boolean fenced = !proofs.isEmpty();
        if (!resource.managed || resource.blocked) {
            proofs.add(placements.unmanaged(resource));
            elsewhere = true;
        } else {
            if (verdict.blocked() != null) {
                proofs.add(deeds.blocked(verdict.blocked()));
                elsewhere = resource.assigned != null;
            }
            if (verdict.again() && !fenced) {
                List<Proof> required = new ArrayList<>(deeds.required(resource, "stop"));
                if (required.isEmpty()) {
                    required.addAll(deeds.required(resource, "demote"));
                }
                proofs.addAll(required);
                elsewhere |= !required.isEmpty() && resource.active.contains(resource.assigned);
            }
        }
        boolean decisive = !elsewhere;
        placements.of(resource).ifPresent(placement -> {
            if (resource.managed) {
                proofs.add(placement.decisive(decisive));
            }
        });
        promotions.of(resource).ifPresent(proofs::add);
        return new Explanation(resource.id, "", verdict.text(), proofs, List.of());
    }

    private Explanation primitiveOn(Resource resource, Node on) {
        if (resource.assigned == on && !resource.active.isEmpty() && resource.active.contains(on)) {
            return on(primitive(resource), on);
        }
        if (resource.assigned == on || !resource.managed || resource.blocked) {
            return on(primitive(resource), on);
        }
        List<Proof> proofs = new ArrayList<>();
        placements.of(resource, on).ifPresent(proofs::add);
        String where = resource.assigned == null ? ", nor anywhere else" : ", but on " + resource.assigned.name;
        String verdict = resource.active.contains(on)
                ? resource.id + " runs on " + on.name + ", and is not to stay there"
                : resource.id + " is not to run on " + on.name + where;
        return new Explanation(resource.id, on.name, verdict, proofs, List.of());
    }

    private static Explanation on(Explanation explanation, Node on) {
        return new Explanation(
                explanation.subject(), on.name, explanation.verdict(), explanation.proofs(), explanation.parts());
    }

    // ---- groups, clones, bundles

    private Explanation collective(Resource resource, @Nullable Node on) {
        List<Explanation> parts = new ArrayList<>();
        int placed = 0;
        List<Resource> children = new ArrayList<>(resource.children);
        children.sort((one, other) -> Integer.compare(one.index, other.index));
        children.removeIf(this::surplus);
        for (Resource child : children) {
            parts.add(explain(child, on));
            placed += child.primitives().stream().anyMatch(each -> each.assigned != null) ? 1 : 0;
        }
        String kind = resource.isGroup() ? "group" : resource.isClone() ? "clone" : "bundle";
        String what = resource.isGroup() ? "members" : resource.isClone() ? "instances" : "parts";
        String verdict =
                kind + " " + resource.id + ": " + placed + " of " + children.size() + " " + what + " have a node";
        return new Explanation(resource.id, on == null ? "" : on.name, verdict, List.of(), parts);
    }

    /** An instance more than the clone may have, that neither runs nor is to run. */
    private boolean surplus(Resource child) {
        return contributions.of(child).stream()
                        .anyMatch(each -> each.kind() == Reason.Kind.INSTANCE_LIMIT
                                && each.source().equals("clone-max"))
                && child.primitives().stream().allMatch(each -> each.assigned == null && each.active.isEmpty());
    }

    private Explanation cloneOn(Resource clone, Node on) {
        Resource last = null;
        List<String> places = new ArrayList<>();
        Resource without = null;
        for (Resource instance : clone.children) {
            Resource first = instance.primitives().get(0);
            if (first.assigned == on || (first.assigned == null && first.active.contains(on))) {
                return on(explain(instance, on), on);
            }
            if (first.assigned == null) {
                without = instance;
            } else {
                places.add(first.assigned.name);
                last = first;
            }
        }
        CloneData data = clone.clone;
        boolean full = data != null && places.size() >= data.cloneMax;
        if (!full && without != null) {
            Explanation of = explain(without, on);
            return new Explanation(clone.id, on.name, of.verdict(), of.proofs(), of.parts());
        }
        List<Proof> proofs = new ArrayList<>();
        boolean usable = on.eligible() && clone.table.has(on) && clone.table.score(on) >= 0;
        if (full && usable) {
            String text = "all " + places.size() + " instances that clone-max allows have a node: "
                    + String.join(", ", places);
            Reason limit = new Reason(Reason.Kind.INSTANCE_LIMIT, clone, on, 0, "clone-max", text);
            proofs.add(Proof.of(Reason.Kind.INSTANCE_LIMIT, text)
                    .about(clone, on)
                    .from("clone-max")
                    .decisive(true)
                    .remedied(contributions.remedies.against(limit)));
        }
        if (last != null) {
            boolean limited = full && usable;
            placements
                    .of(last, on)
                    .map(each -> limited ? each.withoutRemedies() : each)
                    .ifPresent(proofs::add);
        }
        return new Explanation(
                clone.id, on.name, "no instance of " + clone.id + " is to run on " + on.name, proofs, List.of());
    }

    // ---- nodes

    /** What is wrong with a node, why it is fenced, and what runs there; empty if there is no such node. */
    public Optional<Explanation> node(String name) {
        Node node = cluster.nodeByName(name);
        return node == null ? Optional.empty() : Optional.of(node(node));
    }

    private Explanation node(Node node) {
        List<Proof> proofs = new ArrayList<>();
        deeds.fencing(node).ifPresent(proofs::add);
        if (proofs.isEmpty()) {
            contributions.state(node).ifPresent(each -> proofs.add(each.decisive(true)));
        }
        List<String> stay = new ArrayList<>();
        List<String> arrive = new ArrayList<>();
        List<String> leave = new ArrayList<>();
        for (Resource resource : cluster.everyResource) {
            if (!resource.isPrimitive()) {
                continue;
            }
            boolean here = resource.active.contains(node);
            if (here && resource.assigned == node) {
                stay.add(resource.id);
            } else if (here) {
                leave.add(resource.id);
            } else if (resource.assigned == node) {
                arrive.add(resource.id);
            }
        }
        String word = Contributions.word(node);
        boolean nothing = stay.isEmpty() && arrive.isEmpty();
        String state = node.name + (word.isEmpty() ? " can run resources" : " " + word);
        String runs =
                nothing ? "; nothing is to run there" : "; to run there: " + String.join(", ", concat(stay, arrive));
        String left = leave.isEmpty() ? "" : "; to leave it: " + String.join(", ", leave);
        if (nothing && word.isEmpty()) {
            for (Resource resource : cluster.resources) {
                for (Resource each : resource.primitives().stream().limit(1).toList()) {
                    placements.of(each, node).ifPresent(proofs::add);
                }
            }
        }
        return new Explanation(node.name, "", state + runs + left, proofs, List.of());
    }

    private static List<String> concat(List<String> one, List<String> other) {
        List<String> all = new ArrayList<>(one);
        all.addAll(other);
        return all;
    }

    // ---- everything

    /** One explanation for each primitive and each node that is not as it should be: for checks of completeness. */
    public List<Explanation> all() {
        List<Explanation> found = new ArrayList<>();
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive()) {
                found.add(primitive(resource));
            }
        }
        for (Node node : cluster.nodes) {
            found.add(node(node));
        }
        return found;
    }

    /** What the books do not explain: choices that are missing, scores whose causes do not add up; there must be none. */
    public List<String> unexplained() {
        List<String> found = new ArrayList<>();
        for (Reason reason : cluster.reasons.all()) {
            if (reason.kind() == Reason.Kind.UNACCOUNTED) {
                found.add(reason.resource() + " on " + reason.node() + ": " + reason.score());
            }
        }
        for (Resource resource : cluster.everyResource) {
            Decision decision = cluster.reasons.decision(resource);
            if (resource.isPrimitive() && resource.assigned != null && decision == null) {
                found.add(resource + " has a node and no decision");
            }
            if (decision != null && !resource.inBundle()) {
                for (Decision.Candidate each : decision.candidates()) {
                    int sum = Placements.sum(contributions.of(resource, each.node()), null);
                    if (sum != each.score()) {
                        found.add(
                                resource + " on " + each.node() + " has " + each.score() + ", its causes make " + sum);
                    }
                }
            }
        }
        return found;
    }
}
