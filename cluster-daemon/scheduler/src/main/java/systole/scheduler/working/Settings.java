package systole.scheduler.working;

import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.rules.AttributeBlocks.Default;
import systole.scheduler.rules.Dates;
import systole.scheduler.rules.RuleContext;
import systole.scheduler.rules.Values;

/** Parameters of resources, and what is configured for their operations (input-and-status 5.5, 10; actions 2.4). */
public final class Settings {
    private static final String INSTANCE = "instance_attributes";
    private static final String DEFAULT_TIMEOUT = "20000";

    private final Cluster cluster;

    /** Parameters of each resource for which no rule decides, by {@link Resource#index}. */
    private final List<@Nullable Map<String, String>> withoutRules = new ArrayList<>();

    /** Milliseconds as text, by the time-outs in the configuration. */
    private final Map<String, String> timeouts = new HashMap<>();

    public Settings(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Instance attributes of a resource and its ancestors for a node, or where no node is known. */
    public Map<String, String> parameters(Resource resource, @Nullable Node node) {
        Map<String, String> cached = resource.index < withoutRules.size() ? withoutRules.get(resource.index) : null;
        if (cached != null) {
            return cached;
        }
        boolean any = false;
        boolean rules = false;
        for (Resource at = resource; at != null; at = at.parent) {
            any |= AttributeBlocks.hasBlocks(at.definition.xml, INSTANCE);
            rules |= AttributeBlocks.hasRules(at.definition.xml, INSTANCE);
        }
        Map<String, String> found = any ? collected(resource, node) : Map.of();
        if (!rules) {
            while (withoutRules.size() <= resource.index) {
                withoutRules.add(null);
            }
            withoutRules.set(resource.index, found);
        }
        return found;
    }

    private Map<String, String> collected(Resource resource, @Nullable Node node) {
        Map<String, String> found = new LinkedHashMap<>();
        RuleContext context = cluster.rules(resource).withNode(node == null ? null : node.attributes);
        for (Resource at = resource; at != null; at = at.parent) {
            AttributeBlocks.collect(at.definition.xml, INSTANCE, context, Default.REMOVES, found);
        }
        return found;
    }

    /** The instance attributes of an operation itself. */
    public Map<String, String> operationParameters(
            Resource resource, String name, long intervalMs, @Nullable Node node) {
        Operation operation = operation(resource, name, intervalMs);
        if (operation == null || !AttributeBlocks.hasBlocks(operation.xml(), INSTANCE)) {
            return Map.of();
        }
        Map<String, String> found = new LinkedHashMap<>();
        RuleContext context =
                cluster.rules(resource).withOperation(name, intervalMs).withNode(node == null ? null : node.attributes);
        AttributeBlocks.collect(operation.xml(), INSTANCE, context, Default.REMOVES, found);
        return found;
    }

    /** The configured operation for a task; {@code null} if there is none. */
    public static @Nullable Operation operation(Resource resource, String name, long intervalMs) {
        Operation operation = resource.definition.operation(name, intervalMs, true);
        if (operation == null && (name.equals("migrate_to") || name.equals("migrate_from"))) {
            return resource.definition.operation("migrate", 0, true);
        }
        return operation;
    }

    /**
     * The complete meta attributes of an operation. Interval, timeout and start delay are milliseconds.
     *
     * @param name operation name; {@code notify} for notifications
     */
    public Map<String, String> operationMeta(Resource resource, String name, long intervalMs) {
        Map<String, String> found = new LinkedHashMap<>();
        Operation operation = operation(resource, name, intervalMs);
        if (operation != null) {
            operation.xml().attributes().forEach(found::putIfAbsent);
            collectMeta(operation.xml(), resource, name, intervalMs, found);
        }
        boolean probe = name.equals("monitor") && intervalMs == 0;
        if (probe && !found.containsKey("timeout")) {
            String timeout = timeoutOfFastestMonitor(resource);
            if (timeout != null) {
                found.put("timeout", timeout);
            }
        }
        if (cluster.opDefaults != null) {
            collectMeta(cluster.opDefaults, resource, name, intervalMs, found);
        }
        found.remove("id");
        if (intervalMs > 0) {
            found.put("interval", String.valueOf(intervalMs));
        } else {
            found.remove("interval");
        }
        timeout(resource, name, probe, found);
        onFail(resource, name, intervalMs, found);
        startDelay(intervalMs, found);
        return found;
    }

    private void collectMeta(
            Element parent, Resource resource, String name, long intervalMs, Map<String, String> found) {
        if (AttributeBlocks.hasBlocks(parent, "meta_attributes")) {
            RuleContext context = cluster.rules(resource).withOperation(name, intervalMs);
            AttributeBlocks.collect(parent, "meta_attributes", context, Default.REMOVES, found);
        }
    }

    private static @Nullable String timeoutOfFastestMonitor(Resource resource) {
        Operation fastest = null;
        for (Operation operation : resource.definition.operations) {
            if (operation.enabled()
                    && operation.name().equals("monitor")
                    && operation.intervalMs() > 0
                    && (fastest == null || operation.intervalMs() < fastest.intervalMs())) {
                fastest = operation;
            }
        }
        return fastest == null ? null : fastest.xml().attribute("timeout");
    }

    private void timeout(Resource resource, String name, boolean probe, Map<String, String> found) {
        String text = found.get("timeout");
        found.put("timeout", text == null ? DEFAULT_TIMEOUT : timeouts.computeIfAbsent(text, Settings::timeout));
        if (resource.isFenceDevice() && (probe || name.equals("start"))) {
            String special = parameters(resource, null).get("pcmk_monitor_timeout");
            long own = Values.duration(special);
            if (special != null && own != Values.INVALID && own > 0) {
                found.put("timeout", String.valueOf(own));
            }
        }
    }

    private static String timeout(String text) {
        long ms = Values.duration(text);
        return ms == Values.INVALID || ms <= 0 ? DEFAULT_TIMEOUT : String.valueOf(ms);
    }

    private static void onFail(Resource resource, String name, long intervalMs, Map<String, String> found) {
        String value = found.get("on-fail");
        if (value == null) {
            if (name.equals("demote")) {
                String inherited = onFailOfPromotedMonitor(resource);
                if (inherited != null) {
                    found.put("on-fail", inherited);
                }
            }
            return;
        }
        String word = value.toLowerCase(Locale.ROOT);
        boolean forbiddenForStop = word.equals("standby") || word.equals("demote") || word.equals("stop");
        if (name.equals("stop") && forbiddenForStop) {
            found.remove("on-fail");
        } else if (word.equals("demote") && !name.equals("promote")) {
            boolean promotedMonitor =
                    name.equals("monitor") && intervalMs > 0 && Role.of(found.get("role")) == Role.PROMOTED;
            if (!promotedMonitor) {
                found.remove("on-fail");
                if (name.equals("demote")) {
                    String inherited = onFailOfPromotedMonitor(resource);
                    if (inherited != null) {
                        found.put("on-fail", inherited);
                    }
                }
            }
        }
    }

    private static @Nullable String onFailOfPromotedMonitor(Resource resource) {
        String found = null;
        for (Operation operation : resource.definition.operations) {
            String value = operation.xml().attribute("on-fail");
            if (value != null
                    && !value.equalsIgnoreCase("demote")
                    && operation.enabled()
                    && operation.intervalMs() > 0
                    && operation.name().equals("monitor")
                    && Role.of(operation.xml().attribute("role")) == Role.PROMOTED) {
                found = value;
            }
        }
        return found;
    }

    private void startDelay(long intervalMs, Map<String, String> found) {
        String delay = found.get("start-delay");
        if (delay != null) {
            long ms = Values.duration(delay);
            found.put("start-delay", String.valueOf(ms == Values.INVALID ? 0 : Math.max(0, ms)));
            return;
        }
        String origin = found.get("interval-origin");
        if (origin == null || intervalMs <= 0) {
            return;
        }
        LocalDateTime at = Dates.parse(origin, cluster.nowUtc);
        if (at == null) {
            return;
        }
        long since = Duration.between(at, cluster.nowUtc).getSeconds();
        long interval = intervalMs / 1000;
        if (interval <= 0) {
            return;
        }
        long rest = since % interval;
        long seconds = rest <= 0 ? -rest : interval - rest;
        found.put("start-delay", String.valueOf(seconds * 1000));
    }

    /** The name a meta attribute has in a graph, or {@code null} if it is left out there. */
    public static @Nullable String graphName(String meta) {
        return meta.indexOf('#') >= 0 || meta.indexOf(':') >= 0 ? null : "CRM_meta_" + meta.replace('-', '_');
    }

    /**
     * What an operation runs with, as far as a digest over it counts ({@link systole.model.OperationDigest}): parameters of
     * operation and resource, and for a recurring one its time-out as {@code CRM_meta_timeout}.
     */
    public Map<String, String> digestedParameters(
            Resource resource, String name, long intervalMs, @Nullable Node node) {
        Map<String, String> found = new TreeMap<>();
        Map<String, String> own = parameters(resource, node);
        if ("#uname".equals(own.get("addr")) && resource.isGuestConnection()) {
            Node host = hostOf(resource);
            if (host != null) {
                found.put("addr", host.name);
            }
        }
        own.forEach(found::putIfAbsent);
        operationParameters(resource, name, intervalMs, node).forEach(found::putIfAbsent);
        if (intervalMs > 0) {
            String timeout = operationMeta(resource, name, intervalMs).get("timeout");
            if (timeout != null) {
                found.putIfAbsent("CRM_meta_timeout", timeout);
            }
        }
        return found;
    }

    /** Where the container of a guest or bundle connection is, or will be. */
    public static @Nullable Node hostOf(Resource connection) {
        Resource container = connection.launcher;
        if (container == null) {
            return null;
        }
        return container.assigned != null ? container.assigned : container.currentNode();
    }

    /** Whether the address of a connection is only known once its container has a node. */
    public boolean addressIsHost(Resource resource) {
        return resource.isGuestConnection()
                && "#uname".equals(parameters(resource, null).get("addr"));
    }

    static boolean hasInstanceAttributes(Element operation) {
        return operation.child(INSTANCE).isPresent();
    }
}
