package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.List;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Resource.Requires;

/** Which nodes are fenced or shut down, in which order, and what that does to resources (actions-and-graph 7.2 to 7.5). */
final class FencingPhase {
    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;
    private final Joining joining;
    private final Notifications notifications;

    FencingPhase(
            Cluster cluster,
            Actions actions,
            Relations relations,
            Fencing fencing,
            Joining joining,
            Notifications notifications) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
        this.joining = joining;
        this.notifications = notifications;
    }

    void make() {
        boolean anyManaged = anyManaged(cluster.resources);
        Action ofDc = null;
        List<Action> fencings = new ArrayList<>();
        List<Action> shutdowns = new ArrayList<>();
        for (Node node : cluster.nodes) {
            if (node.isGuest()) {
                if (node.remoteReset && anyManaged && cluster.canFence(node)) {
                    fenceGuest(node);
                }
                continue;
            }
            if (node.unclean && anyManaged && cluster.canFence(node)) {
                Action op = fencing.operation(node, null, false, "node is unclean", false);
                effects(op, node);
                if (node == cluster.dc) {
                    ofDc = op;
                } else {
                    if (!cluster.options.concurrentFencing && !fencings.isEmpty()) {
                        relations.relate(fencings.get(fencings.size() - 1), op, Kind.ORDER);
                    }
                    fencings.add(op);
                }
            } else if (node.online && node.shutdown && !node.isRemoteOrGuest()) {
                Action down = shutdown(node);
                if (node == cluster.dc) {
                    ofDc = down;
                } else {
                    shutdowns.add(down);
                }
            }
        }
        if (ofDc == null) {
            return;
        }
        if (ofDc.is(Tasks.SHUTDOWN)) {
            for (Action other : shutdowns) {
                relations.relate(other, ofDc, Kind.ORDER);
            }
        }
        if (!cluster.options.concurrentFencing && !fencings.isEmpty()) {
            relations.relate(fencings.get(fencings.size() - 1), ofDc, Kind.ORDER);
        } else {
            for (Action other : fencings) {
                relations.relate(other, ofDc, Kind.ORDER);
            }
        }
    }

    private static boolean anyManaged(List<Resource> resources) {
        for (Resource resource : resources) {
            if (resource.managed || anyManaged(resource.children)) {
                return true;
            }
        }
        return false;
    }

    // ---- shutdown

    private Action shutdown(Node node) {
        Action down = actions.requestClusterAction(Tasks.SHUTDOWN + "-" + node.name, Tasks.SHUTDOWN, node, false);
        down.meta("op_no_wait", "true");
        for (Action action : List.copyOf(actions.all())) {
            Resource resource = action.resource;
            if (resource == null || action.node != node || !action.is(Tasks.STOP)) {
                continue;
            }
            if (resource.maintenance || node.maintenance || (!resource.managed && !resource.blocked)) {
                continue;
            }
            action.optional = false;
            relations.relate(action, down, Kind.ORDER | Kind.GATE);
        }
        return down;
    }

    // ---- guests

    private void fenceGuest(Node node) {
        Resource container = node.launcher();
        boolean restarts = false;
        Action stop = null;
        if (container != null) {
            stop = actions.newest(container, Tasks.STOP);
            restarts = actions.newest(container, Tasks.START) != null;
        }
        Action op = fencing.operation(node, restarts ? "reboot" : "off", false, "guest is unclean", false);
        op.pseudo = true;
        op.runnable = true;
        op.optional = false;
        if (stop != null && stop.pseudo) {
            Node host = stop.node;
            if (host != null) {
                Action ofHost = fencing.operation(host, null, false, null, false);
                joining.join(ofHost, op, Kind.PUSH | Kind.GATE);
            }
        } else if (stop != null) {
            joining.join(stop, op, Kind.PUSH | Kind.GATE);
        } else if (node.connection != null) {
            Action connectionStop = actions.newest(node.connection, Tasks.STOP);
            if (connectionStop != null) {
                joining.join(connectionStop, op, Kind.ORDER);
            }
        }
        effects(op, node);
    }

    // ---- what fencing does to resources (7.5)

    private void effects(Action op, Node target) {
        for (Resource top : cluster.resources) {
            effects(op, target, top);
        }
    }

    private void effects(Action op, Node target, Resource resource) {
        if (resource.isBundle() && resource.bundle != null) {
            for (var replica : resource.bundle.replicas) {
                if (replica.ip != null) {
                    effects(op, target, replica.ip);
                }
                effects(op, target, replica.container);
                if (replica.connection != null) {
                    effects(op, target, replica.connection);
                }
            }
            if (resource.bundle.child != null) {
                effects(op, target, resource.bundle.child);
            }
            return;
        }
        if (resource.isCollective()) {
            for (Resource child : resource.children) {
                effects(op, target, child);
            }
            return;
        }
        if (!resource.managed) {
            return;
        }
        starts(op, target, resource);
        stops(op, target, resource);
    }

    private void starts(Action op, Node target, Resource resource) {
        for (Action action : List.copyOf(actions.of(resource))) {
            if (action.needs == Requires.FENCING || action.needs == Requires.UNFENCING) {
                relations.relate(op, action, Kind.ORDER);
            } else if (action.needs == Requires.QUORUM
                    && action.is(Tasks.START)
                    && resource.table.has(target)
                    && !knownOn(resource, target)) {
                relations.relate(op, action, Kind.ORDER | Kind.GATE);
            }
        }
    }

    private static boolean knownOn(Resource resource, Node node) {
        if (resource.isKnownOn(node)) {
            return true;
        }
        Resource parent = resource.parent;
        if (parent != null && parent.isClone() && !resource.unique) {
            for (Resource sibling : parent.children) {
                if (sibling.isKnownOn(node)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void stops(Action op, Node target, Resource resource) {
        Resource top = resource.top();
        boolean implicitOrder = resource.requiresFencing() || target.isGuest();
        boolean inBundle = resource.inBundle();
        Action stopOfTop = actions.newest(top, Tasks.STOP);
        for (Action stop : actions.every(resource, Tasks.STOP, target)) {
            stop.pseudo = true;
            stop.runnable = true;
            if (implicitOrder) {
                if (!inBundle) {
                    relations.relate(op, stop, Kind.INTERNAL);
                }
                if (stopOfTop != null) {
                    relations.relate(op, stopOfTop, Kind.INTERNAL);
                }
            }
            if (resource.notify) {
                notifications.stoppedByFencing(resource, stop, op);
            }
        }
        for (Action demote : actions.every(resource, Tasks.DEMOTE, target)) {
            if (target.online && !target.unclean && !resource.failed) {
                continue;
            }
            demote.pseudo = true;
            demote.runnable = true;
            if (implicitOrder && !inBundle) {
                relations.relate(op, demote, Kind.ORDER | Kind.INTERNAL);
            }
        }
    }
}
