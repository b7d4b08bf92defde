package systole.scheduler.generated;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.simulation.Simulation;

/**
 * Carries a plan out as a cluster would. The simulated execution records what resource actions and fencing come to and
 * leaves out, as the reference does, what a real cluster does besides: fail counts are cleared, histories deleted,
 * recurring operations cancelled, nodes shut down, nodes unfenced.
 */
final class ClusterEffects {
    private ClusterEffects() {}

    static Element carryOut(Element cib, TransitionGraph graph, Instant now) {
        Set<String> ids = Simulation.resourceIds(Reading.read(cib, now, false));
        GraphExecution.Result result = GraphExecution.run(
                started(withDeletions(cib, graph), graph), graph, ids, Map.of(), now.getEpochSecond());
        Set<Integer> done = done(graph);
        List<Element> states = new ArrayList<>();
        for (Element state : withFenced(Trees.states(result.cib()), graph)) {
            Element next = state.is("node_state") ? besides(state, graph, done, now) : state;
            states.add(connects(next, graph, done) ? Trees.withAttributes(next, List.of()) : next);
        }
        return Trees.withStatus(result.cib(), states);
    }

    /** Histories are deleted before anything new is written to them: what was stopped first is written anew. */
    private static Element withDeletions(Element cib, TransitionGraph graph) {
        Set<Integer> done = done(graph);
        List<Element> states = new ArrayList<>();
        for (Element state : Trees.states(cib)) {
            Element next = state;
            for (Synapse synapse : graph.synapses()) {
                if (synapse.action() instanceof ResourceOperation operation
                        && operation.operation().equals("delete")
                        && done.contains(operation.id())
                        && operation.head().onNode().equalsIgnoreCase(state.attribute("uname", state.id()))) {
                    next = withoutHistory(
                            next,
                            operation.primitive().id(),
                            operation.primitive().longId());
                }
            }
            states.add(next);
        }
        return Trees.withStatus(cib, states);
    }

    /** A start under way that the plan does not write again, but monitors already, ends well before the monitor. */
    private static Element started(Element cib, TransitionGraph graph) {
        Set<String> started = new HashSet<>();
        Set<String> monitored = new HashSet<>();
        for (Synapse synapse : graph.synapses()) {
            if (synapse.action() instanceof ResourceOperation operation) {
                Set<String> set = operation.operation().equals("start") ? started : monitored;
                set.add(operation.primitive().id() + "@" + operation.head().onNode());
            }
        }
        monitored.removeAll(started);
        List<Element> states = new ArrayList<>();
        for (Element state : Trees.states(cib)) {
            List<Element> histories = new ArrayList<>();
            for (Element history : Trees.histories(state)) {
                boolean it = monitored.contains(history.id() + "@" + state.attribute("uname", state.id()));
                histories.add(it ? Trees.each(history, ClusterEffects::ended) : history);
            }
            states.add(histories.isEmpty() ? state : Trees.withHistories(state, histories));
        }
        return Trees.withStatus(cib, states);
    }

    private static Element ended(Element entry) {
        boolean under = "start".equals(entry.attribute("operation")) && "-1".equals(entry.attribute("op-status"));
        if (!under) {
            return entry;
        }
        return entry.withAttribute("op-status", "0")
                .withAttribute("rc-code", "0")
                .withAttribute("call-id", "1");
    }

    /** Guests that are unfenced before anything was recorded of them get a state. */
    private static List<Element> withFenced(List<Element> states, TransitionGraph graph) {
        List<Element> all = new ArrayList<>(states);
        for (Synapse synapse : graph.synapses()) {
            String name = synapse.action().head().onNode();
            boolean fencing = synapse.action().operation().equals("stonith");
            if (fencing && all.stream().noneMatch(state -> name.equalsIgnoreCase(state.attribute("uname", "")))) {
                String id = synapse.action().head().onNodeUuid();
                all.add(Element.leaf("node_state", "id", id, "uname", name));
            }
        }
        return all;
    }

    /** Actions that are reached: all their inputs are, at any depth. */
    static Set<Integer> done(TransitionGraph graph) {
        Set<Integer> done = new HashSet<>();
        boolean progress = true;
        while (progress) {
            progress = false;
            for (Synapse synapse : graph.synapses()) {
                if (!done.contains(synapse.action().id()) && done.containsAll(synapse.inputs())) {
                    done.add(synapse.action().id());
                    progress = true;
                }
            }
        }
        return done;
    }

    /** A node that connects comes without transient attributes. */
    private static boolean connects(Element state, TransitionGraph graph, Set<Integer> done) {
        for (Synapse synapse : graph.synapses()) {
            if (synapse.action() instanceof ResourceOperation operation
                    && operation.operation().equals("start")
                    && operation.primitive().type().equals("remote")
                    && operation.primitive().id().equals(state.id())
                    && done.contains(operation.id())) {
                return true;
            }
        }
        return false;
    }

    private static Element besides(Element before, TransitionGraph graph, Set<Integer> done, Instant now) {
        Element state = before;
        String name = state.attribute("uname", state.id());
        for (Synapse synapse : graph.synapses()) {
            GraphAction action = synapse.action();
            if (!done.contains(action.id()) || !action.head().onNode().equalsIgnoreCase(name)) {
                continue;
            }
            if (action instanceof ResourceOperation operation) {
                state = operation(state, operation);
            } else if (action instanceof GraphAction.PseudoEvent point
                    && point.operation().equals("stonith")
                    && state.attribute("uname", "").equals(state.id())) {
                // A guest went down with its container.
                state = Trees.withAttributes(Trees.withHistories(state, List.of()), List.of());
            } else if (action instanceof ClusterEvent event) {
                state = event(state, event, now);
            }
        }
        return state;
    }

    private static Element operation(Element state, ResourceOperation operation) {
        String id = operation.primitive().id();
        String longId = operation.primitive().longId();
        String task = operation.operation();
        if (!task.equals("cancel")) {
            return state;
        }
        String cancelled = "_" + operation.meta("operation").orElse("monitor") + "_"
                + operation.meta("interval").orElse("0");
        List<Element> next = new ArrayList<>();
        for (Element history : Trees.histories(state)) {
            if (!history.id().equals(id) && !history.id().equals(longId)) {
                next.add(history);
                continue;
            }
            List<Element> entries = new ArrayList<>();
            for (Element entry : history.children()) {
                boolean it = entry.attribute("operation_key", entry.id()).endsWith(cancelled)
                        || "cancel".equals(entry.attribute("operation"));
                if (!it) {
                    entries.add(entry);
                }
            }
            next.add(history.withChildren(entries));
        }
        return Trees.withHistories(state, next);
    }

    private static Element withoutHistory(Element state, String id, String longId) {
        List<Element> next = new ArrayList<>();
        for (Element history : Trees.histories(state)) {
            if (!history.id().equals(id) && !history.id().equals(longId)) {
                next.add(history);
            }
        }
        return Trees.withHistories(state, next);
    }

    private static Element event(Element state, ClusterEvent event, Instant now) {
        if (event.isFencing()) {
            String when = String.valueOf(now.getEpochSecond());
            if (event.fencingAction().equals("on")) {
                return Trees.withAttribute(state, "#node-unfenced", when);
            }
            boolean remote = state.attribute("uname", "").equals(state.id());
            return remote ? state.withAttribute("node_fenced", when) : state;
        }
        switch (event.operation()) {
            case "do_shutdown":
                return Trees.withAttributes(
                        Trees.withHistories(state, List.of())
                                .withAttribute("in_ccm", "false")
                                .withAttribute("crmd", "offline")
                                .withAttribute("join", "down")
                                .withAttribute("expected", "down"),
                        List.of());
            case "clear_failcount":
                return withoutFailures(state, event);
            case "lrm_delete":
                return event.primitive()
                        .map(primitive -> withoutHistory(state, primitive.id(), primitive.longId()))
                        .orElse(state);
            default:
                return state;
        }
    }

    private static Element withoutFailures(Element state, ClusterEvent event) {
        List<Element> pairs = new ArrayList<>();
        for (Element pair : Trees.attributes(state)) {
            String name = pair.attribute("name", "");
            boolean mine = event.primitive()
                    .filter(primitive -> isFailureOf(name, primitive.id()) || isFailureOf(name, primitive.longId()))
                    .isPresent();
            if (!mine) {
                pairs.add(pair);
            }
        }
        String id = event.primitive().map(each -> each.id()).orElse("");
        String longId = event.primitive().map(each -> each.longId()).orElse("");
        List<Element> next = new ArrayList<>();
        for (Element history : Trees.histories(state)) {
            if (!history.id().equals(id) && !history.id().equals(longId)) {
                next.add(history);
                continue;
            }
            List<Element> entries = new ArrayList<>();
            for (Element entry : history.children()) {
                if (!entry.id().endsWith("_last_failure_0")) {
                    entries.add(entry);
                }
            }
            next.add(history.withChildren(entries));
        }
        return Trees.withAttributes(Trees.withHistories(state, next), pairs);
    }

    private static boolean isFailureOf(String attribute, String resource) {
        return !resource.isEmpty()
                && (attribute.startsWith("fail-count-" + resource + "#")
                        || attribute.startsWith("last-failure-" + resource + "#"));
    }
}
