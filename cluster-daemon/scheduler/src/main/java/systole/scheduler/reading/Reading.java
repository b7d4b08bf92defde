package systole.scheduler.reading;

import java.time.Instant;
import systole.model.Element;
import systole.scheduler.working.Cluster;

/** From a complete {@code cib} element to the working model. */
public final class Reading {
    private Reading() {}

    /**
     * @param cib configuration and status, of any schema version
     * @param now the current time, for rules, expiries and locks
     * @param withReasons whether to record why things are as they are
     */
    public static Cluster read(Element cib, Instant now, boolean withReasons) {
        throw new UnsupportedOperationException("reading is not there yet: " + cib + " at " + now + withReasons);
    }
}
