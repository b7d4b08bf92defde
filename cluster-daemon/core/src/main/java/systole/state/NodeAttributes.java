package systole.state;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Transient attributes of one node.
 *
 * @param instance those in the status section
 * @param utilization likewise, in a utilization set
 * @param heldBack newer values of {@code instance} that dampening holds back; empty text stands for removal
 * @param hidden private ones, known to all nodes but not in the CIB
 */
public record NodeAttributes(
        SortedMap<String, String> instance,
        SortedMap<String, String> utilization,
        SortedMap<String, String> heldBack,
        SortedMap<String, String> hidden) {
    public static final NodeAttributes NONE =
            new NodeAttributes(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());

    public NodeAttributes {
        instance = Collections.unmodifiableSortedMap(new TreeMap<>(instance));
        utilization = Collections.unmodifiableSortedMap(new TreeMap<>(utilization));
        heldBack = Collections.unmodifiableSortedMap(new TreeMap<>(heldBack));
        hidden = Collections.unmodifiableSortedMap(new TreeMap<>(hidden));
    }

    /** The newest value, whether written or held back; empty if there is none. */
    public String current(String name) {
        String held = heldBack.get(name);
        return held != null ? held : instance.getOrDefault(name, "");
    }

    NodeAttributes withInstance(SortedMap<String, String> next, SortedMap<String, String> nextHeldBack) {
        return new NodeAttributes(next, utilization, nextHeldBack, hidden);
    }

    NodeAttributes withUtilization(SortedMap<String, String> next) {
        return new NodeAttributes(instance, next, heldBack, hidden);
    }

    NodeAttributes withHidden(SortedMap<String, String> next) {
        return new NodeAttributes(instance, utilization, heldBack, next);
    }

    boolean isEmpty() {
        return instance.isEmpty() && utilization.isEmpty() && heldBack.isEmpty() && hidden.isEmpty();
    }
}
