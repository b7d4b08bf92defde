package systole.scheduler.working;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.rules.Values;

/** Which reaction a failed operation has (input-and-status 10.3, 10.4). */
public final class OnFailPolicy {
    private OnFailPolicy() {}

    public static OnFail of(Cluster cluster, Resource resource, String task, long intervalMs) {
        Operation operation = OperationMeta.configured(resource, task, intervalMs);
        Map<String, String> meta = OperationMeta.table(cluster, resource, operation, task, intervalMs);
        OnFail explicit = explicit(cluster, resource, task, intervalMs, meta);
        if (explicit == null && task.equals("demote")) {
            explicit = ofPromotedMonitor(cluster, resource);
        }
        boolean remote = resource.isRemoteNodeConnection();
        if (explicit != null) {
            boolean probe = intervalMs == 0 && task.equals("monitor");
            if (remote && !resource.managed && !probe && !task.equals("start")) {
                return OnFail.STOP;
            }
            return explicit;
        }
        return byDefault(cluster, resource, task, intervalMs);
    }

    private static OnFail byDefault(Cluster cluster, Resource resource, String task, long intervalMs) {
        if (resource.launcher != null) {
            return OnFail.RESTART_CONTAINER;
        }
        boolean probe = intervalMs == 0 && task.equals("monitor");
        if (resource.isConnection() && !probe && !task.equals("start")) {
            return resource.managed ? OnFail.RESET_REMOTE : OnFail.STOP;
        }
        if (task.equals("stop")) {
            return cluster.options.fencingEnabled ? OnFail.FENCE : OnFail.BLOCK;
        }
        return OnFail.RESTART;
    }

    /** What the configuration asks for; {@code null} if nothing, or nothing allowed. */
    private static @Nullable OnFail explicit(
            Cluster cluster, Resource resource, String task, long intervalMs, Map<String, String> meta) {
        OnFail value = parse(cluster, resource, meta.get("on-fail"));
        if (value == null) {
            return null;
        }
        if (task.equals("stop") && (value == OnFail.STANDBY || value == OnFail.DEMOTE || isStop(meta))) {
            return null;
        }
        if (value == OnFail.DEMOTE) {
            boolean monitor = task.equals("monitor")
                    && intervalMs > 0
                    && Role.of(meta.get("role")) == Role.PROMOTED;
            return monitor || task.equals("promote") ? value : null;
        }
        return value;
    }

    private static boolean isStop(Map<String, String> meta) {
        return "stop".equalsIgnoreCase(meta.get("on-fail"));
    }

    private static @Nullable OnFail ofPromotedMonitor(Cluster cluster, Resource resource) {
        OnFail found = null;
        for (Operation operation : resource.definition.operations) {
            if (operation.intervalMs() == 0 || !operation.enabled() || !operation.name().equals("monitor")) {
                continue;
            }
            Map<String, String> meta = OperationMeta.table(
                    cluster, resource, operation, operation.name(), operation.intervalMs());
            if (Role.of(meta.get("role")) != Role.PROMOTED || !Values.bool(meta.get("enabled"), true)) {
                continue;
            }
            OnFail value = parse(cluster, resource, meta.get("on-fail"));
            if (value != null && value != OnFail.DEMOTE) {
                found = value;
            }
        }
        return found;
    }

    private static @Nullable OnFail parse(Cluster cluster, Resource resource, @Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "ignore", "nothing" -> OnFail.IGNORE;
            case "block" -> OnFail.BLOCK;
            case "stop" -> OnFail.STOP;
            case "restart" -> OnFail.RESTART;
            case "standby" -> OnFail.STANDBY;
            case "fence" -> cluster.options.fencingEnabled ? OnFail.FENCE : OnFail.STOP;
            case "demote" -> OnFail.DEMOTE;
            case "migrate" -> OnFail.BAN;
            case "restart-container" -> resource.launcher != null ? OnFail.RESTART_CONTAINER : null;
            default -> null;
        };
    }
}
