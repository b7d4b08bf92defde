package systole.scheduler;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import systole.formats.CibXml;
import systole.formats.TransitionGraphXml;
import systole.model.Element;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.simulation.Simulation;
import systole.scheduler.simulation.StatusMap;
import systole.scheduler.working.Cluster;

/**
 * The scheduler behind the contract of the conformance corpus: a program with the arguments {@code IN_DIR OUT_DIR},
 * which plans every test of {@code IN_DIR/manifest.json} and writes graph, scores and revised status.
 *
 * <p>This is a shell around the pure scheduler: the only class here that touches files.
 */
public final class ConformanceEngine {
    private static final Pattern TEST = Pattern.compile("\\{[^{}]*\"name\"[^{}]*\\}", Pattern.DOTALL);
    private static final Pattern NAME = Pattern.compile("\"name\"\\s*:\\s*\"([^\"]+)\"");
    private static final Pattern NOW = Pattern.compile("\"now_epoch\"\\s*:\\s*(-?\\d+)");

    private ConformanceEngine() {}

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

    /** What the corpus compares for one test. */
    record Output(String graph, String scores, String status) {}

    private static void run(Path in, Path out, String name, Instant now) throws IOException {
        Path file = in.resolve(name + ".xml");
        Element cib = CibXml.read(file.toString(), Files.readString(file, StandardCharsets.UTF_8));
        Output output = plan(cib, now);
        Files.writeString(out.resolve(name + ".exp"), output.graph);
        Files.writeString(out.resolve(name + ".scores"), output.scores);
        Files.writeString(out.resolve(name + ".status.json"), output.status);
    }

    static Output plan(Element cib, Instant now) {
        Plan plan = Scheduler.schedule(cib, now);
        Cluster before = Reading.read(cib, now, false);
        Set<String> ids = Simulation.resourceIds(before);
        GraphExecution.Result result = GraphExecution.run(cib, plan.graph(), ids, Map.of(), now.getEpochSecond());
        Cluster after = Reading.read(result.cib(), now, false);
        String scores = String.join("\n", plan.scoreLines()) + "\n";
        return new Output(TransitionGraphXml.write(plan.graph()), scores, json(after));
    }

    private static String json(Cluster cluster) {
        StringBuilder out = new StringBuilder("{\"nodes\": {");
        String comma = "";
        for (Map.Entry<String, StatusMap.NodeState> node :
                StatusMap.nodes(cluster).entrySet()) {
            out.append(comma).append(quoted(node.getKey()));
            out.append(": {\"type\": ").append(quoted(node.getValue().type()));
            out.append(", \"state\": ").append(quoted(node.getValue().state())).append('}');
            comma = ",\n  ";
        }
        out.append("},\n \"resources\": {");
        comma = "";
        for (Map.Entry<String, Map<String, List<String>>> resource :
                StatusMap.resources(cluster).entrySet()) {
            out.append(comma).append(quoted(resource.getKey())).append(": {");
            String inner = "";
            for (Map.Entry<String, List<String>> role : resource.getValue().entrySet()) {
                out.append(inner).append(quoted(role.getKey())).append(": [");
                out.append(String.join(
                        ", ",
                        role.getValue().stream().map(ConformanceEngine::quoted).toList()));
                out.append(']');
                inner = ", ";
            }
            out.append('}');
            comma = ",\n  ";
        }
        return out.append("}}\n").toString();
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
