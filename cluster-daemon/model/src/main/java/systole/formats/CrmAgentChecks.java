package systole.formats;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.model.Options;
import systole.model.TimeSpan;

/** Whether the parameters of resources are those that their agents take. Findings are doubts: force overrides them. */
final class CrmAgentChecks {
    /** Parameters that the manager fills in for fence agents. */
    private static final Set<String> FILLED_IN = Set.of("action", "option", "port", "plug", "nodename");

    /** Old names that say the same, either of which will do. */
    private static final Map<String, String> SAME = Map.of(
            "ip",
            "ipaddr",
            "ipaddr",
            "ip",
            "username",
            "login",
            "login",
            "username",
            "password",
            "passwd",
            "passwd",
            "password",
            "password_script",
            "passwd_script",
            "passwd_script",
            "password_script");

    /** Classes that the schema has and no executor carries out. */
    private static final Set<String> NOT_RUN = Set.of("heartbeat", "nagios", "upstart");

    private static final Set<String> ONCE = Set.of("start", "stop", "promote", "demote");

    /** Operations that the cluster itself asks of agents. */
    private static final Set<String> STANDARD = Set.of(
            "start",
            "stop",
            "monitor",
            "promote",
            "demote",
            "notify",
            "reload",
            "reload-agent",
            "migrate_to",
            "migrate_from",
            "validate-all",
            "meta-data",
            "status",
            "on",
            "off",
            "list");

    private static final Set<String> ALWAYS_KNOWN = Set.of("trace_ra", "trace_dir", "CRM_meta_timeout");

    private final Map<String, Element> resources;
    private final String source;
    private final AgentCatalog agents;
    private final List<Finding> findings;

    CrmAgentChecks(Map<String, Element> resources, String source, AgentCatalog agents, List<Finding> findings) {
        this.resources = resources;
        this.source = source;
        this.agents = agents;
        this.findings = findings;
    }

    void run(Collection<CrmDraft> changed) {
        Set<String> reported = new LinkedHashSet<>();
        for (CrmDraft draft : changed) {
            if (draft.kind().equals("primitive") || draft.kind().equals("rsc_template")) {
                Element resource = resources.get(draft.id());
                if (resource != null) {
                    one(draft, resource, reported);
                }
            }
        }
    }

    private void one(CrmDraft draft, Element resource, Set<String> reported) {
        String place = source + ":" + draft.statement().line();
        String templateId = resource.attribute("template");
        Element template = templateId == null ? null : resources.get(templateId);
        Element typed = templateId == null ? resource : template;
        if (typed == null || typed.attribute("type") == null) {
            return;
        }
        String agentClass = typed.attribute("class", "");
        String provider = typed.attribute("provider", "");
        String type = typed.attribute("type", "");
        if (NOT_RUN.contains(agentClass)) {
            findings.add(Finding.doubt(
                    place,
                    "agents of class '" + agentClass + "' are not run here, so '" + draft.id() + "' would never start",
                    "use an agent of class ocf, systemd, service, lsb or stonith"));
            return;
        }
        Optional<AgentCatalog.Agent> agent = agents.describe(agentClass, provider, type);
        if (agent.isEmpty()) {
            unknownAgent(agentClass, provider, type, place);
            return;
        }
        timing(draft, resource, CrmPrinter.agent(typed), agent.get().operations(), place);
        if (agent.get().parameters().isEmpty()) {
            return;
        }
        Map<String, String> given = new LinkedHashMap<>();
        if (template != null) {
            parameters(template, given);
        }
        parameters(resource, given);
        Map<String, AgentCatalog.Parameter> known = new LinkedHashMap<>();
        for (AgentCatalog.Parameter parameter : agent.get().parameters()) {
            known.put(parameter.name(), parameter);
        }
        boolean fencing = agentClass.equals("stonith");
        for (String name : given.keySet()) {
            if (!known.containsKey(name) && !ALWAYS_KNOWN.contains(name) && !(fencing && isOfManager(name))) {
                findings.add(Finding.doubt(
                        place,
                        "agent " + CrmPrinter.agent(typed) + " of '" + draft.id() + "' has no parameter '" + name + "'"
                                + NearestWord.hint(name, known.keySet()),
                        "correct the name; list the parameters: systole ra info " + CrmPrinter.agent(typed)));
            }
        }
        if (!draft.kind().equals("primitive")) {
            return;
        }
        for (AgentCatalog.Parameter parameter : agent.get().parameters()) {
            boolean needed = parameter.required() && !(fencing && FILLED_IN.contains(parameter.name()));
            boolean underOldName = fencing && given.containsKey(SAME.getOrDefault(parameter.name(), parameter.name()));
            if (needed && !given.containsKey(parameter.name()) && !underOldName) {
                findings.add(Finding.doubt(
                        place,
                        "'" + draft.id() + "' lacks parameter '" + parameter.name() + "', which agent "
                                + CrmPrinter.agent(typed) + " requires",
                        "add params " + parameter.name() + "=…"));
            }
            String value = own(resource, parameter.name());
            if (parameter.unique() && value != null) {
                unique(draft, resource, parameter.name(), value, place, reported);
            }
        }
    }

    /** Time-outs below the agent's advice, and intervals where there can be none. */
    private void timing(
            CrmDraft draft, Element resource, String agent, List<AgentCatalog.Operation> advice, String place) {
        for (Element operations : resource.children("operations")) {
            for (Element op : operations.children("op")) {
                String name = op.attribute("name", "");
                String timeout = op.attribute("timeout");
                if (!STANDARD.contains(name)
                        && advice.stream().noneMatch(each -> each.name().equals(name))) {
                    findings.add(Finding.warning(
                            place,
                            "'" + draft.id() + "': operation '" + name + "' is not known of agent " + agent
                                    + NearestWord.hint(name, STANDARD),
                            "correct the name, unless the agent has it all the same"));
                }
                if (timeout != null && !advice.isEmpty()) {
                    advised(advice, name, op.attribute("role", "")).ifPresent(least -> {
                        if (TimeSpan.millis(timeout, 0) < TimeSpan.millis(least, 0)) {
                            findings.add(Finding.warning(
                                    place,
                                    "'" + draft.id() + "': timeout " + timeout + " of " + name + " is below the "
                                            + least + " that agent " + agent + " advises",
                                    "write timeout=" + least + ", or: systole configure default-timeouts "
                                            + draft.id()));
                        }
                    });
                }
                String interval = op.attribute("interval", "0");
                if (ONCE.contains(name) && TimeSpan.millis(interval, 0) != 0) {
                    findings.add(Finding.warning(
                            place,
                            "'" + draft.id() + "': interval " + interval + " of " + name
                                    + " has no meaning, it is not repeated",
                            "leave the interval out"));
                }
            }
        }
    }

    /** The time-out that is advised for an operation; for a monitor of a role, the one of that role. */
    static Optional<String> advised(List<AgentCatalog.Operation> advice, String name, String role) {
        Optional<String> any = Optional.empty();
        for (AgentCatalog.Operation operation : advice) {
            if (operation.name().equals(name) && !operation.timeout().isEmpty()) {
                if (operation.role().equalsIgnoreCase(role)) {
                    return Optional.of(operation.timeout());
                }
                any = any.isPresent() ? any : Optional.of(operation.timeout());
            }
        }
        return any;
    }

    private static boolean isOfManager(String name) {
        return name.startsWith("pcmk_")
                || Options.find(Options.Scope.FENCING, name).isPresent();
    }

    private void parameters(Element resource, Map<String, String> into) {
        for (Element set : resource.children("instance_attributes")) {
            Element meant = set;
            String reference = set.attribute("id-ref");
            if (reference != null) {
                meant = referenced(reference);
            }
            for (Element pair : meant.children("nvpair")) {
                String name = pair.attribute("name");
                if (name != null) {
                    into.put(name, pair.attribute("value", ""));
                } else if (pair.attribute("id-ref") != null) {
                    Element shared = referencedPair(pair.attribute("id-ref", ""));
                    into.put(shared.attribute("name", "trace_ra"), shared.attribute("value", ""));
                }
            }
        }
    }

    private Element referenced(String id) {
        for (Element resource : resources.values()) {
            for (Element set : resource.children("instance_attributes")) {
                if (set.id().equals(id)) {
                    return set;
                }
            }
        }
        return Element.leaf("instance_attributes");
    }

    private Element referencedPair(String id) {
        for (Element resource : resources.values()) {
            for (Element set : resource.children("instance_attributes")) {
                for (Element pair : set.children("nvpair")) {
                    if (pair.id().equals(id)) {
                        return pair;
                    }
                }
            }
        }
        return Element.leaf("nvpair");
    }

    /** The value that the resource itself sets; one that is shared by reference is shared on purpose. */
    private static @Nullable String own(Element resource, String name) {
        for (Element set : resource.children("instance_attributes")) {
            for (Element pair : set.children("nvpair")) {
                if (name.equals(pair.attribute("name"))) {
                    return pair.attribute("value");
                }
            }
        }
        return null;
    }

    private void unique(
            CrmDraft draft, Element resource, String name, String value, String place, Set<String> reported) {
        for (Element other : resources.values()) {
            if (!other.is("primitive")
                    || other.id().equals(draft.id())
                    || !CrmPrinter.agent(other).equals(CrmPrinter.agent(resource))) {
                continue;
            }
            if (value.equals(own(other, name)) && reported.add(other.id() + " " + draft.id() + " " + name)) {
                reported.add(draft.id() + " " + other.id() + " " + name);
                findings.add(Finding.doubt(
                        place,
                        "'" + draft.id() + "' and '" + other.id() + "' have the same value '" + value
                                + "' of parameter '" + name + "', which must differ between resources of one agent",
                        "give each a value of its own"));
            }
        }
    }

    private void unknownAgent(String agentClass, String provider, String type, String place) {
        String name = agentClass + (provider.isEmpty() ? "" : ":" + provider) + ":" + type;
        List<String> providers = agentClass.equals("ocf") ? agents.providers(type) : List.of();
        String hint = providers.isEmpty()
                ? NearestWord.hint(name, agents.names())
                : "; did you mean 'ocf:" + providers.get(0) + ":" + type + "'?";
        boolean fence =
                agentClass.equals("stonith") && type.startsWith("fence_") && agents.knowsProvider("stonith", "");
        if (fence || !providers.isEmpty() || (agentClass.equals("ocf") && agents.knowsProvider("ocf", provider))) {
            findings.add(Finding.doubt(
                    place,
                    "there is no resource agent " + name + hint,
                    "install it or correct the name; list the agents: systole ra list " + agentClass));
        } else if (agentClass.equals("ocf") || agentClass.equals("stonith")) {
            if (!agents.names().isEmpty()) {
                findings.add(Finding.warning(
                        place, "resource agent " + name + " is not known here, so its parameters are not checked", ""));
            }
        }
    }
}
