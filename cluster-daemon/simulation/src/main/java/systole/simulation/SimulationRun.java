package systole.simulation;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeInput;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.quorum.QuorumSettings;
import systole.state.Version;
import systole.testkit.NetworkConditions;

/**
 * One seed: a cluster forms, is configured, suffers faults for some minutes while only safety counts, is healed, and must
 * then come to rest with everything running once.
 */
public final class SimulationRun {
    private static final long MILLI = SimulatedCluster.MILLI;
    private static final long SECOND = SimulatedCluster.SECOND;
    private static final long LONGEST_SETTLING = 300 * SECOND;

    /**
     * How a run ended.
     *
     * @param problem what was broken, empty if nothing
     * @param story the last events, only if something was broken
     * @param settledAfterNanos from the end of the faults
     * @param digest equal for two runs that were equal event by event
     */
    public record Result(
            long seed,
            String problem,
            String story,
            long simulatedNanos,
            long settledAfterNanos,
            Map<Fault, Integer> faults,
            long checks,
            int committed,
            int plans,
            int planFailures,
            String firstPlanFailure,
            long events,
            long digest,
            String shape) {}

    private final long number;
    private final Seed seed;
    private final List<Fault> faults = new ArrayList<>();
    private final List<Fault> lastFaults = new ArrayList<>();
    private final Map<Fault, Integer> injected = new EnumMap<>(Fault.class);
    private final SimulatedCluster cluster;
    private final long faultNanos;
    private final Growth growth;
    private final Seed growthSeed;
    private final boolean grows;
    private final FencingTrouble fencingTrouble;
    private final Firewall firewall;
    private final NetworkConditions calm;
    private boolean faultsEnd;

    public SimulationRun(long number, int nodes, Set<Fault> wanted, long faultMinutes) {
        this(number, nodes, nodes, wanted, faultMinutes);
    }

    /** A run of a cluster whose size, of these, the seed draws. */
    public SimulationRun(long number, int fewest, int most, Set<Fault> wanted, long faultMinutes) {
        this(number, fewest, most, wanted, faultMinutes, false);
    }

    /** @param witness a witness in the place of the quorum options that the seed draws */
    public SimulationRun(long number, int fewest, int most, Set<Fault> wanted, long faultMinutes, boolean witness) {
        this(number, fewest, most, wanted, faultMinutes, witness, false);
    }

    /** @param watchdogs a watchdog in every machine, and no fence device */
    public SimulationRun(
            long number,
            int fewest,
            int most,
            Set<Fault> wanted,
            long faultMinutes,
            boolean witness,
            boolean watchdogs) {
        this.number = number;
        this.seed = new Seed(number).fork("run");
        Shape drawn = Shape.draw(new Seed(number).fork("shape"), fewest, most);
        Shape judged = witness ? drawn.withWitness(new Seed(number).fork("shape of the witness")) : drawn;
        Shape shape = watchdogs ? judged.withWatchdogs(new Seed(number).fork("watchdogs")) : judged;
        // Apart from the others, so that seeds that are known for something stay what they are.
        this.growthSeed = new Seed(number).fork("growth");
        boolean onlyThis = wanted.size() == 1;
        // A node that is added and lost before it had quorum never said that it has a watchdog: a person's matter.
        this.grows =
                !witness && !watchdogs && wanted.contains(Fault.NODE_LIST) && (growthSeed.chance(0.35) || onlyThis);
        Seed chance = new Seed(number).fork("faults of the witness");
        for (Fault fault : Fault.values()) {
            if (fault.isOfWitness()) {
                // With draws of their own: a seed without a witness is what it was.
                if (witness && wanted.contains(fault) && chance.chance(0.6)) {
                    faults.add(fault);
                }
                continue;
            }
            if (fault.isApart()) {
                continue;
            }
            // Each run has its own mixture, or every one would be the same chaos.
            boolean chosen = wanted.contains(fault) && seed.chance(0.6);
            boolean possible = fault != Fault.LINK_CUT || shape.links() > 1;
            if (chosen && possible && (shape.fencing() || fault.isSafeWithoutFencing())) {
                (fault.isForTheEnd() ? lastFaults : faults).add(fault);
            }
        }
        this.cluster = new SimulatedCluster(new Seed(number), shape);
        this.growth = new Growth(cluster, growthSeed.fork("deeds"));
        this.fencingTrouble = new FencingTrouble(cluster, new Seed(number).fork("fencing"), wanted, grows);
        this.firewall = new Firewall(cluster, new Seed(number).fork("firewall"), wanted);
        this.calm = calm(new Seed(number).fork("hops"), wanted);
        cluster.network.conditions(calm);
        this.faultNanos = faultMinutes * 60 * SECOND;
    }

    /** The network of some clusters is slow all along, beside their heartbeats too: between sites, or on starved machines. */
    private static NetworkConditions calm(Seed seed, Set<Fault> wanted) {
        NetworkConditions lan = NetworkConditions.lan();
        if (!wanted.contains(Fault.DELAY) || !seed.chance(0.2)) {
            return lan;
        }
        long hop = seed.between(MILLI / 2, 4 * MILLI);
        return lan.withDelay(hop / 2, hop * 3 / 2);
    }

    public Result run() {
        long settled = -1;
        String problem = "";
        try {
            form();
            loseOneLink();
            suffer();
            heal();
            settled = settle();
            if (fencingTrouble.loseOneForGood()) {
                settle();
            }
            for (Fault fault : lastFaults) {
                loseDisk(fault);
            }
        } catch (BrokenPromise e) {
            problem = String.valueOf(e.getMessage());
        } catch (RuntimeException | AssertionError e) {
            StringBuilder where = new StringBuilder(e.toString());
            for (int i = 0; i < Math.min(12, e.getStackTrace().length); i++) {
                where.append("\n    at ").append(e.getStackTrace()[i]);
            }
            problem = where.toString();
        }
        return new Result(
                number,
                problem,
                problem.isEmpty() ? "" : cluster.story.toString(),
                cluster.time.nowNanos(),
                settled,
                injected,
                cluster.promises.checked(),
                cluster.promises.committed(),
                cluster.plans(),
                cluster.planFailures(),
                cluster.firstPlanFailure(),
                cluster.time.executed(),
                cluster.time.digest(),
                cluster.shape.words() + fencingTrouble.words());
    }

    /** With another link in order, the cut of one link, and its return, change no view. */
    private void loseOneLink() {
        int links = cluster.shape.links();
        if (links == 1 || !seed.chance(0.5)) {
            return;
        }
        List<String> before = views();
        int link = seed.below(links);
        SimulatedNode node = someNode();
        cluster.story.tell(node.name, "link " + link + " is cut");
        boolean oneWay = seed.chance(0.3);
        for (SimulatedNode other : cluster.nodes) {
            if (other != node) {
                cluster.network.cut(node.id, other.id, link);
                if (!oneWay) {
                    cluster.network.cut(other.id, node.id, link);
                }
            }
        }
        for (int i = 0; i < 20; i++) {
            cluster.time.runFor(150 * MILLI);
            cluster.change(someNode());
        }
        cluster.network.heal();
        cluster.story.tell(node.name, "link " + link + " is back");
        cluster.time.runFor(3 * SECOND);
        if (!views().equals(before)) {
            throw new BrokenPromise("the cut of one link of " + links + " changed views: " + before + " to " + views());
        }
    }

    private List<String> views() {
        return cluster.nodes.stream().map(SimulatedNode::view).toList();
    }

    /** One machine comes back with less on its disk than it had. All that was acknowledged is on the others. */
    private void loseDisk(Fault fault) {
        SimulatedNode node = someNode();
        QuorumSettings quorum = cluster.shape.quorum();
        boolean majority = !quorum.twoNode() && quorum.votesOf(node.id) * 2 > quorum.configuredVotes();
        if (majority && fault == Fault.DISK_ROLLED_BACK) {
            // Its disk alone is the majority, and an older image of it looks like any restart: nobody could know
            // better.
            return;
        }
        injected.merge(fault, 1, Integer::sum);
        SortedMap<String, byte[]> image = node.disk.image();
        if (fault == Fault.DISK_ROLLED_BACK) {
            // Time goes on, so that the image is old; the daemon starts anew some times, as its numbers grow with that.
            for (int i = 0; i < 3; i++) {
                cluster.change(someNode());
                node.powerOff("restart");
                cluster.promises.truthAbout(node.name);
                settle();
            }
        }
        cluster.story.tell(node.name, "fault: " + fault.word());
        node.powerOff("its disk is " + (fault == Fault.DISK_LOST ? "lost" : "rolled back"));
        cluster.promises.truthAbout(node.name);
        if (fault == Fault.DISK_LOST) {
            node.disk.replaceDisk();
        } else {
            node.disk.restore(image);
        }
        settle();
    }

    private void form() {
        cluster.startAll();
        cluster.time.runFor(5 * SECOND);
        SimulatedNode first = cluster.nodes.get(0);
        long request = cluster.ask(
                first,
                new ClientRequest.Configure(
                        List.of(new CibEdit.ReplaceConfiguration(cluster.configuration())), Version.NONE));
        cluster.time.runFor(20 * SECOND);
        Reply reply = cluster.reply(request)
                .orElseThrow(() -> new BrokenPromise("no answer to the first configuration within 20 s"));
        if (!(reply instanceof Reply.Done)) {
            throw new BrokenPromise("the first configuration was refused: " + reply);
        }
    }

    private void suffer() {
        cluster.story.tell("", "faults begin: " + faults + ", " + cluster.shape.words() + fencingTrouble.words());
        long end = cluster.time.nowNanos() + faultNanos;
        while (cluster.time.nowNanos() < end) {
            cluster.time.runFor(Math.min(
                    end - cluster.time.nowNanos() + 1,
                    seed.chance(0.3) ? seed.between(1 * MILLI, 500 * MILLI) : seed.between(1 * SECOND, 25 * SECOND)));
            if (!faults.isEmpty()) {
                inject(faults.get(seed.below(faults.size())));
            }
            cluster.change(someNode());
            if (grows) {
                changeNodes();
            }
            fencingTrouble.act().ifPresent(fault -> injected.merge(fault, 1, Integer::sum));
            firewall.act().ifPresent(fault -> injected.merge(fault, 1, Integer::sum));
        }
    }

    private void changeNodes() {
        growth.follow();
        if (growthSeed.chance(0.3)) {
            injected.merge(Fault.NODE_LIST, 1, Integer::sum);
            growth.act();
        }
    }

    private SimulatedNode someNode() {
        return cluster.nodes.get(seed.below(cluster.nodes.size()));
    }

    /** Undoes something after a while, unless the world is healed before. */
    private void later(long most, Runnable undo) {
        cluster.time.after(seed.between(20 * MILLI, most), "undo", () -> {
            if (!faultsEnd) {
                undo.run();
            }
        });
    }

    private void inject(Fault fault) {
        injected.merge(fault, 1, Integer::sum);
        SimulatedNode node = someNode();
        cluster.story.tell(node.name, "fault: " + fault.word());
        switch (fault) {
            case CRASH -> {
                node.powerOff("fault");
                cluster.promises.truthAbout(node.name);
                later(60 * SECOND, node::boot);
            }
            case KILL_DAEMON -> {
                node.killDaemon();
                later(10 * SECOND, node::startDaemon);
            }
            case PAUSE -> {
                node.pause();
                later(seed.chance(0.5) ? 500 * MILLI : 30 * SECOND, node::resume);
            }
            case STALL -> node.stall(seed.between(10 * MILLI, 1500 * MILLI));
            case PARTITION -> partition();
            case ONE_WAY_CUT -> oneWay(node);
            case LINK_CUT -> cutLink(node);
            case LOSS -> conditions(c -> c.withLoss(seed.fraction() * 0.3));
            case DELAY ->
                conditions(c ->
                        c.withDelay(50_000, seed.between(MILLI, 60 * MILLI)).withStragglers(0.02, 300 * MILLI));
            case DUPLICATION -> conditions(c -> c.withDuplication(seed.fraction() * 0.5));
            default -> injectAbove(fault, node);
        }
    }

    private void injectAbove(Fault fault, SimulatedNode node) {
        switch (fault) {
            case SERVICE_FAILURE -> serviceFails(node);
            case AGENT_FAILURE -> {
                String operation =
                        List.of("start", "stop", "monitor", "promote", "demote").get(seed.below(5));
                cluster.devices.fail(operation, 0.3 * seed.fraction());
                later(20 * SECOND, () -> cluster.devices.fail(operation, 0));
            }
            case SLOW_AGENTS -> {
                cluster.devices.slow(true);
                later(30 * SECOND, () -> cluster.devices.slow(false));
            }
            case FENCE_FAILURE -> {
                cluster.devices.refuse(0.3 + 0.7 * seed.fraction());
                later(60 * SECOND, () -> cluster.devices.refuse(0));
            }
            case SLOW_FENCE -> {
                cluster.devices.slowFencing(true);
                later(60 * SECOND, () -> cluster.devices.slowFencing(false));
            }
            case LYING_FENCE -> {
                cluster.devices.lie(0.5);
                later(20 * SECOND, () -> cluster.devices.lie(0));
            }
            case SHUTDOWN -> {
                node.give(new NodeInput.Shutdown("simulated"));
                later(90 * SECOND, node::startDaemon);
            }
            case STANDBY -> {
                SimulatedNode via = someNode();
                cluster.standby(via, node, true);
                later(60 * SECOND, () -> cluster.standby(someNode(), node, false));
            }
            case COMMIT_STORM -> {
                for (int i = 0; i < 30; i++) {
                    SimulatedNode via = someNode();
                    cluster.time.after(seed.between(0, 300 * MILLI), "commit", () -> cluster.change(via));
                }
            }
            case WITNESS_CRASH -> {
                cluster.witness.crash(seed.chance(0.5), seed.chance(0.2));
                later(40 * SECOND, cluster.witness::start);
            }
            case WITNESS_CUT -> {
                int most = 1 + seed.below(cluster.nodes.size());
                for (int i = 0; i < most; i++) {
                    cluster.witness.cut(someNode().id);
                }
                later(40 * SECOND, cluster.witness::heal);
            }
            case WITNESS_SLOW -> {
                cluster.witness.slow(seed.between(100 * MILLI, 4 * SECOND));
                later(30 * SECOND, () -> cluster.witness.slow(5 * MILLI));
            }
            default -> throw new AssertionError("fault without a deed: " + fault);
        }
    }

    private void partition() {
        int parts = 2 + seed.below(2);
        List<Set<NodeId>> sides = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            sides.add(new TreeSet<>());
        }
        List<NodeId> all = new ArrayList<>();
        for (SimulatedNode node : cluster.nodes) {
            all.add(node.id);
            sides.get(seed.below(parts)).add(node.id);
        }
        cluster.story.tell("", "partition " + sides);
        cluster.network.partition(all, sides);
        later(40 * SECOND, cluster.network::heal);
    }

    private void oneWay(SimulatedNode node) {
        boolean deaf = seed.chance(0.5);
        SimulatedNode peer = someNode();
        boolean all = seed.chance(0.5);
        for (SimulatedNode other : cluster.nodes) {
            if (other != node && (all || other == peer)) {
                cluster.network.cut(deaf ? other.id : node.id, deaf ? node.id : other.id);
            }
        }
        later(30 * SECOND, cluster.network::heal);
    }

    private void cutLink(SimulatedNode node) {
        int link = seed.below(cluster.shape.links());
        boolean all = seed.chance(0.3);
        List<NodeId> ids = cluster.nodes.stream().map(each -> each.id).toList();
        for (SimulatedNode each : cluster.nodes) {
            if (all || each == node) {
                cluster.network.isolate(each.id, ids, link);
            }
        }
        later(30 * SECOND, cluster.network::heal);
    }

    private void conditions(UnaryOperator<NetworkConditions> change) {
        cluster.network.conditions(change.apply(cluster.network.conditions()));
        later(30 * SECOND, () -> cluster.network.conditions(calm));
    }

    private void serviceFails(SimulatedNode node) {
        if (node.running().isEmpty()) {
            return;
        }
        List<String> running = new ArrayList<>(node.running());
        String victim = running.get(seed.below(running.size()));
        node.serviceEnds(victim);
        if (seed.chance(0.5)) {
            node.give(new NodeInput.ServiceDied(victim));
        }
    }

    private void heal() {
        faultsEnd = true;
        cluster.story.tell("", "faults end");
        cluster.network.heal();
        cluster.network.conditions(calm);
        cluster.devices.healthy();
        fencingTrouble.healthy();
        firewall.open();
        cluster.witness.heal();
        cluster.machines().forEach(SimulatedNode::resume);
    }

    /** Boots and cleans up as an administrator would, until everything runs; the time that took. */
    private long settle() {
        long begin = cluster.time.nowNanos();
        List<String> open = List.of("nothing yet");
        for (int round = 0; cluster.time.nowNanos() - begin < LONGEST_SETTLING; round++) {
            // Those too that were removed: nobody has told them yet.
            for (SimulatedNode node : cluster.machines()) {
                if (!node.isPowered()) {
                    node.boot();
                } else if (!node.isUp()) {
                    node.startDaemon();
                }
            }
            cluster.time.runFor(5 * SECOND);
            if (grows) {
                growth.reconcile();
            }
            if (round % 4 == 1) {
                cleanUp();
            }
            open = new ArrayList<>(cluster.promises.unsettled(cluster.nodes, cluster.resources()));
            open.addAll(growth.unaware());
            if (open.isEmpty()) {
                cluster.nodes.forEach(cluster.promises::keptItsWord);
                return cluster.time.nowNanos() - begin;
            }
        }
        throw new BrokenPromise("does not settle within " + LONGEST_SETTLING / SECOND + " s: " + open);
    }

    private void cleanUp() {
        SimulatedNode via = cluster.nodes.get(0);
        for (SimulatedNode node : cluster.nodes) {
            cluster.standby(via, node, false);
        }
        cluster.ask(via, new ClientRequest.Cleanup("", "", "", 0, false));
    }
}
