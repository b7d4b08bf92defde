package systole.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf.Logging;
import systole.kernel.BadInputException;

/** The log of the daemon: where its files are, and {@code history log}. */
final class Logs {
    private static final int DEFAULT_LINES = 100;

    private Logs() {}

    static Verb verb() {
        return Verb.of("log", "Print the daemon's log of this node, or of others over ssh.")
                .option("--limit", "N", "only the last so many lines; default " + DEFAULT_LINES + ", 0 for all")
                .any("NODE", Verb.Kind.NODE, "only of these nodes")
                .example("systole history log --limit 50 n2")
                .does(Logs::print);
    }

    /** The log files of this node: the one that cluster.conf names, and what a daemon started by hand wrote. */
    static List<Path> files(Session session) {
        Set<Path> found = new LinkedHashSet<>();
        Path conf = OtherNodes.file(session);
        if (Files.isReadable(conf)) {
            Logging logging =
                    CorosyncConf.read(conf.toString(), FileBackend.read(conf)).logging();
            Path named = Path.of(logging.logfile());
            if (logging.toLogfile()) {
                found.add(session.root()
                        .resolve(named.isAbsolute() ? named.getRoot().relativize(named) : named));
            }
        }
        Path folder = session.root().resolve("var/log/systole");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> all = Files.list(folder)) {
                all.filter(Files::isRegularFile).sorted().forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException("listing " + folder, e);
            }
        }
        return found.stream().filter(Files::isReadable).toList();
    }

    /** The time with which a line begins; {@code null} if it begins with none. */
    static @Nullable Instant time(String line) {
        int blank = line.indexOf(' ');
        if (blank < 20 || !Character.isDigit(line.charAt(0))) {
            return null;
        }
        try {
            return OffsetDateTime.parse(line.substring(0, blank)).toInstant();
        } catch (DateTimeException noTime) {
            return null;
        }
    }

    static int print(Call call) throws IOException, InterruptedException {
        int limit = HistoryVerbs.limit(call, DEFAULT_LINES);
        if (call.all("NODE").isEmpty()) {
            show(call, "", own(call.session(), limit));
            return ExitCode.OK.number();
        }
        OtherNodes nodes = new OtherNodes(call.session());
        String self = nodes.self();
        int code = ExitCode.OK.number();
        for (String node : nodes.chosen(call.all("NODE"))) {
            if (node.equals(self)) {
                show(call, node, own(call.session(), limit));
                continue;
            }
            OtherNodes.Result result = nodes.onEach(
                            List.of(node),
                            call.session().environment().getOrDefault("SYSTOLE_REMOTE", "systole")
                                    + " history log --limit " + limit,
                            new byte[0])
                    .get(0);
            if (result.code() != 0) {
                call.session().err().println("ERROR: [" + node + "] gave no log: " + result.err());
                code = ExitCode.FAILED.number();
            } else {
                show(call, node, result.text().lines().toList());
            }
        }
        return code;
    }

    private static void show(Call call, String node, List<String> lines) {
        if (call.session().json()) {
            call.out().println(Output.of(Map.of("node", node, "lines", lines)));
        } else {
            lines.forEach(line -> call.out().println(node.isEmpty() ? line : node + "  " + line));
        }
    }

    private static List<String> own(Session session, int limit) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Path file : files(session)) {
            lines.addAll(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
        if (lines.isEmpty() && Files.isDirectory(Path.of("/run/systemd/system"))) {
            Process journal = new ProcessBuilder(
                            "journalctl",
                            "--no-pager",
                            "-o",
                            "short-iso",
                            "-u",
                            "systoled",
                            "-n",
                            limit == 0 ? "all" : Integer.toString(limit))
                    .start();
            return new String(journal.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        if (lines.isEmpty()) {
            throw new BadInputException(
                    session.root().resolve("var/log/systole").toString(),
                    "there is no log file",
                    "let the daemon write one: systole corosync set logging.to_logfile yes, and logging.logfile");
        }
        return limit == 0 || lines.size() <= limit ? lines : lines.subList(lines.size() - limit, lines.size());
    }
}
