package systole.state;

import java.util.EnumSet;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NearestWord;
import systole.model.ScoreUpdate;
import systole.state.Applied.Part;

/** Node attributes: setting, counting, holding back (controller-and-fencer.md section 14). */
final class AttributeApplication {
    private AttributeApplication() {}

    static Applied update(ClusterState state, Command.UpdateAttributes command) {
        NodeStatus node = state.nodes().get(command.node());
        if (node == null) {
            return Applied.refused(
                    state,
                    Advice.FIX_REQUEST,
                    "nothing is known of a node '" + command.node() + "'"
                            + NearestWord.hint(command.node(), state.nodes().keySet()),
                    "name one of the nodes that systole status shows");
        }
        if (!node.isMember() && !node.isRemote()) {
            // Its attributes went with it; a late value must not outlive the node's absence.
            return Applied.unchanged(state);
        }
        NodeAttributes before = node.attributes();
        NodeAttributes after;
        if (command.lifetime() == Command.Lifetime.PRIVATE) {
            after = before.withHidden(changed(before.hidden(), command.values()));
        } else if (command.setType().equals("utilization")) {
            after = before.withUtilization(changed(before.utilization(), command.values()));
        } else {
            after = instance(before, command);
        }
        return result(state, node, before, after);
    }

    private static NodeAttributes instance(NodeAttributes before, Command.UpdateAttributes command) {
        SortedMap<String, String> written = new TreeMap<>(before.instance());
        SortedMap<String, String> heldBack = new TreeMap<>(before.heldBack());
        for (Map.Entry<String, String> entry : command.values().entrySet()) {
            String name = entry.getKey();
            String value = ScoreUpdate.expand(name, before.current(name), entry.getValue());
            if (command.dampenMillis() <= 0) {
                heldBack.remove(name);
                put(written, name, value);
            } else if (value.equals(written.getOrDefault(name, ""))) {
                heldBack.remove(name);
            } else {
                heldBack.put(name, value);
            }
        }
        return before.withInstance(written, heldBack);
    }

    static Applied write(ClusterState state, Command.WriteAttributes command) {
        ClusterState next = state;
        boolean changed = false;
        for (NodeStatus node : state.nodes().values()) {
            SortedMap<String, String> written = new TreeMap<>(node.attributes().instance());
            SortedMap<String, String> heldBack = new TreeMap<>(node.attributes().heldBack());
            for (String name : command.names()) {
                String value = heldBack.remove(name);
                if (value != null) {
                    put(written, name, value);
                }
            }
            NodeAttributes after = node.attributes().withInstance(written, heldBack);
            if (!after.equals(node.attributes())) {
                changed = true;
                next = next.with(node.with(after));
            }
        }
        return changed ? Applied.changed(next, Part.ATTRIBUTES) : Applied.unchanged(state);
    }

    private static Applied result(ClusterState state, NodeStatus node, NodeAttributes before, NodeAttributes after) {
        if (after.equals(before)) {
            return Applied.unchanged(state);
        }
        EnumSet<Part> parts = EnumSet.noneOf(Part.class);
        if (!after.instance().equals(before.instance()) || !after.utilization().equals(before.utilization())) {
            parts.add(Part.ATTRIBUTES);
        }
        if (!after.hidden().equals(before.hidden()) || !after.heldBack().equals(before.heldBack())) {
            parts.add(Part.HIDDEN_ATTRIBUTES);
        }
        return new Applied(state.with(node.with(after)), new Applied.Changed(parts));
    }

    private static SortedMap<String, String> changed(SortedMap<String, String> before, Map<String, String> values) {
        SortedMap<String, String> after = new TreeMap<>(before);
        for (Map.Entry<String, String> entry : values.entrySet()) {
            put(
                    after,
                    entry.getKey(),
                    ScoreUpdate.expand(entry.getKey(), before.getOrDefault(entry.getKey(), ""), entry.getValue()));
        }
        return after;
    }

    private static void put(SortedMap<String, String> map, String name, String value) {
        if (value.isEmpty()) {
            map.remove(name);
        } else {
            map.put(name, value);
        }
    }
}
