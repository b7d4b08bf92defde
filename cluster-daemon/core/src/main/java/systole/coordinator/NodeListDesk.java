package systole.coordinator;

import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumState;
import systole.state.Command;
import systole.state.NodeList;
import systole.state.NodeStatus;
import systole.state.StateEffect;

/**
 * Changes of the node list on the living cluster: refuses what would not be safe, takes the two steps of
 * {@link NodeList} one after the other, and says which list is in force on this node.
 *
 * <p>A change that has the same nodes and another text only carries a new file to all nodes. It takes both steps all the same,
 * although no vote changes: so there is only one settled list of each version.
 *
 * <p>The list in force is that of the replicated state, if it is newer than the interconnect's file with which the daemon
 * started. The file is written when a change is settled, so it never holds a list that may yet be lost. A later list that a
 * node of another ring tells of comes before both, as a newer file would.
 */
final class NodeListDesk {
    /** A change of this desk on its way; 0 asks for nobody. */
    private record Step(NodeList list, long requestId, boolean isLast) {}

    private final NodeContext node;
    private final String incarnation;
    private final NodeList base;
    private final Map<String, Step> steps = new TreeMap<>();
    private NodeList list;
    private NodeList counted;
    private String seen = "";
    private SortedSet<NodeId> told = new TreeSet<>();
    private long number;

    /** What a node of another ring told, if it was later than all that was known then. */
    private Optional<NodeList> learned = Optional.empty();

    private boolean learnedAnew;
    private boolean toCarryOn;
    private Set<NodeListMutant> mutants = EnumSet.noneOf(NodeListMutant.class);
    private long announced;
    private byte[] announcement = {};

    NodeListDesk(NodeContext node, QuorumSettings quorum, String incarnation) {
        this.node = node;
        this.incarnation = incarnation;
        SortedMap<NodeId, NodeList.Entry> entries = new TreeMap<>();
        node.settings()
                .nodeNames()
                .forEach((id, name) -> entries.put(id, new NodeList.Entry(name, quorum.votesOf(id))));
        this.base = new NodeList(quorum.nodeListVersion(), entries, "");
        this.list = base;
        this.counted = base;
        this.told = new TreeSet<>(entries.keySet());
    }

    /**
     * The list by which those who survive the present view are judged. What was learned beside the order of this view does not count
     * before it ends: the others have not learned it at the same place, and would judge otherwise.
     */
    NodeList counted() {
        return counted;
    }

    void viewInstalled() {
        counted = list;
    }

    /** The list in force. */
    NodeList list() {
        return list;
    }

    /** The list that has come into force since the last call, if any. */
    Optional<NodeList> news() {
        String present = node.state().nodeListText();
        if (present.equals(seen) && !learnedAnew) {
            return Optional.empty();
        }
        seen = present;
        learnedAnew = false;
        Optional<NodeList> ordered = node.state().nodeList();
        NodeList known = ordered.filter(one -> one.version() > base.version()).orElse(base);
        NodeList next = learned.filter(one -> one.order() > known.order()).orElse(known);
        counted = known.order() > counted.order() ? known : counted;
        announce(next == base ? ordered.filter(one -> one.version() == base.version()) : Optional.of(next));
        if (next.equals(list)) {
            return Optional.empty();
        }
        SortedMap<NodeId, String> names = new TreeMap<>(node.settings().nodeNames());
        next.former().forEach((id, entry) -> names.put(id, entry.name()));
        next.nodes().forEach((id, entry) -> names.put(id, entry.name()));
        SortedSet<NodeId> added = new TreeSet<>(next.nodes().keySet());
        added.removeAll(list.nodes().keySet());
        node.expectLater(added);
        node.rename(names);
        list = next;
        return Optional.of(next);
    }

    /** What a node of another ring says is not ordered, so it is no command: it counts as a newer file would. */
    void told(NodeInput.NodeListTold message) {
        String from = node.settings().nameOf(message.from());
        try {
            NodeList later = NodeList.fromBytes(message.list());
            if (learn(message.from(), later)) {
                node.event(
                        Timeline.NODES_LEARNED,
                        "Node list " + later.version() + " is what " + from + " goes by; this node did not know it",
                        "version",
                        Long.toString(later.version()),
                        "node",
                        from);
            }
        } catch (BadInputException broken) {
            node.event(Timeline.WARNING, "The node list that " + from + " told " + broken.getMessage());
        }
    }

    void mutate(Set<NodeListMutant> faults) {
        mutants = faults;
    }

    /** Votes by the former list; none if they are the same, for then there is nothing to wait for. */
    SortedMap<NodeId, Integer> former(NodeList of, SortedMap<NodeId, Integer> votes) {
        SortedMap<NodeId, Integer> former = NodeList.votes(of.former());
        boolean isIdle = mutants.contains(NodeListMutant.NEW_LIST_ALONE_COUNTS)
                || counted(former).equals(counted(votes));
        return isIdle ? new TreeMap<>() : former;
    }

    /** Votes of the former list on whose disks a change must be; 0 if there is none. */
    int formerToStore(QuorumSettings settings) {
        return mutants.contains(NodeListMutant.SETTLE_WITH_NEW_MAJORITY) ? 0 : settings.formerNeeded();
    }

    /** What comes before that list is in force alone; the list itself where a test leaves the joint step out. */
    private Step towards(NodeList next, long requestId) {
        return mutants.contains(NodeListMutant.NO_JOINT_STEP)
                ? new Step(next.settled(), requestId, true)
                : new Step(next.joint(list.nodes()), requestId, false);
    }

    private static SortedMap<NodeId, Integer> counted(SortedMap<NodeId, Integer> votes) {
        SortedMap<NodeId, Integer> counted = new TreeMap<>(votes);
        counted.values().removeIf(each -> each == 0);
        return counted;
    }

    /** A list from the file is not handed on: nobody agreed to it. Neither is one that has a former one beside it. */
    private void announce(Optional<NodeList> present) {
        if (present.isPresent() && !present.get().isAgreed()) {
            return;
        }
        long order = present.map(NodeList::order).orElse(0L);
        if (order != announced) {
            announced = order;
            announcement = present.map(NodeList::toBytes).orElse(new byte[0]);
            node.emit(new NodeEffect.AnnounceNodes(announced, announcement.clone()));
        }
    }

    /**
     * A node that is not in this node's ring has a later list. It is taken only from a node of the list in force: a machine
     * that was removed, or serves another cluster with the same key, changes nothing here. Who is not in the new list is not
     * listened to any more from here on, also if it is in the same ring.
     *
     * @return whether it is in force here from now on
     */
    private boolean learn(NodeId from, NodeList told) {
        boolean isKnown = list.nodes().containsKey(from) || list.former().containsKey(from);
        if (!isKnown || !told.isAgreed() || told.order() <= list.order()) {
            return false;
        }
        learned = Optional.of(told);
        learnedAnew = true;
        this.told.retainAll(told.nodes().keySet());
        return true;
    }

    /** Whether this node was removed: by a list that will not be taken back. */
    boolean isRemoved() {
        return list.isAgreed() && !list.nodes().containsKey(node.settings().id());
    }

    /** Whether the list in force is what a node of another ring told. */
    boolean isLearned() {
        return learned.filter(list::equals).isPresent()
                && !node.state().nodeList().equals(learned);
    }

    /**
     * Tells the shell whom the ring consists of now: the nodes of both lists, and who is still in. Who has left once, or
     * was dropped, does not come back by being in a view that was on its way.
     */
    void tell(SortedSet<NodeId> members, boolean always) {
        SortedSet<NodeId> ring = new TreeSet<>(members);
        ring.retainAll(told);
        ring.addAll(list.nodes().keySet());
        ring.addAll(list.former().keySet());
        ring.add(node.settings().id());
        if (!always && ring.equals(told)) {
            return;
        }
        told = ring;
        SortedMap<NodeId, String> names = new TreeMap<>(node.settings().nodeNames());
        names.keySet().retainAll(ring);
        node.rename(names);
        node.emit(new NodeEffect.NodesChanged(ring, list));
    }

    // ---- changes
    // ------------------------------------------------------------------------------------------------------

    void request(long requestId, String author, ClientRequest.ChangeNodes wanted, QuorumState quorum) {
        Optional<Reply.Refused> refusal = refusal(wanted.list(), quorum);
        if (refusal.isPresent()) {
            node.emit(new NodeEffect.Answer(requestId, refusal.get()));
            return;
        }
        NodeList next = wanted.list();
        SortedMap<NodeId, Integer> arriving = new TreeMap<>(NodeList.votes(next.nodes()));
        arriving.keySet().removeAll(list.nodes().keySet());
        if (!arriving.isEmpty() && mutants.contains(NodeListMutant.VOTE_BEFORE_ARRIVAL)) {
            submit(author, new Step(next, requestId, true));
        } else if (!arriving.isEmpty()) {
            SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>(next.nodes());
            arriving.keySet()
                    .forEach(id -> nodes.computeIfPresent(id, (same, entry) -> new NodeList.Entry(entry.name(), 0)));
            submit(
                    author,
                    new Step(
                            new NodeList(next.version(), nodes, arriving, new TreeMap<>(), next.text()),
                            requestId,
                            true));
        } else {
            submit(author, towards(next, requestId));
        }
    }

    private void submit(String author, Step step) {
        String id = node.self() + ":" + incarnation + ":nodes:" + ++number;
        steps.put(id, step);
        node.submit(new Command.ChangeNodes(
                author,
                id,
                node.state().nodeList().map(NodeList::version).orElse(0L),
                step.list(),
                node.now().epochMillis()));
    }

    /** @return whether it was for this desk */
    boolean answered(StateEffect.Answer answer) {
        Step step = steps.remove(answer.requestId());
        if (step == null) {
            return false;
        }
        if (answer.result() instanceof StateEffect.Refused refused) {
            reply(step, new Reply.Refused(refused.advice(), refused.text(), refused.remedy()));
        } else if (step.isLast()) {
            reply(step, new Reply.Done(Long.toString(step.list().version())));
        } else {
            // Now it is on the disks of a majority of both lists: the former one can go.
            submit("cluster", new Step(step.list().settled(), step.requestId(), true));
        }
        return true;
    }

    private void reply(Step step, Reply reply) {
        if (step.requestId() != 0) {
            node.emit(new NodeEffect.Answer(step.requestId(), reply));
        }
    }

    /** The members have one state now; what it says of the node list comes into force here by {@link #news} only. */
    void synchronizedNow(boolean quorate) {
        toCarryOn = quorate;
    }

    /**
     * After a synchronisation and what it changed here, the coordinator gives an arrived node its vote, and carries a change
     * on whose author is gone.
     */
    void carryOn(boolean coordinating) {
        boolean isDue = toCarryOn;
        toCarryOn = false;
        if (!isDue || !coordinating || list.isSettled() || !steps.isEmpty() || isLearned()) {
            return;
        }
        if (!list.former().isEmpty()) {
            submit("cluster", new Step(list, 0, false));
        } else if (missing().isEmpty()) {
            submit("cluster", towards(list, 0));
        }
    }

    private SortedSet<String> missing() {
        SortedSet<String> missing = new TreeSet<>();
        for (NodeList.Entry entry : list.nodes().values()) {
            if (node.state().node(entry.name()).filter(NodeStatus::isReady).isEmpty()) {
                missing.add(entry.name());
            }
        }
        return missing;
    }

    private Optional<Reply.Refused> refusal(NodeList next, QuorumState quorum) {
        QuorumSettings settings = quorum.settings();
        SortedMap<NodeId, NodeList.Entry> rest = new TreeMap<>(list.nodes());
        rest.keySet().removeAll(list.arriving().keySet());
        boolean givesUp = !list.arriving().isEmpty() && next.nodes().equals(rest);
        if (!list.former().isEmpty() || !steps.isEmpty() || !list.arriving().isEmpty() && !givesUp) {
            return refuse(
                    Advice.RETRY_LATER,
                    "another change of the node list is under way"
                            + (missing().isEmpty() ? "" : ": it waits for " + String.join(", ", missing())),
                    list.arriving().isEmpty()
                            ? "wait until it is in force, then repeat this one"
                            : "start that node, or give up the one that is to come: systole cluster remove "
                                    + Optional.ofNullable(list.nodes()
                                                    .get(list.arriving().firstKey()))
                                            .map(NodeList.Entry::name)
                                            .orElse("NODE"));
        }
        if (next.version() <= list.version()) {
            return refuse(
                    Advice.READ_AGAIN,
                    "the node list is at version " + list.version() + " already",
                    "look at it (systole corosync show), and make the change again");
        }
        SortedMap<NodeId, NodeList.Entry> added = new TreeMap<>(next.nodes());
        added.entrySet().removeAll(list.nodes().entrySet());
        SortedMap<NodeId, NodeList.Entry> gone = new TreeMap<>(list.nodes());
        gone.entrySet().removeAll(next.nodes().entrySet());
        boolean onlyText = added.isEmpty() && gone.isEmpty() && !next.text().isEmpty();
        if (added.size() + gone.size() != 1 && !onlyText) {
            return refuse(
                    Advice.FIX_REQUEST,
                    "the change adds " + added.size() + " and takes away " + gone.size() + " nodes",
                    "add or remove one node at a time; names and votes change with a restart of the daemons only");
        }
        if (settings.deviceVotes() > 0 && !onlyText) {
            return refuse(
                    Advice.FIX_REQUEST,
                    "the cluster has a witness, which is told of the node list when a daemon starts",
                    "change the file on all nodes (systole corosync edit, push) and restart the daemons one by one");
        }
        if (settings.expectedVotes() > 0 && !onlyText) {
            return refuse(
                    Advice.FIX_REQUEST,
                    "the file sets expected_votes, which does not follow the node list",
                    "remove expected_votes from the quorum section and restart the daemons one by one");
        }
        if (!quorum.quorate() || quorum.expectedVotes() != settings.configuredVotes() || quorum.waitingForAll()) {
            return refuse(
                    Advice.RETRY_LATER,
                    "the votes are not as configured: " + quorum.reason(),
                    "bring the missing nodes back, then repeat the change");
        }
        SortedSet<String> missing = missing();
        if (!added.isEmpty() && !missing.isEmpty()) {
            return refuse(
                    Advice.RETRY_LATER,
                    String.join(", ", missing) + " of the node list is not here, and would not learn of the new node",
                    "bring it back, or remove it first: systole cluster remove " + missing.first());
        }
        try {
            // What the rules of quorum do not allow would stop every daemon that applies the change.
            settings.withNodes(NodeList.votes(next.nodes()), NodeList.votes(list.nodes()), next.version());
        } catch (BadInputException e) {
            return refuse(Advice.FIX_REQUEST, String.valueOf(e.getMessage()), e.remedy());
        }
        return Optional.empty();
    }

    private static Optional<Reply.Refused> refuse(Advice advice, String what, String remedy) {
        return Optional.of(new Reply.Refused(advice, what, remedy));
    }
}
