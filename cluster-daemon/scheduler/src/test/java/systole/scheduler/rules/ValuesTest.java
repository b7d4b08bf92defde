package systole.scheduler.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
    @ParameterizedTest
    @CsvSource({
        "30, 30000",
        "30s, 30000",
        "2min, 120000",
        "1h, 3600000",
        "500ms, 500",
        "1.9, 1000",
        "2000us, 2",
        "10 s, 10000",
        "5 MS, 5",
        "3Minutes, 180000",
        "-4us, 0",
        "2HOURS, 7200000",
        "  7seconds, 7000"
    })
    void durations_take_a_unit_and_are_seconds_without_one(String text, long ms) {
        assertThat(Values.duration(text)).isEqualTo(ms);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7u", "7d", "7 x", "s", "", "-"})
    void a_duration_without_number_or_known_unit_is_invalid(String text) {
        assertThat(Values.duration(text)).isEqualTo(Values.INVALID);
    }

    @ParameterizedTest
    @CsvSource({"PT1M30S, 90000", "P30S, 30000", "P1D, 86400000", "PT2H, 7200000", "40s, 40000", "nonsense, 0", "-5, 0"
    })
    void intervals_may_be_iso_8601_and_are_zero_if_invalid(String text, long ms) {
        assertThat(Values.interval(text)).isEqualTo(ms);
    }

    @ParameterizedTest
    @CsvSource({
        "INFINITY, 1000000",
        "+INFINITY, 1000000",
        "-INFINITY, -1000000",
        "10abc, 10",
        "99999999, 1000000",
        "-7, -7"
    })
    void scores_are_clipped_and_trailing_characters_do_not_count(String text, int score) {
        assertThat(Values.score(text, 42)).isEqualTo(score);
    }

    @Test
    void a_score_that_is_no_number_is_the_default() {
        assertThat(Values.score("infinity", 42)).isEqualTo(42);
        assertThat(Values.score(null, 42)).isEqualTo(42);
    }

    @Test
    void booleans_have_five_words_each_way() {
        assertThat(Values.bool("Yes")).isTrue();
        assertThat(Values.bool("OFF")).isFalse();
        assertThat(Values.bool("maybe")).isNull();
        assertThat(Values.isTrue("maybe")).isFalse();
    }

    @Test
    void milliseconds_become_at_least_one_second_and_are_rounded_half_up() {
        assertThat(Values.toSeconds(0)).isZero();
        assertThat(Values.toSeconds(1)).isEqualTo(1);
        assertThat(Values.toSeconds(1499)).isEqualTo(1);
        assertThat(Values.toSeconds(1500)).isEqualTo(2);
    }
}
