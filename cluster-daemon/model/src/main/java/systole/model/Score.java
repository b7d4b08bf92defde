package systole.model;

/** A placement preference. Adding is not plain addition: minus infinity wins over everything. */
public record Score(int value) implements Comparable<Score> {
    public static final int LIMIT = 1_000_000;

    public static final Score INFINITY = new Score(LIMIT);
    public static final Score MINUS_INFINITY = new Score(-LIMIT);
    public static final Score ZERO = new Score(0);

    public Score {
        value = Math.max(-LIMIT, Math.min(LIMIT, value));
    }

    public Score plus(Score other) {
        return new Score(add(value, other.value));
    }

    /** Infinity arithmetic on plain numbers, for hot paths: minus infinity wins, then infinity, then the sum. */
    public static int add(int left, int right) {
        if (left <= -LIMIT || right <= -LIMIT) {
            return -LIMIT;
        }
        if (left >= LIMIT || right >= LIMIT) {
            return LIMIT;
        }
        return Math.max(-LIMIT, Math.min(LIMIT, left + right));
    }

    @Override
    public int compareTo(Score other) {
        return Integer.compare(value, other.value);
    }
}
