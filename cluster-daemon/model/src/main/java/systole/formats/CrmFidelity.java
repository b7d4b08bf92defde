package systole.formats;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.model.Element;

/** Whether a statement says all that its element says; if not, the element is shown as XML. */
final class CrmFidelity {
    private static final Set<String> KEEPS_ID =
            Set.of("resource_ref", "obj_ref", "role", "role_ref", "port-mapping", "storage-mapping", CrmDraft.MEMBER);

    private CrmFidelity() {}

    static boolean isExpressedBy(CrmLanguage.Entry entry, String text, CrmParser parser) {
        List<CrmLines.Statement> statements;
        CrmDraft draft;
        try {
            statements = CrmLines.statements("", text);
            if (statements.size() != 1) {
                // An empty topology has no statement of its own, and nothing is lost when it is not read back.
                return entry.element().children().isEmpty();
            }
            draft = parser.parse(statements.get(0));
        } catch (CrmSyntaxException notExpressible) {
            return entry.kind().equals("fencing_topology")
                    && entry.element().children().isEmpty();
        }
        if (draft.target()) {
            return true;
        }
        return draft.kind().equals(entry.kind())
                && normal(draft.element(), true).equals(normal(entry.element(), true));
    }

    /** Without generated ids, comments and defaults that are written out. */
    private static Element normal(Element element, boolean top) {
        Map<String, String> attributes = new LinkedHashMap<>(element.attributes());
        if (!top && !KEEPS_ID.contains(element.name())) {
            attributes.remove("id");
        }
        switch (element.name()) {
            case "resource_set" -> {
                attributes.remove("sequential", "true");
                attributes.remove("require-all", "true");
            }
            case "rule" -> {
                attributes.remove("boolean-op", "and");
                if (!attributes.containsKey("score-attribute") && !attributes.containsKey("id-ref")) {
                    attributes.putIfAbsent("score", "INFINITY");
                }
            }
            case "op" -> attributes.putIfAbsent("interval", "0");
            case "date_expression" -> attributes.putIfAbsent("operation", "in_range");
            case "expression" -> attributes.remove("value-source", "literal");
            default -> {}
        }
        List<Element> children = new ArrayList<>();
        for (Element child : element.children()) {
            if (child.is(CrmDraft.COMMENT)) {
                continue;
            }
            boolean resource = switch (child.name()) {
                case "primitive", "group", "clone", "master", "bundle" -> true;
                default -> false;
            };
            children.add(resource ? CrmDraft.member(child.id()) : normal(child, false));
        }
        switch (element.name()) {
            case "bundle", "group", "clone", "master" ->
                children.sort(Comparator.comparing(child -> child.is(CrmDraft.MEMBER) ? "~" : ""));
            default -> {}
        }
        return Element.of(element.name(), attributes, children, element.text(), 0);
    }

    /** The element as XML that continues over lines with a backslash; children resources are part of it. */
    static String oneLine(CrmLanguage.Entry entry) {
        Element element = entry.element();
        if (entry.kind().equals("rsc_defaults") || entry.kind().equals("op_defaults")) {
            element = Element.of(entry.kind(), Map.of(), List.of(element));
        }
        return CibXml.write(element).stripTrailing().replace("\n", " \\\n");
    }
}
