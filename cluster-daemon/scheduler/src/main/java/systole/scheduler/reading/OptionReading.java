package systole.scheduler.reading;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Options;

/** Cluster options (input-and-status, section 7). */
final class OptionReading {
    private final Cluster cluster;
    private final Options options;

    OptionReading(Cluster cluster) {
        this.cluster = cluster;
        this.options = cluster.options;
    }

    void read(@Nullable Element config) {
        Map<String, String> raw = new LinkedHashMap<>();
        if (config != null) {
            AttributeBlocks.collect(
                    config,
                    "cluster_property_set",
                    cluster.rules(),
                    AttributeBlocks.Default.REMOVES,
                    "cib-bootstrap-options",
                    raw);
        }
        options.raw = raw;
        options.shutdownLock = bool(false, "shutdown-lock");
        options.shutdownLockLimitSeconds = Values.toSeconds(duration(0, "shutdown-lock-limit"));
        options.symmetric = bool(true, "symmetric-cluster");
        options.maintenance = bool(false, "maintenance-mode");
        options.startFailureFatal = bool(true, "start-failure-is-fatal");
        options.startupProbes = bool(true, "enable-startup-probes");
        options.fenceRemoteWithoutQuorum = bool(false, "fence-remote-without-quorum");
        options.fencingEnabled = bool(true, "fencing-enabled", "stonith-enabled");
        String action = value("fencing-action", "stonith-action");
        options.fencingAction = "off".equals(action) || "poweroff".equals(action) ? "off" : "reboot";
        options.fencingTimeoutMs = duration(60_000, "fencing-timeout", "stonith-timeout");
        options.haveWatchdog = bool(false, "have-watchdog");
        options.concurrentFencing = bool(true, "concurrent-fencing");
        options.startupFencing = bool(true, "startup-fencing") && options.fencingEnabled;
        options.priorityFencingDelayMs = duration(0, "priority-fencing-delay");
        options.nodePendingTimeoutMs = duration(0, "node-pending-timeout");
        options.stopAll = bool(false, "stop-all-resources");
        options.stopRemoved = bool(true, "stop-removed-resources", "stop-orphan-resources");
        options.cancelRemoved = bool(true, "cancel-removed-actions", "stop-orphan-actions");
        options.clusterName = options.text("cluster-name", "");
        options.quorumPolicy = quorumPolicy();
        options.placement = switch (word("placement-strategy")) {
            case "utilization" -> Options.Placement.UTILIZATION;
            case "minimal" -> Options.Placement.MINIMAL;
            case "balanced" -> Options.Placement.BALANCED;
            default -> Options.Placement.DEFAULT;
        };
        health();
    }

    private Options.QuorumPolicy quorumPolicy() {
        Options.QuorumPolicy policy = switch (word("no-quorum-policy")) {
            case "ignore" -> Options.QuorumPolicy.IGNORE;
            case "freeze" -> Options.QuorumPolicy.FREEZE;
            case "demote" -> Options.QuorumPolicy.DEMOTE;
            case "fence", "suicide" -> Options.QuorumPolicy.FENCE;
            default -> Options.QuorumPolicy.STOP;
        };
        if (policy != Options.QuorumPolicy.FENCE) {
            return policy;
        }
        boolean everQuorate = Values.integer(cluster.cib.attribute("no-quorum-panic"), 0) != 0;
        boolean usable = options.fencingEnabled && (cluster.quorate || everQuorate);
        return usable ? policy : Options.QuorumPolicy.STOP;
    }

    private void health() {
        options.health = switch (word("node-health-strategy")) {
            case "migrate-on-red" -> Options.HealthStrategy.MIGRATE_ON_RED;
            case "only-green" -> Options.HealthStrategy.ONLY_GREEN;
            case "progressive" -> Options.HealthStrategy.PROGRESSIVE;
            case "custom" -> Options.HealthStrategy.CUSTOM;
            default -> Options.HealthStrategy.NONE;
        };
        switch (options.health) {
            case MIGRATE_ON_RED -> options.healthRed = -Score.LIMIT;
            case ONLY_GREEN -> {
                options.healthRed = -Score.LIMIT;
                options.healthYellow = -Score.LIMIT;
            }
            case PROGRESSIVE, CUSTOM -> {
                options.healthRed = Values.score(value("node-health-red"), -Score.LIMIT);
                options.healthYellow = Values.score(value("node-health-yellow"), 0);
                options.healthGreen = Values.score(value("node-health-green"), 0);
                options.healthBase = options.health == Options.HealthStrategy.PROGRESSIVE
                        ? Values.score(value("node-health-base"), 0)
                        : 0;
            }
            case NONE -> {
                // all zero
            }
        }
    }

    private @Nullable String value(String... names) {
        for (String name : names) {
            String value = options.raw.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private String word(String name) {
        String value = value(name);
        return value == null ? "" : value.toLowerCase(Locale.ROOT);
    }

    private boolean bool(boolean fallback, String... names) {
        return Values.bool(value(names), fallback);
    }

    private long duration(long fallback, String... names) {
        String text = value(names);
        if (text == null) {
            return fallback;
        }
        long ms = text.strip().startsWith("P") ? Values.interval(text) : Values.duration(text);
        return ms == Values.INVALID || ms < 0 ? fallback : ms;
    }
}
