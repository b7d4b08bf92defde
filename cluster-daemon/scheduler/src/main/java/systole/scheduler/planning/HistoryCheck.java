package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.model.Element;
import systole.scheduler.working.Agent;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.DigestCheck;
import systole.scheduler.working.FailCounts;
import systole.scheduler.working.History;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Node;
import systole.scheduler.working.Operation;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Settings;

/** Compares what the history ran with against what is configured (actions-and-graph 6). */
final class HistoryCheck {

    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;
    private final EarlyReplay early;
    private final Settings settings;
    private final DigestCheck digests;
    private final FailCounts failCounts;
    private final List<Deferred> deferred = new ArrayList<>();

    /** A connection whose address is known only after placement. */
    private record Deferred(Resource resource, Node node, HistoryEntry entry) {}

    HistoryCheck(
            Cluster cluster,
            Actions actions,
            Relations relations,
            Fencing fencing,
            EarlyReplay early,
            Settings settings,
            FailCounts failCounts) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
        this.early = early;
        this.settings = settings;
        this.digests = cluster.digests;
        this.failCounts = failCounts;
    }

    void check() {
        Map<String, List<Resource>> byName = null;
        for (Node node : cluster.nodes) {
            if (node.histories.isEmpty() || (!node.eligible() && !(node.online && node.maintenance))) {
                continue;
            }
            if (byName == null) {
                byName = primitivesByName();
            }
            for (History history : node.histories.values()) {
                for (Resource resource : byName.getOrDefault(history.name, List.of())) {
                    check(node, history, resource);
                }
            }
        }
    }

    private Map<String, List<Resource>> primitivesByName() {
        Map<String, List<Resource>> byName = new LinkedHashMap<>();
        for (Resource top : cluster.resources) {
            for (Resource resource : top.primitives()) {
                byName.computeIfAbsent(resource.id, any -> new ArrayList<>(1)).add(resource);
                String other = resource.historyId;
                if (other != null && !other.equals(resource.id)) {
                    byName.computeIfAbsent(other, any -> new ArrayList<>(1)).add(resource);
                }
            }
        }
        return byName;
    }

    private void check(Node node, History history, Resource resource) {
        if (resource.removed) {
            if (resource.unique || resource.parent == null) {
                cleanUp(resource, node);
            }
            return;
        }
        boolean changedAgent = agentChanged(history.xml, resource);
        if (!resource.isActiveOn(node)) {
            if (changedAgent) {
                cleanUp(resource, node);
            }
            return;
        }
        if (changedAgent) {
            actions.request(resource, Tasks.STOP, node, false);
            resource.startPending = true;
            cleanUp(resource, node);
            return;
        }
        if (history.startIndex < history.stopIndex) {
            return;
        }
        boolean inMaintenance = resource.maintenance || node.maintenance;
        for (int i = Math.max(0, history.startIndex); i < history.entries.size(); i++) {
            if (!superseded(history.entries, i)) {
                entry(node, resource, history.entries.get(i), inMaintenance);
            }
        }
    }

    /** An expired failure of a recurring operation that went well since: it is there already. */
    private static boolean superseded(List<HistoryEntry> entries, int index) {
        HistoryEntry old = entries.get(index);
        if (!old.reschedule) {
            return false;
        }
        for (HistoryEntry later : entries.subList(index + 1, entries.size())) {
            if (later.intervalMs == old.intervalMs
                    && later.task.equals(old.task)
                    && !later.reschedule
                    && later.status == HistoryEntry.DONE) {
                return true;
            }
        }
        return false;
    }

    private static boolean agentChanged(Element lrm, Resource resource) {
        Agent agent = resource.definition.agent;
        if (agent == null) {
            return false;
        }
        return differs(lrm, "class", agent.standard())
                || differs(lrm, "type", agent.type())
                || differs(lrm, "provider", agent.provider());
    }

    private static boolean differs(Element lrm, String name, String configured) {
        return !lrm.attribute(name, "").equals(configured);
    }

    private void entry(Node node, Resource resource, HistoryEntry entry, boolean inMaintenance) {
        if (entry.intervalMs > 0 && inMaintenance) {
            cancel(resource, node, entry, "maintenance mode");
            return;
        }
        boolean oneShot = entry.task.equals(Tasks.MONITOR)
                || entry.task.equals(Tasks.START)
                || entry.task.equals(Tasks.PROMOTE)
                || entry.task.equals(Tasks.MIGRATE_FROM);
        if (entry.intervalMs == 0 && !oneShot) {
            return;
        }
        if (settings.addressIsHost(resource)) {
            deferred.add(new Deferred(resource, node, entry));
            return;
        }
        if (definitionChanged(resource, node, entry) && failCounts.effective(resource, node, null) > 0) {
            early.clearFailCount(resource, node, "action definition changed");
        }
    }

    /** Connections whose address is that of their host: after placement. */
    void checkDeferred() {
        for (Deferred each : deferred) {
            if (definitionChanged(each.resource, each.node, each.entry)
                    && failCounts.effective(each.resource, each.node, null) > 0) {
                early.clearFailCount(each.resource, each.node, "action definition changed");
            }
        }
    }

    private void cancel(Resource resource, Node node, HistoryEntry entry, String reason) {
        Action cancel = actions.request(resource, entry.task, entry.intervalMs, Tasks.CANCEL, node, false);
        cancel.task = Tasks.CANCEL;
        cancel.cancelledTask = entry.task;
        cancel.optional = false;
        cancel.because(reason);
        cancel.meta("operation", entry.task);
        cancel.meta("interval", String.valueOf(entry.intervalMs));
        cancel.meta("call_id", String.valueOf(entry.callId));
        relations.relate(resource, Tasks.STOP, cancel, Kind.ORDER);
    }

    /** Whether the definition changed; what follows from that is done here. */
    private boolean definitionChanged(Resource resource, Node node, HistoryEntry entry) {
        if (entry.intervalMs > 0) {
            Operation configured = resource.definition.operation(entry.task, entry.intervalMs, false);
            if (configured == null) {
                if (cluster.options.cancelRemoved) {
                    cancel(resource, node, entry, "removed");
                    return true;
                }
                return false;
            }
        }
        String task = entry.task;
        boolean asStart = entry.intervalMs == 0
                && (task.equals(Tasks.MONITOR) || task.equals(Tasks.PROMOTE) || task.equals(Tasks.MIGRATE_FROM));
        String concerned = asStart ? Tasks.START : task;
        DigestCheck.Result result = digests.compare(resource, node, entry);
        if (resource.isFenceDevice()
                && cluster.unfencing
                && result != DigestCheck.Result.MATCH
                && result != DigestCheck.Result.UNKNOWN) {
            fencing.operation(node, "on", false, "Device parameters changed", false);
        }
        switch (result) {
            case MATCH:
                return false;
            case RESTART:
                restart(resource, concerned, entry.intervalMs);
                return true;
            case UNKNOWN:
            case MISMATCH:
                if (entry.intervalMs > 0) {
                    Action again = actions.request(resource, task, entry.intervalMs, task, node, true);
                    again.reschedule = true;
                } else if (entry.xml.attribute("op-restart-digest") != null) {
                    reload(resource, node);
                } else {
                    restart(resource, concerned, entry.intervalMs);
                }
                return true;
            default:
                throw new AssertionError(result);
        }
    }

    private void restart(Resource resource, String task, long intervalMs) {
        Action action = actions.request(resource, task, intervalMs, task, null, false);
        action.optional = false;
        action.reason = Actions.CHANGED;
        action.cause("required", null, Actions.CHANGED);
    }

    private void reload(Resource resource, Node node) {
        if (!resource.managed || resource.failed) {
            return;
        }
        if (resource.startPending) {
            actions.request(resource, Tasks.STOP, node, false);
            return;
        }
        resource.reloadPlanned = true;
        Action reload = actions.request(resource, Tasks.RELOAD, node, false);
        reload.reason = Actions.CHANGED;
        relations.relate(reload, resource, Tasks.STOP, Kind.ORDER | Kind.CANCELS);
        relations.relate(reload, resource, Tasks.DEMOTE, Kind.ORDER | Kind.CANCELS);
    }

    /** Forget the history of a resource on a node (6.3). */
    void cleanUp(Resource resource, Node node) {
        if (resource.failed || !node.online || node.unclean) {
            return;
        }
        Action delete = actions.request(resource, Tasks.DELETE, node, false);
        relations.relate(resource, Tasks.STOP, delete, Kind.ORDER);
        relations.relate(delete, resource, Tasks.START, Kind.ORDER);
    }
}
