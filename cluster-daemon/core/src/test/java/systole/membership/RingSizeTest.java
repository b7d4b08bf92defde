package systole.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static systole.membership.RingWorld.MILLI;
import static systole.membership.RingWorld.SECOND;
import static systole.membership.RingWorld.n;

import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;

/**
 * Large rings (lesson L19): they form, lose ten nodes one after the other, and fall into halves and together again.
 * {@code -Dsim.ring.nodes=128} is what {@code docs/benchmarks.md} has; each line printed is one view change with its
 * virtual time and its packets.
 */
class RingSizeTest {
    private static final int NODES = Integer.getInteger("sim.ring.nodes", 72);
    private static final int CRASHES = Integer.getInteger("sim.ring.crashes", 3);

    @Test
    void aLargeRingFormsSurvivesCrashesAndASplit() {
        var world = new RingWorld(21, NODES, RingSettings.defaults(), Set.of());
        world.startAll();
        SortedSet<NodeId> all = world.ids();
        change(world, "formed, " + NODES + " nodes", all, 10 * SECOND);
        world.time.runFor(SECOND);
        long idle = world.network.sent();
        world.time.runFor(SECOND);
        System.out.printf(
                "  idle: %.0f packets each node receives in a second%n",
                (world.network.sent() - idle) / (double) NODES);

        SortedSet<NodeId> alive = new TreeSet<>(all);
        for (int i = 0; i < CRASHES; i++) {
            NodeId victim = n(1 + i * (NODES / CRASHES));
            world.node(victim.value()).crash(true);
            alive.remove(victim);
            long took = change(world, "crash of " + victim, alive, 3 * SECOND);
            // One detection, and round trips: whatever the number of nodes.
            assertThat(took / MILLI).isLessThan(700);
            world.time.runFor(SECOND);
        }
        for (int i = 0; i < CRASHES; i++) {
            world.node(1 + i * (NODES / CRASHES)).start();
        }
        change(world, CRASHES + " are back", all, 10 * SECOND);
        world.time.runFor(SECOND);

        SortedSet<NodeId> low = new TreeSet<>(all).headSet(n(1 + NODES / 2));
        SortedSet<NodeId> high = new TreeSet<>(all).tailSet(n(1 + NODES / 2));
        world.network.partition(all, List.of(low, high));
        long before = world.network.sent();
        long took = world.runUntilRing(low, 5 * SECOND);
        took += world.runUntilRing(high, 5 * SECOND);
        say("split into " + low.size() + " and " + high.size(), took, world.network.sent() - before);
        world.time.runFor(SECOND);
        world.network.heal();
        change(world, "healed", all, 10 * SECOND);
        world.invariants.checkNothingIsStuck();
    }

    private static long change(RingWorld world, String what, SortedSet<NodeId> wanted, long within) {
        long before = world.network.sent();
        long took = world.runUntilRing(wanted, within);
        say(what, took, world.network.sent() - before);
        return took;
    }

    private static void say(String what, long nanos, long packets) {
        System.out.printf(
                "  %-30s %6.1f ms, %d packets, %.1f for each path%n",
                what, nanos / 1e6, packets, packets / (double) NODES / (NODES - 1));
    }
}
