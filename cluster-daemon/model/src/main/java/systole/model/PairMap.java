package systole.model;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A small map that cannot be changed, in the order in which it was made. Names and values alternate in one array: of a handful,
 * a walk over neighbours in memory that mostly ends at the same object finds one sooner than a hash table or a tree does, in a
 * fifth of the space. What plans over thousands of resources wait for is memory.
 */
public abstract class PairMap extends AbstractMap<String, String> {
    final String[] pairs;

    /** @param pairs names and values alternating; nobody may change it afterwards */
    protected PairMap(String[] pairs) {
        this.pairs = pairs;
    }

    /** Names and values alternating, of a map in its own order. */
    protected static String[] alternating(Map<String, String> map) {
        String[] pairs = new String[2 * map.size()];
        int at = 0;
        for (Map.Entry<String, String> entry : map.entrySet()) {
            pairs[at++] = entry.getKey();
            pairs[at++] = entry.getValue();
        }
        return pairs;
    }

    /** Where the name stands, or -1. */
    static int indexOf(String[] pairs, @Nullable Object name) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        int at = indexOf(pairs, name);
        return at < 0 ? null : pairs[at + 1];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return indexOf(pairs, name) >= 0;
    }

    @Override
    public int size() {
        return pairs.length / 2;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int i = 0; i < pairs.length; i += 2) {
            action.accept(pairs[i], pairs[i + 1]);
        }
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, String>> iterator() {
                return new Entries(pairs);
            }

            @Override
            public int size() {
                return pairs.length / 2;
            }
        };
    }

    private static final class Entries implements Iterator<Map.Entry<String, String>> {
        private final String[] pairs;
        private int at;

        Entries(String[] pairs) {
            this.pairs = pairs;
        }

        @Override
        public boolean hasNext() {
            return at < pairs.length;
        }

        @Override
        public Map.Entry<String, String> next() {
            if (at >= pairs.length) {
                throw new NoSuchElementException("no more attributes");
            }
            at += 2;
            return Map.entry(pairs[at - 2], pairs[at - 1]);
        }
    }
}
