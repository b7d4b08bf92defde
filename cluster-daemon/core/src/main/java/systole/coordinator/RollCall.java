package systole.coordinator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.model.CibEdit;
import systole.model.Element;
import systole.state.Command;
import systole.state.Membership;
import systole.state.NodeStatus;
import systole.state.Version;

/**
 * The nodes of the interconnect's list in the cluster's own list, and patience with those that were never seen.
 *
 * <p>Every node of the interconnect gets a {@code node} entry, seen or not, as in Pacemaker; a node that was never seen
 * is fenced by the scheduler ({@code startup-fencing}), since it may run anything. When a cluster starts, its nodes do
 * not come at the same moment: until {@code dc-deadtime} has passed since this node first was in a quorate view, the
 * first plan waits for those not seen yet. When all are there nothing waits.
 */
final class RollCall {
    private final NodeContext node;
    private long sinceNanos = Long.MAX_VALUE;
    private @Nullable Element called;

    RollCall(NodeContext node) {
        this.node = node;
    }

    void synchronizedNow(boolean quorate) {
        called = null;
        if (quorate && sinceNanos == Long.MAX_VALUE) {
            sinceNanos = node.now().nanos();
        }
    }

    /** Nodes of the interconnect of which the cluster knows nothing: neither seen nor fenced since it started. */
    SortedSet<String> unseen() {
        SortedSet<String> unseen = new TreeSet<>(node.settings().nodeNames().values());
        for (NodeStatus status : node.state().nodes().values()) {
            Membership membership = status.membership();
            if (membership.joinedAt() >= 0 || membership.fenced()) {
                unseen.remove(status.uname());
            }
        }
        return unseen;
    }

    boolean isWaiting(long patienceNanos) {
        return node.now().nanos() < endNanos(patienceNanos) && !unseen().isEmpty();
    }

    long endNanos(long patienceNanos) {
        return sinceNanos == Long.MAX_VALUE ? Long.MAX_VALUE : sinceNanos + patienceNanos;
    }

    /** Gives each node its entry, again when a change of the configuration took it; called on the quorate coordinator. */
    void enter() {
        if (node.state().configuration() == called) {
            return;
        }
        called = node.state().configuration();
        Set<String> listed = new HashSet<>();
        for (Element section : node.state().configuration().children("nodes")) {
            section.children("node").forEach(entry -> listed.add(entry.attribute("uname", "")));
        }
        List<CibEdit> edits = new ArrayList<>();
        for (Map.Entry<NodeId, String> each : node.settings().nodeNames().entrySet()) {
            if (!listed.contains(each.getValue())) {
                String id = Integer.toString(each.getKey().value());
                edits.add(new CibEdit.Put("nodes", Element.leaf("node", "id", id, "uname", each.getValue())));
            }
        }
        if (!edits.isEmpty()) {
            node.submit(new Command.Configure(
                    "cluster",
                    node.self(),
                    "roll-call-" + node.self() + "-" + node.now().nanos(),
                    Version.NONE,
                    edits,
                    node.now().epochMillis()));
        }
    }
}
