package systole.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;

/**
 * A dialogue, or commands from a file or pipe. Changes of level {@code configure} are collected and committed together:
 * by {@code commit}, when the level is left, and at the end of a file.
 */
final class Shell {
    /** Where lines come from; {@code null} at the end. */
    interface Lines {
        @Nullable
        String next(String prompt) throws IOException;
    }

    private Session session;
    private PendingBackend pending;
    private Optional<Level> level = Optional.empty();
    private ExitCode outcome = ExitCode.OK;
    private boolean ended;
    private @Nullable Terminals dialogue;

    Shell(Session outer) {
        pending = new PendingBackend(outer.backend());
        session = outer;
    }

    int start() throws IOException {
        return dialogue();
    }

    int startAt(Level first) throws IOException {
        level = Optional.of(first);
        return dialogue();
    }

    private int dialogue() throws IOException {
        if (System.console() == null) {
            return read(standardInput(), "standard input");
        }
        try (Terminals terminal = Terminals.open(() -> session.collecting(pending), () -> level)) {
            dialogue = terminal;
            return run(terminal::next, true);
        } finally {
            dialogue = null;
            pending.end();
        }
    }

    int batch(String file) throws IOException {
        return read(
                file.equals("-") ? standardInput() : FileBackend.read(Path.of(file)),
                file.equals("-") ? "standard input" : file);
    }

    private int read(String text, String source) throws IOException {
        List<String> lines = joined(text);
        int[] at = {0};
        try {
            return run(prompt -> at[0] < lines.size() ? lines.get(at[0]++) : null, false);
        } catch (BadInputException e) {
            throw new BadInputException(source, String.valueOf(e.getMessage()), e.remedy());
        } finally {
            pending.end();
        }
    }

    private static List<String> joined(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder open = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            String stripped = line.strip();
            if (stripped.endsWith("\\")) {
                open.append(stripped, 0, stripped.length() - 1);
            } else {
                lines.add(open.append(stripped).toString());
                open.setLength(0);
            }
        }
        return lines;
    }

    /** Reads to the end; in a file the first failure of a line does not end the rest, but decides the exit code. */
    private int run(Lines lines, boolean interactive) throws IOException {
        do {
            String line = lines.next(prompt());
            if (line == null) {
                ended = true;
            } else {
                one(line.strip(), interactive);
            }
            if (ended) {
                // A commit that is refused at the end keeps a person in the shell: the changes are not lost.
                ended = finish(interactive) || !interactive || line == null;
            }
            session.out().flush();
            session.err().flush();
        } while (!ended);
        return outcome.number();
    }

    private String prompt() {
        String where = session.environment().getOrDefault("CIB_shadow", "");
        if (where.isEmpty()) {
            where = session.environment().getOrDefault("CIB_file", "").isEmpty() ? "live" : "file";
        }
        return session.program() + "(" + where + ")" + level.map(Level::name).orElse("")
                + (pending.isEmpty() ? "# " : "*" + pending.size() + "# ");
    }

    /** Whether nothing is pending any more that somebody wants to keep. */
    private boolean finish(boolean interactive) {
        if (pending.isEmpty()) {
            return true;
        }
        if (outcome != ExitCode.OK && !interactive && !session.force()) {
            session.err().println("ERROR: nothing was committed, because a line before was refused");
            return true;
        }
        if (interactive
                && !session.force()
                && !agrees("There are changes pending. Do you want to commit them? (y/n) ")) {
            pending.drop();
            session.info("the pending changes were dropped");
            return true;
        }
        guarded(() -> pending.commit(!interactive));
        return pending.isEmpty();
    }

    private boolean agrees(String question) {
        Terminals terminal = dialogue;
        String answer = terminal == null ? null : terminal.answer(question);
        return answer != null && answer.strip().toLowerCase(Locale.ROOT).startsWith("y");
    }

    private void guarded(Runnable deed) {
        try {
            deed.run();
        } catch (ClusterException e) {
            failed(e);
        }
    }

    private void failed(ClusterException e) {
        int code = Systole.failed(session, e, false);
        for (ExitCode each : ExitCode.values()) {
            outcome = each.number() == code ? each : outcome;
        }
    }

    private void one(String line, boolean interactive) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        try {
            List<String> words = CommandWords.split(line);
            String first = words.get(0);
            switch (first) {
                case "quit", "exit", "bye" -> ended = true;
                case "up", "back", "end" -> leave(interactive);
                case "cd" -> enter(words.size() > 1 ? words.get(1) : "/", interactive);
                case "ls" ->
                    session.out()
                            .println(String.join("  ", level.map(Level::words).orElse(Levels.rootWords())));
                default -> command(words);
            }
        } catch (UsageException e) {
            outcome = ExitCode.FAILED;
            session.err().println("ERROR: " + e.getMessage());
            session.err().println("  " + e.remedy());
        } catch (ClusterException e) {
            failed(e);
        } catch (Exception e) {
            outcome = ExitCode.FAILED;
            session.err().println("ERROR: unexpected failure: " + e);
        }
    }

    private void leave(boolean interactive) {
        if (level.map(Level::name).orElse("").equals("configure") && !finish(interactive)) {
            return;
        }
        level = Optional.empty();
    }

    private void enter(String path, boolean interactive) {
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals("..")) {
                leave(interactive);
            } else {
                String word = Words.resolve(part, Levels.rootWords()).orElse(part);
                level = Optional.of(Levels.find(word).orElseThrow(() -> Systole.unknown("", part, Levels.rootWords())));
            }
        }
    }

    private void command(List<String> words) throws Exception {
        List<String> path = new ArrayList<>(words);
        String first = path.get(0);
        if (first.equals("help")) {
            path.remove(0);
            if (path.isEmpty() && level.isPresent()) {
                path.add(level.get().name());
            } else if (level.isPresent() && level.get().words().contains(path.get(0))) {
                path.add(0, level.get().name());
            }
            Help.topic(session, path);
            return;
        }
        Optional<String> verb = level.flatMap(present -> Words.resolve(first, present.words()));
        if (level.isPresent() && verb.isPresent()) {
            path.set(0, verb.get());
            call(level.get(), path);
            return;
        }
        Optional<String> root = Words.resolve(first, Levels.rootWords());
        Optional<Level> other = root.flatMap(Levels::find);
        if (other.isPresent()) {
            path.remove(0);
            if (path.isEmpty()) {
                level = other;
                return;
            }
            call(other.get(), path);
        } else if (root.isPresent()) {
            worst(Systole.dispatch(session, path, false));
        } else {
            throw Systole.unknown(
                    level.map(Level::name).orElse(""),
                    first,
                    level.map(Level::words).orElse(Levels.rootWords()));
        }
    }

    private void call(Level where, List<String> words) throws Exception {
        if (where.name().equals("cib")
                && Words.resolve(words.get(0), where.words()).orElse("").equals("use")) {
            use(words.subList(1, words.size()));
            return;
        }
        boolean collects = List.of("configure", "cibstatus").contains(where.name());
        Session used = collects ? session.collecting(pending) : session;
        List<String> path = new ArrayList<>(words);
        path.add(0, where.name());
        int code = Systole.dispatch(used, path, false);
        worst(code);
    }

    private void worst(int code) {
        if (code != 0) {
            outcome = ExitCode.FAILED;
        }
    }

    /** From now on the commands work on a draft; with an empty name on the cluster again. */
    private void use(List<String> words) {
        String name = words.isEmpty() || words.get(0).equals("live") ? "" : words.get(0);
        if (!pending.isEmpty()) {
            throw new BadInputException("", "changes are pending", "commit them or drop them (refresh) first");
        }
        Session next = session.withDraft(name);
        if (!name.isEmpty()) {
            CibVerbs.requireDraft(next, name);
        }
        pending.end();
        session = next;
        pending = new PendingBackend(next.backend());
    }

    // ---- verbs that need a shell ----------------------------------------------------------------------------------

    static int commit(Call call) {
        Session session = call.session();
        int most = ConfigureVerbs.mostDisruption(call);
        if (session.pending().filter(each -> !each.isEmpty()).isEmpty()) {
            session.info("no changes are pending");
            return ExitCode.OK.number();
        }
        PendingBackend pending = session.pending().get();
        if (most < Integer.MAX_VALUE) {
            pending.impact().refuseAbove(most);
        }
        pending.commit(false);
        if (session.await()) {
            pending.settle();
        }
        return ExitCode.OK.number();
    }

    static int refresh(Call call) {
        call.session().pending().ifPresent(PendingBackend::drop);
        return ExitCode.OK.number();
    }

    static int diff(Call call) {
        call.session().pending().ifPresent(pending -> call.out().print(pending.difference()));
        return ExitCode.OK.number();
    }

    static String standardInput() {
        StringBuilder text = new StringBuilder();
        BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        char[] buffer = new char[8192];
        try {
            for (int n = reader.read(buffer); n >= 0; n = reader.read(buffer)) {
                text.append(buffer, 0, n);
                if (text.length() > (64 << 20)) {
                    throw new BadInputException("standard input", "is larger than 64 MiB", "send less");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading standard input", e);
        }
        return text.toString();
    }

    /** The text as it leaves the editor. */
    static String edit(Session session, String text) throws IOException, InterruptedException {
        String preferred = OptionVerbs.read(session.environment()).getOrDefault("editor", "");
        String editor = !preferred.isEmpty()
                ? preferred
                : session.environment()
                        .getOrDefault("EDITOR", session.environment().getOrDefault("VISUAL", "vi"));
        Path file = Files.createTempFile("systole-", ".crm");
        try {
            Files.writeString(file, text);
            session.out().flush();
            int code = new ProcessBuilder("sh", "-c", editor + " \"$0\"", file.toString())
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new BadInputException(editor, "ended with code " + code, "set EDITOR to a program that works");
            }
            return Files.readString(file);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
