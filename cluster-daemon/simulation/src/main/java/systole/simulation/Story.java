package systole.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import systole.testkit.VirtualTime;

/** The last events of a run in words, for whoever has to find out what went wrong. */
final class Story {
    private static final int MOST_LINES = 4000;

    private final VirtualTime time;
    private final Deque<String> lines = new ArrayDeque<>();

    Story(VirtualTime time) {
        this.time = time;
    }

    void tell(String who, String what) {
        if (lines.size() >= MOST_LINES) {
            lines.remove();
        }
        long micros = time.nowNanos() / 1000;
        lines.add(String.format("%4d.%06d %-6s %s", micros / 1_000_000, micros % 1_000_000, who, what));
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
