package systole.daemon.tool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.api.Answer;
import systole.model.Element;

/**
 * {@code crm_mon} as XML. Agents read it line by line with grep: one element per line, and the order of the attributes,
 * are part of the contract; so is the absence of percent signs and backslashes, because one agent prints it with printf.
 */
final class CrmMonXml {
    private final Element cib;
    private final Map<String, String> facts;
    private final StringBuilder out = new StringBuilder();
    private final Map<String, Map<String, Instance>> instances = new LinkedHashMap<>();

    /** What the last results say of a resource on a node. */
    private record Instance(String role, boolean failed) {}

    private CrmMonXml(Answer.Status status) {
        this.cib = status.cib();
        this.facts = status.facts();
    }

    static String write(Answer.Status status, boolean old) {
        CrmMonXml self = new CrmMonXml(status);
        self.readHistory();
        String name = old ? "crm_mon" : "pacemaker-result";
        self.out.append(
                old
                        ? "<crm_mon version=\"2.1.5\">\n"
                        : "<pacemaker-result api-version=\"2.25\" request=\"crm_mon --output-as=xml\">\n");
        self.summary();
        self.nodes();
        self.resources();
        self.attributes();
        if (!old) {
            self.out.append("  <status code=\"0\" message=\"OK\"/>\n");
        }
        self.out.append("</").append(name).append(">\n");
        return self.out.toString();
    }

    private void readHistory() {
        for (Element state :
                cib.child("status").map(s -> s.children("node_state")).orElse(List.of())) {
            String node = state.attribute("uname", state.id());
            List<Element> resources = state.child("lrm")
                    .flatMap(lrm -> lrm.child("lrm_resources"))
                    .map(all -> all.children("lrm_resource"))
                    .orElse(List.of());
            for (Element resource : resources) {
                Instance instance = instance(resource);
                if (!instance.role().equals("Stopped")) {
                    instances
                            .computeIfAbsent(resource.id(), id -> new LinkedHashMap<>())
                            .put(node, instance);
                }
            }
        }
    }

    private static Instance instance(Element resource) {
        List<Element> operations = new ArrayList<>(resource.children("lrm_rsc_op"));
        operations.sort(Comparator.comparingInt(op -> number(op.attribute("call-id", "0"))));
        String role = "Stopped";
        boolean failed = false;
        for (Element op : operations) {
            int rc = number(op.attribute("rc-code", "-1"));
            if (number(op.attribute("op-status", "0")) < 0 || rc == 193) {
                continue;
            }
            String done = switch (op.attribute("operation", "")) {
                case "start", "demote", "migrate_from" -> rc == 0 ? "Started" : "";
                case "promote" -> rc == 0 ? "Promoted" : "";
                case "stop", "migrate_to" -> rc == 0 ? "Stopped" : "";
                case "monitor" ->
                    switch (rc) {
                        case 0, 190 -> "Started";
                        case 8, 191 -> "Promoted";
                        case 5, 7 -> "Stopped";
                        default -> "";
                    };
                default -> role;
            };
            failed = done.isEmpty();
            role = failed && role.equals("Stopped") ? "Started" : failed ? role : done;
        }
        return new Instance(role, failed);
    }

    private void summary() {
        out.append("  <summary>\n    <stack type=\"corosync\"/>\n    <current_dc present=\"")
                .append(!facts.getOrDefault("coordinator", "").isEmpty())
                .append("\" version=\"2.1.5\" name=\"")
                .append(clean(facts.getOrDefault("coordinator", "")))
                .append("\" with_quorum=\"")
                .append(facts.getOrDefault("quorate", "false"))
                .append("\"/>\n  </summary>\n");
    }

    private void nodes() {
        out.append("  <nodes>\n");
        for (AgentTools.ClusterNode node : AgentTools.ClusterNode.all(cib)) {
            StringBuilder line = new StringBuilder("    <node");
            CibQuery.attribute(line, "name", clean(node.name()));
            CibQuery.attribute(line, "id", clean(node.id()));
            CibQuery.attribute(line, "online", Boolean.toString(node.isMember()));
            CibQuery.attribute(line, "standby", Boolean.toString(isSet(node.name(), "standby")));
            CibQuery.attribute(line, "standby_onfail", "false");
            CibQuery.attribute(line, "maintenance", Boolean.toString(isSet(node.name(), "maintenance")));
            CibQuery.attribute(line, "pending", "false");
            CibQuery.attribute(line, "unclean", "false");
            CibQuery.attribute(line, "health", "green");
            CibQuery.attribute(line, "shutdown", "false");
            CibQuery.attribute(line, "expected_up", Boolean.toString(node.isMember()));
            CibQuery.attribute(
                    line, "is_dc", Boolean.toString(node.name().equals(facts.getOrDefault("coordinator", ""))));
            long running = instances.values().stream()
                    .filter(where -> where.containsKey(node.name()))
                    .count();
            CibQuery.attribute(line, "resources_running", Long.toString(running));
            CibQuery.attribute(line, "type", "member");
            out.append(line).append("/>\n");
        }
        out.append("  </nodes>\n");
    }

    private boolean isSet(String node, String attribute) {
        Optional<Element> element = cib.child("configuration")
                .flatMap(c -> c.child("nodes"))
                .flatMap(all -> all.children("node").stream()
                        .filter(one -> one.attribute("uname", "").equals(node))
                        .findFirst());
        return element.stream()
                .flatMap(one -> one.children("instance_attributes").stream())
                .flatMap(set -> set.children("nvpair").stream())
                .filter(pair -> pair.attribute("name", "").equals(attribute))
                .anyMatch(pair -> List.of("on", "true", "yes", "1").contains(pair.attribute("value", "")));
    }

    private void resources() {
        out.append("  <resources>\n");
        cib.child("configuration")
                .flatMap(c -> c.child("resources"))
                .map(Element::children)
                .orElse(List.of())
                .forEach(resource -> resource(resource, "    ", false, false));
        out.append("  </resources>\n");
    }

    private void resource(Element element, String indent, boolean inClone, boolean promotable) {
        switch (element.name()) {
            case "group" -> {
                long members = element.children("primitive").size();
                out.append(indent)
                        .append("<group id=\"")
                        .append(clean(element.id()))
                        .append("\" number_resources=\"");
                out.append(members).append("\" managed=\"true\" disabled=\"false\">\n");
                element.children("primitive").forEach(one -> resource(one, indent + "  ", inClone, promotable));
                out.append(indent).append("</group>\n");
            }
            case "clone", "master" -> {
                boolean promotes =
                        element.is("master") || meta(element, "promotable").equals("true");
                out.append(indent)
                        .append("<clone id=\"")
                        .append(clean(element.id()))
                        .append("\" multi_state=\"");
                out.append(promotes).append("\" unique=\"false\" managed=\"true\" disabled=\"false\" failed=\"false\"");
                out.append(" failure_ignored=\"false\">\n");
                element.children().forEach(child -> resource(child, indent + "  ", true, promotes));
                out.append(indent).append("</clone>\n");
            }
            case "primitive" -> primitive(element, indent, inClone, promotable);
            default -> {
                // Attribute sets of a clone or group.
            }
        }
    }

    private void primitive(Element element, String indent, boolean inClone, boolean promotable) {
        Map<String, Instance> where = new LinkedHashMap<>();
        instances.forEach((id, nodes) -> {
            if (id.equals(element.id()) || (inClone && id.startsWith(element.id() + ":"))) {
                where.putAll(nodes);
            }
        });
        if (where.isEmpty()) {
            line(element, indent, "Stopped", false, "");
        }
        where.forEach((node, instance) -> {
            String role = instance.role().equals("Started") && promotable ? "Unpromoted" : instance.role();
            line(element, indent, role, instance.failed(), node);
        });
    }

    private void line(Element element, String indent, String role, boolean failed, String node) {
        String provider = element.attribute("provider", "");
        String agent = element.attribute("class", "") + (provider.isEmpty() ? "" : ":" + provider) + ":"
                + element.attribute("type", "");
        StringBuilder line = new StringBuilder(indent).append("<resource");
        CibQuery.attribute(line, "id", clean(element.id()));
        CibQuery.attribute(line, "resource_agent", clean(agent));
        CibQuery.attribute(line, "role", role);
        CibQuery.attribute(line, "active", Boolean.toString(!node.isEmpty()));
        CibQuery.attribute(line, "orphaned", "false");
        CibQuery.attribute(line, "blocked", "false");
        CibQuery.attribute(line, "managed", "true");
        CibQuery.attribute(line, "failed", Boolean.toString(failed));
        CibQuery.attribute(line, "failure_ignored", "false");
        CibQuery.attribute(line, "nodes_running_on", node.isEmpty() ? "0" : "1");
        if (node.isEmpty()) {
            out.append(line).append("/>\n");
            return;
        }
        String id = AgentTools.ClusterNode.all(cib).stream()
                .filter(one -> one.name().equals(node))
                .map(AgentTools.ClusterNode::id)
                .findFirst()
                .orElse("");
        out.append(line).append(">\n").append(indent).append("  <node");
        StringBuilder place = new StringBuilder();
        CibQuery.attribute(place, "name", clean(node));
        CibQuery.attribute(place, "id", clean(id));
        CibQuery.attribute(place, "cached", "true");
        out.append(place).append("/>\n").append(indent).append("</resource>\n");
    }

    private void attributes() {
        out.append("  <node_attributes>\n");
        for (Element state :
                cib.child("status").map(s -> s.children("node_state")).orElse(List.of())) {
            List<Element> pairs = state.child("transient_attributes").stream()
                    .flatMap(all -> all.children("instance_attributes").stream())
                    .flatMap(set -> set.children("nvpair").stream())
                    .toList();
            out.append("    <node name=\"")
                    .append(clean(state.attribute("uname", "")))
                    .append("\">\n");
            for (Element pair : pairs) {
                StringBuilder line = new StringBuilder("      <attribute");
                CibQuery.attribute(line, "name", clean(pair.attribute("name", "")));
                CibQuery.attribute(line, "value", clean(pair.attribute("value", "")));
                out.append(line).append("/>\n");
            }
            out.append("    </node>\n");
        }
        out.append("  </node_attributes>\n");
    }

    private static String meta(Element element, String name) {
        return element.children("meta_attributes").stream()
                .flatMap(set -> set.children("nvpair").stream())
                .filter(pair -> pair.attribute("name", "").equals(name))
                .map(pair -> pair.attribute("value", ""))
                .findFirst()
                .orElse("");
    }

    private static String clean(String value) {
        return value.replace('%', '_').replace('\\', '_').replace('\n', ' ');
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException noNumber) {
            return 0;
        }
    }
}
