package systole.coordinator;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.kernel.Seed;
import systole.model.Element;
import systole.model.TimeSpan;
import systole.state.Applied;
import systole.state.Command;
import systole.state.FencingRecord;
import systole.state.NodeStatus;
import systole.state.OperationRecord;
import systole.transition.HistoryEntries;
import systole.transition.LoadLimits;
import systole.transition.OperationOrder;
import systole.transition.TransitionKey;
import systole.transition.TransitionWalk;
import systole.transition.TransitionWalk.FollowUp;

/**
 * What the coordinating node does beside its own work: has plans made, runs them, gives them up when something happens
 * (controller-and-fencer 4). On the other nodes it is idle.
 */
final class Conductor {
    private static final long MILLI = 1_000_000L;
    private static final long FAILED_PLAN_RETRY_MILLIS = 5_000;
    private static final long BLOCKED_FENCING_RETRY_MILLIS = 60_000;
    private static final String ACTION_WAITER = "action:";

    /** What the conductor needs of the fencing side. */
    interface Fencing {
        void request(String target, String action, long timeoutMillis, long delayMillis, String client, String waiter);
    }

    private final NodeContext node;
    private final Fencing fencing;
    private final Leases leases;
    private final RollCall rollCall;
    private final String uuid;
    private ClusterOptions options = new ClusterOptions(Map.of());
    private boolean coordinating;
    private boolean quorate;
    private @Nullable TransitionWalk walk;
    private TransitionGraph graph = TransitionGraph.empty();
    private int transition;
    private boolean planWanted;
    private String planReason = "";
    private long planAtNanos;
    private long planId;
    private boolean planOutstanding;
    private boolean planStale;
    private boolean holdTold;
    private long recheckNanos = Long.MAX_VALUE;
    private boolean onlyFencingFailed;
    private boolean fencingBlocked;
    private final Map<String, Integer> fencingFailures = new TreeMap<>();
    private final Set<String> abandoned = new HashSet<>();
    private final Map<String, Integer> leaving = new TreeMap<>();

    Conductor(NodeContext node, Fencing fencing, Leases leases, Seed chance) {
        this.node = node;
        this.fencing = fencing;
        this.leases = leases;
        this.rollCall = new RollCall(node);
        this.uuid = uuid(chance);
    }

    void configure(ClusterOptions next) {
        options = next;
    }

    boolean isCoordinating() {
        return coordinating;
    }

    /** Nothing is planned, running, or waiting to be planned. */
    boolean isIdle() {
        return coordinating && node.isReady() && walk == null && !planWanted && !planOutstanding;
    }

    /** A node that the cluster's list does not have is in no plan, so no plan can let it go. */
    boolean isSelfListed() {
        return rollCall.isListed();
    }

    /** How many actions of the present transition are under way. */
    int inFlight() {
        return walk == null ? 0 : walk.inFlight().size();
    }

    // ---- membership ------------------------------------------------------------------------------------------------

    /** The view changed: until {@link #synchronizedNow} nothing is planned or fired. */
    void viewBegun() {
        onlyFencingFailed = false;
        if (walk != null) {
            walk.abort(Synapse.INFINITY, "Membership changed", FollowUp.RESTART);
        }
        planStale = true;
    }

    void synchronizedNow(boolean nowQuorate, Collection<String> lost) {
        quorate = nowQuorate;
        rollCall.synchronizedNow(nowQuorate);
        boolean mine = node.state()
                .coordinator()
                .map(best -> best.uname().equals(node.self()))
                .orElse(false);
        if (!mine) {
            resign();
            return;
        }
        if (!coordinating) {
            coordinating = true;
            fencingFailures.clear();
        }
        TransitionWalk running = walk;
        onlyFencingFailed = false;
        if (running != null) {
            running.abort(Synapse.INFINITY, "Membership changed", FollowUp.RESTART);
            for (String name : lost) {
                running.failNode(name);
            }
            boolean urgent = !lost.isEmpty() || !nowQuorate;
            if (urgent && running.inFlight().stream().noneMatch(Conductor::mustBeAwaited)) {
                // The dead node's services must not wait for a slow agent elsewhere, nor must the stops that lack of
                // quorum asks for. The new plan sees it as pending.
                for (GraphAction action : running.inFlight()) {
                    abandoned.add(transition + ":" + action.id());
                }
                leaving.clear();
                walk = null;
            }
        }
        wantPlan("Membership changed");
    }

    void quorumChanged(boolean nowQuorate) {
        quorate = nowQuorate;
        changed("Quorum changed");
    }

    private void resign() {
        coordinating = false;
        walk = null;
        planOutstanding = false;
        planWanted = false;
        leaving.clear();
        abandoned.clear();
    }

    private static boolean mustBeAwaited(GraphAction action) {
        return action.operation().startsWith("migrate_");
    }

    // ---- planning --------------------------------------------------------------------------------------------------

    /** Something happened that the present plan does not know of. */
    void changed(String reason) {
        if (!coordinating) {
            return;
        }
        onlyFencingFailed = false;
        if (walk == null) {
            wantPlan(reason);
        } else {
            abort(Synapse.INFINITY, reason);
        }
    }

    private void wantPlan(String reason) {
        if (!planWanted) {
            planReason = reason;
            planAtNanos = node.now().nanos() + options.transitionDelayMillis() * MILLI;
        }
        planWanted = true;
        planStale = true;
    }

    private void abort(int priority, String reason) {
        TransitionWalk running = walk;
        if (running != null) {
            if (!running.isAborted()) {
                node.event(
                        Timeline.ABORTED,
                        "Transition " + transition + " aborted: " + reason,
                        "transition",
                        Integer.toString(transition),
                        "reason",
                        reason);
            }
            running.abort(priority, reason, FollowUp.RESTART);
        }
    }

    void planned(NodeInput.Planned answer) {
        if (!planOutstanding || answer.planId() != planId || !coordinating) {
            return;
        }
        planOutstanding = false;
        if (planStale) {
            return;
        }
        answer.notes().forEach(note -> node.event(Timeline.WARNING, note));
        graph = answer.graph();
        transition++;
        onlyFencingFailed = true;
        fencingBlocked = false;
        long bySeconds = answer.recheckBySeconds() > 0 ? answer.recheckBySeconds() : graph.recheckBy();
        recheckNanos = recheckAt(bySeconds);
        node.event(
                Timeline.PLANNED,
                "Transition " + transition + " has " + graph.synapses().size() + " actions",
                "transition",
                Integer.toString(transition),
                "actions",
                Integer.toString(graph.synapses().size()));
        walk = new TransitionWalk(graph, limits(), clusterDelayMillis() * MILLI);
    }

    void planFailed(NodeInput.PlanFailed answer) {
        if (planOutstanding && answer.planId() == planId) {
            planOutstanding = false;
            node.event(Timeline.WARNING, "No plan could be made: " + answer.reason());
            if (!planStale) {
                wantPlan("Planning failed");
                planAtNanos = node.now().nanos() + FAILED_PLAN_RETRY_MILLIS * MILLI;
            }
        }
    }

    private long recheckAt(long bySeconds) {
        long at = options.recheckMillis() > 0 ? options.recheckMillis() : Long.MAX_VALUE / (2 * MILLI);
        if (bySeconds > 0) {
            at = Math.min(at, Math.max(0, bySeconds * 1000 - node.now().epochMillis()));
        }
        return node.now().nanos() + at * MILLI;
    }

    private long clusterDelayMillis() {
        return TimeSpan.millis(graph.attribute("cluster-delay").orElse(""), options.clusterDelayMillis());
    }

    private LoadLimits limits() {
        int jobs = options.jobsPerNode(node.settings().cores());
        return new LoadLimits(graph.batchLimit(), Math.max(0, graph.migrationLimit()), jobs, Map.of());
    }

    private void askForPlan() {
        planWanted = false;
        planStale = false;
        planOutstanding = true;
        holdTold = false;
        planId++;
        node.event(Timeline.PLAN_ASKED, "Planning: " + planReason, "plan", Long.toString(planId), "reason", planReason);
        node.emit(new NodeEffect.Plan(planId, input(), node.now().epochMillis()));
    }

    /** The state as the scheduler is to see it. */
    private Element input() {
        Element cib = node.state().cib(quorate);
        boolean watched = node.state().nodes().values().stream()
                .anyMatch(each -> options.watchdogMillis(each.attributes().watchdogMillis()) > 0);
        return watched ? withWatchdog(cib) : cib;
    }

    private static Element withWatchdog(Element cib) {
        Element pair = Element.leaf("nvpair", "id", "systole-have-watchdog", "name", "have-watchdog", "value", "true");
        Element set = Element.leaf("cluster_property_set", "id", "cib-bootstrap-options");
        List<Element> sections = new ArrayList<>();
        for (Element part : cib.children()) {
            if (!part.is("configuration")) {
                sections.add(part);
                continue;
            }
            List<Element> inner = new ArrayList<>();
            for (Element section : part.children()) {
                if (!section.is("crm_config")) {
                    inner.add(section);
                    continue;
                }
                List<Element> sets = new ArrayList<>(section.children());
                int at = -1;
                for (int i = 0; i < sets.size(); i++) {
                    if (sets.get(i).id().equals(set.id())) {
                        at = i;
                    }
                }
                Element old = at < 0 ? set : sets.remove(at);
                List<Element> pairs = new ArrayList<>(List.of(pair));
                for (Element each : old.children()) {
                    if (!each.attribute("name", "").equals("have-watchdog")) {
                        pairs.add(each);
                    }
                }
                sets.add(0, old.withChildren(pairs));
                inner.add(section.withChildren(sets));
            }
            sections.add(part.withChildren(inner));
        }
        return cib.withChildren(sections);
    }

    // ---- running ---------------------------------------------------------------------------------------------------

    /** Does what can be done now; called after every input. */
    void drive() {
        if (!coordinating || !node.isReady()) {
            return;
        }
        if (quorate) {
            rollCall.enter();
        }
        if (walk != null) {
            advance(walk);
        }
        if (node.now().nanos() >= recheckNanos) {
            recheckNanos = Long.MAX_VALUE;
            fencingFailures.clear();
            changed("Recheck timer");
        }
        if (walk == null && planWanted && !planOutstanding && node.now().nanos() >= planAtNanos) {
            if (isHeld()) {
                tellHold();
            } else {
                askForPlan();
            }
        }
    }

    private boolean isHeld() {
        return isLeased() || isRollCalled();
    }

    private boolean isLeased() {
        return quorate
                && !options.fencingEnabled()
                && leases.isRunning(node.now().nanos(), leaseMillis());
    }

    private boolean isRollCalled() {
        return rollCall.isWaiting(quorate, options.fencingEnabled(), options.dcDeadtimeMillis() * MILLI);
    }

    private void tellHold() {
        if (!holdTold) {
            holdTold = true;
            node.event(
                    Timeline.LEASE_WAIT,
                    isLeased()
                            ? "Fencing is off: waiting until the leases of " + leases.holders() + " have run out"
                            : quorate
                                    ? "Waiting up to dc-deadtime for nodes that were never seen: " + rollCall.unseen()
                                    : "Waiting up to dc-deadtime for quorum");
        }
    }

    private long leaseMillis() {
        return options.leaseMillis(node.settings().detectionMillis());
    }

    private void advance(TransitionWalk running) {
        for (GraphAction lost : running.expire(node.now().nanos())) {
            lost(lost);
        }
        List<OperationOrder> orders = new ArrayList<>();
        List<GraphAction> fired = running.fire(node.now().nanos());
        while (!fired.isEmpty()) {
            for (GraphAction action : fired) {
                dispatch(running, action, orders);
            }
            fired = running.fire(node.now().nanos());
        }
        send(orders);
        if (running.isComplete()) {
            finish(running);
        }
    }

    private void finish(TransitionWalk running) {
        walk = null;
        leaving.clear();
        int left = running.leftOver().size();
        String how = running.isAborted()
                ? "aborted: " + running.abortReason()
                : left > 0 ? "terminated with " + left + " actions that could not run" : "complete";
        if (!running.isAborted() && left > 0) {
            node.event(Timeline.WARNING, "Transition " + transition + " " + how);
        }
        node.event(
                Timeline.TRANSITION_DONE,
                "Transition " + transition + " " + how,
                "transition",
                Integer.toString(transition));
        if (running.followUp() == FollowUp.RESTART) {
            if (onlyFencingFailed && fencingBlocked) {
                recheckNanos = Math.min(recheckNanos, node.now().nanos() + BLOCKED_FENCING_RETRY_MILLIS * MILLI);
            } else {
                wantPlan(running.abortReason());
            }
        }
    }

    private void dispatch(TransitionWalk running, GraphAction action, List<OperationOrder> orders) {
        if (action instanceof GraphAction.PseudoEvent) {
            return;
        }
        if (action instanceof GraphAction.ResourceOperation operation) {
            OperationOrder order = OperationOrder.of(operation, transition, uuid);
            boolean there = node.state()
                    .node(executingNode(action))
                    .map(NodeStatus::isReady)
                    .orElse(false);
            if (there) {
                orders.add(order);
            } else {
                node.event(
                        Timeline.WARNING,
                        action.trueKey() + " is for " + executingNode(action) + ", which is not here");
                running.confirm(action.id(), true);
            }
            return;
        }
        GraphAction.ClusterEvent event = (GraphAction.ClusterEvent) action;
        switch (event.operation()) {
            case "stonith" -> fence(event);
            case "do_shutdown" -> {
                leaving.put(event.head().onNode(), event.id());
                node.send(new CoordinationMessage.LeaveNow(event.head().onNode()));
            }
            case "clear_failcount" -> {
                event.primitive()
                        .ifPresent(resource -> clearFailures(event.head().onNode(), resource.id()));
                running.confirm(event.id(), false);
            }
            case "lrm_delete" -> {
                event.primitive()
                        .ifPresent(resource -> node.submit(
                                new Command.ForgetHistory(event.head().onNode(), resource.id(), "")));
                running.confirm(event.id(), false);
            }
            default -> {
                node.event(Timeline.WARNING, "The plan asks for " + event.trueKey() + ", which is not known here");
                running.confirm(event.id(), true);
            }
        }
    }

    private static String executingNode(GraphAction action) {
        return action.head().routerNode().isEmpty()
                ? action.head().onNode()
                : action.head().routerNode();
    }

    private void fence(GraphAction.ClusterEvent event) {
        long timeout = TimeSpan.millis(graph.attribute("fencing-timeout").orElse(""), options.fencingTimeoutMillis());
        long delay = TimeSpan.millis(event.meta("priority_fencing_delay").orElse("0"), 0);
        String target = event.head().onNode();
        node.event(
                Timeline.FENCING_STARTED,
                "Fencing (" + event.fencingAction() + ") of " + target + " begins",
                "node",
                target,
                "action",
                event.fencingAction());
        fencing.request(
                target,
                event.fencingAction(),
                timeout,
                delay,
                "coordinator",
                ACTION_WAITER + transition + ":" + event.id());
    }

    private void clearFailures(String onNode, String resource) {
        Map<String, String> cleared = node.state()
                .node(onNode)
                .map(status -> FailCounts.cleared(status.attributes().instance(), resource, "", 0))
                .orElse(Map.of());
        if (!cleared.isEmpty()) {
            node.submit(attributes(onNode, cleared));
        }
        node.submit(new Command.ForgetHistory(onNode, resource, HistoryEntries.lastFailureId(resource)));
    }

    private void send(List<OperationOrder> orders) {
        if (orders.isEmpty()) {
            return;
        }
        long epochMillis = node.now().epochMillis();
        Map<String, List<OperationRecord>> pending = new LinkedHashMap<>();
        for (OperationOrder order : orders) {
            if (order.isRecorded()) {
                pending.computeIfAbsent(order.node(), name -> new ArrayList<>())
                        .add(record(order.resource(), HistoryEntries.pending(order, epochMillis)));
            }
            node.event(
                    Timeline.ACTION_SENT,
                    order.operationKey() + " on " + order.node(),
                    "key",
                    order.operationKey(),
                    "node",
                    order.node());
        }
        pending.forEach((name, records) -> node.submit(new Command.RecordOperations(name, records)));
        node.send(new CoordinationMessage.Execute(epochMillis, orders));
    }

    private void lost(GraphAction action) {
        node.event(
                Timeline.ACTION_LOST,
                action.trueKey() + " on " + action.head().onNode() + " was not answered in time",
                "key",
                action.trueKey(),
                "node",
                action.head().onNode());
        if (action instanceof GraphAction.ResourceOperation operation) {
            OperationOrder order = OperationOrder.of(operation, transition, uuid);
            if (order.isRecorded()) {
                Element entry = HistoryEntries.lost(order, node.now().epochMillis());
                node.submit(new Command.RecordOperations(order.node(), List.of(record(order.resource(), entry))));
                count(order.node(), order.resource().id(), entry, false, false);
            }
        }
    }

    static OperationRecord record(PrimitiveRef resource, Element entry) {
        return new OperationRecord(resource.id(), resource.agentClass(), resource.provider(), resource.type(), entry);
    }

    // ---- results ---------------------------------------------------------------------------------------------------

    /** A command was applied; what it means for the plan. */
    void applied(Command command, Applied result) {
        if (!coordinating) {
            return;
        }
        if (command instanceof Command.RecordOperations recorded) {
            recorded(recorded);
        } else if (command instanceof Command.NodeLeaving leave) {
            left(leave.node());
        } else if (command instanceof Command.FencingDone done) {
            fenced(done.record());
        } else if (!result.isChanged()) {
            return;
        } else if (command instanceof Command.Configure || command instanceof Command.SetPermanent) {
            changed("Configuration change");
        } else if (command instanceof Command.SetTicket) {
            changed("Ticket attribute change");
        } else if (command instanceof Command.UpdateAttributes update) {
            if (result.changed(Applied.Part.ATTRIBUTES) && !isGoingDown(update.node())) {
                changed("Transient attribute change");
            }
        } else if (command instanceof Command.WriteAttributes) {
            changed("Transient attribute change");
        } else if (command instanceof Command.ForgetHistory forget) {
            if (!isWaitedFor(forget)) {
                changed("Resource operation removal");
            }
        } else if (command instanceof Command.ConfirmFenced) {
            changed("External Fencing Operation");
        } else if (command instanceof Command.RemoteNode || command instanceof Command.ForgetNode) {
            changed("Node state change");
        }
    }

    private boolean isGoingDown(String name) {
        TransitionWalk running = walk;
        Optional<NodeStatus> status = node.state().node(name);
        return running != null
                && status.isPresent()
                && running.takesDown(status.get().id());
    }

    /** Whether an action of the running graph is the reason for this removal. */
    private boolean isWaitedFor(Command.ForgetHistory forget) {
        TransitionWalk running = walk;
        if (running == null) {
            return false;
        }
        if (forget.operation().endsWith("_last_failure_0")) {
            return true;
        }
        for (GraphAction action : running.inFlight()) {
            if (action instanceof GraphAction.ResourceOperation operation
                    && action.head().onNode().equals(forget.node())
                    && operation.primitive().id().equals(forget.resource())) {
                boolean cancel = action.operation().equals("cancel")
                        && !forget.operation().isEmpty();
                boolean delete = action.operation().equals("delete")
                        && forget.operation().isEmpty();
                if (cancel || delete) {
                    return true;
                }
            }
        }
        return false;
    }

    private void recorded(Command.RecordOperations command) {
        Set<String> seen = new HashSet<>();
        for (OperationRecord record : command.records()) {
            Element entry = record.operation();
            if (number(entry, "op-status") == HistoryEntries.PENDING_STATUS
                    || !seen.add(entry.attribute("transition-key", "") + entry.attribute("call-id", ""))) {
                continue;
            }
            TransitionKey.parse(entry.attribute("transition-key", ""))
                    .ifPresent(key -> judge(command.node(), record.resource(), entry, key));
        }
    }

    private void judge(String onNode, String resource, Element entry, TransitionKey key) {
        boolean failed = isWrong(entry, key);
        boolean recurring = number(entry, "interval") > 0;
        TransitionWalk running = walk;
        boolean mine = key.uuid().equals(uuid);
        if (mine && running != null && key.transition() == transition) {
            Optional<GraphAction> action = running.pending(key.action());
            if (action.isPresent()) {
                confirm(running, action.get(), onNode, resource, entry, failed);
                return;
            }
            if (!recurring) {
                return;
            }
        }
        if (failed) {
            count(onNode, resource, entry, key.transition() < 0, false);
        }
        if (mine && abandoned.remove(key.transition() + ":" + key.action()) && !failed) {
            if (running == null) {
                wantPlan("Old event");
            }
            return;
        }
        String reason = key.transition() < 0
                ? "Unexpected event"
                : !mine ? "Foreign event" : recurring ? "Change in recurring result" : "Old event";
        changed(reason + ": " + entry.attribute("operation_key", "") + " on " + onNode);
    }

    private void confirm(
            TransitionWalk running, GraphAction action, String onNode, String resource, Element entry, boolean failed) {
        boolean found = failed && isFoundRunning(entry);
        String outcome = found ? " found it running" : failed ? " failed" : "";
        node.event(
                failed && !found ? Timeline.ACTION_FAILED : Timeline.ACTION_DONE,
                action.trueKey() + " on " + onNode + outcome + (failed ? ": rc " + entry.attribute("rc-code", "") : ""),
                "key",
                action.trueKey(),
                "node",
                onNode,
                "rc",
                entry.attribute("rc-code", ""),
                "millis",
                entry.attribute("exec-time", ""));
        if (failed) {
            onlyFencingFailed = false;
            count(onNode, resource, entry, false, action.onFail().equals("ignore"));
        }
        running.confirm(action.id(), failed);
    }

    /** A probe that did not find what it expected, but nothing bad either. */
    private static boolean isFoundRunning(Element entry) {
        long rc = number(entry, "rc-code");
        return entry.attribute("operation", "").equals("monitor")
                && number(entry, "interval") == 0
                && number(entry, "op-status") == 0
                && (rc == 0 || rc == 8);
    }

    static boolean isWrong(Element entry, TransitionKey key) {
        if (number(entry, "op-status") != 0) {
            return true;
        }
        long rc = number(entry, "rc-code");
        long meant = rc == 190 ? 0 : rc == 191 ? 8 : rc;
        return meant != key.targetRc();
    }

    private void count(String onNode, String resource, Element entry, boolean outside, boolean ignored) {
        boolean startIsFatal = graph.isEmpty() || graph.startFailureIsFatal();
        boolean stopIsFatal =
                graph.attribute("failed-stop-offset").map("INFINITY"::equals).orElse(true);
        Map<String, String> values = FailCounts.after(
                entry,
                resource,
                startIsFatal,
                stopIsFatal,
                outside,
                ignored,
                node.now().epochSeconds());
        if (!values.isEmpty()) {
            node.submit(attributes(onNode, values));
        }
    }

    private Command attributes(String onNode, Map<String, String> values) {
        return new Command.UpdateAttributes(
                onNode,
                Command.Lifetime.TRANSIENT,
                "instance_attributes",
                values,
                0,
                node.now().epochMillis());
    }

    /** The direct answer to an order that leaves no entry. */
    void acknowledged(CoordinationMessage.Acknowledge done) {
        TransitionWalk running = walk;
        TransitionKey key = done.key();
        if (!coordinating || running == null || !key.uuid().equals(uuid) || key.transition() != transition) {
            return;
        }
        boolean failed = done.rc() != key.targetRc() || done.status() != 0;
        if (failed && running.pending(key.action()).isPresent()) {
            onlyFencingFailed = false;
        }
        running.confirm(key.action(), failed);
    }

    /** Orders of this node that reached nobody, since the view changed. */
    void discarded(List<OperationOrder> orders) {
        TransitionWalk running = walk;
        for (OperationOrder order : orders) {
            abandoned.remove(order.key().transition() + ":" + order.key().action());
            if (running != null && order.key().transition() == transition) {
                running.confirm(order.key().action(), true);
            }
        }
    }

    /** The node was not told that it may go, since the view changed: a new plan will. */
    void discarded(CoordinationMessage.LeaveNow leave) {
        Integer action = leaving.remove(leave.node());
        if (action != null && walk != null) {
            walk.confirm(action, true);
        }
    }

    private void left(String name) {
        Integer action = leaving.remove(name);
        TransitionWalk running = walk;
        if (action != null && running != null) {
            running.confirm(action, false);
        } else {
            changed("Node " + name + " leaves");
        }
    }

    // ---- fencing ---------------------------------------------------------------------------------------------------

    private void fenced(FencingRecord record) {
        if (record.succeeded()) {
            fencingFailures.remove(record.target());
            node.event(
                    Timeline.FENCED,
                    record.action() + " of " + record.target() + " by " + record.executor() + " successful",
                    "node",
                    record.target(),
                    "device",
                    record.device(),
                    "executor",
                    record.executor());
            if (!isFencing(record.target())) {
                changed("External Fencing Operation");
            }
        } else {
            node.event(
                    Timeline.FENCING_FAILED,
                    record.action() + " of " + record.target() + " failed: " + record.text(),
                    "node",
                    record.target());
        }
    }

    private boolean isFencing(String target) {
        TransitionWalk running = walk;
        return running != null
                && running.inFlight().stream()
                        .anyMatch(action -> action.operation().equals("stonith")
                                && action.head().onNode().equals(target));
    }

    /** Whether the waiter is an action of a plan, and if so, settles it. */
    boolean answered(String waiter, boolean succeeded, boolean noDevice) {
        if (!waiter.startsWith(ACTION_WAITER)) {
            return false;
        }
        String[] parts = waiter.substring(ACTION_WAITER.length()).split(":", 2);
        TransitionWalk running = walk;
        if (running == null || Integer.parseInt(parts[0]) != transition) {
            return true;
        }
        int id = Integer.parseInt(parts[1]);
        Optional<GraphAction> action = running.pending(id);
        if (action.isEmpty()) {
            return true;
        }
        String target = action.get().head().onNode();
        if (!succeeded) {
            int attempts = fencingFailures.merge(target, 1, Integer::sum);
            fencingBlocked |= noDevice || attempts >= options.fencingAttempts();
            abort(Synapse.INFINITY, "Stonith failed");
        } else if (action.get() instanceof GraphAction.ClusterEvent event
                && event.fencingAction().equals("on")) {
            unfenced(event);
        }
        running.confirm(id, !succeeded);
        return true;
    }

    private void unfenced(GraphAction.ClusterEvent event) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("#node-unfenced", Long.toString(node.now().epochSeconds()));
        event.meta("digests_all").ifPresent(digests -> values.put("#digests-all", digests));
        event.meta("digests_secure").ifPresent(digests -> values.put("#digests-secure", digests));
        node.submit(attributes(event.head().onNode(), values));
    }

    // ---- time ------------------------------------------------------------------------------------------------------

    long deadlineNanos() {
        if (!coordinating || !node.isReady()) {
            return Long.MAX_VALUE;
        }
        long first = recheckNanos;
        if (walk != null) {
            first = Math.min(first, walk.deadlineNanos());
        } else if (planWanted && !planOutstanding) {
            long at = planAtNanos;
            if (isLeased()) {
                at = Math.max(at, leases.endNanos(leaseMillis()));
            }
            if (isRollCalled()) {
                at = Math.max(at, rollCall.endNanos(options.dcDeadtimeMillis() * MILLI));
            }
            first = Math.min(first, at);
        }
        return first;
    }

    private static long number(Element entry, String attribute) {
        String value = entry.attribute(attribute, "0");
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }

    static String uuid(Seed chance) {
        StringBuilder hex = new StringBuilder();
        while (hex.length() < 32) {
            hex.append(String.format("%016x", chance.nextLong()));
        }
        return hex.substring(0, 8) + "-" + hex.substring(8, 12) + "-4" + hex.substring(13, 16) + "-a"
                + hex.substring(17, 20) + "-" + hex.substring(20, 32);
    }
}
