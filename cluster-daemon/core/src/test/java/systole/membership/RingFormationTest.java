package systole.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static systole.membership.RingWorld.MILLI;
import static systole.membership.RingWorld.SECOND;
import static systole.membership.RingWorld.n;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.group.Guarantee;

class RingFormationTest {
    @Test
    void threeNodesThatStartTogetherShareARingSoon() {
        var world = new RingWorld(1, 3, RingSettings.defaults(), Set.of());
        world.startAll();

        long took = world.runUntilRing(world.ids(), 2 * SECOND);

        assertThat(took / MILLI).isLessThan(300);
    }

    @Test
    void aCrashCostsOneDetectionAndFewRoundTrips() {
        var world = new RingWorld(2, 3, RingSettings.defaults(), Set.of());
        world.startAll();
        world.runUntilRing(world.ids(), 2 * SECOND);
        world.time.runFor(20 * SECOND);

        world.node(2).crash(true);
        long took = world.runUntilRing(List.of(n(1), n(3)), 2 * SECOND);

        assertThat(took / MILLI).isBetween(100L, 200L);
    }

    @Test
    void messagesReachEverybodyInOneOrder() {
        var world = new RingWorld(3, 3, RingSettings.defaults(), Set.of());
        world.startAll();
        world.runUntilRing(world.ids(), 2 * SECOND);

        for (int i = 0; i < 300; i++) {
            world.node(1 + i % 3).send(i % 5 == 0 ? Guarantee.SAFE : Guarantee.AGREED, 8 + i * 37);
            world.time.runFor(MILLI);
        }
        world.time.runFor(SECOND);

        world.invariants.checkNothingIsStuck();
        assertThat(world.invariants.delivered).isEqualTo(900);
    }

    @Test
    void splitsAndMergesWithoutTraffic() {
        var world = new RingWorld(4, 5, RingSettings.defaults(), Set.of());
        world.startAll();
        world.runUntilRing(world.ids(), 2 * SECOND);
        world.time.runFor(SECOND);

        world.network.partition(world.ids(), List.of(Set.of(n(1), n(4)), Set.of(n(2), n(3), n(5))));
        world.runUntilRing(List.of(n(1), n(4)), 2 * SECOND);
        world.runUntilRing(List.of(n(2), n(3), n(5)), 2 * SECOND);
        world.network.heal();
        long took = world.runUntilRing(new TreeSet<>(world.ids()), 2 * SECOND);

        assertThat(took / MILLI).isLessThan(400);
    }

    @Test
    void pausesWithoutEndAreSaidOnceAMinuteAndAFarLongerOneAtOnce() {
        var world = new RingWorld(5, 3, RingSettings.defaults(), Set.of());
        world.startAll();
        world.runUntilRing(world.ids(), 2 * SECOND);
        world.story.clear();

        pause(world, 20, 170);
        assertThat(pausesTold(world)).hasSize(1);

        pause(world, 1, 2000);
        assertThat(pausesTold(world)).hasSize(2).last().asString().contains("not scheduled for 2", "19 times more");
    }

    private static void pause(RingWorld world, int times, long millis) {
        for (int i = 0; i < times; i++) {
            world.node(2).pause();
            world.time.runFor(millis * MILLI);
            world.node(2).resume();
            world.time.runFor(SECOND);
        }
    }

    private static List<String> pausesTold(RingWorld world) {
        return world.story.stream()
                .filter(line -> line.contains("n2 this node was not scheduled"))
                .toList();
    }
}
