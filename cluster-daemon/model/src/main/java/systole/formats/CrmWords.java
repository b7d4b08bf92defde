package systole.formats;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A cursor over the words of one statement. Mutable, used by one parse only. */
final class CrmWords {
    private final List<String> words;
    private int next;

    CrmWords(List<String> words) {
        this.words = words;
    }

    boolean atEnd() {
        return next >= words.size();
    }

    /** The word under the cursor, or the empty text at the end. */
    String peek() {
        return atEnd() ? "" : words.get(next);
    }

    String peekAfter() {
        return next + 1 < words.size() ? words.get(next + 1) : "";
    }

    String peekLower() {
        return peek().toLowerCase(Locale.ROOT);
    }

    boolean peekIs(String keyword) {
        return !atEnd() && peek().equalsIgnoreCase(keyword);
    }

    /** The next word; {@code expected} says what should stand here, for the message at the end of the statement. */
    String take(String expected) {
        if (atEnd()) {
            throw new CrmSyntaxException(expected + " is missing at the end", last());
        }
        return words.get(next++);
    }

    /** Takes the word if it is this keyword, whatever its case. */
    boolean takeIf(String keyword) {
        if (peekIs(keyword)) {
            next++;
            return true;
        }
        return false;
    }

    /** If the word begins with the prefix, takes it and gives what follows the prefix; else {@code null}. */
    @Nullable
    String takeAfter(String prefix) {
        if (!atEnd() && peek().startsWith(prefix)) {
            return words.get(next++).substring(prefix.length());
        }
        return null;
    }

    void skip() {
        next++;
    }

    String last() {
        return words.isEmpty() ? "" : words.get(words.size() - 1);
    }

    List<String> rest() {
        return words.subList(Math.min(next, words.size()), words.size());
    }

    void takeRest() {
        next = words.size();
    }

    CrmSyntaxException wrong(String problem) {
        return new CrmSyntaxException(problem, atEnd() ? last() : peek());
    }
}
