package systole.kernel;

/**
 * A source of random numbers that is itself a value of the run: the same seed gives the same numbers.
 *
 * <p>SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014). Not for keys.
 * Single-threaded; fork one for each user, by name, so that a new user does not shift the numbers of the others.
 */
public final class Seed {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long origin;
    private long state;

    public Seed(long value) {
        this.origin = value;
        this.state = value;
    }

    /** An independent source that depends on the first value of this one and on the name only. */
    public Seed fork(String name) {
        long hash = origin;
        for (int i = 0; i < name.length(); i++) {
            hash = mix((hash ^ name.charAt(i)) + GOLDEN_GAMMA);
        }
        return new Seed(hash);
    }

    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in {@code 0 .. bound-1}. */
    public int below(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("bound " + bound + " is not positive");
        }
        return (int) Math.floorMod(nextLong() >>> 1, (long) bound);
    }

    /** Uniform in {@code low .. high}, both included. */
    public long between(long low, long high) {
        return low + Math.floorMod(nextLong() >>> 1, high - low + 1);
    }

    /** Uniform in {@code [0, 1)}. */
    public double fraction() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    public boolean chance(double probability) {
        return fraction() < probability;
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
