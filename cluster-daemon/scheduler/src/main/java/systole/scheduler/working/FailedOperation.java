package systole.scheduler.working;

/**
 * A failed operation, for display and explanation.
 *
 * @param maskedProbe a probe whose failure only says "cannot run here": shown beside the stopped resource
 */
public record FailedOperation(Resource resource, Node node, HistoryEntry entry, boolean maskedProbe) {}
