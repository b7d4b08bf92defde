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
 *
 * <p>A node that is added while the cluster runs gets its entry when it is first seen: nothing can run on it before.
 *
 * <p>With fencing on, a node that starts and was never in a quorate view waits as long for quorum: what it could plan
 * alone is void when the others come, and they would wait for its actions under way. Should services run on it, a quorate
 * part without it fences it first. With fencing off it plans at once, since it must have stopped them within the lease;
 * so it does when it is asked to leave.
 */
final class RollCall {
    private final NodeContext node;
    private long startedNanos = Long.MAX_VALUE;
    private long sinceNanos = Long.MAX_VALUE;
    private @Nullable Element called;

    RollCall(NodeContext node) {
        this.node = node;
    }

    void synchronizedNow(boolean quorate) {
        called = null;
        if (startedNanos == Long.MAX_VALUE) {
            startedNanos = node.now().nanos();
        }
        if (quorate && sinceNanos == Long.MAX_VALUE) {
            sinceNanos = node.now().nanos();
        }
    }

    /** Nodes of the interconnect of which the cluster knows nothing: neither seen nor fenced since it started. */
    SortedSet<String> unseen() {
        SortedSet<String> unseen = new TreeSet<>(node.expectedNames().values());
        for (NodeStatus status : node.state().nodes().values()) {
            Membership membership = status.membership();
            if (membership.joinedAt() >= 0 || membership.fenced()) {
                unseen.remove(status.uname());
            }
        }
        return unseen;
    }

    /** Whether the first plan has to wait for nodes, or for quorum. */
    boolean isWaiting(boolean quorate, boolean fencing, long patienceNanos) {
        if (node.now().nanos() >= endNanos(patienceNanos)) {
            return false;
        }
        return quorate ? !unseen().isEmpty() : fencing && sinceNanos == Long.MAX_VALUE && !isAskedToLeave();
    }

    private boolean isAskedToLeave() {
        return node.state().nodes().values().stream()
                .anyMatch(status ->
                        status.isMember() && status.attributes().instance().containsKey("shutdown"));
    }

    /** When the patience ends: counted from the first quorate view, or from the start until there was one. */
    long endNanos(long patienceNanos) {
        long from = sinceNanos == Long.MAX_VALUE ? startedNanos : sinceNanos;
        return from == Long.MAX_VALUE ? Long.MAX_VALUE : from + patienceNanos;
    }

    /** Whether the cluster's own list has this node; a node alone without quorum cannot enter itself. */
    boolean isListed() {
        return listed().contains(node.self());
    }

    private Set<String> listed() {
        Set<String> listed = new HashSet<>();
        for (Element section : node.state().configuration().children("nodes")) {
            section.children("node").forEach(entry -> listed.add(entry.attribute("uname", "")));
        }
        return listed;
    }

    /** Gives each node its entry, again when a change of the configuration took it; called on the quorate coordinator. */
    void enter() {
        if (node.state().configuration() == called) {
            return;
        }
        called = node.state().configuration();
        Set<String> listed = listed();
        List<CibEdit> edits = new ArrayList<>();
        for (Map.Entry<NodeId, String> each : node.expectedNames().entrySet()) {
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
