package systole.wire;

/**
 * Remembers which of the last {@value #SIZE} packet numbers of a session have come. Numbers begin at 1; what is older than
 * the window counts as seen.
 */
final class ReplayWindow {
    static final int SIZE = 4096;

    private final long[] seen = new long[SIZE / Long.SIZE];
    private long highest;

    /** True for a number that has not come before; remembers nothing. */
    boolean isFresh(long number) {
        if (number <= 0 || number <= highest - SIZE) {
            return false;
        }
        return number > highest || (seen[slot(number)] & bit(number)) == 0;
    }

    /** Remembers a number for which {@link #isFresh} said yes. */
    void remember(long number) {
        if (number > highest) {
            if (number - highest >= SIZE) {
                java.util.Arrays.fill(seen, 0);
            } else {
                for (long skipped = highest + 1; skipped <= number; skipped++) {
                    seen[slot(skipped)] &= ~bit(skipped);
                }
            }
            highest = number;
        }
        seen[slot(number)] |= bit(number);
    }

    private static int slot(long number) {
        return (int) ((number % SIZE) / Long.SIZE);
    }

    private static long bit(long number) {
        return 1L << (number % Long.SIZE);
    }
}
