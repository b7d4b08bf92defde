package systole.scheduler.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.PseudoEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.model.OperationDigest;

/** Carries a plan out on a copy of the status (actions-and-graph 13, input-and-status 21). */
public final class GraphExecution {
    private static final String UUID = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

    private final StatusEdit status;
    private final TransitionGraph graph;
    private final Set<String> resourceIds;
    private final Map<String, Integer> failures;
    private final long nowSeconds;
    private final List<String> lines = new ArrayList<>();

    private GraphExecution(
            Element cib, TransitionGraph graph, Set<String> resourceIds, Map<String, Integer> failures, long now) {
        this.status = new StatusEdit(cib);
        this.graph = graph;
        this.resourceIds = resourceIds;
        this.failures = failures;
        this.nowSeconds = now;
    }

    /**
     * What came of it.
     *
     * @param cib the document with the status as it is afterwards
     * @param lines one line for each action, in the order of execution
     * @param complete whether every action could be carried out; false for a graph that waits for itself
     */
    public record Result(Element cib, List<String> lines, boolean complete) {}

    /**
     * @param resourceIds every resource id, and the names under which the history knows instances
     * @param failures {@code RSC_TASK_INTERVAL@NODE} to the exit status that this operation is to have
     * @param nowSeconds time of execution, seconds since the epoch
     */
    public static Result run(
            Element cib,
            TransitionGraph graph,
            Set<String> resourceIds,
            Map<String, Integer> failures,
            long nowSeconds) {
        return new GraphExecution(cib, graph, resourceIds, failures, nowSeconds).run();
    }

    private Result run() {
        Set<Integer> confirmed = new HashSet<>();
        Set<Integer> failed = new HashSet<>();
        boolean[] fired = new boolean[graph.synapses().size()];
        boolean anyFailed = false;
        boolean progress = true;
        int left = fired.length;
        while (progress && left > 0) {
            progress = false;
            for (int i = 0; i < fired.length; i++) {
                Synapse synapse = graph.synapses().get(i);
                if (fired[i] || !confirmed.containsAll(synapse.inputs())) {
                    continue;
                }
                boolean real = !(synapse.action() instanceof PseudoEvent);
                if (anyFailed && real && synapse.priority() < Synapse.INFINITY) {
                    continue;
                }
                fired[i] = true;
                progress = true;
                left--;
                int id = synapse.action().id();
                if (execute(synapse.action())) {
                    confirmed.add(id);
                } else {
                    failed.add(id);
                    anyFailed = true;
                }
            }
        }
        return new Result(status.cib(), lines, left == 0 || anyFailed);
    }

    /** Returns whether it succeeded. */
    private boolean execute(GraphAction action) {
        if (action instanceof PseudoEvent) {
            String node = action.head().onNode();
            lines.add("  * Pseudo action:   " + action.operationKey() + (node.isEmpty() ? "" : " on " + node));
            return true;
        }
        if (action instanceof ClusterEvent event) {
            cluster(event);
            return true;
        }
        if (action instanceof ResourceOperation operation) {
            return resource(operation);
        }
        throw new AssertionError("unknown action " + action);
    }

    // ---- cluster events

    private void cluster(ClusterEvent event) {
        String node = event.head().onNode();
        if (event.isFencing()) {
            lines.add("  * Fencing " + node + " (" + event.fencingAction() + ")");
            if (!event.fencingAction().equals("on")) {
                StatusEdit.Node state = status.node(event.head().onNodeUuid(), node);
                state.attributes.put("in_ccm", "false");
                state.attributes.put("crmd", "offline");
                state.attributes.put("join", "down");
                state.attributes.put("expected", "down");
                state.resources.clear();
                state.transients = null;
            }
            return;
        }
        String resource = event.primitive()
                .map(primitive -> name(primitive.id(), primitive.longId()))
                .orElse("");
        lines.add("  * Cluster action:  " + event.operation() + (resource.isEmpty() ? "" : " for " + resource) + " on "
                + node);
    }

    /** The configuration id, or the long id if only that exists as a resource. */
    private String name(String id, String longId) {
        return !resourceIds.contains(id) && resourceIds.contains(longId) ? longId : id;
    }

    // ---- resource operations

    private boolean resource(ResourceOperation operation) {
        String name = name(operation.primitive().id(), operation.primitive().longId());
        String task = operation.operation();
        long interval = operation.interval();
        String node = operation.head().onNode();
        String shown = interval == 0 ? task : task + "=" + interval;
        String padded = name.length() >= 15 ? name : name + " ".repeat(15 - name.length());
        lines.add("  * Resource action: " + padded + " " + shown + " on " + node);
        if (task.equals("delete") || task.equals("meta-data")) {
            return true;
        }
        int expected = operation.targetRc();
        int rc = expected;
        Integer injected = failures.get(name + "_" + task + "_" + interval + "@" + node);
        if (injected == null && !operation.primitive().longId().isEmpty()) {
            injected = failures.get(operation.primitive().longId() + "_" + task + "_" + interval + "@" + node);
        }
        if (injected != null) {
            rc = injected;
        }
        String nodeId = operation.head().onNodeUuid();
        StatusEdit.Node state = status.node(operation.head().routerNode().isEmpty() ? nodeId : node, node);
        StatusEdit.Resource history = history(state, operation, name);
        record(history, operation, name, rc);
        if (rc != expected) {
            Map<String, String> attributes = new LinkedHashMap<>();
            boolean fatal = task.equals("stop") || (task.equals("start") && graph.startFailureIsFatal());
            String suffix = name + "#" + task + "_" + interval;
            attributes.put("fail-count-" + suffix, fatal ? "INFINITY" : "value++");
            attributes.put("last-failure-" + suffix, String.valueOf(nowSeconds));
            attributes.forEach((key, value) -> TransientAttributes.set(state, key, value));
        }
        return rc == expected;
    }

    private static StatusEdit.Resource history(StatusEdit.Node state, ResourceOperation operation, String shown) {
        StatusEdit.Resource found = state.resources.get(shown);
        if (found == null) {
            found = state.resources.get(operation.primitive().id());
        }
        if (found == null) {
            String configured = operation.primitive().id();
            found = new StatusEdit.Resource();
            found.attributes.put("id", configured);
            found.attributes.put("class", operation.primitive().agentClass());
            if (!operation.primitive().provider().isEmpty()) {
                found.attributes.put("provider", operation.primitive().provider());
            }
            found.attributes.put("type", operation.primitive().type());
            state.resources.put(configured, found);
        }
        return found;
    }

    private void record(StatusEdit.Resource history, ResourceOperation operation, String name, int rc) {
        String task = operation.operation();
        String recorded = task.equals("reload-agent") || task.equals("reload") ? "start" : task;
        long interval = operation.interval();
        boolean ownKey = task.equals("migrate_to") || task.equals("migrate_from") || task.equals("notify");
        String historyName = history.attributes.getOrDefault("id", name);
        String id;
        if (ownKey) {
            id = operation.operationKey();
        } else if (interval > 0) {
            id = historyName + "_" + recorded + "_" + interval;
        } else {
            id = historyName + "_last_0";
        }
        history.highestCall++;
        boolean asExpected = rc == operation.targetRc();
        if (!asExpected) {
            String failure = historyName + "_last_failure_0";
            history.entries.put(failure, entry(failure, recorded, interval, operation, rc, history.highestCall));
        }
        if (asExpected || interval == 0) {
            history.entries.put(id, entry(id, recorded, interval, operation, rc, history.highestCall));
        }
    }

    private Element entry(String id, String task, long interval, ResourceOperation operation, int rc, int callId) {
        Map<String, String> out = new LinkedHashMap<>();
        String key = callId + ":-1:" + operation.targetRc() + ":" + UUID;
        out.put("id", id);
        out.put("operation_key", keyOf(operation, task, interval));
        out.put("operation", task);
        out.put("transition-key", key);
        out.put("transition-magic", "0:" + rc + ";" + key);
        out.put("exit-reason", "");
        out.put("on_node", operation.head().onNode());
        out.put("call-id", String.valueOf(callId));
        out.put("rc-code", String.valueOf(rc));
        out.put("op-status", rc == operation.targetRc() ? "0" : "4");
        out.put("interval", String.valueOf(interval));
        out.put("last-rc-change", String.valueOf(nowSeconds));
        out.put("op-digest", OperationDigest.all(new HashMap<>(operation.attributes()), interval));
        if (task.equals("migrate_to") || task.equals("migrate_from")) {
            out.put("migrate_source", operation.meta("migrate_source").orElse(""));
            out.put("migrate_target", operation.meta("migrate_target").orElse(""));
        }
        return Element.of("lrm_rsc_op", out, List.of());
    }

    private static String keyOf(ResourceOperation operation, String task, long interval) {
        @Nullable String key = operation.operationKey();
        return task.equals(operation.operation())
                ? key
                : operation.primitive().instance() + "_" + task + "_" + interval;
    }
}
