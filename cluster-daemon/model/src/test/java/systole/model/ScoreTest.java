package systole.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScoreTest {
    @Test
    void minusInfinityWinsOverInfinity() {
        assertThat(Score.INFINITY.plus(Score.MINUS_INFINITY)).isEqualTo(Score.MINUS_INFINITY);
        assertThat(Score.MINUS_INFINITY.plus(Score.INFINITY)).isEqualTo(Score.MINUS_INFINITY);
    }

    @Test
    void infinitySwallowsEveryFiniteNumber() {
        assertThat(Score.INFINITY.plus(new Score(-999_999))).isEqualTo(Score.INFINITY);
    }

    @Test
    void sumsStayWithinTheLimits() {
        assertThat(new Score(999_999).plus(new Score(5))).isEqualTo(Score.INFINITY);
        assertThat(new Score(-999_999).plus(new Score(-5))).isEqualTo(Score.MINUS_INFINITY);
        assertThat(new Score(3).plus(new Score(4))).isEqualTo(new Score(7));
    }
}
