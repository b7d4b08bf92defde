package systole.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class DateTextTest {
    @Test
    void givesWhatTheTablesOfTheJdkGiveForEveryDayOfAYear() {
        DateTimeFormatter plain = DateTimeFormatter.ofPattern("EEE MMM d HH:mm:ss yyyy", Locale.ENGLISH);
        DateTimeFormatter columns = DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.ENGLISH);

        for (int day = 0; day < 366; day++) {
            LocalDateTime time = LocalDateTime.of(2026, 1, 1, 2, 7, 54).plusDays(day);
            assertThat(DateText.DATE.format(time)).isEqualTo(plain.format(time));
            assertThat(DateText.COLUMNS.format(time)).isEqualTo(columns.format(time));
        }
    }
}
