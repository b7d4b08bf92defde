package systole.scheduler.working;

import org.jspecify.annotations.Nullable;

/**
 * One {@code rsc_ticket} for one resource.
 *
 * @param role {@code null} for any
 */
public record TicketConstraint(
        String id,
        Resource resource,
        Ticket ticket,
        @Nullable Role role,
        LossPolicy lossPolicy) {
    /** What happens when the ticket is lost. */
    public enum LossPolicy {
        STOP,
        DEMOTE,
        FENCE,
        FREEZE
    }
}
