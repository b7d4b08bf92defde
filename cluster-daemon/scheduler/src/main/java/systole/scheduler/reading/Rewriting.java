package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** Rewriting of element trees that keeps untouched parts as they are. */
final class Rewriting {
    private Rewriting() {}

    /** Children replaced by what the function says; {@code null} drops a child. */
    static Element children(Element parent, Function<Element, @Nullable Element> change) {
        return expand(parent, child -> {
            Element next = change.apply(child);
            return next == null ? List.of() : List.of(next);
        });
    }

    /** Children replaced by any number of elements. */
    static Element expand(Element parent, Function<Element, List<Element>> change) {
        List<Element> result = null;
        for (int i = 0; i < parent.children().size(); i++) {
            Element child = parent.children().get(i);
            List<Element> next = change.apply(child);
            if (result == null && (next.size() != 1 || next.get(0) != child)) {
                result = new ArrayList<>(parent.children().subList(0, i));
            }
            if (result != null) {
                result.addAll(next);
            }
        }
        return result == null ? parent : parent.withChildren(result);
    }

    /** Every element below {@code parent} and itself, innermost first. */
    static @Nullable Element deep(Element element, Function<Element, @Nullable Element> change) {
        return change.apply(children(element, child -> deep(child, change)));
    }

    /** Changes the section of this name, if it is there. */
    static Element section(Element parent, String name, Function<Element, Element> change) {
        return children(parent, child -> child.is(name) ? change.apply(child) : child);
    }
}
