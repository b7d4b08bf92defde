package systole.state;

import java.util.List;
import systole.model.CibEdit;

/**
 * Who changed the configuration, when, and how.
 *
 * @param requestId name of the request, unique in the cluster; by it a client finds out whether its change took effect
 * @param version version after the change
 * @param undo edits that lead back to the configuration before, newest state first; empty if unknown
 */
public record ChangeRecord(
        String author,
        String origin,
        String requestId,
        long atMillis,
        Version version,
        String summary,
        List<CibEdit> undo) {
    public ChangeRecord {
        undo = List.copyOf(undo);
    }
}
