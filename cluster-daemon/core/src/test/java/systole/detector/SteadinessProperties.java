package systole.detector;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import systole.kernel.NodeId;
import systole.kernel.Seed;

/** How long silence is borne, whatever the node and its peer went through. */
class SteadinessProperties {
    private static final long MILLI = 1_000_000;
    private static final long BEAT = 32 * MILLI;
    private static final DetectorSettings SETTINGS =
            new DetectorSettings(160 * MILLI, 300 * MILLI, 600 * MILLI, BEAT, 1);
    private static final NodeId SELF = new NodeId(1);
    private static final NodeId PEER = new NodeId(2);

    private final SortedSet<NodeId> both = new TreeSet<>(List.of(SELF, PEER));
    private final FailureDetector detector = new FailureDetector(SELF, both, SETTINGS);
    private long now = 1;
    private long number;

    private void beat(int pauseMillis) {
        number++;
        detector.heartbeat(PEER, 0, 7, number, both, both, pauseMillis);
    }

    private void step(long nanos) {
        now += nanos;
        detector.elapsed(now);
    }

    private boolean accuses() {
        return detector.judge().stream().anyMatch(verdict -> verdict.kind() != Verdict.Kind.ALIVE);
    }

    private void steady(int beats) {
        for (int i = 0; i < beats; i++) {
            step(BEAT / 2);
            step(BEAT - BEAT / 2);
            beat(0);
            assertThat(accuses()).isFalse();
        }
    }

    private long limit() {
        return detector.report().get(0).timeout();
    }

    /** The node hears nothing more; how much waking time it takes to say so. */
    private long silentUntilAccused(Seed chance) {
        long silent = 0;
        while (!accuses()) {
            long each = chance.between(MILLI, BEAT);
            step(each);
            silent += each;
            assertThat(silent).isLessThan(2_000 * MILLI);
        }
        return silent;
    }

    @Property(tries = 200)
    void afterAPauseOfItsOwnANodeAccusesNobodyWithinTheCeiling(@ForAll long seed) {
        Seed chance = new Seed(seed);
        detector.elapsed(now);
        beat(0);
        steady(20 + chance.below(2_000));
        step(chance.between(BEAT * 5 / 2, 5_000 * MILLI));
        assertThat(accuses()).isFalse();

        // Two heartbeats at most of the pause itself count as waking time.
        assertThat(silentUntilAccused(chance)).isGreaterThanOrEqualTo(SETTINGS.ceiling() - 2 * BEAT);
    }

    @Property(tries = 200)
    void theLimitLiesBetweenThatOfSteadyNodesAndTheCeilingAndRisesAtOnceWithADelay(@ForAll long seed) {
        Seed chance = new Seed(seed);
        detector.elapsed(now);
        beat(0);
        for (int i = 0; i < 300; i++) {
            long late = chance.chance(0.1) ? chance.between(0, 4 * BEAT) : 0;
            if (chance.chance(0.3)) {
                detector.late(late);
            } else {
                step((BEAT + late) / 2);
                step((BEAT + late) / 2);
            }
            beat(chance.chance(0.05) ? chance.below(700) : 0);
            detector.judge();
            assertThat(limit()).isBetween(SETTINGS.steady(), SETTINGS.ceiling());
        }
        steady(16);
        detector.late(chance.between(BEAT * 3 / 2, 900 * MILLI));
        assertThat(limit()).isEqualTo(SETTINGS.ceiling());
    }

    @Property(tries = 50)
    void aPunctualPeerIsGivenTheShortLimitAfterSomeTimeAndNeverLess(@ForAll long seed) {
        Seed chance = new Seed(seed);
        detector.elapsed(now);
        beat(0);
        detector.late(chance.between(0, 300 * MILLI));
        steady(1_400);

        assertThat(limit()).isEqualTo(SETTINGS.steady());
        assertThat(silentUntilAccused(chance)).isBetween(SETTINGS.steady(), SETTINGS.steady() + 2 * BEAT);
    }

    @Property(tries = 50)
    void whatThePeerSaysOfItselfCounts(@ForAll long seed) {
        Seed chance = new Seed(seed);
        detector.elapsed(now);
        beat(0);
        steady(1_400);
        step(BEAT);
        beat((int) (BEAT * 3 / 2 / MILLI + chance.below(1_000)));

        assertThat(silentUntilAccused(chance)).isGreaterThanOrEqualTo(SETTINGS.ceiling());
    }
}
