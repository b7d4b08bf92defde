package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options.QuorumPolicy;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Resource.Requires;
import systole.scheduler.working.Role;

/** All actions of one plan: creation, look-up, and whether they can run (actions-and-graph 2). */
final class Actions {
    /** Why something is restarted whose parameters changed. */
    static final String CHANGED = "resource definition change";

    private static final String UNRUNNABLE = "unrunnable";

    private final Cluster cluster;
    private final List<Action> all = new ArrayList<>();
    private final List<List<Action>> byResource = new ArrayList<>();
    private final Map<String, List<Action>> withoutResource = new LinkedHashMap<>();

    /** Called when a node must be fenced because a stop cannot run there. */
    @Nullable
    FenceRequest fence;

    interface FenceRequest {
        void fence(Node node, String reason);
    }

    Actions(Cluster cluster) {
        this.cluster = cluster;
    }

    /** In creation order: the newest is the last. */
    List<Action> all() {
        return all;
    }

    /** Actions of exactly this resource, oldest first. */
    List<Action> of(Resource resource) {
        return resource.index < byResource.size() ? byResource.get(resource.index) : List.of();
    }

    private List<Action> listOf(Resource resource) {
        while (byResource.size() <= resource.index) {
            byResource.add(new ArrayList<>(6));
        }
        return byResource.get(resource.index);
    }

    // ---- look-up

    /** The newest one-shot action of the task on any node. */
    @Nullable
    Action newest(Resource resource, String keyTask) {
        return newest(resource, keyTask, 0, null);
    }

    /** The newest action with this key; with a node only one that has exactly this node. */
    @Nullable
    Action newest(Resource resource, String keyTask, long intervalMs, @Nullable Node node) {
        List<Action> list = of(resource);
        for (int i = list.size() - 1; i >= 0; i--) {
            Action action = list.get(i);
            if (action.intervalMs == intervalMs
                    && action.keyTask.equals(keyTask)
                    && (node == null || action.node == node)) {
                return action;
            }
        }
        return null;
    }

    /** All one-shot actions of the task, newest first. */
    List<Action> every(Resource resource, String keyTask, @Nullable Node node) {
        List<Action> list = of(resource);
        List<Action> found = List.of();
        for (int i = list.size() - 1; i >= 0; i--) {
            Action action = list.get(i);
            if (action.intervalMs == 0 && action.keyTask.equals(keyTask) && (node == null || action.node == node)) {
                if (found.isEmpty()) {
                    found = new ArrayList<>(i + 1);
                }
                found.add(action);
            }
        }
        return found;
    }

    // ---- creation

    /** Finds or creates a one-shot action of a resource. */
    Action request(Resource resource, String task, @Nullable Node node, boolean optional) {
        return request(resource, task, 0, task, node, optional);
    }

    /** Finds or creates an action of a resource (2.3). */
    Action request(
            Resource resource, String keyTask, long intervalMs, String task, @Nullable Node node, boolean optional) {
        List<Action> list = listOf(resource);
        Action action = existing(list, keyTask, intervalMs, node);
        if (action == null) {
            action = add(resource, keyTask, intervalMs, null, task);
            action.node = node;
            action.optional = optional;
            action.needs = needs(resource, task);
            list.add(action);
        } else if (action.node == null && node != null) {
            action.node = node;
        }
        if (node != null || action.node != null) {
            if (!action.pseudo && !resource.managed && action.intervalMs == 0) {
                action.optional = true;
            } else if (!optional) {
                action.optional = false;
            }
        } else if (!optional) {
            action.optional = false;
        }
        evaluate(action);
        return action;
    }

    /** Finds or creates an action that belongs to no resource. */
    Action requestClusterAction(String key, String task, @Nullable Node node, boolean optional) {
        List<Action> list = withoutResource.computeIfAbsent(key, any -> new ArrayList<>(1));
        for (Action action : list) {
            if (node == null || action.node == node || action.node == null) {
                if (action.node == null) {
                    action.node = node;
                }
                if (!optional) {
                    action.optional = false;
                }
                return action;
            }
        }
        Action action = add(null, task, 0, key, task);
        action.node = node;
        action.optional = optional;
        list.add(action);
        return action;
    }

    /** Creates or finds a pseudo-action of a collective: optional or required as requested, runnable. */
    Action pseudo(Resource resource, String keyTask, String task, boolean optional, boolean runnable) {
        Action action = existing(listOf(resource), keyTask, 0, null);
        if (action == null) {
            action = add(resource, keyTask, 0, null, task);
            action.optional = optional;
            listOf(resource).add(action);
        } else if (!optional) {
            action.optional = false;
        }
        action.pseudo = true;
        action.runnable = runnable;
        return action;
    }

    private Action add(
            @Nullable Resource resource, String keyTask, long intervalMs, @Nullable String key, String task) {
        Action action = new Action(all.size() + 1, resource, keyTask, intervalMs, key, task, cluster.reasons.wanted());
        all.add(action);
        return action;
    }

    private static @Nullable Action existing(List<Action> list, String keyTask, long intervalMs, @Nullable Node node) {
        for (int i = 0; i < list.size(); i++) {
            Action action = list.get(i);
            if (action.intervalMs == intervalMs
                    && action.keyTask.equals(keyTask)
                    && (node == null || action.node == node || action.node == null)) {
                return action;
            }
        }
        return null;
    }

    /** What an action of this task needs (2.4, "Requires"). */
    private static Requires needs(Resource resource, String task) {
        if (!task.equals(Tasks.START) && !task.equals(Tasks.PROMOTE)) {
            return Requires.NOTHING;
        }
        if (resource.requiresFencing()) {
            return Requires.FENCING;
        }
        return resource.requiresQuorum() ? Requires.QUORUM : Requires.NOTHING;
    }

    // ---- runnable or not

    /** Decides anew whether a real action of a resource can run (2.5). */
    void evaluate(Action action) {
        Resource resource = action.resource;
        if (resource == null || action.pseudo) {
            return;
        }
        Node node = action.node;
        if (node == null) {
            action.runnable = false;
            action.cause(UNRUNNABLE, null, "no node");
            return;
        }
        boolean usableOffline = node.isGuest() && !node.remoteReset;
        if (!node.online && !action.onDc && !usableOffline) {
            action.runnable = false;
            action.cause(UNRUNNABLE, null, "node is offline");
            FenceRequest request = fence;
            if (resource.managed && action.is(Tasks.STOP) && !node.unclean && request != null) {
                request.fence(node, "stop is unrunnable");
            }
            return;
        }
        if (node.pending && !action.onDc) {
            action.runnable = false;
            action.cause(UNRUNNABLE, null, "node is pending");
            return;
        }
        if (action.needs == Requires.NOTHING) {
            allow(action);
            action.runnable = !(node.isGuest() && !cluster.canFence(node) && hostIsDown(node));
            return;
        }
        QuorumPolicy policy = cluster.quorate ? QuorumPolicy.IGNORE : cluster.options.quorumPolicy;
        switch (policy) {
            case STOP -> forbid(action, "no quorum");
            case FREEZE -> {
                if (!fullyActive(resource) || resource.nextRole.above(resource.role)) {
                    forbid(action, "quorum freeze");
                } else {
                    allow(action);
                    action.runnable = true;
                }
            }
            case DEMOTE -> {
                if (resource.role == Role.UNPROMOTED || resource.role == Role.PROMOTED) {
                    if (resource.nextRole.above(Role.UNPROMOTED)) {
                        resource.nextRole = Role.UNPROMOTED;
                    }
                    allow(action);
                    action.runnable = true;
                } else {
                    forbid(action, "no quorum");
                }
            }
            case IGNORE, FENCE -> {
                allow(action);
                action.runnable = true;
            }
        }
    }

    /** Nothing forbids it; that changed parameters demand it stays its reason. */
    private static void allow(Action action) {
        if (!CHANGED.equals(action.reason)) {
            action.reason = null;
        }
    }

    private static void forbid(Action action, String reason) {
        action.runnable = false;
        action.reason = reason;
        action.cause(UNRUNNABLE, null, reason);
    }

    private static boolean hostIsDown(Node guest) {
        Resource container = guest.launcher();
        if (container == null) {
            return true;
        }
        for (Node host : container.active) {
            if (!host.online) {
                return true;
            }
        }
        return false;
    }

    /** "Fully active" (10.8). */
    static boolean fullyActive(Resource resource) {
        if (resource.isPrimitive()) {
            for (Node node : resource.active) {
                if (node.unclean || node.online || !resource.managed) {
                    return true;
                }
            }
            return false;
        }
        for (Resource child : resource.children) {
            if (!fullyActive(child)) {
                return false;
            }
        }
        return true;
    }

    /** The current role of a resource; of a collective the highest of its children (10.8). */
    static Role roleOf(Resource resource) {
        if (resource.isPrimitive()) {
            return resource.role;
        }
        Role highest = Role.UNKNOWN;
        if (resource.bundle != null) {
            for (var replica : resource.bundle.replicas) {
                highest = higher(highest, roleOf(replica.container));
            }
            return highest;
        }
        for (Resource child : resource.children) {
            highest = higher(highest, roleOf(child));
        }
        return highest;
    }

    private static Role higher(Role left, Role right) {
        return left.above(right) ? left : right;
    }

    // ---- placement

    /** What being left without a node does to actions that exist (2.6). */
    void leaveWithoutNode(Resource resource) {
        for (Action action : of(resource)) {
            if (action.is(Tasks.STOP)) {
                action.optional = false;
            } else if (action.is(Tasks.START)) {
                action.runnable = false;
                action.cause(UNRUNNABLE, null, "no node");
            } else if (action.intervalMs > 0 && !"7".equals(action.meta.get("op_target_rc"))) {
                action.runnable = false;
            }
        }
    }
}
