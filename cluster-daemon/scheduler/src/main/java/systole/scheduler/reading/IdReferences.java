package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/**
 * Replaces {@code id-ref} elements by what they refer to: the first element of the same name with that id
 * (input-and-status, section 4). What cannot be resolved is dropped.
 */
final class IdReferences {
    private static final int MAX_DEPTH = 20;

    private final Map<String, Element> targets = new HashMap<>();

    private IdReferences() {}

    static Element resolve(Element configuration) {
        if (!anyReference(configuration)) {
            return configuration;
        }
        IdReferences references = new IdReferences();
        references.index(configuration);
        Element resolved = references.rewrite(configuration, 0);
        return resolved == null ? configuration : resolved;
    }

    private static boolean anyReference(Element element) {
        if (element.attribute("id-ref") != null) {
            return true;
        }
        List<Element> children = element.children();
        for (int i = 0; i < children.size(); i++) {
            if (anyReference(children.get(i))) {
                return true;
            }
        }
        return false;
    }

    private void index(Element element) {
        String id = element.attribute("id");
        if (id != null) {
            targets.putIfAbsent(element.name() + " " + id, element);
        }
        for (Element child : element.children()) {
            index(child);
        }
    }

    private @Nullable Element rewrite(Element element, int depth) {
        String reference = element.attribute("id-ref");
        Element base = element;
        if (reference != null) {
            Element target = targets.get(element.name() + " " + reference);
            if (target == null || depth > MAX_DEPTH) {
                return null;
            }
            String name = element.attribute("name");
            base = element.is("nvpair") && name != null ? target.withAttribute("name", name) : target;
            if (base.attribute("id-ref") != null) {
                return rewrite(base, depth + 1);
            }
        }
        List<Element> children = null;
        for (int i = 0; i < base.children().size(); i++) {
            Element child = base.children().get(i);
            Element next = rewrite(child, depth + 1);
            if (next != child && children == null) {
                children = new ArrayList<>(base.children().subList(0, i));
            }
            if (children != null && next != null) {
                children.add(next);
            }
        }
        return children == null ? base : base.withChildren(children);
    }
}
