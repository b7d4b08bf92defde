package systole.cli;

import java.util.List;
import java.util.Locale;

/**
 * Text of one manual page in the {@code man} macros of roff, from whole words: what is given is data and is never read as
 * markup. Lines of the result are ended, none begins with a control character that was not meant.
 */
final class Roff {
    private final StringBuilder out = new StringBuilder();

    /**
     * @param source what the page belongs to, as {@code Systole 0.1.0}
     * @param manual name of the book
     */
    Roff(String name, int section, String source, String manual) {
        request("TH", name.toUpperCase(Locale.ROOT), Integer.toString(section), "", source, manual);
        // No hyphens in names of options, and an even left edge only.
        line(".nh");
        line(".ad l");
    }

    Roff section(String title) {
        return request("SH", title);
    }

    Roff subsection(String title) {
        return request("SS", title);
    }

    /** Paragraphs; an empty line in the text begins a new one. */
    Roff paragraphs(String text) {
        for (String paragraph : text.strip().split("\\n[ \\t]*\\n")) {
            line(".PP");
            words(paragraph);
        }
        return this;
    }

    /** A term in bold, and what it means, indented; several paragraphs are kept apart. */
    Roff entry(String term, List<String> meaning) {
        line(".TP");
        line("\\fB" + escape(term) + "\\fR");
        boolean first = true;
        for (String text : meaning) {
            for (String paragraph : text.strip().split("\\n[ \\t]*\\n")) {
                if (!first) {
                    line(".sp");
                }
                first = false;
                words(paragraph);
            }
        }
        if (first) {
            line("\\&");
        }
        return this;
    }

    /** Lines that stay as they are. */
    Roff literal(List<String> lines) {
        line(".PP");
        line(".RS 4");
        line(".nf");
        lines.forEach(each -> line(begin(escape(each))));
        line(".fi");
        line(".RE");
        return this;
    }

    private void words(String text) {
        String escaped = escape(text.strip().replaceAll("\\s+", " "));
        line(begin(escaped.isEmpty() ? "\\&" : escaped));
    }

    private Roff request(String macro, String... arguments) {
        StringBuilder line = new StringBuilder(".").append(macro);
        for (String argument : arguments) {
            line.append(" \"")
                    .append(escape(argument).replace("\"", "\\(dq").replace('\n', ' '))
                    .append('"');
        }
        line(line.toString());
        return this;
    }

    private void line(String text) {
        out.append(text).append('\n');
    }

    private static String begin(String text) {
        return text.startsWith(".") || text.startsWith("'") ? "\\&" + text : text;
    }

    /** Characters that roff would take for something else; beyond ASCII by their code. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> escaped.append("\\e");
                case '-' -> escaped.append("\\-");
                case '\'' -> escaped.append("\\(aq");
                case '`' -> escaped.append("\\(ga");
                case '^' -> escaped.append("\\(ha");
                case '~' -> escaped.append("\\(ti");
                default -> {
                    if (c < 0x7f) {
                        escaped.append((char) c);
                    } else {
                        escaped.append(String.format("\\[u%04X]", c));
                    }
                }
            }
        });
        return escaped.toString();
    }

    String text() {
        return out.toString();
    }
}
