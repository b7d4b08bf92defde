package systole.scheduler.reading;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;

/** The {@code nodes} section (input-and-status, section 8). */
final class NodeReading {
    private final Cluster cluster;

    NodeReading(Cluster cluster) {
        this.cluster = cluster;
    }

    void read(@Nullable Element nodes) {
        if (nodes == null) {
            return;
        }
        for (Element element : nodes.children()) {
            if (!element.is("node")) {
                continue;
            }
            String id = element.attribute("id");
            String name = element.attribute("uname");
            if (id == null || name == null) {
                cluster.warnings.add("a node entry without id or uname is ignored");
                continue;
            }
            String type = element.attribute("type");
            Node.Kind kind;
            if (type == null || type.equals("member")) {
                kind = Node.Kind.CLUSTER;
            } else if (type.equals("remote")) {
                kind = Node.Kind.REMOTE;
            } else {
                cluster.warnings.add("nodes from " + id + " on are ignored: unknown node type " + type);
                return;
            }
            if (cluster.nodeById(id) != null) {
                continue;
            }
            Node node = cluster.addNode(id, name, kind, Values.score(element.attribute("score"), 0));
            node.unclean = kind == Node.Kind.CLUSTER && cluster.options.startupFencing;
            if (id.equalsIgnoreCase(cluster.cib.attribute("dc-uuid", ""))) {
                cluster.dc = node;
            }
            addAttributes(cluster, element, node, false);
            utilization(cluster, element, node);
        }
    }

    /** Capacity; what is read later replaces what was read before. */
    static void utilization(Cluster cluster, Element element, Node node) {
        Map<String, String> values = new LinkedHashMap<>();
        AttributeBlocks.collect(
                element,
                "utilization",
                cluster.rules().withNode(node.attributes),
                AttributeBlocks.Default.REMOVES,
                values);
        values.forEach((name, value) -> node.capacity.put(name, capacity(value)));
    }

    static int capacity(String text) {
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, Values.integer(text, 0)));
    }

    /** Built-in attributes and those of the element's {@code instance_attributes}. */
    static void addAttributes(Cluster cluster, Element parent, Node node, boolean replace) {
        Map<String, String> attributes = node.attributes;
        attributes.put("#uname", node.name);
        attributes.put("#id", node.id);
        attributes.put("#is_dc", String.valueOf(node == cluster.dc));
        String clusterName = cluster.options.clusterName;
        if (!clusterName.isEmpty()) {
            attributes.put("#cluster-name", clusterName);
        }
        node.attributesKnown = true;
        Map<String, String> found = new LinkedHashMap<>();
        AttributeBlocks.collect(
                parent,
                "instance_attributes",
                cluster.rules().withNode(attributes),
                AttributeBlocks.Default.REMOVES,
                found);
        found.forEach((name, value) -> {
            if (replace) {
                attributes.put(name, value);
            } else {
                attributes.putIfAbsent(name, value);
            }
        });
        kind(node);
        if (!attributes.containsKey("#site-name")) {
            String site = attributes.get("site-name");
            if (site != null) {
                attributes.put("#site-name", site);
            } else if (!clusterName.isEmpty()) {
                attributes.put("#site-name", clusterName);
            }
        }
    }

    /** {@code #kind} always exists. */
    static void kind(Node node) {
        node.attributes.put(
                "#kind",
                switch (node.kind) {
                    case CLUSTER -> "cluster";
                    case REMOTE -> "remote";
                    case GUEST -> "container";
                });
    }
}
