package systole.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.model.Element;
import systole.scheduler.rules.Dates;

/** {@code report}: what somebody needs who was not there, of all nodes, in one archive. Passwords and the key stay here. */
final class Report {
    private static final int MOST_LOG_BYTES = 16 << 20;

    /** File of the report to the command whose output it holds. */
    private static final List<Map.Entry<String, List<String>>> COMMANDS = List.of(
            Map.entry("status.txt", List.of("status")),
            Map.entry("status.json", List.of("--output", "json", "status")),
            Map.entry("health.txt", List.of("cluster", "health")),
            Map.entry("ring.txt", List.of("corosync", "status")),
            Map.entry("configuration.crm", List.of("configure", "show")),
            Map.entry("verify.txt", List.of("verify")),
            Map.entry("operations.txt", List.of("resource", "operations")),
            Map.entry("scores.txt", List.of("simulate", "--plan-only", "--show-scores")),
            Map.entry("events.txt", List.of("history", "list")),
            Map.entry("changes.txt", List.of("history", "changes")),
            Map.entry("fencing.txt", List.of("fence", "history")));

    /** What the machine says of itself. */
    private static final String MACHINE = """
            for c in 'uname -a' 'cat /etc/os-release' uptime 'java -version' 'free -m' 'df -h' 'ip -o address' \
            'cat /proc/pressure/cpu /proc/pressure/io /proc/pressure/memory' 'ps -eo pid,ppid,stat,etime,args'; do
                echo "# $c"; $c 2>&1 || echo "(code $?)"; echo
            done""";

    private final Session session;
    private final Instant from;
    private final Instant to;

    private Report(Session session, Instant from, Instant to) {
        this.session = session;
        this.from = from;
        this.to = to;
    }

    static Verb verb() {
        return Verb.of("report", "Collect state, history and logs of all nodes into an archive, over ssh.")
                .option("-f", "TIME", "logs from then on: ISO 8601, or HH:MM of today; default: twelve hours ago")
                .option("-t", "TIME", "logs until then; default: now")
                .option("-n", "NODE", "only of one node, or several: n1,n2")
                .flag("-S", "only of this node, without ssh")
                .flag("--stdout", "write the archive to standard output")
                .maybe("DEST", Verb.Kind.FILE, "the archive, without .tar.gz; default: systole-report-TIME")
                .example("systole report -f 09:30 -t 10:15 /tmp/incident")
                .does(Report::run);
    }

    private static int run(Call call) throws IOException, InterruptedException {
        Session session = call.session();
        Instant now = Instant.now();
        Instant to = time(call.option("-t", ""), now);
        Instant from = time(call.option("-f", ""), now.minusSeconds(12 * 3600L));
        if (from.isAfter(to)) {
            throw new UsageException("the report would begin after its end", "write -f EARLIER -t LATER");
        }
        String stamp = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
                .format(LocalDateTime.ofInstant(now, ZoneId.systemDefault()));
        Path destination = Path.of(call.one("DEST", "systole-report-" + stamp) + ".tar.gz");
        String folder = folder(destination);
        TarArchive archive = new TarArchive(now.getEpochSecond());
        OtherNodes nodes = new OtherNodes(session);
        String self = nodes.self();
        List<String> wanted = call.option("-n") == null
                ? nodes.names()
                : nodes.chosen(List.of(call.option("-n", "").split(",")));
        if (call.has("-S") || wanted.contains(self) || wanted.isEmpty()) {
            new Report(session, from, to).collect(archive, folder + "/" + (self.isEmpty() ? "this-node" : self));
        }
        int missing = call.has("-S") ? 0 : others(call, archive, folder, nodes, wanted, from, to);
        byte[] bytes = archive.finish();
        if (call.has("--stdout")) {
            call.out().flush();
            System.out.write(bytes);
            System.out.flush();
            return missing == 0 ? ExitCode.OK.number() : ExitCode.FAILED.number();
        }
        if (!Files.exists(destination)) {
            Files.createFile(
                    destination, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        }
        Files.write(destination, bytes);
        session.info("The report is saved in " + destination.toAbsolutePath());
        return missing == 0 ? ExitCode.OK.number() : ExitCode.FAILED.number();
    }

    private static String folder(Path destination) {
        String name = String.valueOf(destination.getFileName());
        String folder = name.substring(0, name.length() - ".tar.gz".length());
        return folder.length() > 40 ? folder.substring(0, 40) : folder;
    }

    /** @return how many nodes gave nothing */
    private static int others(
            Call call,
            TarArchive archive,
            String folder,
            OtherNodes nodes,
            List<String> wanted,
            Instant from,
            Instant to)
            throws IOException, InterruptedException {
        List<String> others = new ArrayList<>(wanted);
        others.remove(nodes.self());
        String command = call.session().environment().getOrDefault("SYSTOLE_REMOTE", "systole")
                + " report -S --stdout -f " + from + " -t " + to + " " + OtherNodes.quoted(folder);
        int missing = 0;
        for (OtherNodes.Result result : nodes.onEach(others, command, new byte[0])) {
            if (result.code() == 0 && result.out().length > 0) {
                archive.addAll(result.out());
                continue;
            }
            missing++;
            String why = "node " + result.node() + " gave no report (code " + result.code() + "): " + result.err();
            call.session().warn(why);
            archive.add(folder + "/" + result.node() + "/missing.txt", (why + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return missing;
    }

    static Instant time(String word, Instant fallback) {
        if (word.isEmpty()) {
            return fallback;
        }
        if (word.endsWith("Z")) {
            LocalDateTime exact = Dates.parse(word, LocalDateTime.now(ZoneOffset.UTC));
            if (exact != null) {
                return exact.toInstant(ZoneOffset.UTC);
            }
        }
        LocalDateTime today = LocalDateTime.now(ZoneId.systemDefault());
        String whole = word.matches("[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?")
                ? today.toLocalDate() + " " + (word.indexOf(':') == 1 ? "0" + word : word)
                : word;
        LocalDateTime local = Dates.parse(whole, today);
        if (local == null) {
            throw new UsageException("'" + word + "' is no time", "write it as 2026-07-01T12:30, or 12:30 of today");
        }
        return local.atZone(ZoneId.systemDefault()).toInstant();
    }

    // ---- one node ---------------------------------------------------------------------------------------------------

    private void collect(TarArchive archive, String folder) throws IOException {
        for (Map.Entry<String, List<String>> each : COMMANDS) {
            archive.add(folder + "/" + each.getKey(), own(each.getValue()));
        }
        archive.add(folder + "/cib.xml", cib());
        archive.add(folder + "/machine.txt", shell(MACHINE));
        archive.add(
                folder + "/files.txt",
                shell("ls -lR "
                        + OtherNodes.quoted(
                                session.root().resolve("var/lib/systole").toString()) + " "
                        + OtherNodes.quoted(
                                session.root().resolve("etc/systole").toString())));
        Path conf = OtherNodes.file(session);
        if (Files.isReadable(conf)) {
            archive.add(folder + "/cluster.conf", Files.readAllBytes(conf));
        }
        for (Path log : Logs.files(session)) {
            archive.add(folder + "/" + log.getFileName(), tail(log));
        }
        archive.add(
                folder + "/journal.txt",
                shell("command -v journalctl > /dev/null && journalctl --no-pager -o short-iso -u systoled --since @"
                        + from.getEpochSecond() + " --until @" + to.getEpochSecond() + " 2>&1"));
    }

    /** Output and messages of a command of ours. */
    private byte[] own(List<String> words) {
        List<String> all = new ArrayList<>(List.of("--root", session.root().toString()));
        all.addAll(words);
        StringWriter out = new StringWriter();
        try (PrintWriter writer = new PrintWriter(out)) {
            int code =
                    Systole.run(all.toArray(new String[0]), session.environment(), session.program(), writer, writer);
            if (code != 0) {
                writer.println("(code " + code + ")");
            }
        }
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] cib() {
        try (Backend backend = session.directly()) {
            return CibXml.write(masked(backend.cib())).getBytes(StandardCharsets.UTF_8);
        } catch (ClusterException e) {
            return (e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** Passwords masked, as {@code configure show} does. */
    static Element masked(Element cib) {
        return Edits.replace(
                cib,
                element -> element.is("nvpair") && CrmLanguage.isSecret(element.attribute("name", "")),
                pair -> pair.withAttribute("value", CrmLanguage.MASK));
    }

    private static byte[] shell(String command) {
        try {
            Process process = new ProcessBuilder("sh", "-c", command)
                    .redirectErrorStream(true)
                    .redirectInput(
                            ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .start();
            return process.getInputStream().readAllBytes();
        } catch (IOException e) {
            return ("not run: " + e.getMessage() + "\n").getBytes(StandardCharsets.UTF_8);
        }
    }

    /** The lines of a log between the two times, as far as its last part reaches; lines without a time go with those before. */
    private byte[] tail(Path log) throws IOException {
        byte[] bytes;
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long size = file.length();
            int wanted = (int) Math.min(size, MOST_LOG_BYTES);
            file.seek(size - wanted);
            bytes = new byte[wanted];
            file.readFully(bytes);
        } catch (IOException e) {
            throw new BadInputException(log.toString(), "cannot be read: " + e.getMessage(), "check its permissions");
        }
        StringBuilder kept = new StringBuilder();
        boolean inside = true;
        for (String line : new String(bytes, StandardCharsets.UTF_8).lines().toList()) {
            Instant at = Logs.time(line);
            inside = at == null ? inside : !at.isBefore(from) && !at.isAfter(to);
            if (inside) {
                kept.append(line).append('\n');
            }
        }
        return kept.toString().getBytes(StandardCharsets.UTF_8);
    }
}
