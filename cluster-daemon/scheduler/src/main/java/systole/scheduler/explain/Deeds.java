package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.scheduler.planning.PlannedAction;
import systole.scheduler.planning.PlannedAction.Cause;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.FailedOperation;
import systole.scheduler.working.Node;
import systole.scheduler.working.OrderConstraint;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/** Why actions are done, and why others cannot be. */
final class Deeds {
    private static final String UNRUNNABLE = "unrunnable";
    private static final String REQUIRED = "required";
    private static final String CHANGED = "resource definition change";

    private final Cluster cluster;
    private final List<PlannedAction> actions;
    private final Map<Resource, List<PlannedAction>> byResource = new HashMap<>();
    private final Contributions contributions;
    private final Placements placements;

    Deeds(Cluster cluster, List<PlannedAction> actions, Contributions contributions, Placements placements) {
        this.cluster = cluster;
        this.actions = actions;
        this.contributions = contributions;
        this.placements = placements;
        for (PlannedAction action : actions) {
            if (action.resource() != null) {
                byResource
                        .computeIfAbsent(action.resource(), any -> new ArrayList<>())
                        .add(action);
            }
        }
    }

    /** The actions of a resource with this task, on a node or anywhere. */
    List<PlannedAction> of(Resource resource, String task, @Nullable Node node) {
        return byResource.getOrDefault(resource, List.of()).stream()
                .filter(action -> action.task().equals(task) && (node == null || action.node() == node))
                .toList();
    }

    boolean happens(Resource resource, String task, @Nullable Node node) {
        return of(resource, task, node).stream().anyMatch(PlannedAction::happens);
    }

    Optional<PlannedAction> blocked(Resource resource, String task, @Nullable Node node) {
        return of(resource, task, node).stream()
                .filter(action -> !action.runnable())
                .findFirst();
    }

    private PlannedAction byNumber(int number) {
        return actions.get(number - 1);
    }

    // ---- blocked actions

    /** Why an action that is wanted cannot be done. */
    Proof blocked(PlannedAction action) {
        return blocked(action, new HashSet<>()).decisive(true);
    }

    private Proof blocked(PlannedAction action, Set<Integer> seen) {
        Proof proof = Proof.of(Reason.Kind.ACTION, what(action) + " cannot be done")
                .about(action.resource(), action.node())
                .from(action.key())
                .decisive(true);
        if (!seen.add(action.id())) {
            return proof;
        }
        List<Proof> because = new ArrayList<>();
        Set<Cause> told = new HashSet<>();
        for (Cause cause : action.causes()) {
            if (cause.word().equals(UNRUNNABLE) && told.add(cause)) {
                because.addAll(cause(action, cause, seen));
            }
        }
        if (because.isEmpty()) {
            child(action).ifPresent(child -> because.add(blocked(child, seen)));
        }
        return proof.because(because);
    }

    /** Of an action of a collective that says nothing itself: the action of a child that cannot be done. */
    private Optional<PlannedAction> child(PlannedAction action) {
        Resource resource = action.resource();
        if (resource == null) {
            return Optional.empty();
        }
        String base = action.task().equals("running")
                ? "start"
                : action.task().equals("promoted") ? "promote" : action.task();
        for (Resource each : resource.primitives()) {
            if (each != resource) {
                Optional<PlannedAction> found = blocked(each, base, null);
                if (found.isPresent()) {
                    return found;
                }
            }
        }
        return Optional.empty();
    }

    private List<Proof> cause(PlannedAction action, Cause cause, Set<Integer> seen) {
        if (cause.other() != 0) {
            PlannedAction other = byNumber(cause.other());
            if (other.runnable()) {
                return List.of();
            }
            if (other.resource() == action.resource()) {
                return List.of(blocked(other, seen));
            }
            return List.of(order(action, other, cause.source(), seen));
        }
        Resource resource = action.resource();
        Node node = action.node();
        switch (cause.source()) {
            case "no quorum", "quorum freeze" -> {
                String policy = cause.source().equals("no quorum")
                        ? "no-quorum-policy=" + cluster.options.text("no-quorum-policy", "stop")
                        : "no-quorum-policy=freeze: what runs stays, nothing is started";
                return List.of(Proof.of(Reason.Kind.QUORUM, "the cluster has no quorum (" + policy + ")")
                        .from("no-quorum-policy")
                        .decisive(true)
                        .remedied(contributions.remedies.quorum()));
            }
            case "no node" -> {
                return resource == null ? List.of() : placement(resource);
            }
            case "node is offline", "node is pending" -> {
                return node == null ? List.of() : unreachable(node);
            }
            case "blocked", "unmanaged" -> {
                return resource == null ? List.of() : List.of(placements.unmanaged(resource));
            }
            default -> {
                return List.of();
            }
        }
    }

    private List<Proof> placement(Resource resource) {
        for (Resource each : resource.primitives()) {
            Optional<Proof> found = placements.of(each);
            if (found.isPresent()) {
                return List.of(found.get());
            }
        }
        return List.of();
    }

    private List<Proof> unreachable(Node node) {
        List<Proof> found = new ArrayList<>();
        if (node.unclean) {
            fencing(node).ifPresent(found::add);
        }
        if (found.isEmpty()) {
            contributions.state(node).ifPresent(state -> found.add(state.decisive(true)));
        }
        return found;
    }

    private Proof order(PlannedAction action, PlannedAction other, String constraint, Set<Integer> seen) {
        String rule = constraint.isEmpty() ? "" : " (" + kind(constraint) + " " + constraint + ")";
        Resource first = other.resource();
        String text = what(other) + " has to come before " + what(action) + rule;
        List<Proof> because = new ArrayList<>();
        boolean nowhere = first != null && other.node() == null && first.isPrimitive();
        if (first != null && (nowhere || (first.isPrimitive() && first.assigned == null))) {
            because.addAll(placement(first));
        } else {
            because.add(blocked(other, seen));
        }
        return Proof.of(constraint.isEmpty() ? Reason.Kind.ACTION : Reason.Kind.ORDER, text)
                .about(first, other.node())
                .from(constraint)
                .decisive(true)
                .remedied(Remedies.delete(constraint))
                .because(because);
    }

    private String kind(String constraint) {
        for (OrderConstraint order : cluster.orders) {
            if (order.id().equals(constraint)) {
                return "order";
            }
        }
        return "colocation";
    }

    /** An action as one would say it. */
    static String what(PlannedAction action) {
        Resource resource = action.resource();
        String task = switch (action.task()) {
            case "running" -> "start";
            case "stopped" -> "stop";
            case "promoted" -> "promote";
            case "demoted" -> "demote";
            case "stonith" -> "fencing";
            default -> action.task();
        };
        String where = action.node() == null ? "" : " on " + action.node().name;
        return resource == null ? task + where.replace(" on ", " of ") : "'" + task + "' of " + resource.id + where;
    }

    // ---- required actions

    /** Why something that runs is stopped, restarted or demoted, other than by its placement. */
    List<Proof> required(Resource resource, String task) {
        List<Proof> found = new ArrayList<>();
        for (PlannedAction action : of(resource, task, null)) {
            if (!action.happens()) {
                continue;
            }
            if (resource.failed) {
                for (Node node : resource.active) {
                    found.addAll(failed(resource, node));
                }
            }
            for (Cause cause : action.causes()) {
                if (cause.word().equals(REQUIRED) && cause.other() != 0) {
                    found.addAll(follows(action, cause, new HashSet<>()));
                }
            }
            if (found.isEmpty()) {
                inWords(action, action.reason()).ifPresent(found::add);
            }
        }
        if (found.isEmpty() && task.equals("stop") && resource.assigned != null) {
            for (PlannedAction start : of(resource, "start", resource.assigned)) {
                for (Cause cause : start.causes()) {
                    if (cause.word().equals(REQUIRED) && cause.other() != 0) {
                        found.addAll(follows(start, cause, new HashSet<>()));
                    } else if (cause.source().equals(CHANGED)) {
                        inWords(start, CHANGED).ifPresent(found::add);
                    }
                }
                if (found.isEmpty()) {
                    inWords(start, start.reason()).ifPresent(found::add);
                }
            }
        }
        return found.stream().distinct().toList();
    }

    private static Optional<Proof> inWords(PlannedAction action, String reason) {
        if (reason.isEmpty() || reason.equals("node availability")) {
            return Optional.empty();
        }
        String why = reason.equals(CHANGED) ? "its parameters are not those it was started with" : reason;
        return Optional.of(Proof.of(Reason.Kind.ACTION, what(action) + " is necessary: " + why)
                .about(action.resource(), action.node())
                .from(action.key())
                .decisive(true));
    }

    private List<Proof> failed(Resource resource, Node node) {
        return contributions.failures(resource, node).stream()
                .map(each -> each.decisive(true).remedied(contributions.remedies.cleanup(resource, node.name)))
                .toList();
    }

    private List<Proof> follows(PlannedAction action, Cause cause, Set<Integer> seen) {
        PlannedAction other = byNumber(cause.other());
        Resource resource = other.resource();
        if (resource == null || !seen.add(other.id())) {
            return List.of();
        }
        if (resource == action.resource()) {
            List<Proof> found = new ArrayList<>();
            for (Cause deeper : other.causes()) {
                if (deeper.word().equals(REQUIRED) && deeper.other() != 0) {
                    found.addAll(follows(other, deeper, seen));
                }
            }
            return found;
        }
        String rule = cause.source().isEmpty() ? "" : " (" + kind(cause.source()) + " " + cause.source() + ")";
        List<Proof> because = new ArrayList<>();
        for (Resource each : resource.primitives()) {
            if (each.failed) {
                each.active.forEach(node -> because.addAll(failed(each, node)));
            } else if (because.isEmpty()) {
                placements.of(each).ifPresent(because::add);
            }
        }
        return List.of(Proof.of(
                        cause.source().isEmpty() ? Reason.Kind.ACTION : Reason.Kind.ORDER,
                        what(other) + " makes " + what(action) + " necessary" + rule)
                .about(resource, other.node())
                .from(cause.source())
                .decisive(true)
                .remedied(Remedies.delete(cause.source()))
                .because(because));
    }

    // ---- fencing

    /** Whether the plan fences the node. */
    boolean fences(Node node) {
        return actions.stream()
                .anyMatch(action -> action.resource() == null
                        && action.task().equals("stonith")
                        && action.node() == node
                        && !action.key().endsWith("-on")
                        && action.happens());
    }

    /** Why a node has to be fenced, and what is in the way. */
    Optional<Proof> fencing(Node node) {
        if (!node.unclean && !fences(node)) {
            return Optional.empty();
        }
        List<Proof> because = new ArrayList<>();
        String reason = "";
        for (EarlyAction early : cluster.earlyActions) {
            if (early.kind() == EarlyAction.Kind.FENCE && early.node() == node && reason.isEmpty()) {
                reason = early.reason();
            }
        }
        if (reason.isEmpty()) {
            reason = actions.stream()
                    .filter(action -> action.task().equals("stonith") && action.node() == node)
                    .map(PlannedAction::reason)
                    .filter(text -> !text.isEmpty())
                    .findFirst()
                    .orElse("node is unclean");
        }
        List<Remedy> remedies = new ArrayList<>();
        if (node.online) {
            for (FailedOperation failed : cluster.failedOperations) {
                if (failed.node() == node && reason.startsWith(failed.resource().id + " ")) {
                    because.add(contributions.failure(failed).decisive(true));
                    remedies.addAll(contributions.remedies.cleanup(failed.resource(), node.name));
                }
            }
        } else {
            remedies.addAll(contributions.remedies.usable(node));
        }
        String text = fences(node) ? node.name + " is to be fenced: " : node.name + " has to be fenced: ";
        obstacle(node).ifPresent(because::add);
        return Optional.of(Proof.of(Reason.Kind.FENCING, text + reason)
                .about(null, node)
                .decisive(true)
                .remedied(remedies)
                .because(because));
    }

    private Optional<Proof> obstacle(Node node) {
        if (fences(node) || cluster.canFence(node)) {
            return Optional.empty();
        }
        Proof proof;
        if (!cluster.options.fencingEnabled) {
            proof = Proof.of(Reason.Kind.FENCING, "it cannot be fenced: fencing is disabled (stonith-enabled=false)")
                    .from("stonith-enabled");
        } else if (!cluster.fencingDevices) {
            proof = Proof.of(Reason.Kind.FENCING, "it cannot be fenced: no fencing device is configured")
                    .remedied(List.of(Remedy.inWords("configure a fencing device for " + node.name)));
        } else {
            proof = Proof.of(Reason.Kind.QUORUM, "it cannot be fenced: the cluster has no quorum")
                    .from("no-quorum-policy")
                    .remedied(contributions.remedies.quorum());
        }
        return Optional.of(proof.about(null, node).decisive(true));
    }
}
