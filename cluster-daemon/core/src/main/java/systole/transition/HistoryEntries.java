package systole.transition;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.graph.GraphAction;
import systole.model.Element;
import systole.model.OperationDigest;

/** Writes the history of a resource: elements {@code lrm_rsc_op} as everybody reads them (controller-and-fencer 6). */
public final class HistoryEntries {
    /** The feature set under which entries are written. */
    public static final String FEATURE_SET = "3.19.7";

    /** {@code rc-code} and {@code op-status} of an operation that has not ended yet. */
    public static final int PENDING_RC = 193;

    public static final int PENDING_STATUS = -1;

    private static final String ORIGIN = "systole";

    private HistoryEntries() {}

    /** The entry before the operation runs; the same on every node for the same order and time. */
    public static Element pending(OperationOrder order, long epochMillis) {
        return entry(
                idFor(order, false),
                order.operation(),
                order,
                PENDING_STATUS,
                PENDING_RC,
                -1,
                "",
                epochMillis,
                0,
                0,
                AgentTraits.UNKNOWN);
    }

    /** An entry for an operation whose result will never come: the coordinator writes it itself. */
    public static Element lost(OperationOrder order, long epochMillis) {
        return entry(
                idFor(order, true),
                order.operation(),
                order,
                AgentResult.Status.TIMED_OUT.number(),
                1,
                -1,
                "Local executor did not return result in time",
                epochMillis,
                0,
                0,
                AgentTraits.UNKNOWN);
    }

    /**
     * The entries for a result: one, or two where a failure is also the last result.
     *
     * @param changedEpochMillis when this rc was first seen
     */
    public static List<Element> finished(
            OperationOrder order,
            AgentResult result,
            int callId,
            long changedEpochMillis,
            long queueMillis,
            AgentTraits traits) {
        boolean failed = isFailure(order, result);
        String operation = recordedAs(order.operation(), failed);
        int status = statusOf(result).number();
        String reason = failed ? result.exitReason() : "";
        Element last = entry(
                idFor(order, false),
                operation,
                order,
                status,
                result.rc(),
                callId,
                reason,
                changedEpochMillis,
                result.execMillis(),
                queueMillis,
                traits);
        if (!failed) {
            return List.of(last);
        }
        Element failure = last.withAttribute("id", idFor(order, true));
        return order.isRecurring() ? List.of(failure) : List.of(failure, last);
    }

    /** The entry for a failure that nobody asked an agent about; it replaces the last failure only. */
    public static Element failure(OperationOrder order, AgentResult result, long epochMillis) {
        return entry(
                idFor(order, true),
                order.operation(),
                order,
                result.status().number(),
                result.rc(),
                0,
                result.exitReason(),
                epochMillis,
                0,
                0,
                AgentTraits.UNKNOWN);
    }

    /** Whether the result is not what was expected; a probe that finds something is no failure. */
    public static boolean isFailure(OperationOrder order, AgentResult result) {
        if (statusOf(result) != AgentResult.Status.DONE) {
            return true;
        }
        int rc = result.rc() == 190 ? 0 : result.rc() == 191 ? 8 : result.rc();
        if (order.isProbe() && (rc == 0 || rc == 7 || rc == 8)) {
            return false;
        }
        return rc != order.key().targetRc();
    }

    static AgentResult.Status statusOf(AgentResult result) {
        boolean speaks = result.rc() == 7 || result.rc() == 8 || result.rc() == 190 || result.rc() == 191;
        return result.status() == AgentResult.Status.ERROR && speaks ? AgentResult.Status.DONE : result.status();
    }

    private static String recordedAs(String operation, boolean failed) {
        if (operation.equals("reload") || operation.equals("reload-agent")) {
            return failed ? "monitor" : "start";
        }
        return operation;
    }

    /** The id of the entry that has the last failure of a resource. */
    public static String lastFailureId(String resource) {
        return resource + "_last_failure_0";
    }

    private static String idFor(OperationOrder order, boolean failure) {
        String resource = order.resource().id();
        if (failure) {
            return lastFailureId(resource);
        }
        if (order.isRecurring()
                || order.operation().equals("migrate_to")
                || order.operation().equals("migrate_from")) {
            return order.operationKey();
        }
        return resource + "_last_0";
    }

    private static Element entry(
            String id,
            String operation,
            OperationOrder order,
            int status,
            int rc,
            int callId,
            String reason,
            long changedEpochMillis,
            long execMillis,
            long queueMillis,
            AgentTraits traits) {
        long interval = order.intervalMillis();
        Map<String, String> a = new LinkedHashMap<>();
        a.put("id", id);
        a.put("operation_key", order.resource().id() + "_" + operation + "_" + interval);
        a.put("operation", operation);
        a.put("crm-debug-origin", ORIGIN);
        a.put("crm_feature_set", FEATURE_SET);
        a.put("transition-key", order.key().toString());
        a.put("transition-magic", order.key().magic(status, rc));
        a.put("exit-reason", reason);
        a.put("on_node", order.node());
        a.put("call-id", Integer.toString(callId));
        a.put("rc-code", Integer.toString(rc));
        a.put("op-status", Integer.toString(status));
        a.put("interval", Long.toString(interval));
        a.put("last-rc-change", Long.toString(Math.floorDiv(changedEpochMillis, 1000L)));
        a.put("exec-time", Long.toString(execMillis));
        a.put("queue-time", Long.toString(queueMillis));
        a.put("op-digest", OperationDigest.all(order.attributes(), interval));
        if (traits.reloads() && interval == 0 && !operation.equals("stop") && status != PENDING_STATUS) {
            a.put("op-force-restart", " " + String.join(" ", traits.forceRestart()) + " ");
            a.put("op-restart-digest", OperationDigest.only(order.attributes(), interval, traits.forceRestart()));
        }
        if (!traits.secret().isEmpty() && status != PENDING_STATUS) {
            boolean has = traits.secret().stream().anyMatch(order.attributes()::containsKey);
            if (has) {
                a.put("op-secure-params", " " + String.join(" ", traits.secret()) + " ");
                a.put("op-secure-digest", OperationDigest.without(order.attributes(), interval, traits.secret()));
            }
        }
        for (String end : List.of("migrate_source", "migrate_target")) {
            String node = order.attributes().get(GraphAction.META + end);
            if (node != null && order.operation().startsWith("migrate_")) {
                a.put(end, node);
            }
        }
        return Element.of("lrm_rsc_op", a, List.of());
    }
}
