package systole.scheduler.working;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One location preference of one resource, rules already evaluated.
 *
 * @param id constraint id
 * @param resource the resource concerned
 * @param role filter: {@link Role#STOPPED} or {@link Role#PROMOTED}, or {@code null} for all roles
 * @param probeMode {@code resource-discovery}
 * @param entries nodes it names with their scores, in node-list order
 */
public record Location(
        String id, Resource resource, @Nullable Role role, ProbeMode probeMode, List<Entry> entries) {
    /** A node and the score for it. */
    public record Entry(Node node, int score) {}

    public Location {
        entries = List.copyOf(entries);
    }
}
