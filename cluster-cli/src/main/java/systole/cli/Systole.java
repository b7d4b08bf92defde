package systole.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import systole.api.NoDaemonException;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.kernel.NearestWord;

/**
 * The command line: {@code systole [OPTIONS] [LEVEL] COMMAND [ARGUMENTS]}, also as {@code crm}.
 *
 * <p>Only the level that is asked for is built, so that a command starts fast.
 */
public final class Systole {
    /** Levels that are inside of others with crm. */
    private static final Map<String, List<String>> INSIDE =
            Map.of("cibstatus", List.of("cib", "configure"), "assist", List.of("configure"));

    private Systole() {}

    public static void main(String[] args) {
        PrintWriter out = writer(FileDescriptor.out);
        PrintWriter err = writer(FileDescriptor.err);
        int code = run(args, System.getenv(), System.getProperty("systole.program", "systole"), out, err);
        out.flush();
        err.flush();
        System.exit(code);
    }

    private static Map<String, String> draft(Map<String, String> environment, String name) {
        Map<String, String> next = new LinkedHashMap<>(environment);
        next.put("CIB_shadow", name.equals("live") ? "" : name);
        return next;
    }

    private static PrintWriter writer(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), false);
    }

    /** One invocation in this process; tests call it with writers of their own. */
    static int run(String[] args, Map<String, String> environment, String program, PrintWriter out, PrintWriter err) {
        boolean stacktrace = List.of(args).contains("--stacktrace");
        Session session =
                new Session(Path.of("/"), environment, false, false, false, program, out, err, Optional.empty());
        try {
            Options options = Options.parse(args, environment);
            session = new Session(
                    options.root,
                    options.draft == null ? environment : draft(environment, options.draft),
                    options.force,
                    options.await,
                    options.json,
                    program,
                    out,
                    err,
                    Optional.empty());
            if (options.warmUp) {
                return WarmUp.run(session);
            }
            if (options.version) {
                out.println("systole " + version());
                return ExitCode.OK.number();
            }
            if (options.commandFile != null) {
                return new Shell(session).batch(options.commandFile);
            }
            if (options.words.isEmpty()) {
                return options.help ? Help.root(session) : new Shell(session).start();
            }
            return dispatch(session, options.words, options.help);
        } catch (UsageException e) {
            err.println("ERROR: " + e.getMessage());
            err.println("  " + e.remedy());
            return ExitCode.USAGE.number();
        } catch (ClusterException e) {
            return failed(session, e, stacktrace);
        } catch (InvalidPathException e) {
            return failed(session, noPath(e), stacktrace);
        } catch (Exception e) {
            err.println("ERROR: unexpected failure: " + e);
            err.println("  repeat the command with --stacktrace and report it");
            if (stacktrace) {
                e.printStackTrace(err);
            }
            return ExitCode.FAILED.number();
        }
    }

    static int failed(Session session, ClusterException e, boolean stacktrace) {
        ExitCode code = e instanceof NoDaemonException ? ExitCode.NO_DAEMON : ExitCode.of(e);
        if (session.json()) {
            session.err().println(Output.error(code, e));
        } else {
            session.err().println("ERROR: " + e.getMessage());
            if (!e.remedy().isEmpty()) {
                session.err().println("  " + e.remedy());
            }
        }
        if (stacktrace) {
            e.printStackTrace(session.err());
        }
        return code.number();
    }

    static String version() {
        String version = Systole.class.getPackage().getImplementationVersion();
        return version == null ? "0.1.0" : version;
    }

    /** Finds the verb and carries it out. */
    static int dispatch(Session session, List<String> words, boolean help) throws Exception {
        List<String> path = new ArrayList<>(words);
        String first = path.remove(0);
        if (first.equals("help")) {
            return Help.topic(session, path);
        }
        Optional<String> root = Words.resolve(first, Levels.rootWords());
        if (root.isEmpty()) {
            throw unknown("", first, Levels.rootWords());
        }
        Optional<Level> level = Levels.find(root.get());
        if (level.isEmpty()) {
            return call(session, Levels.rootVerb(root.get()), "", path, help);
        }
        if (!path.isEmpty()
                && INSIDE.getOrDefault(path.get(0), List.of())
                        .contains(level.get().name())) {
            return dispatch(session, path, help);
        }
        if (path.isEmpty() && level.get().name().equals("history") && !help) {
            path.add("list");
        }
        if (path.isEmpty() || path.get(0).equals("--help") || path.get(0).equals("-h")) {
            if (help || !path.isEmpty()) {
                return Help.level(session, level.get());
            }
            return new Shell(session).startAt(level.get());
        }
        String second = path.remove(0);
        if (!level.get().words().contains(second)) {
            Optional<UsageException> refusal = Elsewhere.refusal(level.get().name(), second);
            if (refusal.isPresent()) {
                throw refusal.get();
            }
        }
        String fallback = fallback(level.get().name());
        if (!fallback.isEmpty() && !level.get().words().contains(second) && !second.equals("help")) {
            path.add(0, second);
            second = fallback;
        }
        if (second.equals("help")) {
            path.add(0, level.get().name());
            return Help.topic(session, path);
        }
        String word = second;
        String verb = Words.resolve(word, level.get().words())
                .orElseThrow(() -> unknown(level.get().name(), word, level.get().words()));
        return call(
                session,
                level.get().verb(verb).orElseThrow(() -> new AssertionError("no verb " + verb)),
                level.get().name(),
                path,
                help);
    }

    /** The command that is meant when the second word is none of the level: {@code fence n1}, {@code history --limit 5}. */
    private static String fallback(String level) {
        return switch (level) {
            case "fence" -> "node";
            case "history" -> "list";
            default -> "";
        };
    }

    static UsageException unknown(String level, String word, List<String> known) {
        Optional<UsageException> refusal = Elsewhere.refusal(level, word);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        List<String> candidates = Words.candidates(word, known);
        String name = level.isEmpty() ? word : level + "." + word;
        return candidates.size() > 1
                ? new UsageException(
                        name + " may be " + String.join(", ", candidates),
                        "write enough of the word to tell them apart")
                : new UsageException(
                        name + ": No such command" + NearestWord.hint(word, known),
                        "list the commands: systole help" + (level.isEmpty() ? inLevels(word) : " " + level));
    }

    /** Where a word that is no command of its own is one: {@code undo} is found in {@code configure}. */
    private static String inLevels(String word) {
        return Levels.all().stream()
                .filter(level -> level.words().contains(word))
                .map(level -> "; it is a command of " + level.name() + ": systole " + level.name() + " " + word)
                .collect(Collectors.joining());
    }

    static int call(Session session, Verb verb, String level, List<String> words, boolean help) throws Exception {
        boolean asksHelp = help
                || (!words.isEmpty()
                        && (words.get(0).equals("--help") || words.get(0).equals("-h")));
        if (asksHelp) {
            return Help.verb(session, level, verb);
        }
        try {
            return verb.action().run(Arguments.parse(session, level, verb, words));
        } catch (InvalidPathException e) {
            throw noPath(e);
        } catch (FileSystemException e) {
            throw new BadInputException(
                    String.valueOf(e.getFile()),
                    e instanceof NoSuchFileException
                            ? "does not exist"
                            : e instanceof AccessDeniedException
                                    ? "may not be read or written by you"
                                    : "cannot be used: " + (e.getReason() == null ? e.toString() : e.getReason()),
                    "check the path, or run this as root");
        }
    }

    private static BadInputException noPath(InvalidPathException e) {
        return new BadInputException(
                "", "'" + e.getInput() + "' cannot be the name of a file: " + e.getReason(), "write another name");
    }

    /** Options that stand before the first word. */
    private static final class Options {
        private Path root = Path.of("/");
        private boolean force;
        private boolean await;
        private boolean json;
        private boolean version;
        private boolean warmUp;
        private boolean help;
        private @Nullable String commandFile;
        private @Nullable String draft;
        private List<String> words = List.of();

        static Options parse(String[] args, Map<String, String> environment) {
            Options options = new Options();
            String fromEnvironment = environment.get("SYSTOLE_ROOT");
            if (fromEnvironment != null && !fromEnvironment.isEmpty()) {
                options.root = Path.of(fromEnvironment);
            }
            int i = 0;
            for (; i < args.length; i++) {
                String word = args[i];
                if (!word.startsWith("-") || word.equals("-")) {
                    break;
                }
                int equals = word.indexOf('=');
                String name = word.startsWith("--") && equals > 0 ? word.substring(0, equals) : word;
                String inline = name.equals(word) ? null : word.substring(equals + 1);
                boolean takesNext = switch (name) {
                    case "--root", "--output", "-f", "--file", "-c", "--cib", "-D", "--display", "-H", "-o", "--opt" ->
                        inline == null;
                    default -> false;
                };
                if (takesNext && i + 1 >= args.length) {
                    throw new UsageException("option " + name + " lacks its value", "write " + name + " VALUE");
                }
                String value = inline != null ? inline : takesNext ? args[++i] : "";
                options.take(name, value);
            }
            options.words = withoutOptions(options, List.of(args).subList(i, args.length));
            return options;
        }

        private void take(String name, String value) {
            switch (name) {
                case "--root" -> root = Path.of(value);
                case "--output" -> json = json(value);
                case "-F", "--force" -> force = true;
                case "-w", "--wait" -> await = true;
                case "-f", "--file" -> commandFile = value;
                case "-c", "--cib" -> draft = value;
                case "-h", "--help" -> help = true;
                case "--version" -> version = true;
                case "--warm-up" -> warmUp = true;
                case "--stacktrace", "-d", "--debug", "-R", "-D", "--display", "-o", "--opt" -> {
                    // Accepted for the sake of scripts written for crm.
                }
                default ->
                    throw new UsageException(
                            "option " + name + " is not known"
                                    + NearestWord.hint(
                                            name,
                                            List.of(
                                                    "--root",
                                                    "--output",
                                                    "--force",
                                                    "--wait",
                                                    "--file",
                                                    "--cib",
                                                    "--help",
                                                    "--version",
                                                    "--stacktrace")),
                            "list the options: systole --help");
            }
        }

        private static boolean json(String value) {
            return switch (value) {
                case "json" -> true;
                case "text" -> false;
                default ->
                    throw new UsageException(
                            "'" + value + "' is no form of output" + NearestWord.hint(value, List.of("text", "json")),
                            "write --output text or --output json");
            };
        }

        /** {@code --root}, {@code --output} and {@code --stacktrace} may stand after the command too. */
        private static List<String> withoutOptions(Options options, List<String> words) {
            List<String> rest = new ArrayList<>();
            for (int i = 0; i < words.size(); i++) {
                String word = words.get(i);
                boolean named = word.equals("--root") || word.equals("--output");
                if (named && i + 1 < words.size()) {
                    options.take(word, words.get(++i));
                } else if (word.startsWith("--root=") || word.startsWith("--output=")) {
                    int equals = word.indexOf('=');
                    options.take(word.substring(0, equals), word.substring(equals + 1));
                } else if (!word.equals("--stacktrace")) {
                    rest.add(word);
                }
            }
            return rest;
        }
    }
}
