package systole.scheduler.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** A status section that can be changed node by node; {@link #cib} gives the whole document back. */
final class StatusEdit {
    private final Element cib;
    private final List<Element> others = new ArrayList<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    /** One node state under change; of several histories of one name the last one has the plain name. */
    static final class Node {
        Map<String, String> attributes = new LinkedHashMap<>();
        List<Element> others = new ArrayList<>();
        Map<String, Resource> resources = new LinkedHashMap<>();

        @Nullable
        Element transients;
    }

    /** One resource history under change. */
    static final class Resource {
        Map<String, String> attributes = new LinkedHashMap<>();
        Map<String, Element> entries = new LinkedHashMap<>();
        int highestCall;
    }

    StatusEdit(Element cib) {
        this.cib = cib;
        for (Element child : cib.child("status").orElse(Element.leaf("status")).children()) {
            if (child.is("node_state")) {
                nodes.put(key(child), node(child));
            } else {
                others.add(child);
            }
        }
    }

    private String key(Element state) {
        String id = state.id();
        return nodes.containsKey(id) ? id + "#" + nodes.size() : id;
    }

    private static Node node(Element state) {
        Node node = new Node();
        node.attributes.putAll(state.attributes());
        for (Element child : state.children()) {
            if (child.is("lrm") && node.resources.isEmpty()) {
                child.child("lrm_resources").ifPresent(all -> {
                    for (Element resource : all.children("lrm_resource")) {
                        Resource earlier = node.resources.remove(resource.id());
                        if (earlier != null) {
                            node.resources.put(resource.id() + "#" + node.resources.size(), earlier);
                        }
                        node.resources.put(resource.id(), resource(resource));
                    }
                });
            } else if (child.is("transient_attributes") && node.transients == null) {
                node.transients = child;
            } else {
                node.others.add(child);
            }
        }
        return node;
    }

    private static Resource resource(Element element) {
        Resource resource = new Resource();
        resource.attributes.putAll(element.attributes());
        for (Element entry : element.children("lrm_rsc_op")) {
            String key =
                    resource.entries.containsKey(entry.id()) ? entry.id() + "#" + resource.entries.size() : entry.id();
            resource.entries.put(key, entry);
            resource.highestCall = Math.max(resource.highestCall, number(entry.attribute("call-id", "0")));
        }
        return resource;
    }

    static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The state of a node by id, else by name; created if there is none. */
    Node node(String id, String name) {
        Node found = nodes.get(id);
        if (found == null) {
            for (Node each : nodes.values()) {
                if (name.toLowerCase(Locale.ROOT)
                        .equals(each.attributes.getOrDefault("uname", "").toLowerCase(Locale.ROOT))) {
                    return each;
                }
            }
            found = new Node();
            found.attributes.put("id", id);
            found.attributes.put("uname", name);
            nodes.put(id, found);
        }
        return found;
    }

    /** Takes tickets and whatever else is beside the nodes. */
    List<Element> others() {
        return others;
    }

    Element cib() {
        List<Element> states = new ArrayList<>(others);
        nodes.values().forEach(node -> states.add(state(node)));
        Element status = Element.of("status", Map.of(), states);
        List<Element> children = new ArrayList<>();
        boolean placed = false;
        for (Element child : cib.children()) {
            if (child.is("status")) {
                children.add(status);
                placed = true;
            } else {
                children.add(child);
            }
        }
        if (!placed) {
            children.add(status);
        }
        return cib.withChildren(children);
    }

    private static Element state(Node node) {
        List<Element> children = new ArrayList<>();
        if (node.transients != null) {
            children.add(node.transients);
        }
        children.addAll(node.others);
        List<Element> resources = new ArrayList<>();
        for (Resource resource : node.resources.values()) {
            resources.add(Element.of("lrm_resource", resource.attributes, new ArrayList<>(resource.entries.values())));
        }
        Element all = Element.of("lrm_resources", Map.of(), resources);
        children.add(Element.of("lrm", Map.of("id", node.attributes.getOrDefault("id", "")), List.of(all)));
        return Element.of("node_state", node.attributes, children);
    }
}
