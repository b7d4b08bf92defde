package systole.scheduler.planning;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Operation;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Recurring operations of a primitive: schedule and cancel (actions-and-graph 4). */
final class Recurring {
    private static final Set<String> NEVER_RECURRING = Set.of(
            Tasks.START,
            Tasks.STOP,
            Tasks.PROMOTE,
            Tasks.DEMOTE,
            Tasks.RELOAD,
            "reload",
            Tasks.MIGRATE_TO,
            Tasks.MIGRATE_FROM);

    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;

    Recurring(Cluster cluster, Actions actions, Relations relations) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
    }

    void make(Resource resource) {
        if (resource.blocked || resource.maintenance) {
            return;
        }
        Node assigned = resource.assigned;
        boolean wanted =
                assigned != null && !assigned.maintenance && (resource.nextRole != Role.STOPPED || !resource.managed);
        if (wanted && assigned != null) {
            // Also without any operation: it is how what moves or recovers to a lower role comes up again.
            actions.request(resource, Tasks.START, assigned, true);
        }
        Resource clone = resource.enclosingClone();
        boolean none = clone != null && clone.clone != null && clone.clone.cloneMax == 0;
        boolean inactiveOnes = !none && (resource.unique || clone == null);
        for (Operation operation : resource.definition.operations) {
            if (!usable(resource, operation)) {
                continue;
            }
            String roleText = operation.xml().attribute("role");
            Role role = Role.of(roleText);
            if (roleText != null && role == null) {
                continue;
            }
            if (role == Role.STOPPED) {
                if (inactiveOnes) {
                    whileStopped(resource, operation);
                }
            } else if (wanted && assigned != null) {
                whileActive(resource, operation, role, assigned);
            }
        }
    }

    private static boolean usable(Resource resource, Operation operation) {
        if (operation.intervalMs() <= 0
                || operation.xml().id().isEmpty()
                || NEVER_RECURRING.contains(operation.name())
                || !operation.enabled()) {
            return false;
        }
        int same = 0;
        for (Operation other : resource.definition.operations) {
            if (other.intervalMs() == operation.intervalMs() && other.name().equals(operation.name())) {
                same++;
            }
        }
        return same == 1;
    }

    // ---- active roles

    private void whileActive(Resource resource, Operation operation, @Nullable Role role, Node node) {
        String name = operation.name();
        long interval = operation.intervalMs();
        Action start = actions.request(resource, Tasks.START, node, true);
        Action running = actions.newest(resource, name, interval, node);
        boolean optional = start.optional && running != null && !running.reschedule;
        boolean matches =
                role == null || role == Role.UNKNOWN ? resource.nextRole != Role.PROMOTED : resource.nextRole == role;
        if (!matches) {
            if (optional && running != null) {
                cancelActive(resource, operation, running);
            }
            return;
        }
        Action monitor = actions.request(resource, name, interval, name, node, optional);
        if (!optional) {
            monitor.optional = false;
        }
        if (!start.runnable || !node.online || node.unclean) {
            monitor.runnable = false;
        }
        if (resource.nextRole == Role.PROMOTED) {
            monitor.meta("op_target_rc", "8");
        }
        if (!resource.managed) {
            return;
        }
        relations.relate(resource, Tasks.START, monitor, Kind.PUSH | Kind.GATE);
        relations.relate(resource, Tasks.RELOAD, monitor, Kind.PUSH | Kind.GATE);
        if (resource.nextRole == Role.PROMOTED) {
            relations.relate(resource, Tasks.PROMOTE, monitor, Kind.ORDER | Kind.GATE);
        } else if (resource.role == Role.PROMOTED) {
            relations.relate(resource, Tasks.DEMOTE, monitor, Kind.ORDER | Kind.GATE);
        }
    }

    private void cancel(Action running, Operation operation) {
        running.task = Tasks.CANCEL;
        running.cancelledTask = operation.name();
        running.optional = false;
        running.meta("operation", operation.name());
        running.meta("interval", String.valueOf(operation.intervalMs()));
    }

    private void cancelActive(Resource resource, Operation operation, Action running) {
        cancel(running, operation);
        if (resource.nextRole == Role.PROMOTED && (resource.role == Role.STARTED || resource.role == Role.UNPROMOTED)) {
            relations.relate(running, resource, Tasks.PROMOTE, Kind.GATE);
        } else if (resource.nextRole == Role.STOPPED) {
            relations.relate(running, resource, Tasks.STOP, Kind.GATE);
        } else if (resource.role == Role.PROMOTED) {
            relations.relate(running, resource, Tasks.DEMOTE, Kind.GATE);
        }
    }

    // ---- the stopped role

    private void whileStopped(Resource resource, Operation operation) {
        String name = operation.name();
        long interval = operation.intervalMs();
        for (Node node : cluster.nodes) {
            if (node.within(resource)) {
                continue; // It cannot be active there.
            }
            Action running = actions.newest(resource, name, interval, node);
            if (node == resource.assigned) {
                if (running != null) {
                    cancel(running, operation);
                    if (resource.nextRole == Role.STARTED || resource.nextRole == Role.UNPROMOTED) {
                        relations.relate(running, resource, Tasks.START, Kind.GATE);
                    }
                }
                continue;
            }
            elsewhere(resource, name, interval, node, running != null);
        }
    }

    private void elsewhere(Resource resource, String name, long interval, Node node, boolean known) {
        Action monitor = actions.request(resource, name, interval, name, node, known);
        if (!known) {
            monitor.optional = false;
        }
        monitor.meta("op_target_rc", "7");
        if (resource.managed) {
            for (Action probe : actions.every(resource, Tasks.MONITOR, node)) {
                relations.relate(probe, monitor, Kind.GATE);
            }
        }
        for (Action stop : actions.every(resource, Tasks.STOP, node)) {
            if (stop.required() && !resource.managed) {
                monitor.optional = true;
            }
            if (!stop.runnable) {
                monitor.runnable = false;
            }
            if (resource.managed) {
                relations.relate(stop, monitor, Kind.PUSH | Kind.GATE);
            }
        }
        if (!node.online || node.unclean) {
            monitor.runnable = false;
        }
    }
}
