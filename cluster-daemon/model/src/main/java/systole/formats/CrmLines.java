package systole.formats;

import java.util.ArrayList;
import java.util.List;
import systole.kernel.BadInputException;

/** Splits crm text into statements and statements into words (crm-language, section 1). */
final class CrmLines {
    /** What a script may hold at most; larger ones are refused, so that memory stays bounded. */
    static final int MAX_CHARACTERS = 16 << 20;

    static final int MAX_WORDS = 200_000;

    /** One statement: the physical line it begins at, its text after joining, and the comments above it. */
    record Statement(int line, String text, List<String> comments) {
        Statement {
            comments = List.copyOf(comments);
        }
    }

    private CrmLines() {}

    static List<Statement> statements(String source, String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    source,
                    "the script has " + text.length() + " characters, more than " + MAX_CHARACTERS,
                    "split the script, or check that this is the file you meant");
        }
        refuseControlCharacters(source, text);
        List<Statement> found = new ArrayList<>();
        List<String> comments = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        int openedAt = 0;
        int number = 0;
        for (String physical : text.split("\n", -1)) {
            number++;
            String line = physical.strip();
            if (openedAt == 0) {
                if (line.isEmpty()) {
                    continue;
                }
                if (line.charAt(0) == '#') {
                    comments.add(line);
                    continue;
                }
                openedAt = number;
            }
            if (line.endsWith("\\")) {
                open.append(line, 0, line.length() - 1);
                continue;
            }
            open.append(line);
            found.add(new Statement(openedAt, open.toString().strip(), comments));
            comments = new ArrayList<>();
            open.setLength(0);
            openedAt = 0;
        }
        if (openedAt != 0 && !open.toString().isBlank()) {
            found.add(new Statement(openedAt, open.toString().strip(), comments));
        }
        found.removeIf(statement -> statement.text().isEmpty());
        return found;
    }

    /** What XML cannot hold cannot be in a configuration. */
    private static void refuseControlCharacters(String source, String text) {
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
                continue;
            }
            boolean pair = Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1));
            boolean bad = c < ' ' && c != '\t' && c != '\r' || c >= '\uFFFE' || (Character.isSurrogate(c) && !pair);
            if (bad) {
                throw new BadInputException(
                        source + ":" + line,
                        "character U+" + String.format("%04X", (int) c) + " cannot stand in a configuration",
                        "remove it");
            }
            if (pair) {
                i++;
            }
        }
    }

    /**
     * Words as a POSIX shell splits them.
     *
     * @throws CrmSyntaxException if a quote is not closed
     */
    static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == '\'' || c == '"') {
                inWord = true;
                i = quoted(text, i, word);
            } else if (c == '\\') {
                inWord = true;
                if (i + 1 >= text.length()) {
                    throw new CrmSyntaxException("nothing follows the last '\\'", "\\");
                }
                word.append(text.charAt(i + 1));
                i += 2;
            } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
                if (inWord) {
                    words.add(word.toString());
                    word.setLength(0);
                    inWord = false;
                }
                i++;
            } else {
                inWord = true;
                word.append(c);
                i++;
            }
            if (words.size() > MAX_WORDS) {
                throw new CrmSyntaxException("the statement has more than " + MAX_WORDS + " words", words.get(0));
            }
        }
        if (inWord) {
            words.add(word.toString());
        }
        return words;
    }

    private static int quoted(String text, int start, StringBuilder word) {
        char quote = text.charAt(start);
        int i = start + 1;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c == quote) {
                return i + 1;
            }
            if (c == '\\' && quote == '"' && i + 1 < text.length()) {
                char next = text.charAt(i + 1);
                if (next != '"' && next != '\\') {
                    word.append(c);
                }
                word.append(next);
                i += 2;
            } else {
                word.append(c);
                i++;
            }
        }
        String rest = text.substring(start);
        throw new CrmSyntaxException(
                "the quote " + quote + " is not closed", rest.length() > 40 ? rest.substring(0, 40) + "…" : rest);
    }
}
