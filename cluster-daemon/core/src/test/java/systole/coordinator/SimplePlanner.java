package systole.coordinator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.graph.ActionHead;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.model.Element;

/**
 * A scheduler just good enough to move primitives about: probes, fencing before starts, stop before start elsewhere,
 * standby, shutdown, quorum, a monitor of ten seconds.
 */
final class SimplePlanner {
    private final Element cib;
    private final List<Synapse> synapses = new ArrayList<>();
    private final Map<String, Element> states = new TreeMap<>();
    private final List<Integer> fencings = new ArrayList<>();
    private int lastId;

    private SimplePlanner(Element cib) {
        this.cib = cib;
    }

    static TransitionGraph plan(Element cib) {
        return new SimplePlanner(cib).run();
    }

    private TransitionGraph run() {
        Element configuration = cib.child("configuration").orElseThrow();
        for (Element state : cib.child("status").orElseThrow().children("node_state")) {
            states.put(state.attribute("uname", ""), state);
        }
        boolean quorate = cib.attribute("have-quorum", "0").equals("1");
        boolean fencing = option(configuration, "fencing-enabled", "true").equals("true");
        Set<String> online = new TreeSet<>();
        for (Map.Entry<String, Element> entry : states.entrySet()) {
            if (entry.getValue().attribute("join", "").equals("member")) {
                online.add(entry.getKey());
            } else if (fencing
                    && quorate
                    && entry.getValue().attribute("expected", "").equals("member")) {
                fence(entry.getKey());
            }
        }
        List<Element> primitives = new ArrayList<>();
        for (Element primitive : configuration.child("resources").orElseThrow().children("primitive")) {
            if (!primitive.attribute("class", "").equals("stonith")) {
                primitives.add(primitive);
            }
        }
        Map<String, List<Integer>> stopsOn = new TreeMap<>();
        Map<String, Integer> load = new TreeMap<>();
        for (Element primitive : primitives) {
            place(configuration, primitive, online, quorate, stopsOn, load);
        }
        for (String node : online) {
            if (attribute(node, "shutdown").isPresent()) {
                add(
                        new GraphAction.ClusterEvent(
                                ActionHead.of(++lastId, "do_shutdown", "do_shutdown-" + node, node, id(node)),
                                "",
                                Optional.empty(),
                                Map.of(),
                                List.of(id(node))),
                        stopsOn.getOrDefault(node, List.of()));
            }
        }
        Map<String, String> header = new LinkedHashMap<>();
        header.put("cluster-delay", "60s");
        header.put("failed-start-offset", "INFINITY");
        header.put("failed-stop-offset", "INFINITY");
        return new TransitionGraph(header, synapses);
    }

    private void place(
            Element configuration,
            Element primitive,
            Set<String> online,
            boolean quorate,
            Map<String, List<Integer>> stopsOn,
            Map<String, Integer> load) {
        List<Integer> before = new ArrayList<>(fencings);
        Set<String> active = new LinkedHashSet<>();
        for (String node : online) {
            Optional<Boolean> runs = runs(node, primitive.id());
            if (runs.isEmpty()) {
                before.add(operation(primitive, "monitor", node, 0, 7, List.of()));
            } else if (runs.get()) {
                active.add(node);
            }
        }
        String target = quorate ? choose(configuration, primitive, online, active, load) : "";
        for (String node : active) {
            if (!node.equals(target) || active.size() > 1) {
                int stop = operation(primitive, "stop", node, 0, 0, List.of());
                stopsOn.computeIfAbsent(node, name -> new ArrayList<>()).add(stop);
                before.add(stop);
            }
        }
        if (!target.isEmpty()) {
            load.merge(target, 1, Integer::sum);
            boolean stays = active.size() == 1 && active.contains(target);
            if (!stays) {
                int start = operation(primitive, "start", target, 0, 0, before);
                operation(primitive, "monitor", target, 10_000, 0, List.of(start));
            } else if (!isMonitored(target, primitive.id())) {
                operation(primitive, "monitor", target, 10_000, 0, List.of());
            }
        }
    }

    private String choose(
            Element configuration,
            Element primitive,
            Set<String> online,
            Set<String> active,
            Map<String, Integer> load) {
        String best = "";
        for (String node : online) {
            boolean allowed = !standby(configuration, node)
                    && attribute(node, "shutdown").isEmpty()
                    && attribute(node, "fail-count-" + primitive.id() + "#start_0")
                            .isEmpty();
            boolean better = best.isEmpty()
                    || (active.contains(node) && !active.contains(best))
                    || (!active.contains(best) && load.getOrDefault(node, 0) < load.getOrDefault(best, 0));
            if (allowed && better) {
                best = node;
            }
        }
        return best;
    }

    private Optional<Boolean> runs(String node, String resource) {
        Optional<Element> history = history(node, resource);
        if (history.isEmpty()) {
            return Optional.empty();
        }
        Optional<Boolean> runs = Optional.empty();
        for (Element entry : history.get().children("lrm_rsc_op")) {
            String operation = entry.attribute("operation", "");
            boolean pending = entry.attribute("op-status", "").equals("-1");
            if (entry.id().endsWith("_last_0")) {
                if (operation.equals("start")) {
                    runs = Optional.of(true);
                } else if (operation.equals("stop")) {
                    runs = Optional.of(
                            pending || !entry.attribute("rc-code", "").equals("0"));
                } else if (!pending) {
                    runs = Optional.of(entry.attribute("rc-code", "").equals("0"));
                }
            }
        }
        return runs;
    }

    private boolean isMonitored(String node, String resource) {
        return history(node, resource)
                .map(found -> found.children("lrm_rsc_op").stream()
                        .anyMatch(entry -> entry.id().equals(resource + "_monitor_10000")))
                .orElse(false);
    }

    private Optional<Element> history(String node, String resource) {
        for (Element lrm : states.get(node).children("lrm")) {
            for (Element resources : lrm.children("lrm_resources")) {
                for (Element history : resources.children("lrm_resource")) {
                    if (history.id().equals(resource)) {
                        return Optional.of(history);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> attribute(String node, String name) {
        for (Element attributes : states.get(node).children("transient_attributes")) {
            for (Element set : attributes.children("instance_attributes")) {
                for (Element pair : set.children("nvpair")) {
                    if (pair.attribute("name", "").equals(name)) {
                        return Optional.of(pair.attribute("value", ""));
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static boolean standby(Element configuration, String node) {
        for (Element nodes : configuration.children("nodes")) {
            for (Element each : nodes.children("node")) {
                if (each.attribute("uname", "").equals(node)) {
                    for (Element set : each.children("instance_attributes")) {
                        for (Element pair : set.children("nvpair")) {
                            if (pair.attribute("name", "").equals("standby")) {
                                return pair.attribute("value", "").equals("on");
                            }
                        }
                    }
                }
            }
        }
        return false;
    }

    private static String option(Element configuration, String name, String fallback) {
        for (Element set : configuration.child("crm_config").orElseThrow().children()) {
            for (Element pair : set.children("nvpair")) {
                if (pair.attribute("name", "").equals(name)) {
                    return pair.attribute("value", "");
                }
            }
        }
        return fallback;
    }

    private void fence(String node) {
        add(
                new GraphAction.ClusterEvent(
                        ActionHead.of(++lastId, "stonith", "stonith-" + node + "-reboot", node, id(node)),
                        "",
                        Optional.empty(),
                        Map.of("CRM_meta_stonith_action", "reboot"),
                        List.of(id(node))),
                List.of());
        fencings.add(lastId);
    }

    private int operation(
            Element primitive, String operation, String node, long interval, int targetRc, List<Integer> inputs) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("CRM_meta_timeout", "20000");
        attributes.put("CRM_meta_op_target_rc", Integer.toString(targetRc));
        attributes.put("CRM_meta_on_node", node);
        if (interval > 0) {
            attributes.put("CRM_meta_interval", Long.toString(interval));
        }
        int id = ++lastId;
        add(
                new GraphAction.ResourceOperation(
                        ActionHead.of(id, operation, primitive.id() + "_" + operation + "_" + interval, node, id(node)),
                        new PrimitiveRef(
                                primitive.id(),
                                "",
                                primitive.attribute("class", ""),
                                primitive.attribute("provider", ""),
                                primitive.attribute("type", "")),
                        attributes,
                        List.of()),
                inputs);
        return id;
    }

    private void add(GraphAction action, List<Integer> inputs) {
        synapses.add(
                new Synapse(synapses.size(), 0, action, inputs.stream().sorted().toList()));
    }

    private String id(String node) {
        return states.get(node).id();
    }
}
