package systole.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Help as it is printed, to paragraphs and entries of a manual page. An entry is a line indented by two blanks with two
 * blanks or more (one, where the term is long) between the term and what it means; lines indented further go on with it.
 */
final class HelpText {
    private static final Pattern ENTRY = Pattern.compile("  (-\\S.*?)(?: {2,}(\\S.*))?");
    private static final Pattern LONG_ENTRY = Pattern.compile("  (--\\S+ [A-Z]+) (\\S.*)");

    private HelpText() {}

    static void write(Roff page, List<String> lines) {
        List<String> paragraph = new ArrayList<>();
        String term = "";
        for (String line : lines) {
            Matcher entry = ENTRY.matcher(line);
            Matcher longEntry = LONG_ENTRY.matcher(line);
            boolean isLong = longEntry.matches();
            if (isLong || entry.matches()) {
                flush(page, term, paragraph);
                term = isLong ? longEntry.group(1) : entry.group(1).strip();
                String meaning = isLong ? longEntry.group(2) : entry.group(2);
                paragraph.add(meaning == null ? "" : meaning);
            } else if (line.isBlank() || !term.isEmpty() && !line.startsWith("   ")) {
                flush(page, term, paragraph);
                term = "";
                paragraph.add(line);
            } else {
                paragraph.add(line.strip());
            }
        }
        flush(page, term, paragraph);
    }

    private static void flush(Roff page, String term, List<String> paragraph) {
        String text = String.join("\n", paragraph).strip();
        paragraph.clear();
        if (!term.isEmpty()) {
            page.entry(term, text.isEmpty() ? List.of() : List.of(text));
        } else if (!text.isEmpty()) {
            page.paragraphs(text);
        }
    }
}
