package systole.alerts;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class AlertTimeTest {
    private static final long MOMENT = 1_700_000_000_123L;

    private static String at(String format) {
        return AlertTime.format(format, MOMENT, ZoneOffset.UTC);
    }

    @Test
    void readsTheFormatsOfDate() {
        assertThat(at("%H:%M:%S.%06N")).isEqualTo("22:13:20.123000");
        assertThat(at("%Y-%m-%d,%H:%M:%S.%3N")).isEqualTo("2023-11-14,22:13:20.123");
        assertThat(at("%a %e %b %j %u %w %p %I %k %y %C")).isEqualTo("Tue 14 Nov 318 2 2 PM 10 22 23 20");
        assertThat(at("%s%%%n%F %T %R %D")).isEqualTo("1700000000%\n2023-11-14 22:13:20 22:13 11/14/23");
        assertThat(at("%N")).isEqualTo("123000000");
        assertThat(AlertTime.format("%H %z", MOMENT, ZoneId.of("Europe/Berlin")))
                .isEqualTo("23 +0100");
    }

    @Test
    void leavesWhatItDoesNotKnow() {
        assertThat(at("%Q 100% %5H")).isEqualTo("%Q 100% %5H");
        assertThat(at("")).isEmpty();
    }
}
