package systole.detector;

/**
 * The worst delay seen lately: rises at once, is kept for a while, then falls by half again and again. On the waking
 * clock of the detector, so that a pause does not let it be forgotten.
 */
final class Unsteadiness {
    private static final long SECOND = 1_000_000_000;
    private static final long KEPT = 8 * SECOND;
    private static final long HALF = 6 * SECOND;

    private long worst;
    private long since;

    /** Something came that much too late. */
    void saw(long late, long awake) {
        if (late > 0 && late >= worst(awake)) {
            worst = late;
            since = awake;
        }
    }

    long worst(long awake) {
        long age = awake - since - KEPT;
        if (worst == 0 || age <= 0) {
            return worst;
        }
        long halved = worst >> Math.min(62, age / HALF);
        // Straight lines between the halvings.
        return halved - halved / 2 * (age % HALF) / HALF;
    }
}
