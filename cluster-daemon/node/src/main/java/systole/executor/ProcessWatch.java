package systole.executor;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.executor.ServiceProcesses.Question;

/**
 * Knows within milliseconds when the main process of a started service has ended, whatever the interval of its monitor.
 *
 * <p>It decides nothing: a death is a reason to run the monitor at once, so a process that is replaced on purpose costs one
 * call of the agent. While an action other than a monitor runs on a resource nothing of it is watched: the processes that
 * a stop ends are no news. One thread for all; it sleeps in {@code poll} on one {@code pidfd} per process.
 *
 * <p>The meta attribute {@code process-watch} of a resource turns it off ({@code false}) or names the pid file.
 */
final class ProcessWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("systole.agents");
    private static final String OPTION = "CRM_meta_process_watch";
    private static final List<String> PID_FILES = List.of("pidfile", "pid");
    private static final List<String> OFF = List.of("false", "off", "no", "n", "0");
    private static final List<String> CHANGING =
            List.of("start", "promote", "demote", "reload", "reload-agent", "migrate_from");
    private static final List<String> HARMLESS = List.of("monitor", "status", "notify", "meta-data", "validate-all");

    /** A look at the whole process table is the cost; many starts at once share it. */
    private static final long BETWEEN_LOOKS_NANOS = 100_000_000L;

    private static final long BETWEEN_LOOKS_AT_MOST_NANOS = 1_000_000_000L;
    /** Of the time that a look takes: the busier the machine, the more starts share one. */
    private static final int SHARE_OF_LOOKS = 20;

    /**
     * A process that is dead but not reaped looks alive to {@code kill -0}, which is what most monitors do. So its death is
     * told when it is reaped; if that takes long, both after this time and then.
     */
    private static final long REAPED_WITHIN_NANOS = 1_000_000_000L;

    private static final long REAPED_AT_ALL_NANOS = 60_000_000_000L;
    private static final long REAP_CHECK_NANOS = 2_000_000L;
    private static final long SLOW_REAP_CHECK_NANOS = 50_000_000L;
    private static final long CALM_AFTER_DEATH_NANOS = 1_000_000_000L;
    private static final long IDLE_NANOS = 60_000_000_000L;

    private record Held(ProcessTable.Entry process, int descriptor) {}

    /**
     * A control group with the service in it.
     *
     * @param descriptor of its {@code cgroup.events}
     * @param members who was in it when it was looked at
     */
    private record HeldGroup(int descriptor, List<Integer> members) {}

    private static final class Dead {
        final String resource;
        final List<Integer> pids;
        final long sinceNanos = System.nanoTime();
        boolean told;

        Dead(String resource, List<Integer> pids) {
            this.resource = resource;
            this.pids = List.copyOf(pids);
        }
    }

    private static final class Service {
        final List<Held> held = new ArrayList<>();
        final List<HeldGroup> groups = new ArrayList<>();
        boolean hadProcess;
        boolean lookAgain;
        long diedNanos;
    }

    private final String nodeRoot;
    private final int self = (int) ProcessHandle.current().pid();
    private final ChildPoll poll = new ChildPoll();
    private final Memory eventsText = new Memory(256);
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final Thread thread;
    private volatile Consumer<String> listener = resource -> LOG.debug("{} died; nobody listens", resource);
    private volatile SortedMap<String, SortedSet<Integer>> watched = Collections.emptySortedMap();

    // Owned by the thread.
    private final Map<String, Service> services = new TreeMap<>();
    private final Map<String, Question> questions = new LinkedHashMap<>();
    private final List<Dead> dead = new ArrayList<>();
    private long nextLookNanos = System.nanoTime();

    ProcessWatch(String nodeRoot) {
        this.nodeRoot = nodeRoot;
        this.thread = new Thread(this::loop, "process-watch");
        thread.setDaemon(true);
        thread.start();
    }

    /** Called on the watch's own thread; must not block. */
    void listener(Consumer<String> whoever) {
        listener = whoever;
    }

    SortedMap<String, SortedSet<Integer>> watched() {
        return watched;
    }

    /** An agent is about to be started. */
    void begins(AgentRun run) {
        if (concerns(run) && !HARMLESS.contains(run.action())) {
            tell(() -> forget(run.resource()));
        }
    }

    /** Whether what this run leaves behind is the service. */
    static boolean mayStartSomething(AgentRun run) {
        return concerns(run) && run.kind() != AgentRun.Kind.SYSTEMD && CHANGING.contains(run.action());
    }

    /**
     * An agent has ended.
     *
     * @param groups folders of the control groups in which something of the resource lives
     */
    void ended(AgentRun run, AgentResult result, int leader, long leaderTicks, List<Path> groups) {
        if (!concerns(run)) {
            return;
        }
        boolean monitor = run.action().equals("monitor") || run.action().equals("status");
        boolean active = result.status() == AgentResult.Status.DONE
                && (monitor ? Ocf.isActive(result.rc()) : result.rc() == Ocf.SUCCESS);
        String option = run.meta().getOrDefault(OPTION, "").strip();
        if (OFF.contains(option.toLowerCase(Locale.ROOT)) || (monitor && !active)) {
            tell(() -> forget(run.resource()));
        } else if (active && CHANGING.contains(run.action())) {
            Question question = new Question(run.resource(), leader, leaderTicks, groups, pidFiles(run, option));
            tell(() -> ask(question));
        } else if (active && monitor) {
            Question question = new Question(run.resource(), 0, 0, groups, pidFiles(run, option));
            tell(() -> askIfUnknown(question));
        }
    }

    private static boolean concerns(AgentRun run) {
        return run.kind() != AgentRun.Kind.FENCE && !run.resource().isEmpty();
    }

    private static List<String> pidFiles(AgentRun run, String option) {
        List<String> files = new ArrayList<>();
        if (option.startsWith("/")) {
            files.add(option);
        }
        for (String name : PID_FILES) {
            String value = run.parameters().getOrDefault(name, "");
            if (value.startsWith("/") && value.indexOf('\0') < 0) {
                files.add(value);
            }
        }
        return files;
    }

    @Override
    public void close() {
        closing.set(true);
        poll.wake();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        } catch (RuntimeException | Error e) {
            LOG.error("the process watch has stopped: deaths of services are found by their monitors only", e);
        } finally {
            services.values().forEach(ProcessWatch::release);
            eventsText.close();
            poll.close();
        }
    }

    private void turn() {
        List<String> names = new ArrayList<>();
        List<Held> held = new ArrayList<>();
        services.forEach((name, service) -> service.held.forEach(process -> {
            names.add(name);
            held.add(process);
        }));
        List<HeldGroup> groups = new ArrayList<>();
        services.forEach((name, service) -> service.groups.forEach(group -> {
            names.add(name);
            groups.add(group);
        }));
        int[] descriptors = held.stream().mapToInt(Held::descriptor).toArray();
        int[] events = groups.stream().mapToInt(HeldGroup::descriptor).toArray();
        poll.await(descriptors, events, sleepNanos());
        // First what the executor said: a process that ends in a stop must not be taken for a death.
        for (Runnable deed = inbox.poll(); deed != null; deed = inbox.poll()) {
            deed.run();
        }
        for (int i = 0; i < descriptors.length; i++) {
            if (poll.isReady(i)) {
                died(names.get(i), held.get(i));
            }
        }
        for (int i = 0; i < events.length; i++) {
            if (poll.isReady(descriptors.length + i)) {
                changed(names.get(descriptors.length + i), groups.get(i));
            }
        }
        reportReaped();
        if (!questions.isEmpty() && System.nanoTime() - nextLookNanos >= 0) {
            look();
        }
    }

    private long sleepNanos() {
        long sleep = questions.isEmpty() ? IDLE_NANOS : Math.max(0, nextLookNanos - System.nanoTime());
        for (Dead each : dead) {
            sleep = Math.min(sleep, each.told ? SLOW_REAP_CHECK_NANOS : REAP_CHECK_NANOS);
        }
        return sleep;
    }

    private void died(String name, Held process) {
        Service service = services.get(name);
        if (service == null || !service.held.remove(process)) {
            return;
        }
        Libc.close(process.descriptor());
        service.lookAgain = true;
        service.diedNanos = System.nanoTime();
        int pid = process.process().pid();
        // That its group is empty, if that was seen before, tells the same.
        if (dead.stream().noneMatch(each -> each.resource.equals(name) && each.pids.contains(pid))) {
            dead.add(new Dead(name, List.of(pid)));
        }
        LOG.info("process {} ({}) of {} has ended", pid, process.process().name(), name);
        publish();
    }

    private void changed(String name, HeldGroup group) {
        Service service = services.get(name);
        if (service == null || !service.groups.contains(group) || isPopulated(group)) {
            return;
        }
        drop(service, group);
        service.lookAgain = true;
        service.diedNanos = System.nanoTime();
        // The death of its main process, if that is still to be told, tells the same.
        if (dead.stream().allMatch(each -> each.told || !each.resource.equals(name))) {
            dead.add(new Dead(name, group.members()));
            LOG.info("the last process of {} has ended", name);
        }
    }

    private boolean isPopulated(HeldGroup group) {
        return AgentGroup.isPopulated(group.descriptor(), eventsText);
    }

    private static void drop(Service service, HeldGroup group) {
        service.groups.remove(group);
        Libc.close(group.descriptor());
    }

    private void tell(Dead each) {
        each.told = true;
        Service service = services.get(each.resource);
        if (service != null) {
            // That these are empty by now is told with it.
            List.copyOf(service.groups).stream()
                    .filter(group -> !isPopulated(group))
                    .forEach(group -> drop(service, group));
        }
        listener.accept(each.resource);
    }

    private void reportReaped() {
        long now = System.nanoTime();
        dead.removeIf(each -> {
            boolean reaped = each.pids.stream().noneMatch(pid -> Files.exists(Path.of("/proc", Integer.toString(pid))));
            if (reaped || (!each.told && now - each.sinceNanos > REAPED_WITHIN_NANOS)) {
                tell(each);
            }
            return reaped || now - each.sinceNanos > REAPED_AT_ALL_NANOS;
        });
    }

    private void ask(Question question) {
        forget(question.resource());
        if (!settle(question)) {
            questions.put(question.resource(), question);
        }
    }

    /** Answers a question for which nobody has to look at all processes; false if somebody has to. */
    private boolean settle(Question question) {
        List<ProcessTable.Entry> known = question.groups().isEmpty() ? List.of() : ServiceProcesses.known(question);
        if (!known.isEmpty()) {
            answer(question, known);
            publish();
        }
        return !known.isEmpty();
    }

    private void askIfUnknown(Question question) {
        Service service = services.get(question.resource());
        boolean again =
                service != null && service.lookAgain && System.nanoTime() - service.diedNanos > CALM_AFTER_DEATH_NANOS;
        if ((service == null || again) && !settle(question)) {
            questions.putIfAbsent(question.resource(), question);
        }
    }

    private void forget(String resource) {
        questions.remove(resource);
        dead.removeIf(each -> each.resource.equals(resource));
        Service service = services.remove(resource);
        if (service != null) {
            release(service);
            publish();
        }
    }

    private void look() {
        long began = System.nanoTime();
        ServiceProcesses processes = new ServiceProcesses(ProcessTable::read, nodeRoot, self);
        for (Question question : questions.values()) {
            answer(question, processes.of(question));
        }
        questions.clear();
        long now = System.nanoTime();
        long pause = Math.max(BETWEEN_LOOKS_NANOS, SHARE_OF_LOOKS * (now - began));
        nextLookNanos = now + Math.min(BETWEEN_LOOKS_AT_MOST_NANOS, pause);
        publish();
    }

    private void answer(Question question, List<ProcessTable.Entry> processes) {
        Service service = services.computeIfAbsent(question.resource(), name -> new Service());
        release(service);
        service.lookAgain = false;
        question.groups().forEach(group -> holdGroup(service, group));
        for (ProcessTable.Entry entry : processes) {
            service.hadProcess = true;
            if (!hold(service, entry)) {
                dead.add(new Dead(question.resource(), List.of(entry.pid())));
            }
        }
        // A service that is between two processes now has one again when its monitor runs next.
        service.lookAgain = service.hadProcess && service.held.isEmpty();
    }

    private void holdGroup(Service service, Path folder) {
        List<Integer> members = AgentGroup.members(folder);
        int descriptor = Libc.open(folder.resolve("cgroup.events").toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (descriptor < 0) {
            // It has been removed since, so nothing was left in it.
            return;
        }
        HeldGroup group = new HeldGroup(descriptor, members);
        if (isPopulated(group)) {
            service.groups.add(group);
        } else {
            Libc.close(descriptor);
        }
    }

    /** False if the process has ended since it was seen. */
    private static boolean hold(Service service, ProcessTable.Entry entry) {
        int descriptor = Libc.pidfdOpen(entry.pid());
        if (descriptor < 0) {
            int errno = Native.getLastError();
            if (errno != Libc.ESRCH) {
                LOG.warn("process {} cannot be watched: {}", entry.pid(), Libc.reason(errno));
            }
            return errno != Libc.ESRCH;
        }
        boolean same = ProcessTable.read(entry.pid())
                .map(now -> now.startTicks() == entry.startTicks())
                .orElse(false);
        if (same) {
            service.held.add(new Held(entry, descriptor));
        } else {
            Libc.close(descriptor);
        }
        return same;
    }

    private static void release(Service service) {
        service.held.forEach(process -> Libc.close(process.descriptor()));
        service.held.clear();
        service.groups.forEach(group -> Libc.close(group.descriptor()));
        service.groups.clear();
    }

    private void publish() {
        SortedMap<String, SortedSet<Integer>> all = new TreeMap<>();
        services.forEach((name, service) -> {
            if (!service.held.isEmpty()) {
                SortedSet<Integer> pids = new TreeSet<>();
                service.held.forEach(each -> pids.add(each.process().pid()));
                all.put(name, pids);
            }
        });
        watched = Collections.unmodifiableSortedMap(all);
    }
}
