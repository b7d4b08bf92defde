package systole.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static systole.membership.RingWorld.SECOND;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random runs of the ring on its own. {@code -Dsim.seeds=N} runs more, {@code -Dsim.seed=S} replays one. */
class RingSimulationTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 20);
    private static final long FIRST = Long.getLong("sim.first", 1);
    private static final long SIMULATED = Long.getLong("sim.seconds", 40) * SECOND;

    @Test
    void keepsItsPromisesUnderRandomFaultsAndSettlesAfterThem() {
        Long only = Long.getLong("sim.seed");
        long first = only == null ? FIRST : only;
        long last = only == null ? FIRST + SEEDS - 1 : only;
        long delivered = 0;
        long views = 0;
        for (long seed = first; seed <= last; seed++) {
            RingWorld world = new RandomFaults(seed, Set.of()).run(SIMULATED);
            delivered += world.invariants.delivered;
            views += world.invariants.views;
        }
        System.out.println("ring simulation: seeds " + first + ".." + last + ", " + delivered + " deliveries, " + views
                + " views, no violation");
        assertThat(delivered).isPositive();
        assertThat(views).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        RingWorld one = new RandomFaults(77, Set.of()).run(20 * SECOND);
        RingWorld two = new RandomFaults(77, Set.of()).run(20 * SECOND);

        assertThat(two.time.executed()).isEqualTo(one.time.executed());
        assertThat(two.time.digest()).isEqualTo(one.time.digest());
        assertThat(two.story).containsExactlyElementsOf(one.story);
    }
}
