package systole.scheduler.planning;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** Edges that would make the graph impossible (actions-and-graph 10.7). */
final class InvalidEdges {
    private final Actions actions;

    InvalidEdges(Actions actions) {
        this.actions = actions;
    }

    void remove() {
        List<Action> all = actions.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            Action then = all.get(i);
            for (int j = then.before.size() - 1; j >= 0; j--) {
                Edge edge = then.before.get(j);
                if (edge.kinds != 0 && (insideOwnGuest(then, edge) || swapsLoad(then, edge))) {
                    edge.kinds = 0;
                }
            }
        }
    }

    /** Something inside a guest cannot come before what creates the guest. */
    private static boolean insideOwnGuest(Action then, Edge edge) {
        Resource resource = then.resource;
        if (resource == null
                || resource.launched.isEmpty()
                || edge.first.resource == null
                || Kind.has(edge.kinds, Kind.INTERNAL)) {
            return false;
        }
        Node node = edge.first.node;
        return node != null && node.isGuest() && node.launcher() == resource;
    }

    /** Two resources that change places must not wait for each other. */
    private static boolean swapsLoad(Action then, Edge edge) {
        return edge.kinds == Kind.LOAD && then.is(Tasks.MIGRATE_TO) && leadsBack(then, edge);
    }

    private static boolean leadsBack(Action then, Edge from) {
        if (!Inputs.counts(then, from.first, from.kinds)) {
            return false;
        }
        Set<Action> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Action> open = new ArrayDeque<>();
        open.add(from.first);
        while (!open.isEmpty()) {
            Action at = open.remove();
            if (at == then) {
                return true;
            }
            for (Edge edge : at.before) {
                if (edge.kinds != 0 && Inputs.counts(at, edge.first, edge.kinds) && seen.add(edge.first)) {
                    open.add(edge.first);
                }
            }
        }
        return false;
    }
}
