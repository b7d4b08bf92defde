package systole.state;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.model.CibEdit;
import systole.model.Element;
import systole.model.ScoreUpdate;

/** Permanent node attributes: the {@code node} entry of the configuration as {@link Command.SetPermanent} leaves it. */
final class PermanentAttributes {
    private PermanentAttributes() {}

    static CibEdit edit(Element configuration, Command.SetPermanent command) {
        Element found = null;
        for (Element nodes : configuration.children("nodes")) {
            for (Element each : nodes.children("node")) {
                if (each.attribute("uname", "").equals(command.node())) {
                    found = each;
                }
            }
        }
        Element node = found == null ? Element.leaf("node", "id", command.nodeId(), "uname", command.node()) : found;
        boolean utilization = command.setType().equals("utilization");
        String setId = "nodes-" + node.id() + (utilization ? "-utilization" : "");
        Element set = node.child(command.setType()).orElse(Element.leaf(command.setType(), "id", setId));
        Element next = set.withChildren(pairs(set, command.values()));
        List<Element> children = new ArrayList<>();
        boolean placed = false;
        for (Element child : node.children()) {
            boolean here = child.is(command.setType()) && !placed;
            children.add(here ? next : child);
            placed |= here;
        }
        if (!placed) {
            children.add(next);
        }
        return new CibEdit.Put("nodes", node.withChildren(children));
    }

    private static List<Element> pairs(Element set, Map<String, String> values) {
        Map<String, String> left = new LinkedHashMap<>(values);
        List<Element> pairs = new ArrayList<>();
        for (Element pair : set.children()) {
            String name = pair.attribute("name", "");
            String value = left.remove(name);
            if (value == null) {
                pairs.add(pair);
            } else if (!value.isEmpty()) {
                pairs.add(pair.withAttribute("value", ScoreUpdate.expand(name, pair.attribute("value", ""), value)));
            }
        }
        left.forEach((name, value) -> {
            if (!value.isEmpty()) {
                String id = set.id() + "-" + name.replaceAll("[^A-Za-z0-9_.-]", ".");
                pairs.add(Element.leaf("nvpair", "id", id, "name", name, "value", ScoreUpdate.expand(name, "", value)));
            }
        });
        return pairs;
    }
}
