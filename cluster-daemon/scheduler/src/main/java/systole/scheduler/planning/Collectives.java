package systole.scheduler.planning;

import systole.graph.Synapse;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** Actions of every resource, and the points that stand for collectives (actions-and-graph 9.1 to 9.3). */
final class Collectives {
    private final Cluster cluster;
    private final Actions actions;
    private final RoleActions roles;
    private final Recurring recurring;
    private final Notifications notifications;

    Collectives(Cluster cluster, Actions actions, RoleActions roles, Recurring recurring, Notifications notifications) {
        this.cluster = cluster;
        this.actions = actions;
        this.roles = roles;
        this.recurring = recurring;
        this.notifications = notifications;
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

    private void primitive(Resource resource) {
        roles.make(resource);
        recurring.make(resource);
    }

    private void group(Resource group) {
        for (Resource member : group.children) {
            make(member);
        }
        for (String task : new String[] {Tasks.START, Tasks.RUNNING, Tasks.STOP, Tasks.STOPPED}) {
            actions.pseudo(group, task, task, true, true);
        }
        if (group.meta("promotable", "").equals("true") || group.top().promotable) {
            for (String task : new String[] {Tasks.DEMOTE, Tasks.DEMOTED, Tasks.PROMOTE, Tasks.PROMOTED}) {
                actions.pseudo(group, task, task, true, true);
            }
        }
    }

    // ---- clones

    private void clone(Resource clone) {
        for (Resource instance : clone.children) {
            make(instance);
        }
        points(clone);
        if (clone.promotable) {
            promotable(clone);
        }
    }

    private void promotable(Resource clone) {
        for (Resource instance : clone.children) {
            make(instance);
        }
        boolean promoting = false;
        boolean demoting = false;
        for (Resource instance : clone.children) {
            for (Resource primitive : instance.primitives()) {
                for (Action action : actions.of(primitive)) {
                    promoting |= action.required() && action.keyTask.equals(Tasks.PROMOTE);
                    demoting |= action.required() && action.keyTask.equals(Tasks.DEMOTE);
                }
            }
        }
        Action promote = actions.pseudo(clone, Tasks.PROMOTE, Tasks.PROMOTE, !promoting, true);
        Action promoted = actions.pseudo(clone, Tasks.PROMOTED, Tasks.PROMOTED, !promoting, true);
        promoted.priority = Synapse.INFINITY;
        notifications.points(clone, Tasks.PROMOTE, promote, Tasks.PROMOTED, promoted);
        Action demote = actions.pseudo(clone, Tasks.DEMOTE, Tasks.DEMOTE, !demoting, true);
        Action demoted = actions.pseudo(clone, Tasks.DEMOTED, Tasks.DEMOTED, !demoting, true);
        demoted.priority = Synapse.INFINITY;
        notifications.points(clone, Tasks.DEMOTE, demote, Tasks.DEMOTED, demoted);
        notifications.joinPromotable(clone);
    }

    /** Start, running, stop and stopped of a clone or bundle. */
    private void points(Resource collective) {
        boolean starting = false;
        boolean stopping = false;
        boolean active = false;
        boolean migratable = true;
        for (Resource instance : Instances.of(collective)) {
            active |= !instance.active.isEmpty();
            for (Resource primitive : instance.primitives()) {
                boolean starts = false;
                boolean stops = false;
                for (Action action : actions.of(primitive)) {
                    if (action.keyTask.equals(Tasks.START)) {
                        starts |= action.required() && action.runnable;
                    } else if (action.keyTask.equals(Tasks.STOP)) {
                        stops |= action.required() && (action.pseudo || action.runnable);
                    }
                }
                starting |= starts;
                stopping |= stops;
                if (starts && stops) {
                    migratable = false;
                }
            }
        }
        Action start = actions.pseudo(collective, Tasks.START, Tasks.START, !starting, true);
        Action running = actions.pseudo(collective, Tasks.RUNNING, Tasks.RUNNING, !starting, active || starting);
        running.priority = Synapse.INFINITY;
        notifications.points(collective, Tasks.START, start, Tasks.RUNNING, running);
        Action stop = actions.pseudo(collective, Tasks.STOP, Tasks.STOP, !stopping, true);
        Action stopped = actions.pseudo(collective, Tasks.STOPPED, Tasks.STOPPED, !stopping, true);
        stopped.priority = Synapse.INFINITY;
        stop.migratable = migratable;
        notifications.points(collective, Tasks.STOP, stop, Tasks.STOPPED, stopped);
        notifications.joinStartAfterStop(collective);
    }

    // ---- bundles

    private void bundle(Resource bundle) {
        if (bundle.bundle == null) {
            return;
        }
        for (Replica replica : bundle.bundle.replicas) {
            if (replica.ip != null) {
                make(replica.ip);
            }
            make(replica.container);
            if (replica.connection != null) {
                make(replica.connection);
            }
        }
        points(bundle);
        Resource child = bundle.bundle.child;
        if (child == null) {
            return;
        }
        make(child);
        if (child.promotable) {
            actions.pseudo(bundle, Tasks.PROMOTE, Tasks.PROMOTE, true, true);
            actions.pseudo(bundle, Tasks.PROMOTED, Tasks.PROMOTED, true, true).priority = Synapse.INFINITY;
            actions.pseudo(bundle, Tasks.DEMOTE, Tasks.DEMOTE, true, true);
            actions.pseudo(bundle, Tasks.DEMOTED, Tasks.DEMOTED, true, true).priority = Synapse.INFINITY;
        }
    }
}
