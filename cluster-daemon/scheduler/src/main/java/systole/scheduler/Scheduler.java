package systole.scheduler;

import java.time.Instant;
import systole.model.Element;

/** Pacemaker's decisions as a pure function. */
public final class Scheduler {
    private Scheduler() {}

    /**
     * @param cib the complete {@code cib} element, configuration and status
     * @param now the current time, for rules, expiries and locks
     */
    public static Plan schedule(Element cib, Instant now) {
        throw new UnsupportedOperationException("the scheduler does not plan yet: " + cib + " at " + now);
    }
}
