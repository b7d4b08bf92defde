package systole.daemon.tool;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.scheduler.status.MonitorXml;

/** What monitoring asks of Corosync: {@code corosync-quorumtool}, {@code corosync-cfgtool -s}, {@code corosync-cmapctl}. */
final class CorosyncTools {
    private CorosyncTools() {}

    static ToolStep quorumTool(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(
                call.arguments(), "s,status", "p,parsable", "l,nodes", "i,addresses", "e,expected:", "V,version");
        if (options.has("expected")) {
            String votes = options.value("expected");
            if (!votes.matches("[0-9]{1,6}")) {
                throw new UsageException("-e needs a number of votes, not " + votes);
            }
            return new Ask(
                    new Request.SetExpectedVotes(Integer.parseInt(votes)),
                    answer -> answer instanceof Answer.Done ? ToolStep.out("") : AgentTools.failed(call, answer));
        }
        return both(call, (ring, nodes) -> {
            String members = members(ring, nodes);
            if (options.has("nodes")) {
                return ToolStep.out(members);
            }
            boolean quorate = ring.getOrDefault("quorate", "").equals("true");
            String own = ring.getOrDefault("node", "");
            String id = nodes.stream()
                    .filter(node -> node.name().equals(own))
                    .map(AgentTools.ClusterNode::id)
                    .findFirst()
                    .orElse("0");
            StringBuilder out = new StringBuilder("Quorum information\n------------------\n");
            fact(out, "Date", MonitorXml.time(Instant.now().getEpochSecond(), ZoneId.systemDefault()));
            fact(out, "Quorum provider", "corosync_votequorum");
            fact(out, "Nodes", Integer.toString(names(ring).size()));
            fact(out, "Node ID", id);
            fact(out, "Ring ID", ring.getOrDefault("ring_id", "0.0"));
            fact(out, "Quorate", quorate ? "Yes" : "No");
            out.append("\nVotequorum information\n----------------------\n");
            fact(out, "Expected votes", ring.getOrDefault("expected_votes", "0"));
            fact(out, "Highest expected", ring.getOrDefault("expected_votes", "0"));
            fact(out, "Total votes", ring.getOrDefault("votes", "0"));
            String blocked = quorate ? "" : " Activity blocked";
            fact(out, "Quorum", ring.getOrDefault("votes_needed", "0") + " " + blocked);
            fact(out, "Flags", ring.getOrDefault("flags", "") + " ");
            out.append('\n').append(members);
            // As the real one: 2 says that there is no quorum.
            return new ToolStep.Say(quorate ? 0 : 2, out.toString(), "");
        });
    }

    private static void fact(StringBuilder out, String name, String value) {
        out.append(String.format(Locale.ROOT, "%-18s%s%n", name + ":", value));
    }

    private static String members(Map<String, String> ring, List<AgentTools.ClusterNode> nodes) {
        StringBuilder out = new StringBuilder("Membership information\n----------------------\n");
        out.append("    Nodeid      Votes    Qdevice Name\n");
        Set<String> present = names(ring);
        for (AgentTools.ClusterNode node : nodes) {
            if (present.contains(node.name())) {
                String votes = ring.getOrDefault("votes." + node.name(), "1");
                boolean own = node.name().equals(ring.getOrDefault("node", ""));
                out.append(String.format(
                        Locale.ROOT,
                        "%10s %10s %10s %s%s%n",
                        node.id(),
                        votes,
                        device(ring),
                        node.name(),
                        own ? " (local)" : ""));
            }
        }
        if (ring.containsKey("witness")) {
            String votes = ring.getOrDefault("witness_votes", "0");
            out.append(String.format(Locale.ROOT, "%10s %10s %10s Qdevice%n", "0", votes, ""));
        }
        return out.toString();
    }

    /** Alive, voting: as the node that is asked sees the witness. */
    private static String device(Map<String, String> ring) {
        String words = ring.get("witness");
        if (words == null) {
            return "NR";
        }
        return (words.startsWith("connected") ? "A," : "NA,")
                + (ring.getOrDefault("witness_voted", "").equals("true") ? "V," : "NV,") + "NMW";
    }

    private static Set<String> names(Map<String, String> ring) {
        return new TreeSet<>(List.of(ring.getOrDefault("members", "").strip().split(" +")));
    }

    static ToolStep cfgTool(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(call.arguments(), "s,status", "n,nodes", "b,brief", "i,address:");
        if (!options.has("status")) {
            throw new UsageException("only the status of the links is offered: -s");
        }
        return both(call, (ring, nodes) -> {
            String own = ring.getOrDefault("node", "");
            StringBuilder out = new StringBuilder("Printing ring status.\nLocal node ID ");
            out.append(nodes.stream()
                            .filter(node -> node.name().equals(own))
                            .map(AgentTools.ClusterNode::id)
                            .findFirst()
                            .orElse("0"))
                    .append('\n');
            ring.forEach((key, address) -> {
                if (key.startsWith("address.")) {
                    String link = key.substring("address.".length());
                    boolean heard = ring.entrySet().stream()
                            .filter(each -> each.getKey().startsWith("link.")
                                    && each.getKey().endsWith("." + link))
                            .allMatch(each -> each.getValue().startsWith("heard"));
                    out.append("RING ID ")
                            .append(link)
                            .append("\n\tid\t= ")
                            .append(address)
                            .append("\n\tstatus\t= ");
                    out.append("ring ").append(link).append(heard ? " active with no faults\n" : " FAULTY\n");
                }
            });
            return ToolStep.out(out.toString());
        });
    }

    /** The two keys that an agent reads (fence_scsi), and what else is asked by name. */
    static ToolStep cmapctl(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(call.arguments(), "g,get:", "b,binary");
        String wanted = options.value(
                "get", options.words().isEmpty() ? "" : options.words().get(0));
        return both(call, (ring, nodes) -> {
            StringBuilder all = new StringBuilder();
            all.append("totem.cluster_name (str) = ")
                    .append(ring.getOrDefault("cluster", ""))
                    .append('\n');
            for (int i = 0; i < nodes.size(); i++) {
                all.append("nodelist.node.")
                        .append(i)
                        .append(".name (str) = ")
                        .append(nodes.get(i).name())
                        .append('\n');
                all.append("nodelist.node.")
                        .append(i)
                        .append(".nodeid (u32) = ")
                        .append(nodes.get(i).id())
                        .append('\n');
            }
            StringBuilder found = new StringBuilder();
            all.toString()
                    .lines()
                    .filter(line -> options.has("get") ? line.startsWith(wanted + " ") : line.startsWith(wanted))
                    .forEach(line -> found.append(line).append('\n'));
            return found.isEmpty()
                    ? ToolStep.fail(1, "Can't get key " + wanted + ". Error CS_ERR_NOT_EXIST")
                    : ToolStep.out(found.toString());
        });
    }

    private interface Shown {
        ToolStep of(Map<String, String> ring, List<AgentTools.ClusterNode> nodes);
    }

    private static ToolStep both(ToolCall call, Shown shown) {
        return new Ask(
                new Request.Ring(),
                first -> first instanceof Answer.Facts ring
                        ? new Ask(
                                new Request.Status(),
                                second -> second instanceof Answer.Status status
                                        ? shown.of(ring.facts(), AgentTools.ClusterNode.all(status.cib()))
                                        : AgentTools.failed(call, second))
                        : AgentTools.failed(call, first));
    }
}
