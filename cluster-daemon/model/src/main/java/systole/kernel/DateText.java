package systole.kernel;

import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Dates as the field's tools print them: {@code Thu Nov 26 02:27:54 2026}, in English whatever the locale. The names stand here:
 * to have the JDK's tables of a language looked up costs a command a tenth of its whole time.
 */
public final class DateText {
    /** The day of the month without padding: {@code Sun Nov 1 …}. */
    public static final DateTimeFormatter DATE = formatter(false);

    /** The day of the month in two columns, as C's {@code ctime} does: {@code Sun Nov  1 …}. */
    public static final DateTimeFormatter COLUMNS = formatter(true);

    private DateText() {}

    private static DateTimeFormatter formatter(boolean columns) {
        DateTimeFormatterBuilder builder = new DateTimeFormatterBuilder()
                .appendText(ChronoField.DAY_OF_WEEK, numbered(List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")))
                .appendLiteral(' ')
                .appendText(
                        ChronoField.MONTH_OF_YEAR,
                        numbered(List.of(
                                "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")))
                .appendLiteral(' ');
        if (columns) {
            builder.padNext(2);
        }
        return builder.appendValue(ChronoField.DAY_OF_MONTH)
                .appendPattern(" HH:mm:ss yyyy")
                .toFormatter(Locale.ROOT);
    }

    private static Map<Long, String> numbered(List<String> names) {
        Map<Long, String> map = new LinkedHashMap<>();
        for (String name : names) {
            map.put(map.size() + 1L, name);
        }
        return map;
    }
}
