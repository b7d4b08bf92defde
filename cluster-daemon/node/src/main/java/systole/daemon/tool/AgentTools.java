package systole.daemon.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.daemon.tool.ToolStep.Say;
import systole.kernel.ClusterException;
import systole.model.Element;
import systole.model.TimeSpan;

/**
 * The commands of Pacemaker that agents call, as far as agents of the field use them ({@code agent-tool-shims.md}).
 *
 * <p>{@link #begin} gives the first step; the daemon carries out what a step asks for until one says what to print.
 */
public final class AgentTools {
    static final int USAGE = 64;
    static final int NO_SUCH_OBJECT = 105;
    private static final int UNKNOWN_ATTRIBUTE = 78;
    private static final int NOT_CONNECTED = 102;
    private static final String[] ATTRD_OPTIONS = {
        "n,name:",
        "v,update,attr-value:",
        "U,update-old:",
        "B,update-both:",
        "Y,update-delay",
        "D,delete",
        "Q,query",
        "A,all",
        "N,node:",
        "p,private",
        "d,delay:",
        "S,set:",
        "q,quiet",
        "l,lifetime:",
        "V,verbose",
        "t,type:",
    };

    private AgentTools() {}

    /** Whether the caller turns to the command line proper when this is not answered. */
    public static boolean isAskedAgain(ToolCall call) {
        return call.name().equals("systole");
    }

    public static ToolStep begin(ToolCall call) {
        try {
            return switch (call.name()) {
                case "systole" -> PlainReads.begin(call);
                case "crm_attribute", "crm_master" -> CrmAttribute.begin(call);
                case "attrd_updater" -> attrdUpdater(call);
                case "crm_node" -> crmNode(call);
                case "crm_mon" -> crmMon(call);
                case "cibadmin" -> Cibadmin.begin(call);
                case "crm_resource" -> CrmResource.begin(call);
                case "stonith_admin" -> stonithAdmin(call);
                case "corosync-quorumtool" -> CorosyncTools.quorumTool(call);
                case "corosync-cfgtool" -> CorosyncTools.cfgTool(call);
                case "corosync-cmapctl" -> CorosyncTools.cmapctl(call);
                case "pacemakerd" -> ToolStep.out("Pacemaker 2.1.5\n");
                default ->
                    ToolStep.fail(USAGE, call.name() + ": not one of the commands that Systole offers to agents");
            };
        } catch (UsageException e) {
            return ToolStep.fail(USAGE, call.name() + ": " + e.getMessage());
        }
    }

    /** Whether a guarded change was refused because somebody else was faster. */
    static boolean hasMoved(Answer answer) {
        return answer instanceof Answer.Failed failed && failed.advice() == ClusterException.Advice.READ_AGAIN;
    }

    /** What a failed request looks like to an agent. */
    static Say failed(ToolCall call, Answer answer) {
        if (answer instanceof Answer.Failed failure) {
            return ToolStep.fail(NOT_CONNECTED, call.name() + ": " + failure.whatHappened());
        }
        throw new AssertionError("unexpected answer " + answer.getClass().getSimpleName() + " for " + call);
    }

    private static ToolStep attrdUpdater(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(call.arguments(), ATTRD_OPTIONS);
        String name = options.value("name");
        if (name.isEmpty()) {
            throw new UsageException("an attribute must be named with -n");
        }
        String node = options.value("node", call.ownNode());
        String lifetime = options.has("private") ? "private" : "reboot";
        if (options.has("query")) {
            String wanted = options.has("all") ? "" : node;
            return new Ask(
                    new Request.QueryAttributes("", name, lifetime),
                    answer -> queried(call, name, wanted, lifetime, answer));
        }
        long delay = options.has("delay") ? TimeSpan.millis(options.value("delay"), 0) : -1;
        Request request;
        if (options.has("delete")) {
            request = new Request.SetAttributes(node, Map.of(), List.of(name), lifetime, delay);
        } else {
            String value = options.value("update", options.value("update-both", options.value("update-old")));
            request = new Request.SetAttributes(node, Map.of(name, value), List.of(), lifetime, delay);
        }
        return new Ask(request, answer -> answer instanceof Answer.Done ? ToolStep.out("") : failed(call, answer));
    }

    private static ToolStep queried(ToolCall call, String name, String node, String lifetime, Answer answer) {
        if (!(answer instanceof Answer.Attributes attributes)) {
            return failed(call, answer);
        }
        StringBuilder lines = new StringBuilder();
        boolean known = false;
        for (Answer.Attribute attribute : attributes.attributes()) {
            if (attribute.name().equals(name)) {
                known = true;
                if (node.isEmpty() || attribute.node().equalsIgnoreCase(node)) {
                    lines.append(attributeLine(name, attribute.node(), attribute.value()));
                }
            }
        }
        if (!known && lifetime.equals("reboot")) {
            // The name alone does not tell where it was put.
            return new Ask(
                    new Request.QueryAttributes("", name, "private"),
                    second -> queried(call, name, node, "private", second));
        }
        if (!known) {
            return ToolStep.fail(
                    UNKNOWN_ATTRIBUTE,
                    "attrd_updater: Could not query value of " + name + ": attribute does not exist");
        }
        return ToolStep.out(lines.isEmpty() ? attributeLine(name, node, "") : lines.toString());
    }

    /** Agents {@code eval} this line. */
    private static String attributeLine(String name, String node, String value) {
        String quoted = value.replaceAll("([\\\\\"$`])", "\\\\$1");
        return "name=\"" + name + "\" host=\"" + node + "\" value=\"" + quoted + "\"\n";
    }

    private static ToolStep crmNode(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(
                call.arguments(),
                "n,name",
                "l,list",
                "p,partition",
                "q,quorum",
                "i,cluster-id",
                "N,name-for-id:",
                "Q,quiet",
                "V,verbose");
        if (options.has("name") && !call.ownNode().isEmpty()) {
            return ToolStep.out(call.ownNode() + "\n");
        }
        // Of two that say what to list, the last wins.
        int list = Math.max(call.arguments().lastIndexOf("-l"), call.arguments().lastIndexOf("--list"));
        int partition =
                Math.max(call.arguments().lastIndexOf("-p"), call.arguments().lastIndexOf("--partition"));
        return new Ask(new Request.Status(), answer -> {
            if (!(answer instanceof Answer.Status status)) {
                return failed(call, answer);
            }
            if (options.has("quorum")) {
                return ToolStep.out(status.facts().getOrDefault("quorate", "").equals("true") ? "1\n" : "0\n");
            }
            String own = call.ownNode().isEmpty() ? status.facts().getOrDefault("node", "") : call.ownNode();
            List<ClusterNode> nodes = ClusterNode.all(status.cib());
            if (options.has("name-for-id")) {
                return nodes.stream()
                        .filter(node -> node.id().equals(options.value("name-for-id")))
                        .findFirst()
                        .<Say>map(node -> ToolStep.out(node.name() + "\n"))
                        .orElse(ToolStep.fail(NO_SUCH_OBJECT, "crm_node: no node has this id"));
            }
            if (options.has("cluster-id")) {
                return nodes.stream()
                        .filter(node -> node.name().equalsIgnoreCase(own))
                        .findFirst()
                        .<Say>map(node -> ToolStep.out(node.id() + "\n"))
                        .orElse(ToolStep.fail(NO_SUCH_OBJECT, "crm_node: this node has no id yet"));
            }
            if (partition > list) {
                StringBuilder members = new StringBuilder();
                nodes.stream()
                        .filter(ClusterNode::isMember)
                        .forEach(node -> members.append(node.name()).append(' '));
                return ToolStep.out(members + "\n");
            }
            if (options.has("list")) {
                StringBuilder lines = new StringBuilder();
                nodes.forEach(node -> lines.append(node.id())
                        .append(' ')
                        .append(node.name())
                        .append(node.isMember() ? " member\n" : " lost\n"));
                return ToolStep.out(lines.toString());
            }
            return ToolStep.out(own + "\n");
        });
    }

    private static ToolStep crmMon(ToolCall call) throws UsageException {
        ToolOptions options = CrmMon.options(call);
        return new Ask(
                new Request.Status(),
                answer -> answer instanceof Answer.Status status
                        ? CrmMon.answer(call, options, status)
                        : failed(call, answer));
    }

    private static ToolStep stonithAdmin(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(
                call.arguments(),
                "B,reboot:",
                "F,fence:",
                "H,history:",
                "x,tag,tag:",
                "x,output-as:",
                "t,timeout:",
                "U,unfence:",
                "V,verbose");
        if (options.has("history")) {
            String wanted = options.value("history");
            return new Ask(
                    new Request.FenceHistory(wanted.equals("*") ? "" : wanted),
                    answer -> answer instanceof Answer.Events events
                            ? ToolStep.out(FenceHistory.of(
                                    call, options.value("output-as").equals("xml"), events))
                            : failed(call, answer));
        }
        String action = options.has("reboot") ? "reboot" : options.has("fence") ? "off" : "on";
        String node = options.value("reboot", options.value("fence", options.value("unfence")));
        if (node.isEmpty()) {
            throw new UsageException("a node must be named");
        }
        long timeout = options.has("timeout") ? TimeSpan.millis(options.value("timeout"), 120_000) : 120_000;
        return new Ask(
                new Request.Fence(node, action, timeout),
                answer -> answer instanceof Answer.Done ? ToolStep.out("") : failed(call, answer));
    }

    /** One node as the CIB has it. */
    record ClusterNode(String id, String name, boolean isMember) {
        static List<ClusterNode> all(Element cib) {
            List<ClusterNode> nodes = new ArrayList<>();
            Optional<Element> listed = cib.child("configuration").flatMap(c -> c.child("nodes"));
            List<Element> states =
                    cib.child("status").map(s -> s.children("node_state")).orElse(List.of());
            for (Element node : listed.map(n -> n.children("node")).orElse(List.of())) {
                String name = node.attribute("uname", node.id());
                boolean member = states.stream()
                        .filter(state -> state.attribute("uname", "").equals(name))
                        .anyMatch(ClusterNode::isMember);
                nodes.add(new ClusterNode(node.id(), name, member));
            }
            return nodes;
        }

        /** Old states say {@code true}, new ones the time since when. */
        private static boolean isMember(Element state) {
            String in = state.attribute("in_ccm", "").toLowerCase(Locale.ROOT);
            return !in.isEmpty() && !in.equals("false") && !in.equals("0");
        }
    }
}
