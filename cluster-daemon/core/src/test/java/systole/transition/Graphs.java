package systole.transition;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import systole.graph.ActionHead;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;

/** Hand-made graphs. */
final class Graphs {
    private Graphs() {}

    static GraphAction operation(int id, String resource, String operation, String node, String... metas) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("CRM_meta_timeout", "10000");
        for (int i = 0; i + 1 < metas.length; i += 2) {
            attributes.put("CRM_meta_" + metas[i], metas[i + 1]);
        }
        String interval = attributes.getOrDefault("CRM_meta_interval", "0");
        return new GraphAction.ResourceOperation(
                ActionHead.of(id, operation, resource + "_" + operation + "_" + interval, node, node),
                new PrimitiveRef(resource, "", "ocf", "heartbeat", "Dummy"),
                attributes,
                List.of());
    }

    static GraphAction pseudo(int id, String name) {
        return new GraphAction.PseudoEvent(ActionHead.of(id, name, name, "", ""), Map.of(), List.of(), Map.of());
    }

    static GraphAction fence(int id, String node) {
        return new GraphAction.ClusterEvent(
                ActionHead.of(id, "stonith", "stonith-" + node + "-reboot", node, node),
                "",
                Optional.empty(),
                Map.of("CRM_meta_stonith_action", "reboot"),
                List.of(node));
    }

    static GraphAction shutdown(int id, String node) {
        return new GraphAction.ClusterEvent(
                ActionHead.of(id, "do_shutdown", "do_shutdown-" + node, node, node),
                "",
                Optional.empty(),
                Map.of(),
                List.of(node));
    }

    static Synapse synapse(GraphAction action, Integer... inputs) {
        return new Synapse(action.id(), 0, action, List.of(inputs));
    }

    static TransitionGraph graph(Synapse... synapses) {
        return new TransitionGraph(Map.of(), List.of(synapses));
    }
}
