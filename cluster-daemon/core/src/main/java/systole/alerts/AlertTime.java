package systole.alerts;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Time stamps as {@code date(1)} writes them: the conversions of {@code strftime}, and {@code %N} or {@code %6N},
 * {@code %06N} for so many digits of the fraction of the second. What is not known is left as it stands.
 */
public final class AlertTime {
    private static final int NANO_DIGITS = 9;

    private AlertTime() {}

    public static String format(String format, long epochMillis, ZoneId zone) {
        ZonedDateTime time = Instant.ofEpochMilli(epochMillis).atZone(zone);
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < format.length()) {
            char c = format.charAt(at);
            at++;
            if (c != '%' || at == format.length()) {
                out.append(c);
                continue;
            }
            int digits = at;
            while (digits < format.length() && Character.isDigit(format.charAt(digits))) {
                digits++;
            }
            String width = format.substring(at, digits);
            char conversion = digits < format.length() ? format.charAt(digits) : '\0';
            String text =
                    conversion == 'N' ? fraction(time, width) : width.isEmpty() ? converted(conversion, time) : "";
            if (text.isEmpty()) {
                out.append('%');
            } else {
                out.append(text);
                at = digits + 1;
            }
        }
        return out.toString();
    }

    private static String fraction(ZonedDateTime time, String width) {
        int wanted = width.isEmpty() || width.length() > 2 ? NANO_DIGITS : Integer.parseInt(width);
        String nanos = String.format(Locale.ROOT, "%09d", time.getNano());
        return nanos.substring(0, Math.max(1, Math.min(NANO_DIGITS, wanted)));
    }

    private static String converted(char conversion, ZonedDateTime time) {
        return switch (conversion) {
            case '%' -> "%";
            case 'n' -> "\n";
            case 't' -> "\t";
            case 's' -> Long.toString(time.toEpochSecond());
            case 'a' -> by("EEE", time);
            case 'A' -> by("EEEE", time);
            case 'b', 'h' -> by("MMM", time);
            case 'B' -> by("MMMM", time);
            case 'c' -> by("EEE MMM ", time) + padded(time.getDayOfMonth()) + by(" HH:mm:ss yyyy", time);
            case 'C' -> String.format(Locale.ROOT, "%02d", time.getYear() / 100);
            case 'd' -> by("dd", time);
            case 'D', 'x' -> by("MM/dd/yy", time);
            case 'e' -> padded(time.getDayOfMonth());
            case 'F' -> by("yyyy-MM-dd", time);
            case 'H' -> by("HH", time);
            case 'I' -> by("hh", time);
            case 'j' -> by("DDD", time);
            case 'k' -> padded(time.getHour());
            case 'm' -> by("MM", time);
            case 'M' -> by("mm", time);
            case 'p' -> by("a", time);
            case 'r' -> by("hh:mm:ss a", time);
            case 'R' -> by("HH:mm", time);
            case 'S' -> by("ss", time);
            case 'T', 'X' -> by("HH:mm:ss", time);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'y' -> by("yy", time);
            case 'Y' -> by("yyyy", time);
            case 'z' -> by("xx", time);
            case 'Z' -> by("zzz", time);
            default -> "";
        };
    }

    private static String by(String pattern, ZonedDateTime time) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    }

    private static String padded(int number) {
        return String.format(Locale.ROOT, "%2d", number);
    }
}
