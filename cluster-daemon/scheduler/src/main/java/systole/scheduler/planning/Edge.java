package systole.scheduler.planning;

/** A relation between two actions; {@code kinds == 0} means switched off. */
final class Edge {
    final Action first;
    final Action then;
    int kinds;

    Edge(Action first, Action then, int kinds) {
        this.first = first;
        this.then = then;
        this.kinds = kinds;
    }

    @Override
    public String toString() {
        return first + " -> " + then + " (" + Integer.toBinaryString(kinds) + ")";
    }
}
