package systole.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static systole.membership.RingWorld.SECOND;

import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Deliberate faults that random runs must find within few seeds. The others are in {@link RingScenarioTest}. */
class RingMutantsTest {
    private static final int SEEDS = Integer.getInteger("sim.mutant.seeds", 12);

    @ParameterizedTest
    @EnumSource(
            value = Mutant.class,
            names = {
                "REUSE_STORED_SEQUENCE",
                "PERSIST_AFTER_USE",
                "ACCEPT_OLD_TOKEN",
                "NEVER_MERGE",
                "STOP_AT_GAP",
                "SAFE_IS_AGREED",
                "SAFE_AFTER_ONE_VISIT",
                "FREE_EARLY",
                "SKIP_RECOVERY",
                "LEAVE_RECOVERY_EARLY",
                "WRONG_TRANSITIONAL",
                "NEVER_LOWER_ARU",
                "UNCLAMPED_WINDOW",
                "DELIVER_OVER_GAPS",
                "STAND_BY_ARRIVAL"
            })
    void randomRunsKillTheMutant(Mutant mutant) {
        int killedBy = 0;
        for (int seed = 1; seed <= SEEDS && killedBy == 0; seed++) {
            try {
                new RandomFaults(seed, EnumSet.of(mutant)).run(60 * SECOND);
            } catch (AssertionError | IllegalStateException | IllegalArgumentException found) {
                killedBy = seed;
            }
        }
        System.out.println(mutant + ": killed by seed " + killedBy);
        assertThat(killedBy).as("seed that killed %s", mutant).isPositive();
    }
}
