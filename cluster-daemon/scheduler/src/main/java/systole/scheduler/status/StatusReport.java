package systole.scheduler.status;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import systole.kernel.DateText;
import systole.model.Element;
import systole.model.Options;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.FailedOperation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/**
 * The state of a cluster in the layout of {@code crm status}, and as fields of a JSON object. Immutable after it is made; what it
 * prints depends on the CIB, the facts, the moment and the zone alone, so that a daemon and a command line print the same.
 */
public final class StatusReport {
    /** Where an instance of a resource runs, and as what. */
    public record Place(String node, String role) {}

    private final Element cib;
    private final Map<String, String> facts;
    private final Cluster cluster;
    private final Instant now;
    private final DateTimeFormatter date;

    private StatusReport(Element cib, Map<String, String> facts, Instant now, ZoneId zone) {
        this.cib = cib;
        this.facts = facts;
        this.now = now;
        this.date = DateText.DATE.withZone(zone);
        this.cluster = Reading.read(cib, now, false);
    }

    /**
     * @param cib configuration and status, or a configuration alone
     * @param facts what the daemon says beside the CIB ({@code coordinator}, {@code quorate}); empty for a file
     */
    public static StatusReport of(Element cib, Map<String, String> facts, Instant now, ZoneId zone) {
        return new StatusReport(cib.is("cib") ? cib : Element.of("cib", Map.of(), List.of(cib)), facts, now, zone);
    }

    // ---- text -------------------------------------------------------------------------------------------------------

    /** All that {@code status} prints, the last line ended. @param words full words of {@link StatusParts#WORDS} */
    public String printed(List<String> warnings, List<String> words) {
        List<String> parts = StatusParts.expanded(words);
        return parts.contains("simple") ? simple() + "\n" : text(warnings, parts);
    }

    private String text(List<String> warnings) {
        StringBuilder out = new StringBuilder();
        summary(out, warnings);
        out.append('\n').append(lists());
        requests(out);
        failures(out);
        return out.toString();
    }

    private String text(List<String> warnings, List<String> words) {
        if (words.isEmpty()) {
            return text(warnings);
        }
        StringBuilder out = new StringBuilder();
        if (!words.contains("noheaders")) {
            summary(out, warnings);
            out.append('\n');
        }
        if (words.contains("bynode")) {
            out.append(StatusParts.byNode(cluster));
        } else if (words.contains("brief")) {
            String lists = lists();
            int resources = lists.indexOf("Full List of Resources:");
            out.append(lists, 0, resources < 0 ? lists.length() : resources).append(StatusParts.brief(cluster));
        } else {
            out.append(lists());
        }
        if (words.contains("attributes")) {
            String attributes = NodeAttributes.text(cluster);
            out.append(attributes.isEmpty() ? "" : "\n" + attributes);
        }
        if (words.contains("tickets")) {
            out.append('\n').append(StatusParts.tickets(cib));
        }
        if (words.contains("ops") || words.contains("timing")) {
            out.append('\n').append(StatusParts.operations(cib, words.contains("timing"), date));
        }
        if (words.contains("failcounts")) {
            out.append('\n').append(StatusParts.migrationSummary(cluster, cib, date));
        }
        requests(out);
        failures(out);
        return out.toString();
    }

    private void summary(StringBuilder out, List<String> warnings) {
        out.append("Cluster Summary:\n");
        line(out, "Stack: systole");
        boolean quorum = hasQuorum();
        String coordinator = coordinator();
        line(
                out,
                "Current DC: " + (coordinator.isEmpty() ? "NONE" : coordinator) + " - partition "
                        + (quorum ? "with quorum" : "WITHOUT quorum"));
        line(out, "Last updated: " + date.format(now));
        String written = cib.attribute("cib-last-written", "");
        if (!written.isEmpty()) {
            line(
                    out,
                    "Last change:  " + written + by("by", "update-user") + by("via", "update-client")
                            + by("on", "update-origin"));
        }
        int nodes = cluster.nodes.size();
        line(out, nodes + (nodes == 1 ? " node configured" : " nodes configured"));
        line(out, instances());
        if (cluster.options.maintenance) {
            out.append("\n              *** Resource management is DISABLED ***\n");
            out.append("  The cluster will not attempt to start, stop or recover services\n");
        }
        List<String> all = withFencing(warnings);
        if (!all.isEmpty()) {
            out.append("\nWarnings:\n");
            all.forEach(warning -> line(out, warning));
        }
    }

    /** One line for monitors: {@code CLUSTER OK: 3 nodes online, 7 resource instances configured}. */
    public String simple() {
        int online = 0;
        List<String> problems = new ArrayList<>();
        for (Node node : cluster.nodes) {
            if (node.online) {
                online++;
            } else {
                problems.add("offline node: " + node.name);
            }
        }
        if (!hasQuorum()) {
            problems.add(0, "no quorum");
        }
        return problems.isEmpty()
                ? "CLUSTER OK: " + online + (online == 1 ? " node" : " nodes") + " online, " + instances()
                : "CLUSTER WARN: " + String.join(", ", problems);
    }

    /** What keeps the cluster from being healthy, the worst first; empty if nothing does. */
    public List<String> problems(List<String> warnings) {
        List<String> problems = new ArrayList<>();
        if (!hasQuorum()) {
            problems.add("this partition has no quorum");
        }
        for (Node node : cluster.nodes) {
            if (node.unclean) {
                problems.add("node " + node.name + " is unclean: it must be fenced before its resources run elsewhere");
            } else if (!node.online) {
                problems.add("node " + node.name + " is offline");
            }
        }
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && resource.blocked) {
                problems.add("resource " + resource.id + " is blocked (systole explain " + resource.configId() + ")");
            }
        }
        cluster.failedOperations.forEach(failed -> problems.add(failure(failed)));
        problems.addAll(withFencing(warnings));
        return problems;
    }

    private Element configuration() {
        return cib.child("configuration").orElse(Element.leaf("configuration"));
    }

    /** Fencing that is off stays visible for as long as it is off. */
    private List<String> withFencing(List<String> warnings) {
        List<String> all = new ArrayList<>(warnings);
        boolean said = all.stream().anyMatch(warning -> warning.contains("encing"));
        for (Element section : configuration().children("crm_config")) {
            for (Element set : section.children("cluster_property_set")) {
                for (Element pair : set.children("nvpair")) {
                    String name = pair.attribute("name", "");
                    boolean fencing = name.equals("stonith-enabled") || name.equals("fencing-enabled");
                    if (!said && fencing && Options.isFalse(pair.attribute("value", ""))) {
                        said = true;
                        all.add("fencing is off (" + name + "=false): a node that hangs may run a resource that has"
                                + " started elsewhere");
                    }
                }
            }
        }
        return all;
    }

    private static void line(StringBuilder out, String text) {
        out.append("  * ").append(text).append('\n');
    }

    private String by(String word, String attribute) {
        String value = cib.attribute(attribute, "");
        return value.isEmpty() ? "" : " " + word + " " + value;
    }

    private boolean hasQuorum() {
        return facts.containsKey("quorate") ? "true".equals(facts.get("quorate")) : cluster.quorate;
    }

    private String coordinator() {
        String fact = facts.get("coordinator");
        if (fact != null) {
            return fact;
        }
        Node dc = cluster.dc;
        return dc == null ? "" : dc.name;
    }

    private String instances() {
        int all = 0;
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && !resource.internal && !(resource.removed && resource.active.isEmpty())) {
                all++;
            }
        }
        String heading = StatusText.heading(cluster);
        StringBuilder suffix = new StringBuilder();
        int disabled = count(heading, " DISABLED");
        int blocked = count(heading, " BLOCKED");
        if (disabled > 0 || blocked > 0) {
            suffix.append(" (");
            suffix.append(disabled > 0 ? disabled + " DISABLED" : "");
            suffix.append(disabled > 0 && blocked > 0 ? ", " : "");
            suffix.append(blocked > 0 ? blocked + " BLOCKED from further action due to failure" : "");
            suffix.append(')');
        }
        return all + (all == 1 ? " resource instance configured" : " resource instances configured") + suffix;
    }

    /** The number that stands before the word in a line of the heading, as {@code 2 of 7 … DISABLED}. */
    private static int count(String heading, String word) {
        int at = heading.indexOf(word);
        if (at < 0) {
            return 0;
        }
        if (word.equals(" BLOCKED") && heading.lastIndexOf(" and ", at) > heading.lastIndexOf('\n', at)) {
            String number = heading.substring(heading.lastIndexOf(" and ", at) + 5, at);
            return number.chars().allMatch(Character::isDigit) && !number.isEmpty() ? Integer.parseInt(number) : 0;
        }
        int start = heading.lastIndexOf('\n', at) + 1;
        int end = heading.indexOf(' ', start);
        String number = heading.substring(start, Math.max(start, end));
        return !number.isEmpty() && number.chars().allMatch(Character::isDigit) ? Integer.parseInt(number) : 0;
    }

    /** Node and resource list, each title at the margin. */
    private String lists() {
        StringBuilder out = new StringBuilder();
        for (String line : StatusText.of(cluster, true).split("\n", -1)) {
            if (line.startsWith("  * ") && line.endsWith(":") && (line.contains("List"))) {
                out.append(line.substring(4)).append('\n');
            } else {
                out.append(line.startsWith("  ") ? line.substring(2) : line).append('\n');
            }
        }
        return out.toString().stripTrailing() + "\n";
    }

    /** The resource list alone. */
    public String resourceList() {
        String lists = lists();
        String title = "Full List of Resources:\n";
        int at = lists.indexOf(title);
        return at < 0 ? lists : title + lists.substring(at + title.length());
    }

    /** What moves and bans have left in force: nothing hides behind the list of resources. */
    private void requests(StringBuilder out) {
        List<String> found = new ArrayList<>();
        for (Element constraints : configuration().children("constraints")) {
            for (Element constraint : constraints.children("rsc_location")) {
                String id = constraint.id();
                if (id.startsWith("cli-prefer-") || id.startsWith("cli-ban-")) {
                    String resource = constraint.attribute("rsc", "");
                    found.add(id + ": " + resource + (id.startsWith("cli-ban-") ? " is kept from " : " is asked to ")
                            + node(constraint) + " (systole resource clear " + resource + ")");
                }
            }
        }
        if (!found.isEmpty()) {
            out.append("\nRequests in Force:\n");
            found.forEach(text -> line(out, text));
        }
    }

    private static String node(Element constraint) {
        String node = constraint.attribute("node", "");
        if (!node.isEmpty()) {
            return node;
        }
        for (Element rule : constraint.children("rule")) {
            for (Element expression : rule.children("expression")) {
                if (expression.attribute("attribute", "").equals("#uname")) {
                    node = expression.attribute("value", "");
                }
            }
            for (Element date : rule.children("date_expression")) {
                node += date.attribute("end") == null ? "" : " until " + date.attribute("end");
            }
        }
        return node;
    }

    private void failures(StringBuilder out) {
        if (cluster.failedOperations.isEmpty()) {
            return;
        }
        out.append("\nFailed Resource Actions:\n");
        for (FailedOperation failed : cluster.failedOperations) {
            line(out, failure(failed));
        }
    }

    private String failure(FailedOperation failed) {
        var entry = failed.entry();
        StringBuilder out = new StringBuilder(failed.resource().id);
        if (entry.intervalMs > 0) {
            out.append(' ').append(interval(entry.intervalMs)).append("-interval");
        }
        out.append(' ').append(entry.task).append(" on ").append(failed.node().name);
        String status = entry.xml.attribute("op-status", "0");
        out.append(" returned '").append(ExitTexts.of(entry.rc)).append('\'');
        String reason = entry.xml.attribute("exit-reason", "");
        if (!reason.isEmpty()) {
            out.append(" (").append(reason).append(')');
        } else if (status.equals("2")) {
            out.append(" (timed out)");
        }
        if (entry.lastChange > 0) {
            out.append(" at ").append(date.format(Instant.ofEpochSecond(entry.lastChange)));
        }
        String execution = entry.xml.attribute("exec-time", "");
        return out.append(execution.isEmpty() ? "" : " after " + execution + "ms")
                .toString();
    }

    private static String interval(long millis) {
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    // ---- questions --------------------------------------------------------------------------------------------------

    /** Where the resource, or anything that it holds, is active; without doubles. */
    public List<Place> places(String id) {
        List<Place> places = new ArrayList<>();
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && isPartOf(resource, id)) {
                for (Node node : resource.active) {
                    Place place = new Place(node.name, resource.role.word());
                    if (places.stream().noneMatch(other -> other.node().equals(place.node()))) {
                        places.add(place);
                    }
                }
            }
        }
        return places;
    }

    private static boolean isPartOf(Resource resource, String id) {
        for (Resource each = resource; each != null; each = each.parent) {
            int colon = each.id.lastIndexOf(':');
            if (each.id.equals(id) || (colon > 0 && each.id.substring(0, colon).equals(id))) {
                return true;
            }
        }
        return false;
    }

    public List<String> runningOn(String id) {
        List<String> nodes = new ArrayList<>();
        places(id).forEach(place -> nodes.add(place.node()));
        return nodes;
    }

    // ---- JSON -------------------------------------------------------------------------------------------------------

    public Map<String, Object> json(List<String> warnings) {
        Map<String, Object> root = new LinkedHashMap<>();
        Map<String, Object> summary = new LinkedHashMap<>();
        summary.put("stack", "systole");
        summary.put("coordinator", coordinator());
        summary.put("quorate", hasQuorum());
        summary.put(
                "version",
                cib.attribute("admin_epoch", "0") + "." + cib.attribute("epoch", "0") + "."
                        + cib.attribute("num_updates", "0"));
        summary.put("lastChange", cib.attribute("cib-last-written", ""));
        summary.put("maintenance", cluster.options.maintenance);
        summary.put("time", now.toString());
        summary.putAll(facts);
        summary.put("quorate", hasQuorum());
        root.put("summary", summary);
        root.put("warnings", withFencing(warnings));
        List<Object> nodes = new ArrayList<>();
        for (Node node : cluster.nodes) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", node.name);
            fields.put("id", node.id);
            fields.put("type", node.kind.name().toLowerCase(Locale.ROOT));
            fields.put("online", node.online);
            fields.put("unclean", node.unclean);
            fields.put("pending", node.pending);
            fields.put("standby", node.standby);
            fields.put("maintenance", node.maintenance);
            List<String> running = new ArrayList<>();
            node.running.forEach(resource -> running.add(resource.id));
            fields.put("resources", running);
            nodes.add(fields);
        }
        root.put("nodes", nodes);
        root.put("resources", resources());
        List<Object> failures = new ArrayList<>();
        for (FailedOperation failed : cluster.failedOperations) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("resource", failed.resource().id);
            fields.put("node", failed.node().name);
            fields.put("operation", failed.entry().task);
            fields.put("intervalMillis", failed.entry().intervalMs);
            fields.put("rc", failed.entry().rc);
            fields.put("status", failed.entry().status);
            fields.put("reason", failed.entry().xml.attribute("exit-reason", ""));
            fields.put(
                    "at",
                    Instant.ofEpochSecond(Math.max(0, failed.entry().lastChange))
                            .toString());
            failures.add(fields);
        }
        root.put("failures", failures);
        root.put("failCounts", StatusParts.failCounts(cib));
        root.put("tickets", StatusParts.ticketStates(cib));
        return root;
    }

    public List<Object> resources() {
        List<Object> list = new ArrayList<>();
        for (Resource resource : cluster.resources) {
            if (!resource.internal && !(resource.removed && resource.active.isEmpty())) {
                list.add(json(resource));
            }
        }
        return list;
    }

    private static Map<String, Object> json(Resource resource) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", resource.id);
        fields.put("kind", resource.variant.name().toLowerCase(Locale.ROOT));
        if (resource.isPrimitive()) {
            fields.put("agent", String.valueOf(resource.definition.agent));
            fields.put("role", resource.role.word());
            List<String> nodes = new ArrayList<>();
            resource.active.forEach(node -> nodes.add(node.name));
            fields.put("nodes", nodes);
        }
        fields.put("managed", resource.managed);
        fields.put("failed", resource.failed);
        fields.put("blocked", resource.blocked);
        fields.put("orphaned", resource.removed);
        if (!resource.children.isEmpty()) {
            List<Object> children = new ArrayList<>();
            resource.children.forEach(child -> children.add(json(child)));
            fields.put("children", children);
        }
        return fields;
    }
}
