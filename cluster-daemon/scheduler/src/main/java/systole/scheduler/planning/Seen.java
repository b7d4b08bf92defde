package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** How the state of an action looks to others: collectives show their children's (actions-and-graph 10.4). */
final class Seen {
    private final Actions actions;

    boolean optional;
    boolean runnable;
    boolean migratable;

    /** Actions of collectives whose recorded state was corrected by looking at them; emptied by the reader. */
    final List<Action> marked;

    Seen(Actions actions) {
        this(actions, new ArrayList<>());
    }

    private Seen(Actions actions, List<Action> marked) {
        this.actions = actions;
        this.marked = marked;
    }

    private void markRequired(Action action) {
        if (action.optional) {
            action.optional = false;
            marked.add(action);
        }
    }

    private void markUnrunnable(Action action) {
        if (action.runnable) {
            action.runnable = false;
            marked.add(action);
        }
    }

    /** Looks at an action; of clones only what concerns the node, if one is given. */
    void look(Action action, @Nullable Node node) {
        Resource resource = action.resource;
        if (resource == null || resource.isPrimitive()) {
            optional = action.optional;
            runnable = action.runnable;
            migratable = action.migratable;
            return;
        }
        migratable = false;
        if (resource.isGroup()) {
            group(resource, action);
            return;
        }
        if (node != null && resource.isClone()) {
            instances(resource, action, null);
            boolean runnableAsWhole = runnable;
            instances(resource, action, node);
            runnable |= runnableAsWhole;
        } else {
            instances(resource, action, null);
        }
    }

    private void group(Resource group, Action action) {
        optional = true;
        runnable = true;
        String base = Tasks.base(action.keyTask);
        boolean finished = !base.equals(action.keyTask);
        for (Resource member : group.children) {
            Action own = actions.newest(member, base);
            if (own == null) {
                if (!base.equals(Tasks.STOP) && !base.equals(Tasks.DEMOTE)) {
                    runnable = false;
                }
                continue;
            }
            if (own.required()) {
                optional = false;
                markRequired(action);
            }
            if (finished && !own.runnable) {
                runnable = false;
                markUnrunnable(action);
            }
        }
    }

    private void instances(Resource collective, Action action, @Nullable Node node) {
        boolean anyRequired = false;
        boolean anyRunnable = false;
        String task = Tasks.ofNotification(action.keyTask);
        boolean promotion = Tasks.base(task).equals(Tasks.PROMOTE)
                || Tasks.base(task).equals(Tasks.DEMOTE)
                || Tasks.isNotificationPoint(action.keyTask);
        if (collective.bundle != null && !promotion) {
            for (Replica replica : collective.bundle.replicas) {
                Action own = ofInstance(replica.container, task, node);
                if (own != null) {
                    anyRequired |= own.required();
                    anyRunnable |= own.runnable;
                }
            }
        } else {
            Resource clone = collective.bundle == null ? collective : collective.bundle.child;
            if (clone != null) {
                for (Resource instance : clone.children) {
                    Action own = ofInstance(instance, task, node);
                    if (own != null) {
                        if (instance.isGroup()) {
                            Seen inner = new Seen(actions, marked);
                            inner.look(own, null);
                            anyRequired |= !inner.optional;
                            anyRunnable |= inner.runnable;
                        } else {
                            anyRequired |= own.required();
                            anyRunnable |= own.runnable;
                        }
                    }
                }
            }
        }
        optional = !anyRequired;
        runnable = anyRunnable;
        if (anyRequired) {
            markRequired(action);
        }
        if (!anyRunnable && node == null) {
            markUnrunnable(action);
        }
    }

    /** A primitive instance is asked for the base task, a group instance for the task itself. */
    private @Nullable Action ofInstance(Resource instance, String task, @Nullable Node node) {
        if (instance.isPrimitive()) {
            return actions.newest(instance, Tasks.base(task), 0, node);
        }
        if (node != null && !concerns(instance, task, node)) {
            return null;
        }
        return actions.newest(instance, task);
    }

    private static boolean concerns(Resource instance, String task, Node node) {
        String base = Tasks.base(task);
        if (base.equals(Tasks.STOP) || base.equals(Tasks.DEMOTE)) {
            return instance.active.contains(node);
        }
        return Instances.assignedNode(instance) == node;
    }
}
