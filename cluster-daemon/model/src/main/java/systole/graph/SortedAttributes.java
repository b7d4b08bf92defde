package systole.graph;

import java.util.Map;
import java.util.TreeMap;
import systole.model.PairMap;

/** The attributes of an action as a map that cannot be changed, in the order of their names. */
public final class SortedAttributes extends PairMap {
    private SortedAttributes(String[] pairs) {
        super(pairs);
    }

    /**
     * Takes over an array, which nobody may change afterwards.
     *
     * @param pairs names and values alternating, names ascending
     * @throws IllegalArgumentException if a value is missing, or a name does not come after the one before it
     */
    public static SortedAttributes of(String[] pairs) {
        if (pairs.length % 2 != 0) {
            throw new IllegalArgumentException("attribute " + pairs[pairs.length - 1] + " has no value");
        }
        for (int i = 2; i < pairs.length; i += 2) {
            if (pairs[i - 2].compareTo(pairs[i]) >= 0) {
                throw new IllegalArgumentException("attribute " + pairs[i] + " must come before " + pairs[i - 2]);
            }
        }
        return new SortedAttributes(pairs);
    }

    static SortedAttributes copyOf(Map<String, String> source) {
        return source instanceof SortedAttributes sorted
                ? sorted
                : new SortedAttributes(alternating(new TreeMap<>(source)));
    }
}
