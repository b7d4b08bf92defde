package systole.state;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** Which record of the disk stands for which position, and when a snapshot is due. */
final class DiskLedger {
    private static final int MOST_RECORDS = 1000;
    private static final int MOST_BYTES = 4 << 20;

    private record Written(long record, Position position) {}

    private final Deque<Written> unsynced = new ArrayDeque<>();
    private long lastRecord;
    private int records;
    private long bytes;

    void append(byte[] record, ClusterState after, List<StateEffect> effects) {
        lastRecord++;
        records++;
        bytes += record.length;
        unsynced.add(new Written(lastRecord, after.position()));
        effects.add(new StateEffect.Append(lastRecord, record));
        if (records >= MOST_RECORDS || bytes >= MOST_BYTES) {
            snapshot(after, effects);
        }
    }

    void snapshot(ClusterState state, List<StateEffect> effects) {
        lastRecord++;
        records = 0;
        bytes = 0;
        unsynced.add(new Written(lastRecord, state.position()));
        effects.add(new StateEffect.SaveSnapshot(lastRecord, DiskCodec.snapshot(durablePart(state))));
    }

    /** The position that is now on disk, if it is news. */
    Optional<Position> stored(long record) {
        Position position = null;
        while (!unsynced.isEmpty() && unsynced.element().record() <= record) {
            position = unsynced.remove().position();
        }
        return Optional.ofNullable(position);
    }

    static ClusterState durablePart(ClusterState state) {
        return state.withNodes(new TreeMap<>());
    }
}
