package systole.scheduler.status;

import java.util.LinkedHashMap;
import java.util.Map;
import systole.model.Element;

/** The nodes of a configuration with their permanent attributes, as {@code crm node show} prints them. */
public final class NodeLines {
    private NodeLines() {}

    /** One node: {@code name(id): type}, and a line for each attribute, indented by a tab. */
    public static String of(Element node) {
        String name = node.attribute("uname", node.id());
        StringBuilder out = new StringBuilder(name);
        if (!node.id().equals(name)) {
            out.append('(').append(node.id()).append(')');
        }
        out.append(": ").append(type(node)).append('\n');
        attributes(node)
                .forEach((key, value) ->
                        out.append('\t').append(key).append('=').append(value).append('\n'));
        return out.toString();
    }

    /** All nodes of the configuration. */
    public static String all(Element configuration) {
        StringBuilder out = new StringBuilder();
        configuration.children("nodes").forEach(nodes -> nodes.children("node").forEach(node -> out.append(of(node))));
        return out.toString();
    }

    public static String type(Element node) {
        return node.attribute("type", "member");
    }

    public static Map<String, String> attributes(Element node) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (Element set : node.children("instance_attributes")) {
            for (Element pair : set.children("nvpair")) {
                attributes.put(pair.attribute("name", ""), pair.attribute("value", ""));
            }
        }
        return attributes;
    }
}
