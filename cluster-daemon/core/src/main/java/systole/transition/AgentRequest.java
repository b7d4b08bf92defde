package systole.transition;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import systole.graph.PrimitiveRef;

/**
 * One run of a resource agent on this node. The shell starts it at once: queueing, one operation per resource, was
 * done by {@code LocalExecutor}.
 *
 * @param runId unique within the life of the daemon; comes back with the result
 * @param operation as the agent is to be called: {@code start}, {@code monitor}, {@code notify} …
 * @param parameters of the agent under their plain names (environment {@code OCF_RESKEY_name}); an operation's
 *     {@code OCF_CHECK_LEVEL} is among them
 * @param metas names with the prefix {@code CRM_meta_} (environment {@code OCF_RESKEY_CRM_meta_…}); contains timeout,
 *     on_node, on_node_uuid, and interval for recurring operations only
 * @param intervalMillis 0 for one-shot operations and probes
 * @param timeoutMillis after this the whole process tree is to be killed and the run reported as timed out
 * @param node name of this node
 */
public record AgentRequest(
        long runId,
        PrimitiveRef resource,
        String operation,
        Map<String, String> parameters,
        Map<String, String> metas,
        long intervalMillis,
        long timeoutMillis,
        String node) {
    public AgentRequest {
        parameters = Collections.unmodifiableMap(new TreeMap<>(parameters));
        metas = Collections.unmodifiableMap(new TreeMap<>(metas));
        if (timeoutMillis <= 0) {
            throw new IllegalArgumentException(operation + " of " + resource.id() + " has no timeout");
        }
    }

    public boolean isProbe() {
        return operation.equals("monitor") && intervalMillis == 0;
    }
}
