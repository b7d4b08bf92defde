package systole.cli;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.ApiSocket;
import systole.api.DaemonException;
import systole.api.Request;
import systole.formats.CibValidation;
import systole.formats.CibXml;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.scheduler.status.StatusParts;
import systole.scheduler.status.StatusReport;

/** Commands that stand alone: {@code status}, {@code verify}, {@code history} and so on. */
final class RootVerbs {
    private static final int KEY_BYTES = 32;
    private static final long WATCH_MILLIS = 5_000;

    private RootVerbs() {}

    static List<Verb> verbs() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("status", "Show the state of the cluster.")
                .flag("--watch", "show it anew whenever something happens")
                .any(
                        "WORD",
                        Verb.Kind.WORD,
                        "simple: one line; attributes, bynode, brief, ops, timing, failcounts, tickets, noheaders, full: other parts")
                .example("systole status bynode failcounts")
                .example("systole status --output json")
                .does(RootVerbs::status));
        verbs.add(Verb.of("verify", "Check the configuration of the cluster, or of a file.")
                .option("--xml-file", "FILE", "a CIB in a file")
                .example("systole verify --xml-file cib.xml")
                .does(RootVerbs::verify));
        verbs.add(ImportVerb.verb());
        verbs.add(SimulateVerb.verb());
        verbs.add(Explain.verb());
        verbs.add(Verb.of("keygen", "Make the key with which the nodes recognise each other.")
                .flag("--force", "replace the present key")
                .maybe("FILE", Verb.Kind.FILE, "default: ROOT/etc/systole/authkey")
                .does(RootVerbs::keygen));
        verbs.add(Report.verb());
        verbs.add(Verb.of("sim", "Run whole clusters in one process under faults; see docs/simulation.md.")
                .option("--nodes", "N", "machines of the cluster, 2 to 16 (5); with A..B each seed draws its size")
                .option("--seeds", "A..B", "seeds to play (1..20); one number plays one seed")
                .option("--minutes", "M", "simulated minutes of faults for each seed (10)")
                .option(
                        "--faults",
                        "LIST",
                        "words with commas, all or none (all); a run takes a part of them, chosen by its seed")
                .flag("--witness", "every cluster has a witness (ffsplit or lms) in the place of other quorum options")
                .flag("--watchdog", "a watchdog in every machine in the place of the fence device")
                .option("--jobs", "J", "seeds played at the same time (1)")
                .flag("--story", "print the whole story of a seed that fails, not only its end")
                .example("systole sim --nodes 2..16 --seeds 1..100 --minutes 5")
                .raw()
                .does(RootVerbs::sim));
        return verbs;
    }

    // ---- status -----------------------------------------------------------------------------------------------------

    private static int status(Call call) throws IOException {
        if (call.has("--watch")) {
            return watch(call);
        }
        try (Backend backend = call.session().backend()) {
            print(call, backend);
        }
        return ExitCode.OK.number();
    }

    private static void print(Call call, Backend backend) {
        Map<String, String> facts = Map.of();
        List<String> warnings = List.of();
        Element cib;
        if (backend.isLive() && backend.ask(new Request.Status()) instanceof Answer.Status status) {
            facts = status.facts();
            warnings = status.warnings();
            cib = status.cib();
        } else {
            cib = backend.cib();
        }
        List<String> words = call.all("WORD").isEmpty() ? List.of() : statusWords(call.all("WORD"));
        StatusReport report = report(cib, facts);
        if (call.session().json()) {
            call.out().println(Output.of(report.json(warnings)));
        } else {
            call.out().print(report.printed(warnings, words));
        }
        call.out().flush();
    }

    /** The words in full. A word that is none is refused. */
    private static List<String> statusWords(List<String> given) {
        List<String> found = new ArrayList<>();
        for (String word : given) {
            if (word.equals("xml") || word.equals("html")) {
                throw new UsageException(
                        "status is not written as " + word,
                        "use --output json, or libexec/compat/crm_mon --output-as=xml");
            }
            found.add(Words.resolve(word, StatusParts.WORDS)
                    .orElseThrow(() -> new UsageException(
                            "'" + word + "' is no part of the status" + NearestWord.hint(word, StatusParts.WORDS),
                            "write one of: " + String.join(", ", StatusParts.WORDS))));
        }
        return found;
    }

    /** The report of this moment, in the zone of whoever calls. */
    static StatusReport report(Element cib, Map<String, String> facts) {
        return StatusReport.of(cib, facts, Instant.now(), ZoneId.systemDefault());
    }

    private static int watch(Call call) {
        boolean terminal = System.console() != null;
        try (ApiClient events = ApiClient.open(ApiSocket.of(call.session().root()), WATCH_MILLIS);
                Backend backend = call.session().backend()) {
            events.send(new Request.Watch());
            while (!call.out().checkError()) {
                if (terminal) {
                    call.out().print("\033[H\033[2J");
                }
                print(call, backend);
                try {
                    events.next(WATCH_MILLIS);
                } catch (DaemonException quiet) {
                    if (!String.valueOf(quiet.getMessage()).contains("did not answer within")) {
                        throw quiet;
                    }
                }
            }
        }
        return ExitCode.OK.number();
    }

    // ---- checking -----------------------------------------------------------------------------------------------

    static int verify(Call call) {
        String file = call.option("--xml-file");
        Element cib;
        String source;
        if (file != null) {
            source = Path.of(file).getFileName().toString();
            cib = CibXml.read(source, FileBackend.read(Path.of(file)));
        } else {
            source = "configuration";
            try (Backend backend = call.session().backend()) {
                cib = backend.cib();
            }
        }
        List<Finding> findings = CibValidation.verify(cib, source);
        if (call.session().json()) {
            List<Object> list = new ArrayList<>();
            for (Finding finding : findings) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("severity", finding.severity().name());
                fields.put("place", finding.place());
                fields.put("text", finding.what());
                fields.put("remedy", finding.remedy());
                list.add(fields);
            }
            call.out().println(Output.of(list));
        } else {
            for (Finding finding : findings) {
                boolean warning = finding.severity() == Finding.Severity.WARNING;
                call.session().err().println((warning ? "WARNING: " : "ERROR: ") + finding.text());
            }
        }
        return Finding.atLeast(Finding.Severity.DOUBT, findings).isEmpty()
                ? ExitCode.OK.number()
                : ExitCode.FAILED.number();
    }

    // ---- key ------------------------------------------------------------------------------------------------------

    private static int keygen(Call call) throws IOException {
        Path file = call.all("FILE").isEmpty()
                ? call.session().root().resolve("etc/systole/authkey")
                : Path.of(call.one("FILE"));
        boolean force = call.has("--force") || call.session().force();
        if (Files.exists(file) && !force) {
            throw new BadInputException(
                    file.toString(),
                    "a key exists already",
                    "write --force to replace it on this node and on all others");
        }
        writeKey(file);
        call.session().info("key written to " + file + "; copy it to all nodes");
        return ExitCode.OK.number();
    }

    /** A new key in the file, readable for its owner alone. */
    static byte[] writeKey(Path file) throws IOException {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        writeKey(file, key);
        return key;
    }

    static void writeKey(Path file, byte[] key) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, key);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
    }

    // ---- simulator ------------------------------------------------------------------------------------------------

    private static int sim(Call call) throws Exception {
        Path folder = call.session()
                .home()
                .map(home -> home.resolve("lib").resolve("simulation"))
                .filter(Files::isDirectory)
                .orElseThrow(() -> new BadInputException(
                        "",
                        "the simulator is not part of this installation",
                        "build it: mvn package, and run target/systole/bin/systole sim"));
        List<URL> jars = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path jar : files.filter(path -> path.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                jars.add(jar.toUri().toURL());
            }
        }
        try (var loader = new URLClassLoader(jars.toArray(new URL[0]), RootVerbs.class.getClassLoader())) {
            Class<?> main = Class.forName("systole.simulation.Main", true, loader);
            call.out().flush();
            Object code = main.getMethod("run", String[].class)
                    .invoke(null, (Object) call.words().toArray(new String[0]));
            return code instanceof Integer number ? number : ExitCode.OK.number();
        }
    }
}
