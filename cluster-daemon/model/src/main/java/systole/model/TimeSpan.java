package systole.model;

import java.util.Locale;
import java.util.OptionalLong;

/** Spans of time as options write them: {@code 30}, {@code 30s}, {@code 500ms}, {@code 2min}, {@code PT1M30S}. */
public final class TimeSpan {
    private TimeSpan() {}

    /** Milliseconds; a number without unit is seconds; nothing if the text is no span of time. May be negative. */
    public static OptionalLong millis(String text) {
        String value = text.strip();
        if (value.startsWith("P") || value.startsWith("p")) {
            return iso(value.toUpperCase(Locale.ROOT));
        }
        int end = 0;
        if (end < value.length() && (value.charAt(end) == '-' || value.charAt(end) == '+')) {
            end++;
        }
        while (end < value.length() && Character.isDigit(value.charAt(end))) {
            end++;
        }
        OptionalLong number = parse(value.substring(0, end));
        if (number.isEmpty()) {
            return number;
        }
        if (end < value.length() && value.charAt(end) == '.') {
            end++;
            while (end < value.length() && Character.isDigit(value.charAt(end))) {
                end++;
            }
        }
        String unit = value.substring(end).strip().toLowerCase(Locale.ROOT);
        long n = number.getAsLong();
        if (unit.isEmpty() || unit.startsWith("s")) {
            return OptionalLong.of(n * 1000);
        } else if (unit.startsWith("ms")) {
            return number;
        } else if (unit.startsWith("us")) {
            return OptionalLong.of(n / 1000);
        } else if (unit.startsWith("m")) {
            return OptionalLong.of(n * 60_000);
        } else if (unit.startsWith("h")) {
            return OptionalLong.of(n * 3_600_000);
        }
        return OptionalLong.empty();
    }

    /** As {@link #millis}, with a value for texts that are none. */
    public static long millis(String text, long fallback) {
        return millis(text).orElse(fallback);
    }

    private static OptionalLong iso(String value) {
        long seconds = 0;
        boolean time = false;
        int at = 1;
        boolean any = false;
        while (at < value.length()) {
            char c = value.charAt(at);
            if (c == 'T') {
                time = true;
                at++;
                continue;
            }
            int end = at;
            while (end < value.length() && Character.isDigit(value.charAt(end))) {
                end++;
            }
            OptionalLong number = parse(value.substring(at, end));
            if (number.isEmpty() || end >= value.length()) {
                return OptionalLong.empty();
            }
            long factor = switch (value.charAt(end)) {
                case 'Y' -> 365L * 86_400;
                case 'M' -> time ? 60 : 30L * 86_400;
                case 'W' -> 7L * 86_400;
                case 'D' -> 86_400;
                case 'H' -> 3600;
                case 'S' -> 1;
                default -> 0;
            };
            if (factor == 0) {
                return OptionalLong.empty();
            }
            seconds += number.getAsLong() * factor;
            any = true;
            at = end + 1;
        }
        return any ? OptionalLong.of(seconds * 1000) : OptionalLong.empty();
    }

    private static OptionalLong parse(String digits) {
        try {
            return OptionalLong.of(Long.parseLong(digits));
        } catch (NumberFormatException notANumber) {
            return OptionalLong.empty();
        }
    }
}
