package systole.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** The line editor of the shell: history, and completion by {@link Completion}. Loaded for a dialogue only. */
final class Terminals implements AutoCloseable {
    private final Terminal terminal;
    private final LineReader reader;
    private final LineReader asking;
    private final Supplier<Session> session;
    private final Supplier<Optional<Level>> level;
    private String explained = "";

    private Terminals(Terminal terminal, Supplier<Session> session, Supplier<Optional<Level>> level) {
        this.terminal = terminal;
        this.session = session;
        this.level = level;
        Path history = Path.of(session.get().environment().getOrDefault("HOME", "/tmp"), ".systole_history");
        DefaultParser words = new DefaultParser();
        words.setEofOnUnclosedQuote(true);
        words.setEofOnEscapedNewLine(true);
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(words)
                .completer((lines, parsed, candidates) -> complete(parsed, candidates))
                .variable(LineReader.HISTORY_FILE, history)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "> ")
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.AUTO_LIST, true)
                .option(LineReader.Option.AUTO_MENU, false)
                .option(LineReader.Option.LIST_PACKED, false)
                .build();
        asking = LineReaderBuilder.builder().terminal(terminal).build();
    }

    static Terminals open(Supplier<Session> session, Supplier<Optional<Level>> level) throws IOException {
        return new Terminals(TerminalBuilder.builder().system(true).build(), session, level);
    }

    @Nullable
    String next(String prompt) {
        try {
            return reader.readLine(prompt);
        } catch (UserInterruptException interrupted) {
            return "";
        } catch (EndOfFileException end) {
            return null;
        }
    }

    /** An answer that does not go into the history of commands. */
    @Nullable
    String answer(String question) {
        try {
            return asking.readLine(question);
        } catch (UserInterruptException | EndOfFileException none) {
            return null;
        }
    }

    private void complete(ParsedLine line, List<Candidate> candidates) {
        List<String> before = new ArrayList<>(line.words().subList(0, line.wordIndex()));
        String word =
                line.word().substring(0, Math.min(line.wordCursor(), line.word().length()));
        Completion completion = new Completion(session.get(), level.get());
        for (Completion.Word each : completion.words(before, word)) {
            candidates.add(new Candidate(
                    each.text(),
                    each.text(),
                    null,
                    each.help().isEmpty() ? null : shortened(each.help()),
                    null,
                    null,
                    !each.open()));
        }
        String manual = completion.manual(before, word);
        if (!manual.isEmpty() && !manual.equals(explained)) {
            reader.printAbove(manual);
        }
        explained = manual;
    }

    private String shortened(String help) {
        int most = Math.max(20, terminal.getWidth() - 40);
        return help.length() <= most ? help : help.substring(0, most - 1) + "…";
    }

    @Override
    public void close() throws IOException {
        reader.getHistory().save();
        terminal.close();
    }
}
