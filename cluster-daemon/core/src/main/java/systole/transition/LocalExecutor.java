package systole.transition;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;
import systole.model.Element;

/**
 * The operations of one node: a queue for each resource, recurring operations with their timers, what was recorded
 * (controller-and-fencer 7).
 *
 * <p>Mutable, single-threaded; every call returns what is to be done.
 */
public final class LocalExecutor {
    /** {@code op-status} of an order that was not carried out. */
    public static final int NOT_ATTEMPTED = 9;

    private static final int OCF_NOT_RUNNING = 7;

    /** What is recorded of one resource on this node. */
    public record History(PrimitiveRef resource, SortedMap<String, Element> entries) {
        public History {
            entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
        }
    }

    private static final class Job {
        final OperationOrder order;
        final int callId;
        final long queuedNanos;
        final long readyNanos;
        final @Nullable Recurring recurring;
        long runId;
        long startedNanos;

        Job(OperationOrder order, int callId, long queuedNanos, long readyNanos, @Nullable Recurring recurring) {
            this.order = order;
            this.callId = callId;
            this.queuedNanos = queuedNanos;
            this.readyNanos = readyNanos;
            this.recurring = recurring;
        }
    }

    private static final class Recurring {
        final OperationOrder order;
        final int callId;

        @Nullable
        Timer timer;

        boolean active;
        boolean again;
        boolean repeated;
        boolean cancelled;
        boolean reported;
        boolean failed;
        int lastRc;
        int lastStatus;
        long changedEpochMillis;
        final List<TransitionKey> cancelKeys = new ArrayList<>();

        Recurring(OperationOrder order, int callId) {
            this.order = order;
            this.callId = callId;
        }
    }

    private static final class Resource {
        PrimitiveRef ref;
        final Deque<Job> queue = new ArrayDeque<>();
        final Map<String, Recurring> recurring = new TreeMap<>();
        final TreeMap<String, Element> entries = new TreeMap<>();
        final List<TransitionKey> deleteKeys = new ArrayList<>();

        @Nullable
        Job running;

        @Nullable
        OperationOrder lastStart;

        boolean startIsReal;
        boolean deviceRegistered;

        Resource(PrimitiveRef ref) {
            this.ref = ref;
        }
    }

    private record Timer(
            long atNanos,
            long sequence,
            String resource,
            @Nullable Recurring recurring) implements Comparable<Timer> {
        @Override
        public int compareTo(Timer other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    private record Waiting(Resource resource, Job job, AgentResult result) {}

    private final String node;
    private final TreeMap<String, Resource> resources = new TreeMap<>();
    private final Map<Long, Resource> byRun = new HashMap<>();
    private final TreeSet<Timer> timers = new TreeSet<>();
    private final Map<String, AgentTraits> traits = new TreeMap<>();
    private final Map<String, List<Waiting>> awaitingMetadata = new TreeMap<>();
    private int lastCallId;
    private long lastRunId;
    private long lastTimer;
    private List<ExecutorEffect> effects = new ArrayList<>();

    public LocalExecutor(String node) {
        this.node = node;
    }

    /** Takes an order; its result comes back as a record or an acknowledgement with the order's key. */
    public List<ExecutorEffect> execute(OperationOrder order, long nowNanos, long epochMillis) {
        effects = new ArrayList<>();
        Resource resource = resources.computeIfAbsent(order.resource().id(), id -> new Resource(order.resource()));
        resource.ref = order.resource();
        if (order.isCancel()) {
            cancel(resource, order);
        } else if (order.operation().equals("delete")) {
            delete(resource, order.key());
        } else {
            enqueue(resource, order, nowNanos, epochMillis);
        }
        startNext(resource, nowNanos);
        return effects;
    }

    /** A run ended. A run that is not known any more is ignored. */
    public List<ExecutorEffect> finished(AgentResult result, long nowNanos) {
        effects = new ArrayList<>();
        Resource resource = byRun.remove(result.runId());
        if (resource == null || resource.running == null) {
            return effects;
        }
        Job job = resource.running;
        resource.running = null;
        String agent = resource.ref.agent();
        boolean counts = !repeats(job, result);
        if (counts && needsTraits(job) && !traits.containsKey(agent)) {
            awaitingMetadata.computeIfAbsent(agent, name -> new ArrayList<>()).add(new Waiting(resource, job, result));
        } else if (counts) {
            report(resource, job, result);
        }
        rearm(resource, job, nowNanos);
        settleDelete(resource);
        startNext(resource, nowNanos);
        return effects;
    }

    /**
     * A monitor that timed out on an overloaded machine counts when it does so twice running: the first time says more of
     * the machine than of the service, and a restart would make it worse.
     */
    private static boolean repeats(Job job, AgentResult result) {
        Recurring recurring = job.recurring;
        if (recurring == null || recurring.cancelled) {
            return false;
        }
        boolean late = result.status() == AgentResult.Status.TIMED_OUT && result.overloaded();
        boolean repeat = late && !recurring.repeated;
        recurring.repeated = repeat;
        recurring.again |= repeat;
        return repeat;
    }

    /** An agent's meta-data came, or cannot be had. */
    public List<ExecutorEffect> metadata(String agent, Optional<Element> metadata) {
        effects = new ArrayList<>();
        traits.put(agent, AgentTraits.of(metadata));
        List<Waiting> waiting = awaitingMetadata.remove(agent);
        if (waiting != null) {
            for (Waiting held : waiting) {
                report(held.resource(), held.job(), held.result());
            }
        }
        return effects;
    }

    /** Starts what is due. */
    public List<ExecutorEffect> tick(long nowNanos) {
        effects = new ArrayList<>();
        while (!timers.isEmpty() && timers.first().atNanos() <= nowNanos) {
            Timer timer = timers.first();
            timers.remove(timer);
            Resource resource = resources.get(timer.resource());
            if (resource == null) {
                continue;
            }
            Recurring recurring = timer.recurring();
            if (recurring != null && !recurring.cancelled && !recurring.active) {
                runAgain(resource, recurring, nowNanos);
            }
            startNext(resource, nowNanos);
        }
        return effects;
    }

    /**
     * Runs the recurring monitors of a resource now: something says that it died. One that is under way may have looked
     * before the death, so it is run once more.
     */
    public List<ExecutorEffect> checkNow(String resourceId, long nowNanos) {
        effects = new ArrayList<>();
        Resource resource = resources.get(resourceId);
        if (resource != null) {
            for (Recurring recurring : resource.recurring.values()) {
                Job running = resource.running;
                if (recurring.cancelled) {
                    continue;
                }
                if (!recurring.active) {
                    runAgain(resource, recurring, nowNanos);
                } else if (running != null && running.recurring == recurring) {
                    recurring.again = true;
                }
            }
            startNext(resource, nowNanos);
        }
        return effects;
    }

    /** Somebody cleaned up: the entries are gone from the replicated history already. */
    public List<ExecutorEffect> forget(String resourceId, List<String> entryIds) {
        effects = new ArrayList<>();
        for (Resource resource : List.copyOf(resources.values())) {
            if (!resourceId.isEmpty() && !resource.ref.id().equals(resourceId)) {
                continue;
            }
            if (entryIds.isEmpty()) {
                cancelAll(resource);
                resource.entries.clear();
                dropIfEmpty(resource);
            } else {
                resource.entries.keySet().removeAll(entryIds);
                if (entryIds.contains(HistoryEntries.lastFailureId(resource.ref.id()))) {
                    resource.recurring.values().forEach(LocalExecutor::reportAnewIfFailing);
                    forgetWhatRunsNoMore(resource);
                }
            }
        }
        return effects;
    }

    /**
     * The failure that was cleared may be one that nobody has acted on yet: an older one had expired, and its clearing met this one on
     * the way. It would not be reported again, since nothing changes: the service is down and counts as up.
     */
    private static void reportAnewIfFailing(Recurring recurring) {
        recurring.reported &= !recurring.failed;
    }

    /**
     * A stop ends the monitors. When its failure has expired it counts as not tried, and the last results of the monitors would
     * say that all is well, for ever.
     */
    private void forgetWhatRunsNoMore(Resource resource) {
        List<String> ended = resource.entries.values().stream()
                .filter(entry -> !entry.attribute("interval", "0").equals("0"))
                .map(Element::id)
                .filter(id -> !resource.recurring.containsKey(id))
                .toList();
        if (!ended.isEmpty()) {
            resource.entries.keySet().removeAll(ended);
            effects.add(new ExecutorEffect.Forget(resource.ref.id(), ended));
        }
    }

    /** Ends all recurring operations; before the daemon leaves. */
    public List<ExecutorEffect> cancelRecurring() {
        effects = new ArrayList<>();
        for (Resource resource : resources.values()) {
            cancelAll(resource);
        }
        return effects;
    }

    /** What this node knows of its own resources, to be told to the others when nodes meet. */
    public SortedMap<String, History> history() {
        SortedMap<String, History> all = new TreeMap<>();
        for (Resource resource : resources.values()) {
            if (!resource.entries.isEmpty()) {
                all.put(resource.ref.id(), new History(resource.ref, resource.entries));
            }
        }
        return all;
    }

    /** Ids of the resources that have an operation running or waiting. */
    public List<String> busy() {
        List<String> busy = new ArrayList<>();
        for (Resource resource : resources.values()) {
            if (resource.running != null || !resource.queue.isEmpty()) {
                busy.add(resource.ref.id());
            }
        }
        return busy;
    }

    /** When {@link #tick} is due; {@link Long#MAX_VALUE} for never. */
    public long deadlineNanos() {
        return timers.isEmpty() ? Long.MAX_VALUE : timers.first().atNanos();
    }

    private void enqueue(Resource resource, OperationOrder order, long nowNanos, long epochMillis) {
        if (!traits.containsKey(resource.ref.agent()) && !awaitingMetadata.containsKey(resource.ref.agent())) {
            awaitingMetadata.put(resource.ref.agent(), new ArrayList<>());
            effects.add(new ExecutorEffect.ReadMetadata(resource.ref));
        }
        int callId = ++lastCallId;
        if (order.isRecorded()) {
            Element pending = HistoryEntries.pending(order, epochMillis);
            resource.entries.put(pending.id(), pending);
        }
        if (order.isRecurring()) {
            Recurring old = resource.recurring.remove(order.operationKey());
            if (old != null) {
                stopRecurring(resource, old);
            }
            Recurring recurring = new Recurring(order, callId);
            resource.recurring.put(order.operationKey(), recurring);
            if (order.startDelayMillis() > 0) {
                arm(resource, recurring, nowNanos + order.startDelayMillis() * 1_000_000L);
            } else {
                runAgain(resource, recurring, nowNanos);
            }
            return;
        }
        if (!order.operation().equals("monitor") && !order.operation().equals("notify")) {
            cancelAll(resource);
            Job running = resource.running;
            if (order.operation().equals("stop") && running != null && running.recurring != null) {
                effects.add(new ExecutorEffect.Kill(running.runId));
            }
        }
        long readyNanos = nowNanos + order.startDelayMillis() * 1_000_000L;
        resource.queue.add(new Job(order, callId, nowNanos, readyNanos, null));
        if (readyNanos > nowNanos) {
            timers.add(new Timer(readyNanos, ++lastTimer, resource.ref.id(), null));
        }
    }

    private void startNext(Resource resource, long nowNanos) {
        while (resource.running == null) {
            Job job = resource.queue.peek();
            if (job == null || job.readyNanos > nowNanos) {
                return;
            }
            resource.queue.remove();
            if (job.recurring != null && job.recurring.cancelled) {
                job.recurring.active = false;
                answerCancels(resource, job.recurring);
                continue;
            }
            if (resource.ref.agentClass().equals("stonith") && answeredHere(resource, job, nowNanos)) {
                continue;
            }
            run(resource, job, nowNanos);
        }
    }

    /** Stopping or probing a fence device needs no program: it is registered here or not. */
    private boolean answeredHere(Resource resource, Job job, long nowNanos) {
        int rc;
        if (job.order.operation().equals("stop")) {
            resource.deviceRegistered = false;
            rc = 0;
        } else if (job.order.isProbe()) {
            rc = resource.deviceRegistered ? 0 : OCF_NOT_RUNNING;
        } else {
            return false;
        }
        job.startedNanos = nowNanos;
        long epochMillis = 1000L * pendingSeconds(resource, job.order);
        report(resource, job, new AgentResult(0, rc, AgentResult.Status.DONE, "", epochMillis, 0));
        return true;
    }

    private static long pendingSeconds(Resource resource, OperationOrder order) {
        Element pending = resource.entries.get(order.resource().id() + "_last_0");
        return pending == null ? 0 : Long.parseLong(pending.attribute("last-rc-change", "0"));
    }

    private void run(Resource resource, Job job, long nowNanos) {
        OperationOrder order = job.order;
        if (order.operation().equals("stop") && resource.lastStart != null) {
            order = order.withParametersOf(resource.lastStart);
        }
        Map<String, String> parameters = new TreeMap<>();
        Map<String, String> metas = new TreeMap<>();
        order.attributes().forEach((name, value) -> {
            if (name.startsWith(GraphAction.META)) {
                metas.put(name, value);
            } else {
                parameters.put(name, value);
            }
        });
        metas.putIfAbsent(GraphAction.META + "timeout", Long.toString(order.timeoutMillis()));
        metas.putIfAbsent(GraphAction.META + "on_node", order.node());
        metas.putIfAbsent(GraphAction.META + "on_node_uuid", order.nodeId());
        job.runId = ++lastRunId;
        job.startedNanos = nowNanos;
        resource.running = job;
        byRun.put(job.runId, resource);
        effects.add(new ExecutorEffect.Run(new AgentRequest(
                job.runId,
                order.resource(),
                traits.getOrDefault(resource.ref.agent(), AgentTraits.UNKNOWN).actionFor(order.operation()),
                parameters,
                metas,
                order.intervalMillis(),
                order.timeoutMillis(),
                node)));
    }

    private static boolean needsTraits(Job job) {
        return job.order.intervalMillis() == 0
                && switch (job.order.operation()) {
                    case "start", "monitor", "promote", "migrate_from", "reload", "reload-agent" -> true;
                    default -> false;
                };
    }

    private void report(Resource resource, Job job, AgentResult result) {
        OperationOrder order = job.order;
        Recurring recurring = job.recurring;
        if (recurring != null && recurring.cancelled) {
            answerCancels(resource, recurring);
            return;
        }
        if (!order.isRecorded()) {
            effects.add(new ExecutorEffect.Acknowledge(
                    order.key(),
                    order.operation().equals("notify") ? 0 : result.rc(),
                    order.operation().equals("notify") ? 0 : result.status().number()));
            return;
        }
        long changed = result.startedEpochMillis();
        if (recurring != null) {
            int status = HistoryEntries.statusOf(result).number();
            boolean same = recurring.reported && recurring.lastRc == result.rc() && recurring.lastStatus == status;
            if (same) {
                return;
            }
            recurring.reported = true;
            recurring.lastRc = result.rc();
            recurring.lastStatus = status;
            recurring.changedEpochMillis = changed;
        }
        boolean failed = HistoryEntries.isFailure(order, result);
        if (recurring != null) {
            recurring.failed = failed;
        }
        remember(resource, order, failed);
        AgentTraits known = traits.getOrDefault(resource.ref.agent(), AgentTraits.UNKNOWN);
        long queued = Math.max(0, (job.startedNanos - job.queuedNanos) / 1_000_000L);
        List<Element> entries = HistoryEntries.finished(order, result, job.callId, changed, queued, known);
        for (Element entry : entries) {
            resource.entries.put(entry.id(), entry);
        }
        effects.add(new ExecutorEffect.Record(resource.ref, entries));
    }

    private static void remember(Resource resource, OperationOrder order, boolean failed) {
        switch (order.operation()) {
            case "start", "migrate_from" -> {
                resource.lastStart = order;
                resource.startIsReal = true;
                resource.deviceRegistered = !failed;
            }
            case "reload", "reload-agent" -> {
                if (!failed) {
                    resource.lastStart = order;
                    resource.startIsReal = true;
                }
            }
            case "monitor" -> {
                if (order.isProbe() && !resource.startIsReal) {
                    resource.lastStart = order;
                }
            }
            case "stop" -> {
                if (!failed) {
                    resource.lastStart = null;
                    resource.startIsReal = false;
                }
            }
            default -> {}
        }
    }

    private void runAgain(Resource resource, Recurring recurring, long nowNanos) {
        disarm(recurring);
        recurring.active = true;
        resource.queue.add(new Job(recurring.order, recurring.callId, nowNanos, nowNanos, recurring));
    }

    private void rearm(Resource resource, Job job, long nowNanos) {
        Recurring recurring = job.recurring;
        if (recurring == null) {
            return;
        }
        recurring.active = false;
        boolean again = recurring.again;
        recurring.again = false;
        if (recurring.cancelled) {
            return;
        }
        if (again) {
            runAgain(resource, recurring, nowNanos);
        } else {
            arm(resource, recurring, nowNanos + recurring.order.intervalMillis() * 1_000_000L);
        }
    }

    private void arm(Resource resource, Recurring recurring, long atNanos) {
        disarm(recurring);
        Timer timer = new Timer(atNanos, ++lastTimer, resource.ref.id(), recurring);
        recurring.timer = timer;
        timers.add(timer);
    }

    private void disarm(Recurring recurring) {
        if (recurring.timer != null) {
            timers.remove(recurring.timer);
            recurring.timer = null;
        }
    }

    private void cancel(Resource resource, OperationOrder order) {
        String operationKey = resource.ref.id() + "_" + order.meta("operation") + "_" + order.intervalMillis();
        Recurring recurring = resource.recurring.remove(operationKey);
        if (recurring == null) {
            resource.entries.remove(operationKey);
            effects.add(new ExecutorEffect.Forget(resource.ref.id(), List.of(operationKey)));
            effects.add(new ExecutorEffect.Acknowledge(order.key(), 0, 0));
            dropIfEmpty(resource);
            return;
        }
        recurring.cancelKeys.add(order.key());
        stopRecurring(resource, recurring);
        if (!recurring.active) {
            answerCancels(resource, recurring);
        }
    }

    private void stopRecurring(Resource resource, Recurring recurring) {
        recurring.cancelled = true;
        disarm(recurring);
        if (resource.running == null || resource.running.recurring != recurring) {
            if (resource.queue.removeIf(job -> job.recurring == recurring)) {
                recurring.active = false;
            }
        }
    }

    private void answerCancels(Resource resource, Recurring recurring) {
        if (recurring.cancelKeys.isEmpty()) {
            return;
        }
        String operationKey = recurring.order.operationKey();
        if (!resource.recurring.containsKey(operationKey)) {
            resource.entries.remove(operationKey);
            effects.add(new ExecutorEffect.Forget(resource.ref.id(), List.of(operationKey)));
        }
        for (TransitionKey key : recurring.cancelKeys) {
            effects.add(new ExecutorEffect.Acknowledge(key, 0, 0));
        }
        recurring.cancelKeys.clear();
    }

    private void cancelAll(Resource resource) {
        for (Recurring recurring : resource.recurring.values()) {
            stopRecurring(resource, recurring);
        }
        resource.recurring.clear();
    }

    private void delete(Resource resource, TransitionKey key) {
        cancelAll(resource);
        resource.deleteKeys.add(key);
        settleDelete(resource);
    }

    private void settleDelete(Resource resource) {
        if (resource.deleteKeys.isEmpty() || resource.running != null || !resource.queue.isEmpty()) {
            return;
        }
        resource.entries.clear();
        effects.add(new ExecutorEffect.Forget(resource.ref.id(), List.of()));
        for (TransitionKey key : resource.deleteKeys) {
            effects.add(new ExecutorEffect.Acknowledge(key, 0, 0));
        }
        resource.deleteKeys.clear();
        dropIfEmpty(resource);
    }

    private void dropIfEmpty(Resource resource) {
        if (resource.entries.isEmpty()
                && resource.queue.isEmpty()
                && resource.recurring.isEmpty()
                && resource.running == null
                && resource.lastStart == null) {
            resources.remove(resource.ref.id(), resource);
        }
    }
}
