package systole.fencing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import systole.model.Element;

/**
 * The fence devices and levels of a configuration (controller-and-fencer 11, 12.3). Rules are not evaluated.
 *
 * @param devices by id
 */
public record DeviceRegistry(
        SortedMap<String, FenceDevice> devices,
        List<Level> levels,
        SortedMap<String, SortedMap<String, String>> nodeAttributes) {
    public static final DeviceRegistry EMPTY = new DeviceRegistry(new TreeMap<>(), List.of(), new TreeMap<>());

    /** One {@code fencing-level}; of the three ways to name a target the others are empty. */
    public record Level(
            int index, String target, String pattern, String attribute, String value, List<String> devices) {
        public Level {
            devices = List.copyOf(devices);
        }

        private boolean matches(String node, Map<String, String> attributes) {
            if (!pattern.isEmpty()) {
                try {
                    return Pattern.compile(pattern, Pattern.CASE_INSENSITIVE)
                            .matcher(node)
                            .find();
                } catch (PatternSyntaxException broken) {
                    return false;
                }
            }
            return !attribute.isEmpty() && value.equals(attributes.get(attribute));
        }
    }

    public DeviceRegistry {
        devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
        levels = List.copyOf(levels);
        nodeAttributes = Collections.unmodifiableSortedMap(new TreeMap<>(nodeAttributes));
    }

    public static DeviceRegistry of(Element configuration) {
        SortedMap<String, Element> templates = new TreeMap<>();
        List<Element> primitives = new ArrayList<>();
        for (Element resources : configuration.children("resources")) {
            collect(resources, primitives, templates);
        }
        SortedMap<String, FenceDevice> devices = new TreeMap<>();
        for (Element primitive : primitives) {
            List<Element> sources = new ArrayList<>(List.of(primitive));
            Element template = templates.get(primitive.attribute("template", ""));
            if (template != null) {
                sources.add(template);
            }
            device(sources, bans(configuration, primitive.id())).ifPresent(found -> devices.put(found.id(), found));
        }
        return new DeviceRegistry(devices, levels(configuration), attributes(configuration));
    }

    /**
     * What to try against a node, in order; within one entry every device has to succeed. With topology the levels,
     * otherwise each device alone, by priority.
     */
    public List<List<String>> plan(String target) {
        List<Level> mine = levelsOf(target);
        if (!mine.isEmpty()) {
            SortedMap<Integer, LinkedHashSet<String>> byIndex = new TreeMap<>();
            for (Level level : mine) {
                byIndex.computeIfAbsent(level.index(), index -> new LinkedHashSet<>())
                        .addAll(level.devices());
            }
            List<List<String>> plan = new ArrayList<>();
            byIndex.values().forEach(level -> plan.add(List.copyOf(level)));
            return plan;
        }
        List<FenceDevice> all = new ArrayList<>(devices.values());
        all.sort(Comparator.comparingInt((FenceDevice device) -> -device.priority())
                .thenComparing(FenceDevice::id));
        List<List<String>> plan = new ArrayList<>();
        all.forEach(device -> plan.add(List.of(device.id())));
        return plan;
    }

    public boolean hasTopology(String target) {
        return !levelsOf(target).isEmpty();
    }

    private List<Level> levelsOf(String target) {
        List<Level> exact = levels.stream()
                .filter(level -> level.target().equalsIgnoreCase(target))
                .toList();
        if (!exact.isEmpty()) {
            return exact;
        }
        Map<String, String> attributes = nodeAttributes.getOrDefault(target, new TreeMap<>());
        return levels.stream()
                .filter(level -> level.matches(target, attributes))
                .toList();
    }

    private static void collect(Element from, List<Element> primitives, SortedMap<String, Element> templates) {
        for (Element child : from.children()) {
            switch (child.name()) {
                case "primitive" -> primitives.add(child);
                case "template" -> templates.put(child.id(), child);
                case "group", "clone", "master" -> collect(child, primitives, templates);
                default -> {}
            }
        }
    }

    private static Optional<FenceDevice> device(List<Element> sources, SortedSet<String> banned) {
        String agentClass = first(sources, "class");
        String agent = first(sources, "type");
        Map<String, String> meta = values(sources, "meta_attributes");
        if (!agentClass.equals("stonith")
                || agent.isEmpty()
                || meta.getOrDefault("target-role", "").equalsIgnoreCase("Stopped")) {
            return Optional.empty();
        }
        SortedMap<String, String> parameters = new TreeMap<>();
        SortedMap<String, String> options = new TreeMap<>();
        values(sources, "instance_attributes").forEach((name, value) -> {
            if (name.startsWith("pcmk_")) {
                options.put(name, value);
            } else if (!name.equals("action") && !name.equals("provides") && !name.equals("stonith-timeout")) {
                parameters.put(name, value);
            }
        });
        if (meta.containsKey("provides")) {
            options.put("provides", meta.getOrDefault("provides", ""));
        }
        int priority = number(meta.getOrDefault("priority", "0"));
        return Optional.of(new FenceDevice(sources.get(0).id(), agent, parameters, options, priority, banned));
    }

    private static String first(List<Element> sources, String attribute) {
        for (Element source : sources) {
            String value = source.attribute(attribute);
            if (value != null) {
                return value;
            }
        }
        return "";
    }

    private static Map<String, String> values(List<Element> sources, String block) {
        Map<String, String> values = new TreeMap<>();
        for (Element source : sources) {
            for (Element set : source.children(block)) {
                for (Element pair : set.children("nvpair")) {
                    values.putIfAbsent(pair.attribute("name", ""), pair.attribute("value", ""));
                }
            }
        }
        return values;
    }

    private static SortedSet<String> bans(Element configuration, String resource) {
        SortedSet<String> banned = new TreeSet<>();
        for (Element constraints : configuration.children("constraints")) {
            for (Element location : constraints.children("rsc_location")) {
                if (resource.equals(location.attribute("rsc"))
                        && number(location.attribute("score", "0")) < 0
                        && location.attribute("node") != null) {
                    banned.add(location.attribute("node", ""));
                }
            }
        }
        return banned;
    }

    private static List<Level> levels(Element configuration) {
        List<Level> levels = new ArrayList<>();
        for (Element topology : configuration.children("fencing-topology")) {
            for (Element level : topology.children("fencing-level")) {
                levels.add(new Level(
                        number(level.attribute("index", "1")),
                        level.attribute("target", ""),
                        level.attribute("target-pattern", ""),
                        level.attribute("target-attribute", ""),
                        level.attribute("target-value", ""),
                        List.of(level.attribute("devices", "").strip().split("[\\s,]+"))));
            }
        }
        return levels;
    }

    private static SortedMap<String, SortedMap<String, String>> attributes(Element configuration) {
        SortedMap<String, SortedMap<String, String>> all = new TreeMap<>();
        for (Element nodes : configuration.children("nodes")) {
            for (Element node : nodes.children("node")) {
                all.put(
                        node.attribute("uname", node.id()),
                        new TreeMap<>(values(List.of(node), "instance_attributes")));
            }
        }
        return all;
    }

    private static int number(String text) {
        if (text.endsWith("INFINITY")) {
            return text.startsWith("-") ? -1_000_000 : 1_000_000;
        }
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException notANumber) {
            return 0;
        }
    }
}
