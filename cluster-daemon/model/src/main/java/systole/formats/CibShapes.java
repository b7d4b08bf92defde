package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import systole.formats.Finding.Severity;
import systole.model.Element;
import systole.model.Options;

/**
 * What a single element of a CIB must look like beyond names and types of its attributes: what excludes or needs what.
 * {@link CibValidation} asks for each element that {@link CibSchema} knows.
 */
final class CibShapes {
    private static final Pattern DATE = Pattern.compile("(\\d{4})-?(\\d{2})-?(\\d{2})(\\D.*)?");
    private static final Pattern RANGE = Pattern.compile("(\\d+)?(-)?(\\d+)?");
    private static final List<String> CONTAINERS = List.of("docker", "podman", "rkt");

    /** Least and greatest value of the parts of a {@code date_spec}. */
    private static final Map<String, int[]> BOUNDS = bounds();

    private final Element element;
    private final List<Problem> problems = new ArrayList<>();

    /** Something wrong with the element itself. */
    record Problem(Severity severity, Element at, String what, String remedy) {}

    private CibShapes(Element element) {
        this.element = element;
    }

    private static Map<String, int[]> bounds() {
        Map<String, int[]> bounds = new LinkedHashMap<>();
        bounds.put("seconds", new int[] {0, 59});
        bounds.put("minutes", new int[] {0, 59});
        bounds.put("hours", new int[] {0, 23});
        bounds.put("monthdays", new int[] {1, 31});
        bounds.put("weekdays", new int[] {1, 7});
        bounds.put("yeardays", new int[] {1, 366});
        bounds.put("yearsdays", new int[] {1, 366});
        bounds.put("months", new int[] {1, 12});
        bounds.put("weeks", new int[] {1, 53});
        bounds.put("years", new int[] {0, 9999});
        bounds.put("weekyears", new int[] {0, 9999});
        bounds.put("moon", new int[] {0, 7});
        return bounds;
    }

    static List<Problem> of(Element element) {
        CibShapes shapes = new CibShapes(element);
        shapes.look();
        return shapes.problems;
    }

    private void look() {
        if (element.attribute("id", "-").isEmpty()) {
            error("the id of <" + element.name() + "> is empty", "give it an id");
        }
        switch (element.name()) {
            case "acl_permission" -> one("xpath", "reference", "object-type");
            case "storage-mapping" -> one("source-dir", "source-dir-root");
            case "primitive", "template" -> agent();
            case "bundle" -> bundle();
            case "op" -> operation();
            case "nodes" -> nodes();
            case "rule" -> atLeastOne("expression date_expression rule rsc_expression op_expression", "a condition");
            case "resource_set" -> atLeastOne("resource_ref", "a <resource_ref>");
            case "rsc_location" -> location();
            case "date_expression" -> date();
            case "date_spec" -> dateSpec();
            case "duration" -> duration();
            case "fencing-level" -> level();
            default -> {}
        }
    }

    private void error(String what, String remedy) {
        problems.add(new Problem(Severity.ERROR, element, what, remedy));
    }

    private boolean has(String attribute) {
        return element.attribute(attribute) != null;
    }

    private String named() {
        return "<" + element.name() + (element.id().isEmpty() ? "" : " id=\"" + element.id() + "\"") + ">";
    }

    private void one(String... attributes) {
        List<String> given = Stream.of(attributes).filter(this::has).toList();
        if (given.size() != 1) {
            error(
                    named()
                            + (given.isEmpty() ? " has none of " : " has more than one of ")
                            + String.join(", ", attributes),
                    "give exactly one of them");
        }
    }

    private void atLeastOne(String children, String what) {
        boolean any = element.children().stream()
                .anyMatch(child -> List.of(children.split(" ")).contains(child.name()));
        if (!any && !has("id-ref")) {
            error(named() + " is empty", "put " + what + " inside, or remove it");
        }
    }

    private void agent() {
        String kind = element.attribute("class", "");
        if (has("provider") && !kind.isEmpty() && !kind.equals("ocf")) {
            error(named() + " has a provider, which class " + kind + " does not have", "remove the provider");
        }
    }

    private void bundle() {
        long containers = CONTAINERS.stream()
                .mapToLong(name -> element.children(name).size())
                .sum();
        if (containers != 1) {
            error(
                    named() + (containers == 0 ? " has no container" : " has " + containers + " containers"),
                    "give it one of: " + String.join(", ", CONTAINERS));
        }
        boolean controlled = element.children("network").stream()
                .anyMatch(network ->
                        network.attribute("ip-range-start") != null || network.attribute("control-port") != null);
        if (element.child("primitive").isPresent() && !controlled) {
            problems.add(new Problem(
                    Severity.DOUBT,
                    element,
                    named() + " has a resource inside and neither ip-range-start nor control-port, by which it would be"
                            + " reached: the cluster leaves it out",
                    "add <network control-port=\"3121\"/> or a range of addresses"));
        }
    }

    private void operation() {
        if (has("start-delay") && has("interval-origin")) {
            error(named() + " has start-delay and interval-origin", "keep one of them");
        }
    }

    /** Names and ids of nodes are typed as text, so that no other check sees a double. */
    private void nodes() {
        for (String attribute : List.of("uname", "id")) {
            Map<String, Element> seen = new LinkedHashMap<>();
            for (Element node : element.children("node")) {
                String value = node.attribute(attribute, "");
                Element other = value.isEmpty() ? null : seen.putIfAbsent(value, node);
                if (other != null) {
                    problems.add(new Problem(
                            Severity.ERROR,
                            node,
                            "two nodes have the " + (attribute.equals("id") ? "id" : "name") + " '" + value + "'",
                            "delete one of the two, or correct it"));
                }
            }
        }
    }

    private void location() {
        if (has("node") && element.child("rule").isPresent()) {
            error(named() + " has a node and a rule", "keep one of them; a rule can ask for #uname");
        }
        if (has("rsc") && has("rsc-pattern")) {
            error(named() + " has rsc and rsc-pattern", "keep one of them");
        }
        String pattern = element.attribute("rsc-pattern", "");
        try {
            Pattern.compile(pattern.startsWith("!") ? pattern.substring(1) : pattern);
        } catch (PatternSyntaxException e) {
            error(
                    "rsc-pattern '" + pattern + "' is no regular expression: "
                            + e.getDescription().toLowerCase(java.util.Locale.ROOT),
                    "correct the pattern");
        }
    }

    private void level() {
        String index = element.attribute("index", "");
        if (Options.isInteger(index) && !index.matches("\\+?0*[1-9]\\d*")) {
            error("'" + index + "' is no index of a fencing level", "write a number from 1 to 9");
        }
    }

    // ---- dates ------------------------------------------------------------------------------------------------------

    private void date() {
        String start = element.attribute("start", "");
        String end = element.attribute("end", "");
        switch (element.attribute("operation", "in_range")) {
            case "gt" -> needs(!start.isEmpty(), "gt", "start");
            case "lt" -> needs(!end.isEmpty(), "lt", "end");
            case "in_range" -> needs(!start.isEmpty() || !end.isEmpty(), "in_range", "start or end");
            case "date_spec" -> needs(element.child("date_spec").isPresent(), "date_spec", "<date_spec>");
            default -> {}
        }
        instant("start", start);
        instant("end", end);
        boolean comparable =
                start.length() == end.length() && DATE.matcher(start).matches();
        if (comparable && DATE.matcher(end).matches() && start.compareTo(end) > 0) {
            problems.add(new Problem(
                    Severity.DOUBT,
                    element,
                    named() + " ends (" + end + ") before it starts (" + start + "): it is never true",
                    "exchange the two"));
        }
    }

    private void needs(boolean there, String operation, String what) {
        if (!there) {
            error(named() + " with operation " + operation + " has no " + what, "add it");
        }
    }

    private void instant(String name, String text) {
        String date = text.strip();
        if (date.isEmpty()) {
            return;
        }
        Matcher parts = DATE.matcher(date);
        boolean outside = parts.matches()
                && (beyond(parts.group(2), 1, 12) || beyond(parts.group(3), 1, 31))
                && !date.substring(0, parts.end(3)).matches("\\d{7}");
        if (outside || !Character.isDigit(date.charAt(date.startsWith("T") && date.length() > 1 ? 1 : 0))) {
            error(
                    "'" + text + "' is no date, in '" + name + "' of " + named(),
                    "write it as in ISO 8601, such as 2026-12-31 or 2026-12-31T23:59:00Z");
        }
    }

    private static boolean beyond(String number, int least, int most) {
        int value = number.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(number);
        return value < least || value > most;
    }

    private void dateSpec() {
        boolean any = false;
        for (Map.Entry<String, int[]> field : BOUNDS.entrySet()) {
            String text = element.attribute(field.getKey());
            if (text == null) {
                continue;
            }
            any = true;
            Matcher range = RANGE.matcher(text);
            String from = range.matches() && range.group(1) != null ? range.group(1) : "";
            String to = range.matches() && range.group(3) != null ? range.group(3) : "";
            int least = field.getValue()[0];
            int most = field.getValue()[1];
            if (from.isEmpty() && to.isEmpty()
                    || !from.isEmpty() && beyond(from, least, most)
                    || !to.isEmpty() && beyond(to, least, most)) {
                error(
                        "'" + text + "' is no value of '" + field.getKey() + "' of " + named(),
                        "write a number from " + least + " to " + most + ", or two of them, such as " + least + "-"
                                + most);
            } else if (!from.isEmpty() && !to.isEmpty() && Integer.parseInt(from) > Integer.parseInt(to)) {
                problems.add(new Problem(
                        Severity.DOUBT,
                        element,
                        "range '" + text + "' of '" + field.getKey() + "' of " + named()
                                + " ends before it begins: it is never true",
                        "write two date expressions in a rule with boolean-op=\"or\""));
            }
        }
        if (!any) {
            problems.add(new Problem(
                    Severity.DOUBT,
                    element,
                    named() + " says nothing: it is always true",
                    "add hours=\"9-17\" or the like"));
        }
    }

    private void duration() {
        element.attributes().forEach((name, value) -> {
            if (!name.equals("id") && !Options.isInteger(value)) {
                error("'" + value + "' is no value of '" + name + "' of " + named(), "write a whole number");
            }
        });
    }
}
