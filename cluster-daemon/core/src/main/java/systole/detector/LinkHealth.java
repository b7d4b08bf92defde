package systole.detector;

/** Arrivals from one peer over one link. Times are those of the detector's own waking clock. */
final class LinkHealth {
    private static final int STEADY_AFTER = 16;
    private static final double GAIN = 1.0 / 16;
    private static final int DEVIATIONS = 8;
    private static final int LOSS_WINDOW = 128;
    private static final double QUICK_LOSS_WINDOW = 16;

    /** So often, in powers of ten, may all heartbeats within the limit be lost. */
    private static final double SELDOM = 10;

    private long lastHeard = -1;
    private long lastHeartbeat = -1;
    private long lastNumber;
    private double mean;
    private double deviation;
    private int samples;
    private double lossRate;
    private double quickLossRate;
    private int beatsForLoss = 1;
    private final Unsteadiness lateness = new Unsteadiness();
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
            lateness.saw(awake - lastHeartbeat - passed * interval, awake);
            samples++;
            double lostShare = (double) (passed - 1) / passed;
            double weight = Math.min(1, (double) passed / LOSS_WINDOW);
            lossRate += (lostShare - lossRate) * weight;
            quickLossRate += (lostShare - quickLossRate) * Math.min(1, passed / QUICK_LOSS_WINDOW);
            beatsForLoss = beatsForLoss(Math.max(lossRate, quickLossRate));
        } else {
            // Whether it is steady is to be seen.
            lateness.saw(2 * interval, awake);
        }
        lastHeartbeat = awake;
        lastNumber = number;
        heard(awake);
        return true;
    }

    /** How many heartbeats in a row are hardly ever lost at this rate. */
    private static int beatsForLoss(double rate) {
        return rate < 0.01 ? 1 : (int) Math.min(1000, Math.ceil(-SELDOM / Math.log10(Math.min(rate, 0.98))));
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

    /**
     * Punctual for some time: the floor. Jitter, loss, a peer that says it is short of CPU, or a node that was itself not
     * punctual: up to the ceiling.
     *
     * @param peerPause what the peer said of itself
     * @param late the worst that this node and all its peers measured of themselves
     */
    long timeout(DetectorSettings settings, long awake, long peerPause, long late) {
        if (samples < STEADY_AFTER) {
            return settings.ceiling();
        }
        long jitter = (long) (mean + DEVIATIONS * deviation) + settings.heartbeat();
        long loss = settings.isAdaptive() ? (beatsForLoss + 1) * settings.heartbeat() : 0;
        long seen = settings.limit(Math.max(late, lateness.worst(awake)));
        return Math.min(settings.ceiling(), Math.max(seen + peerPause, Math.max(jitter, loss)));
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
