package systole.scheduler.reading;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;
import systole.scheduler.working.Ticket;
import systole.scheduler.working.TicketConstraint;

/** Ticket constraints; they take effect at once (assignment 7.3). */
final class TicketReading {
    private final Cluster cluster;

    TicketReading(Cluster cluster) {
        this.cluster = cluster;
    }

    void read(Element constraint) {
        String id = constraint.attribute("ticket");
        if (id == null) {
            cluster.warnings.add("ticket constraint " + constraint.id() + " is ignored: it names no ticket");
            return;
        }
        Ticket ticket = cluster.tickets.computeIfAbsent(id, key -> new Ticket(key, false, false, -1, Map.of()));
        String policy = constraint.attribute("loss-policy");
        List<Element> sets = constraint.children("resource_set");
        if (!sets.isEmpty()) {
            for (Element set : sets) {
                String role = set.attribute("role");
                for (Resource resource : ConstraintReading.members(cluster, set)) {
                    add(constraint.id(), resource, ticket, role, policy);
                }
            }
            return;
        }
        String reference = constraint.attribute("rsc");
        if (reference == null) {
            return;
        }
        List<String> expansion = ConstraintReading.expansion(cluster, reference);
        List<String> ids = expansion == null ? List.of(reference) : expansion;
        for (Resource resource : ConstraintReading.resources(cluster, ids, constraint.id())) {
            add(constraint.id(), resource, ticket, constraint.attribute("rsc-role"), policy);
        }
    }

    private void add(
            String id, Resource resource, Ticket ticket, @Nullable String roleText, @Nullable String policyText) {
        Role role = ConstraintReading.role(roleText);
        if (role == Role.UNKNOWN) {
            cluster.warnings.add("ticket constraint " + id + " is ignored: " + roleText + " is no role");
            return;
        }
        TicketConstraint.LossPolicy policy = policy(policyText, role);
        TicketConstraint constraint = new TicketConstraint(id, resource, ticket, role, policy);
        cluster.ticketConstraints.add(constraint);
        resource.tickets.add(constraint);
        if (ticket.granted() && !ticket.standby()) {
            return;
        }
        for (Resource primitive : resource.primitives()) {
            apply(constraint, primitive);
        }
    }

    private TicketConstraint.LossPolicy policy(@Nullable String text, @Nullable Role role) {
        if (text != null) {
            switch (text) {
                case "fence" -> {
                    return cluster.options.fencingEnabled
                            ? TicketConstraint.LossPolicy.FENCE
                            : TicketConstraint.LossPolicy.STOP;
                }
                case "freeze" -> {
                    return TicketConstraint.LossPolicy.FREEZE;
                }
                case "demote" -> {
                    return TicketConstraint.LossPolicy.DEMOTE;
                }
                case "stop" -> {
                    return TicketConstraint.LossPolicy.STOP;
                }
                default -> cluster.warnings.add("loss-policy " + text + " is unknown; the default is used");
            }
        }
        return role == Role.PROMOTED ? TicketConstraint.LossPolicy.DEMOTE : TicketConstraint.LossPolicy.STOP;
    }

    private void apply(TicketConstraint constraint, Resource resource) {
        Ticket ticket = constraint.ticket();
        Role role = constraint.role();
        if (!ticket.granted() && !resource.active.isEmpty()) {
            lost(constraint, resource, role == null || role == current(resource));
            return;
        }
        if (role != Role.PROMOTED || constraint.lossPolicy() == TicketConstraint.LossPolicy.STOP) {
            ban(constraint, resource);
        }
    }

    private static Role current(Resource resource) {
        if (resource.role == Role.STARTED && resource.isPromotable()) {
            return Role.UNPROMOTED;
        }
        return resource.role;
    }

    private void lost(TicketConstraint constraint, Resource resource, boolean roleFits) {
        switch (constraint.lossPolicy()) {
            case STOP -> ban(constraint, resource);
            case DEMOTE -> {
                if (constraint.role() != Role.PROMOTED) {
                    ban(constraint, resource);
                }
            }
            case FENCE -> {
                if (roleFits) {
                    ban(constraint, resource);
                    for (Node node : resource.active) {
                        Fencing.fence(cluster, node, "deadman ticket was lost", false, EarlyAction.Phase.CONSTRAINTS);
                    }
                }
            }
            case FREEZE -> {
                if (roleFits) {
                    resource.managed = false;
                    resource.blocked = true;
                }
            }
        }
    }

    private void ban(TicketConstraint constraint, Resource resource) {
        cluster.changeScore(resource, null, -Score.LIMIT);
        cluster.reasons.account(
                Reason.Kind.TICKET,
                resource,
                constraint.id(),
                node -> true,
                () -> "ticket " + constraint.ticket().id() + " is not granted, or is in standby");
    }
}
