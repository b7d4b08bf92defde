package systole.detector;

/** Arrivals from one peer over one link. Times are those of the detector's own waking clock. */
final class LinkHealth {
    private static final int STEADY_AFTER = 16;
    private static final double GAIN = 1.0 / 16;
    private static final int DEVIATIONS = 8;
    private static final int LOSS_WINDOW = 128;

    private long lastHeard = -1;
    private long lastHeartbeat = -1;
    private long lastNumber;
    private double mean;
    private double deviation;
    private int samples;
    private double lossRate;
    private boolean hearing;
    private boolean heardThere;
    private boolean refused;

    /** Takes a heartbeat; {@code false} if it is older than one seen already. */
    boolean heartbeat(long awake, long number, long interval) {
        if (lastHeartbeat >= 0 && number <= lastNumber) {
            return false;
        }
        if (lastHeartbeat >= 0) {
            long passed = number - lastNumber;
            // A lost heartbeat is loss, not jitter: spread the gap over the beats that it stands for.
            double sample = (double) (awake - lastHeartbeat) / passed;
            if (samples == 0) {
                mean = Math.max(sample, interval);
                deviation = 0;
            } else {
                deviation += (Math.abs(sample - mean) - deviation) * GAIN;
                mean += (sample - mean) * GAIN;
            }
            samples++;
            double lostShare = (double) (passed - 1) / passed;
            double weight = Math.min(1, (double) passed / LOSS_WINDOW);
            lossRate += (lostShare - lossRate) * weight;
        }
        lastHeartbeat = awake;
        lastNumber = number;
        heard(awake);
        return true;
    }

    void heard(long awake) {
        lastHeard = awake;
        refused = false;
    }

    void refuse() {
        refused = true;
    }

    boolean isRefused() {
        return refused;
    }

    void forget() {
        lastHeard = -1;
        lastHeartbeat = -1;
        samples = 0;
        hearing = false;
        heardThere = false;
        refused = false;
    }

    boolean everHeard() {
        return lastHeard >= 0;
    }

    long silence(long awake) {
        return lastHeard < 0 ? Long.MAX_VALUE : awake - lastHeard;
    }

    /** Steady arrivals: the floor. Jitter or a peer that says it is short of CPU: up to the ceiling. */
    long timeout(DetectorSettings settings, long peerPause) {
        if (samples < STEADY_AFTER) {
            return settings.ceiling();
        }
        double wanted = mean + DEVIATIONS * deviation + settings.heartbeat();
        return Math.min(settings.ceiling(), Math.max(settings.token() + peerPause, (long) wanted));
    }

    /** What is sent there arrives, and what the peer sends is heard. */
    boolean usable() {
        return hearing && heardThere;
    }

    boolean hearing() {
        return hearing;
    }

    void hearing(boolean now) {
        hearing = now;
    }

    /** The peer says whether it hears this node on the link. */
    void heardThere(boolean now) {
        heardThere = now;
    }

    double mean() {
        return mean;
    }

    double deviation() {
        return deviation;
    }

    double lossRate() {
        return lossRate;
    }
}
