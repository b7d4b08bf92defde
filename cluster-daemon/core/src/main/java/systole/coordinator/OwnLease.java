package systole.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.graph.GraphAction;
import systole.model.Element;
import systole.state.OperationRecord;
import systole.transition.HistoryEntries;
import systole.transition.LoadLimits;
import systole.transition.OperationOrder;
import systole.transition.TransitionKey;
import systole.transition.TransitionWalk;

/**
 * The lease of this node, with fencing off: the others start its services when it is over (architecture D9), so they must be
 * stopped here by then. The {@link Conductor} of a view without quorum sees to it. But views may follow each other so fast
 * that none comes to rest, or that each is over before its orders have reached anybody, or the members gather and gather for
 * one (a net that passes only part of the traffic), or the conductor waits for a slow agent of another node. So when half of
 * the lease is over this node plans for itself alone, and carries that out by itself: whatever is still to be stopped here.
 * What the conductor orders to be stopped beside it is stopped twice. Nobody says that a view is about to end; it counts
 * when it certainly went on.
 */
final class OwnLease {
    private static final long MILLI = 1_000_000L;

    private static final Set<String> ENDING = Set.of("stop", "demote");

    /** What the others do, once the lease is over. */
    private static final Set<String> NOT_HERE = Set.of("start", "promote", "migrate_to", "migrate_from");

    /** Carries out an order to this node without the others. */
    interface Executor {
        void execute(OperationOrder order, long epochMillis);
    }

    private final NodeContext node;
    private final Executor executor;
    private final String uuid;
    private ClusterOptions options = new ClusterOptions(Map.of());

    /** When this node last certainly was in a quorate view at rest. */
    private long stoodNanos;

    /** When a view at rest that is not heard of again does not count as one. */
    private long restsUntilNanos;

    private boolean standing;
    private boolean resting;

    /** Number of the plan that is made or carried out; plans of the conductor have positive ones. */
    private int plan;

    private boolean asked;
    private boolean outstanding;
    private @Nullable TransitionWalk walk;

    OwnLease(NodeContext node, Executor executor, String uuid) {
        this.node = node;
        this.executor = executor;
        this.uuid = uuid;
        this.stoodNanos = node.now().nanos();
    }

    void configure(ClusterOptions next) {
        options = next;
    }

    /**
     * A step begins: up to then it was as it was.
     *
     * @param viewNanos when the node last certainly belonged to its view
     */
    void timePassed(long viewNanos) {
        if (standing) {
            stoodNanos = Math.max(stoodNanos, viewNanos);
        }
    }

    /**
     * @param atRest the view has agreed on the state, so that its coordinator can plan, and no end of it was told
     * @param viewNanos when the node last certainly belonged to it
     */
    void drive(boolean atRest, boolean quorate, long viewNanos) {
        standing = atRest && quorate;
        timePassed(viewNanos);
        restsUntilNanos = viewNanos + node.settings().detectionMillis() * MILLI;
        boolean mayRun = quorate || options.goesOnWithoutQuorum();
        resting = atRest && mayRun && node.now().nanos() < restsUntilNanos;
        if (resting || options.fencingEnabled()) {
            asked = false;
            outstanding = false;
            walk = null;
            return;
        }
        if (!asked && node.now().nanos() >= actNanos()) {
            ask();
        }
        if (walk != null) {
            advance(walk);
        }
    }

    private long actNanos() {
        return stoodNanos + options.leaseMillis(node.settings().detectionMillis()) * MILLI / 2;
    }

    private void ask() {
        asked = true;
        outstanding = true;
        plan++;
        node.emit(new NodeEffect.Plan(-plan, input(), node.now().epochMillis()));
    }

    /** The last agreed state, in which this node is the only one. */
    private Element input() {
        Element cib = node.state().cib(false);
        List<Element> sections = new ArrayList<>();
        for (Element section : cib.children()) {
            if (!section.is("status")) {
                sections.add(section);
                continue;
            }
            List<Element> left = new ArrayList<>();
            for (Element child : section.children()) {
                if (!child.is("node_state")) {
                    left.add(child);
                } else if (child.attribute("uname", "").equals(node.self())) {
                    left.add(child.withAttribute("in_ccm", "true")
                            .withAttribute("crmd", "online")
                            .withAttribute("join", "member")
                            .withAttribute("expected", "member"));
                }
            }
            sections.add(section.withChildren(left));
        }
        return cib.withChildren(sections);
    }

    /** @return whether the plan was asked for here */
    boolean planned(NodeInput.Planned answer) {
        if (answer.planId() >= 0) {
            return false;
        }
        if (outstanding && answer.planId() == -plan) {
            outstanding = false;
            if (answer.graph().synapses().stream().noneMatch(one -> endsSomethingHere(one.action()))) {
                return true;
            }
            node.event(
                    Timeline.WARNING,
                    "Half of the lease is over: this node stops by itself what it must not run without the others");
            int jobs = options.jobsPerNode(node.settings().cores());
            LoadLimits limits = new LoadLimits(answer.graph().batchLimit(), 0, jobs, Map.of());
            walk = new TransitionWalk(answer.graph(), limits, options.clusterDelayMillis() * MILLI);
        }
        return true;
    }

    private boolean endsSomethingHere(GraphAction action) {
        return action instanceof GraphAction.ResourceOperation
                && action.head().onNode().equals(node.self())
                && ENDING.contains(action.operation());
    }

    /** @return whether the plan was asked for here */
    boolean planFailed(NodeInput.PlanFailed answer) {
        if (answer.planId() >= 0) {
            return false;
        }
        if (outstanding && answer.planId() == -plan) {
            outstanding = false;
            node.event(Timeline.WARNING, "No plan could be made for this node alone: " + answer.reason());
        }
        return true;
    }

    private void advance(TransitionWalk running) {
        running.expire(node.now().nanos());
        List<GraphAction> fired = running.fire(node.now().nanos());
        while (!fired.isEmpty()) {
            for (GraphAction action : fired) {
                if (action instanceof GraphAction.ResourceOperation operation
                        && action.head().onNode().equals(node.self())
                        && !NOT_HERE.contains(action.operation())) {
                    OperationOrder order = OperationOrder.of(operation, plan, uuid);
                    node.event(Timeline.ACTION_SENT, order.operationKey() + " on " + node.self() + ", by itself");
                    executor.execute(order, node.now().epochMillis());
                } else if (!(action instanceof GraphAction.PseudoEvent)) {
                    running.confirm(action.id(), true);
                }
            }
            fired = running.fire(node.now().nanos());
        }
        if (running.isComplete()) {
            walk = null;
        }
    }

    /** Results of operations on this node, which reach the others when there is a view again. */
    void recorded(List<OperationRecord> records) {
        for (OperationRecord record : records) {
            Element entry = record.operation();
            if (!entry.attribute("op-status", "0").equals(Integer.toString(HistoryEntries.PENDING_STATUS))) {
                TransitionKey.parse(entry.attribute("transition-key", ""))
                        .ifPresent(key -> confirm(key, Conductor.isWrong(entry, key)));
            }
        }
    }

    /** @return whether the order was given here */
    boolean acknowledged(TransitionKey key, int rc, int status) {
        return confirm(key, rc != key.targetRc() || status != 0);
    }

    private boolean confirm(TransitionKey key, boolean failed) {
        if (!key.uuid().equals(uuid)) {
            return false;
        }
        TransitionWalk running = walk;
        if (running != null && key.transition() == plan) {
            Optional<GraphAction> action = running.pending(key.action());
            action.ifPresent(pending -> running.confirm(pending.id(), failed));
        }
        return true;
    }

    long deadlineNanos() {
        if (options.fencingEnabled()) {
            return Long.MAX_VALUE;
        }
        if (resting) {
            return Math.max(actNanos(), restsUntilNanos);
        }
        TransitionWalk running = walk;
        return running != null ? running.deadlineNanos() : asked ? Long.MAX_VALUE : actNanos();
    }
}
