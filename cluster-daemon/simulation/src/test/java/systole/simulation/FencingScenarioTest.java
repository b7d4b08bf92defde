package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Clusters whose fencing itself is in trouble; seeds by {@code -Dsystole.sim.fencing=N}. */
class FencingScenarioTest {
    private static final int SEEDS = Integer.getInteger("systole.sim.fencing", 12);

    private static SimulationRun.Result play(long seed) {
        return new SimulationRun(seed, 2, 6, Fault.parse("fence-levels,fencer-lost,crash,partition,service-failure"), 1)
                .run();
    }

    @Test
    void whateverTheDevicesDoNothingRunsTwiceAndWhoCanBeFencedIs() {
        Set<Fault> seen = new TreeSet<>();
        Set<String> shapes = new TreeSet<>();
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulationRun.Result result = play(seed);
            assertThat(result.problem())
                    .as("seed " + seed + " " + result.shape())
                    .isEmpty();
            seen.addAll(result.faults().keySet());
            shapes.add(result.shape());
        }
        assertThat(seen).contains(Fault.FENCE_LEVELS, Fault.FENCER_LOST);
        assertThat(String.join("\n", shapes)).contains("fence2", "broken", "reversed", "not [");
    }

    @Test
    void aSeedWithLevelsIsOneRun() {
        assertThat(play(3).digest()).isEqualTo(play(3).digest());
    }
}
