package systole.membership;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import systole.membership.RingMessage.Ordered;

/**
 * The messages of one ring that somebody may still ask for. Numbers are 64 bits wide and start at 1, so no roll-over is
 * handled.
 */
final class MessageStore {
    /** More than this ahead of what was freed is refused; senders stop far below. */
    static final int CAPACITY = 1 << 16;

    private @Nullable Ordered[] slots = new Ordered[256];
    private long freedUpTo;
    private long receivedUpTo;
    private long highest;

    /** Keeps a message; {@code false} if it is known, freed or absurdly far ahead. */
    boolean add(Ordered message) {
        long sequence = message.sequence();
        if (sequence <= freedUpTo || sequence > freedUpTo + CAPACITY) {
            return false;
        }
        while (sequence - freedUpTo > slots.length) {
            grow();
        }
        int index = index(sequence);
        if (slots[index] != null) {
            return false;
        }
        slots[index] = message;
        highest = Math.max(highest, sequence);
        while (receivedUpTo < highest && slots[index(receivedUpTo + 1)] != null) {
            receivedUpTo++;
        }
        return true;
    }

    /** The message, if it is here and not freed. */
    @Nullable
    Ordered get(long sequence) {
        return sequence <= freedUpTo || sequence > highest ? null : slots[index(sequence)];
    }

    boolean has(long sequence) {
        return sequence <= receivedUpTo || get(sequence) != null;
    }

    /** Nobody will ask for these again. */
    void freeUpTo(long sequence) {
        long last = Math.min(sequence, receivedUpTo);
        while (freedUpTo < last) {
            freedUpTo++;
            slots[index(freedUpTo)] = null;
        }
    }

    /** Every message up to here was received. */
    long receivedUpTo() {
        return receivedUpTo;
    }

    long highest() {
        return highest;
    }

    long freedUpTo() {
        return freedUpTo;
    }

    private int index(long sequence) {
        return (int) (sequence & (slots.length - 1));
    }

    private void grow() {
        @Nullable Ordered[] old = slots;
        slots = Arrays.copyOf(new Ordered[0], old.length * 2);
        for (long sequence = freedUpTo + 1; sequence <= highest; sequence++) {
            slots[index(sequence)] = old[(int) (sequence & (old.length - 1))];
        }
    }
}
