package systole.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import systole.formats.CibXml;
import systole.scheduler.ConformanceEngine;

/**
 * The scheduler behind the contract of the conformance corpus: a program with the arguments {@code IN_DIR OUT_DIR},
 * which plans every test of {@code IN_DIR/manifest.json} and writes graph, scores and revised status.
 */
public final class ConformanceScheduler {
    private static final Pattern TEST = Pattern.compile("\\{[^{}]*\"name\"[^{}]*\\}", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("\"name\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern NOW = Pattern.compile("\"now_epoch\"\\s*:\\s*(-?\\d+)");

    private ConformanceScheduler() {}

    public static void main(String[] args) throws IOException {
        PrintStream complaints = System.err;
        if (args.length != 2) {
            complaints.println("usage: conformance-scheduler IN_DIR OUT_DIR");
            System.exit(64);
        }
        Path in = Path.of(args[0]);
        Path out = Path.of(args[1]);
        int failed = 0;
        for (Map.Entry<String, Instant> test :
                manifest(in.resolve("manifest.json")).entrySet()) {
            try {
                run(in, out, test.getKey(), test.getValue());
            } catch (RuntimeException e) {
                failed++;
                complaints.println(test.getKey() + ": " + e);
                for (int i = 0; i < Math.min(6, e.getStackTrace().length); i++) {
                    complaints.println("    at " + e.getStackTrace()[i]);
                }
            }
        }
        if (failed > 0) {
            complaints.println(failed + " tests ended in an exception");
            System.exit(1);
        }
    }

    /** Name and time of each test, in order. */
    static Map<String, Instant> manifest(Path file) throws IOException {
        Map<String, Instant> tests = new LinkedHashMap<>();
        Matcher matcher = TEST.matcher(Files.readString(file, StandardCharsets.UTF_8));
        while (matcher.find()) {
            Matcher name = NAME.matcher(matcher.group());
            Matcher now = NOW.matcher(matcher.group());
            if (name.find() && now.find()) {
                tests.put(name.group(1), Instant.ofEpochSecond(Long.parseLong(now.group(1))));
            }
        }
        return tests;
    }

    private static void run(Path in, Path out, String name, Instant now) throws IOException {
        Path file = in.resolve(name + ".xml");
        ConformanceEngine.Output output = ConformanceEngine.plan(
                CibXml.read(file.toString(), Files.readString(file, StandardCharsets.UTF_8)), now);
        Files.writeString(out.resolve(name + ".exp"), output.graph());
        Files.writeString(out.resolve(name + ".scores"), output.scores());
        Files.writeString(out.resolve(name + ".status.json"), output.status());
    }
}
