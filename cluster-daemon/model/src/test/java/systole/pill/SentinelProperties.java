package systole.pill;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import systole.kernel.Seed;
import systole.pill.Sentinel.Effect;
import systole.pill.Sentinel.Input;

/**
 * A node with its sentinel, its keeper and its disks, under drawn failures: whoever writes a pill on most disks and waits
 * msgwait finds the node dead, unless it stood in a quorum of which the sender was no part; and a healthy node is left alone.
 */
class SentinelProperties {
    private static final long SECOND = 1_000_000_000L;
    private static final long STEP = SECOND / 10;
    private static final long WATCHDOG = 5 * SECOND;
    private static final long MSGWAIT = 2 * WATCHDOG;

    /** What the world does to one node; a step is a tenth of a second. */
    private static final class World {
        final Seed chance;
        final int disks;
        final Sentinel sentinel;
        final long[] readBegun;
        final boolean[] diskWorks;
        final boolean[] pillOn;
        boolean stands = true;
        boolean paused;
        long now;
        long keeperDeadline = Long.MAX_VALUE;
        long deadAt = Long.MAX_VALUE;

        World(long seed, int disks) {
            this.chance = new Seed(seed);
            this.disks = disks;
            this.sentinel = new Sentinel(new Sentinel.Settings(disks, WATCHDOG));
            this.readBegun = new long[disks];
            this.diskWorks = new boolean[disks];
            this.pillOn = new boolean[disks];
            java.util.Arrays.fill(readBegun, -1);
            java.util.Arrays.fill(diskWorks, true);
        }

        boolean dead() {
            return deadAt <= now;
        }

        void give(Input input) {
            for (Effect effect : sentinel.step(input)) {
                if (effect instanceof Effect.Arm || effect instanceof Effect.Feed) {
                    keeperDeadline = now + WATCHDOG;
                } else if (effect instanceof Effect.Panic) {
                    deadAt = Math.min(deadAt, now);
                }
            }
        }

        void step() {
            now += STEP;
            if (now >= keeperDeadline) {
                deadAt = Math.min(deadAt, now);
            }
            if (paused || dead()) {
                return;
            }
            give(new Input.LoopCameRound(now, stands, now));
            for (int disk = 0; disk < disks && !dead(); disk++) {
                if (readBegun[disk] >= 0 && chance.chance(0.7)) {
                    if (diskWorks[disk]) {
                        give(new Input.SlotRead(now, disk, readBegun[disk], slot(disk)));
                    }
                    readBegun[disk] = -1;
                } else if (readBegun[disk] < 0 && now % SECOND == 0) {
                    readBegun[disk] = now;
                    seen(disk);
                }
            }
            give(new Input.Tick(now));
        }

        private final boolean[] pillSeen = new boolean[3];

        /** What a read sees is what is there when it begins: the worst that a disk may do. */
        private void seen(int disk) {
            pillSeen[disk] = pillOn[disk];
        }

        private PillSlot slot(int disk) {
            return new PillSlot(
                    "n1", "b", pillSeen[disk] ? PillCommand.RESET : PillCommand.CLEAR, "n2", pillSeen[disk] ? 2 : 1);
        }
    }

    @Property(tries = 300)
    void afterMsgwaitThePillIsSwallowedOrTheNodeDead(@ForAll long seed, @ForAll @IntRange(max = 1) int three) {
        World world = new World(seed, three == 1 ? 3 : 1);
        while (world.now < 30 * SECOND && !world.dead()) {
            drawFaults(world);
            world.step();
        }
        // The target was cut off, and the sender writes to the disks that it reaches: most of them.
        world.stands = false;
        int written = 0;
        for (int disk = 0; disk < world.disks; disk++) {
            if (written <= world.disks / 2) {
                world.pillOn[disk] = true;
                written++;
            }
        }
        long sent = world.now;
        while (world.now < sent + MSGWAIT) {
            drawDiskFaults(world);
            world.step();
        }
        assertThat(world.dead() || world.keeperDeadline == Long.MAX_VALUE)
                .as("dead at %d, sent at %d", world.deadAt / STEP, sent / STEP)
                .isTrue();
    }

    @Property(tries = 200)
    void withoutAnythingGoodTheNodeIsDeadWithinTwiceTheWatchdogTime(@ForAll long seed) {
        World world = new World(seed, 0);
        while (world.now < 30 * SECOND && !world.dead()) {
            drawFaults(world);
            world.step();
        }
        world.stands = false;
        long lost = world.now;
        while (world.now < lost + MSGWAIT) {
            world.paused = world.chance.chance(0.05) != world.paused;
            world.step();
        }
        assertThat(world.dead() || world.keeperDeadline == Long.MAX_VALUE).isTrue();
    }

    @Property(tries = 100)
    void aNodeThatIsGoodEverySecondIsLeftAlone(@ForAll long seed, @ForAll @IntRange(max = 1) int three) {
        World world = new World(seed, three == 1 ? 3 : 1);
        while (world.now < 60 * SECOND) {
            world.stands = world.chance.chance(0.5);
            if (world.disks == 3) {
                world.diskWorks[0] = world.chance.chance(0.5);
            }
            world.step();
            assertThat(world.dead()).as("at step %d", world.now / STEP).isFalse();
        }
    }

    private static void drawFaults(World world) {
        if (world.chance.chance(0.02)) {
            world.stands = !world.stands;
        }
        if (world.chance.chance(world.paused ? 0.1 : 0.01)) {
            world.paused = !world.paused;
        }
        drawDiskFaults(world);
    }

    private static void drawDiskFaults(World world) {
        for (int disk = 0; disk < world.disks; disk++) {
            if (world.chance.chance(0.03)) {
                world.diskWorks[disk] = !world.diskWorks[disk];
            }
        }
    }
}
