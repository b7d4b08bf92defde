package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;

/** Nodes that follow from resources: remote nodes and guests (input-and-status 18.1, 18.2). */
final class RemoteNodes {
    private final Cluster cluster;
    private final Set<String> ids = new HashSet<>();

    RemoteNodes(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Creates the nodes; returns the implicit connections of guests, to be read after all resources. */
    List<Element> create(Element resources) {
        collectIds(resources);
        List<Element> connections = new ArrayList<>();
        for (Element child : resources.children()) {
            if (child.is("primitive")) {
                if (isRemote(child)) {
                    node(child.id(), Node.Kind.REMOTE);
                } else {
                    guest(child, connections);
                }
            } else if (child.is("group")) {
                for (Element member : child.children("primitive")) {
                    guest(member, connections);
                }
            }
        }
        return connections;
    }

    private void collectIds(Element parent) {
        for (Element child : parent.children()) {
            switch (child.name()) {
                case "primitive" -> ids.add(child.id());
                case "group", "clone", "bundle" -> {
                    ids.add(child.id());
                    collectIds(child);
                }
                default -> {
                    // no resource
                }
            }
        }
    }

    private static boolean isRemote(Element primitive) {
        return primitive.attribute("class", "").equals("ocf")
                && primitive.attribute("provider", "").equals("pacemaker")
                && primitive.attribute("type", "").equals("remote");
    }

    private void node(String name, Node.Kind kind) {
        if (cluster.node(name) == null) {
            Node node = cluster.addNode(name, name, kind, 0);
            NodeReading.kind(node);
        }
    }

    private void guest(Element primitive, List<Element> connections) {
        if (!AttributeBlocks.hasBlocks(primitive, "meta_attributes")) {
            return;
        }
        Map<String, String> meta = new LinkedHashMap<>();
        for (Element block : primitive.children("meta_attributes")) {
            for (Element pair : block.children("nvpair")) {
                String name = pair.attribute("name");
                String value = pair.attribute("value");
                if (name != null && value != null) {
                    meta.put(name, value);
                }
            }
        }
        String name = meta.get("remote-node");
        if (name == null || name.isEmpty() || !ids.add(name)) {
            return;
        }
        node(name, Node.Kind.GUEST);
        connections.add(connection(
                name,
                primitive.id(),
                meta.get("remote-allow-migrate"),
                meta.get("is-managed"),
                meta.getOrDefault("remote-connect-timeout", "60s"),
                meta.get("remote-addr"),
                meta.get("remote-port")));
    }

    /** The implicit connection of a guest or bundle node. */
    static Element connection(
            String id,
            String container,
            @Nullable String allowMigrate,
            @Nullable String managed,
            @Nullable String connectTimeout,
            @Nullable String address,
            @Nullable String port) {
        List<Element> meta = new ArrayList<>();
        meta.add(pair(id, "meta", "container", container));
        meta.add(pair(id, "meta", "internal-rsc", "true"));
        if (allowMigrate != null) {
            meta.add(pair(id, "meta", "allow-migrate", allowMigrate));
        }
        if (managed != null) {
            meta.add(pair(id, "meta", "is-managed", managed));
        }
        List<Element> children = new ArrayList<>();
        children.add(Element.of("meta_attributes", Map.of("id", id + "-meta"), meta));
        List<Element> parameters = new ArrayList<>();
        if (address != null) {
            parameters.add(pair(id, "params", "addr", address));
        }
        if (port != null) {
            parameters.add(pair(id, "params", "port", port));
        }
        List<Element> operations = new ArrayList<>();
        operations.add(Element.leaf(
                "op", "id", id + "-monitor-interval-30s", "name", "monitor", "interval", "30s", "timeout", "30s"));
        if (connectTimeout != null) {
            operations.add(Element.leaf(
                    "op", "id", id + "-start-interval-0", "name", "start", "interval", "0", "timeout", connectTimeout));
        }
        children.add(Element.of("operations", Map.of(), operations));
        if (!parameters.isEmpty()) {
            children.add(Element.of("instance_attributes", Map.of("id", id + "-params"), parameters));
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", id);
        attributes.put("class", "ocf");
        attributes.put("provider", "pacemaker");
        attributes.put("type", "remote");
        return Element.of("primitive", attributes, children);
    }

    static Element pair(String owner, String block, String name, String value) {
        return Element.leaf("nvpair", "id", owner + "-" + block + "-" + name, "name", name, "value", value);
    }
}
