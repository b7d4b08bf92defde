package systole.daemon.tool;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import systole.api.Answer;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.model.Element;
import systole.scheduler.reading.Reading;
import systole.scheduler.status.MonitorXml;
import systole.scheduler.status.NodeAttributes;
import systole.scheduler.status.StatusText;
import systole.scheduler.working.Cluster;

/** {@code crm_mon}: once, as XML (new and old form) or as text. */
final class CrmMon {
    private static final String[] OPTIONS = {
        "1,one-shot",
        "r,inactive",
        "X,as-xml",
        "x,output-as,output-as:",
        "x,output-to,output-to:",
        "n,group-by-node",
        "A,show-node-attributes",
        "f,failcounts",
        "o,operations",
        "t,timing-details",
        "c,tickets",
        "m,fence-history?",
        "N,group-by,exclude:",
        "L,neg-locations?",
        "j,pending",
        "b,brief",
        "R,show-detail",
        "D,hide-headers",
        "s,simple-status",
        "V,verbose",
    };

    private CrmMon() {}

    static ToolStep answer(ToolCall call, ToolOptions options, Answer.Status status) {
        boolean inactive = options.has("inactive");
        boolean old = options.has("as-xml");
        String form = options.value("output-as", old ? "xml" : "text");
        Cluster cluster = Reading.read(status.cib(), Instant.now(), false);
        return switch (form) {
            case "xml" -> ToolStep.out(xml(call, cluster, old, inactive));
            case "text", "console" ->
                ToolStep.out(
                        options.has("simple-status")
                                ? simple(cluster)
                                : text(cluster, status.cib(), inactive, options.has("show-node-attributes")));
            default ->
                ToolStep.fail(AgentTools.USAGE, "crm_mon: the form '" + form + "' is not offered; take xml or text");
        };
    }

    static ToolOptions options(ToolCall call) throws UsageException {
        // Agents cluster the letters of flags: -1X, -1r.
        List<String> single = new ArrayList<>();
        for (String word : call.arguments()) {
            if (word.matches("-[1rXnAfotcjbRDsV]{2,}")) {
                word.substring(1).chars().forEach(letter -> single.add("-" + (char) letter));
            } else {
                single.add(word);
            }
        }
        return new ToolOptions(single, OPTIONS);
    }

    private static String xml(ToolCall call, Cluster cluster, boolean old, boolean inactive) {
        String sections = MonitorXml.sections(cluster, ZoneId.systemDefault(), inactive, List.of());
        if (old) {
            return "<?xml version=\"1.0\"?>\n<crm_mon version=\"2.1.5\">\n" + sections + "</crm_mon>\n";
        }
        String request = MonitorXml.escaped(String.join(" ", call.name(), String.join(" ", call.arguments()))
                .strip());
        return "<pacemaker-result api-version=\"2.25\" request=\"" + request + "\">\n" + sections
                + "  <status code=\"0\" message=\"OK\"/>\n</pacemaker-result>\n";
    }

    private static String simple(Cluster cluster) {
        long online = cluster.nodes.stream().filter(node -> node.online).count();
        return "CLUSTER OK: " + online + " nodes online, " + StatusText.instances(cluster)
                + " resource instances configured\n";
    }

    private static String text(Cluster cluster, Element cib, boolean inactive, boolean attributes) {
        StringBuilder out = new StringBuilder("Cluster Summary:\n  * Stack: corosync\n");
        if (cluster.dc == null) {
            out.append("  * Current DC: NONE\n");
        } else {
            out.append("  * Current DC: ")
                    .append(cluster.dc.name)
                    .append(" (version ")
                    .append(cluster.options.text("dc-version", "2.1.5"))
                    .append(") - partition ")
                    .append(cluster.quorate ? "with" : "WITHOUT")
                    .append(" quorum\n");
        }
        Map<String, String> changed = cib.attributes();
        out.append("  * Last updated: ").append(MonitorXml.time(cluster.nowSeconds, ZoneId.systemDefault()));
        out.append("\n  * Last change:  ").append(changed.getOrDefault("cib-last-written", ""));
        out.append(" by ").append(changed.getOrDefault("update-user", ""));
        out.append(" via ").append(changed.getOrDefault("update-client", ""));
        out.append(" on ").append(changed.getOrDefault("update-origin", ""));
        out.append("\n  * ").append(cluster.nodes.size()).append(" nodes configured\n");
        out.append("  * ").append(StatusText.instances(cluster)).append(" resource instances configured\n\n");
        if (!inactive) {
            cluster.resources = new ArrayList<>(cluster.resources);
            cluster.resources.removeIf(resource -> !StatusText.isActive(resource));
        }
        String list = StatusText.of(cluster, true);
        if (!inactive) {
            list = list.replace("  * Full List of Resources:\n", "  * Active Resources:\n")
                    .replace("    * No resources\n", "    * No active resources\n");
        }
        list.lines()
                .map(line ->
                        line.startsWith("  * ") ? line.substring(4) : line.startsWith("  ") ? line.substring(2) : line)
                .forEach(line -> out.append(line).append('\n'));
        String shown = attributes ? NodeAttributes.text(cluster) : "";
        return shown.isEmpty() ? out.toString() : out + "\n" + shown;
    }
}
