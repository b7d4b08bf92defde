package systole.coordinator;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.coordinator.NodeEffect.StopReason;
import systole.fencing.DeviceRegistry;
import systole.fencing.FenceDesk;
import systole.fencing.FenceExecutor;
import systole.fencing.FenceOrder;
import systole.fencing.FenceReport;
import systole.fencing.FenceRun;
import systole.fencing.FenceRunResult;
import systole.fencing.FencingEffect;
import systole.group.GroupEvent;
import systole.group.GroupEvent.Departure;
import systole.group.Guarantee;
import systole.group.Standing;
import systole.group.View;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.kernel.Outcome;
import systole.kernel.Seed;
import systole.model.Element;
import systole.quorum.QuorumAnnouncement;
import systole.quorum.QuorumEffect;
import systole.quorum.QuorumInput;
import systole.quorum.QuorumProtocol;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumState;
import systole.state.ClusterState;
import systole.state.Command;
import systole.state.FencingRecord;
import systole.state.NodeAttributes;
import systole.state.NodeList;
import systole.state.NodeStatus;
import systole.state.OperationRecord;
import systole.state.ResourceHistory;
import systole.state.StateEffect;
import systole.state.StateInput;
import systole.state.StateProtocol;
import systole.state.StoredState;
import systole.state.Votes;
import systole.transition.AgentRequest;
import systole.transition.AgentResult;
import systole.transition.ExecutorEffect;
import systole.transition.HistoryEntries;
import systole.transition.LocalExecutor;
import systole.transition.OperationOrder;
import systole.witness.ContactInput;
import systole.witness.WitnessSettings;

/**
 * Everything that one node decides above the ordering layer.
 *
 * <p>Single-threaded: one caller, one input at a time, effects carried out in their order. The same inputs give the
 * same effects. {@link #state()} may be handed to any thread.
 */
public final class NodeCore {
    private static final byte QUORUM_PAYLOAD = 'Q';
    private static final long FIRST_FENCE_RUN = 1L << 40;
    private static final long GOODBYE_NANOS = 1_000_000_000L;

    private final NodeContext node;
    private final LocalExecutor executor;
    private final FenceExecutor fenceExecutor;
    private final FenceDesk fenceDesk;
    private final Leases leases = new Leases();
    private final OwnLease ownLease;
    private final Conductor conductor;
    private final ClientDesk clients;
    private final Dampening dampening;
    private final AlertDesk alerts;
    private final WitnessDesk witness;
    private final VouchDesk vouched;
    private final NodeListDesk nodeLists;
    private final Set<AgentName> metadataAsked = new HashSet<>();
    private final Map<String, Long> settledAsked = new TreeMap<>();
    private final Set<FencingRecord> knownOwnFencings = new HashSet<>();
    private final List<CoordinationMessage> again = new ArrayList<>();

    /** Of which orders a word about devices put on again was dropped. */
    private final Set<FenceOrder> unheardWords = new LinkedHashSet<>();

    private final Set<String> lost = new TreeSet<>();

    /** Members of the last view whose state was agreed on that have departed since, lost or in order. */
    private final Set<String> departed = new TreeSet<>();

    /** Ends of fencings that are to be told when the members have synchronised. */
    private final List<FencingEffect> fenceReports = new ArrayList<>();

    /** Own orders that were dropped while there was no agreed state. */
    private final List<FenceOrder> unheardOrders = new ArrayList<>();

    private final Set<String> interrupted = new TreeSet<>();

    /** Runs of fence agents that only look after their device, and when they began. */
    private final Map<Long, Moment> deviceChecks = new HashMap<>();

    private QuorumState quorum;
    private @Nullable View view;
    private SortedSet<NodeId> survivors = new TreeSet<>();
    private SortedSet<NodeId> rivalsTold = new TreeSet<>();

    /** Last record that was given to the disk, and last that is known to be there. */
    private long appended = -1;

    private long onDisk = -1;

    /** The parts above have seen the end of a view and not yet the next one. */
    private boolean viewEnds;

    private long stoodNanos = Long.MIN_VALUE;

    /** The group has begun to end the view. */
    private boolean closing;

    private boolean quorateTold;
    private boolean everReady;
    private boolean shuttingDown;
    private boolean leavingSent;
    private boolean stopped;

    /** This node's watchdog ends it when it is not good. */
    private boolean watchdogCounts;

    /** Others may rely on its time alone; 0 if not. */
    private long watchdogMillis;

    private long escalationNanos = Long.MAX_VALUE;
    private long goodbyeNanos = Long.MAX_VALUE;
    private @Nullable Element configuration;
    private ClusterOptions options = new ClusterOptions(Map.of());
    private ClusterState lastState;
    private String lastCoordinator = "";

    /**
     * @param stored what the disk gave back
     * @param start when the daemon started
     */
    public NodeCore(NodeSettings settings, QuorumSettings quorumSettings, StoredState stored, Moment start) {
        this(settings, quorumSettings, Optional.empty(), stored, start);
    }

    /** @param witnessSettings how to talk to the witness, if the quorum settings give votes to a device */
    public NodeCore(
            NodeSettings settings,
            QuorumSettings quorumSettings,
            Optional<WitnessSettings> witnessSettings,
            StoredState stored,
            Moment start) {
        Seed chance = new Seed(settings.seed()).fork(settings.name());
        long incarnation = chance.fork("incarnation").nextLong() >>> 1;
        StateProtocol protocol = new StateProtocol(settings.id(), settings.name(), incarnation, stored);
        // The lease is 2 s and twice the detection.
        this.node = new NodeContext(
                witnessSettings.map(how -> settings.withWait(how.waitMillis())).orElse(settings), protocol, start);
        this.executor = new LocalExecutor(settings.name());
        this.fenceExecutor = new FenceExecutor(settings.name(), chance.fork("delays"), FIRST_FENCE_RUN);
        this.fenceDesk = new FenceDesk(settings.name(), Long.toHexString(incarnation));
        this.conductor = new Conductor(node, this::fence, leases, chance.fork("uuid"));
        this.ownLease = new OwnLease(node, this::execute, Conductor.uuid(chance.fork("lease")));
        this.clients = new ClientDesk(node, this::fenceForClient, Long.toHexString(incarnation));
        this.dampening = new Dampening(node);
        this.alerts = new AlertDesk(node);
        this.witness = new WitnessDesk(node, witnessSettings);
        this.vouched = new VouchDesk(node);
        this.quorum = QuorumProtocol.initial(settings.id(), quorumSettings);
        this.nodeLists = new NodeListDesk(node, quorumSettings, Long.toHexString(incarnation));
        this.lastState = protocol.state();
        settings.nodeNames().forEach((id, name) -> {
            if (!id.equals(settings.id())) {
                leases.silent(name, start.nanos());
            }
        });
    }

    /** Deliberate faults that the simulation must find; for tests, before the first step. */
    public void mutate(Set<NodeListMutant> mutants) {
        nodeLists.mutate(mutants);
    }

    /** Takes one input; the effects are to be carried out in order. After {@code StopNode} nothing more is taken. */
    public List<NodeEffect> step(Moment now, NodeInput input) {
        if (stopped) {
            return List.of();
        }
        node.begin(now);
        noteStanding();
        ownLease.timePassed(stoodNanos);
        changeNodesIfChanged();
        reconfigureIfChanged();
        take(input);
        passTime();
        settle();
        if (view != null && node.isReady() && !viewEnds && !witness.isHolding()) {
            witness.ready(view, appended, onDisk, nanos());
        }
        if (node.state() != lastState) {
            lastState = node.state();
            node.emit(new NodeEffect.StateChanged());
        }
        tellCoordinator();
        return node.effects();
    }

    /** What is said of another view than that of which the parts above know says nothing about that one. */
    private void noteStanding() {
        Standing standing = node.now().standing();
        if (view != null && view.sequence() == standing.sequence()) {
            stoodNanos = Math.max(stoodNanos, standing.nanos());
        }
    }

    /**
     * The last moment at which this node certainly belonged to its view, so that its quorum then was one;
     * {@code Long.MIN_VALUE} before the first view.
     */
    public long stoodNanos() {
        return stoodNanos;
    }

    /** When a {@link NodeInput.Tick} is due; {@link Long#MAX_VALUE} for never. Valid until the next step. */
    public long deadlineNanos() {
        if (stopped) {
            return Long.MAX_VALUE;
        }
        long first = Math.min(executor.deadlineNanos(), fenceExecutor.deadlineNanos());
        first = Math.min(first, Math.min(fenceDesk.deadlineNanos(), conductor.deadlineNanos()));
        first = Math.min(first, Math.min(clients.deadlineNanos(), dampening.deadlineNanos()));
        first = Math.min(first, Math.min(goodbyeNanos, witness.deadlineNanos()));
        first = Math.min(first, ownLease.deadlineNanos());
        return Math.min(first, Math.min(quorum.deadlineNanos(), escalationNanos));
    }

    /** The replicated state as of the last step; immutable. */
    public ClusterState state() {
        return node.state();
    }

    /** Votes and what follows from them. */
    public QuorumState quorum() {
        return quorum;
    }

    /** Connection to the witness and what it said, for people; empty without a witness. */
    public Optional<String> witness() {
        return witness.words();
    }

    /** Whether a view is held back until the witness has answered. */
    public boolean isHoldingView() {
        return witness.isHolding();
    }

    /** Whether this node has the state that all members of its view have. */
    public boolean isReady() {
        return node.isReady();
    }

    /** Nodes that must be known to be down before answers to durable changes go out; empty but under {@code two_node}. */
    public SortedSet<String> awaited() {
        return node.awaited();
    }

    /** Whether this node coordinates. */
    public boolean isCoordinator() {
        return conductor.isCoordinating();
    }

    /** Whether this node coordinates and has nothing left to do. */
    public boolean isIdle() {
        return conductor.isIdle();
    }

    /** The name of the coordinating node, as far as this node knows. */
    public Optional<String> coordinator() {
        return node.isReady() ? node.state().coordinator().map(NodeStatus::uname) : Optional.empty();
    }

    /** The node list in force. */
    public NodeList nodeList() {
        return nodeLists.list();
    }

    /** Fencing operations under way, anywhere in the view. */
    public List<FenceOrder> fencingUnderWay() {
        return fenceDesk.underWay();
    }

    /** Absent nodes whose leases count while fencing is off. */
    public SortedSet<String> leaseHolders() {
        return leases.holders();
    }

    /** The resources that have an operation running or waiting on this node. */
    public List<String> busyResources() {
        return executor.busy();
    }

    // ---- inputs ----------------------------------------------------------------------------------------------------

    private void take(NodeInput input) {
        if (input instanceof NodeInput.Group group) {
            group(group.event());
        } else if (input instanceof NodeInput.AgentFinished finished) {
            carry(executor.finished(finished.result(), nanos()));
        } else if (input instanceof NodeInput.FenceAgentFinished finished) {
            fenceAgentFinished(finished.result());
        } else if (input instanceof NodeInput.Planned planned) {
            if (!ownLease.planned(planned)) {
                conductor.planned(planned);
            }
        } else if (input instanceof NodeInput.PlanFailed failed) {
            if (!ownLease.planFailed(failed)) {
                conductor.planFailed(failed);
            }
        } else if (input instanceof NodeInput.Stored stored) {
            onDisk = Math.max(onDisk, stored.record());
            node.protocol(new StateInput.Stored(stored.record()));
        } else if (input instanceof NodeInput.MetadataRead read) {
            metadata(read);
        } else if (input instanceof NodeInput.ServiceDied died) {
            carry(executor.checkNow(died.resource(), nanos()));
        } else if (input instanceof NodeInput.Witness contact) {
            witness.step(contact.input()).ifPresent(this::quorumStep);
        } else if (input instanceof NodeInput.WatchdogArmed armed) {
            watchdogCounts = true;
            watchdogMillis = armed.suffices() ? armed.millis() : 0;
            tellWatchdog();
            for (FenceOrder order : fenceDesk.underWay()) {
                if (order.target().equals(node.self()) && !order.action().equals("on")) {
                    stop(StopReason.PANIC, "Node " + order.executor() + " is about to fence this node");
                    return;
                }
            }
        } else if (input instanceof NodeInput.NodeListTold told) {
            nodeLists.told(told);
        } else if (input instanceof NodeInput.Suspected suspected) {
            String name = node.settings().nameOf(suspected.node());
            node.event(Timeline.SUSPECTED, "No sign of life from " + name, "node", name);
        } else if (input instanceof NodeInput.Request request) {
            if (request.request() instanceof ClientRequest.ChangeNodes change) {
                nodeLists.request(request.requestId(), request.author(), change, quorum);
            } else if (request.request() instanceof ClientRequest.Unblock) {
                vouched.unblock(request.requestId(), request.author(), quorum);
            } else if (request.request() instanceof ClientRequest.ExpectVotes expect) {
                vouched.expect(request.requestId(), request.author(), expect.votes(), quorum);
            } else {
                clients.request(request.requestId(), request.author(), request.request());
            }
        } else if (input instanceof NodeInput.Shutdown shutdown) {
            shutdown(shutdown.reason());
        } else if (!(input instanceof NodeInput.Tick)) {
            throw new AssertionError("unknown input " + input);
        }
    }

    private void group(GroupEvent event) {
        if (event instanceof GroupEvent.Delivered delivered) {
            byte[] payload = delivered.payload();
            if (payload.length > 0 && payload[0] == QUORUM_PAYLOAD) {
                quorumSaid(payload);
            } else if (payload.length > 0 && payload[0] == WitnessDesk.PAYLOAD) {
                witnessSaid(delivered.sender(), payload);
            } else if (payload.length > 0 && payload[0] == VouchDesk.PAYLOAD) {
                vouchSaid(delivered.sender(), payload);
            } else if (witness.isHolding()) {
                witness.hold(event);
            } else {
                node.protocol(new StateInput.Delivered(delivered.sender(), delivered.guarantee(), payload));
            }
        } else if (event instanceof GroupEvent.TransitionalView ending) {
            showHeldView();
            viewEnds = true;
            closing = true;
            survivors = ending.survivors();
            node.protocol(new StateInput.Transitional(
                    ending.previous(), ending.survivors(), wouldBeQuorate(ending.previous(), ending.survivors())));
        } else if (event instanceof GroupEvent.ViewInstalled installed) {
            viewInstalled(installed);
        }
    }

    private boolean wouldBeQuorate(View previous, SortedSet<NodeId> survivors) {
        if (survivors.isEmpty()) {
            return false;
        }
        View alone = new View(previous.sequence(), survivors.first(), survivors);
        NodeList list = nodeLists.counted();
        QuorumState judge = list.equals(nodeLists.list())
                ? quorum
                : QuorumProtocol.step(quorum, new QuorumInput.SettingsChanged(nanos(), settingsOf(list)))
                        .next();
        return QuorumProtocol.step(judge, new QuorumInput.ViewChanged(nanos(), alone, Map.of()))
                .next()
                .quorate();
    }

    private void viewInstalled(GroupEvent.ViewInstalled installed) {
        View former = view;
        view = installed.view();
        noteStanding();
        closing = false;
        node.event(
                Timeline.VIEW_CHANGED,
                "View " + installed.view().name() + " with "
                        + names(installed.view().members()),
                "members",
                names(installed.view().members()).toString());
        installed.left().forEach((id, departure) -> {
            departed(node.settings().nameOf(id), departure);
            alerts.node(node.settings().nameOf(id), Integer.toString(id.value()), false);
        });
        for (NodeId id : installed.view().members()) {
            String name = node.settings().nameOf(id);
            boolean isNew = former != null && !former.members().contains(id);
            boolean isBack = former != null
                    && !isNew
                    && !survivors.contains(id)
                    && !id.equals(node.settings().id());
            if (isNew || isBack) {
                node.event(Timeline.NODE_JOINED, name + (isNew ? " joined" : " was away and is back"), "node", name);
                fenceReports.addAll(fenceExecutor.isBack(name));
            }
            if (isNew || former == null) {
                alerts.node(name, Integer.toString(id.value()), true);
            }
            leases.settled(name);
            lost.remove(name);
            if (departed.remove(name) || isBack) {
                interrupted.add(name);
            }
        }
        survivors = new TreeSet<>();
        node.seen(installed.view().members());
        nodeLists.tell(installed.view().members(), false);
        takeQuorum(
                QuorumProtocol.step(quorum, new QuorumInput.ViewChanged(nanos(), installed.view(), installed.left())));
        vouched.viewInstalled(installed.view());
        nodeLists.viewInstalled();
        witness.step(new ContactInput.ViewChanged(nanos(), installed.view())).ifPresent(this::quorumStep);
        witness.hold(installed);
        if (!quorum.awaitsWitness()) {
            showHeldView();
        }
    }

    /** The parts above see the view, with the votes as they are now, and all that was delivered in it. */
    private void showHeldView() {
        for (GroupEvent event : witness.release()) {
            if (event instanceof GroupEvent.ViewInstalled installed) {
                viewEnds = false;
                node.protocol(new StateInput.ViewInstalled(
                        installed.view(), installed.left(), votes(), node.now().epochMillis()));
            } else if (event instanceof GroupEvent.Delivered delivered) {
                node.protocol(new StateInput.Delivered(delivered.sender(), delivered.guarantee(), delivered.payload()));
            } else {
                throw new AssertionError("held back: " + event);
            }
        }
    }

    private void witnessSaid(NodeId sender, byte[] payload) {
        if (closing) {
            return;
        }
        try {
            quorumStep(witness.said(sender, payload, nanos()));
        } catch (ByteSource.Malformed broken) {
            node.event(Timeline.WARNING, "A word about the witness is not understood: " + broken.getMessage());
        }
    }

    private void vouchSaid(NodeId sender, byte[] payload) {
        try {
            vouched.said(sender, payload, quorum).ifPresent(this::quorumStep);
        } catch (ByteSource.Malformed broken) {
            node.event(Timeline.WARNING, "A word about absent nodes is not understood: " + broken.getMessage());
        }
    }

    private void departed(String name, Departure departure) {
        departed.add(name);
        if (departure == Departure.LEFT) {
            leases.settled(name);
            node.event(Timeline.NODE_LEFT, name + " left", "node", name);
        } else {
            leases.silent(name, nanos());
            lost.add(name);
            node.event(Timeline.NODE_LOST, name + " was lost", "node", name);
        }
    }

    private void takeQuorum(Outcome<QuorumState, QuorumEffect> outcome) {
        quorum = outcome.next();
        for (QuorumEffect effect : outcome.effects()) {
            if (effect instanceof QuorumEffect.Announce announce
                    && quorum.settings().needsHistory()) {
                byte[] body = announce.announcement().toBytes();
                byte[] payload = new byte[body.length + 1];
                payload[0] = QUORUM_PAYLOAD;
                System.arraycopy(body, 0, payload, 1, body.length);
                node.emit(new NodeEffect.Send(Guarantee.AGREED, payload));
            }
        }
        if (quorateTold != quorum.quorate() && !quorum.awaitsWitness()) {
            quorateTold = quorum.quorate();
            node.event(quorum.quorate() ? Timeline.QUORUM_GAINED : Timeline.QUORUM_LOST, quorum.reason());
        }
    }

    private void quorumSaid(byte[] payload) {
        byte[] body = new byte[payload.length - 1];
        System.arraycopy(payload, 1, body, 0, body.length);
        QuorumAnnouncement said;
        try {
            said = QuorumAnnouncement.fromBytes(body);
        } catch (IllegalArgumentException broken) {
            node.event(Timeline.WARNING, "A quorum announcement is not understood: " + broken.getMessage());
            return;
        }
        quorumStep(new QuorumInput.Announced(nanos(), said));
    }

    private void quorumStep(QuorumInput input) {
        boolean before = quorum.quorate();
        int needed = quorum.quorum();
        takeQuorum(QuorumProtocol.step(quorum, input));
        vouched.quorumChanged(quorum);
        if (witness.isHolding()) {
            if (!quorum.awaitsWitness()) {
                showHeldView();
            }
        } else if (view != null && (before != quorum.quorate() || needed != quorum.quorum())) {
            node.protocol(new StateInput.VotesChanged(votes(), node.now().epochMillis()));
        }
    }

    private Votes votes() {
        SortedMap<NodeId, Integer> votes = new TreeMap<>();
        View present = view;
        if (present != null) {
            present.members().forEach(id -> votes.put(id, quorum.settings().votesOf(id)));
        }
        rivalsTold = rivals();
        QuorumSettings settings = quorum.settings();
        return new Votes(
                quorum.quorate(),
                quorum.votesToStore(),
                votes,
                rivalsTold,
                quorum.keepers(),
                settings.nodeListVersion(),
                settings.formerVotes(),
                nodeLists.formerToStore(settings));
    }

    /** With fencing off nobody would ever take the doubt away, and both halves run services anyway. */
    private SortedSet<NodeId> rivals() {
        return options.fencingEnabled() ? quorum.rivals() : new TreeSet<>();
    }

    private void metadata(NodeInput.MetadataRead read) {
        if (read.agent().agentClass().equals("stonith")) {
            fenceExecutor.metadata(read.agent().type(), read.metadata());
        }
        carry(executor.metadata(read.agent().toString(), read.metadata()));
    }

    private void passTime() {
        if (executor.deadlineNanos() <= nanos()) {
            carry(executor.tick(nanos()));
        }
        if (fenceExecutor.deadlineNanos() <= nanos()) {
            carryFencing(fenceExecutor.tick(nanos()));
        }
        if (fenceDesk.deadlineNanos() <= nanos()) {
            carryFencing(fenceDesk.tick(nanos()));
        }
        if (quorum.deadlineNanos() <= nanos()) {
            quorumStep(new QuorumInput.Tick(nanos()));
        }
        witness.tick(nanos()).ifPresent(this::quorumStep);
        clients.tick();
        dampening.tick(conductor.isCoordinating());
        if (goodbyeNanos <= nanos()) {
            leave();
        } else if (escalationNanos <= nanos()) {
            stop(StopReason.ESCALATED, "Resources could not be stopped within shutdown-escalation");
        }
    }

    /** Until nothing is left to be handled and the conductor has done all it can. */
    private void settle() {
        do {
            while (node.hasUnhandled()) {
                handle(node.next());
            }
            changeNodesIfChanged();
            nodeLists.carryOn(conductor.isCoordinating());
            reconfigureIfChanged();
            conductor.drive();
            ownLease.drive(node.isReady() && !viewEnds, quorum.quorate(), stoodNanos);
            answerSettled();
        } while (node.hasUnhandled() && !stopped);
    }

    // ---- effects of the state protocol -----------------------------------------------------------------------------

    private void handle(StateEffect effect) {
        if (stopped) {
            return;
        }
        if (effect instanceof StateEffect.Append append) {
            appended = append.record();
            node.emit(new NodeEffect.Append(append.record(), append.bytes()));
        } else if (effect instanceof StateEffect.SaveSnapshot save) {
            appended = save.record();
            node.emit(new NodeEffect.SaveSnapshot(save.record(), save.bytes()));
        } else if (effect instanceof StateEffect.Broadcast broadcast) {
            node.emit(new NodeEffect.Send(broadcast.guarantee(), broadcast.payload()));
        } else if (effect instanceof StateEffect.CommandApplied applied) {
            applied(applied);
        } else if (effect instanceof StateEffect.DeliverCoordination message) {
            decode(message.kind(), message.body()).ifPresent(decoded -> {
                if (viewEnds) {
                    discarded(message.sender(), decoded);
                } else {
                    delivered(decoded);
                }
            });
        } else if (effect instanceof StateEffect.DiscardCoordination message) {
            decode(message.kind(), message.body()).ifPresent(decoded -> discarded(message.sender(), decoded));
        } else if (effect instanceof StateEffect.ViewBegun) {
            conductor.viewBegun();
        } else if (effect instanceof StateEffect.Synchronized done) {
            synchronizedNow(done);
        } else if (effect instanceof StateEffect.QuorumChanged changed) {
            conductor.quorumChanged(changed.quorate());
        } else if (effect instanceof StateEffect.Answer answer) {
            if (!nodeLists.answered(answer)) {
                clients.answered(answer);
            }
        } else if (effect instanceof StateEffect.Notice notice) {
            node.event(
                    notice.severity() == StateEffect.Severity.INFO ? Timeline.SYNCED : Timeline.WARNING, notice.text());
        }
    }

    private Optional<CoordinationMessage> decode(int kind, byte[] body) {
        try {
            return Optional.of(CoordinationCodec.decode(kind, body));
        } catch (ByteSource.Malformed broken) {
            node.event(Timeline.WARNING, "A message of kind " + kind + " is not understood: " + broken.getMessage());
            return Optional.empty();
        }
    }

    private void synchronizedNow(StateEffect.Synchronized done) {
        node.event(
                Timeline.SYNCED,
                "State " + node.state().version() + " agreed by "
                        + names(done.view().members()) + (done.quorate() ? "" : ", without quorum"),
                "version",
                node.state().version().toString());
        Set<FencingRecord> own = ownFencings();
        if (everReady && !knownOwnFencings.containsAll(own)) {
            fencedAlive();
            return;
        }
        knownOwnFencings.addAll(own);
        // A node that comes back stands alone at first, without quorum, and does not know yet that it was fenced before
        // it
        // started; only one that had quorum since then can have been fenced while it ran something.
        everReady |= done.quorate();
        reconfigureIfChanged();
        Set<String> gone = new LinkedHashSet<>(interrupted);
        for (NodeStatus status : node.state().nodes().values()) {
            if (!status.isRemote() && !status.isMember()) {
                gone.add(status.uname());
            }
        }
        boolean anyLost = !lost.isEmpty() || !interrupted.isEmpty();
        conductor.synchronizedNow(done.quorate(), anyLost ? gone : Set.of());
        List<FencingEffect> reports = List.copyOf(fenceReports);
        fenceReports.clear();
        carryFencing(reports);
        carryFencing(fenceDesk.membersAre(situation(), Set.copyOf(interrupted), nanos()));
        carryFencing(fenceExecutor.membersAre(situation(), Set.copyOf(interrupted), nanos()));
        carryFencing(fenceExecutor.tellAgain());
        List<FenceOrder> words = List.copyOf(unheardWords);
        unheardWords.clear();
        words.forEach(order -> carryFencing(fenceExecutor.wordDropped(order)));
        List<FenceOrder> unheard = List.copyOf(unheardOrders);
        unheardOrders.clear();
        for (FenceOrder order : unheard) {
            carryFencing(fenceDesk.dropped(order, situation(), nanos()));
        }
        lost.clear();
        departed.clear();
        interrupted.clear();
        List<CoordinationMessage> messages = List.copyOf(again);
        again.clear();
        messages.forEach(node::send);
        clients.askAgain();
        tellWatchdog();
        nodeLists.synchronizedNow(done.quorate());
        if (shuttingDown) {
            wishShutdown();
        }
    }

    private Set<FencingRecord> ownFencings() {
        Set<FencingRecord> own = new HashSet<>();
        for (FencingRecord record : node.state().fencing()) {
            if (record.target().equals(node.self())
                    && record.succeeded()
                    && !record.action().equals("on")) {
                own.add(record);
            }
        }
        return own;
    }

    private void applied(StateEffect.CommandApplied effect) {
        Command command = effect.command();
        if (command instanceof Command.ForgetHistory forget && isForHere(forget.node())) {
            carry(executor.forget(
                    forget.resource(), forget.operation().isEmpty() ? List.of() : List.of(forget.operation())));
        } else if (command instanceof Command.UpdateAttributes update) {
            dampening.updated(update, effect.result().isChanged());
        }
        conductor.applied(command, effect.result());
        alerts.applied(command, effect.result(), conductor.isCoordinating());
        if (command instanceof Command.FencingDone done) {
            fenced(done, effect.result().changed(systole.state.Applied.Part.NODES));
        } else if (command instanceof Command.ConfirmFenced confirm
                && effect.result().isChanged()) {
            leases.settled(confirm.node());
            carryFencing(fenceDesk.succeeded(confirm.node(), "off", Long.MAX_VALUE));
            carryFencing(fenceExecutor.ended(confirm.node(), Long.MAX_VALUE, nanos()));
        } else if (command instanceof Command.NodeLeaving leave && leave.node().equals(node.self())) {
            node.emit(new NodeEffect.LeaveGroup());
            stop(StopReason.SHUTDOWN, "All resources are stopped or left running on purpose");
            return;
        }
        if (effect.sender().equals(node.settings().id()) && !command.isDurable()) {
            clients.ownCommandApplied(effect.result());
        }
    }

    /** The leaving node waits until another one has heard of it, so that its silence is not taken for a loss. */
    private void leaving(String name) {
        String witness = "";
        for (NodeStatus status : node.state().nodes().values()) {
            if (!status.isRemote() && status.isReady() && !status.uname().equals(name) && witness.isEmpty()) {
                witness = status.uname();
            }
        }
        if (name.equals(node.self())) {
            if (witness.isEmpty()) {
                leave();
            } else {
                goodbyeNanos = nanos() + GOODBYE_NANOS;
            }
        } else if (witness.equals(node.self())) {
            node.send(new CoordinationMessage.Goodbye(name));
        }
    }

    private void leave() {
        node.emit(new NodeEffect.LeaveGroup());
        stop(StopReason.SHUTDOWN, "All resources are stopped or left running on purpose");
    }

    private boolean isForHere(String name) {
        return name.isEmpty() || name.equals(node.self());
    }

    private void fenced(Command.FencingDone done, boolean erased) {
        FencingRecord record = done.record();
        if (!record.succeeded()) {
            return;
        }
        boolean cut = !record.action().equals("on");
        if (cut && record.target().equals(node.self())) {
            if (erased) {
                fencedAlive();
                return;
            }
            knownOwnFencings.add(record);
        }
        if (cut && erased) {
            leases.settled(record.target());
        }
        carryFencing(fenceDesk.succeeded(record.target(), record.action(), done.joinedAt()));
        if (cut) {
            carryFencing(fenceExecutor.ended(record.target(), done.joinedAt(), nanos()));
        }
    }

    private void fencedAlive() {
        StopReason reason = options.panicsWhenFenced() ? StopReason.PANIC : StopReason.FENCED;
        stop(reason, "The others fenced this node; it must not go on");
    }

    private void stop(StopReason reason, String text) {
        stopped = true;
        node.emit(new NodeEffect.StopNode(reason, text));
    }

    // ---- messages of other nodes' cores
    // ------------------------------------------------------------------------------

    private void delivered(CoordinationMessage message) {
        if (message instanceof CoordinationMessage.Execute execute) {
            for (OperationOrder order : execute.orders()) {
                if (order.node().equals(node.self())) {
                    execute(order, execute.sentEpochMillis());
                }
            }
        } else if (message instanceof CoordinationMessage.Acknowledge done) {
            conductor.acknowledged(done);
        } else if (message instanceof CoordinationMessage.LeaveNow leave) {
            if (leave.node().equals(node.self()) && !leavingSent) {
                leavingSent = true;
                carry(executor.cancelRecurring());
                node.submit(new Command.NodeLeaving(node.self()));
            }
        } else if (message instanceof CoordinationMessage.Goodbye goodbye) {
            if (goodbye.node().equals(node.self()) && goodbyeNanos != Long.MAX_VALUE) {
                leave();
            }
        } else if (message instanceof CoordinationMessage.Fence fence) {
            boolean here = fenceDesk.ordered(fence.order(), situation(), nanos());
            boolean cut = !fence.order().action().equals("on");
            if (watchdogCounts && cut && fence.order().target().equals(node.self())) {
                // Whoever relies on our end by the watchdog or a pill does not ask whether we could go on.
                stop(StopReason.PANIC, "Node " + fence.order().executor() + " is about to fence this node");
            } else if (here) {
                carryFencing(fenceExecutor.membersAre(situation(), Set.of(), nanos()));
                carryFencing(fenceExecutor.execute(
                        fence.order(), nanos(), watchdogOf(fence.order().target())));
            }
        } else if (message instanceof CoordinationMessage.FenceFailed failed) {
            carryFencing(fenceDesk.failed(failed.report(), situation(), nanos()));
        } else if (message instanceof CoordinationMessage.FencePart part) {
            if (part.part().executor().equals(node.self())) {
                carryFencing(fenceExecutor.execute(part.part(), nanos(), 0));
            }
        } else if (message instanceof CoordinationMessage.FencePartDone done) {
            carryFencing(fenceExecutor.partDone(done.report(), nanos()));
        } else if (message instanceof CoordinationMessage.FenceRestores restores) {
            carryFencing(fenceExecutor.restores(restores.order(), restores.over(), nanos()));
        } else if (message instanceof CoordinationMessage.AskSettled ask) {
            if (conductor.isCoordinating()) {
                settledAsked.put(ask.node() + ":" + ask.requestId(), ask.requestId());
            }
        } else if (message instanceof CoordinationMessage.Settled settled) {
            if (settled.node().equals(node.self())) {
                clients.settled(settled.requestId());
            }
        }
    }

    private void execute(OperationOrder order, long epochMillis) {
        boolean refused = shuttingDown && order.operation().equals("start");
        if (refused) {
            restore(order);
            node.send(new CoordinationMessage.Acknowledge(order.key(), 1, LocalExecutor.NOT_ATTEMPTED));
        } else {
            carry(executor.execute(order, nanos(), epochMillis));
        }
    }

    /** A message that does not count, since the view in which it was sent is over. */
    private void discarded(NodeId sender, CoordinationMessage message) {
        boolean mine = sender.equals(node.settings().id());
        if (message instanceof CoordinationMessage.Execute execute) {
            execute.orders().stream()
                    .filter(order -> order.node().equals(node.self()))
                    .forEach(this::restore);
            if (mine) {
                conductor.discarded(execute.orders());
            }
        } else if (mine && message instanceof CoordinationMessage.Fence fence) {
            if (node.isReady()) {
                carryFencing(fenceDesk.dropped(fence.order(), situation(), nanos()));
            } else {
                // What is sent now is dropped at once, without end.
                unheardOrders.add(fence.order());
            }
        } else if (mine && message instanceof CoordinationMessage.FencePart part) {
            fenceExecutor.dropped(part.part());
            if (node.isReady() && !viewEnds) {
                carryFencing(fenceExecutor.membersAre(situation(), Set.of(), nanos()));
            }
        } else if (mine
                && (message instanceof CoordinationMessage.Acknowledge
                        || message instanceof CoordinationMessage.FenceFailed
                        || message instanceof CoordinationMessage.FencePartDone)) {
            if (node.isReady() && !viewEnds) {
                // It came through the new view late, behind the agreement: nobody would send it again.
                node.send(message);
            } else {
                again.add(message);
            }
        } else if (mine && message instanceof CoordinationMessage.FenceRestores restores) {
            if (node.isReady() && !viewEnds) {
                carryFencing(fenceExecutor.wordDropped(restores.order()));
            } else {
                unheardWords.add(restores.order());
            }
        } else if (mine && message instanceof CoordinationMessage.LeaveNow leave) {
            conductor.discarded(leave);
        }
    }

    /** Everybody has recorded the operation as pending, but it was not begun: put the record right. */
    private void restore(OperationOrder order) {
        if (!order.isRecorded()) {
            return;
        }
        Element pending = HistoryEntries.pending(order, 0);
        LocalExecutor.History own = executor.history().get(order.resource().id());
        Element former = own == null ? null : own.entries().get(pending.id());
        node.submit(
                former == null
                        ? new Command.ForgetHistory(
                                node.self(), order.resource().id(), pending.id())
                        : new Command.RecordOperations(
                                node.self(), List.of(Conductor.record(order.resource(), former))));
    }

    private void answerSettled() {
        if (settledAsked.isEmpty() || !node.isReady() || node.hasUnhandled()) {
            return;
        }
        if (!conductor.isCoordinating()) {
            settledAsked.clear();
        } else if (conductor.isIdle()) {
            settledAsked.forEach((key, requestId) ->
                    node.send(new CoordinationMessage.Settled(key.substring(0, key.lastIndexOf(':')), requestId)));
            settledAsked.clear();
        }
    }

    // ---- the local executor
    // ------------------------------------------------------------------------------------------

    private void carry(List<ExecutorEffect> effects) {
        List<OperationRecord> records = new ArrayList<>();
        for (ExecutorEffect effect : effects) {
            if (effect instanceof ExecutorEffect.Record record) {
                record.entries().forEach(entry -> records.add(Conductor.record(record.resource(), entry)));
                alerts.result(record.resource().id(), record.entries().get(0));
            } else if (effect instanceof ExecutorEffect.Run run) {
                run(run.request());
            } else if (effect instanceof ExecutorEffect.Kill kill) {
                if (!deviceChecks.containsKey(kill.runId())) {
                    node.emit(new NodeEffect.KillAgent(kill.runId()));
                }
            } else if (effect instanceof ExecutorEffect.Forget forget) {
                List<String> entries = forget.entryIds().isEmpty() ? List.of("") : forget.entryIds();
                entries.forEach(entry -> node.submit(new Command.ForgetHistory(node.self(), forget.resource(), entry)));
            } else if (effect instanceof ExecutorEffect.Acknowledge done) {
                if (!ownLease.acknowledged(done.key(), done.rc(), done.status())) {
                    node.send(new CoordinationMessage.Acknowledge(done.key(), done.rc(), done.status()));
                }
            } else if (effect instanceof ExecutorEffect.ReadMetadata read) {
                askMetadata(new AgentName(
                        read.resource().agentClass(),
                        read.resource().provider(),
                        read.resource().type()));
            }
        }
        if (!records.isEmpty()) {
            ownLease.recorded(records);
            node.submit(new Command.RecordOperations(node.self(), records));
        }
    }

    private void askMetadata(AgentName agent) {
        if (metadataAsked.add(agent)) {
            node.emit(new NodeEffect.ReadMetadata(agent));
        }
    }

    private void run(AgentRequest request) {
        if (!request.resource().agentClass().equals("stonith")) {
            node.emit(new NodeEffect.RunAgent(request));
            return;
        }
        Optional<FenceRun> check =
                fenceExecutor.monitor(request.resource().id(), request.runId(), request.timeoutMillis());
        if (check.isPresent()) {
            deviceChecks.put(request.runId(), node.now());
            node.emit(new NodeEffect.RunFenceAgent(check.get()));
        } else {
            carry(executor.finished(
                    new AgentResult(
                            request.runId(),
                            5,
                            AgentResult.Status.NOT_INSTALLED,
                            "the device is not in the configuration",
                            node.now().epochMillis(),
                            0),
                    nanos()));
        }
    }

    private void fenceAgentFinished(FenceRunResult result) {
        Moment begun = deviceChecks.remove(result.runId());
        if (begun == null) {
            carryFencing(fenceExecutor.finished(result, nanos()));
            return;
        }
        boolean good = !result.timedOut() && (result.exitCode() == 0 || result.exitCode() == 2);
        carry(executor.finished(
                new AgentResult(
                        result.runId(),
                        good ? 0 : 1,
                        result.timedOut() ? AgentResult.Status.TIMED_OUT : AgentResult.Status.DONE,
                        good ? "" : result.reason(),
                        begun.epochMillis(),
                        (nanos() - begun.nanos()) / 1_000_000),
                nanos()));
    }

    // ---- fencing
    // -------------------------------------------------------------------------------------------------------

    private void fence(
            String target, String action, long timeoutMillis, long delayMillis, String client, String waiter) {
        long joinedAt = node.state().node(target).map(NodeStatus::joinedAt).orElse(-1L);
        carryFencing(fenceDesk.request(
                target, action, timeoutMillis, delayMillis, client, joinedAt, waiter, situation(), nanos()));
    }

    private void fenceForClient(String target, String action, long timeoutMillis, String client, String waiter) {
        long timeout = timeoutMillis > 0 ? timeoutMillis : options.fencingTimeoutMillis();
        fence(target, action, timeout, 0, client, waiter);
    }

    private void carryFencing(List<FencingEffect> effects) {
        for (FencingEffect effect : effects) {
            if (effect instanceof FencingEffect.Run run) {
                node.emit(new NodeEffect.RunFenceAgent(run.run()));
            } else if (effect instanceof FencingEffect.ReadMetadata read) {
                askMetadata(new AgentName("stonith", "", read.agent()));
            } else if (effect instanceof FencingEffect.SendOrder send) {
                node.send(new CoordinationMessage.Fence(send.order()));
            } else if (effect instanceof FencingEffect.SendReport send) {
                report(send.report());
            } else if (effect instanceof FencingEffect.SendPart send) {
                node.send(new CoordinationMessage.FencePart(send.part()));
            } else if (effect instanceof FencingEffect.SendPartReport send) {
                node.send(new CoordinationMessage.FencePartDone(send.report()));
            } else if (effect instanceof FencingEffect.SendRestores send) {
                node.send(new CoordinationMessage.FenceRestores(send.order(), send.over()));
            } else if (effect instanceof FencingEffect.GaveUp gave) {
                node.submit(new Command.FencingDone(
                        record(gave.last(), false), gave.last().order().joinedAt()));
            } else if (effect instanceof FencingEffect.Answered answered) {
                boolean planned = conductor.answered(answered.waiter(), answered.succeeded(), answered.noDevice());
                if (!planned) {
                    clients.fenced(answered.waiter(), answered.succeeded(), answered.text());
                }
            }
        }
    }

    private void report(FenceReport report) {
        if (report.succeeded()) {
            node.submit(
                    new Command.FencingDone(record(report, true), report.order().joinedAt()));
        } else {
            node.send(new CoordinationMessage.FenceFailed(report));
        }
    }

    private FencingRecord record(FenceReport report, boolean succeeded) {
        FenceOrder order = report.order();
        return new FencingRecord(
                order.target(),
                order.action(),
                report.device(),
                order.executor(),
                order.client() + "@" + order.origin(),
                succeeded,
                report.text(),
                node.now().epochMillis());
    }

    private FenceDesk.Situation situation() {
        SortedSet<String> members = new TreeSet<>();
        Map<String, Set<String>> active = new TreeMap<>();
        DeviceRegistry registry = fenceExecutor.registry();
        for (NodeStatus status : node.state().nodes().values()) {
            if (status.isRemote() || !status.isReady()) {
                continue;
            }
            members.add(status.uname());
            for (String device : registry.devices().keySet()) {
                if (isMonitored(status.history().get(device))) {
                    active.computeIfAbsent(device, id -> new TreeSet<>()).add(status.uname());
                }
            }
        }
        SortedMap<String, Long> watched = new TreeMap<>();
        SortedMap<String, Long> joinedAt = new TreeMap<>();
        for (String name : node.state().nodes().keySet()) {
            node.state().node(name).ifPresent(status -> joinedAt.put(name, status.joinedAt()));
            long millis = watchdogOf(name);
            if (millis > 0) {
                watched.put(name, millis);
            }
        }
        return new FenceDesk.Situation(registry, members, active, watched, joinedAt);
    }

    /** After so long without a sign of life the node has ended itself; 0 if that is not to be relied upon. */
    private long watchdogOf(String name) {
        return node.state()
                .node(name)
                .map(status -> options.watchdogMillis(status.attributes().watchdogMillis()))
                .orElse(0L);
    }

    /** All nodes have to know that they may rely on this node's watchdog; those that join learn it with the state. */
    private void tellWatchdog() {
        if (watchdogMillis <= 0 || leavingSent || !node.isReady() || !quorum.quorate()) {
            return;
        }
        boolean known = node.state()
                .node(node.self())
                .map(status -> status.attributes().watchdogMillis() == watchdogMillis)
                .orElse(true);
        if (!known) {
            node.submit(new Command.UpdateAttributes(
                    node.self(),
                    Command.Lifetime.PRIVATE,
                    "instance_attributes",
                    Map.of(NodeAttributes.WATCHDOG, Long.toString(watchdogMillis)),
                    0,
                    node.now().epochMillis()));
        }
    }

    private static boolean isMonitored(@Nullable ResourceHistory history) {
        Element last = history == null ? null : history.operations().get(history.resource() + "_last_0");
        return last != null
                && last.attribute("operation", "").equals("start")
                && last.attribute("rc-code", "").equals("0");
    }

    // ---- configuration, shutdown, words
    // ------------------------------------------------------------------------------

    private void reconfigureIfChanged() {
        Element present = node.state().configuration();
        if (present == configuration) {
            return;
        }
        configuration = present;
        options = ClusterOptions.of(present);
        conductor.configure(options);
        ownLease.configure(options);
        alerts.configure(present);
        carryFencing(fenceExecutor.configure(DeviceRegistry.of(present)));
        if (view != null && !rivals().equals(rivalsTold)) {
            node.protocol(new StateInput.VotesChanged(votes(), node.now().epochMillis()));
        }
    }

    private QuorumSettings settingsOf(NodeList list) {
        SortedMap<NodeId, Integer> votes = NodeList.votes(list.nodes());
        return quorum.settings().withNodes(votes, nodeLists.former(list, votes), list.version());
    }

    /**
     * All members apply a change of the list at the same place in the order, and those that synchronise take it over
     * together; so they count by the same list from the same place on, and only a changed verdict needs a new round.
     */
    private void changeNodesIfChanged() {
        Optional<NodeList> news = nodeLists.news();
        if (news.isEmpty()) {
            return;
        }
        NodeList list = news.get();
        boolean before = quorum.quorate();
        takeQuorum(QuorumProtocol.step(quorum, new QuorumInput.SettingsChanged(nanos(), settingsOf(list))));
        nodeLists.tell(view == null ? new TreeSet<>() : view.members(), true);
        node.event(
                Timeline.NODES_CHANGED,
                "Node list " + list.version() + (list.isSettled() ? "" : ", with the former one until it is settled")
                        + ": "
                        + list.nodes().values().stream()
                                .map(NodeList.Entry::name)
                                .toList(),
                "version",
                Long.toString(list.version()));
        if (view != null) {
            long millis = node.now().epochMillis();
            node.protocol(
                    before == quorum.quorate()
                            ? new StateInput.VotesRefined(votes(), millis)
                            : new StateInput.VotesChanged(votes(), millis));
        }
        if (nodeLists.isRemoved()) {
            shutdown("this node was removed from the cluster, by node list " + list.version());
        }
    }

    private void shutdown(String reason) {
        if (shuttingDown) {
            return;
        }
        shuttingDown = true;
        node.event(Timeline.SHUTDOWN_BEGUN, "Shutdown: " + reason);
        escalationNanos = nanos() + options.shutdownEscalationMillis() * 1_000_000L;
        wishShutdown();
    }

    /**
     * Asks the cluster to empty this node; leaves at once where no plan could do that and nothing was begun here. What a former life
     * of this daemon left running is known only after a probe, so that a listed node waits for a view in which it can plan one.
     */
    private void wishShutdown() {
        boolean isPlanned = conductor.isSelfListed() || node.isReady() && quorum.quorate();
        if (!isPlanned && executor.history().isEmpty() && executor.busy().isEmpty()) {
            node.emit(new NodeEffect.LeaveGroup());
            stop(StopReason.SHUTDOWN, "Nothing was running here");
        } else if (node.isReady()) {
            node.submit(clients.shutdownWish(node.self()));
        }
    }

    private void tellCoordinator() {
        String present = coordinator().orElse("");
        if (!present.equals(lastCoordinator) && !present.isEmpty()) {
            lastCoordinator = present;
            node.event(Timeline.COORDINATOR_CHANGED, present + " coordinates", "node", present);
        }
    }

    private List<String> names(SortedSet<NodeId> members) {
        List<String> names = new ArrayList<>();
        members.forEach(id -> names.add(node.settings().nameOf(id)));
        return names;
    }

    private long nanos() {
        return node.now().nanos();
    }
}
