package systole.scheduler.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import systole.model.Score;
import systole.scheduler.working.NaturalOrder;

class ArithmeticTest {
    @Test
    void minus_infinity_wins_over_infinity() {
        assertThat(Score.add(Score.LIMIT, -Score.LIMIT)).isEqualTo(-Score.LIMIT);
        assertThat(Score.add(Score.LIMIT, -5)).isEqualTo(Score.LIMIT);
        assertThat(Score.add(999_999, 5)).isEqualTo(Score.LIMIT);
    }

    @Test
    void a_wish_never_fades_to_nothing() {
        assertThat(Merging.attenuated(Merging.factor(200), 1000)).isEqualTo(1);
        assertThat(Merging.attenuated(Merging.factor(-200), 1000)).isEqualTo(-1);
        assertThat(Merging.attenuated(Merging.factor(200), 0)).isZero();
    }

    @Test
    void a_ban_seen_through_a_weak_colocation_is_finite() {
        assertThat(Merging.attenuated(Merging.factor(200), -Score.LIMIT)).isEqualTo(-200);
        assertThat(Merging.attenuated(Merging.factor(Score.LIMIT), -Score.LIMIT))
                .isEqualTo(-Score.LIMIT);
    }

    @Test
    void nodes_are_in_natural_order() {
        assertThat(NaturalOrder.NAMES.compare("node2", "Node10")).isNegative();
        assertThat(NaturalOrder.NAMES.compare("7", "007")).isNegative();
        assertThat(NaturalOrder.NAMES.compare("node", "node1")).isNegative();
        assertThat(NaturalOrder.NAMES.compare("NODE1", "node1")).isZero();
    }
}
