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

    /** Private: milliseconds after which this node's watchdog ends it; there while the watchdog counts. */
    public static final String WATCHDOG = "#watchdog";

    /** How long this node's watchdog lets it live without quorum; 0 if it is not known to have one that suffices. */
    public long watchdogMillis() {
        String millis = hidden.getOrDefault(WATCHDOG, "");
        return millis.matches("[0-9]{1,9}") ? Long.parseLong(millis) : 0;
    }

    /** Of a node that was lost: all is forgotten, except that its watchdog goes on counting. */
    NodeAttributes afterLoss() {
        String millis = hidden.get(WATCHDOG);
        return millis == null ? NONE : NONE.withHidden(new TreeMap<>(java.util.Map.of(WATCHDOG, millis)));
    }

    NodeAttributes withoutWatchdog() {
        SortedMap<String, String> rest = new TreeMap<>(hidden);
        rest.remove(WATCHDOG);
        return withHidden(rest);
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
