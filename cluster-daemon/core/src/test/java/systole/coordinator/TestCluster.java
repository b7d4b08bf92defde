package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.alerts.AlertCall;
import systole.fencing.FenceRun;
import systole.fencing.FenceRunResult;
import systole.graph.TransitionGraph;
import systole.group.GroupEvent;
import systole.group.GroupEvent.Departure;
import systole.group.Guarantee;
import systole.group.Standing;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.model.Element;
import systole.quorum.QuorumSettings;
import systole.scheduler.Scheduler;
import systole.state.StoredState;
import systole.state.Version;
import systole.transition.AgentRequest;
import systole.transition.AgentResult;

/**
 * Some node cores over an ideal ordered group, with virtual time, pretended agents and a fence device that works or not.
 * After every step it is checked that no resource runs in two places.
 */
final class TestCluster {
    static final long MILLI = 1_000_000L;
    private static final long EPOCH = 1_700_000_000_000L;

    private record Event(long atNanos, long sequence, Runnable deed) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    /** A message on its way. */
    private record Flight(Host from, int life, View view, Guarantee guarantee, byte[] payload) {}

    private static final class Host {
        final NodeId id;
        final String name;
        final Set<String> running = new TreeSet<>();
        final Map<Long, Long> cancelled = new HashMap<>();
        final TreeMap<Long, byte[]> records = new TreeMap<>();
        byte[] snapshot = new byte[0];
        NodeCore core;
        View view;
        boolean viewEnded;
        boolean gathers;
        Standing standing = Standing.NOWHERE;
        int life;
        boolean up;
        boolean tickPlanned;
        long tickAt = Long.MAX_VALUE;

        Host(NodeId id, String name) {
            this.id = id;
            this.name = name;
        }

        boolean isLeftOut() {
            return gathers && !viewEnded;
        }
    }

    final SortedMap<String, Host> hosts = new TreeMap<>();
    final List<String> trace = new ArrayList<>();
    final List<NodeEffect.StopNode> stops = new ArrayList<>();
    final List<Alerted> alerts = new ArrayList<>();

    record Alerted(String by, AlertCall call) {
        String fact(String name) {
            return call.environment().getOrDefault("CRM_alert_" + name, "");
        }
    }

    final Map<Long, Reply> answers = new LinkedHashMap<>();
    final Set<String> failingStarts = new TreeSet<>();
    final Map<String, Integer> agentMillis = new HashMap<>();
    boolean realScheduler = !System.getProperty("systole.core.planner", "real").equals("simple");
    boolean fenceWorks = true;
    boolean mayRunTwice;
    boolean twoNode;
    boolean waitForAll;
    int fenceMillis = 100;
    int fenceCalls;
    private final Seed seed;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final SortedMap<NodeId, String> names = new TreeMap<>();
    private final List<Flight> flights = new ArrayList<>();
    private List<SortedSet<NodeId>> components = new ArrayList<>();
    private long now = 1_000 * MILLI;
    private long sequence;
    private long viewSequence = 4;
    private long lastRequest;

    TestCluster(long seed, String... nodeNames) {
        this.seed = new Seed(seed);
        for (int i = 0; i < nodeNames.length; i++) {
            names.put(new NodeId(i + 1), nodeNames[i]);
        }
        names.forEach((id, name) -> hosts.put(name, new Host(id, name)));
    }

    // ---- what a test does ------------------------------------------------------------------------------------------

    void startAll() {
        hosts.values().forEach(this::boot);
        connect(names.keySet());
    }

    void start(String name) {
        boot(host(name));
    }

    /** These are together from now on; the other running nodes keep their components, without these. */
    void connect(Set<NodeId> together) {
        List<SortedSet<NodeId>> next = new ArrayList<>();
        for (SortedSet<NodeId> component : components) {
            SortedSet<NodeId> rest = new TreeSet<>(component);
            rest.removeAll(together);
            if (!rest.isEmpty()) {
                next.add(rest);
            }
        }
        SortedSet<NodeId> joined = new TreeSet<>(together);
        joined.removeIf(id -> !host(names.get(id)).up);
        next.add(joined);
        install(next);
    }

    void connectAll() {
        connect(names.keySet());
    }

    void cut(String name) {
        connect(Set.of(host(name).id));
    }

    /** Cut off, and no view of its own comes to rest there until it is connected again. */
    void unsettle(String name) {
        Host host = host(name);
        View previous = java.util.Objects.requireNonNull(host.view);
        input(host, new NodeInput.Group(new GroupEvent.TransitionalView(previous, new TreeSet<>(Set.of(host.id)))));
        host.viewEnded = true;
        leaveOut(name);
    }

    /** Cut off, and it hears nothing of that: it gathers for the next view until it is connected again. */
    void leaveOut(String name) {
        Host host = host(name);
        host.gathers = true;
        Set<NodeId> others = new TreeSet<>(names.keySet());
        others.remove(host.id);
        components = List.of();
        connect(others);
    }

    /** The machine dies: nothing of it runs any more; the others notice after a while. */
    void crash(String name, long noticedAfterMillis) {
        trace.add(millis() + " " + name + " CRASHES");
        down(host(name));
        after(noticedAfterMillis, this::dropDead);
    }

    void runFor(long millis) {
        long end = now + millis * MILLI;
        while (!events.isEmpty() && events.peek().atNanos() <= end) {
            Event event = events.remove();
            now = Math.max(now, event.atNanos());
            event.deed().run();
            check();
        }
        now = end;
    }

    /** Runs until the coordinators of all components have nothing left to do. */
    void settle() {
        for (int i = 0; i < 600; i++) {
            runFor(100);
            boolean idle = true;
            for (SortedSet<NodeId> component : components) {
                boolean one = component.isEmpty();
                for (NodeId id : component) {
                    Host host = host(names.get(id));
                    one |= !host.up || (host.core.isReady() && host.core.isIdle());
                }
                idle &= one;
            }
            if (idle) {
                return;
            }
        }
        fail("the cluster does not settle:\n" + String.join("\n", trace));
    }

    Reply ask(String name, ClientRequest request) {
        long id = request(name, request);
        for (int i = 0; i < 2000 && !answers.containsKey(id); i++) {
            runFor(10);
        }
        Reply reply = answers.get(id);
        assertThat(reply).as("answer to " + request).isNotNull();
        return reply;
    }

    long request(String name, ClientRequest request) {
        long id = ++lastRequest;
        input(host(name), new NodeInput.Request(id, "root", request));
        return id;
    }

    void configure(String name, Element configuration) {
        Reply reply = ask(
                name,
                new ClientRequest.Configure(List.of(new CibEdit.ReplaceConfiguration(configuration)), Version.NONE));
        assertThat(reply).isInstanceOf(Reply.Done.class);
    }

    void give(String name, NodeInput input) {
        input(host(name), input);
    }

    NodeCore core(String name) {
        return host(name).core;
    }

    boolean isUp(String name) {
        return host(name).up;
    }

    /** The nodes on which a resource runs. */
    Set<String> where(String resource) {
        Set<String> found = new TreeSet<>();
        hosts.values().forEach(host -> {
            if (host.running.contains(resource)) {
                found.add(host.name);
            }
        });
        return found;
    }

    void pretendRunning(String name, String resource) {
        host(name).running.add(resource);
    }

    void breakService(String name, String resource) {
        host(name).running.remove(resource);
    }

    long millis() {
        return now / MILLI;
    }

    NodeId id(String name) {
        return host(name).id;
    }

    // ---- the world -------------------------------------------------------------------------------------------------

    private Host host(String name) {
        return java.util.Objects.requireNonNull(hosts.get(name), name);
    }

    private void boot(Host host) {
        trace.add(millis() + " " + host.name + " BOOTS");
        host.life++;
        host.up = true;
        host.view = null;
        host.gathers = false;
        host.standing = Standing.NOWHERE;
        NodeSettings settings =
                new NodeSettings(host.id, host.name, names, seed.fork(host.name).nextLong() + host.life, 2, 1000);
        StoredState stored = new StoredState(host.snapshot, List.copyOf(host.records.values()), "");
        QuorumSettings majority = QuorumSettings.majorityOf(names.keySet()).withWaitForAll(waitForAll);
        host.core = new NodeCore(settings, twoNode ? majority.withTwoNode() : majority, stored, moment(host));
    }

    private void down(Host host) {
        host.up = false;
        host.running.clear();
        host.life++;
    }

    private void dropDead() {
        List<SortedSet<NodeId>> next = new ArrayList<>();
        for (SortedSet<NodeId> component : components) {
            SortedSet<NodeId> alive = new TreeSet<>(component);
            alive.removeIf(id -> !host(names.get(id)).up);
            if (!alive.isEmpty()) {
                next.add(alive);
            }
        }
        install(next);
    }

    private void install(List<SortedSet<NodeId>> next) {
        components = next;
        for (SortedSet<NodeId> component : next) {
            boolean changed = component.stream().anyMatch(id -> {
                View view = host(names.get(id)).view;
                return view == null || !view.members().equals(component);
            });
            if (!changed) {
                continue;
            }
            viewSequence += 4;
            View view = new View(viewSequence, component.first(), component);
            Map<String, List<Host>> byFormer = new TreeMap<>();
            for (NodeId id : component) {
                Host host = host(names.get(id));
                byFormer.computeIfAbsent(host.view == null ? "" : host.view.name(), name -> new ArrayList<>())
                        .add(host);
            }
            byFormer.forEach((name, group) -> {
                group.removeIf(host -> host.viewEnded);
                if (!name.isEmpty() && !group.isEmpty()) {
                    endOf(group);
                }
            });
            Map<NodeId, View> former = new TreeMap<>();
            for (NodeId id : component) {
                Host host = host(names.get(id));
                if (host.view != null) {
                    former.put(id, host.view);
                }
                host.view = view;
                host.viewEnded = false;
                host.gathers = false;
            }
            for (NodeId id : component) {
                enter(host(names.get(id)), former.get(id), view);
            }
        }
    }

    /** Those that go on together hear what is still under way, or all of them do not. */
    private void endOf(List<Host> group) {
        View previous = group.get(0).view;
        SortedSet<NodeId> survivors = new TreeSet<>();
        group.forEach(host -> survivors.add(host.id));
        group.forEach(host -> input(host, new NodeInput.Group(new GroupEvent.TransitionalView(previous, survivors))));
        for (Flight flight : List.copyOf(flights)) {
            if (flight.view.name().equals(previous.name()) && seed.chance(0.5)) {
                if (survivors.contains(flight.from.id)) {
                    flights.remove(flight);
                }
                group.forEach(host -> input(
                        host,
                        new NodeInput.Group(
                                new GroupEvent.Delivered(flight.from.id, flight.guarantee, flight.payload))));
            }
        }
    }

    private void enter(Host host, @Nullable View former, View view) {
        Map<NodeId, Departure> left = new LinkedHashMap<>();
        if (former != null) {
            for (NodeId id : former.members()) {
                if (!view.members().contains(id)) {
                    left.put(id, departed.contains(id) ? Departure.LEFT : Departure.LOST);
                }
            }
        }
        input(host, new NodeInput.Group(new GroupEvent.ViewInstalled(view, left)));
    }

    private final Set<NodeId> departed = new TreeSet<>();

    private void input(Host host, NodeInput input) {
        if (!host.up) {
            return;
        }
        int life = host.life;
        List<NodeEffect> effects = host.core.step(moment(host), input);
        for (NodeEffect effect : effects) {
            if (host.life == life) {
                carry(host, effect);
            }
        }
        planTick(host);
    }

    private void planTick(Host host) {
        long at = host.core.deadlineNanos();
        if (!host.up || at == Long.MAX_VALUE || at == host.tickAt && host.tickPlanned) {
            return;
        }
        host.tickAt = at;
        host.tickPlanned = true;
        int life = host.life;
        events.add(new Event(Math.max(at, now + 1), ++sequence, () -> {
            if (host.life == life && host.tickAt == at) {
                host.tickPlanned = false;
                input(host, new NodeInput.Tick());
            }
        }));
    }

    private void carry(Host host, NodeEffect effect) {
        if (effect instanceof NodeEffect.Send send) {
            broadcast(host, send.guarantee(), send.payload());
        } else if (effect instanceof NodeEffect.Append append) {
            later(host, 1, () -> {
                host.records.put(host.life * 1_000_000L + append.record(), append.bytes());
                return new NodeInput.Stored(append.record());
            });
        } else if (effect instanceof NodeEffect.SaveSnapshot save) {
            later(host, 1, () -> {
                host.snapshot = save.bytes();
                host.records
                        .headMap(host.life * 1_000_000L + save.record(), true)
                        .clear();
                return new NodeInput.Stored(save.record());
            });
        } else if (effect instanceof NodeEffect.Plan plan) {
            TransitionGraph graph = realScheduler
                    ? Scheduler.schedule(plan.cib(), Instant.ofEpochMilli(plan.epochMillis()), (int) plan.planId())
                            .graph()
                    : SimplePlanner.plan(plan.cib());
            later(host, 5, () -> new NodeInput.Planned(plan.planId(), graph, 0, List.of()));
        } else if (effect instanceof NodeEffect.RunAgent run) {
            agent(host, run.request());
        } else if (effect instanceof NodeEffect.KillAgent kill) {
            host.cancelled.put(kill.runId(), now);
        } else if (effect instanceof NodeEffect.ReadMetadata read) {
            later(host, 3, () -> new NodeInput.MetadataRead(read.agent(), Optional.empty()));
        } else if (effect instanceof NodeEffect.RunFenceAgent run) {
            fenceAgent(host, run.run());
        } else if (effect instanceof NodeEffect.Answer answer) {
            assertThat(answers.put(answer.requestId(), answer.reply())).isNull();
        } else if (effect instanceof NodeEffect.Alert alert) {
            alerts.add(new Alerted(host.name, alert.call()));
        } else if (effect instanceof NodeEffect.Event event) {
            trace.add(millis() + " " + host.name + " " + event.kind() + " " + event.text());
        } else if (effect instanceof NodeEffect.LeaveGroup) {
            departed.add(host.id);
        } else if (effect instanceof NodeEffect.StopNode stop) {
            stops.add(stop);
            trace.add(millis() + " " + host.name + " STOP " + stop.reason() + " " + stop.text());
            host.up = false;
            host.life++;
            if (stop.reason() != NodeEffect.StopReason.SHUTDOWN) {
                host.running.clear();
            }
            after(1, () -> {
                dropDead();
                departed.remove(host.id);
            });
        }
    }

    private void broadcast(Host from, Guarantee guarantee, byte[] payload) {
        Flight flight = new Flight(from, from.life, from.view, guarantee, payload);
        flights.add(flight);
        after(1, () -> arrive(flight));
    }

    private void arrive(Flight flight) {
        if (!flights.remove(flight)) {
            return;
        }
        Host from = flight.from;
        if (from.isLeftOut()) {
            flights.add(flight);
            after(50, () -> arrive(flight));
            return;
        }
        boolean moved = from.life == flight.life && !from.view.name().equals(flight.view.name());
        // As the port promises: a message of a living sender is delivered in some view of it.
        View in = moved ? from.view : flight.view;
        for (NodeId id : in.members()) {
            Host to = host(names.get(id));
            if (to.up && !to.isLeftOut() && to.view != null && to.view.name().equals(in.name())) {
                input(to, new NodeInput.Group(new GroupEvent.Delivered(from.id, flight.guarantee, flight.payload)));
            }
        }
    }

    private void agent(Host host, AgentRequest run) {
        String resource = run.resource().id();
        long started = EPOCH + millis();
        int takes = agentMillis.getOrDefault(resource + ":" + run.operation(), 20);
        trace.add(
                millis() + " " + host.name + " runs " + run.operation() + " " + resource + " " + run.intervalMillis());
        if (run.operation().equals("start") && !failingStarts.contains(host.name)) {
            host.running.add(resource);
        }
        later(host, takes, () -> {
            if (host.cancelled.containsKey(run.runId())) {
                return result(run, 1, AgentResult.Status.CANCELLED, started, takes);
            }
            int rc = switch (run.operation()) {
                case "start" -> failingStarts.contains(host.name) ? 1 : 0;
                case "stop" -> {
                    host.running.remove(resource);
                    yield 0;
                }
                default -> host.running.contains(resource) ? 0 : 7;
            };
            return result(run, rc, AgentResult.Status.DONE, started, takes);
        });
    }

    private static NodeInput result(AgentRequest run, int rc, AgentResult.Status status, long started, long takes) {
        return new NodeInput.AgentFinished(new AgentResult(run.runId(), rc, status, "", started, takes));
    }

    private void fenceAgent(Host host, FenceRun run) {
        fenceCalls += run.target().isEmpty() ? 0 : 1;
        trace.add(
                millis() + " " + host.name + " fences " + run.target() + " " + run.action() + " with " + run.device());
        later(host, fenceMillis, () -> {
            if (fenceWorks && !run.target().isEmpty()) {
                Host target = host(run.target());
                if (target.up || !target.running.isEmpty()) {
                    down(target);
                    after(20, this::dropDead);
                }
            }
            boolean good = fenceWorks || run.target().isEmpty();
            return new NodeInput.FenceAgentFinished(
                    new FenceRunResult(run.runId(), good ? 0 : 1, false, "", good ? "" : "device says no"));
        });
    }

    private interface LateInput {
        NodeInput make();
    }

    private void later(Host host, long millis, LateInput input) {
        int life = host.life;
        after(millis, () -> {
            if (host.life == life) {
                input(host, input.make());
            }
        });
    }

    void after(long millis, Runnable deed) {
        events.add(new Event(now + millis * MILLI, ++sequence, deed));
    }

    private Moment moment(Host host) {
        if (host.view != null && !host.gathers) {
            host.standing = new Standing(host.view.sequence(), now);
        }
        return new Moment(now, EPOCH + millis(), host.standing);
    }

    private void check() {
        if (mayRunTwice) {
            return;
        }
        Map<String, String> runsOn = new HashMap<>();
        for (Host host : hosts.values()) {
            for (String resource : host.running) {
                String other = runsOn.put(resource, host.name);
                if (other != null) {
                    fail(resource + " runs on " + other + " and on " + host.name + ":\n" + String.join("\n", trace));
                }
            }
        }
    }
}
