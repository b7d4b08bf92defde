package systole.scheduler.planning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Resource.MultipleActive;
import systole.scheduler.working.Role;

/** Stop, start, promote, demote and migrate of one primitive (actions-and-graph 3). */
final class RoleActions {
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;

    RoleActions(Cluster cluster, Actions actions, Relations relations, Fencing fencing) {
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
    }

    /** What is decided about one primitive before its actions are made. */
    private static final class Facts {
        final Resource resource;
        final @Nullable Node assigned;
        final @Nullable Node current;
        boolean needsStop;
        boolean needsPromote;
        boolean multiplyActive;
        boolean migrates;
        boolean continuesMigration;
        /** The node of a {@code stop_unexpected} restart where nothing is to be touched. */
        @Nullable
        Node expected;

        Facts(Resource resource) {
            this.resource = resource;
            this.assigned = resource.assigned;
            this.current = resource.currentNode();
        }
    }

    void make(Resource resource) {
        Facts facts = new Facts(resource);
        if (resource.nextRole == Role.UNKNOWN) {
            resource.nextRole = facts.assigned == null ? Role.STOPPED : Role.STARTED;
        }
        for (Node source : resource.danglingMigrations) {
            Action stop = actions.request(resource, Tasks.STOP, source, false);
            stop.migrationAbort = true;
        }
        decide(facts);
        if (resource.startPending && facts.assigned != null) {
            Action start = actions.request(resource, Tasks.START, facts.assigned, true);
            start.always = true;
        }
        downAndUp(facts);
        toNextRole(facts);
        if (facts.migrates) {
            migrate(facts);
        }
    }

    /** The node where a {@code stop_unexpected} resource stays as it is, or {@code null}. */
    static @Nullable Node expectedNode(Resource resource) {
        if (resource.multipleActive == MultipleActive.STOP_UNEXPECTED && activeCount(resource) > 1) {
            return resource.assigned;
        }
        return null;
    }

    private static int activeCount(Resource resource) {
        if (resource.requiresFencing()) {
            return resource.active.size();
        }
        int count = 0;
        for (Node node : resource.active) {
            if (node.online && !node.unclean) {
                count++;
            }
        }
        return count;
    }

    private void decide(Facts facts) {
        Resource resource = facts.resource;
        Node assigned = facts.assigned;
        Node current = facts.current;
        boolean moving = false;
        if (current != null && assigned != null && current != assigned && resource.nextRole.atLeast(Role.STARTED)) {
            moving = true;
            facts.needsStop = true;
            facts.migrates = mayMigrate(resource, current, assigned);
        }
        boolean partial = resource.partialMigrationSource != null || resource.partialMigrationTarget != null;
        if (partial) {
            boolean goesOn = facts.migrates
                    && resource.active.size() == 2
                    && current == resource.partialMigrationSource
                    && assigned == resource.partialMigrationTarget;
            if (goesOn) {
                facts.continuesMigration = true;
            } else {
                resource.partialMigrationSource = null;
                resource.partialMigrationTarget = null;
                facts.migrates = false;
                facts.needsStop = true;
            }
        } else if (activeCount(resource) > 1) {
            facts.multiplyActive = true;
            if (resource.multipleActive == MultipleActive.STOP_UNEXPECTED) {
                facts.needsStop = true;
                facts.expected = assigned;
            } else if (resource.multipleActive == MultipleActive.STOP_START) {
                facts.needsStop = true;
            }
        }
        if (!moving) {
            notMoving(facts);
        }
    }

    private void notMoving(Facts facts) {
        Resource resource = facts.resource;
        if (resource.failed) {
            if (resource.stopIfFailed) {
                facts.needsStop = true;
            } else if (resource.nextRole == Role.PROMOTED) {
                facts.needsPromote = true;
            }
        } else if (resource.blocked) {
            facts.needsStop = true;
        } else if (resource.role.above(Role.STARTED) && facts.current != null && facts.assigned != null) {
            Action start = actions.request(resource, Tasks.START, facts.assigned, true);
            if (start.required()) {
                facts.needsStop = true;
            }
        }
    }

    private static boolean mayMigrate(Resource resource, Node current, Node assigned) {
        return resource.allowMigrate
                && resource.managed
                && !resource.failed
                && !resource.startPending
                && !current.unclean
                && !assigned.unclean
                && resource.enclosingClone() == null;
    }

    // ---- down and up again (3.2)

    private void downAndUp(Facts facts) {
        Resource resource = facts.resource;
        Role role = resource.role;
        while (role != Role.STOPPED && role != Role.UNKNOWN) {
            if (role == Role.PROMOTED) {
                demote(facts, !facts.needsStop);
                role = Role.UNPROMOTED;
            } else {
                stop(facts, !facts.needsStop);
                role = Role.STOPPED;
            }
        }
        if (resource.nextRole.below(resource.role) || resource.blocked) {
            return;
        }
        while (role.below(resource.role)) {
            if (role == Role.STOPPED || role == Role.UNKNOWN) {
                start(facts, !facts.needsStop);
                role = resource.role == Role.STARTED ? Role.STARTED : Role.UNPROMOTED;
            } else {
                promote(facts, !(facts.needsStop || facts.needsPromote));
                role = Role.PROMOTED;
            }
        }
    }

    // ---- to the next role (3.3)

    private void toNextRole(Facts facts) {
        Role from = facts.resource.role == Role.UNKNOWN ? Role.STOPPED : facts.resource.role;
        switch (facts.resource.nextRole) {
            case STOPPED -> {
                if (from == Role.PROMOTED) {
                    demote(facts, false);
                }
                if (from != Role.STOPPED) {
                    stop(facts, false);
                }
            }
            case STARTED -> {
                if (from == Role.PROMOTED) {
                    demote(facts, false);
                }
                if (from == Role.PROMOTED || from == Role.UNPROMOTED) {
                    stop(facts, false);
                }
                if (from != Role.STARTED) {
                    start(facts, false);
                }
            }
            case UNPROMOTED -> {
                if (from == Role.STOPPED) {
                    start(facts, false);
                } else if (from == Role.PROMOTED) {
                    demote(facts, false);
                }
            }
            case PROMOTED -> {
                if (from == Role.STOPPED) {
                    start(facts, false);
                }
                if (from != Role.PROMOTED) {
                    promote(facts, false);
                }
            }
            case UNKNOWN -> throw new IllegalStateException(facts.resource + " has no next role");
        }
    }

    // ---- single actions (3.4)

    private void stop(Facts facts, boolean optional) {
        Resource resource = facts.resource;
        boolean required = !optional;
        for (Node node : List.copyOf(resource.active)) {
            if (facts.expected == node && facts.multiplyActive) {
                continue;
            }
            Node target = resource.partialMigrationTarget;
            if (target != null) {
                if (node == target && target == facts.assigned) {
                    continue;
                }
                required = true;
            }
            Action stop = actions.request(resource, Tasks.STOP, node, !required);
            if (required) {
                stop.cause("required", null, whyDown(facts));
            }
            if (facts.assigned == null) {
                stop.reason = "node availability";
            }
            if (facts.multiplyActive && resource.multipleActive == MultipleActive.STOP_UNEXPECTED) {
                stop.reason = "being multiply active";
            }
            if (!resource.managed) {
                stop.runnable = false;
                stop.cause("unrunnable", null, resource.blocked ? "blocked" : "unmanaged");
            }
            if (resource.requiresUnfencing()) {
                Action unfence = fencing.operation(node, "on", true, null, false);
                relations.relate(stop, unfence, Kind.PULL);
            }
        }
    }

    private static String whyDown(Facts facts) {
        if (facts.assigned == null) {
            return "no node";
        }
        if (facts.multiplyActive) {
            return "multiple-active";
        }
        if (facts.current != null && facts.current != facts.assigned) {
            return "moves";
        }
        return facts.resource.failed ? "failed" : "";
    }

    private void start(Facts facts, boolean optional) {
        Node node = facts.assigned;
        if (node == null) {
            return;
        }
        Resource resource = facts.resource;
        Action start = actions.request(resource, Tasks.START, node, true);
        fencing.unfenceBefore(resource, node, start, Kind.PUSH);
        if (start.runnable && !optional) {
            start.optional = false;
        }
        if (facts.expected == node && facts.multiplyActive) {
            start.pseudo = true;
        }
    }

    private void promote(Facts facts, boolean optional) {
        Node node = facts.assigned;
        if (node == null) {
            return;
        }
        Resource resource = facts.resource;
        for (Action start : actions.every(resource, Tasks.START, node)) {
            if (!start.runnable) {
                for (Action promote : actions.every(resource, Tasks.PROMOTE, node)) {
                    promote.runnable = false;
                    promote.cause("unrunnable", start, "");
                }
                return;
            }
        }
        Action promote = actions.request(resource, Tasks.PROMOTE, node, optional);
        if (facts.expected == node && facts.multiplyActive) {
            promote.pseudo = true;
        }
    }

    private void demote(Facts facts, boolean optional) {
        for (Node node : List.copyOf(facts.resource.active)) {
            if (facts.expected == node && facts.multiplyActive) {
                continue;
            }
            actions.request(facts.resource, Tasks.DEMOTE, node, optional);
        }
    }

    // ---- live migration (3.6)

    private void migrate(Facts facts) {
        Resource resource = facts.resource;
        Node source = facts.current;
        Node target = facts.assigned;
        if (source == null || target == null) {
            return;
        }
        Action start = actions.newest(resource, Tasks.START, 0, target);
        Action stop = actions.newest(resource, Tasks.STOP, 0, source);
        if (start == null || stop == null) {
            return;
        }
        start.migratable = true;
        start.pseudo = true;
        stop.migratable = true;
        Action from = actions.request(resource, Tasks.MIGRATE_FROM, target, true);
        from.migratable = true;
        meta(from, source, target);
        if (facts.continuesMigration) {
            from.needs = start.needs;
            relations.relate(resource, Tasks.MONITOR, resource, Tasks.MIGRATE_FROM, Kind.ORDER);
        } else {
            Action to = actions.request(resource, Tasks.MIGRATE_TO, source, true);
            to.migratable = true;
            to.needs = start.needs;
            meta(to, source, target);
            if (!resource.isConnection()) {
                to.meta("record-pending", "true");
            }
            relations.relate(resource, Tasks.MONITOR, resource, Tasks.MIGRATE_TO, Kind.ORDER);
            relations.relate(resource, Tasks.MIGRATE_TO, resource, Tasks.MIGRATE_FROM, Kind.ORDER | Kind.PAIR);
        }
        relations.relate(resource, Tasks.MIGRATE_FROM, resource, Tasks.STOP, Kind.ORDER | Kind.PAIR);
        relations.relate(resource, Tasks.MIGRATE_FROM, resource, Tasks.START, Kind.ORDER | Kind.PAIR | Kind.FALLBACK);
    }

    private static void meta(Action action, Node source, Node target) {
        action.meta("migrate_source", source.name);
        action.meta("migrate_target", target.name);
    }
}
