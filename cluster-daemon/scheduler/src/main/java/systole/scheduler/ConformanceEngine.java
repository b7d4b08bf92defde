package systole.scheduler;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.formats.TransitionGraphXml;
import systole.model.Element;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.simulation.Simulation;
import systole.scheduler.simulation.StatusMap;
import systole.scheduler.working.Cluster;

/** What the conformance corpus compares: graph, scores, and the status after the graph was carried out. */
public final class ConformanceEngine {
    private ConformanceEngine() {}

    /** What the corpus compares for one test. */
    public record Output(String graph, String scores, String status) {}

    /** Plans on the document, carries the plan out on a copy, and renders what the corpus compares. */
    public static Output plan(Element cib, Instant now) {
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
