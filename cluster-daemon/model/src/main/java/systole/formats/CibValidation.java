package systole.formats;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.Options;

/**
 * Whether a CIB is one: elements, attributes, values, ids, references, options. Errors refuse a change; doubts (a
 * cluster property that nobody knows) refuse it unless the operator insists.
 *
 * <p>Places are {@code source:line} where the element has a line, else the id of the nearest element that has one.
 */
public final class CibValidation {
    private static final Set<String> REFERENCES = Set.of("resource_ref", "obj_ref", "role", "role_ref");
    private static final List<String> ROLES =
            List.of("Started", "Stopped", "Promoted", "Unpromoted", "Master", "Slave");
    private static final List<String> FOREIGN_PREFIXES =
            List.of("x-", "hana_", "lpa_", "SAPHana", "maintenance_", "redis", "pgsql", "galera", "master-", "#");
    private static final int MOST = 200;

    private final String source;
    private final List<Finding> findings = new ArrayList<>();
    private final Map<String, Element> ids = new LinkedHashMap<>();
    private final Set<String> roles = new LinkedHashSet<>();
    private final Set<String> nodes = new LinkedHashSet<>();
    private int line;

    private CibValidation(String source) {
        this.source = source;
    }

    /**
     * Everything that is wrong with the element, at most some hundred findings.
     *
     * @param root a {@code <cib>} or a {@code <configuration>}; a {@code <status>} is not looked into
     */
    public static List<Finding> check(Element root, String source) {
        CibValidation validation = new CibValidation(source);
        if (!root.is("cib") && !root.is("configuration")) {
            validation.findings.add(Finding.error(
                    validation.place(root, source),
                    "<" + root.name() + "> is neither a cib nor a configuration",
                    "give a document whose outermost element is <cib> or <configuration>"));
            return validation.findings;
        }
        validation.element(root, "", "");
        Element configuration = root.is("cib") ? root.child("configuration").orElse(null) : root;
        if (configuration == null) {
            validation.findings.add(Finding.error(
                    validation.place(root, source), "<cib> has no <configuration>", "add <configuration>"));
        } else {
            validation.references(configuration);
        }
        return validation.findings;
    }

    /**
     * {@link #check}, and what is written well but does not do what it looks like: what the scheduler would ignore, what
     * can never happen, resources that wait for a fencing device for ever.
     *
     * @param root a {@code <cib>} or a {@code <configuration>}
     */
    public static List<Finding> verify(Element root, String source) {
        List<Finding> found = new ArrayList<>(check(root, source));
        Element configuration = root.is("cib") ? root.child("configuration").orElse(root) : root;
        found.addAll(CibMeaning.ofSchema(root, source));
        found.addAll(CibMeaning.of(configuration, source));
        if (CrmChecks.lacksFencing(configuration)) {
            found.add(CrmChecks.fencingIsMissing(source));
        }
        return found;
    }

    /** Findings of the second configuration that the first did not have already. */
    public static List<Finding> introduced(Element before, Element after, String source) {
        List<Finding> fresh = new ArrayList<>(check(after, source));
        if (fresh.isEmpty()) {
            return fresh;
        }
        Set<String> old = new HashSet<>();
        for (Finding finding : check(before, source)) {
            old.add(finding.what());
        }
        fresh.removeIf(finding -> old.contains(finding.what()));
        return fresh;
    }

    private String place(Element element, String nearestId) {
        if (element.line() > 0 || line > 0) {
            return source + ":" + (element.line() > 0 ? element.line() : line);
        }
        return nearestId.isEmpty() ? source : nearestId;
    }

    private void error(Element element, String nearestId, String what, String remedy) {
        if (findings.size() < MOST) {
            findings.add(Finding.error(place(element, nearestId), what, remedy));
        }
    }

    private void element(Element element, String parent, String nearestId) {
        if (element.is(CibXml.COMMENT) || (element.is("status") && parent.equals("cib"))) {
            return;
        }
        String id = element.id();
        String near = id.isEmpty() ? nearestId : id;
        Optional<CibSchema.Rule> rule = CibSchema.of(element.name());
        if (rule.isEmpty()) {
            return; // The parent has named it already.
        }
        int outer = line;
        line = element.line() > 0 ? element.line() : line;
        attributes(element, rule.get(), near);
        for (Element child : element.children()) {
            if (!child.is(CibXml.COMMENT) && !rule.get().children().contains(child.name())) {
                error(
                        child,
                        child.id().isEmpty() ? near : child.id(),
                        "element <" + child.name() + "> is not known inside <" + element.name() + ">"
                                + NearestWord.hint(child.name(), rule.get().children()),
                        rule.get().children().isEmpty()
                                ? "remove it: <" + element.name() + "> has no elements inside"
                                : "use one of: " + String.join(", ", rule.get().children()));
            } else {
                element(child, element.name(), near);
            }
        }
        if (!element.text().isEmpty()) {
            error(
                    element,
                    near,
                    "text '" + shortened(element.text()) + "' stands inside <" + element.name() + ">",
                    "remove it; a CIB has attributes only");
        }
        register(element, near);
        special(element, parent, near);
        for (CibShapes.Problem problem : CibShapes.of(element)) {
            if (findings.size() < MOST) {
                findings.add(
                        new Finding(problem.severity(), place(problem.at(), near), problem.what(), problem.remedy()));
            }
        }
        line = outer;
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private void attributes(Element element, CibSchema.Rule rule, String near) {
        for (Map.Entry<String, String> attribute : element.attributes().entrySet()) {
            String name = attribute.getKey();
            String type = rule.attributes().get(name);
            if (type == null) {
                if (!name.startsWith("xmlns") && !name.startsWith("xsi:") && !name.equals("__crm_diff_marker__")) {
                    error(
                            element,
                            near,
                            "attribute '" + name + "' of <" + element.name() + "> is not known"
                                    + NearestWord.hint(name, rule.attributes().keySet()),
                            "remove it or correct its name");
                }
                continue;
            }
            value(element, name, attribute.getValue(), type, near);
        }
        for (String name : rule.required()) {
            if (element.attribute(name) == null) {
                error(
                        element,
                        near,
                        "<" + element.name() + (element.id().isEmpty() ? "" : " id=\"" + element.id() + "\"")
                                + "> has no attribute '" + name + "'",
                        "add " + name + "=\"…\"");
            }
        }
    }

    private void value(Element element, String name, String value, String type, String near) {
        String expected = problem(value, type);
        if (!expected.isEmpty()) {
            error(
                    element,
                    near,
                    "'" + shortened(value) + "' is no value of attribute '" + name + "' of <" + element.name() + ">"
                            + (expected.contains("|") ? NearestWord.hint(value, List.of(expected.split("\\|"))) : ""),
                    "write " + expected.replace("|", ", "));
        }
    }

    private static String problem(String value, String type) {
        return switch (type) {
            case "" -> "";
            case "boolean" -> Options.isBoolean(value) ? "" : "true or false";
            case "score" -> Options.isScore(value) ? "" : "a whole number, INFINITY or -INFINITY";
            case "count" -> Options.isInteger(value) ? "" : "a whole number";
            case "time" -> Options.isTime(value) ? "" : "a time, such as 30s, 500ms or 2min";
            case "role" -> choice(value, ROLES);
            case "action" -> choice(value, List.of("start", "stop", "promote", "demote"));
            case "class" ->
                choice(value, List.of("ocf", "systemd", "service", "lsb", "stonith", "upstart", "nagios", "heartbeat"));
            case "nodetype" -> choice(value, List.of("member", "remote", "normal", "ping"));
            case "onfail" ->
                choice(
                        value,
                        List.of(
                                "ignore",
                                "block",
                                "stop",
                                "demote",
                                "restart",
                                "fence",
                                "standby",
                                "restart-container"));
            default -> choice(value, List.of(type.split("/")));
        };
    }

    private static String choice(String value, List<String> words) {
        return words.contains(value) ? "" : String.join("|", words);
    }

    private void register(Element element, String near) {
        String id = element.id();
        if (id.isEmpty() || REFERENCES.contains(element.name())) {
            return;
        }
        boolean bundlePart = element.is("port-mapping") || element.is("storage-mapping");
        if (!element.is("node") && !CrmValues.isId(id) && !bundlePart) {
            error(
                    element,
                    near,
                    "'" + shortened(id) + "' is no valid id",
                    "begin it with a letter or _ and use letters, digits, '.', '_' and '-' only");
        }
        // The schema types the id of a node as text, not as ID: the entry of a remote node has the id of its primitive.
        if (element.is("node")) {
            nodes.add(id);
            return;
        }
        Element other = ids.putIfAbsent(id, element);
        if (other != null) {
            error(
                    element,
                    near,
                    "id '" + id + "' of <" + element.name() + "> is used twice; it is also the id of <" + other.name()
                            + ">" + (other.line() > 0 ? " on line " + other.line() : ""),
                    "give each element an id of its own");
        }
    }

    // ---- what a table cannot say ------------------------------------------------------------------------------------

    private void special(Element element, String parent, String near) {
        switch (element.name()) {
            case "nvpair" -> pair(element, near);
            case "cluster_property_set" -> options(element, Options.Scope.CLUSTER, near);
            case "meta_attributes" ->
                options(
                        element,
                        parent.equals("op") || parent.equals("op_defaults")
                                ? Options.Scope.OPERATION
                                : Options.Scope.META,
                        near);
            case "primitive", "template" -> agent(element, near);
            case "group", "clone", "master" -> members(element, near);
            case "expression" -> expression(element, near);
            case "rule" -> rule(element, near);
            case "rsc_location" -> location(element, near);
            case "rsc_colocation" -> {
                pairOrSets(element, "rsc", "with-rsc", near);
                setsAlone(element, near);
            }
            case "bundle" -> bundle(element, near);
            case "rsc_order" -> pairOrSets(element, "first", "then", near);
            case "fencing-level" -> level(element, near);
            default -> {}
        }
    }

    private void pair(Element pair, String near) {
        if (pair.attribute("id-ref") != null) {
            return;
        }
        if (pair.attribute("name") == null || pair.id().isEmpty()) {
            error(
                    pair,
                    near,
                    "<nvpair> has no " + (pair.attribute("name") == null ? "name" : "id"),
                    "give it id, name and value");
        }
    }

    private void options(Element set, Options.Scope scope, String near) {
        List<Element> pairs = new ArrayList<>(set.children("nvpair"));
        set.child("attributes").ifPresent(old -> pairs.addAll(old.children("nvpair")));
        for (Element pair : pairs) {
            String name = pair.attribute("name");
            String value = pair.attribute("value", "");
            if (name == null) {
                continue;
            }
            Optional<Options.Option> option = Options.find(scope, name);
            if (option.isPresent()) {
                option.get()
                        .problem(value)
                        .ifPresent(problem -> error(
                                pair,
                                pair.id(),
                                problem.replace("'" + option.get().name() + "'", "'" + name + "'")
                                        + NearestWord.hint(value, option.get().words()),
                                "correct the value"));
            } else {
                unknown(set, pair, name, scope);
            }
        }
    }

    private void unknown(Element set, Element pair, String name, Options.Scope scope) {
        String place = place(pair, pair.id());
        if (scope == Options.Scope.CLUSTER) {
            boolean foreign = !set.id().equals("cib-bootstrap-options");
            for (String prefix : FOREIGN_PREFIXES) {
                foreign |= name.startsWith(prefix);
            }
            if (!foreign && findings.size() < MOST) {
                findings.add(Finding.doubt(
                        place,
                        "cluster property '" + name + "' is not known" + NearestWord.hint(name, Options.names(scope)),
                        "correct the name, or begin it with x- if it is data of your own"));
            }
        } else if (scope == Options.Scope.META && findings.size() < MOST) {
            String hint = NearestWord.hint(name, Options.names(scope));
            if (hint.isEmpty()) {
                return;
            }
            findings.add(Finding.warning(
                    place,
                    "meta attribute '" + name + "' is not known to the cluster" + hint,
                    "correct the name, unless an agent reads it"));
        }
    }

    private void agent(Element resource, String near) {
        if (resource.attribute("template") != null) {
            return;
        }
        for (String name : List.of("class", "type")) {
            if (resource.attribute(name, "").isEmpty()) {
                error(
                        resource,
                        near,
                        "<" + resource.name() + " id=\"" + resource.id() + "\"> has no " + name,
                        "give class and type of its agent, or a template");
                return;
            }
        }
        boolean ocf = resource.attribute("class", "").equals("ocf");
        if (ocf && resource.attribute("provider", "").isEmpty()) {
            error(
                    resource,
                    near,
                    "<" + resource.name() + " id=\"" + resource.id() + "\"> has class ocf and no provider",
                    "add provider=\"heartbeat\" or the provider of its agent");
        }
    }

    private void members(Element container, String near) {
        int members = 0;
        for (Element child : container.children()) {
            members += child.is("primitive") || child.is("group") ? 1 : 0;
        }
        if (members == 0) {
            error(
                    container,
                    near,
                    container.name() + " '" + container.id() + "' holds no resource",
                    "put a primitive inside or delete it");
        } else if (members > 1 && !container.is("group")) {
            error(
                    container,
                    near,
                    container.name() + " '" + container.id() + "' holds " + members + " resources",
                    "keep one, or put them in a group");
        }
    }

    private void rule(Element rule, String near) {
        if (rule.attribute("id-ref") == null && rule.children().stream().allMatch(child -> child.is(CibXml.COMMENT))) {
            error(rule, near, "rule '" + rule.id() + "' has no expression", "give it one, or delete it");
        }
    }

    private void expression(Element expression, String near) {
        String operation = expression.attribute("operation", "");
        if (!operation.endsWith("defined") && expression.attribute("value") == null) {
            error(
                    expression,
                    near,
                    "comparison '" + expression.attribute("attribute", "") + " " + operation + "' has no value",
                    "add value=\"…\"");
        }
    }

    private void location(Element location, String near) {
        boolean target = location.attribute("rsc") != null
                || location.attribute("rsc-pattern") != null
                || location.child("resource_set").isPresent();
        if (!target) {
            error(location, near, "location '" + location.id() + "' names no resource", "add rsc=\"…\"");
        }
        if (location.child("rule").isPresent() && location.attribute("node") != null) {
            error(
                    location,
                    near,
                    "location '" + location.id() + "' has both a node and a rule",
                    "write two locations, or make the node part of the rule: #uname eq "
                            + location.attribute("node", ""));
        }
        boolean where = location.child("rule").isPresent()
                || (location.attribute("node") != null
                        && (location.attribute("score") != null || location.attribute("score-attribute") != null));
        if (!where) {
            error(
                    location,
                    near,
                    "location '" + location.id() + "' says neither node and score nor a rule",
                    "add node=\"…\" and score=\"…\"");
        }
    }

    private void pairOrSets(Element constraint, String first, String second, String near) {
        if (constraint.child("resource_set").isPresent()) {
            return;
        }
        for (String name : List.of(first, second)) {
            if (constraint.attribute(name) == null) {
                error(
                        constraint,
                        near,
                        "<" + constraint.name() + " id=\"" + constraint.id() + "\"> has no attribute '" + name + "'",
                        "add " + name + "=\"…\"");
            }
        }
    }

    private void setsAlone(Element colocation, String near) {
        if (colocation.child("resource_set").isPresent() && colocation.attribute("node-attribute") != null) {
            error(
                    colocation,
                    near,
                    "colocation '" + colocation.id() + "' has resource sets and node-attribute, which counts for two"
                            + " resources only",
                    "write it as colocations of two resources each, or take node-attribute away");
        }
    }

    /** A resource inside a container is run by a remote daemon, which must be reached. */
    private void bundle(Element bundle, String near) {
        Optional<Element> primitive = bundle.child("primitive");
        boolean reached = bundle.child("network")
                .map(network ->
                        network.attribute("ip-range-start") != null || network.attribute("control-port") != null)
                .orElse(false);
        if (primitive.isPresent() && !reached) {
            error(
                    bundle,
                    near,
                    "bundle '" + bundle.id() + "' cannot control '"
                            + primitive.get().id() + "' inside its containers: its network has neither ip-range-start"
                            + " nor control-port",
                    "add one of them, as: network control-port=3121");
        }
    }

    private void level(Element level, String near) {
        if (level.attribute("target") == null
                && level.attribute("target-pattern") == null
                && level.attribute("target-attribute") == null) {
            error(level, near, "fencing level '" + level.id() + "' has no target", "add target=\"NODE\"");
        }
    }

    // ---- references -------------------------------------------------------------------------------------------------

    private void references(Element configuration) {
        Set<String> targets = new LinkedHashSet<>();
        configuration.child("resources").ifPresent(resources -> resourceIds(resources, targets));
        Set<String> resources = new LinkedHashSet<>(targets);
        configuration.child("tags").ifPresent(tags -> tags.children("tag").forEach(tag -> targets.add(tag.id())));
        for (Element section : configuration.children("constraints")) {
            for (Element constraint : section.children()) {
                for (String name : List.of("rsc", "with-rsc", "first", "then")) {
                    String id = constraint.attribute(name);
                    if (id != null) {
                        target(constraint, id, targets);
                    }
                }
                for (Element set : constraint.children("resource_set")) {
                    for (Element member : set.children("resource_ref")) {
                        target(constraint, member.id(), targets);
                    }
                }
            }
        }
        for (Element section : configuration.children("acls")) {
            section.children("acl_role").forEach(role -> roles.add(role.id()));
        }
        walk(configuration, "", resources);
    }

    private void target(Element constraint, String id, Set<String> targets) {
        if (!targets.contains(id)) {
            error(
                    constraint,
                    constraint.id(),
                    "constraint '" + constraint.id() + "' names resource '" + id + "', which does not exist"
                            + NearestWord.hint(id, targets),
                    "define '" + id + "', correct the name or delete the constraint");
        }
    }

    private static void resourceIds(Element at, Set<String> into) {
        for (Element child : at.children()) {
            switch (child.name()) {
                case "primitive", "template", "group", "clone", "master", "bundle" -> {
                    into.add(child.id());
                    resourceIds(child, into);
                }
                default -> {}
            }
        }
    }

    private void walk(Element element, String nearestId, Set<String> resources) {
        int outer = line;
        line = element.line() > 0 ? element.line() : line;
        String near = element.id().isEmpty() ? nearestId : element.id();
        String reference = element.attribute("id-ref");
        if (reference != null) {
            Element target = ids.get(reference);
            if (target == null || !target.is(element.name())) {
                error(
                        element,
                        near,
                        "<" + element.name() + "> refers to '" + reference + "', which "
                                + (target == null ? "does not exist" : "is a <" + target.name() + ">")
                                + NearestWord.hint(reference, ids.keySet()),
                        "define it or correct the name");
            }
        }
        String template = element.is("primitive") ? element.attribute("template") : null;
        if (template != null && !(ids.containsKey(template) && resources.contains(template))) {
            error(
                    element,
                    near,
                    "primitive '" + element.id() + "' uses template '" + template + "', which does not exist"
                            + NearestWord.hint(template, resources),
                    "define the template or correct the name");
        }
        if (element.is("role") && element.children().isEmpty() && !roles.contains(element.id())) {
            error(
                    element,
                    nearestId,
                    "'" + nearestId + "' has role '" + element.id() + "', which does not exist"
                            + NearestWord.hint(element.id(), roles),
                    "define the role or correct the name");
        }
        String subject = element.is("acl_permission") ? element.attribute("reference") : null;
        if (subject != null && !ids.containsKey(subject) && !nodes.contains(subject)) {
            error(
                    element,
                    near,
                    "permission '" + element.id() + "' is about '" + subject + "', which does not exist"
                            + NearestWord.hint(subject, resources),
                    "define it or correct the name");
        }
        for (Element child : element.children()) {
            walk(child, near, resources);
        }
        line = outer;
    }
}
