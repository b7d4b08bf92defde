package systole.scheduler.planning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/**
 * Applies edges until nothing changes (actions-and-graph 10.2 to 10.4, 10.6).
 *
 * <p>Visits go deep first, as the reasons of actions depend on it; the stack is an own one, so that a chain of a
 * hundred thousand actions is no matter.
 */
final class Fixpoint {
    private static final int WHERE_REQUIRED_MATTERS = Kind.PUSH | Kind.PUSH_SAME_NODE | Kind.RESTART;
    private static final int WHERE_RUNNABLE_IS_NO_MATTER =
            Kind.ORDER | Kind.SERIALIZE | Kind.SHOW_FIRST | Kind.SHOW_THEN | Kind.INTERNAL;

    private final Cluster cluster;
    private final Actions actions;
    private final Joining joining;
    private final Seen seenFirst;
    private final Seen seenThen;
    private final Deque<Task> stack = new ArrayDeque<>();

    Fixpoint(Cluster cluster, Actions actions, Joining joining) {
        this.cluster = cluster;
        this.actions = actions;
        this.joining = joining;
        this.seenFirst = new Seen(actions);
        this.seenThen = new Seen(actions);
    }

    /** A step of the walk: either one visit in progress, or visits still to be made. */
    private abstract static class Task {
        /** Does one step; returns whether the task is done. */
        abstract boolean step();
    }

    void run() {
        List<Action> all = actions.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            blockDependents(all.get(i));
        }
        drain();
        for (int i = all.size() - 1; i >= 0; i--) {
            stack.push(new Visit(all.get(i)));
            drain();
        }
    }

    private void drain() {
        while (!stack.isEmpty()) {
            Task task = stack.peek();
            if (task.step()) {
                stack.remove(task);
            }
        }
    }

    /** Visits a list of actions one after the other. */
    private final class Visits extends Task {
        private final List<Action> open;
        private int next;

        Visits(List<Action> open) {
            this.open = open;
        }

        @Override
        boolean step() {
            if (next == open.size()) {
                return true;
            }
            stack.push(new Visit(open.get(next++)));
            return false;
        }
    }

    private void visitLater(List<Action> open) {
        if (!open.isEmpty()) {
            stack.push(new Visits(open));
        }
    }

    private static void addThens(Action action, List<Action> open) {
        for (int i = action.after.size() - 1; i >= 0; i--) {
            Edge edge = action.after.get(i);
            if (edge.kinds != 0) {
                open.add(edge.then);
            }
        }
    }

    /** One visit of an action as "then". */
    private final class Visit extends Task {
        private final Action then;
        private int next = -1;
        private int bitsAtEntry;
        private boolean changed;
        private boolean begun;

        Visit(Action then) {
            this.then = then;
        }

        @Override
        boolean step() {
            if (!begun) {
                begun = true;
                bitsAtEntry = then.bits();
                next = then.before.size() - 1;
                if (then.minimum > 0) {
                    then.minimumReached = 0;
                    then.runnable = false;
                }
            }
            List<Action> open = next < 0 ? List.of() : new ArrayList<>();
            while (next >= 0) {
                Edge edge = then.before.get(next--);
                if (edge.kinds == 0) {
                    continue;
                }
                int result = edge(edge, open);
                addMarked(seenFirst, open);
                addMarked(seenThen, open);
                if ((result & Effects.THEN_CHANGED) != 0) {
                    changed = true;
                }
                if ((result & Effects.FIRST_CHANGED) != 0) {
                    addThens(edge.first, open);
                    open.add(edge.first);
                }
                if (!open.isEmpty()) {
                    visitLater(open);
                    return false;
                }
            }
            finish();
            return true;
        }

        private void finish() {
            if (then.minimum > 0) {
                changed = then.bits() != bitsAtEntry;
            }
            if (!changed) {
                return;
            }
            List<Action> open = new ArrayList<>();
            if ((bitsAtEntry & 2) != 0 && !then.runnable) {
                open.addAll(blocked(then));
            }
            open.add(then);
            addThens(then, open);
            visitLater(open);
        }
    }

    /**
     * Looking at a collective may have corrected what is recorded of it: what follows it is visited as well, over those
     * edges for which it matters. A place in the order or in the graph is no reason (which points of a bundle are
     * written depends on it).
     */
    private static void addMarked(Seen seen, List<Action> open) {
        if (seen.marked.isEmpty()) {
            return;
        }
        for (Action action : seen.marked) {
            int matters = action.runnable ? WHERE_REQUIRED_MATTERS : ~WHERE_RUNNABLE_IS_NO_MATTER;
            for (int i = action.after.size() - 1; i >= 0; i--) {
                Edge edge = action.after.get(i);
                if (Kind.has(edge.kinds, matters)) {
                    open.add(edge.then);
                }
            }
        }
        seen.marked.clear();
    }

    // ---- one edge

    private @Nullable Node nodeOf(Action action) {
        Resource resource = action.resource;
        if (action.node == null && resource != null && resource.isGroup() && action.is(Tasks.START)) {
            return Instances.assignedNode(resource);
        }
        return action.node;
    }

    private int edge(Edge edge, List<Action> open) {
        Action first = edge.first;
        Action then = edge.then;
        Node firstNode = nodeOf(first);
        Node thenNode = nodeOf(then);
        if (Kind.has(edge.kinds, Kind.SAME_NODE) && firstNode != null && thenNode != null && firstNode != thenNode) {
            edge.kinds = 0;
            return Effects.NOTHING;
        }
        if (Kind.has(edge.kinds, Kind.CANCELS) && then.required()) {
            first.optional = true;
            if (first.is(Tasks.RELOAD) && first.resource != null) {
                first.resource.reloadPlanned = false;
            }
        }
        Action replacement = replacement(first, then);
        if (replacement != null) {
            joining.join(replacement, then, edge.kindsWithWish());
            edge.kinds = 0;
            return Effects.THEN_CHANGED;
        }
        return effects(edge, firstNode, thenNode, open);
    }

    /** What stands for a collective's action towards others: its finished form (10.2, step 3). */
    private @Nullable Action replacement(Action first, Action then) {
        Resource resource = first.resource;
        Resource other = then.resource;
        if (resource == null || resource.isPrimitive() || resource == other) {
            return null;
        }
        if (other != null && other.isInside(resource)) {
            return null;
        }
        if (first.intervalMs != 0 || Tasks.isNotificationPoint(first.keyTask)) {
            return null;
        }
        boolean notifies = resource.notify && (resource.isClone() || resource.isBundle() || resource.inBundle());
        String finished = Tasks.isFinished(first.keyTask) ? first.keyTask : Tasks.finished(first.keyTask);
        if (finished.isEmpty()) {
            return null;
        }
        String wanted = notifies ? "confirmed-post_notify_" + finished : finished;
        if (wanted.equals(first.keyTask)) {
            return null;
        }
        return actions.newest(resource, wanted);
    }

    private int effects(Edge edge, @Nullable Node firstNode, @Nullable Node thenNode, List<Action> open) {
        Action first = edge.first;
        Action then = edge.then;
        int kinds = edge.kinds;
        boolean sameNode = Kind.has(kinds, Kind.PUSH_SAME_NODE);
        seenFirst.look(first, sameNode ? firstNode : thenNode);
        if (sameNode) {
            kinds |= Kind.PUSH;
        }
        Resource resource = then.resource;
        int changed;
        if (resource == null || resource.isPrimitive()) {
            changed = Effects.apply(first, seenFirst, then, kinds, edge);
        } else if (resource.isGroup()) {
            changed = onGroup(first, seenFirst, then, resource, kinds, sameNode ? firstNode : then.node, open);
        } else if (interleaved(first, then)) {
            changed = interleave(edge, open);
        } else {
            changed = onInstances(first, then, resource, kinds, sameNode ? firstNode : then.node, open);
        }
        seenFirst.look(first, thenNode);
        seenThen.look(then, firstNode);
        return changed | Effects.onEdgeOnly(first, seenFirst, then, seenThen.optional, kinds);
    }

    private int onGroup(
            Action first, Seen seen, Action then, Resource group, int kinds, @Nullable Node node, List<Action> open) {
        int changed = Effects.apply(first, seen, then, kinds, null);
        for (Resource member : group.children) {
            Action own = actions.newest(member, then.keyTask, then.intervalMs, node);
            if (own == null) {
                continue;
            }
            int result = Effects.apply(first, seen, own, kinds, null);
            changed |= result;
            if ((result & Effects.THEN_CHANGED) != 0) {
                open.add(own);
                addThens(own, open);
            }
        }
        return changed;
    }

    // ---- clones and bundles as "then"

    private int onInstances(
            Action first, Action then, Resource collective, int kinds, @Nullable Node node, List<Action> open) {
        int changed = Effects.apply(first, seenFirst, then, kinds, null);
        for (Resource instance : instancesFor(collective, then)) {
            Action own = actions.newest(instance, then.keyTask, then.intervalMs, node);
            if (own == null) {
                continue;
            }
            seenThen.look(own, null);
            if (!seenThen.runnable) {
                continue;
            }
            int result = instance.isGroup()
                    ? onGroup(first, seenFirst, own, instance, kinds, node, open)
                    : Effects.apply(first, seenFirst, own, kinds, null);
            changed |= result;
            if ((result & Effects.THEN_CHANGED) != 0) {
                open.add(own);
                addThens(own, open);
            }
        }
        return changed;
    }

    /** Promotions of a bundle concern the bundled instances, everything else its containers. */
    private static List<Resource> instancesFor(Resource collective, Action then) {
        if (collective.bundle == null) {
            return collective.children;
        }
        String base = Tasks.base(then.keyTask);
        Resource child = collective.bundle.child;
        if ((base.equals(Tasks.PROMOTE) || base.equals(Tasks.DEMOTE)) && child != null) {
            return child.children;
        }
        return Instances.of(collective);
    }

    private static boolean isClonelike(@Nullable Resource resource) {
        return resource != null && (resource.isClone() || resource.isBundle());
    }

    /** A bundle and the clone in it. */
    private static boolean related(@Nullable Resource left, @Nullable Resource right) {
        return left != null && right != null && (left.isInside(right) || right.isInside(left));
    }

    private static boolean interleaved(Action first, Action then) {
        if (!isClonelike(first.resource) || !isClonelike(then.resource) || first.resource == then.resource) {
            return false;
        }
        if (related(first.resource, then.resource)) {
            return false;
        }
        Resource decides = then.is(Tasks.STOP) || then.is(Tasks.DEMOTE) ? first.resource : then.resource;
        return decides != null && decides.interleave;
    }

    private int interleave(Edge edge, List<Action> open) {
        Action first = edge.first;
        Action then = edge.then;
        Resource firstCollective = first.resource;
        Resource thenCollective = then.resource;
        if (firstCollective == null || thenCollective == null) {
            return Effects.NOTHING;
        }
        int changed = Effects.NOTHING;
        String firstTask = Tasks.ofNotification(first.keyTask);
        boolean current = first.keyTask.endsWith(Tasks.STOPPED) || first.keyTask.endsWith(Tasks.DEMOTED);
        for (Resource instance : Instances.of(thenCollective)) {
            Resource match = Interleaving.compatible(cluster.nodes, instance, firstCollective, current);
            if (match == null) {
                if (!current && Kind.has(edge.kinds, Kind.GATE | Kind.PUSH)) {
                    // No change of "then" by this edge: nothing is blocked by way of colocations.
                    leaveWithoutNode(instance, open);
                }
                continue;
            }
            Action before = firstAction(match, firstTask);
            Action after = thenAction(instance, then);
            if (before == null || after == null) {
                continue;
            }
            joining.join(before, after, edge.kindsWithWish());
            seenFirst.look(before, before.node);
            int result = instance.isGroup()
                    ? onGroup(before, seenFirst, after, instance, edge.kinds, null, open)
                    : Effects.apply(before, seenFirst, after, edge.kinds, null);
            if ((result & Effects.FIRST_CHANGED) != 0) {
                changed |= Effects.FIRST_CHANGED;
                addThens(before, open);
                open.add(before);
            }
            if ((result & Effects.THEN_CHANGED) != 0) {
                changed |= Effects.THEN_CHANGED;
                open.add(after);
                addThens(after, open);
            }
        }
        return changed;
    }

    private @Nullable Action firstAction(Resource match, String task) {
        Replica replica = match.replica;
        if (replica != null && match == replica.container) {
            String base = Tasks.base(task);
            Resource acting = base.equals(Tasks.STOP) || replica.child == null ? match : replica.child;
            return actions.newest(acting, base);
        }
        return match.isPrimitive() ? actions.newest(match, Tasks.base(task)) : actions.newest(match, task);
    }

    private @Nullable Action thenAction(Resource instance, Action then) {
        Replica replica = instance.replica;
        if (replica != null && instance == replica.container) {
            boolean promotion = then.is(Tasks.PROMOTE) || then.is(Tasks.DEMOTE);
            Resource acting = promotion && replica.child != null ? replica.child : instance;
            return actions.newest(acting, then.keyTask);
        }
        return actions.newest(instance, then.keyTask);
    }

    /** Takes the node of an instance that has no partner, and follows that up. */
    private void leaveWithoutNode(Resource instance, List<Action> open) {
        for (Resource primitive : instance.primitives()) {
            if (primitive.assigned != null) {
                primitive.assigned = null;
                primitive.nextRole = Role.STOPPED;
                List<Action> own = List.copyOf(actions.of(primitive));
                int[] before = own.stream().mapToInt(Action::bits).toArray();
                actions.leaveWithoutNode(primitive);
                for (int i = 0; i < before.length; i++) {
                    if (own.get(i).bits() != before[i]) {
                        addThens(own.get(i), open);
                    }
                }
            }
        }
    }

    // ---- colocation blocking (10.6)

    private void blockDependents(Action action) {
        visitLater(blocked(action));
    }

    /** Makes the actions of dependents unrunnable; returns those that changed. */
    private List<Action> blocked(Action cause) {
        if (!mayBlock(cause)) {
            return List.of();
        }
        List<Action> changed = new ArrayList<>();
        Deque<Action> open = new ArrayDeque<>();
        open.add(cause);
        while (!open.isEmpty()) {
            Action action = open.remove();
            Resource resource = action.resource;
            if (resource == null || !mayBlock(action)) {
                continue;
            }
            Resource top = resource.topOrBundle();
            if (!allChildrenBlocked(top, action.keyTask)) {
                continue;
            }
            for (Colocation colocation : withThis(top)) {
                if (colocation.score() < Score.LIMIT
                        || (action.is(Tasks.PROMOTE) && colocation.primaryRole() != Role.PROMOTED)) {
                    continue;
                }
                String task = colocation.dependentRole() == Role.PROMOTED ? Tasks.PROMOTE : Tasks.START;
                block(colocation.dependent(), task, resource, action, colocation.id(), changed, open);
            }
        }
        return changed;
    }

    private static boolean mayBlock(Action action) {
        return !action.runnable && (action.is(Tasks.START) || action.is(Tasks.PROMOTE));
    }

    private boolean allChildrenBlocked(Resource top, String task) {
        for (Resource child : top.children) {
            Action own = actions.newest(child, task);
            if (own == null || own.runnable) {
                return false;
            }
        }
        return true;
    }

    private static List<Colocation> withThis(Resource top) {
        if (!top.isGroup()) {
            return top.asPrimary;
        }
        List<Colocation> found = new ArrayList<>(top.asPrimary);
        for (Resource member : top.children) {
            for (Colocation colocation : member.asPrimary) {
                if (colocation.explicit()) {
                    found.add(colocation);
                }
            }
        }
        return found;
    }

    private void block(
            Resource dependent,
            String task,
            Resource cause,
            Action from,
            String constraint,
            List<Action> changed,
            Deque<Action> open) {
        for (Action action : List.copyOf(actions.of(dependent))) {
            if (action.runnable && action.is(task)) {
                action.runnable = false;
                action.because("colocation with " + cause.id);
                action.cause("unrunnable", from, constraint);
                changed.add(action);
                open.add(action);
            }
        }
        for (Resource child : dependent.children) {
            block(child, task, cause, from, constraint, changed, open);
        }
    }
}
