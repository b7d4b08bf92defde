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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.testkit.NetworkConditions;

/** With the default setting: quick where all is punctual, patient where it is not. */
class SteadinessTest {
    private static final long LEARNT = 20 * SECOND;
    private static final long TWO_ROUND_TRIPS = 2 * 2 * 150_000;

    private static RingWorld formed(long seed, int nodes, RingSettings settings) {
        var world = new RingWorld(seed, nodes, settings, Set.of());
        world.startAll();
        world.runUntilRing(world.ids(), 3 * SECOND);
        return world;
    }

    private static long crash(RingWorld world, int victim) {
        SortedSet<NodeId> rest = new TreeSet<>(world.ids());
        rest.remove(n(victim));
        world.node(victim).crash(true);
        return world.runUntilRing(rest, 2 * SECOND);
    }

    @ParameterizedTest
    @CsvSource({"3, 1", "3, 2", "8, 1", "8, 5", "16, 1", "16, 16"})
    void aDeadNodeIsOutOfTheViewWithin200MillisecondsWhereAllIsPunctual(int nodes, int victim) {
        RingWorld world = formed(1, nodes, RingSettings.defaults());
        for (int i = 0; i < 4; i++) {
            world.time.runFor(LEARNT + i * 7 * MILLI);
            long took = crash(world, victim);
            assertThat(took).isBetween(100 * MILLI, 200 * MILLI + TWO_ROUND_TRIPS);
            world.node(victim).start();
            world.runUntilRing(world.ids(), 3 * SECOND);
        }
    }

    @Test
    void aNodeThatCameLatelyIsGivenTheCeiling() {
        RingWorld world = formed(2, 3, RingSettings.defaults());
        world.time.runFor(2 * SECOND);

        assertThat(crash(world, 2)).isBetween(500 * MILLI, 700 * MILLI);
    }

    @Test
    void aTokenThatSomebodyChoseIsNeitherLoweredNorRaisedBySteadiness() {
        RingWorld world = formed(3, 3, RingSettings.ofTokenMillis(300));
        world.time.runFor(2 * SECOND);
        assertThat(crash(world, 2)).isBetween(250 * MILLI, 340 * MILLI);

        world.node(2).start();
        world.runUntilRing(world.ids(), 3 * SECOND);
        world.time.runFor(10 * LEARNT);
        assertThat(crash(world, 2)).isBetween(250 * MILLI, 340 * MILLI);
    }

    /** Pauses of every node, now and then, of a length that is told by nothing before. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5, 8})
    void starvedNodesAreNotSuspected(int nodes) {
        RingWorld world = formed(10 + nodes, nodes, RingSettings.defaults());
        long views = world.invariants.views;
        Seed chance = new Seed(nodes).fork("starvation");
        for (int i = 0; i < 250; i++) {
            RingWorld.Node victim = world.node(1 + chance.below(nodes));
            if (!victim.paused) {
                victim.pause();
                world.time.after(chance.between(100 * MILLI, 500 * MILLI), "resume", victim::resume);
            }
            world.time.runFor(chance.between(10 * MILLI, 3 * SECOND));
        }
        world.time.runFor(SECOND);

        assertThat(world.story).noneMatch(line -> line.matches(".* (DEAD|CUT|OVERLOADED|DEAF):.*"));
        assertThat(world.invariants.views).isEqualTo(views);
    }

    @Test
    void aNodeThatDiesWhereOthersStarveIsOutWithinTheCeiling() {
        RingWorld world = formed(4, 3, RingSettings.defaults());
        world.time.runFor(LEARNT);
        world.node(3).pause();
        world.time.runFor(100 * MILLI);
        world.node(3).resume();
        world.time.runFor(SECOND);

        assertThat(crash(world, 2)).isBetween(500 * MILLI, 700 * MILLI);

        // When nothing was late for some time it is quick again.
        world.node(2).start();
        world.runUntilRing(world.ids(), 3 * SECOND);
        world.time.runFor(2 * LEARNT);
        assertThat(crash(world, 2)).isLessThan(200 * MILLI + TWO_ROUND_TRIPS);
    }

    @Test
    void aLoopThatIsALittleLateMakesTheOthersPatient() {
        RingWorld world = formed(5, 3, RingSettings.defaults());
        world.time.runFor(LEARNT);
        world.loopDelayNanos = 60 * MILLI;
        world.time.runFor(5 * SECOND);
        world.loopDelayNanos = 0;
        long views = world.invariants.views;

        world.node(2).pause();
        world.time.runFor(427 * MILLI);
        world.node(2).resume();
        world.time.runFor(SECOND);

        assertThat(world.invariants.views).isEqualTo(views);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.05, 0.1})
    void lossIsNoDeath(double loss) {
        RingWorld world = formed(6, 5, RingSettings.defaults());
        world.time.runFor(LEARNT);
        world.network.conditions(NetworkConditions.lan().withLoss(loss));
        long views = world.invariants.views;
        world.time.runFor(150 * SECOND);

        assertThat(world.story).noneMatch(line -> line.matches(".* (DEAD|CUT|OVERLOADED|DEAF):.*"));
        assertThat(world.invariants.views).isEqualTo(views);
    }

    @Test
    void oneShortPauseOfAPunctualNodeIsForgiven() {
        RingWorld world = formed(7, 3, RingSettings.defaults());
        for (NodeId each : List.of(n(1), n(2), n(3))) {
            world.time.runFor(2 * LEARNT);
            long views = world.invariants.views;
            RingWorld.Node node = world.node(each.value());
            node.pause();
            world.time.runFor(120 * MILLI);
            node.resume();
            world.time.runFor(SECOND);
            assertThat(world.invariants.views).isEqualTo(views);
        }
    }
}
