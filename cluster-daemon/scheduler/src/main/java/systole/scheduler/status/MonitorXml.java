package systole.scheduler.status;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.kernel.DateText;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.FailedOperation;
import systole.scheduler.working.History;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;
import systole.scheduler.working.Ticket;

/**
 * The state of a cluster as {@code crm_mon --output-as=xml} prints it. Agents read this line by line with grep: one element
 * per line, and the order of the attributes, are part of the contract (agent-tool-shims.md section 5).
 */
public final class MonitorXml {
    private static final DateTimeFormatter TIME = DateText.COLUMNS;
    private static final String OLD_FEATURES = "<3.15.1";

    private final Cluster cluster;
    private final ZoneId zone;
    private final boolean inactive;
    private final StringBuilder out = new StringBuilder();

    private MonitorXml(Cluster cluster, ZoneId zone, boolean inactive) {
        this.cluster = cluster;
        this.zone = zone;
        this.inactive = inactive;
    }

    /**
     * The document without its outermost element, indented by two blanks.
     *
     * @param inactive whether what runs nowhere is shown too
     * @param fencing lines of the fence history, each an element indented by four blanks; may be empty
     */
    public static String sections(Cluster cluster, ZoneId zone, boolean inactive, List<String> fencing) {
        MonitorXml xml = new MonitorXml(cluster, zone, inactive);
        xml.summary();
        xml.nodes();
        xml.resources();
        xml.attributes();
        xml.history();
        xml.failures();
        if (!fencing.isEmpty()) {
            xml.out.append("  <fence_history>\n");
            fencing.forEach(line -> xml.out.append(line).append('\n'));
            xml.out.append("  </fence_history>\n");
        }
        xml.tickets();
        xml.bans();
        return xml.out.toString();
    }

    // ---- lines ------------------------------------------------------------------------------------------------------

    /** One element; {@code pairs} are names and values, those with a null value are left out. */
    private void line(int depth, String name, boolean open, @Nullable String... pairs) {
        out.append("  ".repeat(depth)).append('<').append(name);
        for (int i = 0; i < pairs.length; i += 2) {
            String value = pairs[i + 1];
            if (value != null) {
                out.append(' ')
                        .append(pairs[i])
                        .append("=\"")
                        .append(escaped(value))
                        .append('"');
            }
        }
        out.append(open ? ">\n" : "/>\n");
    }

    private void close(int depth, String name) {
        out.append("  ".repeat(depth)).append("</").append(name).append(">\n");
    }

    /** One agent hands the document to printf: no percent sign and no backslash may stand in it. */
    public static String escaped(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace('%', '_')
                .replace('\\', '_')
                .replace('\n', ' ');
    }

    private static String flag(boolean value) {
        return Boolean.toString(value);
    }

    private String time(long epochSeconds) {
        return time(epochSeconds, zone);
    }

    /** As ctime writes it: {@code Wed Nov  5 23:09:40 2026}. */
    public static String time(long epochSeconds, ZoneId zone) {
        return Instant.ofEpochSecond(epochSeconds).atZone(zone).format(TIME);
    }

    // ---- summary and nodes ------------------------------------------------------------------------------------------

    private void summary() {
        Element cib = cluster.cib;
        Options options = cluster.options;
        line(1, "summary", true);
        line(2, "stack", false, "type", options.text("cluster-infrastructure", "corosync"));
        Node dc = cluster.dc;
        if (dc == null) {
            line(2, "current_dc", false, "present", "false");
        } else {
            line(
                    2,
                    "current_dc",
                    false,
                    "present",
                    "true",
                    "version",
                    options.text("dc-version", "2.1.5"),
                    "name",
                    dc.name,
                    "id",
                    dc.id,
                    "with_quorum",
                    flag(cluster.quorate),
                    "mixed_version",
                    "false");
        }
        line(2, "last_update", false, "time", time(cluster.nowSeconds));
        line(
                2,
                "last_change",
                false,
                "time",
                cib.attribute("cib-last-written", ""),
                "user",
                cib.attribute("update-user", ""),
                "client",
                cib.attribute("update-client", ""),
                "origin",
                cib.attribute("update-origin", ""));
        line(2, "nodes_configured", false, "number", Integer.toString(cluster.nodes.size()));
        int disabled = 0;
        int blocked = 0;
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && !resource.internal && !(resource.removed && !Activeness.active(resource))) {
                disabled += Activeness.disabled(resource) ? 1 : 0;
                blocked += resource.blocked ? 1 : 0;
            }
        }
        line(
                2,
                "resources_configured",
                false,
                "number",
                Integer.toString(StatusText.instances(cluster)),
                "disabled",
                Integer.toString(disabled),
                "blocked",
                Integer.toString(blocked));
        line(
                2,
                "cluster_options",
                false,
                "stonith-enabled",
                flag(Values.isTrue(options.text("fencing-enabled", options.text("stonith-enabled", "true")))),
                "symmetric-cluster",
                flag(options.symmetric),
                "no-quorum-policy",
                options.quorumPolicy == Options.QuorumPolicy.FENCE
                        ? "suicide"
                        : options.quorumPolicy.name().toLowerCase(Locale.ROOT),
                "maintenance-mode",
                flag(options.maintenance),
                "stop-all-resources",
                flag(options.stopAll),
                "stonith-timeout-ms",
                Long.toString(options.fencingTimeoutMs),
                "priority-fencing-delay-ms",
                Long.toString(options.priorityFencingDelayMs));
        close(1, "summary");
    }

    private void nodes() {
        if (cluster.nodes.isEmpty()) {
            return;
        }
        line(1, "nodes", true);
        for (Node node : cluster.nodes) {
            boolean member = node.kind == Node.Kind.CLUSTER;
            Resource launcher = node.isGuest() ? node.launcher() : null;
            line(
                    2,
                    "node",
                    false,
                    "name",
                    node.name,
                    "id",
                    node.id,
                    "online",
                    flag(node.online),
                    "standby",
                    flag(node.standby),
                    "standby_onfail",
                    flag(node.standbyOnFail),
                    "maintenance",
                    flag(node.maintenance),
                    "pending",
                    flag(node.pending),
                    "unclean",
                    flag(node.unclean),
                    "health",
                    StatusText.healthColour(cluster, node),
                    "feature_set",
                    member && node.online ? node.attributes.getOrDefault("#feature-set", OLD_FEATURES) : null,
                    "shutdown",
                    flag(node.shutdown),
                    "expected_up",
                    flag(node.expectedUp),
                    "is_dc",
                    flag(node == cluster.dc),
                    "resources_running",
                    Integer.toString(node.running.size()),
                    "type",
                    member ? "member" : "remote",
                    "id_as_resource",
                    launcher == null ? null : launcher.id);
        }
        close(1, "nodes");
    }

    // ---- resources --------------------------------------------------------------------------------------------------

    private void resources() {
        List<Resource> shown = new ArrayList<>();
        for (Resource resource : cluster.resources) {
            boolean active = Activeness.active(resource);
            if (!(resource.removed && !active) && (inactive || active)) {
                shown.add(resource);
            }
        }
        if (shown.isEmpty()) {
            return;
        }
        line(1, "resources", true);
        shown.forEach(resource -> resource(resource, 2));
        close(1, "resources");
    }

    private void resource(Resource resource, int depth) {
        if (!inactive && !Activeness.active(resource)) {
            return;
        }
        switch (resource.variant) {
            case PRIMITIVE -> primitive(resource, depth);
            case GROUP -> group(resource, depth);
            case CLONE -> clone(resource, depth);
            case BUNDLE -> bundle(resource, depth);
        }
    }

    private void group(Resource group, int depth) {
        line(
                depth,
                "group",
                true,
                "id",
                group.id,
                "number_resources",
                Integer.toString(group.children.size()),
                "managed",
                flag(group.managed),
                "disabled",
                flag(Activeness.disabled(group)));
        group.children.forEach(child -> resource(child, depth + 1));
        close(depth, "group");
    }

    private void clone(Resource clone, int depth) {
        line(
                depth,
                "clone",
                true,
                "id",
                clone.id,
                "multi_state",
                flag(clone.promotable),
                "unique",
                flag(clone.unique),
                "managed",
                flag(clone.managed),
                "disabled",
                flag(Activeness.disabled(clone)),
                "failed",
                flag(clone.failed),
                "failure_ignored",
                flag(clone.failureIgnored),
                "target_role",
                clone.meta.get("target-role"));
        for (Resource child : clone.children) {
            if (!(child.removed && !Activeness.active(child) && !inactive)) {
                resource(child, depth + 1);
            }
        }
        close(depth, "clone");
    }

    private void bundle(Resource bundle, int depth) {
        if (bundle.bundle == null) {
            return;
        }
        line(
                depth,
                "bundle",
                true,
                "id",
                bundle.id,
                "type",
                bundle.bundle.engine,
                "image",
                bundle.bundle.image,
                "unique",
                flag(bundle.bundle.replicasPerHost > 1),
                "managed",
                flag(bundle.managed),
                "failed",
                flag(bundle.failed));
        for (Replica replica : bundle.bundle.replicas) {
            line(depth + 1, "replica", true, "id", Integer.toString(replica.number));
            for (Resource part : new Resource[] {replica.ip, replica.child, replica.container, replica.connection}) {
                if (part != null) {
                    resource(part, depth + 2);
                }
            }
            close(depth + 1, "replica");
        }
        close(depth, "bundle");
    }

    private void primitive(Resource resource, int depth) {
        Element xml = resource.definition.xml;
        String provider = xml.attribute("provider", "");
        String agent = xml.attribute("class", "") + (provider.isEmpty() ? "" : ":" + provider) + ":"
                + xml.attribute("type", "");
        String pending = ResourceLines.pendingWord(resource);
        boolean underWay = pending != null && !pending.equals("Monitoring");
        Role role = resource.role == Role.UNKNOWN ? Role.STOPPED : resource.role;
        if (role == Role.STARTED && Activeness.promotable(resource)) {
            role = Role.UNPROMOTED;
        }
        line(
                depth,
                "resource",
                !resource.active.isEmpty(),
                "id",
                resource.unique ? resource.id : ResourceLines.withoutNumber(resource.id),
                "resource_agent",
                agent,
                "role",
                underWay ? pending : role.word(),
                "target_role",
                resource.meta.get("target-role"),
                "active",
                flag(Activeness.active(resource)),
                "orphaned",
                flag(resource.removed),
                "blocked",
                flag(resource.blocked),
                "managed",
                flag(resource.managed),
                "failed",
                flag(resource.failed),
                "failure_ignored",
                flag(resource.failureIgnored),
                "nodes_running_on",
                Integer.toString(resource.active.size()),
                "pending",
                underWay ? null : pending);
        if (resource.active.isEmpty()) {
            return;
        }
        for (Node node : resource.active) {
            line(depth + 1, "node", false, "name", node.name, "id", node.id, "cached", flag(node.online));
        }
        close(depth, "resource");
    }

    // ---- what is recorded -------------------------------------------------------------------------------------------

    private void attributes() {
        int undo = out.length();
        line(1, "node_attributes", true);
        int start = out.length();
        for (Node node : cluster.nodes) {
            Map<String, String> shown = NodeAttributes.shown(node);
            if (shown.isEmpty()) {
                continue;
            }
            Map<String, Long> expected = NodeAttributes.expected(cluster, node);
            line(2, "node", true, "name", node.name);
            shown.forEach((name, value) ->
                    line(3, "attribute", false, "name", name, "value", value, "expected", number(expected.get(name))));
            close(2, "node");
        }
        if (out.length() == start) {
            out.setLength(undo);
        } else {
            close(1, "node_attributes");
        }
    }

    private static @Nullable String number(@Nullable Long value) {
        return value == null ? null : Long.toString(value);
    }

    private void history() {
        int undo = out.length();
        line(1, "node_history", true);
        int start = out.length();
        List<Node> inOrder = new ArrayList<>();
        for (Element status : cluster.cib.children("status")) {
            for (Element state : status.children("node_state")) {
                Node node = cluster.nodeById(state.id());
                if (node != null && node.online) {
                    inOrder.add(node);
                }
            }
        }
        for (Node node : inOrder) {
            int beforeNode = out.length();
            line(2, "node", true, "name", node.name);
            int inNode = out.length();
            node.everyHistory.forEach(history -> resourceHistory(node, history));
            if (out.length() == inNode) {
                out.setLength(beforeNode);
            } else {
                close(2, "node");
            }
        }
        if (out.length() == start) {
            out.setLength(undo);
        } else {
            close(1, "node_history");
        }
    }

    private void resourceHistory(Node node, History history) {
        Resource resource = history.resource;
        List<HistoryEntry> shown = new ArrayList<>();
        for (HistoryEntry entry : history.entries) {
            boolean harmlessProbe = entry.isProbe() && entry.rc == 7;
            if (entry.isPending() || harmlessProbe || entry.rc == 193 || entry.task.equals("notify")) {
                continue;
            }
            shown.add(entry);
        }
        if (shown.isEmpty() || resource == null) {
            return;
        }
        int failures = cluster.failCounts.plain(resource, node);
        long last = cluster.failCounts.lastFailure(resource, node);
        line(
                3,
                "resource_history",
                true,
                "id",
                resource.unique ? history.name : ResourceLines.withoutNumber(history.name),
                "orphan",
                flag(resource.removed),
                "migration-threshold",
                Integer.toString(resource.migrationThreshold),
                "fail-count",
                failures > 0 ? count(failures) : null,
                "last-failure",
                failures > 0 && last > 0 ? time(last) : null);
        for (HistoryEntry entry : shown) {
            String exec = entry.xml.attribute("exec-time");
            String queue = entry.xml.attribute("queue-time");
            line(
                    4,
                    "operation_history",
                    false,
                    "call",
                    Integer.toString(entry.callId),
                    "task",
                    entry.isProbe() ? "probe" : entry.task,
                    "rc",
                    Integer.toString(entry.rc),
                    "rc_text",
                    ExitTexts.shortText(entry.rc),
                    "interval",
                    entry.intervalMs > 0 ? entry.intervalMs + "ms" : null,
                    "last-rc-change",
                    entry.lastChange > 0 ? time(entry.lastChange) : null,
                    "exec-time",
                    exec == null ? null : exec + "ms",
                    "queue-time",
                    queue == null ? null : queue + "ms");
        }
        close(3, "resource_history");
    }

    private static String count(int failures) {
        return failures >= 1_000_000 ? "INFINITY" : Integer.toString(failures);
    }

    private void failures() {
        if (cluster.failedOperations.isEmpty()) {
            return;
        }
        line(1, "failures", true);
        for (FailedOperation failed : cluster.failedOperations) {
            HistoryEntry entry = failed.entry();
            String key = entry.xml.attribute("operation_key");
            boolean dated = entry.lastChange > 0;
            line(
                    2,
                    "failure",
                    false,
                    key == null ? "id" : "op_key",
                    key == null ? entry.id : key,
                    "node",
                    failed.node().name,
                    "exitstatus",
                    ExitTexts.shortText(entry.rc),
                    "exitreason",
                    reason(entry),
                    "exitcode",
                    Integer.toString(entry.rc),
                    "call",
                    Integer.toString(entry.callId),
                    "status",
                    statusText(entry.status),
                    "last-rc-change",
                    dated ? dashed(entry.lastChange) : null,
                    "queued",
                    dated && key != null ? entry.xml.attribute("queue-time", "0") : null,
                    "exec",
                    dated && key != null ? entry.xml.attribute("exec-time", "0") : null,
                    "interval",
                    dated ? Long.toString(entry.intervalMs) : null,
                    "task",
                    dated ? entry.task : null);
        }
        close(1, "failures");
    }

    private String dashed(long epochSeconds) {
        return Instant.ofEpochSecond(epochSeconds)
                .atZone(zone)
                .format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss XXX", Locale.ROOT))
                .replace(" Z", "Z");
    }

    private static String reason(HistoryEntry entry) {
        return entry.xml.attribute("exit-reason", "none");
    }

    private static String statusText(int status) {
        return switch (status) {
            case -1 -> "pending";
            case 0 -> "complete";
            case 1 -> "Cancelled";
            case 2 -> "Timed Out";
            case 3 -> "NOT SUPPORTED";
            case 4 -> "Error";
            case 5 -> "Hard error";
            case 6 -> "Fatal error";
            case 7 -> "Not installed";
            case 8 -> "Not connected";
            case 9 -> "No fence device";
            case 10 -> "Invalid";
            default -> "UNKNOWN!";
        };
    }

    private void tickets() {
        if (cluster.tickets.isEmpty()) {
            return;
        }
        line(1, "tickets", true);
        Map<String, Ticket> sorted = new LinkedHashMap<>(cluster.tickets);
        sorted.forEach((id, ticket) -> line(
                2,
                "ticket",
                false,
                "id",
                id,
                "status",
                ticket.granted() ? "granted" : "revoked",
                "standby",
                flag(ticket.standby())));
        close(1, "tickets");
    }

    /** What names a location constraint in the list: its rule if it has one, else itself; by the id of the constraint. */
    private Map<String, String> namesOfBans() {
        Map<String, String> names = new TreeMap<>();
        for (Element configuration : cluster.cib.children("configuration")) {
            for (Element section : configuration.children("constraints")) {
                for (Element constraint : section.children("rsc_location")) {
                    for (Element rule : constraint.children("rule")) {
                        names.put(constraint.id(), rule.id());
                    }
                    names.putIfAbsent(constraint.id(), constraint.id());
                }
            }
        }
        return names;
    }

    private void bans() {
        int undo = out.length();
        line(1, "bans", true);
        int start = out.length();
        Map<String, String> constraints = namesOfBans();
        for (Location location : cluster.locations) {
            String name = constraints.get(location.id());
            if (name == null) {
                continue; // Made by the cluster itself, as for a node in bad health.
            }
            List<Location.Entry> entries = new ArrayList<>(location.entries());
            entries.sort(Comparator.comparingInt((Location.Entry entry) -> entry.node().index)
                    .reversed());
            for (Location.Entry entry : entries) {
                if (entry.score() < 0) {
                    String promotedOnly = flag(location.role() == Role.PROMOTED);
                    line(
                            2,
                            "ban",
                            false,
                            "id",
                            name,
                            "resource",
                            location.resource().id,
                            "node",
                            entry.node().name,
                            "weight",
                            Integer.toString(entry.score()),
                            "promoted-only",
                            promotedOnly,
                            "master_only",
                            promotedOnly);
                }
            }
        }
        if (out.length() == start) {
            out.setLength(undo);
        } else {
            close(1, "bans");
        }
    }
}
