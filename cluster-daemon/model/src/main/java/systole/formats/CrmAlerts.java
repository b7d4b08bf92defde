package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.kernel.NearestWord;
import systole.model.Element;

/** The {@code alert} statement. */
final class CrmAlerts {
    private static final Map<String, String> SETS = Map.of(
            "attributes", "instance_attributes", "meta", "meta_attributes", "to", "to", "select", "select", "}", "}");
    private static final Set<String> SELECTIONS = Set.of("nodes", "fencing", "resources");

    private final CrmParser parser;

    CrmAlerts(CrmParser parser) {
        this.parser = parser;
    }

    CrmDraft parse(CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = CrmParser.id(words, "the id of the alert");
        attributes.put("id", id);
        attributes.put("path", words.take("the path of the alert's program"));
        CrmParser.describe(words, attributes);
        List<Element> children = new ArrayList<>();
        while (!words.atEnd()) {
            String keyword = words.peekLower();
            switch (keyword) {
                case "attributes", "meta" -> {
                    words.skip();
                    children.add(parser.set(words, SETS, String.valueOf(SETS.get(keyword))));
                }
                case "select" -> {
                    words.skip();
                    addSelection(select(words), children);
                }
                case "to" -> {
                    words.skip();
                    children.add(recipient(words));
                }
                default ->
                    throw words.wrong("'" + words.peek() + "' is not expected here; an alert has "
                            + "attributes, meta, select and to"
                            + NearestWord.hint(words.peek(), List.of("attributes", "meta", "select", "to")));
            }
        }
        return new CrmDraft("alert", id, CrmParser.element("alert", attributes, children, statement), false, statement);
    }

    /** The schema has one selection: a further one adds to it. */
    private static void addSelection(Element selection, List<Element> children) {
        for (int i = 0; i < children.size(); i++) {
            if (children.get(i).is("select")) {
                List<Element> kinds = new ArrayList<>(children.get(i).children());
                kinds.addAll(selection.children());
                children.set(i, children.get(i).withChildren(kinds));
                return;
            }
        }
        children.add(selection);
    }

    private static Element select(CrmWords words) {
        List<Element> kinds = new ArrayList<>();
        while (true) {
            String word = words.peekLower();
            if (SELECTIONS.contains(word)) {
                words.skip();
                kinds.add(Element.leaf("select_" + word));
            } else if (word.equals("attributes") && (words.peekAfter().startsWith("{") || kinds.isEmpty())) {
                words.skip();
                kinds.add(Element.of("select_attributes", Map.of(), names(words)));
            } else {
                break;
            }
        }
        if (kinds.isEmpty()) {
            throw words.wrong("nodes, fencing, resources or attributes is expected after 'select'");
        }
        return Element.of("select", Map.of(), kinds);
    }

    private static List<Element> names(CrmWords words) {
        List<Element> names = new ArrayList<>();
        if (!words.takeIf("{")) {
            return names;
        }
        while (!words.takeIf("}")) {
            names.add(Element.leaf("attribute", "name", words.take("'}'")));
        }
        return names;
    }

    private Element recipient(CrmWords words) {
        boolean braced = words.takeIf("{");
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("value", words.take("the recipient"));
        CrmParser.describe(words, attributes);
        List<Element> children = new ArrayList<>();
        while (words.peekIs("attributes") || words.peekIs("meta")) {
            String tag = words.takeIf("attributes") ? "instance_attributes" : "meta_attributes";
            if (tag.equals("meta_attributes")) {
                words.skip();
            }
            children.add(parser.set(words, SETS, tag));
        }
        if (braced && !words.takeIf("}")) {
            throw words.wrong("'}' is missing after the recipient");
        }
        return Element.of("recipient", attributes, children);
    }
}
