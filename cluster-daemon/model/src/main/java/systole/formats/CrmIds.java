package systole.formats;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import systole.model.Element;

/** Generated ids: deterministic from the place of an element, never twice the same (crm-language, section 5). */
final class CrmIds {
    private static final Set<String> REFERENCES =
            Set.of("resource_ref", "obj_ref", "role_ref", "role", CrmDraft.MEMBER, CrmDraft.COMMENT);

    private final Set<String> taken;

    /** @param taken ids that are in use; grows with each id given */
    CrmIds(Set<String> taken) {
        this.taken = taken;
    }

    /** Adds every id that is written in the element, at any depth, and is not a reference. */
    static void collect(Element element, Set<String> into) {
        String id = element.id();
        if (!id.isEmpty() && !REFERENCES.contains(element.name())) {
            into.add(id);
        }
        for (Element child : element.children()) {
            collect(child, into);
        }
    }

    /** The element with an id for each part that needs one and has none. */
    Element assign(Element object) {
        String prefix = object.is("node") ? object.attribute("uname", object.id()) : object.id();
        if (object.is("fencing-topology")) {
            prefix = "fencing";
        }
        return object.withChildren(children(object, prefix));
    }

    private List<Element> children(Element owner, String prefix) {
        List<Element> next = new ArrayList<>(owner.children().size());
        int recipients = 0;
        for (Element child : owner.children()) {
            if (child.is("recipient")) {
                recipients++;
            }
            next.add(REFERENCES.contains(child.name()) ? child : named(child, prefix, recipients));
        }
        return next;
    }

    private Element named(Element element, String prefix, int recipients) {
        Element named = element;
        String below = prefix;
        if (!element.id().isEmpty()) {
            below = element.id();
        } else if (element.attribute("id-ref") == null) {
            String wanted = wanted(element, prefix, recipients);
            if (!wanted.isEmpty()) {
                below = free(wanted, isCounted(element));
                named = element.withAttribute("id", below);
            }
        }
        return named.children().isEmpty() ? named : named.withChildren(children(named, below));
    }

    private static boolean isCounted(Element element) {
        return switch (element.name()) {
            case "resource_set", "acl_permission", "attribute", "port-mapping", "storage-mapping" -> true;
            default -> false;
        };
    }

    private static String wanted(Element element, String owner, int recipients) {
        String prefix = CrmValues.isId(owner) ? owner : "num-" + plain(owner);
        return switch (element.name()) {
            case "nvpair" -> prefix + "-" + plain(element.attribute("name", "nvpair"));
            case "op" ->
                prefix + "-" + plain(element.attribute("name", "op")) + "-" + plain(element.attribute("interval", "0"));
            case "instance_attributes", "meta_attributes", "utilization", "rule", "duration", "date_spec" ->
                prefix + "-" + element.name();
            case "expression", "date_expression", "rsc_expression", "op_expression" -> prefix + "-expression";
            case "resource_set", "acl_permission", "attribute", "port-mapping", "storage-mapping" -> prefix;
            case "fencing-level" -> "fencing";
            case "recipient" -> prefix + "-recipient-" + recipients;
            case "cluster_property_set" -> prefix;
            default -> "";
        };
    }

    /** Characters that no id may have become {@code _}. */
    private static String plain(String name) {
        StringBuilder out = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            out.append(Character.isLetterOrDigit(c) || c == '.' || c == '_' || c == '-' ? c : '_');
        }
        return out.toString();
    }

    private String free(String wanted, boolean counted) {
        String candidate = counted ? wanted + "-0" : wanted;
        int next = counted ? 1 : 0;
        while (!taken.add(candidate)) {
            candidate = wanted + "-" + next++;
        }
        return candidate;
    }

    /** Gives the parts of {@code next} the ids of the matching parts of {@code before}. */
    static Element keep(Element before, Element next) {
        List<Element> unused = new ArrayList<>(before.children());
        List<Element> children = new ArrayList<>(next.children().size());
        for (Element child : next.children()) {
            Element match = null;
            for (Element candidate : unused) {
                if (matches(candidate, child)) {
                    match = candidate;
                    break;
                }
            }
            if (match == null) {
                children.add(child);
                continue;
            }
            unused.remove(match);
            Element kept = keep(match, child);
            boolean takesId = child.id().isEmpty()
                    && child.attribute("id-ref") == null
                    && !match.id().isEmpty();
            children.add(takesId ? kept.withAttribute("id", match.id()) : kept);
        }
        return next.withChildren(children);
    }

    private static boolean matches(Element before, Element next) {
        if (!before.name().equals(next.name()) || REFERENCES.contains(next.name())) {
            return false;
        }
        if (!next.id().isEmpty()) {
            return next.id().equals(before.id());
        }
        return switch (next.name()) {
            case "nvpair" -> same(before, next, "name");
            case "op" -> same(before, next, "name", "interval");
            case "rule" -> same(before, next, "score", "score-attribute", "role");
            case "expression", "date_expression" -> same(before, next, "attribute", "operation", "value");
            case "fencing-level" ->
                same(before, next, "target", "target-pattern", "target-attribute", "target-value", "devices");
            case "recipient" -> same(before, next, "value");
            default -> true;
        };
    }

    private static boolean same(Element before, Element next, String... keys) {
        for (String key : keys) {
            if (!before.attribute(key, "").equals(next.attribute(key, ""))) {
                return false;
            }
        }
        return true;
    }
}
