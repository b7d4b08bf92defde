package systole.state;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.model.Element;
import systole.state.Applied.Part;

/**
 * Whether another part of the cluster may have accepted changes beside this view, which quorum alone cannot exclude under
 * {@code two_node}.
 *
 * <p>A rival is out if this node and it once came together, and since then it was fenced or took its leave. Of two nodes
 * that fence each other only one can come to know that: the other is down before. A rival that this node has not come
 * together with since its own start may be ahead of it, and no fencing changes that; only a person can say so
 * ({@code fence confirm}).
 *
 * <p>The same holds for nodes that may keep what a view has lost ({@link Votes#keepers}): a node that is quorate by its own
 * votes and comes with an empty disk cannot tell a new cluster from one that it has forgotten.
 *
 * <p>What counts is what this node alone has seen; with a newcomer that has no vote in its view, never what the newcomer has.
 */
final class Certainty {
    private final NodeId self;
    private final SortedSet<NodeId> metSince = new TreeSet<>();

    Certainty(NodeId self) {
        this.self = self;
    }

    /** A view with these begins: what was known of them before, for example that they are fenced, is out of date. */
    void met(SortedSet<NodeId> members) {
        metSince.addAll(members);
    }

    /** The status of these is what they said of themselves in the present view. */
    void cameTogether(SortedSet<NodeId> members) {
        metSince.removeAll(members);
    }

    void applied(Command command, Applied applied, ClusterState before) {
        if (!applied.changed(Part.NODES)) {
            return;
        }
        if (command instanceof Command.FencingDone done) {
            applied.state()
                    .node(done.record().target())
                    .flatMap(NodeStatus::nodeId)
                    .ifPresent(metSince::remove);
        } else if (command instanceof Command.ConfirmFenced confirm) {
            applied.state().node(confirm.node()).flatMap(NodeStatus::nodeId).ifPresent(metSince::remove);
        }
    }

    /** The rivals that may be at work. */
    SortedSet<NodeId> doubted(ClusterState state, Votes votes) {
        SortedSet<NodeId> doubted = new TreeSet<>();
        SortedSet<NodeId> others = votes.inDoubt(state.position());
        if (others.isEmpty()) {
            return doubted;
        }
        // Who has said goodbye must not be the one that survives: the other one may go on at once.
        boolean staying = state.node(self)
                .map(node -> node.membership().expected() && !node.membership().fenced())
                .orElse(false);
        for (NodeId rival : others) {
            boolean out = state.node(rival).filter(node -> isOut(state, node)).isPresent();
            if (!staying || !out || metSince.contains(rival) || votes.of(self) == 0) {
                doubted.add(rival);
            }
        }
        return doubted;
    }

    private static boolean isOut(ClusterState state, NodeStatus node) {
        Membership membership = node.membership();
        if (membership.member()) {
            return false;
        }
        if (membership.joinedAt() < 0) {
            return membership.fenced() && isConfirmed(state, node.uname());
        }
        return membership.fenced() || !membership.expected();
    }

    /** The newest successful fencing of the node is the word of a person. */
    private static boolean isConfirmed(ClusterState state, String uname) {
        for (int i = state.fencing().size() - 1; i >= 0; i--) {
            FencingRecord record = state.fencing().get(i);
            if (record.target().equals(uname)
                    && record.succeeded()
                    && !record.action().equals("on")) {
                return record.isByHand();
            }
        }
        return false;
    }

    SortedSet<String> names(ClusterState state, SortedSet<NodeId> nodes) {
        SortedSet<String> names = new TreeSet<>();
        for (NodeId id : nodes) {
            names.add(state.node(id)
                    .map(NodeStatus::uname)
                    .or(() -> configured(state, id))
                    .orElse("node " + id.value()));
        }
        return names;
    }

    private static Optional<String> configured(ClusterState state, NodeId id) {
        for (Element section : state.configuration().children("nodes")) {
            for (Element node : section.children("node")) {
                if (node.id().equals(Integer.toString(id.value()))) {
                    return Optional.ofNullable(node.attribute("uname"));
                }
            }
        }
        return Optional.empty();
    }

    static String notice(SortedSet<String> awaited) {
        String names = String.join(", ", awaited);
        return "changes are in force here, but answers to them wait until " + names
                + " is fenced or back: it may have accepted others; when you made sure that it is off: systole fence"
                + " confirm " + names;
    }
}
