package systole.model;

import java.util.Map;

/** The attributes of an {@link Element}, in their order. */
final class Attributes extends PairMap {
    private static final String[] NONE = {};

    Attributes(String[] pairs) {
        super(pairs);
    }

    /** Names and values alternating, of a map in its own order. */
    static String[] pairs(Map<String, String> map) {
        if (map instanceof Attributes attributes) {
            return attributes.pairs;
        }
        return map.isEmpty() ? NONE : alternating(map);
    }
}
