package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.formats.Finding.Severity;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.Options;

/** What constraints, topology and tags say and the cluster would not do; see {@link CibMeaning}. */
final class CibRelations {
    private final Element configuration;
    private final CibMeaning meaning;
    private final List<Finding> findings = new ArrayList<>();

    CibRelations(Element configuration, CibMeaning meaning) {
        this.configuration = configuration;
        this.meaning = meaning;
    }

    List<Finding> look() {
        Set<String> nodes = meaning.nodeNames();
        for (Element section : configuration.children("constraints")) {
            for (Element constraint : section.children()) {
                switch (constraint.name()) {
                    case "rsc_location" -> location(constraint, nodes);
                    case "rsc_colocation" -> colocation(constraint);
                    case "rsc_order" -> order(constraint);
                    default -> {}
                }
            }
            circles(section);
        }
        configuration
                .children("fencing-topology")
                .forEach(section -> section.children("fencing-level").forEach(level -> level(level, nodes)));
        tags();
        return findings;
    }

    private void warn(Element at, String what, String remedy) {
        findings.add(meaning.finding(Severity.WARNING, at, what, remedy));
    }

    // ---- constraints

    private void location(Element location, Set<String> nodes) {
        String node = location.attribute("node");
        if (node != null) {
            unknownNode(location, "constraint '" + location.id() + "'", node, nodes);
        }
        for (Element rule : location.children("rule")) {
            if (rule.attribute("id-ref") == null
                    && rule.attribute("score") == null
                    && rule.attribute("score-attribute") == null) {
                warn(rule, "rule '" + rule.id() + "' has no score; 0 is taken", "add score=\"…\"");
            }
            conditions(rule);
        }
    }

    /** Of resources and operations only defaults can ask. */
    private void conditions(Element rule) {
        for (Element condition : rule.children()) {
            if (condition.is("rule")) {
                conditions(condition);
            } else if (condition.is("rsc_expression") || condition.is("op_expression")) {
                warn(
                        condition,
                        "<" + condition.name() + "> in a location constraint is never true",
                        "use it in rsc_defaults or op_defaults, or name the resource in the constraint");
            } else if (condition.is("expression")) {
                String type = condition.attribute("type", "");
                String value = condition.attribute("value", "0");
                boolean number = type.equals("integer") || type.equals("number");
                boolean literal = condition.attribute("value-source", "literal").equals("literal");
                if (number && literal && !value.matches("[+-]?\\d+(\\.\\d+)?([eE][+-]?\\d+)?")) {
                    warn(
                            condition,
                            "'" + value + "' is compared as " + type + " in '" + condition.id() + "', and is none",
                            "write a number, or type=\"string\"");
                }
            }
        }
    }

    private void unknownNode(Element at, String who, String node, Set<String> nodes) {
        // A node of a bundle has the name of the bundle and a number.
        String bundle = node.replaceFirst("-\\d+$", "");
        Element resource = meaning.resources().get(bundle);
        boolean ofBundle = resource != null && resource.is("bundle");
        boolean known = nodes.stream().anyMatch(node::equalsIgnoreCase);
        if (!nodes.isEmpty() && !known && !ofBundle) {
            warn(
                    at,
                    who + " names node '" + node + "', which is not in the configuration"
                            + NearestWord.hint(node, nodes),
                    "correct the name, unless that node is still to come");
        }
    }

    private void colocation(Element colocation) {
        same(colocation, "rsc", "with-rsc");
        promotion(colocation, colocation.attribute("rsc", ""), colocation.attribute("rsc-role", ""));
        promotion(colocation, colocation.attribute("with-rsc", ""), colocation.attribute("with-rsc-role", ""));
    }

    private void order(Element order) {
        if (!order.attribute("first-action", "start").equals("stop")
                && order.attribute("first-action", "start")
                        .equals(order.attribute("then-action", order.attribute("first-action", "start")))) {
            same(order, "first", "then");
        }
        String first = order.attribute("first-action", "start");
        promotion(order, order.attribute("first", ""), first);
        promotion(order, order.attribute("then", ""), order.attribute("then-action", first));
        if (order.attribute("kind", "").equals("Serialize") && Options.isTrue(order.attribute("symmetrical", "no"))) {
            warn(
                    order,
                    "symmetrical of '" + order.id() + "' is ignored: an order of kind Serialize has no way back",
                    "remove symmetrical");
        }
        if (order.attribute("kind") != null && order.attribute("score") != null) {
            warn(order, "score of '" + order.id() + "' is ignored beside kind", "remove score");
        }
    }

    private void same(Element constraint, String one, String other) {
        String name = constraint.attribute(one, "");
        if (!name.isEmpty() && name.equals(constraint.attribute(other, ""))) {
            warn(
                    constraint,
                    "constraint '" + constraint.id() + "' names '" + name + "' on both sides",
                    "correct one of the two, or delete it");
        }
    }

    private void promotion(Element constraint, String id, String word) {
        Element resource = meaning.resources().get(id);
        boolean promotion = List.of("Promoted", "Master", "promote", "demote").contains(word);
        if (promotion && resource != null && !meaning.promotable(resource)) {
            warn(
                    constraint,
                    "constraint '" + constraint.id() + "' says '" + word + "' of '" + id + "', which is not promotable",
                    "use the started role, or name a clone with promotable=true");
        }
    }

    // ---- circles

    /** Mandatory orders of starts in a circle: none of the resources would ever start. */
    private void circles(Element constraints) {
        Map<String, Map<String, Element>> later = new LinkedHashMap<>();
        for (Element order : constraints.children("rsc_order")) {
            String first = order.attribute("first", "");
            String then = order.attribute("then", "");
            String score = order.attribute("score", "1");
            boolean mandatory = order.attribute("kind", score.equals("0") ? "Optional" : "Mandatory")
                    .equals("Mandatory");
            boolean starts = order.attribute("first-action", "start").equals("start")
                    && order.attribute("then-action", "start").equals("start");
            if (mandatory && starts && !first.isEmpty() && !then.isEmpty() && !first.equals(then)) {
                later.computeIfAbsent(first, any -> new LinkedHashMap<>()).putIfAbsent(then, order);
            }
        }
        Set<String> told = new LinkedHashSet<>();
        for (String start : later.keySet()) {
            List<String> way = wayBack(later, start);
            if (!way.isEmpty() && way.stream().noneMatch(told::contains)) {
                told.addAll(way);
                Element last =
                        later.getOrDefault(way.get(way.size() - 1), Map.of()).getOrDefault(start, constraints);
                warn(
                        last,
                        "orders go in a circle: " + String.join(", then ", way) + ", then " + start
                                + "; none of them starts",
                        "delete one of these orders, or make it kind=Optional");
            }
        }
    }

    /** The shortest way from the start to itself, without the last step; empty if there is none. */
    private static List<String> wayBack(Map<String, Map<String, Element>> later, String start) {
        Map<String, String> from = new LinkedHashMap<>();
        List<String> open = new ArrayList<>(List.of(start));
        for (int i = 0; i < open.size(); i++) {
            String at = open.get(i);
            for (String next : later.getOrDefault(at, Map.of()).keySet()) {
                if (next.equals(start)) {
                    List<String> way = new ArrayList<>();
                    for (String step = at; !step.equals(start); step = from.getOrDefault(step, start)) {
                        way.add(0, step);
                    }
                    way.add(0, start);
                    return way;
                }
                if (!from.containsKey(next)) {
                    from.put(next, at);
                    open.add(next);
                }
            }
        }
        return List.of();
    }

    // ---- the rest

    private void level(Element level, Set<String> nodes) {
        String target = level.attribute("target");
        if (target != null) {
            unknownNode(level, "fencing level '" + level.id() + "'", target, nodes);
        }
        for (String device : level.attribute("devices", "").split("[,\\s]+")) {
            Element resource = meaning.resources().get(device);
            if (device.isEmpty()) {
                continue;
            }
            if (resource == null) {
                warn(
                        level,
                        "fencing level '" + level.id() + "' names device '" + device + "', which does not exist"
                                + NearestWord.hint(device, meaning.resources().keySet()),
                        "correct the name or define the device");
            } else if (!resource.attribute("class", "stonith").equals("stonith")) {
                warn(
                        level,
                        "fencing level '" + level.id() + "' names '" + device + "', which is no fencing device",
                        "name a primitive of class stonith");
            }
        }
    }

    private void tags() {
        Set<String> ids = new LinkedHashSet<>();
        collect(configuration, ids);
        for (Element section : configuration.children("tags")) {
            for (Element tag : section.children("tag")) {
                for (Element reference : tag.children("obj_ref")) {
                    if (!ids.contains(reference.id())) {
                        warn(
                                reference,
                                "tag '" + tag.id() + "' names '" + reference.id() + "', which does not exist"
                                        + NearestWord.hint(
                                                reference.id(),
                                                meaning.resources().keySet()),
                                "correct the name or remove it");
                    }
                }
            }
        }
    }

    private static void collect(Element at, Set<String> ids) {
        for (Element child : at.children()) {
            if (!child.is("obj_ref") && !child.is("resource_ref")) {
                ids.add(child.id());
                ids.add(child.attribute("uname", child.id()));
                collect(child, ids);
            }
        }
    }
}
