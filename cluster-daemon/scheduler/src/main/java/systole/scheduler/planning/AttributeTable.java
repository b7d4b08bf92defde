package systole.scheduler.planning;

import java.util.Arrays;
import systole.graph.SortedAttributes;

/** Attributes of one action while they are collected, in the order of names; used again for the next action. */
final class AttributeTable {
    private String[] pairs = new String[32];
    private int length;

    void clear() {
        length = 0;
    }

    /** Sets a value, in place of one that is there. */
    void put(String name, String value) {
        int at = place(name);
        if (holds(at, name)) {
            pairs[at + 1] = value;
        } else {
            insert(at, name, value);
        }
    }

    /** Sets a value unless there is one. */
    void putIfAbsent(String name, String value) {
        int at = place(name);
        if (!holds(at, name)) {
            insert(at, name, value);
        }
    }

    SortedAttributes copy() {
        return SortedAttributes.of(Arrays.copyOf(pairs, length));
    }

    /** Where the name is or would be. */
    private int place(String name) {
        int low = 0;
        int high = length / 2;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (pairs[2 * middle].compareTo(name) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return 2 * low;
    }

    private boolean holds(int at, String name) {
        return at < length && pairs[at].equals(name);
    }

    private void insert(int at, String name, String value) {
        if (length + 2 > pairs.length) {
            pairs = Arrays.copyOf(pairs, 2 * pairs.length);
        }
        System.arraycopy(pairs, at, pairs, at + 2, length - at);
        pairs[at] = name;
        pairs[at + 1] = value;
        length += 2;
    }
}
