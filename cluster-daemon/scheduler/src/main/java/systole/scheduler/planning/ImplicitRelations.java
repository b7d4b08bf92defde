package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options.Placement;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Relations that follow from what a resource is (8.1 to 8.4, 8.7). */
final class ImplicitRelations {
    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;

    ImplicitRelations(Cluster cluster, Actions actions, Relations relations, Fencing fencing) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
    }

    void make() {
        for (Resource resource : cluster.resources) {
            make(resource);
        }
    }

    private void make(Resource resource) {
        switch (resource.variant) {
            case PRIMITIVE -> primitive(resource);
            case GROUP -> group(resource);
            case CLONE -> clone(resource);
            case BUNDLE -> bundle(resource);
        }
    }

    private void relate(Resource first, String firstTask, Resource then, String thenTask, int kinds) {
        relations.relate(first, firstTask, then, thenTask, kinds);
    }

    // ---- primitives

    private void primitive(Resource resource) {
        if (!resource.managed) {
            return;
        }
        relate(resource, Tasks.STOP, resource, Tasks.START, Kind.ORDER | Kind.PUSH | Kind.RESTART);
        if (resource.isPromotable() || resource.role == Role.PROMOTED) {
            relate(resource, Tasks.DEMOTE, resource, Tasks.STOP, Kind.PROMOTED_PULL);
            relate(resource, Tasks.START, resource, Tasks.PROMOTE, Kind.GATE);
        }
        relate(resource, Tasks.LRM_DELETE, resource, Tasks.MONITOR, Kind.SAME_NODE | Kind.CANCELS);
        if (resource.requiresUnfencing() && !resource.isFenceDevice()) {
            for (Node node : allowedByName(resource)) {
                Action unfence = fencing.operation(node, "on", true, null, false);
                relations.relate(resource, Tasks.STOP, unfence, Kind.ORDER | Kind.SAME_NODE);
                relations.relate(unfence, resource, Tasks.START, Kind.PUSH_SAME_NODE | Kind.SAME_NODE);
            }
        }
        if (cluster.options.placement != Placement.DEFAULT && !resource.utilization.isEmpty()) {
            utilization(resource);
        }
        Resource launcher = resource.launcher;
        if (launcher != null) {
            boolean forcedOntoGuest = !resource.isConnection() && (launcher.isConnection() || launchesGuest(launcher));
            if (!forcedOntoGuest) {
                relate(launcher, Tasks.START, resource, Tasks.START, Kind.PUSH | Kind.GATE);
                relate(resource, Tasks.STOP, launcher, Tasks.STOP, Kind.PULL);
            }
            if (resource.isConnection()) {
                relate(launcher, Tasks.MONITOR, resource, Tasks.STOP, Kind.ORDER);
            }
        }
    }

    static boolean launchesGuest(Resource resource) {
        for (Resource launched : resource.launched) {
            if (launched.isConnection()) {
                return true;
            }
        }
        return false;
    }

    private List<Node> allowedByName(Resource resource) {
        List<Node> found = new ArrayList<>();
        for (Node node : cluster.nodes) {
            if (resource.table.has(node)) {
                found.add(node);
            }
        }
        found.sort(Comparator.comparing(node -> node.name));
        return found;
    }

    private void utilization(Resource resource) {
        for (Node node : resource.active) {
            Action point = loadStopped(node);
            relations.relate(resource, Tasks.STOP, point, Kind.LOAD);
        }
        for (Node node : allowedByName(resource)) {
            Action point = loadStopped(node);
            relations.relate(point, resource, Tasks.START, Kind.LOAD);
            relations.relate(point, resource, Tasks.MIGRATE_TO, Kind.LOAD);
        }
    }

    private Action loadStopped(Node node) {
        String key = "load_stopped_" + node.name;
        Action point = actions.requestClusterAction(key, key, null, false);
        if (point.node == null) {
            point.node = node;
            point.pseudo = true;
            point.optional = false;
            point.runnable = true;
        }
        return point;
    }

    // ---- groups

    private void group(Resource group) {
        relate(group, Tasks.STOP, group, Tasks.STOPPED, Kind.GATE);
        relate(group, Tasks.START, group, Tasks.RUNNING, Kind.GATE);
        relate(group, Tasks.STOPPED, group, Tasks.START, Kind.ORDER);
        boolean promotable = group.top().promotable;
        Resource previous = null;
        Resource activeBefore = null;
        for (Resource member : group.children) {
            make(member);
            boolean firstOfOrdered = group.ordered && previous == null;
            relate(group, Tasks.STOP, member, Tasks.STOP, Kind.SHOW_FIRST | (firstOfOrdered ? Kind.ORDER : 0));
            relate(member, Tasks.STOP, group, Tasks.STOPPED, firstOfOrdered ? Kind.PUSH : Kind.SHOW_THEN);
            relate(group, Tasks.START, member, Tasks.START, Kind.SHOW_FIRST);
            relate(member, Tasks.START, group, Tasks.RUNNING, Kind.GATE | Kind.PUSH | Kind.SHOW_THEN);
            if (promotable) {
                relate(group, Tasks.DEMOTE, member, Tasks.DEMOTE, Kind.SHOW_FIRST | (firstOfOrdered ? Kind.ORDER : 0));
                relate(member, Tasks.DEMOTE, group, Tasks.DEMOTED, firstOfOrdered ? Kind.PUSH : Kind.SHOW_THEN);
                relate(member, Tasks.PROMOTE, group, Tasks.PROMOTED, Kind.GATE | Kind.PUSH | Kind.SHOW_THEN);
                relate(group, Tasks.PROMOTE, member, Tasks.PROMOTE, Kind.SHOW_FIRST);
            }
            if (group.ordered && previous != null) {
                relate(previous, Tasks.START, member, Tasks.START, Kind.PUSH | Kind.GATE);
                relate(member, Tasks.STOP, previous, Tasks.STOP, Kind.ORDER | Kind.RESTART);
                if (promotable) {
                    relate(previous, Tasks.PROMOTE, member, Tasks.PROMOTE, Kind.PUSH | Kind.GATE);
                    relate(member, Tasks.DEMOTE, previous, Tasks.DEMOTE, Kind.ORDER);
                }
                if (!member.active.isEmpty() && previous.active.isEmpty()) {
                    relate(member, Tasks.STOP, previous, Tasks.START, Kind.PULL | Kind.GATE);
                    if (activeBefore != null) {
                        relate(member, Tasks.STOP, activeBefore, Tasks.STOP, Kind.ORDER);
                    }
                }
            }
            if (!member.active.isEmpty()) {
                activeBefore = member;
            }
            previous = member;
        }
    }

    // ---- clones

    private void clone(Resource clone) {
        if (clone.ordered) {
            Instances.sortByNumber(clone.children);
        }
        relate(clone, Tasks.STOPPED, clone, Tasks.START, Kind.ORDER);
        relate(clone, Tasks.START, clone, Tasks.RUNNING, Kind.GATE);
        relate(clone, Tasks.STOP, clone, Tasks.STOPPED, Kind.GATE);
        if (clone.promotable) {
            relate(clone, Tasks.DEMOTED, clone, Tasks.STOP, Kind.ORDER);
            relate(clone, Tasks.RUNNING, clone, Tasks.PROMOTE, Kind.GATE);
        }
        List<Resource> earlier = new ArrayList<>();
        for (Resource instance : clone.children) {
            make(instance);
            relate(clone, Tasks.START, instance, Tasks.START, Kind.GATE | Kind.SHOW_FIRST);
            relate(instance, Tasks.START, clone, Tasks.RUNNING, Kind.SHOW_THEN);
            relate(clone, Tasks.STOP, instance, Tasks.STOP, Kind.SHOW_FIRST);
            relate(instance, Tasks.STOP, clone, Tasks.STOPPED, Kind.SHOW_THEN);
            if (clone.ordered) {
                for (Resource before : earlier) {
                    relate(before, Tasks.START, instance, Tasks.START, Kind.ORDER);
                    relate(instance, Tasks.STOP, before, Tasks.STOP, Kind.ORDER);
                }
                earlier.add(instance);
            }
        }
        if (clone.promotable) {
            promotable(clone);
        }
    }

    private void promotablePoints(Resource collective) {
        relate(collective, Tasks.STOPPED, collective, Tasks.START, Kind.ORDER);
        relate(collective, Tasks.STOPPED, collective, Tasks.PROMOTE, Kind.ORDER);
        relate(collective, Tasks.DEMOTED, collective, Tasks.STOP, Kind.ORDER);
        relate(collective, Tasks.DEMOTED, collective, Tasks.START, Kind.ORDER);
        relate(collective, Tasks.DEMOTED, collective, Tasks.PROMOTE, Kind.ORDER);
        relate(collective, Tasks.RUNNING, collective, Tasks.PROMOTE, Kind.ORDER);
        relate(collective, Tasks.DEMOTE, collective, Tasks.DEMOTED, Kind.ORDER);
    }

    private void promotable(Resource clone) {
        promotablePoints(clone);
        Resource previous = null;
        for (Resource instance : clone.children) {
            relate(instance, Tasks.DEMOTE, instance, Tasks.PROMOTE, Kind.ORDER);
            relate(clone, Tasks.PROMOTE, instance, Tasks.PROMOTE, Kind.ORDER);
            relate(instance, Tasks.PROMOTE, clone, Tasks.PROMOTED, Kind.ORDER);
            relate(clone, Tasks.DEMOTE, instance, Tasks.DEMOTE, Kind.SHOW_FIRST);
            relate(instance, Tasks.DEMOTE, clone, Tasks.DEMOTED, Kind.SHOW_THEN);
            if (clone.ordered && previous != null) {
                relate(previous, Tasks.PROMOTE, instance, Tasks.PROMOTE, Kind.ORDER);
                relate(instance, Tasks.DEMOTE, previous, Tasks.DEMOTE, Kind.ORDER);
            }
            previous = instance;
        }
    }

    // ---- bundles

    private void bundle(Resource bundle) {
        if (bundle.bundle == null) {
            return;
        }
        for (Replica replica : bundle.bundle.replicas) {
            Resource container = replica.container;
            make(container);
            relate(bundle, Tasks.START, container, Tasks.START, Kind.GATE | Kind.SHOW_FIRST);
            Resource child = replica.child;
            if (child != null) {
                relate(bundle, Tasks.STOP, child, Tasks.STOP, Kind.SHOW_FIRST);
            }
            relate(bundle, Tasks.STOP, container, Tasks.STOP, Kind.SHOW_FIRST);
            relate(container, Tasks.START, bundle, Tasks.RUNNING, Kind.SHOW_THEN);
            relate(container, Tasks.STOP, bundle, Tasks.STOPPED, Kind.SHOW_THEN);
            Resource ip = replica.ip;
            if (ip != null) {
                make(ip);
                relate(ip, Tasks.START, container, Tasks.START, Kind.GATE | Kind.INTERNAL);
                relate(container, Tasks.STOP, ip, Tasks.STOP, Kind.PULL | Kind.INTERNAL);
            }
            Resource connection = replica.connection;
            if (connection != null) {
                make(connection);
            }
        }
        @Nullable Resource child = bundle.bundle.child;
        if (child == null) {
            return;
        }
        relate(bundle, Tasks.START, child, Tasks.START, Kind.SHOW_FIRST);
        relate(child, Tasks.RUNNING, bundle, Tasks.RUNNING, Kind.SHOW_THEN);
        relate(bundle, Tasks.STOP, child, Tasks.STOP, Kind.SHOW_FIRST);
        relate(child, Tasks.STOPPED, bundle, Tasks.STOPPED, Kind.SHOW_THEN);
        make(child);
        if (child.promotable) {
            promotablePoints(bundle);
            relate(bundle, Tasks.DEMOTE, child, Tasks.DEMOTE, Kind.SHOW_FIRST);
            relate(child, Tasks.DEMOTED, bundle, Tasks.DEMOTED, Kind.SHOW_THEN);
            relate(bundle, Tasks.PROMOTE, child, Tasks.PROMOTE, Kind.SHOW_FIRST);
            relate(child, Tasks.PROMOTED, bundle, Tasks.PROMOTED, Kind.SHOW_THEN);
        }
    }
}
