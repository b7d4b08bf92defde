package systole.formats;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** Rules and their expressions, words to element (crm-language, section 2). */
final class CrmRules {
    static final Set<String> OPERATIONS = Set.of("lt", "gt", "lte", "gte", "eq", "ne");
    private static final Set<String> TYPES = Set.of("string", "integer", "number", "version");
    private static final Set<String> DATE_OPERATIONS = Set.of("lt", "gt", "in", "in_range", "spec", "date_spec");
    static final Set<String> DATE_FIELDS = Set.of(
            "seconds",
            "minutes",
            "hours",
            "days",
            "monthdays",
            "weekdays",
            "yearsdays",
            "yeardays",
            "months",
            "weeks",
            "years",
            "weekyears",
            "moon");

    private CrmRules() {}

    /** The word {@code rule} was taken; reads up to the end of the rule's expressions. */
    static Element rule(CrmWords words) {
        Map<String, String> attributes = new LinkedHashMap<>();
        String reference = words.takeAfter("$id-ref=");
        if (reference != null) {
            return Element.leaf("rule", "id-ref", reference);
        }
        String id = words.takeAfter("$id=");
        if (id != null) {
            attributes.put("id", id);
        }
        String role = words.takeAfter("$role=");
        if (role == null) {
            role = words.takeAfter("role=");
        }
        if (role != null) {
            attributes.put("role", CrmSets.role(role, role));
        }
        String head = words.peek();
        if (head.length() > 1 && head.endsWith(":")) {
            words.skip();
            String word = head.substring(0, head.length() - 1);
            String score = CrmScores.parse(word);
            attributes.put(score == null ? "score-attribute" : "score", score == null ? word : score);
        } else {
            attributes.put("score", "INFINITY");
        }
        List<Element> expressions = new ArrayList<>();
        String operator = "";
        while (true) {
            expressions.add(simple(words));
            String join = words.peekLower();
            if (!join.equals("and") && !join.equals("or")) {
                break;
            }
            words.skip();
            if (!operator.isEmpty() && !operator.equals(join)) {
                throw words.wrong("'and' and 'or' cannot stand in one rule, write two rules: " + operator + " and "
                        + join + " are mixed");
            }
            operator = join;
        }
        if (operator.equals("or")) {
            attributes.put("boolean-op", "or");
        }
        return Element.of("rule", attributes, expressions);
    }

    private static Element simple(CrmWords words) {
        if (words.atEnd()) {
            throw words.wrong("an expression is expected: an attribute, 'defined', 'not_defined' or 'date'");
        }
        String first = words.peekLower();
        if (first.equals("defined") || first.equals("not_defined")) {
            words.skip();
            return Element.leaf(
                    "expression", "operation", first, "attribute", words.take("the attribute after '" + first + "'"));
        }
        if (first.equals("date") && !OPERATIONS.contains(words.peekAfter().toLowerCase(Locale.ROOT))) {
            words.skip();
            return date(words);
        }
        if (first.equals("date")
                && Set.of("lt", "gt").contains(words.peekAfter().toLowerCase(Locale.ROOT))) {
            words.skip();
            return date(words);
        }
        if (first.equals("date")) {
            words.skip();
            throw words.wrong("'" + words.peek() + "' does not compare dates; write lt, gt, in or spec");
        }
        return comparison(words);
    }

    private static Element comparison(CrmWords words) {
        String attribute = words.take("an attribute");
        String operation = words.peekLower();
        Map<String, String> attributes = new LinkedHashMap<>();
        String type = "";
        int colon = operation.indexOf(':');
        if (colon >= 0) {
            type = operation.substring(0, colon);
            operation = operation.substring(colon + 1);
        }
        if (!OPERATIONS.contains(operation)) {
            throw words.atEnd()
                    ? words.wrong(
                            "a comparison is missing after '" + attribute + "'; write " + "eq, ne, lt, lte, gt or gte")
                    : words.wrong("'" + words.peek() + "' is no comparison; write eq, ne, lt, lte, gt or gte"
                            + (attribute.contains("=") ? "" : " after '" + attribute + "'"));
        }
        if (!type.isEmpty() && !TYPES.contains(type)) {
            throw words.wrong("'" + type + "' is no type of a comparison; write string, integer, number or version");
        }
        words.skip();
        attributes.put("operation", operation);
        attributes.put("attribute", attribute);
        if (!type.isEmpty()) {
            attributes.put("type", type);
        }
        String value = words.take("the value to compare '" + attribute + "' with");
        String source = valueSource(value);
        if (source != null) {
            attributes.put("value", value.substring(source.length() + 1, value.length() - 1));
            attributes.put("value-source", source);
        } else {
            attributes.put("value", value);
        }
        return Element.of("expression", attributes, List.of());
    }

    private static @Nullable String valueSource(String value) {
        for (String source : List.of("param", "meta")) {
            if (value.startsWith(source + "{") && value.endsWith("}")) {
                return source;
            }
        }
        return null;
    }

    private static Element date(CrmWords words) {
        String operation = words.peekLower();
        if (!DATE_OPERATIONS.contains(operation)) {
            throw words.wrong("'" + words.peek() + "' does not compare dates; write lt, gt, in or spec");
        }
        words.skip();
        switch (operation) {
            case "lt":
                return Element.leaf("date_expression", "operation", "lt", "end", words.take("a date after 'lt'"));
            case "gt":
                return Element.leaf("date_expression", "operation", "gt", "start", words.take("a date after 'gt'"));
            case "spec":
            case "date_spec":
                Map<String, String> fields = fields(words);
                if (fields.isEmpty()) {
                    throw words.wrong("a field such as hours=9-16 is expected after 'date spec'");
                }
                return Element.of(
                        "date_expression",
                        Map.of("operation", "date_spec"),
                        List.of(Element.of("date_spec", fields, List.of())));
            default:
                return range(words);
        }
    }

    private static Element range(CrmWords words) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("operation", "in_range");
        Map<String, String> duration = new LinkedHashMap<>();
        while (true) {
            String start = words.takeAfter("start=");
            String end = start == null ? words.takeAfter("end=") : null;
            if (start != null) {
                attributes.put("start", start);
            } else if (end != null) {
                attributes.put("end", end);
            } else {
                Map<String, String> more = fields(words);
                if (more.isEmpty()) {
                    break;
                }
                duration.putAll(more);
            }
        }
        if (attributes.size() == 1) {
            throw words.wrong("start=DATE or end=DATE is expected after 'date in'");
        }
        return Element.of(
                "date_expression",
                attributes,
                duration.isEmpty() ? List.of() : List.of(Element.of("duration", duration, List.of())));
    }

    private static Map<String, String> fields(CrmWords words) {
        Map<String, String> fields = new LinkedHashMap<>();
        while (true) {
            String word = words.peek();
            int equals = word.indexOf('=');
            if (equals < 1 || !DATE_FIELDS.contains(word.substring(0, equals))) {
                return fields;
            }
            fields.put(word.substring(0, equals), word.substring(equals + 1));
            words.skip();
        }
    }
}
