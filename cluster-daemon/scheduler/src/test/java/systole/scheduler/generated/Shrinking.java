package systole.scheduler.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import systole.model.Element;

/** Makes a document smaller while something about it stays. */
final class Shrinking {
    private static final Set<String> KEPT =
            Set.of("configuration", "status", "crm_config", "nodes", "resources", "constraints", "node", "node_state");

    private Shrinking() {}

    /** Leaves out element after element, big ones first, as long as {@code still} holds. */
    static Element smallest(Element root, Predicate<Element> still) {
        Element at = root;
        boolean smaller = true;
        while (smaller) {
            smaller = false;
            for (int i = 0; i < size(at) - 1; ) {
                Element next = without(at, i);
                if (next != null && still.test(next)) {
                    at = next;
                    smaller = true;
                } else {
                    i++;
                }
            }
        }
        return at;
    }

    private static int size(Element element) {
        int size = 1;
        for (Element child : element.children()) {
            size += size(child);
        }
        return size;
    }

    /** Without the n-th element below the root, in document order; {@code null} if that one has to stay. */
    private static Element without(Element root, int number) {
        int[] left = {number};
        return without(root, left);
    }

    private static Element without(Element root, int[] left) {
        List<Element> children = new ArrayList<>();
        boolean done = false;
        for (Element child : root.children()) {
            if (done) {
                children.add(child);
            } else if (left[0]-- == 0) {
                boolean device = "stonith".equals(child.attribute("class"));
                if (KEPT.contains(child.name()) || device) {
                    return null;
                }
                done = true;
            } else {
                int size = size(child) - 1;
                if (left[0] < size) {
                    Element next = without(child, left);
                    if (next == null) {
                        return null;
                    }
                    children.add(next);
                    done = true;
                } else {
                    left[0] -= size;
                    children.add(child);
                }
            }
        }
        return done ? root.withChildren(children) : null;
    }
}
