package systole.scheduler.planning;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.OperationDigest;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Settings;

/** Fencing and unfencing operations: one per node and kind (actions-and-graph 7.1, 7.3). */
final class Fencing {
    private static final List<String> SECRETS = List.of("password", "passwd", "user");

    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Settings settings;

    Fencing(Cluster cluster, Actions actions, Relations relations, Settings settings) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.settings = settings;
        actions.fence = this::mark;
    }

    /** Finds or creates the operation; required only if asked for and if the node can be fenced. */
    Action operation(
            Node node, @Nullable String kind, boolean optional, @Nullable String reason, boolean membershipLost) {
        String op = kind == null ? cluster.options.fencingAction : kind;
        String key = "stonith-" + node.name + "-" + op;
        int before = actions.all().size();
        Action action = actions.requestClusterAction(key, Tasks.STONITH, node, true);
        if (actions.all().size() > before) {
            action.meta("on_node", node.name);
            action.meta("on_node_uuid", node.id);
            action.meta("stonith_action", op);
            if (cluster.unfencing) {
                digests(node, action);
            }
        }
        if (membershipLost && cluster.options.priorityFencingDelayMs > 0) {
            String delay = "priority-fencing-delay";
            if (!action.meta.containsKey(delay)) {
                action.meta(delay, String.valueOf(delaySeconds(node)));
            }
        }
        if (!optional && cluster.canFence(node)) {
            action.optional = false;
            if (reason != null) {
                action.because(reason);
            }
        } else if (reason != null) {
            action.because(reason);
        }
        return action;
    }

    private long delaySeconds(Node node) {
        if (node.isRemoteOrGuest() || node.online) {
            return 0;
        }
        int members = 0;
        int online = 0;
        int top = Integer.MIN_VALUE;
        int lowest = Integer.MAX_VALUE;
        for (Node each : cluster.nodes) {
            if (each.isRemoteOrGuest()) {
                continue;
            }
            members++;
            online += each.online ? 1 : 0;
            top = Math.max(top, each.priority);
            lowest = Math.min(lowest, each.priority);
        }
        if (online > members / 2 || top == lowest || node.priority < top) {
            return 0;
        }
        return Values.toSeconds(cluster.options.priorityFencingDelayMs);
    }

    /** Lists of device, agent and digest: for the one who records what a node was unfenced with. */
    private void digests(Node node, Action action) {
        StringBuilder all = new StringBuilder();
        StringBuilder secure = new StringBuilder();
        String knownAll = node.attributes.getOrDefault("#digests-all", "");
        String knownSecure = node.attributes.getOrDefault("#digests-secure", "");
        boolean changed = false;
        for (Resource device : cluster.everyResource) {
            if (!device.isFenceDevice() || !providesUnfencing(device)) {
                continue;
            }
            Map<String, String> parameters = settings.digestedParameters(device, "stonith-on", 0, node);
            String agent = device.definition.agent == null ? "" : device.definition.agent.type();
            String prefix = device.id + ":" + agent + ":";
            String tripleAll = prefix + OperationDigest.all(parameters, 0) + ",";
            String tripleSecure = prefix + OperationDigest.without(parameters, 0, SECRETS) + ",";
            all.append(tripleAll);
            secure.append(tripleSecure);
            boolean known = knownAll.contains(tripleAll) || knownSecure.contains(tripleSecure);
            changed |= !known && (!knownAll.isEmpty() || !knownSecure.isEmpty());
        }
        action.meta("digests_all", all.toString());
        action.meta("digests_secure", secure.toString());
        if (changed && "on".equals(action.meta.get("stonith_action")) && cluster.canFence(node)) {
            action.optional = false;
            action.because("parameters of a fencing device changed");
        }
    }

    private static boolean providesUnfencing(Resource device) {
        return "unfencing".equals(device.meta.get("provides")) || device.requiresUnfencing();
    }

    /** The node has to be fenced before anything it had can run elsewhere. */
    void mark(Node node, String reason) {
        if (node.isGuest()) {
            Resource container = node.launcher();
            if (container != null && !container.failed && container.managed) {
                container.failed = true;
                container.stopIfFailed = true;
                node.remoteReset = true;
            }
            return;
        }
        if (node.isRemote()) {
            Resource connection = node.connection;
            if (connection != null && !connection.managed) {
                return;
            }
            node.remoteReset = true;
            node.unclean = true;
            operation(node, null, true, reason, false);
            return;
        }
        if (!node.unclean) {
            node.unclean = true;
            operation(node, null, true, reason, false);
        }
    }

    // ---- unfencing

    boolean needsUnfencing(Resource resource) {
        return resource.isFenceDevice() ? cluster.unfencing : resource.requiresUnfencing();
    }

    /** What a start or probe has to do with unfencing its node. */
    void unfenceBefore(Resource resource, Node node, Action action, int kinds) {
        if (!needsUnfencing(resource)) {
            return;
        }
        Action unfence = operation(node, "on", true, null, false);
        relations.relate(unfence, action, kinds);
        String done = node.attributes.get("#node-unfenced");
        boolean never = done == null || done.equals("0");
        if (never && node.online && !node.unclean && !node.shutdown) {
            operation(node, "on", false, "required by " + resource.id + " " + action.task, false);
        }
    }
}
