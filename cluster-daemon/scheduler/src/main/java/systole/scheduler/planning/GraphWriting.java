package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.graph.ActionHead;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.PseudoEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.PrimitiveRef;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Agent;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Settings;

/** Which actions and inputs are written, and in which order (actions-and-graph 11). */
final class GraphWriting {
    private static final Set<String> CLUSTER_EVENTS =
            Set.of(Tasks.STONITH, Tasks.SHUTDOWN, Tasks.CLEAR_FAILCOUNT, Tasks.LRM_DELETE);

    private static final Comparator<Edge> BY_FIRST = Comparator.comparingInt(edge -> edge.first.id);

    private final Cluster cluster;
    private final Actions actions;
    private final Notifications notifications;
    private final Joining joining;
    private final Runnable again;
    private final ActionAttributes attributes;
    private final Routing routing = new Routing();
    private final List<Synapse> synapses = new ArrayList<>();
    private final Waits waits = new Waits();

    /** What the resource looked at last is called in the graph, and its last action there. */
    private @Nullable PrimitiveRef lastPrimitive;

    private @Nullable Action last;

    /** @param again follows up what the writing takes from an action */
    GraphWriting(
            Cluster cluster,
            Actions actions,
            Settings settings,
            Notifications notifications,
            Joining joining,
            Runnable again) {
        this.joining = joining;
        this.again = again;
        this.cluster = cluster;
        this.actions = actions;
        this.notifications = notifications;
        this.attributes = new ActionAttributes(cluster, settings);
    }

    TransitionGraph write(int transitionId) {
        finishCollectives();
        writeAll();
        while (true) {
            WaitingCircles circles = new WaitingCircles(waits, actions, joining);
            if (!circles.breakUp()) {
                break;
            }
            if (!circles.unmigratable.isEmpty()) {
                circles.unmigratable.forEach(this::stopInsteadOfMigration);
                again.run();
            }
            synapses.clear();
            waits.clear();
            actions.all().forEach(action -> action.written = false);
            writeAll();
        }
        return new TransitionGraph(header(transitionId), synapses);
    }

    private void stopInsteadOfMigration(Resource resource) {
        for (Action action : actions.of(resource)) {
            if (action.is(Tasks.MIGRATE_TO) || action.is(Tasks.MIGRATE_FROM)) {
                action.optional = true;
                action.runnable = false;
            } else if (action.migratable) {
                action.pseudo &= !action.is(Tasks.START);
            }
            action.migratable = false;
        }
    }

    private void writeAll() {
        for (Resource resource : cluster.resources) {
            resource(resource);
        }
        Action maintenance = maintenanceNodes();
        if (maintenance != null) {
            action(maintenance);
        }
        List<Action> all = actions.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            action(all.get(i));
        }
    }

    private void finishCollectives() {
        for (Resource resource : cluster.resources) {
            finishNotifications(resource);
        }
    }

    private void finishNotifications(Resource resource) {
        if (resource.isClone()) {
            Seen seen = new Seen(actions);
            for (Action action : List.copyOf(actions.of(resource))) {
                seen.look(action, null);
            }
            notifications.finish(resource);
        } else if (resource.bundle != null && resource.bundle.child != null) {
            finishNotifications(resource.bundle.child);
        }
    }

    private void resource(Resource resource) {
        switch (resource.variant) {
            case PRIMITIVE -> own(resource);
            case GROUP -> {
                own(resource);
                resource.children.forEach(this::resource);
            }
            case CLONE -> {
                resource.children.forEach(this::resource);
                own(resource);
            }
            case BUNDLE -> {
                if (resource.bundle == null) {
                    return;
                }
                if (resource.bundle.child != null) {
                    resource(resource.bundle.child);
                }
                for (var replica : resource.bundle.replicas) {
                    if (replica.ip != null) {
                        resource(replica.ip);
                    }
                    resource(replica.container);
                    if (replica.connection != null) {
                        resource(replica.connection);
                    }
                }
            }
        }
    }

    private void own(Resource resource) {
        List<Action> list = actions.of(resource);
        for (int i = list.size() - 1; i >= 0; i--) {
            action(list.get(i));
        }
    }

    // ---- which actions

    private void action(Action action) {
        if (action.written || !wanted(action)) {
            return;
        }
        action.written = true;
        List<Integer> inputs = inputs(action);
        waits.add(action.id, inputs);
        Action before = last;
        if (before != null) {
            if (before.resource != action.resource) {
                lastPrimitive = null;
            }
            action.shareKey(before);
        }
        last = action;
        int priority = Math.max(action.priority, action.resource == null ? 0 : action.resource.priority);
        synapses.add(new Synapse(synapses.size(), Math.max(0, priority), describe(action), inputs));
    }

    private static boolean wanted(Action action) {
        if (!action.runnable || (action.optional && !action.always)) {
            return false;
        }
        Resource resource = action.resource;
        if (resource != null
                && !resource.managed
                && !action.is(Tasks.MONITOR)
                && !(action.is(Tasks.CANCEL) && action.intervalMs > 0)
                && action.intervalMs == 0) {
            return false;
        }
        if (action.pseudo || action.is(Tasks.STONITH) || action.is(Tasks.SHUTDOWN)) {
            return true;
        }
        Node node = action.node;
        if (node == null) {
            return false;
        }
        if (action.onDc || (node.isGuest() && !node.remoteReset)) {
            return true;
        }
        return node.online && !node.unclean;
    }

    // ---- which inputs

    private static List<Integer> inputs(Action action) {
        int count = 0;
        for (int i = 0; i < action.before.size(); i++) {
            if (action.before.get(i).kinds != 0) {
                count++;
            }
        }
        if (count == 0) {
            return List.of();
        }
        Edge[] edges = new Edge[count];
        for (int i = action.before.size() - 1; i >= 0; i--) {
            Edge edge = action.before.get(i);
            if (edge.kinds != 0) {
                edges[--count] = edge;
            }
        }
        Arrays.sort(edges, BY_FIRST);
        List<Integer> ids = new ArrayList<>(edges.length);
        int next;
        for (int at = 0; at < edges.length; at = next) {
            Action first = edges[at].first;
            int kinds = 0;
            for (next = at; next < edges.length && edges[next].first == first; next++) {
                kinds |= edges[next].kinds;
            }
            if (Inputs.counts(action, first, kinds)) {
                ids.add(first.id);
            }
        }
        return List.copyOf(ids);
    }

    // ---- description

    private GraphAction describe(Action action) {
        Map<String, String> all = attributes.of(action);
        List<String> downed = downed(action);
        if (CLUSTER_EVENTS.contains(action.task) && !action.pseudo) {
            String mode = action.is(Tasks.LRM_DELETE) ? "cib" : "";
            return new ClusterEvent(head(action), mode, Optional.ofNullable(primitive(action)), all, downed);
        }
        if (action.pseudo) {
            return new PseudoEvent(head(action), all, downed, action.is("maintenance_nodes") ? maintenance : Map.of());
        }
        PrimitiveRef primitive = primitive(action);
        if (primitive == null) {
            throw new IllegalStateException(action + " is no pseudo-action and belongs to no primitive");
        }
        return new ResourceOperation(head(action), primitive, all, downed);
    }

    private ActionHead head(Action action) {
        Resource resource = action.resource;
        String key = action.key();
        String internal = "";
        String historyId = resource == null ? null : resource.historyId;
        if (historyId != null) {
            internal = key;
            key = historyKey(historyId, action);
        }
        Node node = named(action) ? action.node : null;
        return new ActionHead(
                action.id,
                action.task,
                key,
                internal,
                node == null ? "" : node.name,
                node == null ? "" : node.id,
                node == null ? "" : routing.router(action),
                lock(action));
    }

    private static String historyKey(String historyId, Action action) {
        if (action.is(Tasks.NOTIFY)) {
            return historyId + "_" + action.meta.getOrDefault("notify_type", "") + "_notify_"
                    + action.meta.getOrDefault("notify_operation", "") + "_0";
        }
        String task = action.cancelledTask != null ? action.cancelledTask : action.task;
        return historyId + "_" + task + "_" + action.intervalMs;
    }

    private static boolean named(Action action) {
        return !action.pseudo || action.is(Tasks.STONITH);
    }

    private static String lock(Action action) {
        Resource resource = action.resource;
        Node node = action.node;
        if (resource == null || node == null || resource.lockNode != node) {
            return "";
        }
        return node.shutdown && !action.is(Tasks.STOP) ? "" : String.valueOf(resource.lockTime);
    }

    private @Nullable PrimitiveRef primitive(Action action) {
        Resource resource = action.resource;
        if (resource == null || action.pseudo) {
            return null;
        }
        PrimitiveRef known = lastPrimitive;
        if (known == null) {
            known = primitive(resource);
            lastPrimitive = known;
        }
        return known;
    }

    private static @Nullable PrimitiveRef primitive(Resource resource) {
        Agent agent = resource.definition.agent;
        if (agent == null) {
            return null;
        }
        String id = resource.id;
        String longId = "";
        if (resource.removed && resource.historyId != null) {
            id = resource.historyId;
            longId = resource.id;
        } else if (!resource.unique && !forcedAnonymous(resource, agent)) {
            id = resource.configId();
            longId = resource.historyId != null && !resource.historyId.equals(id) ? resource.historyId : resource.id;
        }
        return new PrimitiveRef(id, longId, agent.standard(), agent.provider(), agent.type());
    }

    /**
     * A member that could be unique, of a cloned group that another member made anonymous. The first instance is the
     * one where that was noticed.
     */
    private static boolean forcedAnonymous(Resource resource, Agent agent) {
        return agent.standard().equals("ocf")
                && resource.parent != null
                && resource.parent.isGroup()
                && !resource.id.endsWith(":0")
                && Values.isTrue(resource.meta.get("globally-unique"));
    }

    private List<String> downed(Action action) {
        Node node = action.node;
        Resource resource = action.resource;
        if (action.is(Tasks.SHUTDOWN) && node != null) {
            return List.of(node.id);
        } else if (action.is(Tasks.STONITH) && node != null && !"on".equals(action.meta.get("stonith_action"))) {
            List<String> ids = new ArrayList<>();
            ids.add(node.id);
            for (Node guest : cluster.nodes) {
                if (guest.isGuest()
                        && guest != node
                        && guest.connection != null
                        && guest.connection.active.contains(node)) {
                    ids.add(guest.id);
                }
            }
            return ids;
        } else if (action.is(Tasks.STOP) && resource != null && resource.isConnection() && !action.pseudo) {
            for (Edge edge : action.before) {
                if (edge.kinds != 0 && edge.first.resource == resource && edge.first.is(Tasks.MIGRATE_FROM)) {
                    return List.of();
                }
            }
            return List.of(resource.id);
        }
        return List.of();
    }

    // ---- maintenance of remote nodes

    private Map<String, Boolean> maintenance = Map.of();

    private @Nullable Action maintenanceNodes() {
        Map<String, Boolean> changed = new LinkedHashMap<>();
        for (Node node : cluster.nodes) {
            if (node.isRemoteOrGuest() && node.maintenance != node.remoteMaintenance) {
                changed.put(node.id, node.maintenance);
            }
        }
        if (changed.isEmpty()) {
            return null;
        }
        Action action = actions.requestClusterAction("maintenance_nodes", "maintenance_nodes", null, true);
        action.pseudo = true;
        action.always = true;
        maintenance = changed;
        return action;
    }

    // ---- header

    private Map<String, String> header(int transitionId) {
        Map<String, String> header = new LinkedHashMap<>();
        header.put("cluster-delay", cluster.options.text("cluster-delay", "60s"));
        String timeout = cluster.options.raw.get("fencing-timeout");
        header.put("fencing-timeout", timeout != null ? timeout : cluster.options.text("stonith-timeout", "60s"));
        header.put("failed-stop-offset", "INFINITY");
        header.put("failed-start-offset", cluster.options.startFailureFatal ? "INFINITY" : "1");
        header.put("batch-limit", cluster.options.text("batch-limit", "0"));
        header.put("transition_id", String.valueOf(transitionId));
        String migrations = cluster.options.text("migration-limit", "-1");
        if (Values.integer(migrations, -1) > 0) {
            header.put("migration-limit", migrations);
        }
        if (cluster.recheckBy > 0) {
            header.put("recheck-by", String.valueOf(cluster.recheckBy));
        }
        return header;
    }
}
