package systole.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.group.View;
import systole.kernel.NodeId;
import systole.state.NodeMessage.DurableState;
import systole.state.NodeMessage.Offer;
import systole.state.NodeMessage.OthersStatus;

/**
 * One round in which the members of a view come to the same state. Everything decided here is a function of messages
 * that all members have delivered.
 *
 * <p>The durable state (configuration, tickets, their history) is taken from the member with the highest
 * {@link Position}: any change that was acknowledged is on a quorum, so a member of each later quorum has it, and no
 * state of a higher lineage lacks it. The version tuple cannot decide this: changes that a minority holds but nobody
 * acknowledged may carry a higher one.
 *
 * <p>The status of each member is what it says of itself; that of the others is taken from who was last in a quorate
 * view.
 */
final class Synchronization {
    private final View view;
    private final int round;
    private final SortedMap<NodeId, Offer> offers = new TreeMap<>();
    private final SortedMap<NodeId, NodeStatus> statuses = new TreeMap<>();
    private @Nullable OthersStatus others;
    private @Nullable DurableState durable;

    Synchronization(View view, int round) {
        this.view = view;
        this.round = round;
    }

    int round() {
        return round;
    }

    boolean isAbout(String name, int number) {
        return view.name().equals(name) && round == number;
    }

    void add(NodeId sender, Offer offer) {
        offers.put(sender, offer);
    }

    void add(NodeId sender, NodeStatus status) {
        statuses.put(sender, status);
    }

    void add(OthersStatus message) {
        others = message;
    }

    void add(DurableState message) {
        durable = message;
    }

    SortedMap<NodeId, Offer> offers() {
        return offers;
    }

    boolean hasAllOffers() {
        return offers.keySet().containsAll(view.members());
    }

    /** Whose durable state all take over. */
    NodeId furthest() {
        NodeId best = offers.firstKey();
        for (NodeId member : offers.keySet()) {
            Offer a = offer(member);
            Offer b = offer(best);
            // A state in which nothing was ever changed holds nothing that could be lost: it overrules nobody, however
            // many votes its node has. A node that lost its disk comes with such a state.
            int order =
                    Boolean.compare(a.position().sequence() > 0, b.position().sequence() > 0);
            if (order == 0) {
                order = a.position().compareTo(b.position());
            }
            if (order == 0) {
                order = a.version().compareTo(b.version());
            }
            if (order > 0) {
                best = member;
            }
        }
        return best;
    }

    /** Who tells about nodes that are not here. */
    NodeId bestInformed() {
        NodeId best = offers.firstKey();
        for (NodeId member : offers.keySet()) {
            Offer a = offer(member);
            Offer b = offer(best);
            int order = Long.compare(a.lastQuorate(), b.lastQuorate());
            if (order == 0) {
                order = Long.compare(a.lastReady(), b.lastReady());
            }
            if (order == 0) {
                order = Long.compare(a.version().numUpdates(), b.version().numUpdates());
            }
            if (order > 0) {
                best = member;
            }
        }
        return best;
    }

    boolean needsDurable() {
        Offer best = offer(furthest());
        return offers.values().stream().anyMatch(offer -> differs(offer, best));
    }

    /** Whether a member with this offer does not have the durable state that all take over. */
    boolean differs(Offer offer) {
        return differs(offer, offer(furthest()));
    }

    private static boolean differs(Offer offer, Offer best) {
        return offer.configurationDigest() != best.configurationDigest()
                || offer.position().sequence() != best.position().sequence();
    }

    boolean needsStatus() {
        Offer first = offer(offers.firstKey());
        return first.lastView().isEmpty()
                || offers.values().stream()
                        .anyMatch(offer -> !offer.lastView().equals(first.lastView())
                                || offer.statusDigest() != first.statusDigest());
    }

    boolean isComplete() {
        if (!hasAllOffers()) {
            return false;
        }
        boolean statusComplete =
                !needsStatus() || others != null && statuses.keySet().containsAll(view.members());
        return statusComplete && (!needsDurable() || durable != null);
    }

    /**
     * Whether anybody's quorum allows changes: its word about this view holds for all who are in it. Only who knows the
     * newest node list has a word: by an older one, two parts could be quorate.
     */
    boolean isQuorate() {
        long newest =
                offers.values().stream().mapToLong(Offer::nodeListVersion).max().orElse(0);
        return offers.values().stream().anyMatch(offer -> offer.quorate() && offer.nodeListVersion() == newest);
    }

    /** Members whose configuration has the version of the one taken over, or a higher one, and is not it. */
    List<NodeId> overruled() {
        Offer best = offer(furthest());
        List<NodeId> found = new ArrayList<>();
        for (Map.Entry<NodeId, Offer> entry : offers.entrySet()) {
            Offer offer = entry.getValue();
            boolean behind = !offer.version().sameConfiguration(best.version())
                    && offer.version().compareTo(best.version()) < 0;
            if (!behind && differs(offer, best)) {
                found.add(entry.getKey());
            }
        }
        return found;
    }

    /** The common state, still under the lineage of whom it was taken from. */
    ClusterState result(ClusterState own) {
        Offer best = offer(furthest());
        ClusterState base = durable != null && needsDurable() ? durable.state() : own;
        OthersStatus told = needsStatus() ? others : null;
        return new ClusterState(
                version(best),
                best.position(),
                base.cibAttributes(),
                base.configuration(),
                nodes(own, told),
                base.tickets(),
                told != null ? told.fencing() : own.fencing(),
                base.changes());
    }

    private Version version(Offer best) {
        Version highest = best.version();
        long updates = 0;
        for (Offer offer : offers.values()) {
            if (offer.version().compareTo(highest) > 0) {
                highest = offer.version();
            }
            if (offer.version().sameConfiguration(best.version())) {
                updates = Math.max(updates, offer.version().numUpdates());
            }
        }
        if (isQuorate() && !overruled().isEmpty()) {
            // One version must never name two configurations, nor seem to go back.
            return highest.nextEpoch();
        }
        return new Version(best.version().adminEpoch(), best.version().epoch(), updates + 1);
    }

    private SortedMap<String, NodeStatus> nodes(ClusterState own, @Nullable OthersStatus told) {
        SortedMap<String, NodeStatus> next = new TreeMap<>();
        for (NodeStatus node : told != null ? told.nodes() : own.nodes().values()) {
            if (node.nodeId().filter(view.members()::contains).isEmpty()) {
                next.put(node.uname(), node);
            }
        }
        String commonView = offer(bestInformed()).lastView();
        for (NodeId member : view.members()) {
            Offer offer = offer(member);
            NodeStatus status = told != null
                    ? Objects.requireNonNull(statuses.get(member))
                    : own.node(member)
                            .orElseThrow(() -> new IllegalStateException(
                                    member + " was ready in " + offer.lastView() + " but nothing is known of it"));
            boolean stayed = !commonView.isEmpty()
                    && offer.lastView().equals(commonView)
                    && !status.membership().fenced();
            next.put(offer.uname(), status.with(membership(status.membership(), offer, stayed)));
        }
        return next;
    }

    private Membership membership(Membership before, Offer offer, boolean stayed) {
        long seconds = Math.max(1, offer.atMillis() / 1000);
        return stayed
                ? new Membership(
                        true,
                        true,
                        before.expected(),
                        before.joinedAt(),
                        before.memberSince(),
                        before.readySince(),
                        false)
                : new Membership(
                        true,
                        true,
                        offer.lastView().isEmpty() || before.expected(),
                        view.sequence(),
                        seconds,
                        seconds,
                        false);
    }

    private Offer offer(NodeId member) {
        return Objects.requireNonNull(offers.get(member), () -> "no offer of " + member);
    }
}
