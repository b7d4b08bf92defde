package systole.daemon;

import java.util.concurrent.TimeUnit;

/**
 * Whether a loop hangs in one step. The watched loop says when a step begins and ends, another one looks at it; each look
 * counts for at most {@value #LOOK_SECONDS} s, so that a process that was stopped as a whole, or a machine that was suspended,
 * is not taken for a loop that hangs.
 *
 * <p>The time is the wall of a step, so a step that starves counts like one that hangs: others wait for both.
 */
final class LoopWatch {
    /** Far above any step that ends: the longest known, taking over a state of many MiB, is below a second. */
    static final long LIMIT_SECONDS = 30;

    static final long LOOK_SECONDS = 2;
    private static final long IDLE = Long.MIN_VALUE;

    private volatile long begun = IDLE;

    // Of the looking side only.
    private long seen = IDLE;
    private long lastLook;
    private long waited;

    /** On the watched loop. @param nowNanos differs from that of the step before */
    void begins(long nowNanos) {
        begun = nowNanos == IDLE ? nowNanos + 1 : nowNanos;
    }

    /** On the watched loop. */
    void ends() {
        begun = IDLE;
    }

    /** On the looking loop: whether one and the same step has gone on for longer than the limit. */
    boolean hangs(long nowNanos) {
        long step = begun;
        if (step == IDLE || step != seen) {
            seen = step;
            waited = 0;
        } else {
            waited += Math.min(nowNanos - lastLook, TimeUnit.SECONDS.toNanos(LOOK_SECONDS));
        }
        lastLook = nowNanos;
        return waited > TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
    }
}
