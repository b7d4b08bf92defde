package systole.alerts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.alerts.AlertEvent.Kind;
import systole.model.Element;
import systole.model.TimeSpan;

/**
 * The section {@code alerts}, read once per configuration. Immutable. Sets that carry a rule are left out: rules are the
 * scheduler's, and an alert must not wait for it.
 */
public final class AlertSettings {
    private static final long TIMEOUT_MILLIS = 30_000;
    private static final String TIMESTAMP_FORMAT = "%H:%M:%S.%06N";
    private static final Set<Kind> UNLESS_SELECTED = Set.of(Kind.NODE, Kind.FENCING, Kind.RESOURCE);
    private static final String PREFIX = "CRM_alert_";

    /** Nobody is to be told of anything. */
    public static final AlertSettings NONE = new AlertSettings(List.of());

    private record Target(
            String alert,
            String path,
            String recipient,
            Map<String, String> environment,
            Map<String, String> meta,
            Set<Kind> kinds,
            Set<String> attributes) {
        boolean wants(AlertEvent event) {
            return kinds.contains(event.kind())
                    && (event.kind() != Kind.ATTRIBUTE
                            || attributes.isEmpty()
                            || attributes.contains(event.facts().getOrDefault("attribute_name", "")));
        }
    }

    private final List<Target> targets;

    private AlertSettings(List<Target> targets) {
        this.targets = List.copyOf(targets);
    }

    /** @param configuration element {@code configuration} */
    public static AlertSettings of(Element configuration) {
        List<Target> targets = new ArrayList<>();
        for (Element section : configuration.children("alerts")) {
            for (Element alert : section.children("alert")) {
                List<Element> recipients = alert.children("recipient");
                if (recipients.isEmpty()) {
                    add(targets, target(alert, Element.leaf("recipient")));
                }
                recipients.forEach(recipient -> add(targets, target(alert, recipient)));
            }
        }
        return targets.isEmpty() ? NONE : new AlertSettings(targets);
    }

    /** Whether anybody wants to hear of events of that kind. */
    public boolean wants(Kind kind) {
        return targets.stream().anyMatch(target -> target.kinds().contains(kind));
    }

    /**
     * Whom to call.
     *
     * @param sequence number of the event on this node
     */
    public List<AlertCall> calls(AlertEvent event, long sequence, long epochMillis) {
        List<AlertCall> calls = new ArrayList<>();
        for (Target target : targets) {
            if (!target.wants(event)) {
                continue;
            }
            Map<String, String> environment = new TreeMap<>(target.environment());
            environment.put(PREFIX + "kind", event.kind().word());
            environment.put(PREFIX + "recipient", target.recipient());
            environment.put(PREFIX + "node_sequence", Long.toString(sequence));
            event.facts().forEach((name, value) -> environment.put(PREFIX + name, value));
            calls.add(new AlertCall(
                    target.alert(),
                    target.path(),
                    target.recipient(),
                    environment,
                    TimeSpan.millis(target.meta().getOrDefault("timeout", ""), TIMEOUT_MILLIS),
                    target.meta().getOrDefault("timestamp-format", TIMESTAMP_FORMAT),
                    epochMillis));
        }
        return calls;
    }

    private static void add(List<Target> targets, Target target) {
        String enabled = target.meta().getOrDefault("enabled", "true").strip().toLowerCase(Locale.ROOT);
        if (!Set.of("false", "off", "no", "n", "0").contains(enabled)) {
            targets.add(target);
        }
    }

    private static Target target(Element alert, Element recipient) {
        Map<String, String> environment = pairs(alert, "instance_attributes");
        environment.putAll(pairs(recipient, "instance_attributes"));
        Map<String, String> meta = pairs(alert, "meta_attributes");
        meta.putAll(pairs(recipient, "meta_attributes"));
        Set<Kind> kinds = new TreeSet<>();
        Set<String> attributes = new TreeSet<>();
        for (Element select : alert.children("select")) {
            for (Element each : select.children()) {
                switch (each.name()) {
                    case "select_nodes" -> kinds.add(Kind.NODE);
                    case "select_fencing" -> kinds.add(Kind.FENCING);
                    case "select_resources" -> kinds.add(Kind.RESOURCE);
                    case "select_attributes" -> {
                        kinds.add(Kind.ATTRIBUTE);
                        each.children("attribute").forEach(name -> attributes.add(name.attribute("name", "")));
                    }
                    default -> {}
                }
            }
        }
        return new Target(
                alert.id(),
                alert.attribute("path", ""),
                recipient.attribute("value", ""),
                environment,
                meta,
                kinds.isEmpty() ? UNLESS_SELECTED : kinds,
                attributes);
    }

    /** Of several sets the one with the higher score wins, then the one that stands first. */
    private static Map<String, String> pairs(Element owner, String tag) {
        List<Element> sets = new ArrayList<>(owner.children(tag));
        sets.removeIf(set -> !set.children("rule").isEmpty());
        sets.sort(Comparator.comparingInt(AlertSettings::score).reversed());
        Map<String, String> pairs = new TreeMap<>();
        for (Element set : sets) {
            for (Element pair : set.children("nvpair")) {
                pairs.putIfAbsent(pair.attribute("name", ""), pair.attribute("value", ""));
            }
        }
        return pairs;
    }

    private static int score(Element set) {
        String score = set.attribute("score", "0");
        if (score.endsWith("INFINITY")) {
            return score.startsWith("-") ? -1_000_000 : 1_000_000;
        }
        return score.matches("[-+]?[0-9]{1,9}") ? Integer.parseInt(score) : 0;
    }
}
