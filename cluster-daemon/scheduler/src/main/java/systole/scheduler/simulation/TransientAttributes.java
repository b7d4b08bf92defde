package systole.scheduler.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.model.Element;

/** Transient node attributes of a status under change. */
final class TransientAttributes {
    private TransientAttributes() {}

    /** Sets an attribute; the value {@code value++} adds one to what is there. */
    static void set(StatusEdit.Node state, String name, String value) {
        String id = state.attributes.getOrDefault("id", "");
        Element all = state.transients == null
                ? Element.of("transient_attributes", Map.of("id", id), List.of())
                : state.transients;
        Optional<Element> block = all.child("instance_attributes");
        Element old = block.orElse(Element.of("instance_attributes", Map.of("id", "status-" + id), List.of()));
        List<Element> pairs = new ArrayList<>();
        String next = value;
        for (Element pair : old.children()) {
            if (name.equals(pair.attribute("name"))) {
                if (value.equals("value++")) {
                    next = String.valueOf(StatusEdit.number(pair.attribute("value", "0")) + 1);
                }
            } else {
                pairs.add(pair);
            }
        }
        if (next.equals("value++")) {
            next = "1";
        }
        pairs.add(Element.leaf("nvpair", "id", "status-" + id + "-" + name, "name", name, "value", next));
        Element changed = old.withChildren(pairs);
        List<Element> children = new ArrayList<>();
        boolean placed = false;
        for (Element child : all.children()) {
            if (child.is("instance_attributes") && !placed) {
                children.add(changed);
                placed = true;
            } else {
                children.add(child);
            }
        }
        if (!placed) {
            children.add(changed);
        }
        state.transients = all.withChildren(children);
    }
}
