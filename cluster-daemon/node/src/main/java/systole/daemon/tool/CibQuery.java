package systole.daemon.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.model.Element;

/** {@code cibadmin -Q}: the whole, a section, or what a path of simple steps names. */
final class CibQuery {
    /** One step: the axis, the name, the conditions. */
    private static final Pattern STEP = Pattern.compile("(//?)([A-Za-z_][\\w.-]*|\\*)((?:\\[[^\\]]*\\])*)");

    private static final Pattern CONDITION =
            Pattern.compile("\\s*@([\\w.:-]+)\\s*(?:=\\s*(?:'([^']*)'|\"([^\"]*)\"))?\\s*(?:and\\b|$)");

    private CibQuery() {}

    static ToolStep answer(Element cib, String path, String section) {
        if (!section.isEmpty()) {
            Optional<Element> found =
                    cib.child(section).or(() -> cib.child("configuration").flatMap(c -> c.child(section)));
            return found.<ToolStep>map(element -> ToolStep.out(CibXml.write(element) + "\n"))
                    .orElse(nothing());
        }
        if (path.isEmpty()) {
            return ToolStep.out(CibXml.write(cib) + "\n");
        }
        List<Element> found;
        try {
            found = find(cib, path);
        } catch (BadInputException e) {
            return ToolStep.fail(AgentTools.USAGE, "cibadmin: " + e.getMessage());
        }
        if (found.isEmpty()) {
            return nothing();
        }
        StringBuilder lines = new StringBuilder();
        for (Element element : found) {
            lines.append(
                    element.children().isEmpty()
                            ? "  " + line(element) + "\n"
                            : CibXml.write(element).indent(2));
        }
        return ToolStep.out(found.size() == 1 ? lines.toString() : "<xpath-query>\n" + lines + "</xpath-query>\n");
    }

    private static ToolStep nothing() {
        return ToolStep.fail(AgentTools.NO_SUCH_OBJECT, "Call cib_query failed (-6): No such device or address");
    }

    /**
     * What a path names: steps with {@code /} and {@code //}, names or {@code *}, conditions on attributes joined by
     * {@code and}, which is all that tools of the field use.
     *
     * @throws BadInputException for any other path
     */
    static List<Element> find(Element root, String path) {
        Matcher steps = STEP.matcher(path);
        Element document = Element.of("#document", Map.of(), List.of(root));
        List<Element> at = List.of(document);
        int end = 0;
        while (steps.find()) {
            if (steps.start() != end) {
                break;
            }
            end = steps.end();
            List<Element> next = new ArrayList<>();
            for (Element each : at) {
                collect(each, steps.group(1).equals("//"), steps.group(2), steps.group(3), next);
            }
            at = next;
        }
        if (end != path.length() || end == 0) {
            throw new BadInputException(
                    "path",
                    "'" + path.substring(end) + "' is not understood",
                    "use steps, names and [@attribute='value']");
        }
        return at;
    }

    private static void collect(Element in, boolean deep, String name, String conditions, List<Element> found) {
        for (Element child : in.children()) {
            if ((name.equals("*") || child.is(name)) && holds(child, conditions)) {
                found.add(child);
            }
            if (deep) {
                collect(child, true, name, conditions, found);
            }
        }
    }

    private static boolean holds(Element element, String conditions) {
        for (String bracket :
                conditions.isEmpty() ? new String[0] : conditions.substring(1).split("\\[")) {
            String inner = bracket.substring(0, bracket.length() - 1);
            Matcher matcher = CONDITION.matcher(inner);
            int end = 0;
            while (end < inner.length() && matcher.find(end) && matcher.start() == end) {
                end = matcher.end();
                String wanted = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
                if (!satisfies(element, matcher.group(1), wanted)) {
                    return false;
                }
            }
            if (end < inner.length()) {
                throw new BadInputException(
                        "path", "'[" + inner + "]' is not understood", "write [@attribute='value'], joined by and");
            }
        }
        return true;
    }

    /** States of nodes say since when, where old ones say whether. */
    private static boolean satisfies(Element element, String name, @Nullable String wanted) {
        String value = element.attribute(name);
        if (wanted == null) {
            return value != null;
        }
        if (element.is("node_state") && name.equals("crmd") && wanted.equals("online")) {
            return value != null && !value.isEmpty() && !value.equals("offline") && !value.equals("0");
        }
        return wanted.equals(value);
    }

    /** One element on one line; the value of an nvpair stands last, since agents take the last quoted text. */
    static String line(Element element) {
        StringBuilder line = new StringBuilder("<").append(element.name());
        element.attributes().forEach((key, value) -> {
            if (!key.equals("value")) {
                attribute(line, key, value);
            }
        });
        String value = element.attribute("value");
        if (value != null) {
            attribute(line, "value", value);
        }
        return line.append("/>").toString();
    }

    static void attribute(StringBuilder line, String key, String value) {
        line.append(' ').append(key).append("=\"").append(escaped(value)).append('"');
    }

    static String escaped(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
