package systole.scheduler.planning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Turns relations into edges between actions (actions-and-graph 10.1, 10.5). */
final class Joining {
    private static final int DEMANDS = Kind.PUSH | Kind.PULL | Kind.GATE | Kind.ASYM;

    private final Cluster cluster;
    private final Actions actions;

    Joining(Cluster cluster, Actions actions) {
        this.cluster = cluster;
        this.actions = actions;
    }

    /**
     * Makes an edge, unless one of the same two actions shares any kind with it. An order that demands more than an
     * optional one did before it is no double of it: both hold.
     */
    void join(Action first, Action then, int kindsAndWish) {
        boolean wish = Kind.has(kindsAndWish, Kind.WISH);
        int kinds = kindsAndWish & ~Kind.WISH;
        if (kinds == 0) {
            return;
        }
        if (first.after.size() <= then.before.size()) {
            for (int i = 0; i < first.after.size(); i++) {
                Edge edge = first.after.get(i);
                if (edge.then == then && doubles(edge, kinds, wish)) {
                    edge.wish &= wish;
                    return;
                }
            }
        } else {
            for (int i = 0; i < then.before.size(); i++) {
                Edge edge = then.before.get(i);
                if (edge.first == first && doubles(edge, kinds, wish)) {
                    edge.wish &= wish;
                    return;
                }
            }
        }
        Edge edge = new Edge(first, then, kinds);
        edge.wish = wish;
        edge.join();
    }

    private static boolean doubles(Edge edge, int kinds, boolean wish) {
        boolean demandsMore = edge.wish && !wish && Kind.has(kinds & ~edge.kinds, DEMANDS);
        return (edge.kinds & kinds) != 0 && !demandsMore;
    }

    // ---- relations

    void joinAll(List<Relation> relations) {
        for (Relation relation : relations) {
            join(relation);
        }
    }

    private void join(Relation relation) {
        List<Action> firsts = firsts(relation);
        if (firsts.isEmpty()) {
            if (relation.firstResource() == null
                    && relation.firstAction() == null
                    && Kind.has(relation.kinds(), Kind.PUSH)) {
                for (Action then : thens(relation)) {
                    then.runnable = false;
                }
            }
            return;
        }
        List<Action> thens = thens(relation);
        for (int i = 0; i < firsts.size(); i++) {
            Action first = firsts.get(i);
            for (int j = 0; j < thens.size(); j++) {
                Action then = thens.get(j);
                int kinds = relation.kinds();
                if (first.migrationAbort && first.resource != null && first.resource == then.resource) {
                    kinds &= ~Kind.PUSH;
                }
                join(first, then, kinds);
            }
        }
    }

    private List<Action> firsts(Relation relation) {
        Action concrete = relation.firstAction();
        if (concrete != null) {
            return List.of(concrete);
        }
        Resource resource = relation.firstResource();
        if (resource == null) {
            return List.of();
        }
        List<Action> found = actions.every(resource, relation.firstTask(), null);
        if (!found.isEmpty() || resource == relation.thenResource()) {
            return found;
        }
        String task = relation.firstTask();
        Role role = Actions.roleOf(resource);
        boolean idle = role == Role.STOPPED || (role == Role.UNKNOWN && resource.removed && resource.active.isEmpty());
        boolean moot = (task.equals(Tasks.STOP) && idle) || (task.equals(Tasks.DEMOTE) && role == Role.UNPROMOTED);
        if (moot) {
            return List.of();
        }
        Action missing = actions.request(resource, task, null, true);
        if (resource.isCollective()) {
            missing.pseudo = true;
            missing.runnable = true;
        }
        return List.of(missing);
    }

    private List<Action> thens(Relation relation) {
        Action concrete = relation.thenAction();
        if (concrete != null) {
            return List.of(concrete);
        }
        Resource resource = relation.thenResource();
        if (resource == null) {
            return List.of();
        }
        List<Action> found = actions.every(resource, relation.thenTask(), null);
        return found.isEmpty() && resource.isGroup() ? ofMembers(resource, relation.thenTask()) : found;
    }

    /** A group that is not promotable has no demotion of its own, though a member may be found promoted. */
    private List<Action> ofMembers(Resource group, String task) {
        List<Action> found = new ArrayList<>();
        if (task.equals(Tasks.DEMOTE)) {
            for (Resource member : group.children) {
                found.addAll(actions.every(member, task, null));
            }
        }
        return found;
    }

    // ---- probes

    /** Probes come before what depends on them too. */
    void joinProbes(List<Relation> relations) {
        List<Action> probes = new ArrayList<>();
        for (Resource top : cluster.resources) {
            for (Resource resource : top.primitives()) {
                for (Action action : actions.of(resource)) {
                    if (isProbe(action)) {
                        probes.add(action);
                    }
                }
            }
        }
        if (probes.isEmpty()) {
            return;
        }
        Set<Action> leading = leadingToStops();
        for (Action probe : probes) {
            afterProbe(probe, leading);
        }
        beforeWhatStopsPrecede(relations);
    }

    static boolean isProbe(Action action) {
        return action.intervalMs == 0 && action.keyTask.equals(Tasks.MONITOR);
    }

    /** Actions from which a start or promote of something that really stops or demotes can be reached. */
    private Set<Action> leadingToStops() {
        Set<Action> marked = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Action> open = new ArrayDeque<>();
        for (Action action : actions.all()) {
            if (action.resource != null && !realDowns(action).isEmpty() && marked.add(action)) {
                open.add(action);
            }
        }
        while (!open.isEmpty()) {
            Action action = open.remove();
            for (Edge edge : action.before) {
                if (marked.add(edge.first)) {
                    open.add(edge.first);
                }
            }
            Resource resource = action.resource;
            for (Resource parent = resource == null ? null : resource.parent; parent != null; parent = parent.parent) {
                for (Action ofParent : actions.of(parent)) {
                    if (marked.add(ofParent)) {
                        open.add(ofParent);
                    }
                }
            }
        }
        return marked;
    }

    /** The real stops that belong to a start, or demotes that belong to a promote. */
    private List<Action> realDowns(Action action) {
        Resource resource = action.resource;
        if (resource == null) {
            return List.of();
        }
        String down = action.is(Tasks.START) ? Tasks.STOP : action.is(Tasks.PROMOTE) ? Tasks.DEMOTE : "";
        if (down.isEmpty()) {
            return List.of();
        }
        List<Action> every = actions.every(resource, down, null);
        if (every.isEmpty()) {
            return every;
        }
        List<Action> found = new ArrayList<>(every.size());
        for (Action each : every) {
            if (!each.pseudo) {
                found.add(each);
            }
        }
        return found;
    }

    private void afterProbe(Action probe, Set<Action> leading) {
        Resource resource = probe.resource;
        if (resource == null) {
            return;
        }
        @Nullable Set<Action> seen = null;
        int count = probe.after.size(); // Edges that are added meanwhile are not looked at.
        for (int i = 0; i < count; i++) {
            Edge edge = probe.after.get(i);
            Action then = edge.then;
            Resource other = then.resource;
            if (other == null || edge.kinds == 0) {
                continue;
            }
            if (other.isClone()
                    && resource.isInside(other)
                    && then.is(Tasks.START)
                    && !probe.runnable
                    && !Kind.has(edge.kinds, Kind.GATE)) {
                for (Resource instance : other.children) {
                    Action start = actions.newest(instance, Tasks.START);
                    if (instance.active.isEmpty() && start != null) {
                        join(probe, start, Kind.ORDER | Kind.GATE);
                    }
                }
            }
            if (leading.contains(then)) {
                if (seen == null) {
                    seen = Collections.newSetFromMap(new IdentityHashMap<>());
                }
                walk(probe, resource, then, leading, seen);
            }
        }
    }

    private void walk(Action probe, Resource resource, Action from, Set<Action> leading, Set<Action> seen) {
        if (!seen.add(from)) {
            return;
        }
        Deque<Action> open = new ArrayDeque<>();
        open.push(from);
        while (!open.isEmpty()) {
            Action at = open.pop();
            Resource other = at.resource;
            if (other != null && other != resource && other.isPrimitive()) {
                for (Action down : realDowns(at)) {
                    join(probe, down, Kind.ORDER);
                }
            }
            for (Edge edge : at.after) {
                if (Kind.has(edge.kinds, Kind.PUSH) && leading.contains(edge.then) && seen.add(edge.then)) {
                    open.push(edge.then);
                }
            }
            if (other != null && other.isCollective() && !resource.isInside(other)) {
                intoChildren(resource, at, other, leading, seen, open);
            }
        }
    }

    private void intoChildren(
            Resource resource,
            Action at,
            Resource collective,
            Set<Action> leading,
            Set<Action> seen,
            Deque<Action> open) {
        if (!collective.isGroup() && collective.interleave) {
            Resource compatible = Interleaving.compatibleWith(cluster.nodes, resource, collective);
            if (compatible != null) {
                addStarts(compatible, at, leading, seen, open);
            }
            return;
        }
        for (Resource child : Instances.of(collective)) {
            addStarts(child, at, leading, seen, open);
        }
    }

    private void addStarts(Resource child, Action at, Set<Action> leading, Set<Action> seen, Deque<Action> open) {
        Action own = actions.newest(child, Tasks.base(at.keyTask));
        if (own != null && leading.contains(own) && seen.add(own)) {
            open.push(own);
        }
    }

    private void beforeWhatStopsPrecede(List<Relation> relations) {
        for (Relation relation : relations) {
            Resource first = relation.firstResource();
            if (first == null
                    || relation.kinds() == 0
                    || !relation.firstTask().equals(Tasks.STOP)
                    || relation.thenResource() == first) {
                continue;
            }
            int kinds = relation.kinds() == Kind.ANTI || relation.kinds() == Kind.LOAD
                    ? relation.kinds()
                    : Kind.ORDER | (relation.kinds() & (Kind.IF_UNMIGRATABLE | Kind.SAME_NODE));
            List<Action> probes = actions.every(first, Tasks.MONITOR, null);
            if (probes.isEmpty()) {
                continue;
            }
            for (Action then : thens(relation)) {
                for (Action probe : probes) {
                    if (!leftOut(probe, first, then)) {
                        join(probe, then, kinds);
                    }
                }
            }
        }
    }

    private static boolean leftOut(Action probe, Resource first, Action then) {
        if (then.is(Tasks.STOP) && then.resource != null && then.resource == first.launcher) {
            return true;
        }
        if (then.is(Tasks.STONITH)) {
            return "on".equals(then.meta.get("stonith_action")) && probe.node == then.node;
        }
        return then.is(Tasks.SHUTDOWN) && probe.node != then.node;
    }
}
