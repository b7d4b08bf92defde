package systole.scheduler.working;

import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** One {@code lrm_rsc_op}: what was done to a resource on a node, and how it ended. */
public final class HistoryEntry {
    public static final int PENDING = -1;
    public static final int DONE = 0;

    public final Element xml;
    public final String id;
    /** Operation name: monitor, start, stop … */
    public final String task;

    public final long intervalMs;
    public final int callId;
    /** Exit status as recorded. */
    public final int rc;
    /** {@code op-status} as recorded. */
    public final int status;
    /** From {@code transition-key}; −1 if unknown. */
    public final int expectedRc;
    /** {@code last-rc-change} in seconds since the epoch; −1 if absent. */
    public final long lastChange;

    /** The restart digest no longer counts: the monitor has to be scheduled again (input-and-status 14.3). */
    public boolean reschedule;

    /** Exit status and status after interpretation (input-and-status 12.7). */
    public int effectiveRc;

    public int effectiveStatus;

    public HistoryEntry(
            Element xml,
            String task,
            long intervalMs,
            int callId,
            int rc,
            int status,
            int expectedRc,
            long lastChange) {
        this.xml = xml;
        this.id = xml.id();
        this.task = task;
        this.intervalMs = intervalMs;
        this.callId = callId;
        this.rc = rc;
        this.status = status;
        this.expectedRc = expectedRc;
        this.lastChange = lastChange;
        this.effectiveRc = rc;
        this.effectiveStatus = status;
    }

    /** {@code operation_key}, else the id. */
    public String key() {
        return xml.attribute("operation_key", id);
    }

    public @Nullable String transitionMagic() {
        return xml.attribute("transition-magic");
    }

    public @Nullable String transitionKey() {
        return xml.attribute("transition-key");
    }

    public boolean isProbe() {
        return intervalMs == 0 && task.equals("monitor");
    }

    public boolean isPending() {
        return status == PENDING;
    }

    @Override
    public String toString() {
        return id + "=" + rc + "/" + status;
    }
}
