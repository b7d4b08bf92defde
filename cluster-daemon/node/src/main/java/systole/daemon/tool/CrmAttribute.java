package systole.daemon.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.model.CibEdit;
import systole.model.Element;

/** {@code crm_attribute} and its old form {@code crm_master}. */
final class CrmAttribute {
    private static final String[] OPTIONS = {
        "G,query",
        "D,delete",
        "v,update,attr-value:",
        "n,name,attr-name:",
        "N,node,node-uname,uname:",
        "l,lifetime:",
        "t,type:",
        "z,utilization",
        "s,set-name:",
        "p,promotion?",
        "q,quiet",
        "Q,quiet",
        "d,default:",
        "i,id:",
        "V,verbose",
        "!,inhibit-policy-engine",
        "P,pattern:",
        "r,resource:",
    };

    /** Where a value lives: what {@code scope=} says. */
    private enum Scope {
        STATUS("status"),
        NODES("nodes"),
        CRM_CONFIG("crm_config"),
        RSC_DEFAULTS("rsc_defaults"),
        OP_DEFAULTS("op_defaults"),
        UTILIZATION("nodes");

        private final String word;

        Scope(String word) {
            this.word = word;
        }
    }

    private static final int TRIES = 8;

    private final ToolCall call;
    private final ToolOptions options;
    private final Scope scope;
    private final String name;
    private final String node;

    private CrmAttribute(ToolCall call) throws UsageException {
        this.call = call;
        this.options = new ToolOptions(call.arguments(), OPTIONS);
        boolean promotion = options.has("promotion") || call.name().equals("crm_master");
        if (promotion) {
            String resource = options.value("promotion");
            resource = resource.isEmpty() ? options.value("resource") : resource;
            resource = resource.isEmpty() ? call.variable("OCF_RESOURCE_INSTANCE") : resource;
            if (resource.isEmpty()) {
                throw new UsageException("a promotion score needs the resource in OCF_RESOURCE_INSTANCE");
            }
            this.name = "master-" + resource;
            this.scope = options.value("lifetime").equals("forever") ? Scope.NODES : Scope.STATUS;
        } else {
            this.name = options.value("name");
            this.scope = scope();
            if (name.isEmpty()) {
                throw new UsageException("an attribute must be named with -n");
            }
        }
        String said = options.value("node");
        this.node = said.isEmpty() || said.equals("localhost") ? call.ownNode() : said;
    }

    static ToolStep begin(ToolCall call) throws UsageException {
        CrmAttribute self = new CrmAttribute(call);
        return switch (self.scope) {
            case STATUS, NODES -> self.nodeAttribute(self.scope == Scope.STATUS ? "reboot" : "forever");
            case CRM_CONFIG, RSC_DEFAULTS, OP_DEFAULTS, UTILIZATION -> self.readConfiguration(TRIES);
        };
    }

    private ToolStep readConfiguration(int triesLeft) {
        return new Ask(
                new Request.ReadCib(),
                answer -> answer instanceof Answer.Cib cib
                        ? inConfiguration(cib.cib(), triesLeft)
                        : AgentTools.failed(call, answer));
    }

    private Scope scope() throws UsageException {
        if (options.has("utilization")) {
            return Scope.UTILIZATION;
        }
        switch (options.value("lifetime")) {
            case "reboot":
                return Scope.STATUS;
            case "forever":
                return Scope.NODES;
            default:
        }
        return switch (options.value("type")) {
            case "status" -> Scope.STATUS;
            case "nodes", "node", "node_attributes" -> Scope.NODES;
            case "crm_config", "cluster" -> Scope.CRM_CONFIG;
            case "rsc_defaults" -> Scope.RSC_DEFAULTS;
            case "op_defaults" -> Scope.OP_DEFAULTS;
            case "" -> options.has("node") ? Scope.NODES : Scope.CRM_CONFIG;
            default -> throw new UsageException("type " + options.value("type") + " is not known");
        };
    }

    private ToolStep nodeAttribute(String lifetime) {
        Request request;
        if (options.has("delete")) {
            request = new Request.SetAttributes(node, Map.of(), List.of(name), lifetime, -1);
        } else if (options.has("update")) {
            request = new Request.SetAttributes(node, Map.of(name, options.value("update")), List.of(), lifetime, -1);
        } else {
            return new Ask(new Request.QueryAttributes(node, name, lifetime), this::queried);
        }
        return new Ask(
                request, answer -> answer instanceof Answer.Done ? ToolStep.out("") : AgentTools.failed(call, answer));
    }

    private ToolStep queried(Answer answer) {
        if (!(answer instanceof Answer.Attributes attributes)) {
            return AgentTools.failed(call, answer);
        }
        return found(attributes.attributes().stream()
                .filter(attribute -> attribute.name().equals(name))
                .map(Answer.Attribute::value)
                .findFirst());
    }

    private ToolStep found(Optional<String> value) {
        Optional<String> shown =
                value.isPresent() || !options.has("default") ? value : Optional.of(options.value("default"));
        if (shown.isEmpty()) {
            return ToolStep.fail(
                    AgentTools.NO_SUCH_OBJECT, "crm_attribute: Error performing operation: No such device or address");
        }
        return ToolStep.out(
                options.has("quiet")
                        ? shown.get() + "\n"
                        // Two blanks, as agents expect.
                        : "scope=" + scope.word + "  name=" + name + " value=" + shown.get() + "\n");
    }

    private ToolStep inConfiguration(Element cib, int triesLeft) {
        Element configuration = cib.child("configuration").orElseThrow();
        String wantedSet = options.value("set-name");
        Optional<Element> set = set(configuration, wantedSet);
        Optional<Element> pair = pair(configuration, wantedSet);
        if (options.has("delete")) {
            return pair.map(old -> change(new CibEdit.Remove(old.id()))).orElse(ToolStep.out(""));
        }
        if (!options.has("update")) {
            return found(pair.map(old -> old.attribute("value", "")));
        }
        String setId = set.map(Element::id).orElse(wantedSet.isEmpty() ? defaultSetId(configuration) : wantedSet);
        String id = pair.map(Element::id).orElse(setId + "-" + name);
        Element written = Element.leaf("nvpair", "id", id, "name", name, "value", options.value("update"));
        if (set.isPresent()) {
            return change(new CibEdit.Put(setId, written));
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", setId);
        Element made = Element.of(setName(), attributes, List.of(written));
        if (scope != Scope.UTILIZATION) {
            return make(new CibEdit.Put(scope.word, made), cib, triesLeft);
        }
        return nodeElement(configuration)
                .map(owner -> make(new CibEdit.Put(owner.id(), made), cib, triesLeft))
                .orElse(ToolStep.fail(AgentTools.NO_SUCH_OBJECT, "crm_attribute: there is no node " + node));
    }

    private ToolStep change(CibEdit edit) {
        Request request = new Request.Configure(List.of(edit), "", call.name() + " " + name, call.name(), true, false);
        return new Ask(
                request, answer -> answer instanceof Answer.Done ? ToolStep.out("") : AgentTools.failed(call, answer));
    }

    /** A set that is not there yet; if somebody else makes it meanwhile, his values must not be overwritten. */
    private ToolStep make(CibEdit edit, Element cib, int triesLeft) {
        String guard = cib.attribute("admin_epoch", "0") + "." + cib.attribute("epoch", "0");
        Request request =
                new Request.Configure(List.of(edit), guard, call.name() + " " + name, call.name(), true, false);
        return new Ask(request, answer -> {
            if (triesLeft > 1 && AgentTools.hasMoved(answer)) {
                return readConfiguration(triesLeft - 1);
            }
            return answer instanceof Answer.Done ? ToolStep.out("") : AgentTools.failed(call, answer);
        });
    }

    private String setName() {
        return switch (scope) {
            case CRM_CONFIG -> "cluster_property_set";
            case UTILIZATION -> "utilization";
            default -> "meta_attributes";
        };
    }

    private String defaultSetId(Element configuration) {
        return switch (scope) {
            case CRM_CONFIG -> "cib-bootstrap-options";
            case UTILIZATION -> nodeElement(configuration).map(Element::id).orElse("") + "-utilization";
            default -> scope.word + "-options";
        };
    }

    private Optional<Element> nodeElement(Element configuration) {
        return configuration.child("nodes").map(nodes -> nodes.children("node")).orElse(List.of()).stream()
                .filter(one -> one.attribute("uname", "").equalsIgnoreCase(node))
                .findFirst();
    }

    private List<Element> sets(Element configuration) {
        Optional<Element> owner =
                scope == Scope.UTILIZATION ? nodeElement(configuration) : configuration.child(scope.word);
        return owner.map(section -> section.children(setName())).orElse(List.of());
    }

    private Optional<Element> set(Element configuration, String id) {
        return sets(configuration).stream()
                .filter(set -> id.isEmpty() || set.id().equals(id))
                .findFirst();
    }

    private Optional<Element> pair(Element configuration, String setId) {
        return sets(configuration).stream()
                .filter(set -> setId.isEmpty() || set.id().equals(setId))
                .flatMap(set -> set.children("nvpair").stream())
                .filter(pair -> pair.attribute("name", "").equals(name))
                .findFirst();
    }
}
