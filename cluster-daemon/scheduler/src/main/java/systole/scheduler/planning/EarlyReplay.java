package systole.scheduler.planning;

import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** Makes actions of what reading and criteria asked for, phase by phase. */
final class EarlyReplay {
    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;
    private int next;

    EarlyReplay(Cluster cluster, Actions actions, Relations relations, Fencing fencing) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
    }

    /** Everything up to and including a phase that was not replayed yet. */
    void upTo(EarlyAction.Phase phase) {
        while (next < cluster.earlyActions.size()
                && cluster.earlyActions.get(next).phase().compareTo(phase) <= 0) {
            replay(cluster.earlyActions.get(next));
            next++;
        }
    }

    private void replay(EarlyAction early) {
        Resource resource = early.resource();
        Node node = early.node();
        if (early.kind() == EarlyAction.Kind.FENCE) {
            fencing.operation(
                    node, null, true, early.reason().isEmpty() ? null : early.reason(), early.priorityDelay());
            return;
        }
        if (resource == null) {
            throw new IllegalStateException(early.kind() + " without a resource on " + node);
        }
        switch (early.kind()) {
            case RECURRING -> actions.request(resource, early.task(), early.intervalMs(), early.task(), node, true);
            case STOP -> explain(actions.request(resource, Tasks.STOP, node, false), early);
            case STOPS_OPTIONAL -> {
                for (Action stop : actions.every(resource, Tasks.STOP, node)) {
                    stop.optional = true;
                }
            }
            case DEMOTE -> explain(actions.request(resource, Tasks.DEMOTE, node, false), early);
            case CLEAR_FAILCOUNT -> clearFailCount(resource, node, early.reason());
            case LRM_DELETE -> {
                Action delete = actions.request(resource, Tasks.LRM_DELETE, node, false);
                delete.onDc = true;
                actions.evaluate(delete);
                explain(delete, early);
            }
            case FENCE -> throw new AssertionError("handled above");
        }
    }

    private static void explain(Action action, EarlyAction early) {
        if (!early.reason().isEmpty()) {
            action.because(early.reason());
        }
    }

    /** A required {@code clear_failcount}; after fencing where a remote node has to come back (6.4). */
    Action clearFailCount(Resource resource, Node node, String reason) {
        Action clear = actions.request(resource, Tasks.CLEAR_FAILCOUNT, node, false);
        clear.meta("op_no_wait", "true");
        clear.because(reason);
        Node remote = resource.remoteNode;
        if (resource.remoteReconnectMs > 0 && cluster.options.fencingEnabled && remote != null) {
            Action fence = fencing.operation(remote, null, true, null, false);
            relations.relate(fence, clear, Kind.PUSH);
        }
        return clear;
    }
}
