package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.kernel.BadInputException;

/** One {@code name { … }} block of a {@code corosync.conf} text: its entries and blocks, each with its line. */
final class ConfSection {
    /** Of 384 nodes with eight links each it is a third of that. */
    static final int MAX_CHARACTERS = 1 << 20;

    private static final int MAX_LINES = 100_000;
    private static final int MAX_DEPTH = 8;

    /** The value of a key and where it stands. */
    record Entry(String value, int line) {}

    private final String source;
    private final String name;
    private final int line;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final List<ConfSection> sections = new ArrayList<>();

    private ConfSection(String source, String name, int line) {
        this.source = source;
        this.name = name;
        this.line = line;
    }

    /** Reads the form only; whether names and values are known is for {@link ConfVocabulary}. */
    static ConfSection read(String source, String text) {
        ConfSection root = new ConfSection(source, "", 0);
        List<ConfSection> open = new ArrayList<>(List.of(root));
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    source,
                    "the file has " + text.length() + " characters, more than " + MAX_CHARACTERS,
                    "check that this is the file you meant");
        }
        String[] lines = text.split("\n", -1);
        if (lines.length > MAX_LINES) {
            throw new BadInputException(
                    source,
                    "the file has " + lines.length + " lines, more than " + MAX_LINES,
                    "check that this is the file you meant");
        }
        for (int i = 0; i < lines.length; i++) {
            readLine(source, lines[i], i + 1, open);
        }
        ConfSection last = open.get(open.size() - 1);
        if (last != root) {
            throw new BadInputException(
                    source + ":" + last.line,
                    "the section '" + last.name + " {' is never closed",
                    "add a line with '}' where it ends");
        }
        return root;
    }

    private static void readLine(String source, String raw, int number, List<ConfSection> open) {
        String text = raw.strip();
        ConfSection current = open.get(open.size() - 1);
        if (text.isEmpty() || text.charAt(0) == '#') {
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i)) && text.charAt(i) != '\t') {
                throw new BadInputException(
                        source + ":" + number,
                        "a control character (code " + (int) text.charAt(i) + ") in the text",
                        "remove it, or check that this is a text file");
            }
        }
        int brace = text.indexOf('{');
        int colon = text.indexOf(':');
        if (brace >= 0 && (colon < 0 || brace < colon)) {
            open(source, text, brace, number, open);
        } else if (text.equals("}")) {
            if (open.size() == 1) {
                throw new BadInputException(
                        source + ":" + number, "'}' closes nothing", "remove it, or add the missing 'section {'");
            }
            open.remove(open.size() - 1);
        } else if (colon > 0) {
            current.put(
                    text.substring(0, colon).strip(), text.substring(colon + 1).strip(), number);
        } else {
            throw new BadInputException(
                    source + ":" + number,
                    "'" + text + "' is neither 'name: value' nor 'section {' nor '}'",
                    "write one of these three on the line, or begin it with '#'");
        }
    }

    private static void open(String source, String text, int brace, int number, List<ConfSection> open) {
        String name = text.substring(0, brace).strip();
        if (name.isEmpty() || brace != text.length() - 1) {
            throw new BadInputException(
                    source + ":" + number,
                    "'" + text + "' does not open a section",
                    "write 'name {' alone on the line and the entries on lines of their own");
        }
        if (open.size() > MAX_DEPTH) {
            throw new BadInputException(
                    source + ":" + number, "sections are nested deeper than " + MAX_DEPTH, "close the sections before");
        }
        ConfSection section = new ConfSection(source, name, number);
        open.get(open.size() - 1).sections.add(section);
        open.add(section);
    }

    private void put(String key, String value, int number) {
        Entry before = entries.putIfAbsent(key, new Entry(value, number));
        if (before != null) {
            throw new BadInputException(
                    source + ":" + number,
                    "'" + key + "' was set in line " + before.line() + " already",
                    "keep one of the two lines");
        }
    }

    String source() {
        return source;
    }

    String name() {
        return name;
    }

    int line() {
        return line;
    }

    Map<String, Entry> entries() {
        return entries;
    }

    List<ConfSection> sections() {
        return sections;
    }

    List<ConfSection> sections(String wanted) {
        List<ConfSection> found = new ArrayList<>();
        for (ConfSection section : sections) {
            if (section.name.equals(wanted)) {
                found.add(section);
            }
        }
        return found;
    }

    /** {@code file:line} of the key, or of the section if it does not have the key. */
    String place(String key) {
        Entry entry = entries.get(key);
        int at = entry == null ? line : entry.line();
        return at == 0 ? source : source + ":" + at;
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    @Nullable
    String text(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    String text(String key, String fallback) {
        Entry entry = entries.get(key);
        return entry == null ? fallback : entry.value();
    }

    /** The number, whose form and bounds the vocabulary has checked. */
    int number(String key, int fallback) {
        Entry entry = entries.get(key);
        return entry == null ? fallback : Integer.parseInt(entry.value());
    }

    boolean flag(String key, boolean fallback) {
        Entry entry = entries.get(key);
        return entry == null ? fallback : ConfVocabulary.YES.contains(entry.value());
    }
}
