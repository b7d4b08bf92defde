package systole.transition;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import systole.graph.GraphAction;
import systole.graph.PrimitiveRef;

/**
 * What the coordinator tells a node to do with one resource.
 *
 * @param attributes parameters of the agent and {@code CRM_meta_*}, as in the graph
 */
public record OperationOrder(
        TransitionKey key,
        PrimitiveRef resource,
        String operation,
        String node,
        String nodeId,
        Map<String, String> attributes) {
    private static final long DEFAULT_TIMEOUT_MILLIS = 20_000;

    public OperationOrder {
        attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
    }

    /** The order that carries out an action of a graph. */
    public static OperationOrder of(GraphAction.ResourceOperation action, int transition, String uuid) {
        return new OperationOrder(
                new TransitionKey(action.id(), transition, action.targetRc(), uuid),
                action.primitive(),
                action.operation(),
                action.head().onNode(),
                action.head().onNodeUuid(),
                action.attributes());
    }

    /** @throws IllegalArgumentException if an attribute that has to be a number is none */
    public void check() {
        long sum = intervalMillis() + timeoutMillis() + startDelayMillis();
        if (sum < 0) {
            throw new IllegalArgumentException("times of " + operationKey() + " are beyond all bounds");
        }
    }

    public String meta(String name) {
        return attributes.getOrDefault(GraphAction.META + name, "");
    }

    public long intervalMillis() {
        return number("interval", 0);
    }

    public boolean isRecurring() {
        return intervalMillis() > 0 && !isCancel();
    }

    /** Milliseconds, never 0: without a timeout a recurring operation has its interval. */
    public long timeoutMillis() {
        long fallback = intervalMillis() > 0 ? intervalMillis() : DEFAULT_TIMEOUT_MILLIS;
        long given = number("timeout", fallback);
        return given > 0 ? given : fallback;
    }

    public long startDelayMillis() {
        return Math.max(0, number("start_delay", 0));
    }

    public boolean isCancel() {
        return operation.equals("cancel");
    }

    public boolean isProbe() {
        return operation.equals("monitor") && intervalMillis() == 0;
    }

    /** Whether a history entry is written; the results of the others are acknowledged directly. */
    public boolean isRecorded() {
        return switch (operation) {
            case "cancel", "delete", "notify", "meta-data" -> false;
            default -> true;
        };
    }

    /** {@code RSC_OP_INTERVAL} under the name that the history has. */
    public String operationKey() {
        return resource.id() + "_" + operation + "_" + intervalMillis();
    }

    OperationOrder withParametersOf(OperationOrder other) {
        Map<String, String> merged = new TreeMap<>();
        other.attributes.forEach((name, value) -> {
            if (!name.startsWith(GraphAction.META)) {
                merged.put(name, value);
            }
        });
        attributes.forEach((name, value) -> {
            if (name.startsWith(GraphAction.META)) {
                merged.put(name, value);
            }
        });
        return new OperationOrder(key, resource, operation, node, nodeId, merged);
    }

    private long number(String name, long fallback) {
        String value = meta(name);
        if (value.isEmpty()) {
            return fallback;
        }
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    GraphAction.META + name + "=\"" + value + "\" of " + operationKey() + " is not a number", e);
        }
    }
}
