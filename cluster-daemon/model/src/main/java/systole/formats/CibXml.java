package systole.formats;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import systole.kernel.BadInputException;
import systole.model.Element;

/** XML text to {@link Element} and back. Document types and entities are refused; depth and size are bounded. */
public final class CibXml {
    /**
     * Name of the element that stands for a comment of the crm language ({@code <!--# text-->}); its text is the
     * comment. Other comments are not kept.
     */
    public static final String COMMENT = "#comment";

    private static final int MAX_CHARACTERS = 64 << 20;
    private static final int MAX_DEPTH = 200;

    private static final String JDK_DEPTH = "jdk.xml.maxElementDepth";

    /** The JDK's parser, which takes long to load: only for what {@link PlainXml} does not read. */
    private static final class Jdk {
        /** Made once, for finding it takes longer than reading a small document; after this only readers are asked of it. */
        private static final XMLInputFactory FACTORY = factory();

        private static XMLInputFactory factory() {
            XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
            factory.setProperty(XMLInputFactory.IS_COALESCING, true);
            if (factory.isPropertySupported(JDK_DEPTH)) {
                // Later versions have a limit of their own, lower than ours, and other words for it.
                factory.setProperty(JDK_DEPTH, "0");
            }
            return factory;
        }
    }

    private CibXml() {}

    /**
     * Reads one document.
     *
     * @param source what to call the text in a message, usually the file name
     * @throws BadInputException with {@code source:line} if the text is not well-formed, too large or too deep
     */
    public static Element read(String source, String text) {
        if (text.length() > MAX_CHARACTERS) {
            throw new BadInputException(
                    source,
                    "document has " + text.length() + " characters, more than " + MAX_CHARACTERS,
                    "split the document, or check that this is the file you meant");
        }
        Element plain = PlainXml.read(text, MAX_DEPTH);
        return plain == null ? readWithJdk(source, text) : plain;
    }

    /** What {@link #read} does with a document that is not plain; for a plain one it gives the same. */
    static Element readWithJdk(String source, String text) {
        try {
            XMLStreamReader reader = Jdk.FACTORY.createXMLStreamReader(new StringReader(text));
            while (reader.hasNext()) {
                int event = reader.next();
                if (event == XMLStreamConstants.DTD) {
                    throw new BadInputException(
                            source + ":" + reader.getLocation().getLineNumber(),
                            "a document type is not accepted",
                            "remove the <!DOCTYPE …> line");
                }
                if (event == XMLStreamConstants.START_ELEMENT) {
                    Element root = element(source, reader, 0);
                    while (reader.hasNext()) {
                        reader.next();
                    }
                    return root;
                }
            }
            throw new BadInputException(source, "the document has no element", "give a CIB document");
        } catch (XMLStreamException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNumber();
            String message = String.valueOf(e.getMessage());
            int marker = message.indexOf("Message: ");
            String detail = marker < 0 ? message : message.substring(marker + "Message: ".length());
            throw new BadInputException(
                    source + ":" + line, "not well-formed XML: " + detail.strip(), "correct the document at this line");
        }
    }

    private static Element element(String source, XMLStreamReader reader, int depth) throws XMLStreamException {
        int line = reader.getLocation().getLineNumber();
        if (depth > MAX_DEPTH) {
            throw new BadInputException(
                    source + ":" + line, "elements are nested deeper than " + MAX_DEPTH, "flatten the document");
        }
        String name = reader.getLocalName();
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            String prefix = reader.getAttributePrefix(i);
            String local = reader.getAttributeLocalName(i);
            attributes.put(
                    prefix == null || prefix.isEmpty() ? local : prefix + ":" + local, reader.getAttributeValue(i));
        }
        List<Element> children = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        while (true) {
            int event = reader.next();
            if (event == XMLStreamConstants.START_ELEMENT) {
                children.add(element(source, reader, depth + 1));
            } else if (event == XMLStreamConstants.COMMENT && reader.getText().startsWith("#")) {
                children.add(Element.of(COMMENT, Map.of(), List.of(), reader.getText(), line));
            } else if (event == XMLStreamConstants.CHARACTERS || event == XMLStreamConstants.CDATA) {
                text.append(reader.getText());
            } else if (event == XMLStreamConstants.END_ELEMENT) {
                return Element.of(name, attributes, children, text.toString().strip(), line);
            }
        }
    }

    /** The document with two blanks of indentation for each level and a line end after each element. */
    public static String write(Element root) {
        StringBuilder out = new StringBuilder();
        write(root, 0, out);
        return out.toString();
    }

    private static void write(Element element, int depth, StringBuilder out) {
        if (element.is(COMMENT)) {
            String text = element.text().replace("--", "- -");
            out.append("  ".repeat(depth)).append("<!--").append(text);
            out.append(text.endsWith("-") ? " -->\n" : "-->\n");
            return;
        }
        out.append("  ".repeat(depth)).append('<').append(element.name());
        element.attributes().forEach((key, value) -> {
            out.append(' ').append(key).append("=\"");
            escape(value, out);
            out.append('"');
        });
        if (element.children().isEmpty() && element.text().isEmpty()) {
            out.append("/>\n");
            return;
        }
        out.append('>');
        escape(element.text(), out);
        if (!element.children().isEmpty()) {
            out.append('\n');
            for (Element child : element.children()) {
                write(child, depth + 1, out);
            }
            out.append("  ".repeat(depth));
        }
        out.append("</").append(element.name()).append(">\n");
    }

    private static void escape(String value, StringBuilder out) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\n' -> out.append("&#10;");
                case '\r' -> out.append("&#13;");
                case '\t' -> out.append("&#9;");
                default -> out.append(c);
            }
        }
    }
}
