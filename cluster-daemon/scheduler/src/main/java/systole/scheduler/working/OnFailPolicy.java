package systole.scheduler.working;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which reaction a failed operation has (input-and-status 10.3, 10.4). */
public final class OnFailPolicy {
    private OnFailPolicy() {}

    public static OnFail of(Cluster cluster, Resource resource, String task, long intervalMs) {
        Map<String, String> meta = cluster.settings.operationMeta(resource, task, intervalMs);
        OnFail explicit = parse(cluster, resource, meta.get("on-fail"));
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
