package systole.executor;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import systole.executor.AgentMetadata.Action;
import systole.executor.AgentMetadata.Parameter;
import systole.kernel.BadInputException;
import systole.model.Element;

/**
 * Reads the meta-data that agents print. Lenient where agents of the field are careless (unknown elements and
 * attributes, repeated actions, odd times); a document type is passed over, nothing is loaded from elsewhere.
 */
public final class MetadataXml {
    private static final int MAX_DEPTH = 50;
    private static final List<String> SECRETS = List.of("password", "passwd", "passphrase", "secret");

    private MetadataXml() {}

    /**
     * @param agent what to call the agent in a message
     * @throws BadInputException if the text is no meta-data
     */
    public static AgentMetadata read(String agent, String text) {
        return of(agent, element(agent, text));
    }

    /** The document as a tree, for those who read other things from it. */
    public static Element element(String agent, String text) {
        return root(agent, text);
    }

    /** The meta-data in a tree that {@link #element} gave. */
    public static AgentMetadata of(String agent, Element root) {
        if (!root.name().equals("resource-agent")) {
            throw refused(agent, "meta-data begins with <" + root.name() + ">, not <resource-agent>");
        }
        List<Parameter> parameters = new ArrayList<>();
        List<Action> actions = new ArrayList<>();
        for (Element child : root.children()) {
            for (Element grandchild : child.children()) {
                if (child.name().equals("parameters") && grandchild.name().equals("parameter")) {
                    parameters.add(parameter(grandchild));
                } else if (child.name().equals("actions") && grandchild.name().equals("action")) {
                    actions.add(action(grandchild));
                }
            }
        }
        String shortDescription = text(root, "shortdesc");
        return new AgentMetadata(
                root.attribute("name", ""),
                root.attribute("version", ""),
                child(root, "version")
                        .map(Element::text)
                        .filter(said -> !said.isEmpty())
                        .orElse("1.0"),
                shortDescription.isEmpty() ? root.attribute("shortdesc", "") : shortDescription,
                text(root, "longdesc"),
                parameters,
                actions);
    }

    private static Parameter parameter(Element element) {
        String name = element.attribute("name", "");
        Optional<Element> content = child(element, "content");
        Optional<Element> deprecated = child(element, "deprecated");
        List<String> options = content.map(Element::children).orElse(List.of()).stream()
                .filter(option -> option.name().equals("option"))
                .map(option -> option.attribute("value", ""))
                .toList();
        String replacedWith = deprecated
                .flatMap(old -> child(old, "replaced-with"))
                .map(newer -> newer.attribute("name", ""))
                .orElse("");
        return new Parameter(
                name,
                isTrue(element.attribute("required", "0")),
                isTrue(element.attribute("unique", "0")) || element.attribute("unique-group") != null,
                isTrue(element.attribute("reloadable", "0")),
                SECRETS.stream().anyMatch(name.toLowerCase(Locale.ROOT)::contains),
                deprecated.isPresent() || isTrue(element.attribute("deprecated", "0")),
                replacedWith,
                content.map(c -> c.attribute("type", "")).orElse(""),
                content.map(c -> c.attribute("default") != null).orElse(false),
                content.map(c -> c.attribute("default", "")).orElse(""),
                options,
                text(element, "shortdesc"),
                text(element, "longdesc"));
    }

    private static Action action(Element element) {
        String role = element.attribute("role", "");
        return new Action(
                element.attribute("name", ""),
                millis(element.attribute("timeout", "")),
                millis(element.attribute("interval", "")),
                (int) Math.min(Integer.MAX_VALUE, number(element.attribute("depth", "0"))),
                switch (role) {
                    case "Master" -> "Promoted";
                    case "Slave" -> "Unpromoted";
                    default -> role;
                },
                isTrue(element.attribute("automatic", "0")),
                isTrue(element.attribute("on_target", "0")));
    }

    /** Times as agents write them: {@code 20}, {@code 20s}, {@code 20000ms}, {@code 1min}; 0 for what is no time. */
    static long millis(String text) {
        String lower = text.strip().toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < lower.length() && Character.isDigit(lower.charAt(digits))) {
            digits++;
        }
        long amount = number(lower.substring(0, digits));
        long unit = switch (lower.substring(digits).strip()) {
            case "", "s", "sec", "seconds" -> 1000;
            case "ms", "msec" -> 1;
            case "m", "min" -> 60_000;
            case "h", "hr" -> 3_600_000;
            default -> 0;
        };
        return amount * unit;
    }

    private static long number(String digits) {
        return digits.isEmpty() || digits.length() > 9 || !digits.chars().allMatch(Character::isDigit)
                ? 0
                : Long.parseLong(digits);
    }

    private static boolean isTrue(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "1", "true", "yes", "on" -> true;
            default -> false;
        };
    }

    private static Optional<Element> child(Element element, String name) {
        return element.children().stream()
                .filter(child -> child.name().equals(name))
                .findFirst();
    }

    private static String text(Element element, String name) {
        return child(element, name).map(Element::text).orElse("");
    }

    private static Element root(String agent, String text) {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            // Some agents print a blank line before the XML declaration.
            XMLStreamReader reader = factory.createXMLStreamReader(new StringReader(text.strip()));
            while (reader.hasNext()) {
                if (reader.next() == XMLStreamConstants.START_ELEMENT) {
                    return element(agent, reader, 0);
                }
            }
            throw refused(agent, "meta-data has no element");
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            String detail = String.valueOf(e.getMessage()).replaceFirst("(?s).*Message: ", "");
            throw refused(agent + ":" + line, "meta-data is not well-formed: " + detail.strip());
        }
    }

    private static Element element(String agent, XMLStreamReader reader, int depth) throws XMLStreamException {
        if (depth > MAX_DEPTH) {
            throw refused(agent, "meta-data is nested deeper than " + MAX_DEPTH);
        }
        int line = reader.getLocation().getLineNumber();
        String name = reader.getLocalName();
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            attributes.put(reader.getAttributeLocalName(i), reader.getAttributeValue(i));
        }
        List<Element> children = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (int event = reader.next(); event != XMLStreamConstants.END_ELEMENT; event = reader.next()) {
            if (event == XMLStreamConstants.START_ELEMENT) {
                children.add(element(agent, reader, depth + 1));
            } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                text.append(reader.getText());
            }
        }
        return Element.of(name, attributes, children, text.toString().strip(), line);
    }

    private static BadInputException refused(String place, String what) {
        return new BadInputException(place, what, "correct the agent, or install a newer version of it");
    }
}
