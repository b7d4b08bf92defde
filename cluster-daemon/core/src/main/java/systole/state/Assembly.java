package systole.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.NodeId;

/**
 * Puts fragments together again. Begins anew with each view, on all members: those who join have not seen the first
 * parts of a message, so nobody may act on it.
 */
final class Assembly {
    private record Key(NodeId sender, long id) implements Comparable<Key> {
        @Override
        public int compareTo(Key other) {
            int order = sender.compareTo(other.sender);
            return order == 0 ? Long.compare(id, other.id) : order;
        }
    }

    private final SortedMap<Key, List<byte[]>> parts = new TreeMap<>();

    /** The whole, when this was the last part missing. */
    Optional<byte[]> add(NodeId sender, NodeMessage.Fragment fragment) {
        Key key = new Key(sender, fragment.id());
        List<byte[]> known = parts.getOrDefault(key, new ArrayList<>());
        if (known.size() != fragment.index()) {
            parts.remove(key);
            return Optional.empty();
        }
        known.add(fragment.bytes());
        if (known.size() < fragment.count()) {
            parts.put(key, known);
            return Optional.empty();
        }
        parts.remove(key);
        int size = 0;
        for (byte[] part : known) {
            size += part.length;
        }
        byte[] whole = new byte[size];
        int at = 0;
        for (byte[] part : known) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return Optional.of(whole);
    }

    /** Numbers of this sender's messages of which parts are missing. */
    List<Long> partial(NodeId sender) {
        List<Long> found = new ArrayList<>();
        for (Key key : parts.keySet()) {
            if (key.sender().equals(sender)) {
                found.add(key.id());
            }
        }
        return found;
    }

    void clear() {
        parts.clear();
    }
}
