package systole.scheduler.working;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.rules.Dates;
import systole.scheduler.rules.RuleContext;
import systole.scheduler.rules.Values;

/** Meta attributes of an operation (input-and-status 10.2, actions-and-graph 2.4). */
public final class OperationMeta {
    private static final long DEFAULT_TIMEOUT_MS = 20_000;

    private OperationMeta() {}

    /** The configured operation an action belongs to (10.1), disabled ones included; {@code null} if there is none. */
    public static @Nullable Operation configured(Resource resource, String name, long intervalMs) {
        Operation found = resource.definition.operation(name, intervalMs, true);
        if (found == null && (name.equals("migrate_to") || name.equals("migrate_from"))) {
            found = resource.definition.operation("migrate", 0, true);
        }
        return found;
    }

    /** The whole table: on-fail as written, interval and timeout and start-delay in milliseconds, no {@code id}. */
    public static Map<String, String> table(
            Cluster cluster, Resource resource, @Nullable Operation operation, String name, long intervalMs) {
        RuleContext rules = cluster.rules(resource).withOperation(name, intervalMs);
        Map<String, String> meta = new LinkedHashMap<>();
        if (operation != null) {
            meta.putAll(operation.xml().attributes());
            AttributeBlocks.collect(
                    operation.xml(), "meta_attributes", rules, AttributeBlocks.Default.REMOVES, meta);
        }
        meta.remove("id");
        boolean probe = intervalMs == 0 && name.equals("monitor");
        if (probe && !meta.containsKey("timeout")) {
            String timeout = probeTimeout(resource);
            if (timeout != null) {
                meta.put("timeout", timeout);
            }
        }
        if (cluster.opDefaults != null) {
            AttributeBlocks.collect(
                    cluster.opDefaults, "meta_attributes", rules, AttributeBlocks.Default.REMOVES, meta);
        }
        if (intervalMs > 0) {
            meta.put("interval", String.valueOf(intervalMs));
        } else {
            meta.remove("interval");
        }
        meta.put("timeout", String.valueOf(timeout(cluster, resource, meta.get("timeout"), name, probe)));
        startDelay(cluster, meta, intervalMs);
        return meta;
    }

    public static Map<String, String> table(Cluster cluster, Resource resource, String name, long intervalMs) {
        return table(cluster, resource, configured(resource, name, intervalMs), name, intervalMs);
    }

    private static @Nullable String probeTimeout(Resource resource) {
        Operation best = null;
        for (Operation each : resource.definition.operations) {
            if (each.enabled()
                    && each.intervalMs() > 0
                    && each.name().equals("monitor")
                    && (best == null || each.intervalMs() < best.intervalMs())) {
                best = each;
            }
        }
        return best == null ? null : best.xml().attribute("timeout");
    }

    private static long timeout(
            Cluster cluster, Resource resource, @Nullable String text, String name, boolean probe) {
        if (resource.isFenceDevice() && (probe || name.equals("start"))) {
            String own = cluster.parameters(resource, null).get("pcmk_monitor_timeout");
            if (own != null) {
                return positive(own);
            }
        }
        return positive(text);
    }

    private static long positive(@Nullable String text) {
        long ms = text == null ? 0 : text.startsWith("P") ? Values.interval(text) : Values.duration(text);
        return ms > 0 ? ms : DEFAULT_TIMEOUT_MS;
    }

    private static void startDelay(Cluster cluster, Map<String, String> meta, long intervalMs) {
        String delay = meta.get("start-delay");
        if (delay != null) {
            long ms = Values.duration(delay);
            meta.put("start-delay", String.valueOf(Math.max(0, ms)));
            return;
        }
        String origin = meta.get("interval-origin");
        if (origin == null || intervalMs <= 0) {
            return;
        }
        Long epoch = Dates.epochSeconds(origin, cluster.nowUtc);
        if (epoch != null) {
            long interval = intervalMs / 1000;
            if (interval > 0) {
                long rest = (cluster.nowSeconds - epoch) % interval;
                long seconds = rest <= 0 ? -rest : interval - rest;
                meta.put("start-delay", String.valueOf(seconds * 1000));
            }
        }
    }

    /** {@code instance_attributes} of the operation itself, as they are on a node. */
    public static Map<String, String> extraParameters(
            Cluster cluster, Resource resource, @Nullable Operation operation, @Nullable Node node) {
        if (operation == null || operation.xml().children().isEmpty()) {
            return Map.of();
        }
        Element xml = operation.xml();
        RuleContext rules = cluster.rules(resource).withOperation(operation.name(), operation.intervalMs());
        if (node != null) {
            rules = rules.withNode(node.attributes);
        }
        Map<String, String> values = new LinkedHashMap<>();
        AttributeBlocks.collect(xml, "instance_attributes", rules, AttributeBlocks.Default.REMOVES, values);
        return values;
    }
}
