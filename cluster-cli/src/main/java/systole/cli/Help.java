package systole.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import systole.kernel.NearestWord;

/** Manual pages from the table of verbs. */
final class Help {
    private Help() {}

    static int root(Session session) {
        root(session.out());
        return ExitCode.OK.number();
    }

    static void root(PrintWriter out) {
        out.println("systole [OPTIONS] [LEVEL] COMMAND [ARGUMENTS]");
        out.println();
        out.println("Runs and configures a cluster. Without a command: an interactive shell.");
        out.println("Words may be shortened as long as they stay unique: systole conf sh.");
        out.println();
        out.println("Options:");
        row(out, "--root DIR", "folder that holds all paths of the node (default /, or $SYSTOLE_ROOT)");
        row(out, "--output text|json", "form of the output of reading commands and of errors");
        row(out, "-w, --wait", "after a change, wait until the cluster has followed");
        row(out, "-F, --force", "no questions; doubts do not refuse a change");
        row(out, "-f, --file FILE|-", "commands from a file; changes of configure are committed at its end");
        row(out, "--stacktrace", "show where an unexpected failure happened");
        row(out, "--version, -h, --help", "");
        out.println();
        out.println("Commands:");
        for (Verb verb : Levels.rootVerbs()) {
            row(out, verb.name(), verb.summary());
        }
        out.println();
        out.println("Levels (systole help LEVEL lists their commands):");
        for (Level level : Levels.all()) {
            row(out, level.name(), level.summary());
        }
        out.println();
        out.println("Environment: CIB_file=PATH works on a file without a cluster.");
        out.println("Exit codes: 0 done, 1 refused or failed, 64 wrong usage, 69 no daemon, 75 try again later,");
        out.println("  76 unknown whether it took effect.");
    }

    private static void row(PrintWriter out, String left, String right) {
        out.println("  " + left + " ".repeat(Math.max(1, 24 - left.length())) + right);
    }

    static int level(Session session, Level level) {
        PrintWriter out = session.out();
        out.println("systole " + level.name() + " COMMAND [ARGUMENTS]");
        out.println();
        out.println(level.summary());
        out.println();
        for (Verb verb : level.verbs()) {
            String aliases = verb.aliases().isEmpty() ? "" : " (" + String.join(", ", verb.aliases()) + ")";
            row(out, verb.name() + aliases, verb.summary());
        }
        return ExitCode.OK.number();
    }

    static int verb(Session session, String level, Verb verb) {
        CommandLine line = new CommandLine(Arguments.spec(level, verb));
        session.out().print(line.getUsageMessage(CommandLine.Help.Ansi.OFF));
        if (!verb.aliases().isEmpty()) {
            session.out().println("Also: " + String.join(", ", verb.aliases()));
        }
        return ExitCode.OK.number();
    }

    /** {@code help}, {@code help LEVEL}, {@code help LEVEL COMMAND}, {@code help COMMAND}. */
    static int topic(Session session, List<String> path) {
        if (path.isEmpty()) {
            return root(session);
        }
        String first = Words.resolve(path.get(0), Levels.rootWords()).orElse(path.get(0));
        Optional<Level> level = Levels.find(first);
        if (level.isEmpty()) {
            if (Levels.rootWords().contains(first)) {
                return verb(session, "", Levels.rootVerb(first));
            }
            for (Level any : Levels.all()) {
                Optional<Verb> verb = any.verb(path.get(0));
                if (verb.isPresent()) {
                    return verb(session, any.name(), verb.get());
                }
            }
            throw new UsageException(
                    "there is no help on '" + path.get(0) + "'" + NearestWord.hint(path.get(0), Levels.rootWords()),
                    "list the topics: systole help");
        }
        if (path.size() == 1) {
            return level(session, level.get());
        }
        String word = Words.resolve(path.get(1), level.get().words()).orElse(path.get(1));
        Verb verb = level.get()
                .verb(word)
                .orElseThrow(() -> new UsageException(
                        "level " + level.get().name() + " has no command '" + word + "'"
                                + NearestWord.hint(word, level.get().words()),
                        "list its commands: systole help " + level.get().name()));
        return verb(session, level.get().name(), verb);
    }
}
