package systole.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Collectors;
import systole.testkit.VirtualTime;

/** The last events of a run in words, for whoever has to find out what went wrong. */
final class Story {
    private static final int MOST_LINES = 4000;

    /** Made into text only when somebody reads it. */
    private record Line(long micros, String who, String what) {
        @Override
        public String toString() {
            return String.format("%4d.%06d %-6s %s", micros / 1_000_000, micros % 1_000_000, who, what);
        }
    }

    private final VirtualTime time;
    private final Deque<Line> lines = new ArrayDeque<>();

    Story(VirtualTime time) {
        this.time = time;
    }

    void tell(String who, String what) {
        if (lines.size() >= MOST_LINES) {
            lines.remove();
        }
        lines.add(new Line(time.nowNanos() / 1000, who, what));
    }

    @Override
    public String toString() {
        return lines.stream().map(Line::toString).collect(Collectors.joining("\n"));
    }
}
