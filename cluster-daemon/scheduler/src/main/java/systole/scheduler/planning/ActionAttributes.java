package systole.scheduler.planning;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Settings;

/** The attributes of an action in the graph: parameters and {@code CRM_meta_*} (actions-and-graph 11.4). */
final class ActionAttributes {
    private final Settings settings;
    private final String featureSet;

    ActionAttributes(Cluster cluster, Settings settings) {
        this.settings = settings;
        this.featureSet = cluster.cib.attribute("crm_feature_set", "");
    }

    Map<String, String> of(Action action) {
        Map<String, String> out = new LinkedHashMap<>();
        if (!featureSet.isEmpty()) {
            out.put("crm_feature_set", featureSet);
        }
        Resource resource = action.resource;
        Node node = action.node;
        if (resource != null) {
            parameters(action, resource, node, out);
            meta(action, resource, out);
        }
        action.meta.forEach((name, value) -> {
            String graphName = Settings.graphName(name);
            if (graphName != null) {
                out.put(graphName, value);
            }
        });
        if (resource != null) {
            for (Resource at = resource; at != null; at = at.parent) {
                structure(resource, at, out);
            }
        }
        if (node != null) {
            host(action, node, out);
            if (!action.pseudo || action.is(Tasks.STONITH)) {
                out.put("CRM_meta_on_node", node.name);
                out.put("CRM_meta_on_node_uuid", node.id);
            }
        }
        return out;
    }

    private void parameters(Action action, Resource resource, @Nullable Node node, Map<String, String> out) {
        if (resource.isCollective() && node == null) {
            return;
        }
        if (node != null) {
            settings.operationParameters(resource, metaName(action), action.intervalMs, node)
                    .forEach(out::putIfAbsent);
        }
        Map<String, String> own = settings.parameters(resource, node);
        own.forEach((name, value) -> {
            if (name.equals("addr") && value.equals("#uname") && resource.isGuestConnection()) {
                Node host = Settings.hostOf(resource);
                out.putIfAbsent(name, host == null ? value : host.name);
            } else {
                out.putIfAbsent(name, value);
            }
        });
    }

    private static String metaName(Action action) {
        if (Tasks.isNotificationPoint(action.keyTask)) {
            return Tasks.NOTIFY;
        }
        return action.cancelledTask != null ? action.cancelledTask : action.keyTask;
    }

    private void meta(Action action, Resource resource, Map<String, String> out) {
        Map<String, String> configured = settings.operationMeta(resource, metaName(action), action.intervalMs);
        if (action.is(Tasks.LRM_DELETE)) {
            configured.put("on-fail", "ignore");
        }
        configured.forEach((name, value) -> {
            String graphName = Settings.graphName(name);
            if (graphName != null) {
                out.putIfAbsent(graphName, value);
            }
        });
    }

    private static void structure(Resource resource, Resource at, Map<String, String> out) {
        if (at.isPrimitive()) {
            primitive(at, out);
        } else if (at.isClone() && at.clone != null) {
            clone(at, at.clone, out);
        }
    }

    private static void primitive(Resource at, Map<String, String> out) {
        if (at.enclosingClone() != null) {
            int colon = at.id.lastIndexOf(':');
            if (colon >= 0) {
                out.put("CRM_meta_clone", at.id.substring(colon + 1));
            }
        }
        String remote = at.meta.get("remote-node");
        if (remote != null) {
            out.put("CRM_meta_remote_node", remote);
        }
        String watch = at.meta.get("process-watch");
        if (watch != null) {
            out.put("CRM_meta_process_watch", watch);
        }
        Resource launcher = null;
        for (Resource above = at; above != null; above = above.parent) {
            if (above.launcher != null) {
                launcher = above.launcher;
            }
        }
        if (launcher != null) {
            out.put("CRM_meta_container", launcher.id);
        }
        Replica replica = Instances.replica(at);
        if (replica != null && replica.child == at && replica.ipAddress != null) {
            out.put("pcmk_external_ip", replica.ipAddress);
        }
    }

    private static void clone(Resource at, CloneData data, Map<String, String> out) {
        out.put("CRM_meta_globally_unique", String.valueOf(data.globallyUnique));
        out.put("CRM_meta_notify", String.valueOf(at.notify));
        out.put("CRM_meta_clone_max", String.valueOf(data.cloneMax));
        out.put("CRM_meta_clone_node_max", String.valueOf(data.cloneNodeMax));
        if (at.promotable) {
            out.put("CRM_meta_promoted_max", String.valueOf(data.promotedMax));
            out.put("CRM_meta_promoted_node_max", String.valueOf(data.promotedNodeMax));
            out.put("CRM_meta_master_max", String.valueOf(data.promotedMax));
            out.put("CRM_meta_master_node_max", String.valueOf(data.promotedNodeMax));
        }
    }

    /** For actions on guests: the host of the container before or after the plan. */
    private static void host(Action action, Node node, Map<String, String> out) {
        Resource container = node.isGuest() ? node.launcher() : null;
        Resource resource = action.resource;
        if (container == null || resource == null) {
            return;
        }
        String task = action.task;
        if (Tasks.isNotificationPoint(action.keyTask)) {
            task = action.meta.getOrDefault("notify_operation", task);
        }
        Node host = switch (Tasks.base(task)) {
            case Tasks.STOP, Tasks.DEMOTE -> container.currentNode();
            case Tasks.START, Tasks.MONITOR, Tasks.PROMOTE -> container.assigned;
            default -> null;
        };
        if (host == null) {
            return;
        }
        out.put("CRM_meta_physical_host", host.name);
        String target = resource.meta.get("container-attribute-target");
        if (target != null) {
            out.put("CRM_meta_container_attribute_target", target);
        }
    }
}
