package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Decision;
import systole.scheduler.working.Decision.Candidate;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.TicketConstraint;

/** Why a resource got the node it got, or none. */
final class Placements {
    private static final int DEEPEST = 12;

    private final Cluster cluster;
    private final Contributions contributions;
    private final Set<Resource> open = new HashSet<>();

    Placements(Cluster cluster, Contributions contributions) {
        this.cluster = cluster;
        this.contributions = contributions;
    }

    /** The whole decision about a resource. */
    Optional<Proof> of(Resource resource) {
        return of(resource, null);
    }

    /**
     * The decision as seen from one node.
     *
     * @param asked the node to compare with; {@code null} for the best of those that lost
     */
    Optional<Proof> of(Resource resource, @Nullable Node asked) {
        if (open.size() > DEEPEST || !open.add(resource)) {
            return Optional.empty();
        }
        try {
            Decision decision = cluster.reasons.decision(resource);
            if (decision == null) {
                // an instance too many: nothing was tried for it
                decision = new Decision(resource, List.of(), null, Decision.Rule.NONE, Integer.MAX_VALUE);
            }
            return Optional.of(of(decision, asked));
        } finally {
            open.remove(resource);
        }
    }

    private Proof of(Decision decision, @Nullable Node asked) {
        Resource resource = decision.resource();
        Node chosen = decision.chosen();
        Node shown = resource.assigned;
        return switch (decision.rule()) {
            case UNMANAGED -> unmanaged(resource);
            case STOP_ALL ->
                placement(resource, null, "stop-all-resources is set: nothing may run")
                        .from("stop-all-resources")
                        .remedied(contributions.remedies.against(
                                new Reason(Reason.Kind.STOP_ALL, resource, null, 0, "stop-all-resources", "")));
            case NONE, NO_PARTNER -> none(decision, asked);
            default -> {
                if (chosen == null || shown == null) {
                    // it had a node, and lost it when actions were planned
                    yield placement(resource, null, "no instance it has to be with runs where it could run");
                }
                yield won(decision, chosen, asked);
            }
        };
    }

    private static Proof placement(Resource resource, @Nullable Node node, String text) {
        return Proof.of(Reason.Kind.PLACEMENT, text).about(resource, node).decisive(true);
    }

    Proof unmanaged(Resource resource) {
        String why;
        if (resource.blocked) {
            why = blockedBy(resource);
        } else if (cluster.options.maintenance) {
            why = "the whole cluster is in maintenance (maintenance-mode=true)";
        } else if (resource.active.stream().anyMatch(node -> node.maintenance)) {
            why = resource.active.get(0).name + ", where it is, is in maintenance";
        } else if (resource.maintenance) {
            why = resource.id + " is in maintenance";
        } else if (cluster.options.fencingEnabled && !cluster.fencingDevices) {
            why = "fencing is enabled and no fencing device is configured: nothing may be started";
        } else {
            why = resource.id + " is unmanaged (is-managed=false): the cluster leaves it as it is";
        }
        List<Proof> failures = new ArrayList<>();
        if (resource.blocked) {
            for (Node node : cluster.nodes) {
                contributions.failures(resource, node).forEach(each -> failures.add(each.decisive(true)));
            }
        }
        return Proof.of(Reason.Kind.UNMANAGED, why)
                .about(resource, resource.currentNode())
                .decisive(true)
                .remedied(contributions.remedies.managed(resource))
                .because(failures);
    }

    private String blockedBy(Resource resource) {
        for (Reason each : contributions.of(resource)) {
            if (each.kind() == Reason.Kind.MULTIPLE_ACTIVE) {
                return each.text() + ": the cluster leaves it as it is until someone has looked";
            }
        }
        for (TicketConstraint each : resource.tickets) {
            if (each.lossPolicy() == TicketConstraint.LossPolicy.FREEZE
                    && !each.ticket().granted()) {
                return "ticket " + each.ticket().id() + " is not granted, and loss-policy=freeze leaves " + resource.id
                        + " as it is (ticket constraint " + each.id() + ")";
            }
        }
        return resource.id + " is blocked after a failure: the cluster leaves it as it is until someone has looked";
    }

    // ---- a node was found

    private Proof won(Decision decision, Node chosen, @Nullable Node asked) {
        Resource resource = decision.resource();
        Candidate winner = candidate(decision, chosen);
        List<Candidate> others = decision.candidates().stream()
                .filter(each -> each.node() != chosen)
                .toList();
        Candidate rival =
                asked != null && asked != chosen ? candidate(decision, asked) : others.isEmpty() ? null : others.get(0);
        boolean close = rival != null && rival.usable() && rival.score() >= 0;
        List<Proof> because = new ArrayList<>();
        String text;
        List<Remedy> remedies = new ArrayList<>();
        if (rival == null || !close) {
            text = asked == null
                    ? chosen.name + " is the only node where " + resource.id + " may run"
                    : asked.name + " may not run " + resource.id + ", and " + chosen.name + " may";
            because.add(candidate(resource, winner, asked == null && others.isEmpty(), Set.of()));
            for (Candidate each : others) {
                because.add(candidate(resource, each, asked == null || each.node() == asked, Set.of()));
            }
            if (asked != null && rival != null && others.stream().noneMatch(each -> each.node() == asked)) {
                because.add(candidate(resource, rival, true, Set.of()));
            }
        } else {
            text = comparison(decision, winner, rival);
            boolean byScore = winner.score() != rival.score();
            Set<Reason> single = byScore ? decisive(resource, chosen, rival.node()) : Set.of();
            Set<Reason> decisive = byScore && single.isEmpty() ? different(resource, chosen, rival.node()) : single;
            because.add(shown(candidate(resource, winner, byScore, decisive), single));
            for (Candidate each : others) {
                because.add(shown(candidate(resource, each, byScore && each.node() == rival.node(), decisive), single));
            }
            boolean requested = decisive.stream().anyMatch(each -> Remedies.isRequest(each.source()));
            if (!resource.inBundle() && resource.enclosingClone() == null && !requested) {
                Remedy move = Remedy.of(
                        "systole resource move " + Remedies.top(resource) + " " + rival.node().name,
                        "asks for " + rival.node().name + " instead");
                if (byScore) {
                    Node other = rival.node();
                    because.replaceAll(each -> each.node().equals(other.name) ? each.remedied(List.of(move)) : each);
                } else {
                    remedies.add(move);
                }
            }
        }
        Proof placement = placement(resource, chosen, text).remedied(remedies).because(because);
        return asked == null && resource.enclosingClone() != null ? placement.withoutRemedies() : placement;
    }

    /** Where no single contribution decides, taking one of them away changes nothing. */
    private static Proof shown(Proof candidate, Set<Reason> single) {
        return single.isEmpty() ? candidate.withoutRemedies() : candidate;
    }

    private Candidate candidate(Decision decision, Node node) {
        for (Candidate each : decision.candidates()) {
            if (each.node() == node) {
                return each;
            }
        }
        return new Candidate(node, -Score.LIMIT, node.eligible(), node.resourceCount);
    }

    private static String comparison(Decision decision, Candidate winner, Candidate rival) {
        String one = winner.node().name;
        String other = rival.node().name;
        if (winner.score() != rival.score()) {
            return one + " has the higher score: " + Proof.score(winner.score()) + " before "
                    + Proof.score(rival.score()) + " on " + other;
        }
        String equal = one + " and " + other + " have the same score, " + Proof.score(winner.score()) + ": ";
        if (decision.rule() == Decision.Rule.STAYS) {
            return equal + decision.resource().id + " stays where it is";
        }
        if (decision.rule() == Decision.Rule.PREFERRED) {
            return equal + one + " is preferred, as an instance is there or it has most capacity";
        }
        if (decision.rule() == Decision.Rule.CAPACITY) {
            return equal + one + " has more free capacity";
        }
        if (winner.resources() != rival.resources()) {
            return equal + one + " had fewer resources, " + winner.resources() + " before " + rival.resources();
        }
        return equal + "both had " + winner.resources() + " resources, so the name decides";
    }

    /** Contributions that alone make the winner win: without one of them the other would have the higher score. */
    private Set<Reason> decisive(Resource resource, Node winner, Node rival) {
        List<Reason> pro = contributions.of(resource, winner);
        List<Reason> contra = contributions.of(resource, rival);
        Set<Reason> found = new HashSet<>();
        int own = sum(pro, null);
        int other = sum(contra, null);
        // of equals the one where it is would win
        int margin = resource.currentNode() == rival ? 0 : 1;
        for (Reason each : pro) {
            if (each.score() > 0 && sum(pro, each) + margin <= other) {
                found.add(each);
            }
        }
        for (Reason each : contra) {
            if (each.score() < 0 && sum(contra, each) >= own + margin) {
                found.add(each);
            }
        }
        return found;
    }

    /** Contributions in which two nodes differ. */
    private Set<Reason> different(Resource resource, Node winner, Node rival) {
        List<Reason> pro = contributions.of(resource, winner);
        List<Reason> contra = contributions.of(resource, rival);
        Set<Reason> found = new HashSet<>();
        pro.stream()
                .filter(each -> each.score() > 0 && contra.stream().noneMatch(its -> same(its, each)))
                .forEach(found::add);
        contra.stream()
                .filter(each -> each.score() < 0 && pro.stream().noneMatch(its -> same(its, each)))
                .forEach(found::add);
        return found;
    }

    private static boolean same(Reason one, Reason other) {
        return one.kind() == other.kind() && one.source().equals(other.source()) && one.score() == other.score();
    }

    static int sum(List<Reason> reasons, @Nullable Reason without) {
        int sum = 0;
        for (Reason each : reasons) {
            if (each != without) {
                sum = Score.add(sum, each.score());
            }
        }
        return sum;
    }

    // ---- no node was found

    private Proof none(Decision decision, @Nullable Node asked) {
        Resource resource = decision.resource();
        List<Proof> because = new ArrayList<>();
        List<Node> nodes = cluster.nodes.stream()
                .filter(node -> !node.bundleNode || resource.table.has(node))
                .filter(node -> !node.isRemoteOrGuest() || node.online)
                .toList();
        List<Reason> everywhere = everywhere(resource, nodes);
        for (Reason each : everywhere) {
            Reason plain = new Reason(each.kind(), resource, null, each.score(), each.source(), each.text());
            because.add(nested(plain, contributions.proof(plain)).decisive(true));
        }
        for (Node node : nodes) {
            Candidate candidate = candidate(decision, node);
            boolean show = everywhere.isEmpty() && (asked == null || asked == node);
            because.add(candidate(resource, candidate, show, Set.of()));
        }
        return placement(resource, null, "no node may run " + resource.id).because(because);
    }

    /** What bans the resource from every node in the same way; the first such cause is enough. */
    private List<Reason> everywhere(Resource resource, List<Node> nodes) {
        List<Reason> found = new ArrayList<>();
        if (nodes.isEmpty()) {
            return found;
        }
        for (Reason each : contributions.of(resource, nodes.get(0))) {
            if (Contributions.bans(each)
                    && nodes.stream()
                            .allMatch(node -> contributions.of(resource, node).stream()
                                    .anyMatch(
                                            its -> same(its, each) && its.text().equals(each.text())))) {
                found.add(each);
            }
        }
        return found;
    }

    // ---- one node

    private Proof candidate(Resource resource, Candidate candidate, boolean decisive, Set<Reason> mark) {
        Node node = candidate.node();
        List<Proof> because = new ArrayList<>();
        Optional<Proof> state = candidate.usable() ? Optional.empty() : contributions.state(node);
        state.ifPresent(each -> because.add(each.decisive(decisive)));
        Optional<Proof> noEntry = contributions.noEntry(resource, node);
        noEntry.ifPresent(each -> because.add(each.decisive(decisive)));
        boolean banned = candidate.score() < 0;
        for (Reason each : contributions.of(resource, node)) {
            boolean told = each.kind() == Reason.Kind.NODE_STATE && state.isPresent();
            boolean matters = decisive
                    && !told
                    && (mark.isEmpty()
                            ? (banned
                                    && noEntry.isEmpty()
                                    && each.score() < 0
                                    && (Contributions.bans(each) || candidate.score() > -Score.LIMIT))
                            : mark.contains(each));
            because.add(nested(each, contributions.proof(each)).decisive(matters));
        }
        contributions.notProbed(resource, node).ifPresent(because::add);
        String text;
        if (!candidate.usable()) {
            text = node.name + " cannot be used";
        } else if (banned) {
            text = node.name + " is not allowed";
        } else {
            text = node.name + " has " + Proof.score(candidate.score());
        }
        return Proof.of(Reason.Kind.CANDIDATE, text)
                .about(resource, node)
                .scored(candidate.usable() && banned ? candidate.score() : 0)
                .decisive(decisive && (candidate.usable() || state.isPresent()))
                .because(because);
    }

    /** A colocation rests on where the other resource is; a wish on what the other resource wishes. */
    private Proof nested(Reason reason, Proof proof) {
        Node node = reason.node();
        switch (reason.kind()) {
            case GROUP, COLOCATION -> {
                Resource primary = cluster.resource(reason.text());
                if (primary == null || reason.score() == 0) {
                    return proof;
                }
                Resource at = reason.kind() == Reason.Kind.GROUP ? firstDecisive(primary) : primary;
                List<Proof> because = new ArrayList<>();
                for (Resource each : at.primitives()) {
                    if (because.isEmpty()) {
                        of(each).ifPresent(because::add);
                    }
                }
                return proof.because(because);
            }
            case DEPENDENT -> {
                Resource dependent = cluster.resource(reason.text());
                if (dependent == null || node == null) {
                    return proof;
                }
                List<Proof> because = new ArrayList<>();
                Resource first = dependent.isGroup() ? dependent.children.get(0) : dependent;
                for (Reason each : contributions.of(first, node)) {
                    boolean own = each.kind() != Reason.Kind.COLOCATION
                            && each.kind() != Reason.Kind.GROUP
                            && each.score() != 0;
                    if (own) {
                        because.add(contributions.proof(each).decisive(true));
                    }
                }
                return proof.because(because);
            }
            default -> {
                return proof;
            }
        }
    }

    /** Of a group the first member that has no node, or the first member if all that come before have one. */
    private static Resource firstDecisive(Resource member) {
        Resource group = member.parent;
        if (group == null || !group.isGroup()) {
            return member;
        }
        for (Resource each : group.children) {
            if (each.assigned == null) {
                return each;
            }
            if (each == member) {
                break;
            }
        }
        return group.children.get(0);
    }
}
