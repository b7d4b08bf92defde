package systole.transition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;

/**
 * Walks one transition graph: says which actions may be dispatched now, takes their confirmations, stops firing after
 * an abort, and notices what got lost (controller-and-fencer 4.2 to 4.6).
 *
 * <p>Mutable and single-threaded; the same calls give the same answers. The cost of a whole walk is linear in the
 * number of edges.
 */
public final class TransitionWalk {
    /** What is to be done after the running actions have ended; the highest asked for is kept. */
    public enum FollowUp {
        DONE,
        WAIT,
        RESTART,
        SHUTDOWN
    }

    private enum Stage {
        WAITING,
        READY,
        IN_FLIGHT,
        CONFIRMED
    }

    private static final class Node {
        final int index;
        final Synapse synapse;
        final List<Node> dependents = new ArrayList<>();
        int openInputs;
        boolean blocked;
        boolean failed;
        Stage stage = Stage.WAITING;

        Node(int index, Synapse synapse) {
            this.index = index;
            this.synapse = synapse;
        }

        GraphAction action() {
            return synapse.action();
        }
    }

    private record Expiry(long atNanos, int index) implements Comparable<Expiry> {
        @Override
        public int compareTo(Expiry other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Integer.compare(index, other.index);
        }
    }

    private final List<Node> nodes = new ArrayList<>();
    private final Map<Integer, Node> byAction = new HashMap<>();
    private final TreeSet<Integer> ready = new TreeSet<>();
    /** Ready actions that wait for a job, or a migration, to end on a node that is full. */
    private final Map<String, TreeSet<Integer>> parkedJobs = new TreeMap<>();

    private final Map<String, TreeSet<Integer>> parkedMigrations = new TreeMap<>();
    private final TreeSet<Expiry> expiries = new TreeSet<>();
    private final Map<Integer, Expiry> expiryOf = new TreeMap<>();
    private final Map<String, Integer> jobs = new HashMap<>();
    private final Map<String, Integer> migrations = new HashMap<>();
    private final long clusterDelayNanos;
    private LoadLimits limits;
    private int runningJobs;
    private int inFlight;
    private int lowestWoken = Integer.MAX_VALUE;
    private int abortPriority = Integer.MIN_VALUE;
    private String abortReason = "";
    private FollowUp followUp = FollowUp.DONE;

    /** @param clusterDelayNanos allowance for the way to the node and back, on top of each action's own timeout */
    public TransitionWalk(TransitionGraph graph, LoadLimits limits, long clusterDelayNanos) {
        this.limits = limits;
        this.clusterDelayNanos = clusterDelayNanos;
        for (Synapse synapse : graph.synapses()) {
            Node node = new Node(nodes.size(), synapse);
            nodes.add(node);
            byAction.put(synapse.action().id(), node);
        }
        for (Node node : nodes) {
            for (int input : node.synapse.inputs()) {
                Node before = byAction.get(input);
                if (before == null) {
                    node.blocked = true;
                } else {
                    order(before, node);
                }
            }
        }
        waitForProbes();
        nodes.forEach(this::wake);
    }

    /**
     * What waits for probes though the graph does not say so. A daemon that came back may have services of its former life:
     * were it to leave again before it was probed, it would leave with them running, in order, and nobody would fence it;
     * and while one of its instances may be promoted, another one is not promoted (the scheduler orders probes before
     * starts only, actions-and-graph 5).
     */
    private void waitForProbes() {
        Map<String, List<Node>> byNode = new HashMap<>();
        Map<String, List<Node>> byResource = new HashMap<>();
        for (Node node : nodes) {
            GraphAction action = node.action();
            if (action instanceof GraphAction.ResourceOperation probe
                    && action.operation().equals("monitor")
                    && action.interval() == 0) {
                hosts(action).forEach(host -> listed(byNode, host).add(node));
                listed(byResource, shared(probe.primitive())).add(node);
            }
        }
        for (Node node : nodes) {
            GraphAction action = node.action();
            if (action.operation().equals("do_shutdown")) {
                listed(byNode, action.head().onNode()).forEach(probe -> order(probe, node));
            } else if (action.operation().equals("promote")
                    && action instanceof GraphAction.ResourceOperation promotion) {
                for (Node probe : listed(byResource, shared(promotion.primitive()))) {
                    // The probe of a node that something of this service brings up comes after.
                    if (!leadsTo(node, probe)) {
                        order(probe, node);
                    }
                }
            }
        }
    }

    private static List<Node> listed(Map<String, List<Node>> lists, String key) {
        return lists.computeIfAbsent(key, any -> new ArrayList<>());
    }

    /** What all instances of a clone have in common. */
    private static String shared(PrimitiveRef primitive) {
        String id = primitive.id();
        int colon = id.indexOf(':');
        return colon < 0 ? id : id.substring(0, colon);
    }

    private static void order(Node first, Node then) {
        first.dependents.add(then);
        then.openInputs++;
    }

    private static boolean leadsTo(Node first, Node last) {
        if (last.openInputs == 0) {
            return false;
        }
        Set<Node> seen = new HashSet<>();
        ArrayDeque<Node> open = new ArrayDeque<>(List.of(first));
        while (!open.isEmpty()) {
            for (Node next : open.pop().dependents) {
                if (next == last) {
                    return true;
                }
                if (seen.add(next)) {
                    open.push(next);
                }
            }
        }
        return false;
    }

    /** Limits that apply from now on; running actions are not touched. */
    public void limit(LoadLimits next) {
        limits = next;
        parkedJobs.values().forEach(ready::addAll);
        parkedMigrations.values().forEach(ready::addAll);
        parkedJobs.clear();
        parkedMigrations.clear();
    }

    /**
     * The actions to dispatch now, in graph order. Pseudo events are in the list, already confirmed, since some want a
     * deed; so are actions that nobody waits for. Every other one has its deadline set and must be confirmed.
     */
    public List<GraphAction> fire(long nowNanos) {
        List<GraphAction> fired = new ArrayList<>();
        int from = Integer.MIN_VALUE;
        while (true) {
            Integer next = ready.ceiling(from);
            if (next == null) {
                return fired;
            }
            from = next + 1;
            Node node = nodes.get(next);
            if (!mayFire(node)) {
                park(node);
                continue;
            }
            ready.remove(next);
            fired.add(node.action());
            if (node.action() instanceof GraphAction.PseudoEvent
                    || node.action().noWait()) {
                lowestWoken = Integer.MAX_VALUE;
                settle(node, false);
                from = Math.min(from, lowestWoken);
            } else {
                dispatch(node, nowNanos);
            }
        }
    }

    /** An action ended. Returns false if it was not in flight: an echo that changes nothing. */
    public boolean confirm(int actionId, boolean failed) {
        Node node = byAction.get(actionId);
        if (node == null || node.stage != Stage.IN_FLIGHT) {
            return false;
        }
        boolean counts = failed && !node.action().onFail().equals("ignore");
        land(node);
        settle(node, counts);
        if (counts) {
            abort(abortPriorityOfFailure(node), "Event failed: " + node.action().trueKey(), FollowUp.RESTART);
        }
        return true;
    }

    /** The actions whose time is over; they are failed and the walk is aborted. */
    public List<GraphAction> expire(long nowNanos) {
        List<GraphAction> lost = new ArrayList<>();
        while (!expiries.isEmpty() && expiries.first().atNanos() <= nowNanos) {
            Node node = nodes.get(expiries.first().index());
            land(node);
            settle(node, true);
            abort(Synapse.INFINITY, "Action lost: " + node.action().trueKey(), FollowUp.RESTART);
            lost.add(node.action());
        }
        return lost;
    }

    /** Fails everything in flight on a node that is gone, but not its fencing. */
    public List<GraphAction> failNode(String nodeName) {
        List<GraphAction> lost = new ArrayList<>();
        for (Node node : nodes) {
            if (node.stage == Stage.IN_FLIGHT && !isFencing(node.action()) && executedOn(node.action(), nodeName)) {
                land(node);
                settle(node, true);
                abort(Synapse.INFINITY, "Node failure: " + nodeName, FollowUp.RESTART);
                lost.add(node.action());
            }
        }
        return lost;
    }

    /** From now on nothing of a priority below this one fires, pseudo events excepted. */
    public void abort(int priority, String reason, FollowUp next) {
        if (priority > abortPriority) {
            abortPriority = priority;
        }
        if (abortReason.isEmpty()) {
            abortReason = reason;
        }
        if (next.compareTo(followUp) > 0) {
            followUp = next;
        }
    }

    public boolean isAborted() {
        return abortPriority != Integer.MIN_VALUE;
    }

    /** Why the walk was aborted first; empty if it was not. */
    public String abortReason() {
        return abortReason;
    }

    public FollowUp followUp() {
        return followUp;
    }

    /** Nothing is in flight and nothing can fire. Call after {@link #fire}. */
    public boolean isComplete() {
        if (inFlight > 0) {
            return false;
        }
        for (int index : ready) {
            if (mayFire(nodes.get(index))) {
                return false;
            }
        }
        return true;
    }

    /** Synapses that never fired; in a complete walk without abort or failure that is an error of the graph. */
    public List<Synapse> leftOver() {
        List<Synapse> left = new ArrayList<>();
        for (Node node : nodes) {
            if (node.stage == Stage.WAITING || node.stage == Stage.READY) {
                left.add(node.synapse);
            }
        }
        return left;
    }

    public List<GraphAction> inFlight() {
        List<GraphAction> flying = new ArrayList<>();
        for (Node node : nodes) {
            if (node.stage == Stage.IN_FLIGHT) {
                flying.add(node.action());
            }
        }
        return flying;
    }

    /** The action of that id if it is dispatched and not yet confirmed. */
    public Optional<GraphAction> pending(int actionId) {
        Node node = byAction.get(actionId);
        return node != null && node.stage == Stage.IN_FLIGHT ? Optional.of(node.action()) : Optional.empty();
    }

    public Optional<GraphAction> action(int actionId) {
        return Optional.ofNullable(byAction.get(actionId)).map(Node::action);
    }

    /** Whether this graph takes the node down: fencing or shutdown of it that is not still waiting. */
    public boolean takesDown(String nodeId) {
        for (Node node : nodes) {
            if ((node.stage == Stage.IN_FLIGHT || node.stage == Stage.CONFIRMED)
                    && node.action().downed().contains(nodeId)) {
                return true;
            }
        }
        return false;
    }

    /** When {@link #expire} is due; {@link Long#MAX_VALUE} for never. */
    public long deadlineNanos() {
        return expiries.isEmpty() ? Long.MAX_VALUE : expiries.first().atNanos();
    }

    private void wake(Node node) {
        if (node.stage == Stage.WAITING && node.openInputs == 0 && !node.blocked) {
            node.stage = Stage.READY;
            ready.add(node.index);
            lowestWoken = Math.min(lowestWoken, node.index);
        }
    }

    private boolean mayFire(Node node) {
        GraphAction action = node.action();
        if (action instanceof GraphAction.PseudoEvent) {
            return true;
        }
        if (isAborted() && node.synapse.priority() < abortPriority) {
            return false;
        }
        if (!isJob(action)) {
            return true;
        }
        if (limits.cluster() > 0 && runningJobs >= limits.cluster()) {
            return false;
        }
        return fullHost(action, jobs, LoadLimits::of).isEmpty()
                && (!isMigration(action)
                        || fullHost(action, migrations, (all, host) -> all.migrationsPerNode())
                                .isEmpty());
    }

    private interface Limit {
        int of(LoadLimits limits, String host);
    }

    /** The first of the action's nodes that has as many as it may have; empty if none has. */
    private String fullHost(GraphAction action, Map<String, Integer> counts, Limit limit) {
        for (String host : hosts(action)) {
            int most = limit.of(limits, host);
            if (most > 0 && counts.getOrDefault(host, 0) >= most) {
                return host;
            }
        }
        return "";
    }

    /** An action that waits for a full node is not looked at again until something ends there. */
    private void park(Node node) {
        GraphAction action = node.action();
        if (!isJob(action) || isAborted()) {
            return;
        }
        String full = fullHost(action, jobs, LoadLimits::of);
        Map<String, TreeSet<Integer>> parked = parkedJobs;
        if (full.isEmpty() && isMigration(action)) {
            full = fullHost(action, migrations, (all, host) -> all.migrationsPerNode());
            parked = parkedMigrations;
        }
        if (!full.isEmpty()) {
            ready.remove(node.index);
            parked.computeIfAbsent(full, host -> new TreeSet<>()).add(node.index);
        }
    }

    private void unpark(Map<String, TreeSet<Integer>> parked, String host) {
        TreeSet<Integer> waiting = parked.get(host);
        if (waiting != null && !waiting.isEmpty()) {
            ready.add(waiting.pollFirst());
        }
    }

    private void dispatch(Node node, long nowNanos) {
        GraphAction action = node.action();
        node.stage = Stage.IN_FLIGHT;
        inFlight++;
        if (!isFencing(action)) {
            long allowed = (action.timeout() + action.startDelay()) * 1_000_000L + clusterDelayNanos;
            Expiry expiry = new Expiry(nowNanos + allowed, node.index);
            expiries.add(expiry);
            expiryOf.put(node.index, expiry);
        }
        count(action, 1);
    }

    private void land(Node node) {
        inFlight--;
        Expiry expiry = expiryOf.remove(node.index);
        if (expiry != null) {
            expiries.remove(expiry);
        }
        count(node.action(), -1);
        if (isJob(node.action())) {
            for (String host : hosts(node.action())) {
                unpark(parkedJobs, host);
                if (isMigration(node.action())) {
                    unpark(parkedMigrations, host);
                }
            }
        }
    }

    private void settle(Node node, boolean failed) {
        node.stage = Stage.CONFIRMED;
        node.failed = failed;
        for (Node dependent : node.dependents) {
            dependent.openInputs--;
            if (failed) {
                dependent.blocked = true;
            }
            wake(dependent);
        }
    }

    private void count(GraphAction action, int change) {
        if (!isJob(action)) {
            return;
        }
        runningJobs += change;
        for (String host : hosts(action)) {
            jobs.merge(host, change, Integer::sum);
            if (isMigration(action)) {
                migrations.merge(host, change, Integer::sum);
            }
        }
    }

    private static int abortPriorityOfFailure(Node node) {
        return Math.min(node.synapse.priority(), Synapse.INFINITY - 1) + 1;
    }

    private static boolean executedOn(GraphAction action, String nodeName) {
        return hosts(action).contains(nodeName);
    }

    private static boolean isJob(GraphAction action) {
        return action instanceof GraphAction.ResourceOperation;
    }

    private static boolean isFencing(GraphAction action) {
        return action instanceof GraphAction.ClusterEvent event && event.isFencing();
    }

    private static boolean isMigration(GraphAction action) {
        return action.operation().equals("migrate_to") || action.operation().equals("migrate_from");
    }

    /** The cluster nodes that do the work: the node or its router; a migration counts at both ends. */
    private static List<String> hosts(GraphAction action) {
        String first = action.head().routerNode().isEmpty()
                ? action.head().onNode()
                : action.head().routerNode();
        if (isMigration(action)) {
            String other = action.meta(action.operation().equals("migrate_to") ? "migrate_target" : "migrate_source")
                    .orElse("");
            if (!other.isEmpty() && !other.equals(first)) {
                return List.of(first, other);
            }
        }
        return List.of(first);
    }
}
