package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** The step from the schemas 3.x to 4.0 (input-and-status 3.3). */
final class UpgradeTo4 {
    private static final Map<String, String> OPTIONS = Map.of(
            "crmd-finalization-timeout", "join-finalization-timeout",
            "crmd-integration-timeout", "join-integration-timeout",
            "crmd-transition-delay", "transition-delay");
    private static final Set<String> DEAD_CLASSES = Set.of("nagios", "upstart");

    /** Resources and templates that were dropped. */
    private final Set<String> dropped = new HashSet<>();

    private final List<String> pingNodes = new ArrayList<>();

    private UpgradeTo4() {}

    static Element upgrade(Element configuration) {
        return new UpgradeTo4().run(configuration);
    }

    private Element run(Element configuration) {
        Element next = Rewriting.section(
                configuration,
                "crm_config",
                config -> Rewriting.children(config, set -> Rewriting.children(set, UpgradeTo4::option)));
        next = Rewriting.section(next, "nodes", nodes -> Rewriting.children(nodes, this::node));
        next = Rewriting.section(next, "resources", this::resources);
        if (!pingNodes.isEmpty() && next.child("constraints").isEmpty()) {
            next = next.plus(Element.of("constraints", Map.of(), List.of()));
        }
        next = Rewriting.section(next, "constraints", this::constraints);
        return Rewriting.section(
                next,
                "fencing-topology",
                topology -> Rewriting.children(
                        topology, level -> level.attribute("index", "").length() > 1 ? null : level));
    }

    private static @Nullable Element option(Element pair) {
        String name = pair.attribute("name", "");
        String renamed = OPTIONS.get(name);
        if (renamed != null) {
            return pair.withAttribute("name", renamed);
        }
        if (name.equals("remove-after-stop")) {
            return null;
        }
        boolean action = name.equals("stonith-action") || name.equals("fencing-action");
        return action && pair.attribute("value", "").equals("poweroff") ? pair.withAttribute("value", "off") : pair;
    }

    private Element node(Element node) {
        if (!"ping".equals(node.attribute("type"))) {
            return node;
        }
        pingNodes.add(node.attribute("uname", ""));
        return node.withAttribute("type", "member");
    }

    // ---- resources

    private Element resources(Element resources) {
        for (Element child : resources.children()) {
            if (child.is("template") && DEAD_CLASSES.contains(child.attribute("class", ""))) {
                dropped.add(child.id());
            }
        }
        return Rewriting.children(resources, this::resource);
    }

    private @Nullable Element resource(Element resource) {
        switch (resource.name()) {
            case "template" -> {
                return dropped.contains(resource.id()) ? null : resource;
            }
            case "primitive" -> {
                if (DEAD_CLASSES.contains(resource.attribute("class", ""))
                        || dropped.contains(resource.attribute("template", ""))) {
                    dropped.add(resource.id());
                    return null;
                }
                return resource;
            }
            case "group" -> {
                return collective(resource, "primitive");
            }
            case "clone" -> {
                Element next = collective(resource, "");
                return next;
            }
            case "master" -> {
                Element next = collective(resource, "");
                return next == null ? null : promotable(next);
            }
            case "bundle" -> {
                if (resource.child("rkt").isPresent()) {
                    dropped.add(resource.id());
                    return null;
                }
                return Rewriting.children(resource, UpgradeTo4::container);
            }
            default -> {
                return resource;
            }
        }
    }

    private @Nullable Element collective(Element resource, String memberName) {
        boolean had = hasMembers(resource, memberName);
        Element next = Rewriting.children(
                resource, child -> child.is("primitive") || child.is("group") ? resource(child) : child);
        if (had && !hasMembers(next, memberName)) {
            dropped.add(resource.id());
            return null;
        }
        return next;
    }

    private static boolean hasMembers(Element resource, String memberName) {
        return resource.child("primitive").isPresent()
                || (memberName.isEmpty() && resource.child("group").isPresent());
    }

    private static Element promotable(Element master) {
        Element pair = Element.leaf(
                "nvpair", "id", "master-to-promotable-nv-" + master.id(), "name", "promotable", "value", "true");
        Element block = Element.leaf(
                        "meta_attributes", "id", "master-to-promotable-" + master.id(), "score", "INFINITY")
                .withChildren(List.of(pair));
        List<Element> children = new ArrayList<>();
        children.add(block);
        children.addAll(master.children());
        return master.withName("clone").withChildren(children);
    }

    private static Element container(Element child) {
        String masters = child.attribute("masters");
        if (masters == null) {
            return child;
        }
        Element next = child.withoutAttribute("masters");
        return next.attribute("promoted-max") == null ? next.withAttribute("promoted-max", masters) : next;
    }

    // ---- constraints

    private Element constraints(Element constraints) {
        Element next = Rewriting.expand(constraints, this::constraint);
        for (String node : pingNodes) {
            next = next.plus(Element.leaf(
                    "rsc_location",
                    "id",
                    "ping-node-ban-" + node,
                    "rsc-pattern",
                    ".*",
                    "node",
                    node,
                    "score",
                    "-INFINITY",
                    "resource-discovery",
                    "never"));
        }
        return next;
    }

    private List<Element> constraint(Element constraint) {
        for (String attribute : List.of("rsc", "with-rsc", "first", "then")) {
            String id = constraint.attribute(attribute);
            if (id != null && dropped.contains(id)) {
                return List.of();
            }
        }
        Element next = constraint;
        if (!dropped.isEmpty() && constraint.child("resource_set").isPresent()) {
            next = Rewriting.children(constraint, this::set);
            if (next.child("resource_set").isEmpty()) {
                return List.of();
            }
        }
        return switch (next.name()) {
            case "rsc_location" -> location(next);
            case "rsc_colocation", "rsc_order" ->
                List.of(Rewriting.children(next, child -> child.is("lifetime") ? null : child));
            default -> List.of(next);
        };
    }

    private @Nullable Element set(Element set) {
        if (!set.is("resource_set")) {
            return set;
        }
        Element next = Rewriting.children(set, ref -> dropped.contains(ref.id()) ? null : ref);
        return next.children().isEmpty() ? null : next;
    }

    private static List<Element> location(Element constraint) {
        List<Element> rules = constraint.children("rule");
        List<Element> lifetime = constraint
                .child("lifetime")
                .map(element -> element.children("rule"))
                .orElse(List.of());
        if (rules.size() <= 1 && lifetime.isEmpty()) {
            return List.of(Rewriting.children(constraint, child -> child.is("lifetime") ? null : child));
        }
        Element plain =
                Rewriting.children(constraint, child -> child.is("rule") || child.is("lifetime") ? null : child);
        List<Element> result = new ArrayList<>();
        if (rules.isEmpty()) {
            rules = List.of(nodeRule(constraint));
            plain = plain.withoutAttribute("node").withoutAttribute("score");
        }
        for (int i = 0; i < rules.size(); i++) {
            Element rule = lifetime.isEmpty() ? rules.get(i) : limited(rules.get(i), lifetime);
            Element one = plain.plus(rule);
            result.add(rules.size() == 1 ? one : one.withAttribute("id", constraint.id() + "-" + (i + 1)));
        }
        return result;
    }

    private static Element nodeRule(Element constraint) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", constraint.id() + "-rule");
        attributes.put("score", constraint.attribute("score", "0"));
        return Element.of(
                "rule",
                attributes,
                List.of(Element.leaf(
                        "expression",
                        "id",
                        constraint.id() + "-expr",
                        "attribute",
                        "#uname",
                        "operation",
                        "eq",
                        "value",
                        constraint.attribute("node", ""))));
    }

    private static Element limited(Element rule, List<Element> lifetime) {
        Map<String, String> attributes = new LinkedHashMap<>(rule.attributes());
        attributes.put("id", rule.id() + "-limited");
        attributes.put("boolean-op", "and");
        Element time = lifetime.size() == 1
                ? lifetime.get(0)
                : Element.leaf("rule", "id", rule.id() + "-lifetime", "boolean-op", "or")
                        .withChildren(lifetime);
        return Element.of("rule", attributes, List.of(rule, time));
    }
}
