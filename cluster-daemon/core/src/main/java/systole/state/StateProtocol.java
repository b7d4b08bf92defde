package systole.state;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.group.View;
import systole.kernel.ByteSource.Malformed;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;
import systole.state.NodeMessage.Coordination;
import systole.state.NodeMessage.Decoded;
import systole.state.NodeMessage.DurableState;
import systole.state.NodeMessage.Fragment;
import systole.state.NodeMessage.Messages;
import systole.state.NodeMessage.Offer;
import systole.state.NodeMessage.Order;
import systole.state.NodeMessage.OthersStatus;
import systole.state.NodeMessage.OwnStatus;
import systole.state.NodeMessage.Rejected;
import systole.state.NodeMessage.Resync;
import systole.state.NodeMessage.StoredUpTo;
import systole.state.StateEffect.Severity;

/**
 * Keeps one node's {@link ClusterState} equal to that of the others in its view.
 *
 * <p>Between a new view and the end of its synchronisation ordered messages wait in a queue, the same on all members;
 * afterwards each message is acted upon where it stands in the order. Durable commands are accepted in quorate views
 * only; of a view that is ending, only by survivors that are quorate by themselves.
 *
 * <p>Single-threaded; changes happen in {@link #step} only.
 */
public final class StateProtocol {
    private record Queued(NodeId sender, NodeMessage message) {}

    private final NodeId self;
    private final String uname;
    private final long incarnation;
    private final Outbox outbox = new Outbox();
    private final Assembly assembly = new Assembly();
    private final PendingAnswers answers = new PendingAnswers();
    private final DiskLedger disk = new DiskLedger();
    private final Certainty certainty;
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final SortedMap<NodeId, Position> reports = new TreeMap<>();
    private final SortedMap<NodeId, Position> everReported = new TreeMap<>();
    private final List<StateEffect> initial = new ArrayList<>();

    private ClusterState state;
    private @Nullable View view;
    private Votes votes = new Votes(false, 1, new TreeMap<>());
    private @Nullable Synchronization round;
    private boolean writable;
    private boolean certain;
    private boolean toldOfDoubt;
    private boolean transitional;
    private boolean survivorsQuorate;
    private String lastView = "";
    private long lastQuorate;
    private long lastReady;
    private int completedRound;
    private long nowMillis;

    /**
     * @param incarnation differs from that of every former start of this node (for example the time of the start)
     * @param stored what was read from this node's disk; broken parts are left out and reported by the first step
     */
    public StateProtocol(NodeId self, String uname, long incarnation, StoredState stored) {
        this.self = self;
        this.uname = uname;
        this.incarnation = incarnation;
        this.certainty = new Certainty(self);
        this.state = load(stored);
    }

    private ClusterState load(StoredState stored) {
        if (!stored.damage().isEmpty()) {
            notice(initial, Severity.ERROR, "state on disk is damaged, the rest is used: " + stored.damage());
        }
        ClusterState loaded = ClusterState.empty();
        boolean broken = false;
        try {
            if (stored.snapshot().length > 0) {
                loaded = DiskCodec.readSnapshot(stored.snapshot());
            }
            for (byte[] record : stored.records()) {
                loaded = DiskCodec.replay(loaded, record);
            }
        } catch (Malformed e) {
            broken = true;
            notice(
                    initial,
                    Severity.ERROR,
                    "state on disk cannot be read beyond version " + loaded.version() + ": " + e.getMessage()
                            + "; the rest comes from the other nodes");
        }
        ClusterState durable = DiskLedger.durablePart(loaded);
        return broken || stored.durableDataLost() ? durable.with(Position.START) : durable;
    }

    /** Effects in the order in which they must be carried out. */
    public List<StateEffect> step(StateInput input) {
        List<StateEffect> effects = new ArrayList<>(initial);
        initial.clear();
        if (input instanceof StateInput.Delivered delivered) {
            delivered(delivered, effects);
        } else if (input instanceof StateInput.Submit submit) {
            submit(submit.command(), effects);
        } else if (input instanceof StateInput.Send send) {
            send(send, effects);
        } else if (input instanceof StateInput.Stored stored) {
            disk.stored(stored.record()).ifPresent(position -> outbox.add(new StoredUpTo(position)));
        } else if (input instanceof StateInput.ViewInstalled installed) {
            viewInstalled(installed, effects);
        } else if (input instanceof StateInput.Transitional ending) {
            if (transitional) {
                throw new IllegalStateException("one view ended twice");
            }
            transitional = true;
            survivorsQuorate = ending.quorate();
        } else if (input instanceof StateInput.VotesChanged changed) {
            votesChanged(changed);
        } else if (input instanceof StateInput.VotesRefined refined) {
            votes = refined.votes();
            nowMillis = refined.nowMillis();
            answers.stored(storedByMajority(), effects);
        } else {
            throw new AssertionError("unknown input " + input);
        }
        outbox.flush(effects);
        return effects;
    }

    /** The present state; before the first synchronisation what was on disk. */
    public ClusterState state() {
        return state;
    }

    /** Whether this node has the state that all members of its view have. */
    public boolean isReady() {
        return view != null && round == null;
    }

    /** Whether the configuration can be changed here and now. */
    public boolean isWritable() {
        return isReady() && writable && (!transitional || survivorsQuorate);
    }

    /**
     * Nodes that may have accepted changes beside this view: until they are known to be down, changes are in force here
     * but not answered. Empty if answers wait for the disks only.
     */
    public SortedSet<String> awaited() {
        return isReady() && writable && !certain
                ? certainty.names(state, certainty.doubted(state, votes))
                : new TreeSet<>();
    }

    // ---- what this node wants -------------------------------------------------------------------------------------

    private void submit(Command command, List<StateEffect> effects) {
        if (command.isDurable()) {
            if (view == null || isReady() && !isWritable()) {
                effects.add(new StateEffect.Answer(PendingAnswers.requestId(command), readOnly()));
                return;
            }
            answers.sent(command);
        }
        outbox.add(new Order(command));
    }

    private static StateEffect.Refused readOnly() {
        return new StateEffect.Refused(
                Advice.RETRY_LATER,
                "this part of the cluster has no quorum, so the configuration can only be read",
                "repeat the change when enough nodes are back, or make it on the part that has quorum");
    }

    private void send(StateInput.Send send, List<StateEffect> effects) {
        if (view == null || !isReady()) {
            effects.add(new StateEffect.DiscardCoordination(self, send.kind(), send.body()));
            return;
        }
        outbox.add(new Coordination(view.name(), send.kind(), send.body()));
    }

    private void votesChanged(StateInput.VotesChanged changed) {
        votes = changed.votes();
        nowMillis = changed.nowMillis();
        if (view != null) {
            outbox.add(new Resync(view.name(), votes.quorate()));
        }
    }

    // ---- views and synchronisation --------------------------------------------------------------------------------

    private void viewInstalled(StateInput.ViewInstalled installed, List<StateEffect> effects) {
        nowMillis = installed.nowMillis();
        drain(effects);
        resendInterrupted(effects);
        view = installed.view();
        votes = installed.votes();
        transitional = false;
        survivorsQuorate = false;
        writable = false;
        certain = false;
        toldOfDoubt = false;
        certainty.met(installed.view().members());
        reports.clear();
        SortedMap<String, NodeStatus> nodes = new TreeMap<>(state.nodes());
        for (NodeStatus node : state.nodes().values()) {
            Optional<NodeId> id = node.nodeId();
            if (id.isPresent() && !installed.view().members().contains(id.get())) {
                nodes.put(
                        node.uname(),
                        node.with(node.membership().gone())
                                .with(node.attributes().afterLoss()));
            } else if (id.isPresent()) {
                nodes.put(node.uname(), node.with(node.membership().unready()));
            }
        }
        state = state.withNodes(nodes);
        effects.add(new StateEffect.ViewBegun(installed.view()));
        beginRound(installed.view(), 0, effects);
    }

    /** A view ended before its members had come together: what waits is settled as well as can be. */
    private void drain(List<StateEffect> effects) {
        while (!queue.isEmpty()) {
            Queued next = queue.remove();
            if (next.message() instanceof Order order && order.command().isDurable()) {
                if (next.sender().equals(self)) {
                    refuseUncertain(order.command(), effects);
                }
            } else if (next.message() instanceof Order order) {
                apply(next.sender(), order.command(), effects);
            } else if (next.message() instanceof Coordination c) {
                effects.add(new StateEffect.DiscardCoordination(next.sender(), c.kind(), c.body()));
            }
        }
    }

    private void resendInterrupted(List<StateEffect> effects) {
        for (long id : assembly.partial(self)) {
            Optional<NodeMessage> message = outbox.interrupted(id);
            if (message.isEmpty()) {
                continue;
            }
            if (message.get() instanceof Order order && order.command().isDurable()) {
                refuseUncertain(order.command(), effects);
            } else if (message.get() instanceof Order) {
                outbox.add(message.get());
            } else if (message.get() instanceof Coordination c) {
                effects.add(new StateEffect.DiscardCoordination(self, c.kind(), c.body()));
            }
        }
        assembly.clear();
    }

    private void refuseUncertain(Command command, List<StateEffect> effects) {
        StateEffect.Refused answer = PendingAnswers.uncertain();
        answers.refuse(command, answer.advice(), answer.text(), answer.remedy(), effects);
    }

    private void beginRound(View of, int number, List<StateEffect> effects) {
        round = new Synchronization(of, number);
        writable = false;
        outbox.urgent(
                new Offer(
                        of.name(),
                        number,
                        uname,
                        state.position(),
                        state.version(),
                        state.configurationDigest(),
                        state.statusDigest(),
                        lastView,
                        lastQuorate,
                        lastReady,
                        incarnation,
                        votes.quorate(),
                        nowMillis,
                        votes.nodeListVersion()),
                effects);
    }

    private void resync(Resync message, List<StateEffect> effects) {
        View present = view;
        if (present == null || !present.name().equals(message.view())) {
            return;
        }
        int number = round == null ? completedRound + 1 : round.round() + 1;
        beginRound(present, number, effects);
    }

    private void offered(NodeId sender, Offer offer, List<StateEffect> effects) {
        Synchronization present = round;
        if (present == null || !present.isAbout(offer.view(), offer.round())) {
            return;
        }
        present.add(sender, offer);
        Position before = everReported.get(sender);
        if (before != null && offer.position().compareTo(before) < 0) {
            notice(
                    effects,
                    Severity.ERROR,
                    "node " + offer.uname() + " came back with state " + offer.position()
                            + " though it once had stored " + before
                            + ": its disk was set back; check the disk and where it was restored from");
            everReported.put(sender, offer.position());
        }
        if (!present.hasAllOffers()) {
            return;
        }
        if (present.needsDurable() && present.furthest().equals(self)) {
            outbox.urgent(new DurableState(offer.view(), offer.round(), DiskLedger.durablePart(state)), effects);
        }
        if (present.needsStatus()) {
            NodeStatus own = state.node(self).orElseGet(() -> NodeStatus.unseen(uname, Integer.toString(self.value())));
            outbox.urgent(new OwnStatus(offer.view(), offer.round(), own), effects);
            if (present.bestInformed().equals(self)) {
                outbox.urgent(new OthersStatus(offer.view(), offer.round(), absent(), state.fencing()), effects);
            }
        }
        completeIfPossible(effects);
    }

    private List<NodeStatus> absent() {
        List<NodeStatus> found = new ArrayList<>();
        for (NodeStatus node : state.nodes().values()) {
            Optional<NodeId> id = node.nodeId();
            if (id.isEmpty() || view != null && !view.members().contains(id.get())) {
                found.add(node);
            }
        }
        return found;
    }

    private void completeIfPossible(List<StateEffect> effects) {
        Synchronization done = round;
        View present = view;
        if (done == null || present == null || !done.isComplete()) {
            return;
        }
        Offer own = done.offers().get(self);
        boolean keptOwn = own != null && !done.differs(own);
        ClusterState before = state;
        state = done.result(before);
        round = null;
        completedRound = done.round();
        writable = done.isQuorate();
        certainty.cameTogether(present.members());
        certain = writable && certainty.doubted(state, votes).isEmpty();
        if (certain) {
            state = state.with(new Position(present.sequence(), state.position().sequence()));
        }
        lastView = present.name();
        lastReady = present.sequence();
        lastQuorate = certain ? present.sequence() : lastQuorate;
        for (NodeId overruled : done.overruled()) {
            notice(
                    effects,
                    Severity.WARNING,
                    overruled + " had another configuration under a version that is not older; that of "
                            + done.furthest() + " is used" + (writable ? ", as version " + state.version() : ""));
        }
        persist(before, keptOwn, effects);
        answers.synchronizedTo(state, writable, keptOwn, effects);
        effects.add(new StateEffect.Synchronized(present, writable));
        while (round == null && !queue.isEmpty()) {
            Queued next = queue.remove();
            act(next.sender(), next.message(), effects);
        }
    }

    /**
     * No other part can have accepted changes any more: the state gets the lineage of this view, as after a
     * synchronisation, and with that overrules what a rival that is down now may have on its disk.
     */
    private void becomeCertainIfPossible(List<StateEffect> effects) {
        View present = view;
        if (present == null
                || round != null
                || !writable
                || certain
                || !certainty.doubted(state, votes).isEmpty()) {
            return;
        }
        certain = true;
        lastQuorate = present.sequence();
        ClusterState before = state;
        state = state.with(new Position(present.sequence(), state.position().sequence()));
        if (!state.position().equals(before.position())) {
            reports.clear();
        }
        persist(before, true, effects);
        answers.stored(storedByMajority(), effects);
    }

    private void tellOfDoubt(List<StateEffect> effects) {
        if (!certain && !toldOfDoubt) {
            toldOfDoubt = true;
            notice(effects, Severity.WARNING, Certainty.notice(awaited()));
        }
    }

    private void persist(ClusterState before, boolean keptOwn, List<StateEffect> effects) {
        if (!keptOwn) {
            disk.snapshot(state, effects);
        } else if (!state.position().equals(before.position())
                || !state.version().sameConfiguration(before.version())) {
            disk.append(DiskCodec.lineage(state.position(), state.version()), state, effects);
        }
    }

    // ---- what arrives ---------------------------------------------------------------------------------------------

    private void delivered(StateInput.Delivered input, List<StateEffect> effects) {
        if (input.sender().equals(self)) {
            outbox.delivered();
        }
        handleAll(input.sender(), input.payload(), effects);
    }

    private void handleAll(NodeId sender, byte[] payload, List<StateEffect> effects) {
        Decoded decoded = MessageCodec.decode(payload);
        if (decoded instanceof Rejected rejected) {
            notice(effects, Severity.WARNING, "message of " + sender + " is not understood: " + rejected.reason());
        } else if (decoded instanceof Messages messages) {
            for (NodeMessage message : messages.messages()) {
                handle(sender, message, effects);
            }
        }
    }

    private void handle(NodeId sender, NodeMessage message, List<StateEffect> effects) {
        if (message instanceof Fragment fragment) {
            assembly.add(sender, fragment).ifPresent(whole -> {
                if (sender.equals(self)) {
                    outbox.fragmentsDelivered(fragment.id());
                }
                handleAll(sender, whole, effects);
            });
        } else if (message instanceof Offer offer) {
            offered(sender, offer, effects);
        } else if (message instanceof OwnStatus status) {
            if (round != null && round.isAbout(status.view(), status.round())) {
                round.add(sender, status.status());
                completeIfPossible(effects);
            }
        } else if (message instanceof OthersStatus others) {
            if (round != null && round.isAbout(others.view(), others.round())) {
                round.add(others);
                completeIfPossible(effects);
            }
        } else if (message instanceof DurableState durable) {
            if (round != null && round.isAbout(durable.view(), durable.round())) {
                round.add(durable);
                completeIfPossible(effects);
            }
        } else if (message instanceof Resync resync) {
            resync(resync, effects);
        } else if (round != null || view == null) {
            queue.add(new Queued(sender, message));
        } else {
            act(sender, message, effects);
        }
    }

    private void act(NodeId sender, NodeMessage message, List<StateEffect> effects) {
        if (message instanceof Order order) {
            ordered(sender, order.command(), effects);
        } else if (message instanceof Coordination c) {
            boolean current = view != null && view.name().equals(c.view());
            effects.add(
                    current
                            ? new StateEffect.DeliverCoordination(sender, c.kind(), c.body())
                            : new StateEffect.DiscardCoordination(sender, c.kind(), c.body()));
        } else if (message instanceof StoredUpTo stored) {
            stored(sender, stored.position(), effects);
        }
    }

    private void ordered(NodeId sender, Command command, List<StateEffect> effects) {
        if (!command.isDurable()) {
            apply(sender, command, effects);
            return;
        }
        if (!isWritable()) {
            if (transitional && writable) {
                // Then none follows in this view: logs of one lineage must be prefixes of each other. That holds
                // because a view ends once, and whether its survivors are quorate is fixed with that.
                if (sender.equals(self)) {
                    refuseUncertain(command, effects);
                }
            } else if (sender.equals(self)) {
                StateEffect.Refused answer = readOnly();
                answers.refuse(command, answer.advice(), answer.text(), answer.remedy(), effects);
            }
            return;
        }
        SortedSet<String> unaware = unaware(command);
        if (!unaware.isEmpty()) {
            answers.refuse(
                    command,
                    Advice.RETRY_LATER,
                    (transitional ? "a node" : String.join(", ", unaware))
                            + " of the node list was lost just now, and would not learn of the new node",
                    "bring it back, then repeat the change",
                    effects);
            return;
        }
        Applied applied = apply(sender, command, effects);
        if (sender.equals(self)) {
            if (applied.result() instanceof Applied.Refused refused) {
                answers.refuse(command, refused.advice(), refused.text(), refused.remedy(), effects);
            } else {
                answers.applied(command, state, applied.isChanged());
                tellOfDoubt(effects);
                answers.stored(storedByMajority(), effects);
            }
        }
    }

    /**
     * Nodes of the list that are not here at the place in the order where another is added: they would come back without
     * listening to the new one, and no ring could have both. Whoever asked looked too, but that was earlier. Not looked at
     * when the log is replayed: what is there was taken.
     */
    private SortedSet<String> unaware(Command command) {
        SortedSet<String> names = new TreeSet<>();
        if (command instanceof Command.ChangeNodes change) {
            NodeList list = change.list();
            list.nodes().forEach((id, entry) -> {
                // Of a view that is ending somebody is gone, though the state does not say it yet.
                boolean here = !transitional
                        && state.node(entry.name()).filter(NodeStatus::isReady).isPresent();
                if (!list.arriving().isEmpty() && !list.arriving().containsKey(id) && !here) {
                    names.add(entry.name());
                }
            });
        }
        return names;
    }

    private Applied apply(NodeId sender, Command command, List<StateEffect> effects) {
        ClusterState before = state;
        Applied applied = before.apply(command);
        state = applied.state();
        if (command.isDurable() && applied.isChanged()) {
            disk.append(DiskCodec.command(command), state, effects);
        }
        effects.add(new StateEffect.CommandApplied(sender, command, applied));
        certainty.applied(command, applied, before);
        becomeCertainIfPossible(effects);
        return applied;
    }

    private void stored(NodeId sender, Position position, List<StateEffect> effects) {
        everReported.merge(sender, position, (a, b) -> a.compareTo(b) > 0 ? a : b);
        if (position.lineage() == state.position().lineage()) {
            reports.merge(sender, position, (a, b) -> a.compareTo(b) > 0 ? a : b);
            answers.stored(storedByMajority(), effects);
        }
    }

    /** The highest number of a durable command that is on enough disks never to be lost; -1 if none is known. */
    private long storedByMajority() {
        if (!certain) {
            return -1;
        }
        List<Map.Entry<NodeId, Position>> sorted = new ArrayList<>(reports.entrySet());
        sorted.sort((a, b) -> Long.compare(b.getValue().sequence(), a.getValue().sequence()));
        int sum = 0;
        int former = 0;
        for (Map.Entry<NodeId, Position> entry : sorted) {
            sum += votes.of(entry.getKey());
            former += votes.former().getOrDefault(entry.getKey(), 0);
            if (sum >= votes.neededToStore() && former >= votes.neededFormer()) {
                return entry.getValue().sequence();
            }
        }
        return -1;
    }

    private static void notice(List<StateEffect> effects, Severity severity, String text) {
        effects.add(new StateEffect.Notice(severity, text));
    }
}
