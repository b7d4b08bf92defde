package systole.scheduler.planning;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.graph.SortedAttributes;
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
    private final AttributeTable out = new AttributeTable();

    /** Names in the graph of the meta attributes met so far; empty for those that are left out there. */
    private final Map<String, String> graphNames = new HashMap<>();

    /** What is configured for an operation, for the one looked at last: that of the probes of a resource is asked for on every node. */
    private @Nullable Configured last;

    private record Configured(Resource resource, String name, long intervalMs, Map<String, String> meta) {
        boolean isFor(Resource other, String otherName, long otherIntervalMs) {
            return resource == other && intervalMs == otherIntervalMs && name.equals(otherName);
        }
    }

    ActionAttributes(Cluster cluster, Settings settings) {
        this.settings = settings;
        this.featureSet = cluster.cib.attribute("crm_feature_set", "");
    }

    SortedAttributes of(Action action) {
        out.clear();
        if (!featureSet.isEmpty()) {
            out.put("crm_feature_set", featureSet);
        }
        Resource resource = action.resource;
        Node node = action.node;
        if (resource != null) {
            parameters(action, resource, node);
            meta(action, resource);
        }
        if (!action.meta.isEmpty()) {
            action.meta.forEach(this::put);
        }
        if (resource != null) {
            for (Resource at = resource; at != null; at = at.parent) {
                structure(at);
            }
        }
        if (node != null) {
            host(action, node);
            if (!action.pseudo || action.is(Tasks.STONITH)) {
                out.put("CRM_meta_on_node", node.name);
                out.put("CRM_meta_on_node_uuid", node.id);
            }
        }
        return out.copy();
    }

    /** Sets a meta attribute by its name in the graph. */
    private void put(String name, String value) {
        String graphName = graphName(name);
        if (!graphName.isEmpty()) {
            out.put(graphName, value);
        }
    }

    private String graphName(String name) {
        String known = graphNames.get(name);
        if (known == null) {
            String found = Settings.graphName(name);
            known = found == null ? "" : found;
            graphNames.put(name, known);
        }
        return known;
    }

    private void parameters(Action action, Resource resource, @Nullable Node node) {
        if (resource.isCollective() && node == null) {
            return;
        }
        if (node != null) {
            Map<String, String> ofOperation =
                    settings.operationParameters(resource, metaName(action), action.intervalMs, node);
            if (!ofOperation.isEmpty()) {
                ofOperation.forEach(out::putIfAbsent);
            }
        }
        Map<String, String> own = settings.parameters(resource, node);
        if (own.isEmpty()) {
            return;
        }
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

    private void meta(Action action, Resource resource) {
        if (action.is(Tasks.LRM_DELETE)) {
            out.putIfAbsent("CRM_meta_on_fail", "ignore");
        }
        for (Map.Entry<String, String> entry :
                configured(resource, metaName(action), action.intervalMs).entrySet()) {
            String graphName = graphName(entry.getKey());
            if (!graphName.isEmpty()) {
                out.putIfAbsent(graphName, entry.getValue());
            }
        }
    }

    private Map<String, String> configured(Resource resource, String name, long intervalMs) {
        Configured known = last;
        if (known == null || !known.isFor(resource, name, intervalMs)) {
            known = new Configured(resource, name, intervalMs, settings.operationMeta(resource, name, intervalMs));
            last = known;
        }
        return known.meta;
    }

    private void structure(Resource at) {
        if (at.isPrimitive()) {
            primitive(at);
        } else if (at.isClone() && at.clone != null) {
            clone(at, at.clone);
        }
    }

    private void primitive(Resource at) {
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

    private void clone(Resource at, CloneData data) {
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
    private void host(Action action, Node node) {
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
