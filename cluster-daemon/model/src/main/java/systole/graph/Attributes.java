package systole.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Copies of maps whose order is fixed. */
final class Attributes {
    private Attributes() {}

    static Map<String, String> sorted(Map<String, String> source) {
        return Collections.unmodifiableMap(new TreeMap<>(source));
    }

    static <V> Map<String, V> ordered(Map<String, V> source) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(source));
    }
}
