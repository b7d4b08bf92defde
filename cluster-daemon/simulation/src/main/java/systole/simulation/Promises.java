package systole.simulation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.coordinator.NodeCore;
import systole.coordinator.Reply;
import systole.group.View;
import systole.kernel.ClusterException.Advice;
import systole.model.CibEdits;
import systole.quorum.QuorumState;
import systole.state.ClusterState;
import systole.state.FencingRecord;
import systole.state.Position;

/** What the cluster owes, checked while it runs (architecture section 5). */
final class Promises {
    /** A state that was looked at, in which life of the daemon, and after which message. */
    private record Checked(NodeCore life, ClusterState state, long digest, String view, int deliveries) {}

    private final Set<String> committed = new TreeSet<>();
    private final Set<String> refused = new TreeSet<>();
    private final Map<Position, Long> configurations = new HashMap<>();
    /** By view and message. The digests, and of the last ones also the states, to say what differs. */
    private final Map<String, Long> heard = new HashMap<>();

    private final Map<String, ClusterState> heardLately = new LinkedHashMap<>();
    private final Map<String, Checked> last = new HashMap<>();
    private final Set<String> lies = new TreeSet<>();

    /** A fence operation does not take longer. Two may overlap, and one cut proves both. */
    private static final long LONGEST_FENCING = 120_000_000_000L;

    /** When a device has last cut a machine, or said so, and what the cluster holds for true about it. */
    private final Map<String, Long> cuts = new TreeMap<>();

    private final Map<String, Set<FencingRecord>> fencings = new TreeMap<>();
    private final Map<String, List<FencingRecord>> lastFencings = new HashMap<>();
    private final SortedSet<String> clones;
    private final SortedSet<String> promotables;
    private final boolean eachHalfAlone;
    private final boolean oneAlone;
    private final TreeMap<Long, View> quorateViews = new TreeMap<>();
    private final Map<String, QuorumState> lastQuorum = new HashMap<>();
    private long checked;

    /**
     * @param clones resources that run on every node
     * @param promotables those of them of which one is promoted
     * @param eachHalfAlone with {@code two_node} both halves may be quorate: fencing decides
     * @param oneAlone a node is quorate by its own votes: with an empty disk it takes changes and answers none
     */
    Promises(SortedSet<String> clones, SortedSet<String> promotables, boolean eachHalfAlone, boolean oneAlone) {
        this.clones = clones;
        this.promotables = promotables;
        this.eachHalfAlone = eachHalfAlone;
        this.oneAlone = oneAlone;
    }

    long checked() {
        return checked;
    }

    int committed() {
        return committed.size();
    }

    /** A device said that the node was off, and it was not: whatever runs twice because of that is its fault. */
    void liedAbout(String node, long nowNanos) {
        lies.add(node);
        cut(node, nowNanos);
    }

    /** The devices have made the machine dead, or found it so. */
    void cut(String node, long nowNanos) {
        cuts.put(node, nowNanos);
    }

    /** What the cluster holds for fenced was cut by its devices just before: a part of a level is no proof. */
    void fencedOnlyByDevices(SimulatedNode node, long nowNanos) {
        NodeCore core = node.core();
        if (core == null || !core.isReady()) {
            return;
        }
        List<FencingRecord> records = core.state().fencing();
        if (lastFencings.put(node.name, records) == records) {
            return;
        }
        for (FencingRecord record : records) {
            if (record.succeeded() && !record.action().equals("on")) {
                Set<FencingRecord> known = fencings.computeIfAbsent(record.target(), target -> new HashSet<>());
                checked++;
                long cut = cuts.getOrDefault(record.target(), -LONGEST_FENCING);
                if (known.add(record) && nowNanos - cut > LONGEST_FENCING) {
                    throw new BrokenPromise(
                            node.name + " holds " + record.target() + " for fenced, and no device cut it: " + record);
                }
            }
        }
    }

    /** The node has lost power for good reasons since. */
    void truthAbout(String node) {
        lies.remove(node);
    }

    /** @param alone nobody else with a vote was in the view: of two halves each goes on so once the other is fenced, or was said to be */
    void answered(String change, Reply reply, boolean alone) {
        if (reply instanceof Reply.Done) {
            if (!(eachHalfAlone && alone && !lies.isEmpty())) {
                committed.add(change);
            }
        } else if (reply instanceof Reply.Refused no && no.advice() != Advice.CHECK_STATE) {
            refused.add(change);
        }
    }

    /** A resource that starts, or is being started, on one machine does not run on another. */
    void runsOnce(SimulatedNode node, String resource, Collection<SimulatedNode> nodes) {
        checked++;
        if (clones.contains(resource)) {
            return;
        }
        for (SimulatedNode other : nodes) {
            if (other != node
                    && other.running().contains(resource)
                    && !lies.contains(node.name)
                    && !lies.contains(other.name)) {
                throw new BrokenPromise(resource + " starts on " + node.name + " while it runs on " + other.name);
            }
        }
    }

    /** What is promoted, or being promoted, on one machine is not promoted on another. */
    void promotedOnce(SimulatedNode node, String resource, Collection<SimulatedNode> nodes) {
        checked++;
        for (SimulatedNode other : nodes) {
            if (other != node
                    && other.promoted().contains(resource)
                    && !lies.contains(node.name)
                    && !lies.contains(other.name)) {
                throw new BrokenPromise(
                        resource + " is promoted on " + node.name + " while it is promoted on " + other.name);
            }
        }
    }

    /**
     * A quorate view has a member in common with the quorate view before it: there are never two that know nothing of
     * each other, whatever the quorum options.
     */
    void oneMajority(SimulatedNode node) {
        NodeCore core = node.core();
        if (core == null || eachHalfAlone) {
            return;
        }
        QuorumState quorum = core.quorum();
        if (lastQuorum.put(node.name, quorum) == quorum || !quorum.quorate()) {
            return;
        }
        View view = quorum.view().orElseThrow();
        checked++;
        View same = quorateViews.putIfAbsent(view.sequence(), view);
        intersect(view, same);
        Map.Entry<Long, View> before = quorateViews.lowerEntry(view.sequence());
        Map.Entry<Long, View> after = quorateViews.higherEntry(view.sequence());
        intersect(view, before == null ? null : before.getValue());
        intersect(view, after == null ? null : after.getValue());
        if (quorateViews.size() > 2_000) {
            quorateViews.pollFirstEntry();
        }
    }

    private static void intersect(View view, @Nullable View other) {
        if (other != null && Collections.disjoint(view.members(), other.members())) {
            throw new BrokenPromise("two quorate views without a common member: " + view.name() + " " + view.members()
                    + " and " + other.name() + " " + other.members());
        }
    }

    /** Nodes that have heard the same know the same; one position is one configuration. */
    void sameOrderSameState(SimulatedNode node) {
        NodeCore core = node.core();
        if (core == null || !core.isReady() || node.viewEnds()) {
            return;
        }
        ClusterState state = core.state();
        Checked before = last.get(node.name);
        if (before != null
                && before.state == state
                && before.deliveries == node.deliveries()
                && before.view.equals(node.view())) {
            return;
        }
        long digest = before != null && before.state == state ? before.digest : state.digest();
        last.put(node.name, new Checked(core, state, digest, node.view(), node.deliveries()));
        if (before == null || before.state != state) {
            checked++;
            // What a new life read from its disk counts as much as what was agreed; what one of two nodes took while
            // the other may go on too does not: it may be overruled. Neither does what a node that is quorate by
            // itself took before it gave its first answer. Nor does what a node holds before it is certain of its view
            // (a member that learns with the state that the node list is settled): that gets the place of the view
            // then.
            QuorumState quorum = core.quorum();
            boolean mayBeOverruled = oneAlone && state.position().lineage() == 0
                    || eachHalfAlone
                            && (!quorum.quorate()
                                    || quorum.view().orElseThrow().members().size() == 1)
                    || quorum.quorate() && state.position().lineage() < node.viewSequence();
            boolean isNew =
                    before == null || before.life != core || !state.position().equals(before.state.position());
            if (isNew && !mayBeOverruled) {
                long configuration = state.configurationDigest();
                Long other = configurations.putIfAbsent(state.position(), configuration);
                if (other != null && other != configuration) {
                    throw new BrokenPromise(
                            "two configurations for " + state.position() + ", one of them on " + node.name);
                }
            }
        }
        String point = node.view() + "+" + node.deliveries();
        checked++;
        Long other = heard.putIfAbsent(point, digest);
        if (other == null) {
            heardLately.put(point, state);
            if (heardLately.size() > 100) {
                heardLately.remove(heardLately.keySet().iterator().next());
            }
        } else if (other != digest) {
            ClusterState known = heardLately.get(point);
            throw new BrokenPromise(node.name + " has another state than its peers after " + point + ": "
                    + (known == null ? "theirs is long gone" : difference(state, known)));
        }
        if (heard.size() > 5_000) {
            heard.clear();
        }
        if (configurations.size() > 5_000) {
            configurations.clear();
        }
    }

    private static String difference(ClusterState one, ClusterState other) {
        List<String> found = new ArrayList<>();
        if (!one.version().equals(other.version()) || !one.position().equals(other.position())) {
            found.add(one.version() + " " + one.position() + " and " + other.version() + " " + other.position());
        }
        if (one.configurationDigest() != other.configurationDigest()) {
            found.add("configurations");
        }
        if (!one.fencing().equals(other.fencing())) {
            found.add("fencing " + one.fencing() + " and " + other.fencing());
        }
        Set<String> names = new TreeSet<>(one.nodes().keySet());
        names.addAll(other.nodes().keySet());
        for (String name : names) {
            if (!one.node(name).equals(other.node(name))) {
                found.add("node " + one.node(name) + " and " + other.node(name));
            }
        }
        return String.join("; ", found);
    }

    /** What must hold when all is well again; empty if it does. */
    List<String> unsettled(Collection<SimulatedNode> nodes, SortedSet<String> resources) {
        List<String> open = new ArrayList<>();
        Set<Long> states = new TreeSet<>();
        for (SimulatedNode node : nodes) {
            NodeCore core = node.core();
            if (core == null || !core.isReady()) {
                open.add(node.name + " is not ready");
                continue;
            }
            states.add(core.state().digest());
            if (!core.nodeList().isSettled()) {
                open.add("node list " + core.nodeList().version() + " is not settled on " + node.name);
            }
            if (core.isCoordinator() && !core.isIdle()) {
                open.add("the coordinator " + node.name + " is busy");
            }
        }
        if (states.size() > 1) {
            open.add("states differ");
        }
        Map<String, Integer> count = new TreeMap<>();
        nodes.forEach(node -> node.running().forEach(resource -> count.merge(resource, 1, Integer::sum)));
        for (String resource : resources) {
            int times = count.getOrDefault(resource, 0);
            if (times != (clones.contains(resource) ? nodes.size() : 1)) {
                List<String> without = nodes.stream()
                        .filter(node -> !node.running().contains(resource))
                        .map(node -> node.name)
                        .toList();
                open.add(resource + " runs " + times + " times"
                        + (clones.contains(resource) ? ", not on " + without : ""));
            }
        }
        for (String resource : promotables) {
            List<String> where = new ArrayList<>();
            nodes.stream().filter(node -> node.promoted().contains(resource)).forEach(node -> where.add(node.name));
            if (where.size() != 1) {
                open.add(resource + " is promoted on " + where);
            }
        }
        return open;
    }

    /** Every acknowledged change is there, no refused one is. */
    void keptItsWord(SimulatedNode node) {
        NodeCore core = node.core();
        if (core == null) {
            throw new BrokenPromise(node.name + " is not up at the end");
        }
        for (String change : committed) {
            checked++;
            if (CibEdits.find(core.state().configuration(), change) == null) {
                throw new BrokenPromise("the acknowledged change " + change + " is lost on " + node.name);
            }
        }
        for (String change : refused) {
            checked++;
            if (CibEdits.find(core.state().configuration(), change) != null) {
                throw new BrokenPromise("the refused change " + change + " was made on " + node.name);
            }
        }
    }
}
