package systole.scheduler.working;

import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.scheduler.rules.Values;

/** Cluster options as used, invalid values replaced by defaults (input-and-status 7.1). */
public final class Options {
    /** {@code no-quorum-policy} after 7.2. */
    public enum QuorumPolicy {
        STOP,
        FREEZE,
        IGNORE,
        DEMOTE,
        FENCE
    }

    /** {@code placement-strategy}. */
    public enum Placement {
        DEFAULT,
        UTILIZATION,
        MINIMAL,
        BALANCED
    }

    /** {@code node-health-strategy}. */
    public enum HealthStrategy {
        NONE,
        MIGRATE_ON_RED,
        ONLY_GREEN,
        PROGRESSIVE,
        CUSTOM
    }

    /** Every option as written, unknown ones included. */
    public Map<String, String> raw = Map.of();

    public QuorumPolicy quorumPolicy = QuorumPolicy.STOP;
    public boolean shutdownLock;
    public long shutdownLockLimitSeconds;
    public boolean symmetric = true;
    public boolean maintenance;
    public boolean startFailureFatal = true;
    public boolean startupProbes = true;
    public boolean fenceRemoteWithoutQuorum;
    public boolean fencingEnabled = true;
    public String fencingAction = "reboot";
    public long fencingTimeoutMs = 60_000;
    public boolean haveWatchdog;
    public boolean concurrentFencing = true;
    public boolean startupFencing = true;
    public long priorityFencingDelayMs;
    public long nodePendingTimeoutMs;
    public boolean stopAll;
    public boolean stopRemoved = true;
    public boolean cancelRemoved = true;
    public HealthStrategy health = HealthStrategy.NONE;
    public int healthBase;
    public int healthGreen;
    public int healthYellow;
    public int healthRed;
    public Placement placement = Placement.DEFAULT;
    public String clusterName = "";

    /** An option as written, or the given text. */
    public String text(String name, String fallback) {
        String value = raw.get(name);
        return value == null ? fallback : value;
    }

    /** A score; the colours mean what the health strategy says. */
    public int score(@Nullable String text, int fallback) {
        long value = scoreOrInvalid(text);
        return value == Values.INVALID ? fallback : (int) value;
    }

    /** A score, or {@link Values#INVALID}. */
    public long scoreOrInvalid(@Nullable String text) {
        if (text == null) {
            return Values.INVALID;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "red" -> healthRed;
            case "yellow" -> healthYellow;
            case "green" -> healthGreen;
            default -> Values.scoreOrInvalid(text);
        };
    }
}
