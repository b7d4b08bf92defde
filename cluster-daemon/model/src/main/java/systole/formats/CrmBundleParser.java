package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.model.Element;

/** The {@code bundle} statement. */
final class CrmBundleParser {
    private static final Set<String> ENGINES = Set.of("docker", "podman", "rkt");
    private static final Set<String> STOPS = Set.of(
            "docker",
            "podman",
            "rkt",
            "network",
            "storage",
            "meta",
            "params",
            "primitive",
            "port-mapping",
            "storage-mapping");

    private final CrmParser parser;

    CrmBundleParser(CrmParser parser) {
        this.parser = parser;
    }

    CrmDraft parse(CrmWords words, CrmLines.Statement statement) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String id = CrmParser.id(words, "the id of the bundle");
        attributes.put("id", id);
        CrmParser.describe(words, attributes);
        List<Element> children = new ArrayList<>();
        if (!ENGINES.contains(words.peekLower())) {
            throw words.wrong("docker or podman is expected after 'bundle " + id + "'");
        }
        while (!words.atEnd()) {
            String keyword = words.peekLower();
            if (ENGINES.contains(keyword)) {
                words.skip();
                children.add(Element.of(keyword, plain(words), List.of()));
            } else if (keyword.equals("network")) {
                words.skip();
                children.add(Element.of("network", plain(words), mappings(words, "port-mapping")));
            } else if (keyword.equals("storage")) {
                words.skip();
                children.add(Element.of("storage", plain(words), mappings(words, "storage-mapping")));
            } else if (keyword.equals("meta")) {
                words.skip();
                children.add(parser.set(
                        words,
                        Map.of("meta", "", "network", "", "storage", "", "primitive", "", "docker", ""),
                        "meta_attributes"));
            } else if (keyword.equals("primitive")) {
                words.skip();
                children.add(CrmDraft.member(words.take("the resource inside the bundle")));
            } else {
                throw words.wrong("'" + words.peek() + "' is not expected here; a bundle has docker, network, storage,"
                        + " meta and primitive");
            }
        }
        return new CrmDraft(
                "bundle", id, CrmParser.element("bundle", attributes, children, statement), false, statement);
    }

    private static List<Element> mappings(CrmWords words, String tag) {
        List<Element> found = new ArrayList<>();
        while (words.takeIf(tag)) {
            Map<String, String> attributes = plain(words);
            found.add(Element.of(tag, attributes, List.of()));
        }
        return found;
    }

    private static Map<String, String> plain(CrmWords words) {
        Map<String, String> attributes = new LinkedHashMap<>();
        while (!words.atEnd() && !STOPS.contains(words.peekLower())) {
            String word = words.take("name=value");
            int equals = word.indexOf('=');
            if (equals < 1) {
                throw new CrmSyntaxException("name=value is expected, not '" + word + "'", word);
            }
            attributes.put(word.substring(0, equals), word.substring(equals + 1));
        }
        return attributes;
    }
}
