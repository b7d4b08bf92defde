package systole.scheduler.planning;

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

    /** The kinds with {@link Kind#WISH}, to make another edge of this one. */
    int kindsWithWish() {
        return wish ? kinds | Kind.WISH : kinds;
    }

    @Override
    public String toString() {
        return first + " -> " + then + " (" + Integer.toBinaryString(kinds) + ")";
    }
}
