package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.model.Element;

/** The {@code fencing_topology} statement, in and out. */
final class CrmTopology {
    private CrmTopology() {}

    static CrmDraft parse(CrmWords words, CrmLines.Statement statement) {
        List<Element> levels = new ArrayList<>();
        Map<String, String> target = new LinkedHashMap<>();
        Map<String, Integer> indexes = new LinkedHashMap<>();
        boolean common = true;
        while (!words.atEnd()) {
            String word = words.take("a device");
            Map<String, String> next = target(word);
            if (!next.isEmpty()) {
                if (common && !levels.isEmpty()) {
                    throw new CrmSyntaxException("target '" + word + "' follows levels that have no target", word);
                }
                common = false;
                target = next;
                if (words.atEnd()) {
                    throw new CrmSyntaxException("no device follows target '" + word + "'", word);
                }
                continue;
            }
            String key = target.containsKey("target-attribute")
                    ? "attr " + target.get("target-attribute")
                    : target.toString();
            int index = indexes.merge(key, 1, Integer::sum);
            Map<String, String> attributes = new LinkedHashMap<>();
            attributes.putAll(target);
            attributes.put("index", Integer.toString(index));
            attributes.put("devices", word);
            levels.add(Element.of("fencing-level", attributes, List.of()));
        }
        return new CrmDraft(
                "fencing_topology",
                "fencing_topology",
                CrmParser.element("fencing-topology", Map.of(), levels, statement),
                common && !levels.isEmpty(),
                statement);
    }

    private static Map<String, String> target(String word) {
        if (word.startsWith("attr:") && word.indexOf('=') > 5) {
            int equals = word.indexOf('=');
            Map<String, String> target = new LinkedHashMap<>();
            target.put("target-attribute", word.substring(5, equals));
            target.put("target-value", word.substring(equals + 1));
            return target;
        }
        if (word.startsWith("pattern:") && word.length() > 8) {
            return Map.of("target-pattern", word.substring(8));
        }
        if (word.length() > 1 && word.endsWith(":")) {
            return Map.of("target", word.substring(0, word.length() - 1));
        }
        return Map.of();
    }

    /** The levels of a statement without targets, once for each node. */
    static List<Element> forEachNode(List<Element> levels, List<String> unames) {
        List<Element> spread = new ArrayList<>();
        for (Element level : levels) {
            if (!level.is("fencing-level")) {
                spread.add(level);
            }
        }
        for (String uname : unames) {
            for (Element level : levels) {
                if (level.is("fencing-level")) {
                    Map<String, String> attributes = new LinkedHashMap<>();
                    attributes.put("target", uname);
                    attributes.putAll(level.attributes());
                    spread.add(level.withAttributes(attributes));
                }
            }
        }
        return spread;
    }

    /** The sections that {@code show} prints; the bare device list where every node has the same levels. */
    static List<String> sections(Element topology, List<String> unames) {
        Map<String, StringBuilder> byTarget = new LinkedHashMap<>();
        boolean nodesOnly = true;
        for (Element level : topology.children("fencing-level")) {
            String target;
            if (level.attribute("target-attribute") != null) {
                target = "attr:" + level.attribute("target-attribute") + "=" + level.attribute("target-value", "");
                nodesOnly = false;
            } else if (level.attribute("target-pattern") != null) {
                target = "pattern:" + level.attribute("target-pattern");
                nodesOnly = false;
            } else {
                target = level.attribute("target", "") + ":";
            }
            byTarget.computeIfAbsent(target, key -> new StringBuilder())
                    .append(' ')
                    .append(level.attribute("devices", ""));
        }
        List<String> sections = new ArrayList<>();
        if (nodesOnly && byTarget.size() == unames.size() && !byTarget.isEmpty()) {
            List<String> targets = new ArrayList<>();
            List<String> levels = new ArrayList<>();
            byTarget.forEach((target, devices) -> {
                targets.add(target.substring(0, target.length() - 1));
                levels.add(devices.toString());
            });
            if (targets.containsAll(unames) && levels.stream().distinct().count() == 1) {
                return List.of(" " + levels.get(0).strip());
            }
        }
        byTarget.forEach((target, devices) -> sections.add(target + devices));
        return sections;
    }
}
