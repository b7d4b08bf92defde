package systole.testkit;

/**
 * How a network treats packets.
 *
 * @param loss share of packets that vanish
 * @param duplication share of packets that arrive twice
 * @param minDelayNanos shortest transit
 * @param maxDelayNanos longest usual transit; packets overtake each other within this spread
 * @param straggling share of packets that take much longer
 * @param stragglerDelayNanos what they take at most
 */
public record NetworkConditions(
        double loss,
        double duplication,
        long minDelayNanos,
        long maxDelayNanos,
        double straggling,
        long stragglerDelayNanos) {
    public NetworkConditions {
        if (loss < 0 || loss > 1 || duplication < 0 || duplication > 1 || straggling < 0 || straggling > 1) {
            throw new IllegalArgumentException("a share is outside 0..1");
        }
        if (minDelayNanos < 0 || maxDelayNanos < minDelayNanos || stragglerDelayNanos < 0) {
            throw new IllegalArgumentException("delays contradict each other");
        }
    }

    /** A quiet switch: 50 to 150 µs, nothing lost. */
    public static NetworkConditions lan() {
        return new NetworkConditions(0, 0, 50_000, 150_000, 0, 0);
    }

    public NetworkConditions withLoss(double share) {
        return new NetworkConditions(share, duplication, minDelayNanos, maxDelayNanos, straggling, stragglerDelayNanos);
    }

    public NetworkConditions withDuplication(double share) {
        return new NetworkConditions(loss, share, minDelayNanos, maxDelayNanos, straggling, stragglerDelayNanos);
    }

    public NetworkConditions withDelay(long minNanos, long maxNanos) {
        return new NetworkConditions(loss, duplication, minNanos, maxNanos, straggling, stragglerDelayNanos);
    }

    public NetworkConditions withStragglers(double share, long nanos) {
        return new NetworkConditions(loss, duplication, minDelayNanos, maxDelayNanos, share, nanos);
    }
}
