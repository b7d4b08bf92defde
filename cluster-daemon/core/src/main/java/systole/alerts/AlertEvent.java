package systole.alerts;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import systole.model.Element;

/**
 * Something that people may want to hear of (controller-and-fencer 15).
 *
 * @param facts what the program gets as {@code CRM_alert_NAME}, by name
 */
public record AlertEvent(Kind kind, Map<String, String> facts) {
    private static final String CANCELLED = "1";

    /** The four kinds, as {@code CRM_alert_kind} has them. */
    public enum Kind {
        NODE("node"),
        FENCING("fencing"),
        RESOURCE("resource"),
        ATTRIBUTE("attribute");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    public AlertEvent {
        facts = Collections.unmodifiableMap(new TreeMap<>(facts));
    }

    /** A node has become a member, or is one no longer. */
    public static AlertEvent node(String name, String id, boolean member) {
        return new AlertEvent(Kind.NODE, Map.of("node", name, "nodeid", id, "desc", member ? "member" : "lost"));
    }

    /**
     * A fencing operation has ended.
     *
     * @param by node that carried it out, or who vouched for it
     * @param text reason of a failure; may be empty
     */
    public static AlertEvent fencing(
            String target, String action, String by, String origin, boolean succeeded, String text) {
        String outcome = succeeded ? "OK" : text.isEmpty() ? "Error occurred" : text;
        return new AlertEvent(
                Kind.FENCING,
                Map.of(
                        "node",
                        target,
                        "task",
                        action,
                        "rc",
                        succeeded ? "0" : "1",
                        "desc",
                        "Operation " + action + " of " + target + " by " + by + " for " + origin + ": " + outcome));
    }

    /** A node attribute has another value; an empty one means that it is gone. */
    public static AlertEvent attribute(String node, String id, String name, String value) {
        return new AlertEvent(
                Kind.ATTRIBUTE, Map.of("node", node, "nodeid", id, "attribute_name", name, "attribute_value", value));
    }

    /**
     * The result of an operation, out of its history entry; nothing for a probe that found what was expected and for what
     * was cancelled.
     *
     * @param entry element {@code lrm_rsc_op}
     */
    public static Optional<AlertEvent> resource(String node, String resource, Element entry) {
        String operation = entry.attribute("operation", "");
        String interval = entry.attribute("interval", "0");
        String rc = entry.attribute("rc-code", "");
        String status = entry.attribute("op-status", "0");
        String[] key = entry.attribute("transition-key", "").split(":", 4);
        String target = key.length == 4 ? key[2] : "0";
        boolean asExpected = status.equals("0") && rc.equals(target);
        boolean probe = operation.equals("monitor") && interval.equals("0");
        if (status.equals(CANCELLED) || (probe && asExpected)) {
            return Optional.empty();
        }
        Map<String, String> facts = new TreeMap<>();
        facts.put("node", node);
        facts.put("rsc", resource);
        facts.put("task", operation);
        facts.put("interval", interval);
        facts.put("rc", rc);
        facts.put("target_rc", target);
        facts.put("status", status);
        facts.put("exec_time", entry.attribute("exec-time", "0"));
        facts.put("desc", status.equals("0") ? textOfCode(rc) : textOfStatus(status));
        return Optional.of(new AlertEvent(Kind.RESOURCE, facts));
    }

    private static String textOfCode(String rc) {
        return switch (rc) {
            case "0" -> "ok";
            case "1" -> "error";
            case "2" -> "invalid parameter";
            case "3" -> "unimplemented feature";
            case "4" -> "insufficient privileges";
            case "5" -> "not installed";
            case "6" -> "not configured";
            case "7" -> "not running";
            case "8" -> "promoted";
            case "9" -> "promoted (failed)";
            case "190" -> "degraded";
            case "191" -> "promoted (degraded)";
            default -> "unknown";
        };
    }

    private static String textOfStatus(String status) {
        return switch (status) {
            case "2" -> "Timed Out";
            case "3" -> "NOT SUPPORTED";
            case "7" -> "Not installed";
            case "9" -> "Not connected";
            default -> "Error";
        };
    }
}
