package systole.formats;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/**
 * Reads the plain part of XML in which CIB documents are written: elements, attributes, text, comments, the five named
 * entities and character references. Whatever else a document may hold (document types, processing instructions,
 * namespaces, {@code CDATA}, carriage returns, characters from U+D800 on, mistakes) makes it give up, and {@link CibXml}
 * leaves the document to the JDK's parser, which decides about it and words the refusal. So this one need only be right
 * where it gives an answer; there it gives what the JDK's parser gives, line numbers included, without the time that
 * loading that one takes. Not shared between threads.
 */
final class PlainXml {
    private static final int MAX_NAME = 200;
    private static final int MAX_ATTRIBUTES = 100;
    private static final String DECLARATION = "<?xml version=\"1.0\"";

    private final String text;
    private final int maxDepth;
    private final Map<String, String> names = new HashMap<>();
    private int at;
    private int line = 1;
    private int linesCountedTo;

    private PlainXml(String text, int maxDepth) {
        this.text = text;
        this.maxDepth = maxDepth;
    }

    /** The document's element, or {@code null} if the text holds anything that is not plain. */
    static @Nullable Element read(String text, int maxDepth) {
        PlainXml reader = new PlainXml(text, maxDepth);
        reader.skipDeclaration();
        reader.skipBlanks();
        Element root = reader.at < text.length() && text.charAt(reader.at) == '<' ? reader.element(0) : null;
        reader.skipBlanks();
        return reader.at == text.length() ? root : null;
    }

    private void skipDeclaration() {
        if (text.startsWith(DECLARATION)) {
            for (String rest : List.of("?>", " ?>", " encoding=\"UTF-8\"?>", " encoding=\"utf-8\"?>")) {
                if (text.startsWith(rest, DECLARATION.length())) {
                    at = DECLARATION.length() + rest.length();
                    return;
                }
            }
        }
    }

    /** From {@code <} to behind the end tag. */
    private @Nullable Element element(int depth) {
        at++;
        String name = name();
        if (name == null || depth > maxDepth) {
            return null;
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        if (!attributes(attributes)) {
            return null;
        }
        boolean empty = next('/');
        if (!next('>')) {
            return null;
        }
        int ownLine = lineHere();
        if (empty) {
            return Element.of(name, attributes, List.of(), "", ownLine);
        }
        List<Element> children = new ArrayList<>();
        StringBuilder characters = new StringBuilder();
        while (true) {
            if (!characters(characters)) {
                return null;
            }
            if (text.startsWith("</", at)) {
                at += 2;
                if (!text.startsWith(name, at)) {
                    return null;
                }
                at += name.length();
                skipBlanks();
                return next('>')
                        ? Element.of(
                                name,
                                attributes,
                                children,
                                characters.toString().strip(),
                                ownLine)
                        : null;
            }
            if (text.startsWith("<!--", at)) {
                String comment = comment();
                if (comment == null) {
                    return null;
                }
                if (comment.startsWith("#")) {
                    children.add(Element.of(CibXml.COMMENT, Map.of(), List.of(), comment, ownLine));
                }
            } else {
                Element child = element(depth + 1);
                if (child == null) {
                    return null;
                }
                children.add(child);
            }
        }
    }

    private boolean attributes(Map<String, String> attributes) {
        while (at < text.length() && text.charAt(at) != '/' && text.charAt(at) != '>') {
            int before = at;
            skipBlanks();
            if (at == before) {
                return false;
            }
            if (at < text.length() && (text.charAt(at) == '/' || text.charAt(at) == '>')) {
                return true;
            }
            String name = name();
            if (name == null || name.equals("xmlns") || attributes.size() == MAX_ATTRIBUTES || !next('=')) {
                return false;
            }
            String value = value();
            if (value == null || attributes.put(name, value) != null) {
                return false;
            }
        }
        return at < text.length();
    }

    private @Nullable String value() {
        char quote = at < text.length() ? text.charAt(at) : ' ';
        if (quote != '"' && quote != '\'') {
            return null;
        }
        int start = ++at;
        StringBuilder changed = null;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                String value = changed == null
                        ? text.substring(start, at)
                        : changed.append(text, start, at).toString();
                at++;
                return value;
            }
            if (c < ' ' || c == '<' || !isPlain(c)) {
                return null;
            }
            if (c == '&') {
                changed = changed == null ? new StringBuilder() : changed;
                changed.append(text, start, at);
                if (!reference(changed)) {
                    return null;
                }
                start = at + 1;
            }
        }
        return null;
    }

    /** Adds the text up to the next {@code <}. */
    private boolean characters(StringBuilder out) {
        int start = at;
        for (; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '<') {
                out.append(text, start, at);
                return true;
            }
            if (!isPlain(c) || c == ']') {
                return false;
            }
            if (c == '&') {
                out.append(text, start, at);
                if (!reference(out)) {
                    return false;
                }
                start = at + 1;
            }
        }
        return false;
    }

    /** Adds what {@code &…;} stands for; then {@code at} is its last character. */
    private boolean reference(StringBuilder out) {
        int end = text.indexOf(';', at);
        if (end < 0 || end - at > 9) {
            return false;
        }
        String name = text.substring(at + 1, end);
        at = end;
        switch (name) {
            case "amp" -> out.append('&');
            case "lt" -> out.append('<');
            case "gt" -> out.append('>');
            case "quot" -> out.append('"');
            case "apos" -> out.append('\'');
            default -> {
                int code =
                        name.startsWith("#x") ? number(name, 2, 16) : name.startsWith("#") ? number(name, 1, 10) : -1;
                if (code < 0 || code >= Character.MIN_SURROGATE || !isPlain((char) code) && code != '\r') {
                    return false;
                }
                out.append((char) code);
            }
        }
        return true;
    }

    private static int number(String digits, int from, int radix) {
        int value = from == digits.length() ? -1 : 0;
        for (int i = from; i < digits.length(); i++) {
            int digit = digits.charAt(i) < 0x80 ? Character.digit(digits.charAt(i), radix) : -1;
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }

    private @Nullable String comment() {
        int start = at + 4;
        int end = text.indexOf("--", start);
        if (end < 0 || !text.startsWith("-->", end)) {
            return null;
        }
        for (int i = start; i < end; i++) {
            if (!isPlain(text.charAt(i))) {
                return null;
            }
        }
        at = end + 3;
        return text.substring(start, end);
    }

    /** A name of ASCII letters, digits and {@code _ - .}; the same text object for the same name, also that of a literal. */
    private @Nullable String name() {
        int start = at;
        while (at < text.length() && isNameCharacter(text.charAt(at), at > start)) {
            at++;
        }
        if (at == start || at - start > MAX_NAME) {
            return null;
        }
        return names.computeIfAbsent(text.substring(start, at), String::intern);
    }

    private static boolean isNameCharacter(char c, boolean inside) {
        return c >= 'a' && c <= 'z'
                || c >= 'A' && c <= 'Z'
                || c == '_'
                || inside && (c >= '0' && c <= '9' || c == '-' || c == '.');
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < Character.MIN_SURROGATE || c == '\n' || c == '\t';
    }

    private boolean next(char wanted) {
        boolean is = at < text.length() && text.charAt(at) == wanted;
        at += is ? 1 : 0;
        return is;
    }

    private void skipBlanks() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n' || text.charAt(at) == '\t')) {
            at++;
        }
    }

    private int lineHere() {
        for (; linesCountedTo < at; linesCountedTo++) {
            if (text.charAt(linesCountedTo) == '\n') {
                line++;
            }
        }
        return line;
    }
}
