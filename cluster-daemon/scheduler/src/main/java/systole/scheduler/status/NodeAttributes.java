package systole.scheduler.status;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** The attributes of nodes that {@code crm_mon -A} shows: of nodes that are online, without those that the cluster keeps for itself. */
public final class NodeAttributes {
    private static final List<String> KEPT_BACK =
            List.of("shutdown", "terminate", "standby", "maintenance", "probe_complete_hidden");

    private NodeAttributes() {}

    /** Names and values by name; empty if none is to be shown. */
    static SortedMap<String, String> shown(Node node) {
        SortedMap<String, String> shown = new TreeMap<>();
        if (node.online) {
            node.attributes.forEach((name, value) -> {
                if (!name.startsWith("#")
                        && !KEPT_BACK.contains(name)
                        && !name.startsWith("fail-count")
                        && !name.startsWith("last-failure")) {
                    shown.put(name, value);
                }
            });
        }
        return shown;
    }

    /** What the attribute of each ping resource that runs on a node is when all hosts answer, by the attribute's name. */
    static Map<String, Long> expected(Cluster cluster, Node node) {
        Map<String, Long> expected = new TreeMap<>();
        for (Resource resource : node.running) {
            String type = resource.definition.xml.attribute("type", "");
            if (!resource.isPrimitive() || !type.equals("ping") && !type.equals("pingd")) {
                continue;
            }
            Map<String, String> parameters = new TreeMap<>();
            for (Element set : resource.definition.xml.children("instance_attributes")) {
                set.children("nvpair")
                        .forEach(pair ->
                                parameters.putIfAbsent(pair.attribute("name", ""), pair.attribute("value", "")));
            }
            String hosts = parameters.getOrDefault("host_list", "").strip();
            int multiplier = cluster.options.score(parameters.getOrDefault("multiplier", "1"), 1);
            int count = hosts.isEmpty() ? 0 : hosts.split("\\s+").length;
            if (count > 0) {
                expected.putIfAbsent(parameters.getOrDefault("name", "pingd"), (long) count * multiplier);
            }
        }
        return expected;
    }

    /** The section {@code Node Attributes:}, each line ended; empty if there is nothing to show. */
    public static String text(Cluster cluster) {
        StringBuilder out = new StringBuilder();
        for (Node node : cluster.nodes) {
            SortedMap<String, String> shown = shown(node);
            if (shown.isEmpty()) {
                continue;
            }
            Map<String, Long> expected = expected(cluster, node);
            out.append("  * Node: ").append(node.name).append(":\n");
            shown.forEach((name, value) -> {
                out.append(String.format("    * %-32s\t: %-10s", name, value));
                out.append(connectivity(value, expected.get(name))).append('\n');
            });
        }
        return out.isEmpty() ? "" : "Node Attributes:\n" + out;
    }

    private static String connectivity(String value, @Nullable Long expected) {
        if (expected == null || !value.matches("-?[0-9]{1,15}")) {
            return "";
        }
        long score = Long.parseLong(value);
        if (score <= 0) {
            return "\t: Connectivity is lost";
        }
        return score < expected ? "\t: Connectivity is degraded (Expected=" + expected + ")" : "";
    }
}
