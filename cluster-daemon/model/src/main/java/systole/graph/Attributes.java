package systole.graph;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Copies of maps in the order of their entries. */
final class Attributes {
    private Attributes() {}

    static <V> Map<String, V> ordered(Map<String, V> source) {
        return Collections.unmodifiableMap(new LinkedHashMap<>(source));
    }
}
