package systole.coordinator;

import java.util.LinkedHashMap;
import java.util.Map;
import systole.model.Element;
import systole.transition.LocalExecutor;

/** How failures are counted in node attributes (controller-and-fencer 4.5). */
final class FailCounts {
    private static final String COUNT = "fail-count-";
    private static final String LAST = "last-failure-";

    private FailCounts() {}

    /**
     * The attributes to set after a wrong result; empty if it does not count.
     *
     * @param outside nobody asked for the operation, so that even a probe counts
     * @param ignored {@code on-fail=ignore}: only the time is kept
     */
    static Map<String, String> after(
            Element entry,
            String resource,
            boolean startIsFatal,
            boolean stopIsFatal,
            boolean outside,
            boolean ignored,
            long epochSeconds) {
        String operation = entry.attribute("operation", "");
        long interval = number(entry.attribute("interval", "0"));
        if (number(entry.attribute("op-status", "0")) == LocalExecutor.NOT_ATTEMPTED) {
            return Map.of();
        }
        String value;
        if (interval > 0 || operation.equals("promote") || operation.equals("demote") || outside) {
            value = "value++";
        } else if (operation.equals("start")) {
            value = startIsFatal ? "INFINITY" : "value++";
        } else if (operation.equals("stop")) {
            value = stopIsFatal ? "INFINITY" : "value++";
        } else {
            return Map.of();
        }
        String tail = resource + "#" + operation + "_" + interval;
        Map<String, String> values = new LinkedHashMap<>();
        if (!ignored) {
            values.put(COUNT + tail, value);
        }
        values.put(LAST + tail, Long.toString(epochSeconds));
        return values;
    }

    /**
     * The attributes to remove so that failures are forgotten.
     *
     * @param resource empty for all
     * @param operation empty for all
     */
    static Map<String, String> cleared(
            Map<String, String> attributes, String resource, String operation, long intervalMillis) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String name : attributes.keySet()) {
            String rest = name.startsWith(COUNT)
                    ? name.substring(COUNT.length())
                    : name.startsWith(LAST) ? name.substring(LAST.length()) : "";
            int hash = rest.lastIndexOf('#');
            if (hash < 0) {
                continue;
            }
            boolean ofResource = resource.isEmpty() || rest.substring(0, hash).equals(resource);
            boolean ofOperation =
                    operation.isEmpty() || rest.substring(hash + 1).equals(operation + "_" + intervalMillis);
            if (ofResource && ofOperation) {
                values.put(name, "");
            }
        }
        return values;
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
