package systole.scheduler.planning;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/**
 * Actions that wait for each other in a circle would wait for ever, and with them all that comes after. The reference
 * writes such graphs; here the weakest links of a circle give way: fail counts of something removed that are to be cleared before
 * it stops, then what a probe of a node finds that this very circle
 * has yet to bring up, then connections that wait for the fencing of a guest, then
 * demotions that wait for what must not be there in the unpromoted role, then what must be apart from something that is
 * stopped on another node, then orders that an administrator called
 * optional, then live migrations (a stop and a start instead), then what fencing implies on another node, then ways back
 * of mandatory orders that make a stop wait for a start or for the fencing that implies it. A circle of mandatory orders stays.
 */
final class WaitingCircles {
    private final Map<Integer, Action> byId = new HashMap<>();
    private final Waits waits;
    private final Actions actions;
    private final Joining joining;

    /** Resources that must not migrate: their stops and starts have to be real ones. */
    final Set<Resource> unmigratable = new LinkedHashSet<>();

    WaitingCircles(Waits waits, Actions actions, Joining joining) {
        this.waits = waits;
        this.actions = actions;
        this.joining = joining;
    }

    /** Switches edges off; returns whether there were any. */
    boolean breakUp() {
        int[] left = waits.unreached();
        if (left.length == 0) {
            return false;
        }
        for (Action action : actions.all()) {
            byId.put(action.id, action);
        }
        boolean any = false;
        for (List<Integer> circle : circles(left)) {
            Set<Action> members = new LinkedHashSet<>();
            for (int index : circle) {
                Action action = byId.get(waits.actionId(index));
                if (action != null) {
                    members.add(action);
                }
            }
            any |= clearingsBeforeStops(members)
                    || probesOfWhatComesUp(members)
                    || probesBeforeStops(members)
                    || connectionsAfterGuests(members)
                    || demotionsApart(members)
                    || apartElsewhere(members)
                    || optionalOrders(members)
                    || migrations(members)
                    || impliedElsewhere(members)
                    || waysBack(members);
        }
        return any;
    }

    /**
     * The fail count of something removed is cleared before that is stopped, and on a remote or guest node when its connection is up; of
     * a connection that restarts that is after the stop.
     */
    private static boolean clearingsBeforeStops(Set<Action> circle) {
        boolean any = false;
        for (Action clearing : circle) {
            if (!clearing.is(Tasks.CLEAR_FAILCOUNT)) {
                continue;
            }
            for (Edge edge : clearing.after) {
                Action then = edge.then;
                boolean down = then.is(Tasks.STOP) || then.is(Tasks.DEMOTE);
                if (down && edge.kinds != 0 && circle.contains(then)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    private static boolean probesOfWhatComesUp(Set<Action> circle) {
        boolean any = false;
        for (Action probe : circle) {
            Node node = probe.node;
            if (!Joining.isProbe(probe) || node == null || node.connection == null) {
                continue;
            }
            boolean comesUp = circle.stream()
                    .anyMatch(other -> other.resource == node.connection
                            || (other.resource != null && other.resource == node.launcher()));
            if (!comesUp) {
                continue;
            }
            for (Edge edge : probe.after) {
                if (edge.kinds != 0 && circle.contains(edge.then)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    /**
     * A probe before the stop of something else, or before the end of the stop of a group or clone, saves a restart where it finds
     * what it did not expect. Unfencing can stand between: the stop comes before it, the probe after it.
     */
    private static boolean probesBeforeStops(Set<Action> circle) {
        boolean any = false;
        for (Action probe : circle) {
            if (!Joining.isProbe(probe)) {
                continue;
            }
            for (Edge edge : probe.after) {
                Action then = edge.then;
                boolean down = then.is(Tasks.STOP)
                        || then.is(Tasks.DEMOTE)
                        || then.is(Tasks.STOPPED)
                        || then.is(Tasks.DEMOTED);
                if (down && then.resource != probe.resource && edge.kinds == Kind.ORDER && circle.contains(then)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    /**
     * A guest counts as fenced when its container is stopped. If that container is on a remote node, the connection to
     * it need not wait until the guest is fenced: nothing runs twice by it, and without it the container cannot be stopped.
     */
    private static boolean connectionsAfterGuests(Set<Action> circle) {
        boolean any = false;
        for (Action fencing : circle) {
            Node guest = fencing.node;
            if (!fencing.is(Tasks.STONITH) || !fencing.pseudo || guest == null || !guest.isGuest()) {
                continue;
            }
            for (Edge edge : fencing.after) {
                Action then = edge.then;
                boolean connects = then.is(Tasks.START)
                        && then.resource != null
                        && then.resource.isConnection()
                        && then.resource != guest.connection
                        && (edge.kinds & ~Kind.GATE) == Kind.ORDER;
                if (connects && circle.contains(then)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    /**
     * To be apart is a matter of one node. A clone or group as a whole has none, so that what is stopped elsewhere
     * would be waited for as well; its parts are asked instead.
     */
    private boolean apartElsewhere(Set<Action> circle) {
        boolean any = false;
        for (Action first : circle) {
            for (Edge edge : List.copyOf(first.after)) {
                Action then = edge.then;
                boolean whole = first.node == null || then.node == null;
                if (edge.kinds != Kind.ANTI || !whole || !circle.contains(then)) {
                    continue;
                }
                edge.kinds = 0;
                any = true;
                for (Action one : parts(first)) {
                    for (Action other : parts(then)) {
                        if (one.node != null && one.node == other.node) {
                            joining.join(one, other, Kind.ANTI);
                        }
                    }
                }
            }
        }
        return any;
    }

    /** What stands behind a point of a clone or group; the action itself if it is none. */
    private List<Action> parts(Action action) {
        Resource resource = action.resource;
        if (resource == null || !resource.isCollective()) {
            return List.of(action);
        }
        String task = Tasks.base(Tasks.ofNotification(action.keyTask));
        List<Action> parts = new ArrayList<>();
        for (Resource part : resource.primitives()) {
            parts.addAll(actions.every(part, task, null));
        }
        return parts;
    }

    /** Apart in the unpromoted role: on its way from promoted to stopped a resource only passes through it. */
    private static boolean demotionsApart(Set<Action> circle) {
        boolean any = false;
        for (Action demote : circle) {
            if (!demote.is(Tasks.DEMOTE)) {
                continue;
            }
            for (Edge edge : demote.before) {
                if (edge.kinds == Kind.ANTI && circle.contains(edge.first)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    private static boolean optionalOrders(Set<Action> circle) {
        boolean any = false;
        for (Action first : circle) {
            for (Edge edge : first.after) {
                if (edge.wish && edge.kinds != 0 && circle.contains(edge.then)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    /**
     * A resource that has to make room for something that it must follow cannot go there alive: it is stopped, and
     * started when that is up.
     */
    private boolean migrations(Set<Action> circle) {
        boolean any = false;
        for (Action action : circle) {
            Resource resource = action.resource;
            if (resource != null && action.is(Tasks.MIGRATE_TO) && action.runnable) {
                unmigratable.add(resource);
                any = true;
            }
        }
        return any;
    }

    /** What fencing does to a resource on one node is no reason to wait with the same resource on another node. */
    private static boolean impliedElsewhere(Set<Action> circle) {
        boolean any = false;
        for (Action first : circle) {
            if (first.is(Tasks.STONITH)) {
                any |= wholeStop(first, circle);
                continue;
            }
            boolean primitive = first.resource != null && first.resource.isPrimitive();
            if (!first.pseudo || !primitive || !(first.is(Tasks.STOP) || first.is(Tasks.DEMOTE))) {
                continue;
            }
            for (Edge edge : first.after) {
                Action then = edge.then;
                boolean elsewhere = sameOrSibling(then.resource, first.resource)
                        && !Tasks.isUp(then.keyTask)
                        && then.node != null
                        && then.node != first.node;
                if (elsewhere && edge.kinds != 0 && circle.contains(then)) {
                    edge.kinds = 0;
                    any = true;
                }
            }
        }
        return any;
    }

    /** The same resource, or two instances of one clone. */
    private static boolean sameOrSibling(@Nullable Resource one, @Nullable Resource other) {
        if (one == null || other == null) {
            return false;
        }
        return one == other || (one.parent != null && one.parent.isClone() && one.parent == other.parent);
    }

    /** Of a clone or group only what runs on the fenced node has to wait until it is fenced. */
    private static boolean wholeStop(Action fencing, Set<Action> circle) {
        boolean any = false;
        for (Edge edge : fencing.after) {
            Action then = edge.then;
            boolean whole = then.resource != null && then.resource.isCollective() && then.is(Tasks.STOP);
            if (whole && edge.kinds == Kind.INTERNAL && circle.contains(then)) {
                edge.kinds = 0;
                any = true;
            }
        }
        return any;
    }

    /**
     * "A started, then B stopped" has "B started, then A stopped" as its way back, which holds up stops for starts; and
     * what was fenced is stopped already, in whatever order.
     */
    private boolean waysBack(Set<Action> circle) {
        boolean any = false;
        boolean fenced = circle.stream().anyMatch(action -> action.is(Tasks.STONITH));
        for (Action first : circle) {
            for (Edge edge : List.copyOf(first.after)) {
                boolean back = (edge.kinds & ~Kind.ORDER) == Kind.PULL
                        && (fenced
                                || implied(edge.then)
                                || (Tasks.isUp(first.keyTask) && !Tasks.isUp(edge.then.keyTask)))
                        && edge.then.resource != first.resource;
                if (back && circle.contains(edge.then)) {
                    edge.kinds = 0;
                    any = true;
                    partsFirst(first, edge.then, circle);
                    partsThen(first, edge.then, circle);
                }
            }
        }
        return any;
    }

    /** Parts of a clone or group that have nothing to do with the circle still come first, unless that makes another circle. */
    private void partsFirst(Action whole, Action then, Set<Action> circle) {
        Resource resource = whole.resource;
        String point = Tasks.ofNotification(whole.keyTask);
        if (resource == null || !resource.isCollective() || !Tasks.isFinished(point)) {
            return;
        }
        String task = Tasks.base(point);
        for (Resource part : resource.primitives()) {
            for (Action own : actions.every(part, task, null)) {
                if (!circle.contains(own)) {
                    joining.join(own, then, Kind.ORDER | Kind.WISH);
                }
            }
        }
    }

    /** And those of what comes later still come later. */
    private void partsThen(Action first, Action whole, Set<Action> circle) {
        Resource resource = whole.resource;
        if (resource == null || !resource.isCollective() || Tasks.isFinished(whole.keyTask)) {
            return;
        }
        for (Resource part : resource.primitives()) {
            for (Action own : actions.every(part, whole.keyTask, null)) {
                if (!circle.contains(own)) {
                    joining.join(first, own, Kind.ORDER | Kind.WISH);
                }
            }
        }
    }

    /** A stop that the fencing of its node does. */
    private static boolean implied(Action action) {
        return action.pseudo && action.is(Tasks.STOP) && action.resource != null && action.resource.isPrimitive();
    }

    /** Strongly connected parts among what is left, by Tarjan's walk with a stack of its own. */
    private List<List<Integer>> circles(int[] left) {
        int count = waits.count();
        int[] number = new int[count];
        int[] low = new int[count];
        int[] next = new int[count];
        boolean[] open = new boolean[count];
        Arrays.fill(number, Integer.MAX_VALUE);
        for (int index : left) {
            number[index] = -1;
        }
        List<List<Integer>> found = new ArrayList<>();
        Deque<Integer> path = new ArrayDeque<>();
        Deque<Integer> part = new ArrayDeque<>();
        int clock = 0;
        for (int start : left) {
            if (number[start] != -1) {
                continue;
            }
            path.push(start);
            while (!path.isEmpty()) {
                int at = path.peek();
                if (number[at] == -1) {
                    number[at] = low[at] = clock++;
                    open[at] = true;
                    part.push(at);
                }
                if (next[at] < waits.inputs(at)) {
                    int input = waits.input(at, next[at]++);
                    if (input < 0) {
                        continue;
                    }
                    if (number[input] == -1) {
                        path.push(input);
                    } else if (open[input]) {
                        low[at] = Math.min(low[at], number[input]);
                    }
                    continue;
                }
                path.pop();
                if (!path.isEmpty()) {
                    low[path.peek()] = Math.min(low[path.peek()], low[at]);
                }
                if (low[at] == number[at]) {
                    List<Integer> members = new ArrayList<>();
                    int member;
                    do {
                        member = part.pop();
                        open[member] = false;
                        members.add(member);
                    } while (member != at);
                    if (members.size() > 1 || waitsForItself(at)) {
                        found.add(members);
                    }
                }
            }
        }
        return found;
    }

    private boolean waitsForItself(int index) {
        for (int i = 0; i < waits.inputs(index); i++) {
            if (waits.input(index, i) == index) {
                return true;
            }
        }
        return false;
    }
}
