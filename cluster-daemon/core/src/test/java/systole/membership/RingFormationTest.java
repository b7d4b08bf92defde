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
        world.time.runFor(3 * SECOND);

        world.node(2).crash(true);
        long took = world.runUntilRing(List.of(n(1), n(3)), 2 * SECOND);

        assertThat(took / MILLI).isBetween(200L, 400L);
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
}
