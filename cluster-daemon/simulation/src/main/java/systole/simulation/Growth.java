package systole.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeCore;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.state.NodeList;

/**
 * The administrator who lets machines join by token and takes nodes out, as {@code cluster join} and {@code cluster remove}
 * do, at any moment: also while the network is divided or the node that is asked is about to die.
 */
final class Growth {
    private static final int MOST = 18;

    /** At least so many stay, so that no node is a majority by itself. */
    private static final int FEWEST = 3;

    /** So many looks, five seconds apart, the administrator waits for a list to settle. */
    private static final int PATIENCE = 12;

    private record Asked(long request, NodeId node, NodeList list, boolean joins, SimulatedNode via) {}

    private final SimulatedCluster cluster;
    private final Seed seed;
    private final Map<Long, Asked> asked = new TreeMap<>();
    private int highest;
    private int unsettled;
    private int done;

    Growth(SimulatedCluster cluster, Seed seed) {
        this.cluster = cluster;
        this.seed = seed;
        this.highest = cluster.nodes.size();
    }

    /** Changes that came into force. */
    int done() {
        return done;
    }

    /** Asks for a change, mostly one that is possible. */
    void act() {
        follow();
        SimulatedNode via = cluster.nodes.get(seed.below(cluster.nodes.size()));
        NodeCore core = via.core();
        if (core == null || via.isPaused()) {
            return;
        }
        NodeList present = core.nodeList();
        SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>(present.nodes());
        boolean joins = seed.chance(0.5) && nodes.size() < MOST;
        NodeId subject;
        if (joins) {
            subject = new NodeId(++highest);
            nodes.put(subject, new NodeList.Entry("node" + highest, 1));
        } else {
            SimulatedNode victim = cluster.nodes.get(seed.below(cluster.nodes.size()));
            subject = victim.id;
            if (victim == via || cluster.shape.quorumWord().equals("votes") || nodes.size() <= FEWEST) {
                return;
            }
            nodes.remove(subject);
        }
        NodeList next = new NodeList(present.version() + 1, nodes, "");
        cluster.story.tell(via.name, "is asked to let " + subject + (joins ? " join" : " go"));
        long request = cluster.ask(via, new ClientRequest.ChangeNodes(next));
        asked.put(request, new Asked(request, subject, next, joins, via));
    }

    /** Does what follows on the answers that have come. */
    void follow() {
        for (Asked each : List.copyOf(asked.values())) {
            Optional<Reply> reply = cluster.reply(each.request());
            if (reply.isEmpty()) {
                continue;
            }
            asked.remove(each.request());
            if (!(reply.get() instanceof Reply.Done)) {
                cluster.story.tell(each.via().name, "node list: " + reply.get());
                continue;
            }
            done++;
            if (each.joins()) {
                cluster.arrive(each.node(), each.list()).boot();
            } else {
                goes(each.node());
            }
        }
    }

    /** Nobody stops the machine: it has to find out, also if it is away now. */
    private void goes(NodeId id) {
        for (SimulatedNode node : List.copyOf(cluster.nodes)) {
            if (node.id.equals(id)) {
                cluster.story.tell(node.name, "is no node any more");
                cluster.strikeOff(node);
            }
        }
    }

    /** Machines that were removed and do not know it, though they know nodes that are there. */
    List<String> unaware() {
        List<String> found = new ArrayList<>();
        for (SimulatedNode gone : cluster.former) {
            if (gone.isUp() && cluster.nodes.stream().anyMatch(gone::knows)) {
                found.add(gone.name + " was removed and is still up");
            }
        }
        return found;
    }

    /** A removal whose answer was lost may be in force all the same; and a machine that was to join may never come. */
    void reconcile() {
        follow();
        SimulatedNode best = null;
        for (SimulatedNode node : cluster.nodes) {
            NodeCore core = node.core();
            if (core != null
                    && core.isReady()
                    && core.quorum().quorate()
                    && (best == null || core.nodeList().version() > versionOf(best))) {
                best = node;
            }
        }
        NodeCore core = best == null ? null : best.core();
        if (best == null || core == null) {
            return;
        }
        NodeList list = core.nodeList();
        unsettled = list.arriving().isEmpty() ? 0 : unsettled + 1;
        if (unsettled >= PATIENCE) {
            giveUp(best, list);
        }
        for (SimulatedNode node : List.copyOf(cluster.nodes)) {
            if (list.isSettled() && !list.nodes().containsKey(node.id)) {
                cluster.story.tell(node.name, "is not on the list any more");
                cluster.strikeOff(node);
            }
        }
        for (NodeId id : list.nodes().keySet()) {
            if (cluster.nodes.stream().noneMatch(node -> node.id.equals(id))) {
                cluster.arrive(id, list).boot();
            }
        }
    }

    /**
     * A node of the list that was lost just when another was added does not know the new one, so no ring can have both.
     * Does what the refusal of any further change advises.
     */
    private void giveUp(SimulatedNode via, NodeList list) {
        unsettled = 0;
        SortedMap<NodeId, NodeList.Entry> rest = new TreeMap<>(list.nodes());
        rest.keySet().removeAll(list.arriving().keySet());
        NodeId subject = list.arriving().firstKey();
        NodeList next = new NodeList(list.version() + 1, rest, "");
        cluster.story.tell(via.name, "is asked to give up " + subject);
        long request = cluster.ask(via, new ClientRequest.ChangeNodes(next));
        asked.put(request, new Asked(request, subject, next, false, via));
    }

    private static long versionOf(SimulatedNode node) {
        NodeCore core = node.core();
        return core == null ? -1 : core.nodeList().version();
    }
}
