package systole.formats;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Scores as the crm language writes them: {@code inf}, {@code -inf}, numbers, two words. */
final class CrmScores {
    private CrmScores() {}

    /** The score as the CIB writes it, or {@code null} if the word is no score. */
    static @Nullable String parse(String word) {
        String sign = "";
        String body = word;
        if (!body.isEmpty() && (body.charAt(0) == '-' || body.charAt(0) == '+')) {
            sign = body.substring(0, 1);
            body = body.substring(1);
        }
        String lower = body.toLowerCase(Locale.ROOT);
        if (lower.equals("inf") || lower.equals("infinity")) {
            return sign + "INFINITY";
        }
        if (sign.isEmpty() && lower.equals("mandatory")) {
            return "INFINITY";
        }
        if (sign.isEmpty() && lower.equals("advisory")) {
            return "0";
        }
        if (body.isEmpty() || body.length() > 18) {
            return null;
        }
        for (int i = 0; i < body.length(); i++) {
            if (body.charAt(i) < '0' || body.charAt(i) > '9') {
                return null;
            }
        }
        return word;
    }

    /** Whether this is the beginning of an attribute set or rule, {@code 100:} or {@code -inf:}. */
    static boolean isScoreWithColon(String word) {
        return word.endsWith(":") && parse(word.substring(0, word.length() - 1)) != null;
    }

    static String show(String score) {
        return score.replace("INFINITY", "inf");
    }
}
