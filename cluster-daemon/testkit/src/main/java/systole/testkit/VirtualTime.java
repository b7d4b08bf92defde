package systole.testkit;

import java.util.Arrays;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The one clock and the one queue of a simulated world. Events at the same nanosecond run in the order in which they
 * were asked for. Single-threaded.
 */
public final class VirtualTime {
    /** Something that will happen, unless it is cancelled. */
    public static sealed class Event {
        long atNanos;
        long order;
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
    }

    /** One entry of the queue for several events that were asked for together. */
    private static final class Series extends Event {
        private final long[] moments;
        private final int[] numbers;
        private final long firstOrder;
        private final IntConsumer deed;
        private int at;

        private Series(long[] moments, int[] numbers, long firstOrder, String label, IntConsumer deed) {
            super(moments[0], firstOrder + numbers[0], label, () -> {});
            this.moments = moments;
            this.numbers = numbers;
            this.firstOrder = firstOrder;
            this.deed = deed;
        }

        /** Whether one more is to come; then this stands for that one. */
        private boolean toNext() {
            if (at + 1 >= moments.length) {
                return false;
            }
            at++;
            atNanos = moments[at];
            order = firstOrder + numbers[at];
            return true;
        }
    }

    /** A heap, the next event first; each entry has four below it. */
    private @Nullable Event[] heap = new Event[256];

    /** When they are due, beside them, so that most comparisons need not look at the event. */
    private long[] due = new long[256];

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

    /**
     * As many events as there are moments, exactly as if each were asked for by {@link #after}, in this order.
     *
     * @param delays the caller gives them away: they are sorted here
     * @param deed is told which of them it is, by its place in {@code delays}
     */
    public void afterEachOf(long[] delays, String label, IntConsumer deed) {
        int count = delays.length;
        if (count == 0) {
            return;
        }
        int[] numbers = new int[count];
        for (int i = 0; i < count; i++) {
            long moment = nowNanos + Math.max(0, delays[i]);
            int place = i;
            while (place > 0 && delays[place - 1] > moment) {
                delays[place] = delays[place - 1];
                numbers[place] = numbers[place - 1];
                place--;
            }
            delays[place] = moment;
            numbers[place] = i;
        }
        push(new Series(delays, numbers, ordered, label, deed));
        ordered += count;
    }

    /** Called after every event: the place to check invariants. */
    public void afterEach(Runnable check) {
        this.afterEach = check;
    }

    /** Runs the next event; {@code false} if there is none. */
    public boolean runNext() {
        while (true) {
            @Nullable Event event = peek();
            if (event == null) {
                return false;
            }
            if (event instanceof Series series) {
                runNext(series);
                return true;
            }
            removeFirst();
            @Nullable Runnable action = event.action;
            if (action == null) {
                continue;
            }
            begin(event);
            event.action = null;
            action.run();
            afterEach.run();
            return true;
        }
    }

    private void runNext(Series series) {
        begin(series);
        int number = series.numbers[series.at];
        if (series.toNext()) {
            sink(series);
        } else {
            removeFirst();
        }
        series.deed.accept(number);
        afterEach.run();
    }

    private void begin(Event event) {
        nowNanos = event.atNanos;
        executed++;
        note(event.label.hashCode());
    }

    /** Runs everything up to this moment, which is then the present. */
    public void runUntil(long nanos) {
        while (true) {
            @Nullable Event first = peek();
            if (first == null || first.atNanos > nanos) {
                break;
            }
            if (first.action == null) {
                removeFirst();
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
            due = Arrays.copyOf(due, 2 * size);
        }
        int at = size++;
        while (at > 0) {
            int above = (at - 1) >>> 2;
            if (!isBefore(event, above)) {
                break;
            }
            heap[at] = heap[above];
            due[at] = due[above];
            at = above;
        }
        heap[at] = event;
        due[at] = event.atNanos;
    }

    private void removeFirst() {
        size--;
        @Nullable Event last = heap[size];
        heap[size] = null;
        if (size > 0 && last != null) {
            sink(last);
        }
    }

    /** Puts the event where the first one is, and then down to its place. */
    private void sink(Event event) {
        int at = 0;
        while (true) {
            int child = 4 * at + 1;
            if (child >= size) {
                break;
            }
            int end = Math.min(child + 4, size);
            for (int other = child + 1; other < end; other++) {
                if (isBefore(other, child)) {
                    child = other;
                }
            }
            if (isBefore(event, child)) {
                break;
            }
            heap[at] = heap[child];
            due[at] = due[child];
            at = child;
        }
        heap[at] = event;
        due[at] = event.atNanos;
    }

    private boolean isBefore(Event event, int place) {
        @Nullable Event other = heap[place];
        return event.atNanos < due[place] || event.atNanos == due[place] && other != null && event.order < other.order;
    }

    private boolean isBefore(int one, int other) {
        @Nullable Event first = heap[one];
        return due[one] < due[other] || due[one] == due[other] && first != null && isBefore(first, other);
    }
}
