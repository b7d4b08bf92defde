package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LoopWatchTest {
    private static final long SECOND = 1_000_000_000L;
    private final LoopWatch watch = new LoopWatch();
    private long now = -5 * SECOND;

    private boolean looksAfter(long seconds) {
        now += seconds * SECOND;
        return watch.hangs(now);
    }

    @Test
    void anIdleLoopDoesNotHang() {
        for (int i = 0; i < 100; i++) {
            assertThat(looksAfter(1)).isFalse();
        }
    }

    @Test
    void oneStepThatGoesOnHangs() {
        watch.begins(now);
        long looks = 0;
        while (!looksAfter(1)) {
            assertThat(++looks).isLessThanOrEqualTo(LoopWatch.LIMIT_SECONDS + 1);
        }
        assertThat(looks).isGreaterThanOrEqualTo(LoopWatch.LIMIT_SECONDS);
    }

    @Test
    void manyShortStepsAreNotOneLongOne() {
        for (int i = 0; i < 10 * LoopWatch.LIMIT_SECONDS; i++) {
            watch.begins(now);
            assertThat(looksAfter(1)).isFalse();
            if (i % 2 == 0) {
                watch.ends();
            }
        }
    }

    @Test
    void aProcessThatWasStoppedAsAWholeIsNotTakenForALoopThatHangs() {
        watch.begins(now);
        looksAfter(1);
        assertThat(looksAfter(3600)).isFalse();
        watch.ends();
        assertThat(looksAfter(1)).isFalse();
    }

    @Test
    void aLoopThatGoesOnAfterAPauseMayTakeItsTimeAnew() {
        watch.begins(now);
        for (int i = 0; i < LoopWatch.LIMIT_SECONDS - 2; i++) {
            assertThat(looksAfter(1)).isFalse();
        }
        watch.begins(now);
        for (int i = 0; i < LoopWatch.LIMIT_SECONDS - 2; i++) {
            assertThat(looksAfter(1)).isFalse();
        }
    }
}
