package systole.scheduler.rules;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import systole.model.Score;

/** How plain values are written in a configuration (input-and-status, section 2). */
public final class Values {
    /** What a parser returns for text that is no value of its type. */
    public static final long INVALID = Long.MIN_VALUE;

    private static final long SECOND = 1000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final long DAY = 24 * HOUR;

    private Values() {}

    /** True for {@code true on yes y 1}; false for every other word and for nothing. */
    public static boolean isTrue(@Nullable String text) {
        return Boolean.TRUE.equals(bool(text));
    }

    /** The boolean a word stands for, or {@code null} if it is none. */
    public static @Nullable Boolean bool(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "on", "yes", "y", "1" -> Boolean.TRUE;
            case "false", "off", "no", "n", "0" -> Boolean.FALSE;
            default -> null;
        };
    }

    public static boolean bool(@Nullable String text, boolean fallback) {
        Boolean value = bool(text);
        return value == null ? fallback : value;
    }

    /** A decimal integer; trailing characters are ignored; {@link #INVALID} without digits. */
    public static long integer(@Nullable String text) {
        if (text == null) {
            return INVALID;
        }
        int at = skipBlanks(text, 0);
        boolean negative = false;
        if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            negative = text.charAt(at) == '-';
            at++;
        }
        int first = at;
        long value = 0;
        while (at < text.length() && isDigit(text.charAt(at))) {
            if (value < Long.MAX_VALUE / 20) {
                value = value * 10 + (text.charAt(at) - '0');
            }
            at++;
        }
        if (at == first) {
            return INVALID;
        }
        return negative ? -value : value;
    }

    public static long integer(@Nullable String text, long fallback) {
        long value = integer(text);
        return value == INVALID ? fallback : value;
    }

    /** A score without colours. */
    public static int score(@Nullable String text, int fallback) {
        long value = scoreOrInvalid(text);
        return value == INVALID ? fallback : (int) value;
    }

    /** A score without colours, or {@link #INVALID}. */
    public static long scoreOrInvalid(@Nullable String text) {
        if (text == null) {
            return INVALID;
        }
        switch (text) {
            case "INFINITY", "+INFINITY" -> {
                return Score.LIMIT;
            }
            case "-INFINITY" -> {
                return -Score.LIMIT;
            }
            default -> {
                long value = integer(text);
                return value == INVALID ? INVALID : Math.max(-Score.LIMIT, Math.min(Score.LIMIT, value));
            }
        }
    }

    /** A duration with an optional unit in milliseconds, seconds if there is none; {@link #INVALID} otherwise. */
    public static long duration(@Nullable String text) {
        if (text == null) {
            return INVALID;
        }
        int at = skipBlanks(text, 0);
        if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
            at++;
        }
        int digits = at;
        while (at < text.length() && isDigit(text.charAt(at))) {
            at++;
        }
        if (at == digits) {
            return INVALID;
        }
        long number = integer(text);
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            while (at < text.length() && isDigit(text.charAt(at))) {
                at++;
            }
        }
        at = skipBlanks(text, at);
        if (at == text.length() || isLetter(text, at, 's')) {
            return number * SECOND;
        }
        boolean thousandths = isLetter(text, at + 1, 's');
        if (isLetter(text, at, 'm')) {
            return thousandths ? number : number * MINUTE;
        }
        if (isLetter(text, at, 'u') && thousandths) {
            return number / 1000;
        }
        return isLetter(text, at, 'h') ? number * HOUR : INVALID;
    }

    /** Whether a letter stands there, small or capital. */
    private static boolean isLetter(String text, int at, char small) {
        return at < text.length() && (text.charAt(at) == small || text.charAt(at) == Character.toUpperCase(small));
    }

    /** An interval in milliseconds: a duration, or ISO 8601 from {@code P} on; 0 if invalid or negative. */
    public static long interval(@Nullable String text) {
        if (text == null) {
            return 0;
        }
        int at = skipBlanks(text, 0);
        if (at < text.length() && text.charAt(at) == 'P') {
            return Math.max(0, isoDuration(text, at + 1));
        }
        return Math.max(0, duration(text));
    }

    private static long isoDuration(String text, int from) {
        long total = 0;
        boolean time = false;
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == 'T') {
                time = true;
                at++;
                continue;
            }
            int first = at;
            long number = 0;
            while (at < text.length() && isDigit(text.charAt(at))) {
                number = Math.min(number * 10 + (text.charAt(at) - '0'), Integer.MAX_VALUE);
                at++;
            }
            if (at == first || at == text.length()) {
                return 0;
            }
            long unit = switch (text.charAt(at)) {
                case 'Y' -> 365 * DAY;
                case 'M' -> time ? MINUTE : 30 * DAY;
                case 'W' -> 7 * DAY;
                case 'D' -> DAY;
                case 'H' -> HOUR;
                case 'S' -> SECOND;
                default -> 0;
            };
            if (unit == 0) {
                return 0;
            }
            total += number * unit;
            at++;
        }
        return total;
    }

    /** Milliseconds as seconds: 0 stays 0, less than a second is one, otherwise rounded half up. */
    public static long toSeconds(long ms) {
        if (ms <= 0) {
            return 0;
        }
        return ms < 1000 ? 1 : (ms + 500) / 1000;
    }

    static int skipBlanks(String text, int from) {
        int at = from;
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
