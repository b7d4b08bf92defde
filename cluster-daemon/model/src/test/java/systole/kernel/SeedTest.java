package systole.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SeedTest {
    @Test
    void theSameSeedGivesTheSameNumbers() {
        Seed one = new Seed(42);
        Seed other = new Seed(42);

        assertThat(LongStream.generate(one::nextLong).limit(100))
                .containsExactlyElementsOf(
                        LongStream.generate(other::nextLong).limit(100).boxed().toList());
    }

    @Test
    void aForkDependsOnItsNameAndNotOnWhatWasDrawnBefore() {
        Seed fresh = new Seed(7);
        Seed used = new Seed(7);
        used.nextLong();

        assertThat(used.fork("disk").nextLong()).isEqualTo(fresh.fork("disk").nextLong());
        assertThat(fresh.fork("disk").nextLong()).isNotEqualTo(fresh.fork("net").nextLong());
    }

    @Test
    void numbersStayInTheirRangeAndReachBothEnds() {
        Seed seed = new Seed(1);

        long[] drawn =
                LongStream.generate(() -> seed.between(-3, 3)).limit(2000).toArray();

        assertThat(drawn).containsOnly(-3, -2, -1, 0, 1, 2, 3).contains(-3, 3);
        assertThatThrownBy(() -> seed.below(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
