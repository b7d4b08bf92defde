package systole.daemon;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.alerts.AlertCall;
import systole.alerts.AlertTime;
import systole.executor.AgentResult;
import systole.executor.AgentRun;
import systole.executor.Executor;

/**
 * Calls alert programs, a few at a time: a storm of events, or a program that hangs, must not take the processes that
 * agents need. What waits is bounded; when it is full the newest alert is dropped, and that is logged. Safe for all
 * threads.
 *
 * <p>{@code systole:NAME} as a path means a program of our own.
 */
final class AlertRunner {
    private static final Logger LOG = LoggerFactory.getLogger("systole.alerts");
    private static final String OWN = "systole:";
    private static final int AT_ONCE = 8;
    private static final int MOST_WAITING = 2000;
    private static final long MICROS = 1000;

    private final Executor executor;
    private final Path ownPrograms;
    private final String node;
    private final String version;
    private final Deque<AlertCall> waiting = new ArrayDeque<>();
    private int running;
    private long number;
    private long dropped;

    AlertRunner(Executor executor, Path ownPrograms, String node, String version) {
        this.executor = executor;
        this.ownPrograms = ownPrograms;
        this.node = node;
        this.version = version;
    }

    /** Never blocks, never throws for a reason outside. */
    void send(AlertCall call) {
        synchronized (this) {
            if (waiting.size() >= MOST_WAITING) {
                dropped++;
                if (dropped == 1) {
                    LOG.error("alert programs are too slow: {} alerts wait, further ones are dropped", waiting.size());
                }
                return;
            }
            waiting.add(call);
        }
        startNext();
    }

    private void startNext() {
        AlertCall call;
        String id;
        synchronized (this) {
            if (running >= AT_ONCE || waiting.isEmpty()) {
                return;
            }
            call = waiting.remove();
            running++;
            number++;
            id = "alert" + number;
            if (waiting.isEmpty() && dropped > 0) {
                LOG.warn("alert programs have caught up; {} alerts were dropped", dropped);
                dropped = 0;
            }
        }
        try {
            executor.run(run(id, call), result -> ended(call, result));
        } catch (IllegalStateException closed) {
            LOG.debug("the daemon ends; alert {} is not sent", call.alert(), closed);
        }
    }

    private AgentRun run(String id, AlertCall call) {
        SortedMap<String, String> environment = new TreeMap<>(call.environment());
        long seconds = Math.floorDiv(call.epochMillis(), 1000L);
        environment.put("CRM_alert_version", version);
        environment.put(
                "CRM_alert_timestamp",
                AlertTime.format(call.timestampFormat(), call.epochMillis(), ZoneId.systemDefault()));
        environment.put("CRM_alert_timestamp_epoch", Long.toString(seconds));
        environment.put(
                "CRM_alert_timestamp_usec",
                String.format(Locale.ROOT, "%06d", Math.floorMod(call.epochMillis(), 1000L) * MICROS));
        return new AgentRun(
                id,
                AgentRun.Kind.ALERT,
                "",
                program(call.path()),
                "alert",
                new TreeMap<>(),
                new TreeMap<>(),
                call.timeoutMillis(),
                "",
                0,
                node,
                environment);
    }

    private String program(String path) {
        boolean own = path.startsWith(OWN) && path.indexOf('/') < 0;
        return own ? ownPrograms.resolve(path.substring(OWN.length())).toString() : path;
    }

    private void ended(AlertCall call, AgentResult result) {
        synchronized (this) {
            running--;
        }
        String what = call.environment().getOrDefault("CRM_alert_kind", "");
        if (result.status() == AgentResult.Status.DONE && result.rc() == 0) {
            LOG.info(
                    "alert {} told '{}' of a {} event in {} ms",
                    call.alert(),
                    call.recipient(),
                    what,
                    result.execMillis());
        } else {
            LOG.warn(
                    "alert {} could not tell '{}' of a {} event: {} {} {}",
                    call.alert(),
                    call.recipient(),
                    what,
                    result.status(),
                    result.exitReason(),
                    result.messages().strip());
        }
        startNext();
    }
}
