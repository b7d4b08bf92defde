package systole.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import systole.api.Answer;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;

/**
 * What the commands of level {@code history} look at: from when to when, which nodes, what is left out. Kept in
 * {@code ~/.systole_history} until it is taken back, so that it holds for single commands too; each command that is narrowed by
 * it says so. Under a name ("session") such a choice can be put aside.
 */
final class Timeframe {
    private static final String FILE = ".systole_history";
    private static final List<String> SESSION_WORDS = List.of("list", "save", "load", "update", "delete", "pack");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    private final Session session;
    private final Map<String, String> values;

    private Timeframe(Session session, Map<String, String> values) {
        this.session = session;
        this.values = values;
    }

    static List<Verb> verbs() {
        return List.of(
                Verb.of(
                                "timeframe",
                                "Look only at what happened between two times; without a time at everything again.")
                        .alias("limit")
                        .maybe("FROM", Verb.Kind.WORD, "ISO 8601, or HH:MM of today")
                        .maybe("TO", Verb.Kind.WORD, "the same; default: now")
                        .example("systole history timeframe 09:30 10:15")
                        .does(Timeframe::frame),
                Verb.of("exclude", "Leave out what matches a regular expression; clear ends that; alone: show them.")
                        .any("REGEX|clear", Verb.Kind.WORD, "what is not wanted")
                        .example("systole history exclude 'Planning|PLAN'")
                        .does(Timeframe::exclude),
                Verb.of("setnodes", "Look only at what nodes reported; without a node at all again.")
                        .any("NODE", Verb.Kind.NODE, "which")
                        .does(Timeframe::nodes),
                Verb.of("detail", "How much to print of each event: 0 its words, 1 all that was noted with it too.")
                        .maybe("0|1", Verb.Kind.WORD, "without a number: say what is set")
                        .example("systole history detail 1")
                        .does(Timeframe::detail),
                Verb.of("session", "Put aside time frame, nodes and exclusions under a name, and take them up again.")
                        .maybe("list|save|load|update|delete", Verb.Kind.WORD, "what to do; default: list")
                        .maybe("NAME", Verb.Kind.WORD, "which; update takes the one that was loaded or saved last")
                        .example("systole history session save outage")
                        .does(Timeframe::session));
    }

    static Timeframe of(Session session) {
        if (session.environment().getOrDefault("HOME", "").isEmpty()) {
            return new Timeframe(session, new LinkedHashMap<>());
        }
        return new Timeframe(session, read(file(session)));
    }

    /** The folder of whoever calls, where notes between commands are kept. */
    static Path home(Session session) {
        String home = session.environment().getOrDefault("HOME", "");
        if (home.isEmpty()) {
            throw new BadInputException("", "HOME is not set, so nothing can be kept between commands", "set HOME");
        }
        return Path.of(home);
    }

    private static Path file(Session session) {
        return home(session).resolve(FILE);
    }

    private static Path named(Session session, String name) {
        if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")) {
            throw new UsageException("'" + name + "' is no name", "use letters, digits, '_', '.' and '-'");
        }
        return home(session).resolve(FILE + "." + name);
    }

    private static Map<String, String> read(Path file) {
        Map<String, String> values = new LinkedHashMap<>();
        if (Files.isRegularFile(file)) {
            for (String line : FileBackend.read(file).split("\n", -1)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        return values;
    }

    private static void write(Path file, Map<String, String> values) throws IOException {
        if (values.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        StringBuilder text = new StringBuilder();
        values.forEach(
                (name, value) -> text.append(name).append('=').append(value).append('\n'));
        FileBackend.write(file, text.toString());
    }

    private void set(String name, String value) throws IOException {
        if (value.isEmpty()) {
            values.remove(name);
        } else {
            values.put(name, value);
        }
        write(file(session), values);
    }

    private String value(String name) {
        return values.getOrDefault(name, "");
    }

    private long millis(String name, long fallback) {
        String text = value(name);
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : fallback;
    }

    private List<String> list(String name, String separator) {
        return value(name).isEmpty() ? List.of() : Arrays.asList(value(name).split(separator, -1));
    }

    /** The events that are looked at; if anything narrows the view, that is said. */
    List<Answer.Event> filter(List<Answer.Event> events) {
        if (!narrows()) {
            return events;
        }
        session.info("only " + words() + " (all again: history timeframe, history setnodes, history exclude clear)");
        List<Pattern> unwanted =
                list("exclude", "\t").stream().map(Timeframe::pattern).toList();
        List<String> nodes = list("nodes", " ");
        return events.stream()
                .filter(event -> isIn(event.atMillis()))
                .filter(event -> nodes.isEmpty() || nodes.contains(event.node()))
                .filter(event -> unwanted.stream()
                        .noneMatch(pattern ->
                                pattern.matcher(FenceVerbs.line(event)).find()))
                .toList();
    }

    boolean isIn(long atMillis) {
        return atMillis >= millis("from", 0) && atMillis <= millis("to", Long.MAX_VALUE);
    }

    private boolean narrows() {
        return Stream.of("from", "to", "nodes", "exclude")
                .anyMatch(name -> !value(name).isEmpty());
    }

    private String words() {
        List<String> words = new ArrayList<>();
        if (!value("from").isEmpty()) {
            words.add("from " + TIME.format(Instant.ofEpochMilli(millis("from", 0))));
        }
        if (!value("to").isEmpty()) {
            words.add("to " + TIME.format(Instant.ofEpochMilli(millis("to", 0))));
        }
        if (!value("nodes").isEmpty()) {
            words.add("of " + value("nodes"));
        }
        if (!value("exclude").isEmpty()) {
            words.add("without " + String.join(", ", list("exclude", "\t")));
        }
        String detail = isDetailed() ? ", in detail" : "";
        return (words.isEmpty() ? "everything" : String.join(" ", words)) + detail;
    }

    private static Pattern pattern(String regex) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            throw new UsageException(
                    "'" + regex + "' is no regular expression: " + e.getDescription(), "put '\\' before a plain mark");
        }
    }

    private static int frame(Call call) throws IOException {
        Instant now = Instant.now();
        Timeframe frame = of(call.session());
        String from = call.one("FROM", "");
        String to = call.one("TO", "");
        Instant begin = from.isEmpty() ? Instant.EPOCH : Report.time(from, now);
        Instant end = to.isEmpty() ? Instant.MAX : Report.time(to, now);
        if (!end.isAfter(begin)) {
            throw new UsageException(
                    "the time frame would begin after its end", "write: history timeframe EARLIER LATER");
        }
        frame.values.remove("to");
        frame.set("from", from.isEmpty() ? "" : Long.toString(begin.toEpochMilli()));
        frame.set("to", to.isEmpty() ? "" : Long.toString(end.toEpochMilli()));
        return said(call, frame);
    }

    private static int exclude(Call call) throws IOException {
        Timeframe frame = of(call.session());
        List<String> words = call.all("REGEX|clear");
        if (words.equals(List.of("clear"))) {
            frame.set("exclude", "");
        } else {
            List<String> all = new ArrayList<>(frame.list("exclude", "\t"));
            for (String word : words) {
                pattern(word);
                if (word.isEmpty() || word.indexOf('\t') >= 0 || word.indexOf('\n') >= 0) {
                    throw new UsageException(
                            "nothing, tabs and ends of lines cannot be excluded", "write \\s for blanks");
                }
                all.add(word);
            }
            frame.set("exclude", String.join("\t", all));
        }
        return said(call, frame);
    }

    private static int detail(Call call) throws IOException {
        Timeframe frame = of(call.session());
        String level = call.one("0|1", "");
        if (!List.of("", "0", "1").contains(level)) {
            throw new UsageException("'" + level + "' is no level of detail", "write 0 or 1");
        }
        if (level.isEmpty()) {
            Output.value(call, "detail", frame.isDetailed() ? "1" : "0");
            return ExitCode.OK.number();
        }
        frame.set("detail", level.equals("1") ? level : "");
        return said(call, frame);
    }

    /** Whether the facts of each event are printed too. */
    boolean isDetailed() {
        return !value("detail").isEmpty();
    }

    private static int nodes(Call call) throws IOException {
        Timeframe frame = of(call.session());
        if (!call.all("NODE").isEmpty()) {
            try (Backend backend = call.session().directly()) {
                Element configuration = backend.configuration();
                call.all("NODE").forEach(node -> Edits.requireNode(configuration, node));
            }
        }
        frame.set("nodes", String.join(" ", call.all("NODE")));
        return said(call, frame);
    }

    private static int said(Call call, Timeframe frame) {
        if (call.session().json()) {
            call.out().println(Output.of(frame.values));
        } else {
            call.session().info("history looks at " + frame.words());
        }
        return ExitCode.OK.number();
    }

    private static int session(Call call) throws IOException {
        Session session = call.session();
        String deed = call.one("list|save|load|update|delete", "list");
        Timeframe frame = of(session);
        if (deed.equals("list")) {
            List<String> names = names(session);
            if (session.json()) {
                call.out().println(Output.of(names));
            } else {
                names.forEach(name -> call.out().println((name.equals(frame.value("session")) ? "* " : "  ") + name));
            }
            return ExitCode.OK.number();
        }
        if (deed.equals("pack")) {
            throw new UsageException(
                    "a session holds no logs to pack",
                    "make an archive of that time: systole report -f FROM -t TO DEST");
        }
        if (!SESSION_WORDS.contains(deed)) {
            throw new UsageException(
                    "'" + deed + "' cannot be done with a session" + NearestWord.hint(deed, SESSION_WORDS),
                    "write list, save, load, update or delete");
        }
        String name = call.one("NAME", deed.equals("update") ? frame.value("session") : "");
        if (name.isEmpty()) {
            throw new UsageException(
                    "the session's name is missing", "write: systole history session " + deed + " NAME");
        }
        Path file = named(session, name);
        if (!deed.equals("save") && !Files.exists(file)) {
            throw new BadInputException(
                    "",
                    "there is no session '" + name + "'" + NearestWord.hint(name, names(session)),
                    "list them: systole history session");
        }
        if (deed.equals("delete")) {
            Files.delete(file);
        } else if (deed.equals("load")) {
            Timeframe loaded = new Timeframe(session, read(file));
            loaded.set("session", name);
            return said(call, loaded);
        } else {
            frame.set("session", name);
            write(file, frame.values);
        }
        return ExitCode.OK.number();
    }

    private static List<String> names(Session session) throws IOException {
        try (Stream<Path> files = Files.list(home(session))) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> name.startsWith(FILE + ".") && !name.endsWith(".new"))
                    .map(name -> name.substring(FILE.length() + 1))
                    .sorted()
                    .toList();
        }
    }
}
