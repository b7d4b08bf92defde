package systole.formats;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Words of the crm language that stand for values: booleans, ids, and how values are quoted. */
final class CrmValues {
    private CrmValues() {}

    /** The truth value of the word, or {@code null} if it is none. */
    static @Nullable Boolean truth(String word) {
        return switch (word.toLowerCase(Locale.ROOT)) {
            case "1", "yes", "y", "on", "true" -> Boolean.TRUE;
            case "0", "no", "n", "off", "false" -> Boolean.FALSE;
            default -> null;
        };
    }

    /** Whether the word may be an XML id: a letter or {@code _} first, then letters, digits, {@code . _ -}. */
    static boolean isId(String word) {
        if (word.isEmpty() || !(Character.isLetter(word.charAt(0)) || word.charAt(0) == '_')) {
            return false;
        }
        return hasIdCharactersOnly(word);
    }

    static boolean hasIdCharactersOnly(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!(Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-')) {
                return false;
            }
        }
        return !word.isEmpty();
    }

    /** The value bare if it is a plain word, else in double quotes. */
    static String quote(String value) {
        return hasIdCharactersOnly(value) ? value : force(value);
    }

    private static String force(String value) {
        StringBuilder out = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            char next = i + 1 < value.length() ? value.charAt(i + 1) : '"';
            if (c == '"' || (c == '\\' && (next == '"' || next == '\\'))) {
                out.append('\\');
            }
            out.append(c);
        }
        return out.append('"').toString();
    }

    /** Quotes only what would not be read back as one word. */
    static String quoteIfNeeded(String value) {
        if (value.isEmpty()) {
            return "\"\"";
        }
        for (int i = 0; i < value.length(); i++) {
            if (" \t\r\n'\"\\".indexOf(value.charAt(i)) >= 0) {
                return force(value);
            }
        }
        return value;
    }
}
