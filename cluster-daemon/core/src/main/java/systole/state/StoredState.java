package systole.state;

import java.util.List;

/**
 * What the disk gave back at start, after its checksums were verified.
 *
 * @param snapshot bytes of {@link StateEffect.SaveSnapshot}; empty if there is none
 * @param records bytes of {@link StateEffect.Append} after the snapshot, oldest first
 * @param damage what was found broken and left out, in words; empty if nothing
 * @param durableDataLost whether something is missing that was once answered as durable: such a node never counts its
 *     own state as the newest
 */
public record StoredState(byte[] snapshot, List<byte[]> records, String damage, boolean durableDataLost) {
    public static final StoredState NOTHING = new StoredState(new byte[0], List.of(), "", false);

    public StoredState(byte[] snapshot, List<byte[]> records, String damage) {
        this(snapshot, records, damage, false);
    }

    public StoredState {
        records = List.copyOf(records);
    }
}
