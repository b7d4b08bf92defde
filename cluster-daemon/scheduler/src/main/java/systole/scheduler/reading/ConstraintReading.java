package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.OrderConstraint;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** The {@code constraints} section, in document order (assignment 7.2 to 7.4, 13.1; actions-and-graph 8.5). */
final class ConstraintReading {
    private final Cluster cluster;
    private final LocationReading locations;
    private final ColocationReading colocations;
    private final TicketReading tickets;

    ConstraintReading(Cluster cluster) {
        this.cluster = cluster;
        this.locations = new LocationReading(cluster);
        this.colocations = new ColocationReading(cluster);
        this.tickets = new TicketReading(cluster);
    }

    void read(@Nullable Element constraints) {
        locations.health();
        if (constraints == null) {
            return;
        }
        for (Element constraint : constraints.children()) {
            switch (constraint.name()) {
                case "rsc_location" -> locations.read(constraint);
                case "rsc_colocation" -> colocations.read(constraint);
                case "rsc_order" -> order(constraint);
                case "rsc_ticket" -> tickets.read(constraint);
                default -> {
                    // unknown elements say nothing
                }
            }
        }
        ColocationCircles.cut(cluster);
    }

    // ---- references, templates and tags

    /** What a template or tag stands for; {@code null} if the id is neither. */
    static @Nullable List<String> expansion(Cluster cluster, @Nullable String id) {
        if (id == null || cluster.resource(id) != null) {
            return null;
        }
        List<String> template = cluster.templates.get(id);
        if (template != null) {
            return template;
        }
        return cluster.tags.get(id);
    }

    /** The ids of a set, templates and tags replaced in place. */
    static List<String> ids(Cluster cluster, Element set) {
        List<String> ids = new ArrayList<>();
        for (Element reference : set.children("resource_ref")) {
            List<String> expansion = expansion(cluster, reference.id());
            if (expansion == null) {
                ids.add(reference.id());
            } else {
                ids.addAll(expansion);
            }
        }
        return ids;
    }

    /** The resources of a set; unknown ones are left out with a warning. */
    static List<Resource> members(Cluster cluster, Element set) {
        return resources(cluster, ids(cluster, set), set.id());
    }

    static List<Resource> resources(Cluster cluster, List<String> ids, String where) {
        List<Resource> found = new ArrayList<>();
        for (String id : ids) {
            Resource resource = cluster.reference(id);
            if (resource == null) {
                cluster.warnings.add(where + ": there is no resource " + id);
            } else {
                found.add(resource);
            }
        }
        return found;
    }

    /** A set made of a template, tag or plain resource; a plain one does not say whether it is sequential. */
    static Element setOf(String id, @Nullable List<String> expansion, String plain, @Nullable String role) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", id);
        if (expansion != null) {
            attributes.put("sequential", "false");
        }
        if (role != null) {
            attributes.put("role", role);
        }
        List<Element> references = new ArrayList<>();
        for (String each : expansion == null ? List.of(plain) : expansion) {
            references.add(Element.leaf("resource_ref", "id", each));
        }
        return Element.of("resource_set", attributes, references);
    }

    /** The role a constraint names: {@code null} for none; {@link Role#UNKNOWN} for a word that is no role. */
    static @Nullable Role role(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        Role role = Role.of(text);
        if (role == null) {
            return Role.UNKNOWN;
        }
        return role == Role.STARTED ? null : role;
    }

    // ---- orders

    private void order(Element constraint) {
        List<Element> sets = constraint.children("resource_set");
        OrderConstraint.Kind kind = kind(constraint, null);
        OrderConstraint.Kind used = kind == null ? OrderConstraint.Kind.MANDATORY : kind;
        Boolean symmetrical = Values.bool(constraint.attribute("symmetrical"));
        boolean requireAll = Values.bool(constraint.attribute("require-all"), true);
        boolean simple = sets.isEmpty();
        List<OrderConstraint.Group> groups = new ArrayList<>();
        if (simple) {
            String first = constraint.attribute("first");
            String then = constraint.attribute("then");
            if (first == null || then == null) {
                cluster.warnings.add("order " + constraint.id() + " is ignored: it needs first and then");
                return;
            }
            String firstAction = constraint.attribute("first-action", "start");
            String thenAction = constraint.attribute("then-action", firstAction);
            List<String> firstTag = expansion(cluster, first);
            List<String> thenTag = expansion(cluster, then);
            simple = firstTag == null && thenTag == null;
            groups.add(group(constraint, setOf(simple ? constraint.id() : first, firstTag, first, null), firstAction));
            groups.add(group(constraint, setOf(simple ? constraint.id() : then, thenTag, then, null), thenAction));
            if (simple
                    && (groups.get(0).members().isEmpty()
                            || groups.get(1).members().isEmpty())) {
                return;
            }
        } else {
            for (Element set : sets) {
                groups.add(group(constraint, set, set.attribute("action", "start")));
            }
        }
        cluster.orders.add(new OrderConstraint(constraint.id(), used, symmetrical, simple, requireAll, groups));
    }

    private OrderConstraint.Group group(Element constraint, Element set, String action) {
        return new OrderConstraint.Group(
                set.id(),
                kind(set, null),
                Values.bool(set.attribute("symmetrical")),
                Values.bool(set.attribute("sequential")),
                Values.bool(set.attribute("require-all"), true),
                action.toLowerCase(Locale.ROOT),
                set.attribute("role"),
                members(cluster, set));
    }

    private OrderConstraint.@Nullable Kind kind(Element element, OrderConstraint.@Nullable Kind fallback) {
        String kind = element.attribute("kind");
        if (kind == null) {
            String score = element.attribute("score");
            if (score == null) {
                return fallback;
            }
            return cluster.options.score(score, 0) == 0
                    ? OrderConstraint.Kind.OPTIONAL
                    : OrderConstraint.Kind.MANDATORY;
        }
        return switch (kind.toLowerCase(Locale.ROOT)) {
            case "optional" -> OrderConstraint.Kind.OPTIONAL;
            case "serialize" -> OrderConstraint.Kind.SERIALIZE;
            default -> OrderConstraint.Kind.MANDATORY;
        };
    }
}
