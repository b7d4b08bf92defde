package systole.simulation;

import java.util.Map;
import java.util.TreeMap;
import systole.kernel.Seed;
import systole.transition.AgentRequest;

/** How agents and fence devices behave at present. */
final class SimulatedDevices {
    static final long MILLI = 1_000_000L;

    /** What an agent does when it is called. */
    record Behaviour(long nanos, boolean fails) {}

    private final Seed seed;
    private final Map<String, Double> failing = new TreeMap<>();
    private final Map<String, Long> lasting = new TreeMap<>();
    private boolean slow;
    private double refusing;
    private boolean slowFencing;
    private double lying;

    SimulatedDevices(Seed seed) {
        this.seed = seed;
    }

    void healthy() {
        failing.clear();
        lasting.clear();
        slow = false;
        refusing = 0;
        slowFencing = false;
        lying = 0;
    }

    /** Calls of this operation ({@code start} …) fail with this probability. */
    void fail(String operation, double probability) {
        failing.put(operation, probability);
    }

    /** Calls of this operation take as long as this, whatever else makes them slow. */
    void takes(String operation, long nanos) {
        lasting.put(operation, nanos);
    }

    void slow(boolean now) {
        slow = now;
    }

    void refuse(double probability) {
        refusing = probability;
    }

    void slowFencing(boolean now) {
        slowFencing = now;
    }

    void lie(double probability) {
        lying = probability;
    }

    Behaviour agent(AgentRequest request) {
        long most = request.operation().equals("monitor") ? 60 : 400;
        long nanos = seed.between(2 * MILLI, most * MILLI);
        if (slow && seed.chance(0.3)) {
            nanos *= seed.between(5, 80);
        }
        nanos = lasting.getOrDefault(request.operation(), nanos);
        return new Behaviour(nanos, seed.chance(failing.getOrDefault(request.operation(), 0.0)));
    }

    long fenceNanos() {
        return seed.between(50 * MILLI, slowFencing ? 40_000 * MILLI : 1_500 * MILLI);
    }

    boolean fenceRefuses() {
        return seed.chance(refusing);
    }

    boolean fenceLies() {
        return seed.chance(lying);
    }
}
