package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.model.Element;

/**
 * Elements of the CIB to statements in the layout of crmsh (crm-language, section 6).
 *
 * <p>In {@link CrmLanguage.Style#DISPLAY} passwords are masked and ids of sets are left out as crmsh does; in
 * {@link CrmLanguage.Style#EXACT} reading the text again gives the same configuration.
 */
final class CrmPrinter {
    private static final Map<String, String> SET_KEYWORDS =
            Map.of("instance_attributes", "params", "meta_attributes", "meta", "utilization", "utilization");

    private final CrmLanguage.Style style;
    private final Set<String> referenced;
    private final List<String> unames;

    /**
     * @param referenced ids that some {@code id-ref} of the configuration names
     * @param unames the nodes of the configuration
     */
    CrmPrinter(CrmLanguage.Style style, Set<String> referenced, List<String> unames) {
        this.style = style;
        this.referenced = referenced;
        this.unames = List.copyOf(unames);
    }

    static Set<String> references(Element configuration) {
        Set<String> found = new LinkedHashSet<>();
        collect(configuration, found);
        return found;
    }

    private static void collect(Element element, Set<String> into) {
        String reference = element.attribute("id-ref");
        if (reference != null) {
            into.add(reference);
        }
        for (Element child : element.children()) {
            collect(child, into);
        }
    }

    /** The statement without comments and without a line end; for containers the children are only named. */
    String statement(String kind, Element object) {
        List<String> sections = new ArrayList<>();
        String head = switch (kind) {
            case "node" -> node(object, sections);
            case "primitive", "rsc_template" -> primitive(kind, object, sections);
            case "group", "clone", "ms" -> container(kind, object, sections);
            case "bundle" -> bundle(object, sections);
            case "location" -> location(object, sections);
            case "colocation" -> colocation(object);
            case "order" -> order(object);
            case "rsc_ticket" -> ticket(object);
            case "property", "rsc_defaults", "op_defaults" -> property(kind, object, sections);
            case "fencing_topology" -> topology(object, sections);
            case "tag" -> "tag " + object.id() + members(object.children("obj_ref"));
            case "role" -> role(object, sections);
            case "acl_target", "acl_group", "user" -> target(kind, object, sections);
            case "alert" -> alert(object, sections);
            default -> throw new AssertionError("cannot print " + kind);
        };
        StringBuilder out = new StringBuilder(head);
        for (String section : sections) {
            out.append(" \\\n\t").append(section);
        }
        return out.toString();
    }

    // ---- heads ----------------------------------------------------------------------------------------------------

    private String node(Element node, List<String> sections) {
        String uname = node.attribute("uname", node.id());
        String type = node.attribute("type");
        describe(node, sections);
        for (Element child : node.children()) {
            if (child.is("instance_attributes")) {
                sections.add(set("attributes", child));
            } else if (child.is("utilization")) {
                sections.add(set("utilization", child));
            }
        }
        return "node " + (node.id().equals(uname) ? "" : node.id() + ": ") + uname + (type == null ? "" : ":" + type);
    }

    private String primitive(String kind, Element primitive, List<String> sections) {
        String template = primitive.attribute("template");
        String agent = template == null ? agent(primitive) : "@" + template;
        describe(primitive, sections);
        for (Element child : primitive.children()) {
            String keyword = SET_KEYWORDS.get(child.name());
            if (keyword != null) {
                sections.add(set(keyword, child));
            } else if (child.is("operations")) {
                operations(child, sections);
            }
        }
        return kind + " " + primitive.id() + " " + agent;
    }

    static String agent(Element primitive) {
        String agentClass = primitive.attribute("class", "");
        String provider = primitive.attribute("provider", "");
        String type = primitive.attribute("type", "");
        if (agentClass.equals("ocf") && provider.equals("heartbeat")) {
            return type;
        }
        return provider.isEmpty() ? agentClass + ":" + type : agentClass + ":" + provider + ":" + type;
    }

    private void operations(Element operations, List<String> sections) {
        if (operations.attribute("id-ref") != null) {
            sections.add("operations  $id-ref=" + operations.attribute("id-ref"));
        } else if (!operations.id().isEmpty()) {
            sections.add("operations $id=" + operations.id());
        }
        for (Element op : operations.children("op")) {
            StringBuilder out = new StringBuilder("op " + op.attribute("name", ""));
            op.attributes().forEach((name, value) -> {
                if (!name.equals("id") && !name.equals("name")) {
                    out.append(' ').append(name).append('=').append(CrmValues.quote(value));
                }
            });
            sections.add(out.toString());
            for (Element set : op.children()) {
                if (set.is("instance_attributes")) {
                    sections.add(set("op_params", set));
                } else if (set.is("meta_attributes")) {
                    sections.add(set("op_meta", set));
                }
            }
        }
    }

    private String container(String kind, Element container, List<String> sections) {
        describe(container, sections);
        StringBuilder children = new StringBuilder();
        for (Element child : container.children()) {
            String keyword = SET_KEYWORDS.get(child.name());
            if (keyword != null) {
                sections.add(set(keyword, child));
            } else if (!child.is(CrmDraft.COMMENT)) {
                children.append(' ').append(child.id());
            }
        }
        return kind + " " + container.id() + children;
    }

    private String bundle(Element bundle, List<String> sections) {
        describe(bundle, sections);
        String primitive = "";
        for (Element child : bundle.children()) {
            switch (child.name()) {
                case "docker", "podman", "rkt" -> sections.add(child.name() + attributes(child));
                case "network", "storage" -> {
                    StringBuilder out = new StringBuilder(child.name() + attributes(child));
                    for (Element mapping : child.children()) {
                        out.append(' ').append(mapping.name()).append(attributes(mapping));
                    }
                    sections.add(out.toString());
                }
                case "meta_attributes" -> sections.add(set("meta", child));
                case "primitive", CrmDraft.MEMBER -> primitive = child.id();
                default -> {}
            }
        }
        if (!primitive.isEmpty()) {
            sections.add("primitive " + primitive);
        }
        return "bundle " + bundle.id();
    }

    private static String attributes(Element element) {
        StringBuilder out = new StringBuilder();
        element.attributes()
                .forEach((name, value) ->
                        out.append(' ').append(name).append('=').append(CrmValues.quote(value)));
        return out.toString();
    }

    private String location(Element location, List<String> sections) {
        StringBuilder out = new StringBuilder("location " + location.id() + " ");
        List<Element> sets = location.children("resource_set");
        if (!sets.isEmpty()) {
            out.append('{');
            sets(sets, "role", out);
            out.append(" }");
        } else if (location.attribute("rsc-pattern") != null) {
            out.append(CrmValues.quoteIfNeeded("/" + location.attribute("rsc-pattern") + "/"));
        } else {
            out.append(location.attribute("rsc", ""));
        }
        for (String name : List.of("role", "resource-discovery")) {
            String value = location.attribute(name);
            if (value != null) {
                out.append(' ').append(name).append('=').append(value);
            }
        }
        List<Element> rules = location.children("rule");
        if (rules.isEmpty()) {
            out.append(' ')
                    .append(CrmScores.show(location.attribute("score", "0")))
                    .append(": ")
                    .append(location.attribute("node", ""));
        }
        for (Element rule : rules) {
            sections.add(rule(rule));
        }
        return out.toString();
    }

    private static String score(Element constraint) {
        String score = constraint.attribute("score");
        return score == null ? constraint.attribute("score-attribute", "0") : CrmScores.show(score);
    }

    private static String colocation(Element colocation) {
        StringBuilder out = new StringBuilder("colocation " + colocation.id() + " " + score(colocation) + ":");
        List<Element> sets = colocation.children("resource_set");
        if (sets.isEmpty()) {
            for (String end : List.of("rsc", "with-rsc")) {
                out.append(' ').append(colocation.attribute(end, ""));
                String role = colocation.attribute(end + "-role", colocation.attribute(end + "-instance", ""));
                if (!role.isEmpty()) {
                    out.append(':').append(role);
                }
            }
        } else {
            degenerate(sets, 2, out);
            sets(sets, "role", out);
        }
        for (String name : List.of("node-attribute", "influence")) {
            String value = colocation.attribute(name);
            if (value != null) {
                out.append(' ').append(name).append('=').append(value);
            }
        }
        return out.toString();
    }

    private static String order(Element order) {
        StringBuilder out = new StringBuilder("order " + order.id());
        String kind = order.attribute("kind");
        String score = order.attribute("score");
        if (kind != null) {
            out.append(' ').append(kind).append(':');
        } else if (score != null) {
            out.append(' ').append(CrmScores.show(score)).append(':');
        }
        List<Element> sets = order.children("resource_set");
        if (sets.isEmpty()) {
            for (String end : List.of("first", "then")) {
                out.append(' ').append(order.attribute(end, ""));
                String action = order.attribute(end + "-action");
                if (action != null) {
                    out.append(':').append(action);
                }
            }
        } else {
            degenerate(sets, 2, out);
            sets(sets, "action", out);
        }
        for (String name : List.of("symmetrical", "require-all")) {
            String value = order.attribute(name);
            if (value != null) {
                out.append(' ').append(name).append('=').append(value);
            }
        }
        return out.toString();
    }

    private static String ticket(Element ticket) {
        StringBuilder out = new StringBuilder("rsc_ticket " + ticket.id() + " " + ticket.attribute("ticket", "") + ":");
        List<Element> sets = ticket.children("resource_set");
        if (sets.isEmpty()) {
            out.append(' ').append(ticket.attribute("rsc", ""));
            String role = ticket.attribute("rsc-role", ticket.attribute("rsc-instance", ""));
            if (!role.isEmpty()) {
                out.append(':').append(role);
            }
        } else {
            degenerate(sets, 1, out);
            sets(sets, "role", out);
        }
        String policy = ticket.attribute("loss-policy");
        return policy == null ? out.toString() : out + " loss-policy=" + policy;
    }

    /** So few plain members would be read back as the simple form; a word forces the set form. */
    private static void degenerate(List<Element> sets, int simple, StringBuilder out) {
        int members = 0;
        for (Element set : sets) {
            if (isFalse(set, "sequential") || isFalse(set, "require-all")) {
                return;
            }
            members += set.children().size();
        }
        if (members <= simple && (members > 1 || simple == 1)) {
            out.append(" _rsc_set_");
        }
    }

    private static boolean isFalse(Element set, String name) {
        return Boolean.FALSE.equals(CrmValues.truth(set.attribute(name, "true")));
    }

    private static void sets(List<Element> sets, String suffix, StringBuilder out) {
        for (Element set : sets) {
            boolean parallel = isFalse(set, "sequential");
            boolean any = isFalse(set, "require-all");
            String word = set.attribute(suffix);
            if (parallel || any) {
                out.append(any ? " [" : " (");
            }
            for (Element member : set.children()) {
                out.append(' ').append(member.id());
                if (word != null) {
                    out.append(':').append(word);
                }
            }
            if (any && !parallel) {
                out.append(" sequential=true");
            }
            if (parallel || any) {
                out.append(any ? " ]" : " )");
            }
        }
    }

    private String property(String kind, Element set, List<String> sections) {
        for (Element child : set.children()) {
            if (child.is("rule")) {
                sections.add(rule(child));
            } else if (child.is("nvpair")) {
                sections.add(pair(child));
            }
        }
        return kind + " " + set.id() + ":";
    }

    private String topology(Element topology, List<String> sections) {
        List<String> found = CrmTopology.sections(topology, unames);
        if (found.size() == 1 && found.get(0).startsWith(" ")) {
            return "fencing_topology" + found.get(0);
        }
        sections.addAll(found);
        return "fencing_topology";
    }

    private static String members(List<Element> references) {
        StringBuilder out = new StringBuilder();
        for (Element reference : references) {
            out.append(' ').append(reference.id());
        }
        return out.toString();
    }

    private static String role(Element role, List<String> sections) {
        describe(role, sections);
        for (Element permission : role.children("acl_permission")) {
            StringBuilder out = new StringBuilder(permission.attribute("kind", ""));
            String xpath = permission.attribute("xpath");
            if (permission.attribute("description") != null) {
                out.append(" description=").append(CrmValues.quote(permission.attribute("description", "")));
            }
            if (xpath != null) {
                String shortcut = CrmAcls.fold(xpath);
                out.append(' ').append(shortcut == null ? "xpath:" + CrmValues.quote(xpath) : shortcut);
            }
            if (permission.attribute("reference") != null) {
                out.append(" ref:").append(permission.attribute("reference"));
            }
            if (permission.attribute("attribute") != null) {
                out.append(" attr:").append(permission.attribute("attribute"));
            }
            if (permission.attribute("object-type") != null) {
                out.append(" type:").append(permission.attribute("object-type"));
            }
            sections.add(out.toString());
        }
        return "role " + role.id();
    }

    private static String target(String kind, Element target, List<String> sections) {
        for (Element child : target.children()) {
            if (child.is("role")) {
                sections.add(child.id());
            } else if (child.is("role_ref")) {
                sections.add("role:" + child.id());
            }
        }
        return kind + " " + target.id();
    }

    private String alert(Element alert, List<String> sections) {
        describe(alert, sections);
        List<Element> children = alert.children();
        for (int i = 0; i < children.size(); i++) {
            Element child = children.get(i);
            switch (child.name()) {
                case "instance_attributes" -> sections.add(set("attributes", child));
                case "meta_attributes" -> sections.add(set("meta", child));
                case "select" -> sections.add(select(child));
                case "recipient" -> {
                    boolean ambiguous = i + 1 < children.size()
                            && SET_KEYWORDS.containsKey(children.get(i + 1).name());
                    sections.add(recipient(child, ambiguous));
                }
                default -> {}
            }
        }
        return "alert " + alert.id() + " " + CrmValues.quote(alert.attribute("path", ""));
    }

    private static String select(Element select) {
        StringBuilder out = new StringBuilder("select");
        for (Element kind : select.children()) {
            out.append(' ').append(kind.name().substring(Math.min(7, kind.name().length())));
            if (kind.is("select_attributes")) {
                out.append(" {");
                for (Element attribute : kind.children()) {
                    out.append(' ').append(attribute.attribute("name", ""));
                }
                out.append(" }");
            }
        }
        return out.toString();
    }

    private String recipient(Element recipient, boolean braces) {
        StringBuilder out = new StringBuilder(braces ? "to { " : "to ");
        out.append(CrmValues.quote(recipient.attribute("value", "")));
        if (recipient.attribute("description") != null) {
            out.append(" description=").append(CrmValues.quote(recipient.attribute("description", "")));
        }
        for (Element set : recipient.children()) {
            if (set.is("instance_attributes")) {
                out.append(' ').append(set("attributes", set));
            } else if (set.is("meta_attributes")) {
                out.append(' ').append(set("meta", set));
            }
        }
        return out.append(braces ? " }" : "").toString();
    }

    // ---- parts ----------------------------------------------------------------------------------------------------

    private static void describe(Element element, List<String> sections) {
        String description = element.attribute("description");
        if (description != null) {
            sections.add("description=" + CrmValues.quote(description));
        }
    }

    private String set(String keyword, Element set) {
        StringBuilder out = new StringBuilder(keyword);
        if (set.attribute("id-ref") != null) {
            return out.append(" $id-ref=").append(set.attribute("id-ref")).toString();
        }
        if (style == CrmLanguage.Style.EXACT && referenced.contains(set.id())) {
            out.append(" $id=").append(set.id());
        }
        String score = set.attribute("score");
        if (score != null) {
            out.append(' ').append(CrmScores.show(score)).append(':');
        }
        for (Element child : set.children()) {
            if (child.is("rule")) {
                out.append(' ').append(rule(child));
            } else if (child.is("nvpair")) {
                out.append(' ').append(pair(child));
            }
        }
        return out.toString();
    }

    private String pair(Element pair) {
        String name = pair.attribute("name");
        String reference = pair.attribute("id-ref");
        if (reference != null) {
            return "@" + reference + (name == null ? "" : ":" + name);
        }
        String value = pair.attribute("value");
        String shown = String.valueOf(name);
        String head = style == CrmLanguage.Style.EXACT && referenced.contains(pair.id())
                ? "$" + pair.id() + ":" + shown
                : shown;
        if (value == null) {
            return head;
        }
        boolean secret = style == CrmLanguage.Style.DISPLAY && CrmLanguage.isSecret(shown);
        return head + "=" + (secret ? "\"" + CrmLanguage.MASK + "\"" : CrmValues.quote(value));
    }

    private String rule(Element rule) {
        if (rule.attribute("id-ref") != null) {
            return "rule $id-ref=" + rule.attribute("id-ref");
        }
        StringBuilder out = new StringBuilder("rule");
        if (referenced.contains(rule.id())) {
            out.append(" $id=").append(rule.id());
        }
        if (rule.attribute("role") != null) {
            out.append(" $role=").append(rule.attribute("role"));
        }
        String score = rule.attribute("score");
        if (score != null && !score.equals("INFINITY")) {
            out.append(' ').append(CrmScores.show(score)).append(':');
        } else if (rule.attribute("score-attribute") != null) {
            out.append(' ').append(rule.attribute("score-attribute")).append(':');
        }
        String operator = rule.attribute("boolean-op", "and");
        boolean first = true;
        for (Element expression : rule.children()) {
            if (expression.is(CrmDraft.COMMENT)) {
                continue;
            }
            out.append(first ? " " : " " + operator + " ").append(expression(expression));
            first = false;
        }
        return out.toString();
    }

    private String expression(Element expression) {
        if (expression.is("date_expression")) {
            return date(expression);
        }
        String operation = expression.attribute("operation", "");
        String attribute = expression.attribute("attribute", "");
        if (operation.endsWith("defined")) {
            return operation + " " + attribute;
        }
        String type = expression.attribute("type", "");
        if (type.equals("string") && style == CrmLanguage.Style.DISPLAY) {
            type = "";
        }
        String value = CrmValues.quoteIfNeeded(expression.attribute("value", ""));
        String source = expression.attribute("value-source", "literal");
        return attribute + " " + (type.isEmpty() ? "" : type + ":") + operation + " "
                + (source.equals("literal") ? value : source + "{" + value + "}");
    }

    private static String date(Element expression) {
        String operation = expression.attribute("operation", "in_range");
        if (operation.equals("lt")) {
            return "date lt " + CrmValues.quote(expression.attribute("end", ""));
        }
        if (operation.equals("gt")) {
            return "date gt " + CrmValues.quote(expression.attribute("start", ""));
        }
        StringBuilder out = new StringBuilder(operation.equals("date_spec") ? "date spec" : "date in");
        for (String name : List.of("start", "end")) {
            String value = expression.attribute(name);
            if (value != null) {
                out.append(' ').append(name).append('=').append(CrmValues.quote(value));
            }
        }
        for (Element child : expression.children()) {
            child.attributes().forEach((name, value) -> {
                if (!name.equals("id")) {
                    out.append(' ').append(name).append('=').append(CrmValues.quote(value));
                }
            });
        }
        return out.toString();
    }
}
