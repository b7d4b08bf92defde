package systole.testkit;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The one clock and the one queue of a simulated world. Events at the same nanosecond run in the order in which they
 * were asked for. Single-threaded.
 */
public final class VirtualTime {
    /** Something that will happen, unless it is cancelled. */
    public static final class Event implements Comparable<Event> {
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

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
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
        events.add(event);
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
            @Nullable Event event = events.poll();
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
            @Nullable Event first = events.peek();
            if (first == null || first.atNanos > nanos) {
                break;
            }
            if (first.action == null) {
                events.poll();
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
}
