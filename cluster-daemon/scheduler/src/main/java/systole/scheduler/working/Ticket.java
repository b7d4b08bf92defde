package systole.scheduler.working;

import java.util.Map;

/**
 * State of a ticket.
 *
 * @param lastGranted seconds since the epoch, −1 if never
 * @param attributes all attributes of its state entry
 */
public record Ticket(String id, boolean granted, boolean standby, long lastGranted, Map<String, String> attributes) {}
