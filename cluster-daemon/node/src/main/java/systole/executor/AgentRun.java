package systole.executor;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One call of an agent: which program, which action, with which parameters, and for how long.
 *
 * @param id names this run in {@link Executor#cancel} and in its {@link AgentResult}; unique among the runs in flight
 * @param kind how the program is found and spoken to
 * @param provider of an OCF agent; empty for every other kind
 * @param type the agent's name: {@code IPaddr2}, a unit, a script, or {@code fence_xvm}
 * @param action {@code start}, {@code monitor}, {@code meta-data}, for a fence agent {@code off}, {@code list} …
 * @param parameters instance attributes under their own names; a fence agent reads them from stdin as they are
 * @param meta what the cluster adds, under its full names: {@code CRM_meta_timeout}, {@code CRM_meta_notify_type} …
 * @param timeoutMillis from the start of the process (waiting in the queue is not counted); more than 0
 * @param resource the instance the agent is told about ({@code OCF_RESOURCE_INSTANCE}): the primitive's id, with
 *     {@code :N} only for globally unique clones; runs of one resource are done one after the other, in order
 * @param intervalMillis of a recurring operation; 0 for probes and all one-shot actions
 * @param node name of the node on which this runs
 * @param environment further variables, which win over all others
 */
public record AgentRun(
        String id,
        Kind kind,
        String provider,
        String type,
        String action,
        SortedMap<String, String> parameters,
        SortedMap<String, String> meta,
        long timeoutMillis,
        String resource,
        long intervalMillis,
        String node,
        SortedMap<String, String> environment) {
    private static final String META_PREFIX = "CRM_meta_";

    /** How an agent is found and spoken to. */
    public enum Kind {
        /** {@code resource.d/PROVIDER/TYPE}, parameters in {@code OCF_RESKEY_*}. */
        OCF,
        /** A systemd unit, through {@code systemctl}. */
        SYSTEMD,
        /** A script in {@code /etc/init.d}. */
        LSB,
        /** An LSB script if there is one of that name, else a systemd unit. */
        SERVICE,
        /** A fence agent; parameters on stdin. Runs of one device are not queued behind each other. */
        FENCE,
        /** A program that is told of an event; {@code type} is its absolute path, the rest is in the environment. */
        ALERT
    }

    public AgentRun {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        meta = Collections.unmodifiableSortedMap(new TreeMap<>(meta));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        if (id.isEmpty() || type.isEmpty() || action.isEmpty()) {
            throw new IllegalArgumentException("a run needs id, type and action: " + id + " " + type + " " + action);
        }
        if (timeoutMillis <= 0) {
            throw new IllegalArgumentException(
                    "run " + id + " has time-out " + timeoutMillis + " ms; it must be above 0");
        }
        if (intervalMillis < 0) {
            throw new IllegalArgumentException("run " + id + " has interval " + intervalMillis + " ms");
        }
    }

    /**
     * A run as a transition graph writes it: one flat map in which {@code CRM_meta_*} stand beside the instance
     * attributes.
     */
    public static AgentRun of(
            String id,
            Kind kind,
            String provider,
            String type,
            String action,
            Map<String, String> attributes,
            long timeoutMillis,
            String resource,
            long intervalMillis,
            String node) {
        SortedMap<String, String> parameters = new TreeMap<>();
        SortedMap<String, String> meta = new TreeMap<>();
        attributes.forEach((name, value) -> (name.startsWith(META_PREFIX) ? meta : parameters).put(name, value));
        return new AgentRun(
                id,
                kind,
                provider,
                type,
                action,
                parameters,
                meta,
                timeoutMillis,
                resource,
                intervalMillis,
                node,
                Collections.emptySortedMap());
    }

    /** {@code ocf:heartbeat:IPaddr2}, {@code systemd:nginx} …, as in the crm language. */
    public String agentName() {
        return switch (kind) {
            case OCF -> "ocf:" + provider + ":" + type;
            case SYSTEMD -> "systemd:" + type;
            case LSB -> "lsb:" + type;
            case SERVICE -> "service:" + type;
            case FENCE -> "stonith:" + type;
            case ALERT -> type;
        };
    }
}
