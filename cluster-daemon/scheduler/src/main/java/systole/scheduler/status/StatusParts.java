package systole.scheduler.status;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import systole.model.Element;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** The parts of {@code status} that are shown when a word asks for them, in the form of crm_mon. */
public final class StatusParts {
    /** Words that {@code status} takes. */
    public static final List<String> WORDS = List.of(
            "attributes",
            "brief",
            "bynode",
            "detail",
            "failcounts",
            "full",
            "inactive",
            "noheaders",
            "ops",
            "quiet",
            "simple",
            "tickets",
            "timing",
            "verbose");

    private StatusParts() {}

    /** The words with what {@code full} stands for. */
    static List<String> expanded(List<String> words) {
        List<String> found = new ArrayList<>(words);
        if (found.contains("full")) {
            found.addAll(List.of("bynode", "tickets", "failcounts", "timing"));
        }
        return found;
    }

    static String byNode(Cluster cluster) {
        StringBuilder out = new StringBuilder("Node List:\n");
        for (Node node : cluster.nodes) {
            out.append("  * Node ")
                    .append(node.name)
                    .append(": ")
                    .append(state(node))
                    .append(":\n");
            if (!node.running.isEmpty()) {
                out.append("    * Resources:\n");
                for (Resource resource : node.running) {
                    out.append("      * ")
                            .append(resource.id)
                            .append("\t(")
                            .append(resource.definition.agent)
                            .append("):\t ")
                            .append(resource.failed ? "FAILED " : "")
                            .append(resource.role.word())
                            .append(resource.managed ? "" : " (unmanaged)")
                            .append('\n');
                }
            }
        }
        StringBuilder stopped = new StringBuilder();
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && !resource.internal && !resource.removed && resource.active.isEmpty()) {
                stopped.append("  * ")
                        .append(resource.id)
                        .append("\t(")
                        .append(resource.definition.agent)
                        .append("):\t Stopped\n");
            }
        }
        return stopped.isEmpty() ? out.toString() : out + "\nInactive Resources:\n" + stopped;
    }

    private static String state(Node node) {
        if (node.unclean) {
            return "UNCLEAN (" + (node.online ? "online" : "offline") + ")";
        }
        if (node.pending) {
            return "pending";
        }
        if (!node.online) {
            return "OFFLINE";
        }
        return node.maintenance ? "maintenance" : node.standby ? "standby" : "online";
    }

    /** How many of each agent run where. */
    static String brief(Cluster cluster) {
        Map<String, Map<String, Integer>> counts = new TreeMap<>();
        Map<String, Integer> all = new TreeMap<>();
        for (Resource resource : cluster.everyResource) {
            if (!resource.isPrimitive() || resource.internal) {
                continue;
            }
            String agent = String.valueOf(resource.definition.agent);
            all.merge(agent, 1, Integer::sum);
            for (Node node : resource.active) {
                counts.computeIfAbsent(agent, key -> new TreeMap<>()).merge(node.name, 1, Integer::sum);
            }
        }
        StringBuilder out = new StringBuilder("Full List of Resources:\n");
        all.forEach((agent, configured) -> {
            Map<String, Integer> running = counts.getOrDefault(agent, Map.of());
            int active = running.values().stream().mapToInt(Integer::intValue).sum();
            if (running.isEmpty()) {
                out.append("  * 0/")
                        .append(configured)
                        .append("\t(")
                        .append(agent)
                        .append("):\t Stopped\n");
            }
            running.forEach((node, count) -> out.append("  * ")
                    .append(count)
                    .append('/')
                    .append(Math.max(configured, active))
                    .append("\t(")
                    .append(agent)
                    .append("):\t Active ")
                    .append(node)
                    .append('\n'));
        });
        return out.toString();
    }

    /** Counts of failures by node and resource, as {@code node: {resource: {fail-count, last-failure}}}. */
    static Map<String, Map<String, Map<String, String>>> failCounts(Element cib) {
        Map<String, Map<String, Map<String, String>>> nodes = new LinkedHashMap<>();
        for (Element state : cib.child("status").orElse(Element.leaf("status")).children("node_state")) {
            for (Element attributes : state.children("transient_attributes")) {
                for (Element set : attributes.children("instance_attributes")) {
                    for (Element pair : set.children("nvpair")) {
                        failCount(state, pair, nodes);
                    }
                }
            }
        }
        return nodes;
    }

    private static void failCount(Element state, Element pair, Map<String, Map<String, Map<String, String>>> nodes) {
        String name = pair.attribute("name", "");
        for (String kind : List.of("fail-count", "last-failure")) {
            if (name.startsWith(kind + "-")) {
                String rest = name.substring(kind.length() + 1);
                int operation = rest.indexOf('#');
                String resource = operation < 0 ? rest : rest.substring(0, operation);
                String value = pair.attribute("value", "");
                nodes.computeIfAbsent(state.attribute("uname", state.id()), key -> new TreeMap<>())
                        .computeIfAbsent(resource, key -> new LinkedHashMap<>())
                        .merge(kind, value, (a, b) -> kind.equals("fail-count") ? sum(a, b) : later(a, b));
            }
        }
    }

    private static String sum(String a, String b) {
        return isNumber(a) && isNumber(b) ? Long.toString(Long.parseLong(a) + Long.parseLong(b)) : "INFINITY";
    }

    private static String later(String a, String b) {
        return isNumber(a) && isNumber(b) && Long.parseLong(a) > Long.parseLong(b) ? a : b;
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,15}");
    }

    static String migrationSummary(Cluster cluster, Element cib, DateTimeFormatter date) {
        StringBuilder out = new StringBuilder("Migration Summary:\n");
        failCounts(cib).forEach((node, resources) -> {
            out.append("  * Node: ").append(node).append(":\n");
            resources.forEach((id, facts) -> {
                out.append("    * ").append(id).append(": migration-threshold=").append(threshold(cluster, id));
                facts.forEach((name, value) -> out.append(' ')
                        .append(name)
                        .append('=')
                        .append(
                                name.equals("last-failure") && isNumber(value)
                                        ? "'" + date.format(Instant.ofEpochSecond(Long.parseLong(value))) + "'"
                                        : value));
                out.append('\n');
            });
        });
        return out.toString();
    }

    private static String threshold(Cluster cluster, String id) {
        for (Resource resource : cluster.everyResource) {
            if (resource.id.equals(id) || resource.configId().equals(id)) {
                return resource.migrationThreshold >= 1_000_000
                        ? "1000000"
                        : Integer.toString(resource.migrationThreshold);
            }
        }
        return "1000000";
    }

    static String operations(Element cib, boolean timing, DateTimeFormatter date) {
        StringBuilder out = new StringBuilder("Operations:\n");
        for (Element state : cib.child("status").orElse(Element.leaf("status")).children("node_state")) {
            out.append("  * Node: ")
                    .append(state.attribute("uname", state.id()))
                    .append(":\n");
            for (Element lrm : state.children("lrm")) {
                for (Element list : lrm.children("lrm_resources")) {
                    for (Element resource : list.children("lrm_resource")) {
                        out.append("    * ").append(resource.id()).append(":\n");
                        resource.children("lrm_rsc_op").forEach(op -> operation(op, timing, date, out));
                    }
                }
            }
        }
        return out.toString();
    }

    private static void operation(Element op, boolean timing, DateTimeFormatter date, StringBuilder out) {
        String interval = op.attribute("interval", "0");
        out.append("      * (")
                .append(op.attribute("call-id", "?"))
                .append(") ")
                .append(op.attribute("operation", ""));
        if (!interval.equals("0")) {
            out.append(": interval=").append(interval).append("ms");
        }
        if (timing) {
            String changed = op.attribute("last-rc-change", "");
            if (isNumber(changed)) {
                out.append(" last-rc-change='")
                        .append(date.format(Instant.ofEpochSecond(Long.parseLong(changed))))
                        .append('\'');
            }
            for (String name : List.of("exec-time", "queue-time")) {
                if (op.attribute(name) != null) {
                    out.append(' ')
                            .append(name)
                            .append('=')
                            .append(op.attribute(name, ""))
                            .append("ms");
                }
            }
        }
        out.append(" rc=").append(op.attribute("rc-code", "?")).append('\n');
    }

    /** What is known of tickets, by name. */
    public static Map<String, Map<String, String>> ticketStates(Element cib) {
        Map<String, Map<String, String>> found = new LinkedHashMap<>();
        for (Element status : cib.children("status")) {
            for (Element tickets : status.children("tickets")) {
                for (Element state : tickets.children("ticket_state")) {
                    Map<String, String> attributes = new LinkedHashMap<>(state.attributes());
                    attributes.remove("id");
                    found.put(state.id(), attributes);
                }
            }
        }
        return found;
    }

    static String tickets(Element cib) {
        StringBuilder out = new StringBuilder("Tickets:\n");
        ticketStates(cib).forEach((ticket, facts) -> {
            boolean granted = "true".equals(facts.get("granted"));
            boolean standby = "true".equals(facts.get("standby"));
            out.append("  * ")
                    .append(ticket)
                    .append("\t: ")
                    .append(granted ? "granted" : "revoked")
                    .append(standby ? " [standby]" : "")
                    .append('\n');
        });
        return out.toString();
    }
}
