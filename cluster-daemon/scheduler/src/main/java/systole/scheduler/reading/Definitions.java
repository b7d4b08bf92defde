package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Agent;
import systole.scheduler.working.Definition;
import systole.scheduler.working.Operation;
import systole.scheduler.working.Role;

/** Resource elements with templates filled in (input-and-status, section 4). */
final class Definitions {
    private final Map<String, Element> templates = new HashMap<>();

    Definitions(Element resources) {
        for (Element child : resources.children()) {
            if (child.is("template")) {
                templates.putIfAbsent(child.id(), child);
            }
        }
    }

    /** The definition of a resource element, or {@code null} if its template is missing or itself. */
    @Nullable
    Definition of(Element xml) {
        if (!xml.is("primitive")) {
            return new Definition(xml, null, List.of());
        }
        Element full = expand(xml);
        if (full == null) {
            return null;
        }
        String standard = full.attribute("class");
        String type = full.attribute("type");
        if (standard == null || type == null) {
            return null;
        }
        return new Definition(full, new Agent(standard, full.attribute("provider", ""), type), operations(full));
    }

    private @Nullable Element expand(Element primitive) {
        String name = primitive.attribute("template");
        if (name == null) {
            return primitive;
        }
        Element template = templates.get(name);
        if (template == null || name.equals(primitive.id())) {
            return null;
        }
        Map<String, String> attributes = new LinkedHashMap<>(template.attributes());
        attributes.put("id", primitive.id());
        List<Element> children = new ArrayList<>();
        List<Element> ownOperations = primitive.children("operations");
        for (Element child : template.children()) {
            if (child.is("operations") && !ownOperations.isEmpty()) {
                children.add(merged(child, ownOperations));
            } else {
                children.add(child);
            }
        }
        boolean templateHasOperations = template.child("operations").isPresent();
        for (Element child : primitive.children()) {
            if (!child.is("operations") || !templateHasOperations) {
                children.add(child);
            }
        }
        return Element.of("primitive", attributes, children, "", primitive.line());
    }

    private static Element merged(Element fromTemplate, List<Element> own) {
        List<Element> result = new ArrayList<>();
        Map<String, Boolean> seen = new HashMap<>();
        for (Element operations : own) {
            for (Element op : operations.children("op")) {
                result.add(op);
                seen.put(key(op), Boolean.TRUE);
            }
        }
        for (Element op : fromTemplate.children("op")) {
            if (!seen.containsKey(key(op))) {
                result.add(op);
            }
        }
        return fromTemplate.withChildren(result);
    }

    private static String key(Element op) {
        Role role = Role.of(op.attribute("role"));
        String roleClass = role == Role.PROMOTED || role == Role.STOPPED ? role.word() : "";
        return op.attribute("name", "") + " " + roleClass;
    }

    private static List<Operation> operations(Element primitive) {
        List<Operation> found = List.of();
        for (Element child : primitive.children()) {
            if (child.is("operations")) {
                if (found.isEmpty()) {
                    found = new ArrayList<>(child.children().size());
                }
                for (Element op : child.children()) {
                    if (op.is("op")) {
                        found.add(new Operation(
                                op,
                                op.attribute("name", ""),
                                Values.interval(op.attribute("interval")),
                                Values.bool(op.attribute("enabled"), true)));
                    }
                }
            }
        }
        return found;
    }
}
