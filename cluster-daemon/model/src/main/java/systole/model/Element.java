package systole.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One element of a CIB document: the form in which configuration is kept, replicated, compared and written.
 *
 * <p>Immutable. Order of attributes and children is kept; nothing that was read is dropped. {@code line} is the line
 * in the source text, or 0 where there is none; it takes no part in equality.
 */
public final class Element {
    private final String name;
    private final String[] attributes;
    private final List<Element> children;
    private final String text;
    private final int line;
    private long digest;

    private Element(String name, String[] attributes, List<Element> children, String text, int line) {
        this.name = name;
        this.attributes = attributes;
        this.children = children;
        this.text = text;
        this.line = line;
    }

    public static Element of(String name, Map<String, String> attributes, List<Element> children) {
        return new Element(name, Attributes.pairs(attributes), List.copyOf(children), "", 0);
    }

    public static Element of(
            String name, Map<String, String> attributes, List<Element> children, String text, int line) {
        return new Element(name, Attributes.pairs(attributes), List.copyOf(children), text, line);
    }

    /** An element without children; names and values alternate. */
    public static Element leaf(String name, String... namesAndValues) {
        Map<String, String> attributes = new LinkedHashMap<>();
        for (int i = 0; i + 1 < namesAndValues.length; i += 2) {
            attributes.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Element(name, Attributes.pairs(attributes), List.of(), "", 0);
    }

    public String name() {
        return name;
    }

    /** In their order; cannot be changed. */
    public Map<String, String> attributes() {
        return new Attributes(attributes);
    }

    public List<Element> children() {
        return children;
    }

    /** Character data directly inside the element, trimmed; empty in almost every CIB element. */
    public String text() {
        return text;
    }

    public int line() {
        return line;
    }

    /** The attribute's value, or {@code null} if the element does not have it. */
    public @Nullable String attribute(String key) {
        int at = PairMap.indexOf(attributes, key);
        return at < 0 ? null : attributes[at + 1];
    }

    public String attribute(String key, String fallback) {
        String value = attribute(key);
        return value == null ? fallback : value;
    }

    /** The {@code id} attribute, or the empty text. */
    public String id() {
        return attribute("id", "");
    }

    public boolean is(String otherName) {
        return name.equals(otherName);
    }

    public Optional<Element> child(String childName) {
        for (Element child : children) {
            if (child.name.equals(childName)) {
                return Optional.of(child);
            }
        }
        return Optional.empty();
    }

    public List<Element> children(String childName) {
        List<Element> found = new ArrayList<>();
        for (Element child : children) {
            if (child.name.equals(childName)) {
                found.add(child);
            }
        }
        return found;
    }

    public Element withAttribute(String key, String value) {
        int at = PairMap.indexOf(attributes, key);
        int to = at < 0 ? attributes.length : at;
        String[] next = Arrays.copyOf(attributes, Math.max(attributes.length, to + 2));
        next[to] = key;
        next[to + 1] = value;
        return new Element(name, next, children, text, line);
    }

    public Element withoutAttribute(String key) {
        Map<String, String> next = new LinkedHashMap<>(attributes());
        next.remove(key);
        return withAttributes(next);
    }

    public Element withAttributes(Map<String, String> next) {
        return new Element(name, Attributes.pairs(next), children, text, line);
    }

    public Element withChildren(List<Element> next) {
        return new Element(name, attributes, List.copyOf(next), text, line);
    }

    public Element withName(String next) {
        return new Element(next, attributes, children, text, line);
    }

    public Element plus(Element child) {
        List<Element> next = new ArrayList<>(children);
        next.add(child);
        return withChildren(next);
    }

    /**
     * 64-bit digest of the element and all in it, never 0; not for security. The order of children counts, that of
     * attributes does not. Worked out once for each element, so after a small change of a large document almost nothing
     * is gone through again. Two threads may work it out at the same time, with the same result.
     */
    public long digest() {
        long made = digest;
        if (made == 0) {
            made = text(name);
            for (int i = 0; i < attributes.length; i += 2) {
                made += mix(text(attributes[i]) * 31 + text(attributes[i + 1]));
            }
            made = mix(made * 31 + text(text));
            for (Element child : children) {
                made = mix(made * 31 + child.digest());
            }
            made = made == 0 ? 1 : made;
            digest = made;
        }
        return made;
    }

    private static long text(String text) {
        long hash = text.length();
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof Element that
                        && name.equals(that.name)
                        && attributes().equals(that.attributes())
                        && text.equals(that.text)
                        && children.equals(that.children);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * name.hashCode() + attributes().hashCode()) + children.hashCode();
    }

    @Override
    public String toString() {
        String id = id();
        return "<" + name + (id.isEmpty() ? "" : " id=\"" + id + "\"") + ">";
    }
}
