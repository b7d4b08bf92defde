package systole.pill;

import java.util.ArrayList;
import java.util.List;

/**
 * The times of self-fencing, in milliseconds (pacemaker-options 10).
 *
 * @param watchdogMillis a node that was not good for so long is reset
 * @param loopMillis time between two reads of the own slot
 * @param allocateMillis after taking a slot, wait so long and look whether it is still ours
 * @param msgwaitMillis after so long a pill counts as swallowed
 */
public record PillTimes(int watchdogMillis, int loopMillis, int allocateMillis, int msgwaitMillis) {
    public static final PillTimes DEFAULT = ofWatchdog(5_000);

    public PillTimes {
        if (watchdogMillis < 1 || loopMillis < 1 || allocateMillis < 0 || msgwaitMillis < 1) {
            throw new IllegalArgumentException("times of a pill disk have to be positive: watchdog " + watchdogMillis
                    + " ms, loop " + loopMillis + " ms, msgwait " + msgwaitMillis + " ms");
        }
    }

    /** As sbd computes them. */
    public static PillTimes ofWatchdog(int watchdogMillis) {
        return new PillTimes(
                watchdogMillis, Math.min(1_000, Math.max(1, watchdogMillis / 5)), 2_000, 2 * watchdogMillis);
    }

    /** How long others have to wait for a node that cannot be reached, without a disk. */
    public int watchdogFencingMillis() {
        return 2 * watchdogMillis;
    }

    /**
     * What does not fit, in words; empty if all is well.
     *
     * @param detectionMillis longest time between the last sign of life of a node and the view without it
     * @param fencingTimeoutMillis property {@code fencing-timeout}; 0 if not known
     * @param watchdogFencingMillis property {@code fencing-watchdog-timeout}; 0 if not used
     * @param devices number of pill disks
     */
    public List<String> doubts(
            long detectionMillis, long fencingTimeoutMillis, long watchdogFencingMillis, int devices) {
        List<String> doubts = new ArrayList<>();
        if (devices > 0 && msgwaitMillis < watchdogFencingMillis()) {
            doubts.add("msgwait (" + seconds(msgwaitMillis) + ") is less than twice the watchdog time ("
                    + seconds(watchdogMillis) + "): a pill may be believed before its node is dead; create the device"
                    + " anew with --msgwait " + watchdogFencingMillis() / 1000);
        }
        if (detectionMillis + 2L * loopMillis > watchdogMillis) {
            doubts.add("a lost node is noticed after up to " + seconds(detectionMillis) + ", which with two loops of "
                    + seconds(loopMillis) + " is more than the watchdog time (" + seconds(watchdogMillis)
                    + "): lower 'token', or raise the watchdog time");
        }
        if (5L * loopMillis > 2L * watchdogMillis) {
            doubts.add("the loop (" + seconds(loopMillis) + ") is long for a watchdog time of "
                    + seconds(watchdogMillis) + ": one slow read resets the node");
        }
        if (devices > 0 && fencingTimeoutMillis > 0 && fencingTimeoutMillis * 10 < msgwaitMillis * 12L) {
            doubts.add("fencing-timeout (" + seconds(fencingTimeoutMillis) + ") is less than msgwait + 20 % ("
                    + seconds(msgwaitMillis * 12L / 10) + "): every pill would time out; raise fencing-timeout");
        }
        if (watchdogFencingMillis > 0 && watchdogFencingMillis < watchdogFencingMillis()) {
            doubts.add("fencing-watchdog-timeout (" + seconds(watchdogFencingMillis)
                    + ") is less than twice the watchdog time (" + seconds(watchdogMillis)
                    + "): set it to -1 to have it computed");
        }
        return doubts;
    }

    private static String seconds(long millis) {
        return millis % 1000 == 0 ? millis / 1000 + " s" : millis + " ms";
    }
}
