package systole.testkit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The one clock and the one queue of a simulated world. Events at the same nanosecond run in the order in which they
 * were asked for. Single-threaded.
 */
public final class VirtualTime {
    /** Something that will happen, unless it is cancelled. */
    public static final class Event {
        private final long atNanos;
        private final long order;
        private final String label;
        private @Nullable Runnable action;

        private Event(long atNanos, long order, String label, Runnable action) {
            this.atNanos = atNanos;
            this.order = order;
            this.label = label;
            this.action = action;
        }

        public long atNanos() {
            return atNanos;
        }

        public void cancel() {
            action = null;
        }

        public boolean isPending() {
            return action != null;
        }

        private boolean isBefore(Event other) {
            return atNanos != other.atNanos ? atNanos < other.atNanos : order < other.order;
        }
    }

    /** A binary heap, the next event first. */
    private @Nullable Event[] heap = new Event[256];

    private int size;
    private long nowNanos;
    private long ordered;
    private long executed;
    private long digest = 17;
    private Runnable afterEach = () -> {};

    public long nowNanos() {
        return nowNanos;
    }

    /** @param label what it is, one of few constant words: part of the digest and of the trace */
    public Event at(long nanos, String label, Runnable action) {
        if (nanos < nowNanos) {
            throw new IllegalArgumentException(label + " is to happen at " + nanos + ", before now, " + nowNanos);
        }
        var event = new Event(nanos, ordered++, label, action);
        push(event);
        return event;
    }

    public Event after(long nanos, String label, Runnable action) {
        return at(nowNanos + Math.max(0, nanos), label, action);
    }

    /** Called after every event: the place to check invariants. */
    public void afterEach(Runnable check) {
        this.afterEach = check;
    }

    /** Runs the next event; {@code false} if there is none. */
    public boolean runNext() {
        while (true) {
            @Nullable Event event = poll();
            if (event == null) {
                return false;
            }
            @Nullable Runnable action = event.action;
            if (action == null) {
                continue;
            }
            nowNanos = event.atNanos;
            executed++;
            note(event.label.hashCode());
            event.action = null;
            action.run();
            afterEach.run();
            return true;
        }
    }

    /** Runs everything up to this moment, which is then the present. */
    public void runUntil(long nanos) {
        while (true) {
            @Nullable Event first = peek();
            if (first == null || first.atNanos > nanos) {
                break;
            }
            if (first.action == null) {
                poll();
                continue;
            }
            runNext();
        }
        nowNanos = Math.max(nowNanos, nanos);
    }

    public void runFor(long nanos) {
        runUntil(nowNanos + nanos);
    }

    /** Mixes something into the digest of this run. */
    public void note(long value) {
        digest = digest * 31 + value;
        digest ^= nowNanos + (digest >>> 17);
    }

    /** Equal for two runs with the same events at the same times: the test of determinism itself. */
    public long digest() {
        return digest;
    }

    public long executed() {
        return executed;
    }

    private @Nullable Event peek() {
        return size == 0 ? null : heap[0];
    }

    private void push(Event event) {
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int above = (at - 1) >>> 1;
            @Nullable Event parent = heap[above];
            if (parent == null || parent.isBefore(event)) {
                break;
            }
            heap[at] = parent;
            at = above;
        }
        heap[at] = event;
    }

    private @Nullable Event poll() {
        if (size == 0) {
            return null;
        }
        @Nullable Event first = heap[0];
        size--;
        @Nullable Event last = heap[size];
        heap[size] = null;
        if (size > 0 && last != null) {
            sink(last);
        }
        return first;
    }

    private void sink(Event event) {
        int at = 0;
        while (true) {
            int below = 2 * at + 1;
            if (below >= size) {
                break;
            }
            @Nullable Event child = heap[below];
            @Nullable Event right = below + 1 < size ? heap[below + 1] : null;
            if (right != null && child != null && right.isBefore(child)) {
                below++;
                child = right;
            }
            if (child == null || event.isBefore(child)) {
                break;
            }
            heap[at] = child;
            at = below;
        }
        heap[at] = event;
    }
}
