package systole.daemon;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import systole.api.Answer;

/**
 * The last events of this node, and those who want to hear of new ones. Bounded: the oldest event makes room.
 *
 * <p>Safe for all threads. A listener is called on the thread that adds and must not block.
 */
final class EventBook {
    private final int capacity;
    private final Deque<Answer.Event> events = new ArrayDeque<>();
    private final Map<Object, Consumer<Answer.Event>> listeners = new LinkedHashMap<>();

    EventBook(int capacity) {
        this.capacity = capacity;
    }

    void add(Answer.Event event) {
        List<Consumer<Answer.Event>> told;
        synchronized (this) {
            if (events.size() == capacity) {
                events.removeFirst();
            }
            events.addLast(event);
            told = List.copyOf(listeners.values());
        }
        told.forEach(listener -> listener.accept(event));
    }

    /** Oldest first; a limit of 0 means all that are kept. */
    synchronized List<Answer.Event> last(int limit) {
        List<Answer.Event> all = new ArrayList<>(events);
        return limit <= 0 || limit >= all.size() ? all : List.copyOf(all.subList(all.size() - limit, all.size()));
    }

    synchronized void listen(Object key, Consumer<Answer.Event> listener) {
        listeners.put(key, listener);
    }

    synchronized void forget(Object key) {
        listeners.remove(key);
    }
}
