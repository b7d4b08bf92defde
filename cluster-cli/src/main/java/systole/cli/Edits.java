package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/** Small changes of a configuration, each a function from element to element. */
final class Edits {
    private static final Set<String> RESOURCES = Set.of("primitive", "group", "clone", "master", "bundle");

    private Edits() {}

    // ---- finding ----------------------------------------------------------------------------------------------------

    static Optional<Element> resource(Element configuration, String id) {
        return configuration.child("resources").flatMap(section -> find(section, id));
    }

    private static Optional<Element> find(Element at, String id) {
        for (Element child : at.children()) {
            if (RESOURCES.contains(child.name()) || child.is("template")) {
                if (child.id().equals(id)) {
                    return Optional.of(child);
                }
                Optional<Element> inner = find(child, id);
                if (inner.isPresent()) {
                    return inner;
                }
            }
        }
        return Optional.empty();
    }

    /** Ids of all resources, containers before what they hold. */
    static List<String> resourceIds(Element configuration) {
        List<String> ids = new ArrayList<>();
        configuration.child("resources").ifPresent(section -> collect(section, ids));
        return ids;
    }

    private static void collect(Element at, List<String> into) {
        for (Element child : at.children()) {
            if (RESOURCES.contains(child.name())) {
                into.add(child.id());
                collect(child, into);
            }
        }
    }

    /** Ids of a resource and of all that it holds. */
    static Set<String> parts(Element configuration, String id) {
        List<String> ids = new ArrayList<>(List.of(id));
        resource(configuration, id).ifPresent(found -> collect(found, ids));
        return new LinkedHashSet<>(ids);
    }

    static Element requireResource(Element configuration, String id) {
        return resource(configuration, id)
                .orElseThrow(() -> new BadInputException(
                        "",
                        "resource '" + id + "' does not exist" + NearestWord.hint(id, resourceIds(configuration)),
                        "list the resources: systole resource status"));
    }

    static List<String> nodeNames(Element configuration) {
        List<String> names = new ArrayList<>();
        configuration.child("nodes").ifPresent(nodes -> {
            for (Element node : nodes.children("node")) {
                names.add(node.attribute("uname", node.id()));
            }
        });
        return names;
    }

    static Element requireNode(Element configuration, String uname) {
        for (Element nodes : configuration.children("nodes")) {
            for (Element node : nodes.children("node")) {
                if (node.attribute("uname", node.id()).equals(uname)) {
                    return node;
                }
            }
        }
        throw new BadInputException(
                "",
                "node '" + uname + "' does not exist" + NearestWord.hint(uname, nodeNames(configuration)),
                "list the nodes: systole node show");
    }

    // ---- changing ---------------------------------------------------------------------------------------------------

    /** Every element that the test picks, replaced by what the function makes of it. */
    static Element replace(Element root, Predicate<Element> test, UnaryOperator<Element> function) {
        if (test.test(root)) {
            return function.apply(root);
        }
        List<Element> next = new ArrayList<>(root.children().size());
        boolean changed = false;
        for (Element child : root.children()) {
            Element made = replace(child, test, function);
            changed |= made != child;
            next.add(made);
        }
        return changed ? root.withChildren(next) : root;
    }

    private static Predicate<Element> isResource(String id) {
        return element -> element.id().equals(id) && (RESOURCES.contains(element.name()) || element.is("template"));
    }

    static Element onResource(Element configuration, String id, UnaryOperator<Element> function) {
        requireResource(configuration, id);
        return replace(configuration, isResource(id), function);
    }

    static Element onNode(Element configuration, String uname, UnaryOperator<Element> function) {
        requireNode(configuration, uname);
        return replace(
                configuration,
                element -> element.is("node")
                        && element.attribute("uname", element.id()).equals(uname),
                function);
    }

    /** The element with a name and value in its first plain set of this tag; {@code null} takes the name away. */
    static Element pair(Element owner, String tag, String prefix, String name, @Nullable String value) {
        List<Element> children = new ArrayList<>(owner.children());
        boolean done = false;
        for (int i = 0; i < children.size(); i++) {
            Element set = children.get(i);
            if (set.is(tag) && set.child("rule").isEmpty() && set.attribute("id-ref") == null) {
                Element next = done || value == null ? without(set, name) : with(set, name, value);
                done = true;
                children.set(i, next);
            }
        }
        children.removeIf(child ->
                child.is(tag) && value == null && child.children().isEmpty() && child.attribute("id-ref") == null);
        if (!done && value != null) {
            String id = prefix + "-" + tag;
            Element set = Element.of(tag, Map.of("id", id), List.of());
            int place = 0;
            while (place < children.size()
                    && (children.get(place).is("instance_attributes")
                            || children.get(place).is("meta_attributes")
                            || children.get(place).is("utilization")
                            || children.get(place).name().startsWith("#"))) {
                place++;
            }
            children.add(place, with(set, name, value));
        }
        return owner.withChildren(children);
    }

    private static Element with(Element set, String name, String value) {
        List<Element> pairs = new ArrayList<>(set.children());
        for (int i = 0; i < pairs.size(); i++) {
            if (name.equals(pairs.get(i).attribute("name"))) {
                pairs.set(i, pairs.get(i).withAttribute("value", value));
                return set.withChildren(pairs);
            }
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("name", name);
        attributes.put("value", value);
        attributes.put("id", set.id() + "-" + name.replaceAll("[^A-Za-z0-9_.-]", "_"));
        pairs.add(Element.of("nvpair", attributes, List.of()));
        return set.withChildren(pairs);
    }

    private static Element without(Element set, String name) {
        List<Element> pairs = new ArrayList<>(set.children());
        pairs.removeIf(pair -> name.equals(pair.attribute("name")));
        return set.withChildren(pairs);
    }

    static @Nullable String value(Element owner, String tag, String name) {
        for (Element set : owner.children(tag)) {
            for (Element pair : set.children("nvpair")) {
                if (name.equals(pair.attribute("name"))) {
                    return pair.attribute("value", "");
                }
            }
        }
        return null;
    }

    static Element setMeta(Element configuration, String id, String name, @Nullable String value) {
        return onResource(configuration, id, resource -> pair(resource, "meta_attributes", id, name, value));
    }

    static Element setNodeAttribute(Element configuration, String uname, String name, @Nullable String value) {
        return onNode(
                configuration, uname, node -> pair(node, "instance_attributes", "nodes-" + node.id(), name, value));
    }

    /** Sets {@code target-role} and takes it away from what the resource holds, so that it takes effect there too. */
    static Element targetRole(Element configuration, String id, String role) {
        return onResource(configuration, id, resource -> {
            Element children = resource;
            List<Element> next = new ArrayList<>();
            for (Element child : resource.children()) {
                next.add(RESOURCES.contains(child.name()) ? withoutTargetRole(child) : child);
            }
            children = resource.withChildren(next);
            return pair(children, "meta_attributes", id, "target-role", role);
        });
    }

    private static Element withoutTargetRole(Element resource) {
        Element own = pair(resource, "meta_attributes", resource.id(), "target-role", null);
        List<Element> next = new ArrayList<>();
        for (Element child : own.children()) {
            next.add(RESOURCES.contains(child.name()) ? withoutTargetRole(child) : child);
        }
        return own.withChildren(next);
    }

    static Element section(Element configuration, String name, UnaryOperator<List<Element>> function) {
        List<Element> sections = new ArrayList<>(configuration.children());
        for (int i = 0; i < sections.size(); i++) {
            if (sections.get(i).is(name)) {
                sections.set(
                        i,
                        sections.get(i)
                                .withChildren(function.apply(sections.get(i).children())));
                return configuration.withChildren(sections);
            }
        }
        List<Element> made = function.apply(List.of());
        if (made.isEmpty()) {
            return configuration;
        }
        sections.add(Element.of(name, Map.of(), made));
        return configuration.withChildren(sections);
    }

    /** Adds the constraint, or puts it in the place of the one that has its id. */
    static Element putConstraint(Element configuration, Element constraint) {
        return section(configuration, "constraints", constraints -> {
            List<Element> next = new ArrayList<>(constraints);
            next.removeIf(other -> other.id().equals(constraint.id()));
            next.add(constraint);
            return next;
        });
    }

    static Element removeConstraints(Element configuration, Predicate<Element> test) {
        return section(configuration, "constraints", constraints -> {
            List<Element> next = new ArrayList<>(constraints);
            next.removeIf(test);
            return next;
        });
    }

    /** Constraints that a move or ban of this resource has left. */
    static Predicate<Element> isRequestFor(String resource) {
        return constraint -> constraint.is("rsc_location")
                && (constraint.id().equals("cli-prefer-" + resource)
                        || constraint.id().startsWith("cli-ban-" + resource + "-on-")
                        || constraint.id().equals("cli-standby-" + resource));
    }

    /** Ids of everything that {@link #delete} would take away together with these ids. */
    static Set<String> referring(Element configuration, Set<String> ids) {
        Set<String> found = new LinkedHashSet<>();
        for (Element section : configuration.children("constraints")) {
            for (Element constraint : section.children()) {
                if (refers(constraint, ids)) {
                    found.add(constraint.id());
                }
            }
        }
        return found;
    }

    private static boolean refers(Element constraint, Set<String> ids) {
        for (String end : List.of("rsc", "with-rsc", "first", "then")) {
            if (ids.contains(constraint.attribute(end, ""))) {
                return true;
            }
        }
        for (Element set : constraint.children("resource_set")) {
            for (Element member : set.children()) {
                if (ids.contains(member.id())) {
                    return true;
                }
            }
        }
        return false;
    }
}
