package systole.scheduler.rules;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.IsoFields;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** Dates and times as configurations write them (input-and-status, section 2). Times without offset are UTC. */
public final class Dates {
    private Dates() {}

    /** The instant a text means, or {@code null} if it means none. */
    public static @Nullable LocalDateTime parse(@Nullable String text, LocalDateTime now) {
        if (text == null) {
            return null;
        }
        String trimmed = text.strip();
        if (trimmed.isEmpty()) {
            return null;
        }
        try {
            return parseTrimmed(trimmed, now);
        } catch (DateTimeException | NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable LocalDateTime parseTrimmed(String text, LocalDateTime now) {
        if (text.startsWith("epoch")) {
            return LocalDateTime.of(1970, 1, 1, 0, 0);
        }
        String dateText = text;
        String timeText = "";
        int split = splitAt(text);
        if (split >= 0) {
            dateText = text.substring(0, split);
            timeText = text.substring(split + 1).strip();
        } else if (isTimeOnly(text)) {
            dateText = "";
            timeText = text;
        }
        LocalDate date = dateText.isEmpty() ? now.toLocalDate() : date(dateText);
        if (date == null) {
            return null;
        }
        if (timeText.isEmpty()) {
            return date.atStartOfDay();
        }
        return time(date, timeText);
    }

    private static int splitAt(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 'T' || c == ' ') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isTimeOnly(String text) {
        return text.length() > 2 && text.charAt(2) == ':';
    }

    private static @Nullable LocalDate date(String text) {
        if (text.length() < 7 || !digits(text, 0, 4)) {
            return null;
        }
        int year = Integer.parseInt(text.substring(0, 4));
        if (text.length() == 8 && digits(text, 4, 8)) {
            return LocalDate.of(year, number(text, 4, 6), number(text, 6, 8));
        }
        if (text.length() == 7 && digits(text, 4, 7)) {
            return LocalDate.ofYearDay(year, number(text, 4, 7));
        }
        if (text.charAt(4) != '-') {
            return null;
        }
        String rest = text.substring(5);
        if (rest.startsWith("W")) {
            int dash = rest.indexOf('-');
            int week = Integer.parseInt(dash < 0 ? rest.substring(1) : rest.substring(1, dash));
            int day = dash < 0 ? 1 : Integer.parseInt(rest.substring(dash + 1));
            return LocalDate.of(year, 1, 4)
                    .with(IsoFields.WEEK_OF_WEEK_BASED_YEAR, week)
                    .with(java.time.temporal.ChronoField.DAY_OF_WEEK, day);
        }
        int dash = rest.indexOf('-');
        if (dash < 0) {
            return LocalDate.ofYearDay(year, Integer.parseInt(rest));
        }
        return LocalDate.of(
                year, Integer.parseInt(rest.substring(0, dash)), Integer.parseInt(rest.substring(dash + 1)));
    }

    private static @Nullable LocalDateTime time(LocalDate date, String text) {
        int offset = offsetAt(text);
        String clock = (offset < 0 ? text : text.substring(0, offset)).strip();
        int seconds = 0;
        if (offset >= 0 && text.charAt(offset) != 'Z') {
            String zone = text.substring(offset + 1).replace(":", "");
            int hours = Integer.parseInt(zone.substring(0, 2));
            int minutes = zone.length() >= 4 ? Integer.parseInt(zone.substring(2, 4)) : 0;
            seconds = (hours * 60 + minutes) * 60;
            if (text.charAt(offset) == '-') {
                seconds = -seconds;
            }
        }
        String plain = clock.replace(":", "");
        if (plain.length() < 2 || !digits(plain, 0, Math.min(6, plain.length()))) {
            return null;
        }
        int hour = number(plain, 0, 2);
        int minute = plain.length() >= 4 ? number(plain, 2, 4) : 0;
        int second = plain.length() >= 6 ? number(plain, 4, 6) : 0;
        LocalDateTime local = hour == 24 && minute == 0 && second == 0
                ? date.plusDays(1).atStartOfDay()
                : LocalDateTime.of(date, LocalTime.of(hour, minute, second));
        return local.minusSeconds(seconds);
    }

    private static int offsetAt(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 'Z' || c == '+' || c == '-') {
                return i;
            }
        }
        return -1;
    }

    private static boolean digits(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (i >= text.length() || !Values.isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text.substring(from, to));
    }

    /** The time plus a {@code duration} element: years, months, weeks, days, hours, minutes, seconds, in this order. */
    static LocalDateTime plus(LocalDateTime start, Element duration) {
        return start.plusYears(part(duration, "years"))
                .plusMonths(part(duration, "months"))
                .plusWeeks(part(duration, "weeks"))
                .plusDays(part(duration, "days"))
                .plusHours(part(duration, "hours"))
                .plusMinutes(part(duration, "minutes"))
                .plusSeconds(part(duration, "seconds"));
    }

    private static long part(Element duration, String name) {
        return Values.integer(duration.attribute(name), 0);
    }

    static long epochSeconds(LocalDateTime time) {
        return time.toEpochSecond(ZoneOffset.UTC);
    }
}
