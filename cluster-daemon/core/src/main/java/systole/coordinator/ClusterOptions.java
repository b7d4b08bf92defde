package systole.coordinator;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.model.Element;
import systole.model.TimeSpan;

/**
 * The cluster properties that steer a node itself (pacemaker-options 2); what steers placement is the scheduler's.
 * Rules on property sets are not evaluated.
 */
record ClusterOptions(Map<String, String> values) {
    private static final long MINUTE = 60_000;

    ClusterOptions {
        values = new LinkedHashMap<>(values);
    }

    static ClusterOptions of(Element configuration) {
        List<Element> sets = new ArrayList<>();
        for (Element section : configuration.children("crm_config")) {
            for (Element set : section.children("cluster_property_set")) {
                sets.add(set.id().equals("cib-bootstrap-options") ? 0 : sets.size(), set);
            }
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (Element set : sets) {
            for (Element pair : set.children("nvpair")) {
                values.putIfAbsent(pair.attribute("name", ""), pair.attribute("value", ""));
            }
        }
        return new ClusterOptions(values);
    }

    boolean fencingEnabled() {
        return isTrue(text("fencing-enabled", "stonith-enabled", "true"));
    }

    long fencingTimeoutMillis() {
        return millis("fencing-timeout", "stonith-timeout", MINUTE);
    }

    int fencingAttempts() {
        return number("fencing-max-attempts", "stonith-max-attempts", 10);
    }

    boolean panicsWhenFenced() {
        return text("fencing-reaction", "fence-reaction", "stop").equals("panic");
    }

    /**
     * Time after which an unreachable node has reset itself; 0 if that is not to be relied upon.
     *
     * @param selfFencingMillis time of that node's watchdog, 0 if it is not known to have one
     */
    long watchdogMillis(long selfFencingMillis) {
        if (selfFencingMillis <= 0) {
            return 0;
        }
        long configured = millis("fencing-watchdog-timeout", "stonith-watchdog-timeout", 0);
        long needed = 2 * selfFencingMillis;
        return configured < 0 ? needed : configured > selfFencingMillis ? configured : 0;
    }

    long clusterDelayMillis() {
        return millis("cluster-delay", "", MINUTE);
    }

    /** 0 for never. */
    long recheckMillis() {
        return millis("cluster-recheck-interval", "", 15 * MINUTE);
    }

    /** How long a starting cluster waits for nodes that it has never seen, before it takes them for lost. */
    long dcDeadtimeMillis() {
        return millis("dc-deadtime", "", 20_000);
    }

    long transitionDelayMillis() {
        return Math.max(0, millis("transition-delay", "", 0));
    }

    long shutdownEscalationMillis() {
        return millis("shutdown-escalation", "", 20 * MINUTE);
    }

    int jobsPerNode(int cores) {
        int configured = number("node-action-limit", "", 0);
        return configured > 0 ? configured : Math.max(1, 2 * cores);
    }

    /** How long a lost node may still run services when fencing is off (architecture D9). */
    long leaseMillis(long detectionMillis) {
        return millis("lease-duration", "", 2_000 + 2 * detectionMillis);
    }

    /** Whether a part without quorum is meant to keep what it runs. */
    boolean goesOnWithoutQuorum() {
        return List.of("ignore", "freeze").contains(text("no-quorum-policy", "", "stop"));
    }

    private String text(String name, String oldName, String fallback) {
        String value = values.get(name);
        if (value == null) {
            value = values.get(oldName);
        }
        return value == null ? fallback : value;
    }

    private long millis(String name, String oldName, long fallback) {
        return TimeSpan.millis(text(name, oldName, ""), fallback);
    }

    private int number(String name, String oldName, int fallback) {
        String value = text(name, oldName, "");
        try {
            return value.isEmpty() ? fallback : Integer.parseInt(value.strip());
        } catch (NumberFormatException notANumber) {
            return value.strip().endsWith("INFINITY") ? Integer.MAX_VALUE : fallback;
        }
    }

    private static boolean isTrue(String value) {
        return switch (value.toLowerCase(java.util.Locale.ROOT)) {
            case "true", "on", "yes", "y", "1" -> true;
            default -> false;
        };
    }
}
