package systole.state;

import java.util.List;

/**
 * What the disk gave back at start, after its checksums were verified.
 *
 * @param snapshot bytes of {@link StateEffect.SaveSnapshot}; empty if there is none
 * @param records bytes of {@link StateEffect.Append} after the snapshot, oldest first
 * @param damage what was found broken and left out, in words; empty if nothing
 */
public record StoredState(byte[] snapshot, List<byte[]> records, String damage) {
    public static final StoredState NOTHING = new StoredState(new byte[0], List.of(), "");

    public StoredState {
        records = List.copyOf(records);
    }
}
