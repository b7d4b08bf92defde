package systole.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import systole.state.Command;

/**
 * Timers of attribute values that are held back until they stop changing (controller-and-fencer 14). Every node keeps
 * them; only the coordinator writes.
 */
final class Dampening {
    private static final long TAKE_OVER_NANOS = 1_000_000_000L;

    private final NodeContext node;
    private final Map<String, Long> due = new TreeMap<>();
    private boolean writing;

    Dampening(NodeContext node) {
        this.node = node;
    }

    /**
     * A change starts the timer anew; the same value said again does not, else an agent that says it more often than the
     * delay would never be heard.
     */
    void updated(Command.UpdateAttributes update, boolean changed) {
        if (update.dampenMillis() <= 0 || update.lifetime() != Command.Lifetime.TRANSIENT) {
            return;
        }
        for (String name : update.values().keySet()) {
            if (changed || !due.containsKey(name) && isHeldBack(name)) {
                due.put(name, node.now().nanos() + update.dampenMillis() * 1_000_000L);
            }
        }
    }

    private boolean isHeldBack(String name) {
        return node.state().nodes().values().stream()
                .anyMatch(each -> each.attributes().heldBack().containsKey(name));
    }

    void tick(boolean coordinating) {
        writing = coordinating;
        List<String> names = new ArrayList<>();
        long now = node.now().nanos();
        due.entrySet().removeIf(entry -> {
            boolean over = entry.getValue() <= now;
            if (over && coordinating) {
                names.add(entry.getKey());
                return true;
            }
            // Another node writes it. Should that one be lost in this second, this one may have to.
            return entry.getValue() + TAKE_OVER_NANOS <= now;
        });
        if (!names.isEmpty()) {
            node.submit(new Command.WriteAttributes(names));
        }
    }

    long deadlineNanos() {
        long first = Long.MAX_VALUE;
        for (long at : due.values()) {
            first = Math.min(first, writing ? at : at + TAKE_OVER_NANOS);
        }
        return first;
    }
}
