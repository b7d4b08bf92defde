package systole.executor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.executor.AgentResult.Status;
import systole.executor.RunningAgent.Ending;
import systole.executor.Spawner.SpawnException;

/**
 * The executor of a real node: one thread starts, times and reaps all child processes, another ({@link
 * ProcessWatch}) knows when a service has died.
 *
 * <p>The thread sleeps in {@code poll} on one descriptor per child; hundreds of agents cost no thread each. If the
 * thread itself fails, the failure goes to the uncaught-exception handler: the daemon's stops the node.
 */
public final class ProcessExecutor implements Executor {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessExecutor.class);
    private static final int TRACED_OUTPUT = 512 * 1024;
    private static final long SWEEP_NANOS = 10_000_000_000L;
    private static final long LEFTOVER_NANOS = 3_000_000_000L;
    private static final int OURS = -1;
    private static final long CLOSE_NANOS = 10_000_000_000L;

    private final ExecutorSettings settings;
    private final AgentFolders agents;
    private final Path folder;
    private final OutputFiles files;
    private final RunJournal journal;
    private final Spawner spawner = new Spawner();
    private final AgentGroups groups;
    private final ChildPoll poll = new ChildPoll();
    private final ProcessWatch watch;
    private final RunTrace trace;
    private final Thread thread;

    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    // Owned by the thread.
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<String, RunningAgent> running = new LinkedHashMap<>();
    private final Set<String> busyResources = new HashSet<>();
    private final List<RunningAgent> unreaped = new ArrayList<>();
    private long nextSweepNanos = System.nanoTime() + SWEEP_NANOS;

    /** A run that has not started. */
    private record Waiting(AgentRun run, Consumer<AgentResult> whenDone, long sinceNanos) {}

    /**
     * Ends what agents of an earlier daemon of this node are still doing, which may take some seconds if they do not
     * want to end, then opens.
     */
    public ProcessExecutor(ExecutorSettings settings) {
        this.settings = settings;
        this.agents = new AgentFolders(settings);
        Path base = settings.runDirectory().resolve("systole");
        this.folder = base.resolve("cwd");
        try {
            Files.createDirectories(folder);
            Files.createDirectories(settings.runDirectory().resolve("resource-agents"));
        } catch (IOException e) {
            throw new UncheckedIOException("the run folder " + settings.runDirectory() + " cannot be used", e);
        }
        Path journalFile = base.resolve("agents.running");
        this.groups = AgentGroups.open(settings, OwnCgroup::find, Spawner.canBearInGroup());
        endLeftovers(RunJournal.read(journalFile), groups);
        this.journal = new RunJournal(journalFile);
        this.files = new OutputFiles(base.resolve("agents"));
        this.watch = new ProcessWatch(settings.nodeRoot());
        this.trace = new RunTrace(Path.of(settings.nodeRoot(), "var/lib/systole/trace"));
        this.thread = new Thread(this::loop, "executor");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void run(AgentRun run, Consumer<AgentResult> whenDone) {
        if (closing.get()) {
            throw new IllegalStateException("the executor is closed; " + run.id() + " was not accepted");
        }
        if (!accepted.add(run.id())) {
            throw new IllegalArgumentException("a run " + run.id() + " is already in flight");
        }
        Waiting entry = new Waiting(run, whenDone, System.nanoTime());
        tell(() -> waiting.add(entry));
    }

    @Override
    public void cancel(String id) {
        tell(() -> cancelNow(id));
    }

    @Override
    public void close() {
        if (closing.compareAndSet(false, true)) {
            poll.wake();
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Who is to hear of resources whose main process has ended without being asked to; on a thread of the watch. */
    public void whenServiceDies(Consumer<String> listener) {
        watch.listener(listener);
    }

    /** Numbers of the processes under watch, by resource. */
    public SortedMap<String, SortedSet<Integer>> watched() {
        return watch.watched();
    }

    /** Whether agents run in control groups, and below which, or why not. */
    public String groupingWords() {
        return groups.words();
    }

    /** Where agents lie on this node. */
    public AgentFolders agents() {
        return agents;
    }

    private void tell(Runnable deed) {
        inbox.add(deed);
        poll.wake();
    }

    private void loop() {
        try {
            while (!closing.get()) {
                turn();
            }
            endAll();
        } catch (RuntimeException | Error e) {
            LOG.error("the executor has stopped; no agent can be run until the daemon is restarted", e);
            throw e;
        } finally {
            closing.set(true);
            watch.close();
            poll.close();
            spawner.close();
            files.close();
            groups.close();
            journal.close();
            closed.countDown();
        }
    }

    private void turn() {
        takeInbox();
        startWhatCan();
        long now = System.nanoTime();
        long wake = nextSweepNanos;
        for (RunningAgent agent : running.values()) {
            wake = wake - agent.nextCheckNanos() > 0 ? agent.nextCheckNanos() : wake;
        }
        poll.await(running.values(), Math.max(0, wake - now));
        reapEnded();
        checkDeadlines();
        if (System.nanoTime() - nextSweepNanos >= 0) {
            files.sweep();
            groups.sweep();
            unreaped.removeIf(agent -> agent.reap(spawner));
            nextSweepNanos = System.nanoTime() + SWEEP_NANOS;
        }
    }

    private void takeInbox() {
        Runnable deed = inbox.poll();
        while (deed != null) {
            deed.run();
            deed = inbox.poll();
        }
    }

    /** The daemon, if it goes to the groups of what it starts, goes from one to the next and home at the end. */
    private void startWhatCan() {
        if (!waiting.isEmpty()) {
            try {
                startAllThatCan();
            } finally {
                groups.leave();
            }
        }
    }

    private void startAllThatCan() {
        Set<String> passedOver = new HashSet<>();
        List<Waiting> stay = new ArrayList<>();
        for (Waiting next = waiting.poll(); next != null; next = waiting.poll()) {
            String lane = next.run().resource();
            boolean mustWait = busyResources.contains(lane) || passedOver.contains(lane);
            if (isFence(next.run()) || (!mustWait && running.size() < settings.parallel())) {
                start(next);
            } else {
                if (!lane.isEmpty()) {
                    passedOver.add(lane);
                }
                stay.add(next);
            }
        }
        waiting.addAll(stay);
    }

    private void start(Waiting next) {
        AgentRun run = next.run();
        long queueMillis = millisSince(next.sinceNanos());
        long startedAt = System.currentTimeMillis();
        Optional<AgentCommand> found = agents.resolve(run);
        if (found.isEmpty()) {
            String reason = "agent " + run.agentName() + " is not installed on this node";
            answer(next.whenDone(), failed(run, Ocf.INSTALLED, Status.NOT_INSTALLED, reason, startedAt, queueMillis));
            return;
        }
        AgentCommand command = found.get();
        int limit = RunTrace.isWanted(run) ? TRACED_OUTPUT : settings.outputLimit();
        List<OutputFiles.Stream> streams = files.create(limit, command.document());
        long deadline = System.nanoTime() + run.timeoutMillis() * 1_000_000L;
        watch.begins(run);
        Optional<AgentGroup> group = groups.forRun(run);
        Child child;
        try {
            child = spawn(command, streams, group);
        } catch (SpawnException e) {
            group.ifPresent(unused -> groups.ended(run, unused));
            streams.forEach(OutputFiles.Stream::finish);
            boolean missing = e.programIsUnusable();
            answer(
                    next.whenDone(),
                    failed(
                            run,
                            missing ? Ocf.INSTALLED : Ocf.GENERIC,
                            missing ? Status.NOT_INSTALLED : Status.ERROR,
                            String.valueOf(e.getMessage()),
                            startedAt,
                            queueMillis));
            return;
        }
        long ticks = ProcessTable.read(child.pid())
                .map(ProcessTable.Entry::startTicks)
                .orElse(0L);
        if (ticks != 0) {
            journal.started(new RunJournal.Left(
                    child.pid(), ticks, group.map(AgentGroup::name).orElse("")));
        }
        var tree = new ProcessTree(child.pid(), ticks, group);
        var agent =
                new RunningAgent(run, command, child, tree, streams, next.whenDone(), startedAt, queueMillis, deadline);
        running.put(run.id(), agent);
        if (!isFence(run) && !run.resource().isEmpty()) {
            busyResources.add(run.resource());
        }
    }

    private Child spawn(AgentCommand command, List<OutputFiles.Stream> streams, Optional<AgentGroup> group)
            throws SpawnException {
        if (group.isEmpty()) {
            groups.leave();
            return spawn(command, streams, OURS);
        }
        if (!groups.bornInside()) {
            groups.enter(group.get());
            return spawn(command, streams, OURS);
        }
        try {
            return spawn(command, streams, group.get().descriptor());
        } catch (SpawnException e) {
            // Its output is opened after it is in its group, and before the program is: so it was the group that
            // failed.
            if (Files.exists(streams.get(0).path())) {
                throw e;
            }
            groups.failed("no process can be started in " + group.get() + ": " + e.getMessage());
            return spawn(command, streams, OURS);
        }
    }

    private Child spawn(AgentCommand command, List<OutputFiles.Stream> streams, int group) throws SpawnException {
        return spawner.start(
                command.command(),
                command.assignments(),
                folder,
                command.stdin(),
                streams.get(0).path(),
                streams.get(1).path(),
                group);
    }

    private static boolean isFence(AgentRun run) {
        return run.kind() == AgentRun.Kind.FENCE;
    }

    private void reapEnded() {
        for (RunningAgent agent : List.copyOf(running.values())) {
            if (poll.hasEnded(agent) && agent.reap(spawner) && !agent.isEnding()) {
                finish(agent);
            }
        }
    }

    private void checkDeadlines() {
        ProcessTable table = null;
        for (RunningAgent agent : List.copyOf(running.values())) {
            long now = System.nanoTime();
            if (agent.nextCheckNanos() - now > 0) {
                continue;
            }
            if (!agent.isEnding() && now - agent.deadlineNanos() < 0) {
                agent.boundOutput(now);
                continue;
            }
            if (!agent.isEnding()) {
                agent.beginEnding(Ending.TIMED_OUT, settings.graceMillis(), now);
            }
            if (table == null) {
                table = ProcessTable.read();
            }
            if (agent.end(table, spawner)) {
                finish(agent);
            }
        }
    }

    private void cancelNow(String id) {
        RunningAgent agent = running.get(id);
        if (agent != null) {
            if (!agent.isEnding()) {
                agent.beginEnding(Ending.CANCELLED, settings.graceMillis(), System.nanoTime());
            }
            return;
        }
        waiting.removeIf(entry -> {
            if (!entry.run().id().equals(id)) {
                return false;
            }
            cancelled(entry);
            return true;
        });
    }

    private void cancelled(Waiting entry) {
        answer(
                entry.whenDone(),
                failed(
                        entry.run(),
                        Ocf.GENERIC,
                        Status.CANCELLED,
                        "cancelled before it was started",
                        System.currentTimeMillis(),
                        millisSince(entry.sinceNanos())));
    }

    private void finish(RunningAgent agent) {
        running.remove(agent.run().id());
        if (!isFence(agent.run())) {
            busyResources.remove(agent.run().resource());
        }
        if (!agent.isReaped()) {
            unreaped.add(agent);
        }
        journal.ended(agent.child().pid());
        AgentResult result = agent.result();
        agent.group().ifPresent(group -> groups.ended(agent.run(), group));
        watch.ended(
                agent.run(),
                result,
                agent.child().pid(),
                agent.leaderTicks(),
                groups.of(agent.run().resource()));
        if (RunTrace.isWanted(agent.run())) {
            trace.write(agent.run(), agent.command(), result);
        }
        answer(agent.whenDone(), result);
    }

    private void answer(Consumer<AgentResult> whenDone, AgentResult result) {
        accepted.remove(result.id());
        try {
            whenDone.accept(result);
        } catch (RuntimeException e) {
            // One receiver's failure must not end the agents of all others.
            LOG.error("the result {} was not taken by its receiver", result, e);
        }
    }

    private void endAll() {
        takeInbox();
        for (Waiting entry = waiting.poll(); entry != null; entry = waiting.poll()) {
            cancelled(entry);
        }
        long until = System.nanoTime() + CLOSE_NANOS;
        running.values().stream()
                .filter(agent -> !agent.isEnding())
                .forEach(agent -> agent.beginEnding(Ending.CANCELLED, settings.graceMillis(), System.nanoTime()));
        while (!running.isEmpty() && System.nanoTime() - until < 0) {
            poll.await(running.values(), 10_000_000L);
            reapEnded();
            checkDeadlines();
        }
    }

    private static void endLeftovers(List<RunJournal.Left> left, AgentGroups groups) {
        List<ProcessTree> trees = new ArrayList<>();
        ProcessTable table = ProcessTable.read();
        for (RunJournal.Left process : left) {
            ProcessTable.Entry entry = table.processes().get(process.pid());
            if (entry != null && entry.startTicks() == process.startTicks()) {
                LOG.warn("agent {} ({}) of an earlier daemon still runs; it is ended", process.pid(), entry.name());
                trees.add(new ProcessTree(process.pid(), process.startTicks(), groups.named(process.group())));
            }
        }
        if (trees.isEmpty()) {
            return;
        }
        long stillUntil = System.nanoTime() + LEFTOVER_NANOS;
        while (!areStill(trees) && System.nanoTime() - stillUntil < 0) {
            LockSupport.parkNanos(2_000_000L);
        }
        long until = System.nanoTime() + LEFTOVER_NANOS;
        for (var alive = struck(trees); !alive.isEmpty(); alive = struck(trees)) {
            if (System.nanoTime() - until > 0) {
                LOG.error("not even SIGKILL ended {}; what they do may collide with what is started now", alive);
                return;
            }
            LockSupport.parkNanos(2_000_000L);
        }
    }

    private static boolean areStill(List<ProcessTree> trees) {
        ProcessTable look = ProcessTable.read();
        boolean still = true;
        for (ProcessTree tree : trees) {
            still &= tree.still(tree.look(look));
        }
        return still;
    }

    /** What lives of these trees; all of it has been sent KILL on return. */
    private static List<ProcessTable.Entry> struck(List<ProcessTree> trees) {
        ProcessTable table = ProcessTable.read();
        List<ProcessTable.Entry> alive =
                trees.stream().flatMap(tree -> tree.look(table).stream()).toList();
        trees.forEach(ProcessTree::kill);
        return alive;
    }

    private static AgentResult failed(
            AgentRun run, int rc, Status status, String reason, long startedAt, long queueMillis) {
        return new AgentResult(run.id(), rc, status, reason, "", "", startedAt, 0, queueMillis);
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000L;
    }
}
