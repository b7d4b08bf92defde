package systole.graph;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The attributes of an action as a map that cannot be changed, in the order of their names. Names and values alternate in one
 * array: an action has some ten of them, a large plan has many thousand actions, and a tree of ten entries takes five times the space.
 */
public final class SortedAttributes extends AbstractMap<String, String> {
    private final String[] pairs;

    private SortedAttributes(String[] pairs) {
        this.pairs = pairs;
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
        if (source instanceof SortedAttributes sorted) {
            return sorted;
        }
        String[] pairs = new String[2 * source.size()];
        int at = 0;
        for (Map.Entry<String, String> entry : new TreeMap<>(source).entrySet()) {
            pairs[at++] = entry.getKey();
            pairs[at++] = entry.getValue();
        }
        return new SortedAttributes(pairs);
    }

    private int indexOf(@Nullable Object name) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(name)) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        int at = indexOf(name);
        return at < 0 ? null : pairs[at + 1];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return indexOf(name) >= 0;
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
