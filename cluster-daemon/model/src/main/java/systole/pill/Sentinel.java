package systole.pill;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The rule by which a node ends itself (fencing-contract 5). The node is <em>good</em> at every moment at which it stood in a
 * quorum with others, and at every moment at which a successful read of its own slot began, on most disks. Being good feeds
 * the watchdog. When the last good moment is one watchdog time ago, or a pill is read, the node ends.
 *
 * <p>The keeper is armed at the first good moment and not before: a node that never was good runs nothing. A daemon that
 * is started again while the keeper of the former one still counts has that much time to become good.
 *
 * <p>Single-threaded; changed by {@link #step} alone; no clock.
 */
public final class Sentinel {
    /**
     * @param devices number of pill disks: 0, 1 or 3
     * @param watchdogNanos time without a good moment after which the node ends
     */
    public record Settings(int devices, long watchdogNanos) {
        public Settings {
            if (devices < 0 || devices == 2 || devices > 3 || watchdogNanos <= 0) {
                throw new IllegalArgumentException(
                        devices + " pill disks: there are none, one, or three, so that most of them is a word");
            }
        }
    }

    /** What happens to it. */
    public sealed interface Input {
        long nowNanos();

        /**
         * The node loop came round.
         *
         * @param stands it is in a quorum that the rest of the cluster cannot have as well
         * @param stoodNanos the last moment at which that quorum certainly went on: this node may have been left out of it
         *     since, and not have heard of that yet
         */
        record LoopCameRound(long nowNanos, boolean stands, long stoodNanos) implements Input {}

        /** Own slot was read whole from a disk; failures are not told. */
        record SlotRead(long nowNanos, int device, long begunNanos, PillSlot slot) implements Input {}

        record Tick(long nowNanos) implements Input {}

        /** The daemon ends in order, with nothing left running that others may start. */
        record EndsInOrder(long nowNanos) implements Input {}
    }

    /** What it wants. */
    public sealed interface Effect {
        /** Open the watchdog, with the full time. */
        record Arm() implements Effect {}

        /** The watchdog's time begins anew. */
        record Feed() implements Effect {}

        /** Close the watchdog for good. */
        record Disarm() implements Effect {}

        /** End this node now. Given once; nothing follows. */
        record Panic(PillCommand how, String why) implements Effect {}

        /** Stop the daemon in order. */
        record Leave(String why) implements Effect {}

        /** A line for the log. */
        record Say(String text) implements Effect {}
    }

    private static final long NEVER = Long.MIN_VALUE;

    private final Settings settings;
    private final long[] read;
    private final long[] lastNumber;
    private long stood = NEVER;
    private long fedFor = NEVER;
    private boolean armed;
    private boolean ended;
    private boolean leaving;

    public Sentinel(Settings settings) {
        this.settings = settings;
        this.read = new long[settings.devices()];
        this.lastNumber = new long[settings.devices()];
        Arrays.fill(read, NEVER);
    }

    public boolean isArmed() {
        return armed && !ended;
    }

    public List<Effect> step(Input input) {
        List<Effect> effects = new ArrayList<>();
        boolean pill =
                input instanceof Input.SlotRead read && read.slot().command().kills();
        if (!ended && !pill && !(input instanceof Input.EndsInOrder) && isOver(input.nowNanos())) {
            // Before the input counts: whoever was paused for so long still believes in the quorum of then.
            ended = true;
            effects.add(new Effect.Panic(PillCommand.RESET, why()));
        }
        if (ended) {
            return effects;
        }
        if (input instanceof Input.LoopCameRound round && round.stands()) {
            stood = Math.max(stood, round.stoodNanos());
        } else if (input instanceof Input.SlotRead slot) {
            slotRead(slot, effects);
        } else if (input instanceof Input.EndsInOrder) {
            ended = true;
            if (armed) {
                effects.add(new Effect.Disarm());
            }
        }
        if (!ended) {
            judge(input.nowNanos(), effects);
        }
        return effects;
    }

    /** The moment at which the node ends unless something good happens; {@code Long.MAX_VALUE} before it is armed. */
    public long deadlineNanos() {
        return armed && !ended ? lastGood() + settings.watchdogNanos() : Long.MAX_VALUE;
    }

    private void slotRead(Input.SlotRead input, List<Effect> effects) {
        PillSlot slot = input.slot();
        boolean news = slot.number() != lastNumber[input.device()];
        lastNumber[input.device()] = slot.number();
        if (slot.command().kills()) {
            ended = true;
            effects.add(new Effect.Panic(
                    slot.command(), "pill '" + slot.command().word() + "' by " + slot.sender() + " on the disk"));
            return;
        }
        if (slot.command() == PillCommand.EXIT && !leaving) {
            leaving = true;
            effects.add(new Effect.Leave("message 'exit' by " + slot.sender() + " on the disk"));
        } else if (slot.command() == PillCommand.TEST && news) {
            effects.add(new Effect.Say("message 'test' by " + slot.sender() + " on the disk"));
        }
        read[input.device()] = Math.max(read[input.device()], input.begunNanos());
    }

    private void judge(long now, List<Effect> effects) {
        long good = lastGood();
        if (good == NEVER || good <= fedFor || now - good > settings.watchdogNanos() / 2) {
            return;
        }
        fedFor = good;
        if (armed) {
            effects.add(new Effect.Feed());
        } else {
            armed = true;
            effects.add(new Effect.Arm());
        }
    }

    private boolean isOver(long now) {
        return armed && now - lastGood() >= settings.watchdogNanos();
    }

    private String why() {
        String time = settings.watchdogNanos() / 1_000_000 + " ms";
        return settings.devices() == 0
                ? "no quorum for " + time
                : "neither most of the " + settings.devices() + " pill disks nor a quorum for " + time;
    }

    private long lastGood() {
        return Math.max(stood, mostDisks());
    }

    /** The latest moment since which most disks were read. */
    private long mostDisks() {
        if (read.length == 0) {
            return NEVER;
        }
        long[] sorted = read.clone();
        Arrays.sort(sorted);
        return sorted[read.length - (read.length / 2 + 1)];
    }
}
