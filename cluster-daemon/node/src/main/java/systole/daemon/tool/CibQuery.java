package systole.daemon.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import systole.formats.CibXml;
import systole.model.Element;

/** {@code cibadmin -Q}: the whole, a section, or one of the few paths that agents ask for. */
final class CibQuery {
    private static final Pattern NVPAIR =
            Pattern.compile("//node_state(?:\\[@crmd=['\"]online['\"]])?//nvpair\\[@name=['\"]([^'\"]+)['\"]]");
    private static final Pattern OPERATION =
            Pattern.compile("//node_state\\[@uname=['\"]([^'\"]+)['\"]]//lrm_resource\\[@id=['\"]([^'\"]+)['\"]]"
                    + "/lrm_rsc_op\\[@operation=['\"]([^'\"]+)['\"]]\\[@op-status=['\"]([^'\"]+)['\"]]");

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
        Matcher pairs = NVPAIR.matcher(path);
        Matcher operations = OPERATION.matcher(path);
        List<Element> found = new ArrayList<>();
        if (pairs.matches()) {
            for (Element state : states(cib)) {
                if (!path.contains("@crmd=") || isOnline(state)) {
                    collect(state, "nvpair", "name", pairs.group(1), found);
                }
            }
        } else if (operations.matches()) {
            for (Element state : states(cib)) {
                if (state.attribute("uname", "").equals(operations.group(1))) {
                    List<Element> resources = new ArrayList<>();
                    collect(state, "lrm_resource", "id", operations.group(2), resources);
                    resources.forEach(resource -> resource.children("lrm_rsc_op").stream()
                            .filter(op -> op.attribute("operation", "").equals(operations.group(3))
                                    && op.attribute("op-status", "").equals(operations.group(4)))
                            .forEach(found::add));
                }
            }
        } else {
            return ToolStep.fail(
                    AgentTools.USAGE, "cibadmin: this path is not among those that agents are known to use: " + path);
        }
        if (found.isEmpty()) {
            return nothing();
        }
        StringBuilder lines = new StringBuilder();
        for (Element element : found) {
            lines.append("  ").append(line(element)).append('\n');
        }
        return ToolStep.out(found.size() == 1 ? lines.toString() : "<xpath-query>\n" + lines + "</xpath-query>\n");
    }

    private static ToolStep nothing() {
        return ToolStep.fail(AgentTools.NO_SUCH_OBJECT, "Call cib_query failed (-6): No such device or address");
    }

    private static List<Element> states(Element cib) {
        return cib.child("status").map(status -> status.children("node_state")).orElse(List.of());
    }

    private static boolean isOnline(Element state) {
        String controller = state.attribute("crmd", "");
        return !controller.isEmpty() && !controller.equals("offline") && !controller.equals("0");
    }

    private static void collect(Element in, String name, String key, String value, List<Element> found) {
        for (Element child : in.children()) {
            if (child.is(name) && child.attribute(key, "").equals(value)) {
                found.add(child);
            }
            collect(child, name, key, value, found);
        }
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
