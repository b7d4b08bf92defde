package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.List;

/** A relation between two actions; {@code kinds == 0} means switched off. */
final class Edge {
    final Action first;
    final Action then;
    int kinds;
    /** Nothing but an order that was called optional stands behind it. */
    boolean wish;

    Edge(Action first, Action then, int kinds) {
        this.first = first;
        this.then = then;
        this.kinds = kinds;
    }

    /** Puts it at the ends of the lists of its two actions. */
    void join() {
        first.after = longer(first.after);
        first.after.add(this);
        then.before = longer(then.before);
        then.before.add(this);
    }

    /** Most actions of a cluster at rest have no edges, and most others one or two. */
    private static List<Edge> longer(List<Edge> edges) {
        return edges.isEmpty() ? new ArrayList<>(2) : edges;
    }

    /** The kinds with {@link Kind#WISH}, to make another edge of this one. */
    int kindsWithWish() {
        return wish ? kinds | Kind.WISH : kinds;
    }

    @Override
    public String toString() {
        return first + " -> " + then + " (" + Integer.toBinaryString(kinds) + ")";
    }
}
