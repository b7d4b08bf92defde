package systole.scheduler.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import systole.model.Element;

/** Changes of immutable trees. */
final class Trees {
    private Trees() {}

    /** Puts every element through {@code change}, innermost first; one that becomes {@code null} is left out. */
    static Element each(Element root, UnaryOperator<Element> change) {
        List<Element> children = new ArrayList<>();
        for (Element child : root.children()) {
            Element next = each(child, change);
            if (next != null) {
                children.add(next);
            }
        }
        return change.apply(root.withChildren(children));
    }

    /** The document with another status. */
    static Element withStatus(Element cib, List<Element> states) {
        List<Element> children = new ArrayList<>();
        for (Element child : cib.children()) {
            children.add(child.is("status") ? Element.of("status", Map.of(), states) : child);
        }
        return cib.withChildren(children);
    }

    static List<Element> states(Element cib) {
        return new ArrayList<>(cib.child("status").orElseThrow().children());
    }

    static List<Element> histories(Element state) {
        return state.child("lrm")
                .flatMap(lrm -> lrm.child("lrm_resources"))
                .map(all -> all.children("lrm_resource"))
                .orElse(List.of());
    }

    static Element withHistories(Element state, List<Element> histories) {
        List<Element> children = new ArrayList<>();
        for (Element child : state.children()) {
            if (!child.is("lrm")) {
                children.add(child);
            }
        }
        Element all = Element.of("lrm_resources", Map.of(), histories);
        children.add(Element.of("lrm", Map.of("id", state.id()), List.of(all)));
        return state.withChildren(children);
    }

    /** Transient attributes of a node state. */
    static List<Element> attributes(Element state) {
        return state.child("transient_attributes")
                .flatMap(all -> all.child("instance_attributes"))
                .map(Element::children)
                .orElse(List.of());
    }

    static Element withAttributes(Element state, List<Element> pairs) {
        List<Element> children = new ArrayList<>();
        Element block = Element.of("instance_attributes", Map.of("id", "status-" + state.id()), pairs);
        children.add(Element.of("transient_attributes", Map.of("id", state.id()), List.of(block)));
        for (Element child : state.children()) {
            if (!child.is("transient_attributes")) {
                children.add(child);
            }
        }
        return state.withChildren(children);
    }

    /** Sets a transient attribute. */
    static Element withAttribute(Element state, String name, String value) {
        List<Element> pairs = new ArrayList<>();
        for (Element pair : attributes(state)) {
            if (!name.equals(pair.attribute("name"))) {
                pairs.add(pair);
            }
        }
        pairs.add(Element.leaf(
                "nvpair", "id", "s-" + state.id() + "-" + name.replace('#', '.'), "name", name, "value", value));
        return withAttributes(state, pairs);
    }
}
