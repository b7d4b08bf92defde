package systole.simulation;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.coordinator.Moment;
import systole.coordinator.NodeCore;
import systole.coordinator.NodeEffect;
import systole.coordinator.NodeInput;
import systole.coordinator.NodeListMutant;
import systole.coordinator.NodeSettings;
import systole.group.GroupEvent;
import systole.group.Standing;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.membership.RingEffect;
import systole.membership.RingInput;
import systole.membership.RingMessage;
import systole.membership.RingSettings;
import systole.membership.RingStack;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumState;
import systole.state.NodeList;
import systole.testkit.SimulatedDisk;
import systole.testkit.SimulatedNetwork;
import systole.testkit.VirtualTime;
import systole.witness.ContactInput;
import systole.witness.WitnessMessage;
import systole.witness.WitnessRules;
import systole.witness.WitnessSettings;

/**
 * One machine: its services, its disk, and, while it runs, its daemon with ring and node core. Plays the part of the
 * daemon's two loops; contains no decision of the cluster.
 */
final class SimulatedNode {
    private static final long MILLI = 1_000_000L;
    private static final long EPOCH_MILLIS = 1_700_000_000_000L;

    /** What the rest of the world hears of a node. */
    interface World {
        void effect(SimulatedNode node, NodeEffect effect);

        void stepped(SimulatedNode node);

        void serviceStarted(SimulatedNode node, String resource);

        void servicePromoted(SimulatedNode node, String resource);

        /** It lost power by its own doing. */
        void endedItself(SimulatedNode node);

        /** Deliberate faults of the daemons; none but in tests of the tests. */
        Set<NodeListMutant> mutants();

        /** The machine has current, whoever gave it. */
        void hasPower(SimulatedNode node);
    }

    final NodeId id;
    final String name;
    private final Set<String> running = new TreeSet<>();
    private final Set<String> promoted = new TreeSet<>();
    final Set<Long> cancelled = new HashSet<>();
    final SimulatedDisk disk;
    private SortedMap<NodeId, String> names;
    private SortedSet<NodeId> ringNodes;
    private boolean struckOff;
    private final VirtualTime time;
    private final SimulatedNetwork<RingMessage> network;
    private final Seed seed;
    private final World world;
    private final Story story;
    private final long detectionMillis;
    private final RingSettings ringSettings;
    private QuorumSettings quorumSettings;
    private final boolean active;
    private final Optional<WitnessSettings> witness;
    private final Optional<SimulatedWatchdog> watchdog;

    /** Links that work towards a peer, as bits. */
    private final Map<NodeId, Integer> usableLinks = new HashMap<>();

    private final long clockOffsetMillis;
    private final SimulatedStateLog stateLog;
    private final Deque<NodeInput> inbox = new ArrayDeque<>();
    private final Deque<Runnable> frozen = new ArrayDeque<>();

    private boolean powered = true;
    private boolean paused;
    private boolean stopping;
    private int powerCycles;
    private int life;
    private boolean loopScheduled;
    private long busyUntil;
    private long ringTickAt = Long.MAX_VALUE;
    private long coreTickAt = Long.MAX_VALUE;
    private @Nullable RingStack ring;
    private @Nullable NodeCore core;
    private String view = "";
    private long viewSequence;
    private int deliveries;
    private boolean viewEnds;

    SimulatedNode(
            NodeId id,
            SortedMap<NodeId, String> names,
            VirtualTime time,
            SimulatedNetwork<RingMessage> network,
            Seed seed,
            RingSettings ringSettings,
            QuorumSettings quorumSettings,
            Optional<WitnessRules> witness,
            boolean active,
            long watchdogMillis,
            Story story,
            World world) {
        this.id = id;
        this.name = String.valueOf(names.get(id));
        this.names = names;
        this.ringNodes = new TreeSet<>(names.keySet());
        this.time = time;
        this.network = network;
        this.seed = seed;
        this.world = world;
        this.story = story;
        this.ringSettings = ringSettings;
        this.quorumSettings = quorumSettings;
        this.active = active;
        this.witness = witness.map(this::contact);
        this.detectionMillis = (ringSettings.tokenCeiling() + ringSettings.consensus()) / MILLI;
        this.clockOffsetMillis = seed.between(-1500, 1500);
        this.disk = new SimulatedDisk(time, seed.fork("disk"));
        this.stateLog = new SimulatedStateLog(disk);
        this.watchdog = watchdogMillis == 0
                ? Optional.empty()
                : Optional.of(new SimulatedWatchdog(time, watchdogMillis, this::endedByWatchdog));
    }

    private WitnessSettings contact(WitnessRules rules) {
        var hello = new WitnessMessage.Hello(
                "simulated",
                new byte[32],
                id,
                new TreeSet<>(names.keySet()),
                rules,
                ringSettings.tokenCeiling() / MILLI,
                3_000);
        return new WitnessSettings(hello, 2_000, 3_000, 5_000);
    }

    boolean isPowered() {
        return powered;
    }

    /** Whether the machine knows that it is no node any more: its file is gone. */
    boolean isStruckOff() {
        return struckOff;
    }

    /** Whether that one is in the list that this machine has. */
    boolean knows(SimulatedNode other) {
        return names.containsKey(other.id);
    }

    /** Whether a daemon process exists. */
    boolean isUp() {
        return core != null;
    }

    boolean isPaused() {
        return paused;
    }

    /** Counts how often the machine lost power. */
    int powerCycles() {
        return powerCycles;
    }

    /** Counts starts and ends of the daemon; what was begun in another life means nothing in this one. */
    int life() {
        return life;
    }

    @Nullable
    NodeCore core() {
        return core;
    }

    String view() {
        return view;
    }

    long viewSequence() {
        return viewSequence;
    }

    /** Messages handed to the core since the view began. */
    int deliveries() {
        return deliveries;
    }

    /** Whether the transitional configuration of the view was announced, or the view is held back for the witness. */
    boolean viewEnds() {
        NodeCore present = core;
        return viewEnds || (present != null && present.isHoldingView());
    }

    long epochMillis() {
        return EPOCH_MILLIS + clockOffsetMillis + time.nowNanos() / MILLI;
    }

    // ---- services --------------------------------------------------------------------------------------------------

    /** Whether the daemon sees no other that has a vote; a newcomer has none yet. */
    boolean isAlone() {
        if (core == null) {
            return true;
        }
        QuorumState quorum = core.quorum();
        return quorum.view().stream()
                        .flatMap(seen -> seen.members().stream())
                        .filter(member -> quorum.settings().votesOf(member) > 0)
                        .count()
                <= 1;
    }

    /** What runs on the machine, whatever the daemon thinks. */
    Set<String> running() {
        return Collections.unmodifiableSet(running);
    }

    void serviceStarts(String resource) {
        running.add(resource);
        world.serviceStarted(this, resource);
    }

    void serviceEnds(String resource) {
        running.remove(resource);
        promoted.remove(resource);
    }

    /** Which of them have the promoted role. */
    Set<String> promoted() {
        return Collections.unmodifiableSet(promoted);
    }

    void servicePromotes(String resource) {
        if (running.contains(resource)) {
            promoted.add(resource);
            world.servicePromoted(this, resource);
        }
    }

    void serviceDemoted(String resource) {
        promoted.remove(resource);
    }

    // ---- life and death --------------------------------------------------------------------------------------------

    void boot() {
        if (!powered) {
            powered = true;
            world.hasPower(this);
        }
        startDaemon();
    }

    void startDaemon() {
        if (!powered || core != null || struckOff) {
            return;
        }
        life++;
        story.tell(name, "daemon starts");
        long lastRing = epochMillis();
        byte[] stored = disk.read("ring");
        if (stored.length == 8) {
            lastRing = Math.max(lastRing, new ByteSource(stored).fixed64());
        }
        NodeSettings settings =
                new NodeSettings(id, name, names, seed.fork("life" + life).nextLong(), 2, detectionMillis);
        core = new NodeCore(settings, quorumSettings, witness, stateLog.load(), moment());
        core.mutate(world.mutants());
        ringNodes = new TreeSet<>(names.keySet());
        ring = new RingStack(id, new TreeSet<>(names.keySet()), ringSettings, lastRing);
        network.attach(id, (from, link, message) -> {
            if (paused) {
                alive(() -> ringStep(new RingInput.Received(nanos(), from, link, message)));
            } else {
                ringStep(new RingInput.Received(nanos(), from, link, message));
            }
        });
        ringStep(new RingInput.Start(nanos()));
        if (witness.isPresent()) {
            give(new NodeInput.Witness(new ContactInput.Start(nanos())));
        }
        planCoreTick();
        watchdog.ifPresent(own -> {
            own.daemonStarts();
            knock(own);
        });
    }

    /** The sentinel's own loop, which does not wait for the node's. */
    private void knock(SimulatedWatchdog own) {
        own.tick();
        give(new NodeInput.Tick());
        later(own.knockNanos(), "knock", () -> knock(own));
    }

    private void endedByWatchdog() {
        if (powered) {
            powerOff("watchdog");
            world.endedItself(this);
        }
    }

    /** The process is gone at once; nothing of it is heard any more. */
    private void endDaemon() {
        life++;
        core = null;
        ring = null;
        view = "";
        inbox.clear();
        frozen.clear();
        paused = false;
        stopping = false;
        loopScheduled = false;
        busyUntil = 0;
        ringTickAt = Long.MAX_VALUE;
        coreTickAt = Long.MAX_VALUE;
        cancelled.clear();
        usableLinks.clear();
        network.detach(id);
    }

    void powerOff(String why) {
        if (!powered) {
            return;
        }
        story.tell(name, "loses power: " + why);
        powered = false;
        powerCycles++;
        running.clear();
        promoted.clear();
        disk.crash();
        watchdog.ifPresent(SimulatedWatchdog::machineIsOff);
        endDaemon();
    }

    void killDaemon() {
        if (core == null) {
            return;
        }
        story.tell(name, "daemon is killed");
        disk.processCrash();
        endDaemon();
    }

    void pause() {
        if (core != null && !paused) {
            story.tell(name, "daemon is paused");
            paused = true;
            network.pause(id);
        }
    }

    void resume() {
        if (!paused) {
            return;
        }
        story.tell(name, "daemon runs again");
        paused = false;
        network.resume(id);
        int waiting = frozen.size();
        for (int i = 0; i < waiting && !paused && !frozen.isEmpty(); i++) {
            frozen.remove().run();
        }
    }

    /** The node's loop does nothing for this time; the ring's loop goes on. */
    void stall(long nanos) {
        busyUntil = Math.max(busyUntil, nanos() + nanos);
    }

    // ---- the loops -------------------------------------------------------------------------------------------------

    /** Does something for this life of the daemon, when it is not paused. */
    void alive(Runnable deed) {
        if (!paused) {
            deed.run();
            return;
        }
        int mine = life;
        frozen.add(() -> {
            if (life == mine) {
                deed.run();
            }
        });
    }

    void later(long afterNanos, String label, Runnable deed) {
        int mine = life;
        time.after(afterNanos, label, () -> {
            if (life == mine) {
                alive(deed);
            }
        });
    }

    /** Puts an input into the inbox of the node's loop. */
    void give(NodeInput input) {
        if (core == null || stopping) {
            return;
        }
        inbox.add(input);
        scheduleLoop();
    }

    private void scheduleLoop() {
        if (!loopScheduled) {
            loopScheduled = true;
            later(Math.max(20_000, busyUntil - nanos()), "loop", this::drain);
        }
    }

    private void drain() {
        loopScheduled = false;
        while (!inbox.isEmpty() && core != null) {
            if (busyUntil > nanos()) {
                scheduleLoop();
                return;
            }
            coreStep(inbox.remove());
        }
    }

    private void coreStep(NodeInput input) {
        NodeCore present = core;
        if (present == null) {
            return;
        }
        if (input instanceof NodeInput.Group group) {
            note(group.event());
        }
        int mine = life;
        for (NodeEffect effect : present.step(moment(), input)) {
            if (life == mine) {
                carry(effect);
            }
        }
        if (life == mine
                && watchdog.isPresent()
                && watchdog.get().cameRound(present.quorum().excludesOthers(), present.stoodNanos())) {
            give(new NodeInput.WatchdogArmed(watchdog.get().millis(), true));
        }
        if (life == mine && !stopping) {
            world.stepped(this);
            planCoreTick();
        }
    }

    private void note(GroupEvent event) {
        if (event instanceof GroupEvent.ViewInstalled installed) {
            view = installed.view().name();
            viewSequence = installed.view().sequence();
            deliveries = 0;
            viewEnds = false;
            story.tell(name, "view " + view + " " + installed.view().members() + " left " + installed.left());
        } else if (event instanceof GroupEvent.TransitionalView) {
            viewEnds = true;
        } else if (event instanceof GroupEvent.Delivered) {
            deliveries++;
        }
    }

    private void carry(NodeEffect effect) {
        RingStack present = ring;
        if (effect instanceof NodeEffect.Send send) {
            ringStep(new RingInput.Send(nanos(), send.guarantee(), send.payload()));
        } else if (effect instanceof NodeEffect.Append append) {
            stateLog.append(append.record(), append.bytes(), record -> alive(() -> give(new NodeInput.Stored(record))));
        } else if (effect instanceof NodeEffect.SaveSnapshot save) {
            stateLog.snapshot(save.record(), save.bytes(), record -> alive(() -> give(new NodeInput.Stored(record))));
        } else if (effect instanceof NodeEffect.NodesChanged change) {
            nodesChanged(change);
        } else if (effect instanceof NodeEffect.AnnounceNodes announced) {
            ringStep(new RingInput.NodeListKnown(nanos(), announced.order(), announced.list()));
        } else if (effect instanceof NodeEffect.LeaveGroup) {
            if (present != null) {
                ringStep(new RingInput.Leave(nanos()));
            }
        } else if (effect instanceof NodeEffect.StopNode stop) {
            story.tell(name, "stops: " + stop.reason() + " " + stop.text());
            world.effect(this, effect);
            // The ring may still be saying goodbye; the process ends when that is done, or after a second.
            inbox.clear();
            stopping = true;
            if (stop.reason() == NodeEffect.StopReason.SHUTDOWN) {
                watchdog.ifPresent(SimulatedWatchdog::endsInOrder);
            }
            later(1_000 * MILLI, "exit", this::exit);
        } else {
            world.effect(this, effect);
        }
    }

    /** What the shell does with sockets and with the interconnect's file. */
    private void nodesChanged(NodeEffect.NodesChanged change) {
        ringNodes = new TreeSet<>(change.ring());
        ringStep(new RingInput.NodesChanged(nanos(), ringNodes));
        NodeList list = change.list();
        if (list.isSettled() && list.version() > quorumSettings.nodeListVersion()) {
            SortedMap<NodeId, String> next = new TreeMap<>();
            list.nodes().forEach((node, entry) -> next.put(node, entry.name()));
            struckOff = !next.containsKey(id);
            if (!struckOff) {
                names = next;
                quorumSettings =
                        quorumSettings.withNodes(NodeList.votes(list.nodes()), new TreeMap<>(), list.version());
            }
        }
    }

    private void exit() {
        disk.processCrash();
        endDaemon();
    }

    private void planCoreTick() {
        NodeCore present = core;
        if (present == null) {
            return;
        }
        long at = present.deadlineNanos();
        if (at >= coreTickAt || at == Long.MAX_VALUE) {
            return;
        }
        coreTickAt = at;
        later(Math.max(0, at - nanos()), "tick", () -> {
            if (coreTickAt != at) {
                return;
            }
            coreTickAt = Long.MAX_VALUE;
            if (core != null && core.deadlineNanos() <= nanos()) {
                // The step that takes it in asks for the next one.
                give(new NodeInput.Tick());
            } else {
                planCoreTick();
            }
        });
    }

    private void ringStep(RingInput input) {
        RingStack present = ring;
        if (present == null) {
            return;
        }
        int mine = life;
        List<RingEffect> effects = present.step(input);
        for (RingEffect effect : effects) {
            if (life == mine) {
                carry(effect);
            }
        }
        if (life == mine) {
            planRingTick();
        }
    }

    private void carry(RingEffect effect) {
        if (effect instanceof RingEffect.Multicast multicast) {
            for (NodeId peer : ringNodes) {
                if (!peer.equals(id)) {
                    send(peer, multicast.message());
                }
            }
        } else if (effect instanceof RingEffect.MulticastOnLink multicast) {
            network.multicast(id, ringNodes, multicast.link(), multicast.message());
        } else if (effect instanceof RingEffect.Unicast unicast) {
            send(unicast.to(), unicast.message());
        } else if (effect instanceof RingEffect.LinkJudged judged) {
            int bit = 1 << judged.link();
            usableLinks.merge(judged.peer(), judged.usable() ? bit : 0, (old, now) -> old & ~bit | now);
        } else if (effect instanceof RingEffect.Deliver deliver) {
            give(new NodeInput.Group(deliver.event()));
        } else if (effect instanceof RingEffect.PersistRingSequence persist) {
            disk.replace("ring", new ByteSink(16).fixed64(persist.sequence()).toBytes());
            disk.sync(
                    "ring",
                    () -> alive(() -> ringStep(new RingInput.RingSequencePersisted(nanos(), persist.sequence()))));
        } else if (effect instanceof RingEffect.NodeListTold told) {
            give(new NodeInput.NodeListTold(told.from(), told.list()));
        } else if (effect instanceof RingEffect.Report report) {
            if (report.weight() != RingEffect.Weight.DETAIL) {
                story.tell(name, "ring: " + report.words());
            }
        } else if (effect instanceof RingEffect.Stopped) {
            exit();
        }
    }

    /** By the link policy: over the first link that works, or over all of them; if none does, over the first. */
    private void send(NodeId peer, RingMessage message) {
        int usable = ringSettings.links() == 1 ? 1 : usableLinks.getOrDefault(peer, 1);
        usable = usable == 0 ? 1 : usable;
        for (int link = 0; link < ringSettings.links(); link++) {
            if ((usable & 1 << link) != 0) {
                network.send(id, peer, link, message);
                if (!active) {
                    return;
                }
            }
        }
    }

    private void planRingTick() {
        RingStack present = ring;
        if (present == null) {
            return;
        }
        long at = present.nextDeadlineNanos();
        if (at >= ringTickAt) {
            return;
        }
        ringTickAt = at;
        later(Math.max(0, at - nanos()), "ring", () -> {
            if (ringTickAt != at) {
                return;
            }
            ringTickAt = Long.MAX_VALUE;
            RingStack now = ring;
            if (now != null && now.nextDeadlineNanos() <= nanos()) {
                ringStep(new RingInput.Tick(nanos()));
            } else {
                planRingTick();
            }
        });
    }

    private long nanos() {
        return time.nowNanos();
    }

    private Moment moment() {
        return new Moment(nanos(), epochMillis(), ring == null ? Standing.NOWHERE : ring.standing());
    }
}
