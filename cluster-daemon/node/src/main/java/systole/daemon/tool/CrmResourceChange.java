package systole.daemon.tool;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.model.CibEdit;
import systole.model.Element;
import systole.scheduler.reading.Reading;

/**
 * What {@code crm_resource} changes: options of a resource, requests to move it, the resource itself. Each is one change for the
 * version that was read; if somebody else was faster it is worked out anew on the newer configuration.
 */
final class CrmResourceChange {
    private static final int EXISTS = 108;
    private static final DateTimeFormatter END = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssX");

    private final ToolCall call;
    private final ToolOptions options;
    private final Element cib;
    private final Element configuration;
    private final Element resource;
    private final String id;
    private final int triesLeft;

    CrmResourceChange(ToolCall call, ToolOptions options, Element cib, Element resource, int triesLeft) {
        this.call = call;
        this.options = options;
        this.cib = cib;
        this.configuration = cib.child("configuration").orElseThrow();
        this.resource = resource;
        this.id = resource.id();
        this.triesLeft = triesLeft;
    }

    ToolStep begin() throws UsageException {
        if (options.has("set-parameter")) {
            return setOption();
        }
        if (options.has("delete-parameter")) {
            return deleteOption();
        }
        if (options.has("move") || options.has("ban")) {
            return request();
        }
        if (options.has("clear")) {
            return clear();
        }
        if (options.has("delete")) {
            return resource.is(options.value("resource-type"))
                    ? change(List.of(new CibEdit.Remove(id)), "")
                    : ToolStep.out("");
        }
        throw new UsageException("say what to do with '" + id + "': -W, -q, -a, -M, -B, -U, -g, -p, -d, -C, -R or -D");
    }

    // ---- options ----------------------------------------------------------------------------------------------------

    /** The kind of set that the options name. */
    static String set(ToolOptions options) {
        return options.has("utilization")
                ? "utilization"
                : options.has("meta") ? "meta_attributes" : "instance_attributes";
    }

    static Optional<Element> pair(Element resource, String set, String name) {
        return resource.children(set).stream()
                .flatMap(each -> each.children("nvpair").stream())
                .filter(pair -> pair.attribute("name", "").equals(name))
                .findFirst();
    }

    private ToolStep setOption() {
        String set = set(options);
        String name = options.value("set-parameter");
        String value = options.value("parameter-value");
        Optional<Element> own = pair(resource, set, name);
        Element owner = options.has("meta") && own.isEmpty() ? cloneAround(resource) : resource;
        String said = owner == resource
                ? ""
                : "Performing update of '" + name + "' on '" + owner.id() + "', the parent of '" + id + "'\n";
        Optional<Element> old = pair(owner, set, name);
        if (old.isPresent()) {
            Element pair = old.get().withAttribute("value", value);
            String parent = owner.children(set).stream()
                    .filter(each -> each.children().contains(old.get()))
                    .findFirst()
                    .orElseThrow()
                    .id();
            return change(
                    List.of(new CibEdit.Put(parent, pair)),
                    said + "Set '" + owner.id() + "' option: id=" + pair.id() + " name=" + name + " value=" + value
                            + "\n");
        }
        String setId = owner.id() + "-" + set;
        Element pair = Element.leaf("nvpair", "id", setId + "-" + name, "name", name, "value", value);
        boolean there = owner.children(set).stream().anyMatch(each -> each.id().equals(setId));
        CibEdit edit = there
                ? new CibEdit.Put(setId, pair)
                : new CibEdit.Put(owner.id(), Element.of(set, Map.of("id", setId), List.of(pair)));
        return change(
                List.of(edit),
                said + "Set '" + owner.id() + "' option: id=" + pair.id() + " set=" + setId + " name=" + name
                        + " value=" + value + "\n");
    }

    private ToolStep deleteOption() {
        String name = options.value("delete-parameter");
        return pair(resource, set(options), name)
                .map(pair -> change(
                        List.of(new CibEdit.Remove(pair.id())),
                        "Deleted '" + id + "' option: id=" + pair.id() + " name=" + name + "\n"))
                .orElse(ToolStep.out(""));
    }

    /** The clone or bundle that the resource is in, for meta attributes of all its instances; else the resource itself. */
    private Element cloneAround(Element inner) {
        for (Element each :
                configuration.child("resources").map(Element::children).orElse(List.of())) {
            boolean multiple = each.is("clone") || each.is("master") || each.is("bundle");
            if (multiple && find(each, inner.id()).isPresent()) {
                return each;
            }
        }
        return inner;
    }

    // ---- moves ------------------------------------------------------------------------------------------------------

    private ToolStep request() throws UsageException {
        String node = options.value("node");
        if (!node.isEmpty() && !isNode(node)) {
            return CrmResource.noObject("Node '" + node + "' not found");
        }
        List<ResourceTexts.Place> places = ResourceTexts.places(Reading.read(cib, Instant.now(), false), id);
        if (options.has("move") && !node.isEmpty()) {
            boolean only = places.size() == 1 && places.get(0).node().equals(node);
            return only && !options.has("force")
                    ? ToolStep.fail(EXISTS, "crm_resource: Error performing operation: Requested item already exists")
                    : prefer(node);
        }
        return ban(node.isEmpty() ? present(places) : node);
    }

    /** Where it runs: of a promotable resource, where it is promoted. */
    private String present(List<ResourceTexts.Place> places) throws UsageException {
        List<ResourceTexts.Place> promoted =
                places.stream().filter(ResourceTexts.Place::promoted).toList();
        List<ResourceTexts.Place> candidates = places.size() == 1 ? places : promoted;
        if (candidates.size() != 1) {
            throw new UsageException("Resource '" + id + "' not moved: active in " + places.size()
                    + " locations.\nTo prevent '" + id + "' from running on a specific location, specify a node.");
        }
        return candidates.get(0).node();
    }

    private ToolStep prefer(String node) throws UsageException {
        List<CibEdit> edits = new ArrayList<>();
        String ban = "cli-ban-" + id + "-on-" + node;
        if (find(configuration, ban).isPresent()) {
            edits.add(new CibEdit.Remove(ban));
        }
        String end = end();
        Element constraint = constraint("cli-prefer-" + id, node, "INFINITY", end, new String[] {
            "cli-prefer-rule-" + id, "cli-prefer-expr-" + id, "cli-prefer-lifetime-end-" + id
        });
        edits.add(new CibEdit.Put("constraints", constraint));
        return change(edits, until(end));
    }

    private ToolStep ban(String node) throws UsageException {
        String name = "cli-ban-" + id + "-on-" + node;
        String end = end();
        Element constraint = constraint(
                name, node, "-INFINITY", end, new String[] {name + "-rule", name + "-expr", name + "-lifetime"});
        String warning =
                "WARNING: Creating rsc_location constraint '" + name + "' with a score of -INFINITY for resource "
                        + id + " on " + node + ".\n\tThis will prevent " + id + " from "
                        + (options.has("promoted") ? "being promoted" : "running") + " on " + node
                        + " until the constraint is removed using the clear option or by editing the CIB with an appropriate tool\n"
                        + "\tThis will be the case even if " + node + " is the last node in the cluster\n";
        return change(List.of(new CibEdit.Put("constraints", constraint)), until(end) + warning);
    }

    private static String until(@Nullable String end) {
        return end == null ? "" : "Migration will take effect until: " + end + "\n";
    }

    private @Nullable String end() throws UsageException {
        if (!options.has("lifetime")) {
            return null;
        }
        try {
            return END.withZone(ZoneOffset.UTC).format(Instant.now().plus(Duration.parse(options.value("lifetime"))));
        } catch (DateTimeException e) {
            throw new UsageException("Invalid duration specified: " + options.value("lifetime"));
        }
    }

    /** @param ids of the rule, its expression and its end, where the request has one */
    private Element constraint(String name, String node, String score, @Nullable String end, String[] ids) {
        String role = options.has("promoted") ? "Promoted" : "Started";
        if (end == null) {
            return Element.leaf("rsc_location", "id", name, "rsc", id, "role", role, "node", node, "score", score);
        }
        Element where = Element.leaf(
                "expression", "id", ids[1], "attribute", "#uname", "operation", "eq", "value", node, "type", "string");
        Element until = Element.leaf("date_expression", "id", ids[2], "operation", "lt", "end", end);
        Element rule = Element.leaf("rule", "id", ids[0], "score", score, "boolean-op", "and")
                .withChildren(List.of(where, until));
        return Element.leaf("rsc_location", "id", name, "rsc", id, "role", role).withChildren(List.of(rule));
    }

    private ToolStep clear() {
        String node = options.value("node");
        if (!node.isEmpty() && !isNode(node)) {
            return CrmResource.noObject("Node '" + node + "' not found");
        }
        Map<String, CibEdit> removed = new LinkedHashMap<>();
        for (Element constraint :
                configuration.child("constraints").map(Element::children).orElse(List.of())) {
            String name = constraint.id();
            boolean ban = name.startsWith("cli-ban-" + id + "-on-");
            boolean prefer = name.equals("cli-prefer-" + id);
            boolean there = node.isEmpty()
                    || name.equals("cli-ban-" + id + "-on-" + node)
                    || (prefer && names(constraint, node));
            if (constraint.attribute("rsc", "").equals(id) && (ban || prefer) && there) {
                removed.put(name, new CibEdit.Remove(name));
            }
        }
        StringBuilder said = new StringBuilder();
        removed.keySet()
                .forEach(name ->
                        said.append("Removing constraint: ").append(name).append('\n'));
        return removed.isEmpty() ? ToolStep.out("") : change(List.copyOf(removed.values()), said.toString());
    }

    private static boolean names(Element constraint, String node) {
        return constraint.attribute("node", "").equals(node)
                || constraint.children("rule").stream()
                        .flatMap(rule -> rule.children("expression").stream())
                        .anyMatch(
                                expression -> expression.attribute("value", "").equals(node));
    }

    // ---- common -----------------------------------------------------------------------------------------------------

    private boolean isNode(String name) {
        return configuration.child("nodes").map(Element::children).orElse(List.of()).stream()
                .anyMatch(node -> node.attribute("uname", node.id()).equals(name));
    }

    private ToolStep change(List<CibEdit> edits, String said) {
        String guard = cib.attribute("admin_epoch", "0") + "." + cib.attribute("epoch", "0");
        Request request = new Request.Configure(
                edits, guard, "crm_resource " + String.join(" ", call.arguments()), "crm_resource", true, false);
        return new Ask(request, answer -> {
            if (triesLeft > 1 && AgentTools.hasMoved(answer)) {
                return CrmResource.read(call, options, triesLeft - 1);
            }
            return answer instanceof Answer.Done
                    ? ToolStep.out(options.has("quiet") ? "" : said)
                    : AgentTools.failed(call, answer);
        });
    }

    static Optional<Element> find(Element parent, String wanted) {
        for (Element child : parent.children()) {
            Optional<Element> found = child.id().equals(wanted) ? Optional.of(child) : find(child, wanted);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }
}
