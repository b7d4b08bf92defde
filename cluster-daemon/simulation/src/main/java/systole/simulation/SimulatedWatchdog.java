package systole.simulation;

import systole.pill.Sentinel;
import systole.pill.Sentinel.Effect;
import systole.pill.Sentinel.Input;
import systole.testkit.VirtualTime;

/**
 * The watchdog of one machine, without a disk: the sentinel lives and dies with the daemon; what counts does so outside of it,
 * and goes on while the daemon is paused, hangs, or is gone.
 */
final class SimulatedWatchdog {
    private final VirtualTime time;
    private final long nanos;
    private final Runnable end;
    private Sentinel sentinel;
    private boolean armed;
    private long generation;

    /** @param end the machine loses power */
    SimulatedWatchdog(VirtualTime time, long millis, Runnable end) {
        this.time = time;
        this.nanos = millis * 1_000_000;
        this.end = end;
        this.sentinel = fresh();
    }

    private Sentinel fresh() {
        return new Sentinel(new Sentinel.Settings(0, nanos));
    }

    long millis() {
        return nanos / 1_000_000;
    }

    long knockNanos() {
        return nanos / 10;
    }

    void daemonStarts() {
        sentinel = fresh();
    }

    /** Whether it has just begun to count for this daemon. */
    boolean cameRound(boolean stands, long stoodNanos) {
        return step(new Input.LoopCameRound(time.nowNanos(), stands, stoodNanos));
    }

    void tick() {
        step(new Input.Tick(time.nowNanos()));
    }

    void endsInOrder() {
        step(new Input.EndsInOrder(time.nowNanos()));
    }

    void machineIsOff() {
        armed = false;
        generation++;
        sentinel = fresh();
    }

    private boolean step(Input input) {
        boolean begun = false;
        for (Effect effect : sentinel.step(input)) {
            if (effect instanceof Effect.Arm || effect instanceof Effect.Feed) {
                begun |= effect instanceof Effect.Arm;
                armed = true;
                long mine = ++generation;
                time.after(nanos, "watchdog", () -> {
                    if (armed && generation == mine) {
                        end.run();
                    }
                });
            } else if (effect instanceof Effect.Disarm) {
                armed = false;
                generation++;
            } else if (effect instanceof Effect.Panic) {
                end.run();
            }
        }
        return begun;
    }
}
