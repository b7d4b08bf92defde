package systole.membership;

import static systole.membership.RingWorld.MILLI;
import static systole.membership.RingWorld.SECOND;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.testkit.NetworkConditions;

/** One random run: faults with safety only, then a healed world that has to settle within a bound. */
final class RandomFaults {
    /** From the last fault to the stable ring; what was measured, doubled, and below the bound of the specification. */
    static final long SETTLE_WITHIN = 10 * SECOND;

    private final RingWorld world;
    private final Seed faults;
    private final Seed traffic;
    private final NetworkConditions calm;
    private final Seed firewall;
    private boolean quiet;

    RandomFaults(long seed, Set<Mutant> mutants) {
        var shape = new Seed(seed).fork("shape");
        int nodes = 1 + (shape.chance(0.05) ? 0 : 1 + shape.below(shape.chance(0.2) ? 9 : 5));
        RingSettings settings = shape.chance(0.7) ? RingSettings.defaults() : RingSettings.fast();
        if (shape.chance(0.3)) {
            settings = settings.withFlowControl(4 + shape.below(20), 1 + shape.below(6));
        }
        if (shape.chance(0.3)) {
            settings = settings.withDatagramBytes(300 + shape.below(4000));
        }
        this.world = new RingWorld(seed, nodes, settings, mutants);
        this.faults = world.seed.fork("faults");
        this.traffic = world.seed.fork("traffic");
        this.firewall = new Seed(seed).fork("firewall");
        this.calm = calm(new Seed(seed).fork("hops"));
        world.network.conditions(randomConditions());
        world.loopDelayNanos = shape.chance(0.3) ? 2 * MILLI : 0;
        for (RingWorld.Node node : world.nodes.values()) {
            if (shape.chance(0.2)) {
                node.disk.speed(MILLI, 200 * MILLI);
            }
        }
    }

    /** Some networks are slow all along, beside their heartbeats too. */
    private static NetworkConditions calm(Seed seed) {
        long hop = seed.chance(0.2) ? seed.between(MILLI / 2, 4 * MILLI) : 100_000;
        return NetworkConditions.lan().withDelay(hop / 2, hop * 3 / 2);
    }

    RingWorld world() {
        return world;
    }

    RingWorld run(long faultyNanos) {
        for (RingWorld.Node node : world.nodes.values()) {
            world.time.after(faults.between(0, 200 * MILLI), "start", () -> {
                if (node.stack == null) {
                    node.start();
                }
            });
        }
        world.time.after(MILLI, "traffic", this::traffic);
        world.time.after(SECOND, "fault", this::fault);
        if (firewall.chance(0.25)) {
            world.time.after(firewall.between(0, 5 * SECOND), "firewall", this::firewall);
        }
        world.time.runUntil(faultyNanos);
        heal();
        long took = world.runUntilRing(world.ids(), SETTLE_WITHIN);
        world.tell("settled after " + took / MILLI + " ms");
        for (RingWorld.Node node : world.nodes.values()) {
            node.send(Guarantee.SAFE, 100);
            node.send(Guarantee.AGREED, 5000);
        }
        // Once settled it stays: nothing happens any more that could move it.
        long views = world.invariants.views;
        world.time.runFor(3 * SECOND);
        quiet = true;
        // What waits goes a few packets a round: a second on a quick network, and as much longer as a hop takes.
        world.time.runFor(SECOND * Math.max(1, calm.maxDelayNanos() / 150_000));
        if (world.invariants.views != views) {
            throw world.broken("E10: the ring did not stay after it had settled");
        }
        world.invariants.checkNothingIsStuck();
        return world;
    }

    private void heal() {
        world.tell("---- healed");
        quiet = false;
        world.network.heal();
        world.network.conditions(calm);
        world.network.filter((from, to, link, message) -> true);
        world.loopDelayNanos = 0;
        healed = true;
        for (RingWorld.Node node : world.nodes.values()) {
            node.disk.speed(200_000, 2 * MILLI);
            if (node.paused) {
                node.resume();
            }
            if (node.stack != null && node.leaving) {
                node.crash(false);
            }
            if (node.stack == null) {
                node.start();
            }
        }
    }

    private boolean healed;

    private void traffic() {
        if (quiet) {
            return;
        }
        List<RingWorld.Node> running = world.running();
        if (!running.isEmpty()) {
            int burst = traffic.chance(0.1) ? 30 : 1 + traffic.below(3);
            RingWorld.Node node = running.get(traffic.below(running.size()));
            for (int i = 0; i < burst; i++) {
                int length = traffic.chance(0.03) ? traffic.below(60_000) : traffic.below(700);
                node.send(traffic.chance(0.3) ? Guarantee.SAFE : Guarantee.AGREED, length);
            }
        }
        long pause = traffic.chance(0.02) ? 2 * SECOND : traffic.between(MILLI, 40 * MILLI);
        world.time.after(pause, "traffic", this::traffic);
    }

    private void fault() {
        if (healed) {
            return;
        }
        List<RingWorld.Node> all = new ArrayList<>(world.nodes.values());
        RingWorld.Node node = all.get(faults.below(all.size()));
        switch (faults.below(13)) {
            case 0, 1 -> crash(node);
            case 2 -> leave(node);
            case 3, 4 -> pause(node);
            case 5, 6 -> partition();
            case 7 -> oneWay(all, node);
            case 8, 9 -> {
                world.tell("network heals");
                world.network.heal();
            }
            case 10, 11 -> world.network.conditions(randomConditions());
            default -> slowLoops();
        }
        long wait = faults.chance(0.3) ? faults.between(MILLI, 50 * MILLI) : faults.between(50 * MILLI, 3 * SECOND);
        world.time.after(wait, "fault", this::fault);
    }

    private void crash(RingWorld.Node node) {
        if (node.stack == null) {
            node.start();
            return;
        }
        node.crash(faults.chance(0.7));
        long down = faults.chance(0.3) ? faults.between(0, 100 * MILLI) : faults.between(0, 3 * SECOND);
        restartAfter(node, down);
    }

    private void restartAfter(RingWorld.Node node, long down) {
        world.time.after(down, "restart", () -> {
            if (node.stack == null) {
                node.start();
            }
        });
    }

    private void leave(RingWorld.Node node) {
        if (node.stack != null && !node.paused) {
            node.leave();
            restartAfter(node, faults.between(SECOND, 3 * SECOND));
        }
    }

    private void pause(RingWorld.Node node) {
        if (node.stack == null || node.paused) {
            return;
        }
        int life = node.life;
        node.pause();
        long length = faults.chance(0.5) ? faults.between(0, 200 * MILLI) : faults.between(0, 5 * SECOND);
        world.time.after(length, "resume", () -> {
            if (node.stack != null && node.paused && node.life == life) {
                node.resume();
            }
        });
    }

    private void partition() {
        int sides = 2 + faults.below(2);
        var groups = new ArrayList<Set<NodeId>>();
        for (int i = 0; i < sides; i++) {
            groups.add(new TreeSet<>());
        }
        for (NodeId id : world.ids()) {
            groups.get(faults.below(sides)).add(id);
        }
        world.tell("partition " + groups);
        world.network.partition(world.ids(), groups);
    }

    /** For a while only heartbeats pass between two parts. */
    private void firewall() {
        if (healed) {
            return;
        }
        Set<NodeId> inside = new TreeSet<>();
        world.ids().stream().filter(id -> firewall.chance(0.5)).forEach(inside::add);
        world.tell("only heartbeats pass around " + inside);
        world.network.filter((from, to, link, message) ->
                inside.contains(from) == inside.contains(to) || message instanceof RingMessage.Heartbeat);
        world.time.after(firewall.between(MILLI, 4 * SECOND), "firewall opens", () -> {
            world.network.filter((from, to, link, message) -> true);
            world.time.after(firewall.between(0, 10 * SECOND), "firewall", this::firewall);
        });
    }

    private void oneWay(List<RingWorld.Node> all, RingWorld.Node from) {
        RingWorld.Node to = all.get(faults.below(all.size()));
        if (from != to) {
            world.tell("cut " + from.id + " -> " + to.id);
            world.network.cut(from.id, to.id);
        }
    }

    private void slowLoops() {
        world.loopDelayNanos = faults.chance(0.5) ? 0 : faults.between(0, 30 * MILLI);
    }

    private NetworkConditions randomConditions() {
        NetworkConditions base = calm;
        if (faults.chance(0.4)) {
            base = base.withLoss(faults.fraction() * (faults.chance(0.2) ? 0.4 : 0.1));
        }
        if (faults.chance(0.3)) {
            base = base.withDuplication(faults.fraction() * 0.2);
        }
        if (faults.chance(0.4)) {
            base = base.withDelay(20_000, faults.between(50_000, 8 * MILLI));
        }
        if (faults.chance(0.3)) {
            base = base.withStragglers(0.02, faults.between(MILLI, 300 * MILLI));
        }
        return base;
    }
}
