package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import systole.model.Element;

/** A rule as one would say it: {@code pool eq ssd and date in 2026-01-01 to 2026-02-01}. */
final class RuleWords {
    private RuleWords() {}

    static String of(Element rule) {
        String joint = " " + rule.attribute("boolean-op", "and").toLowerCase(Locale.ROOT) + " ";
        List<String> parts = new ArrayList<>();
        for (Element condition : rule.children()) {
            switch (condition.name()) {
                case "rule" -> parts.add("(" + of(condition) + ")");
                case "expression" -> parts.add(expression(condition));
                case "date_expression" -> parts.add(date(condition));
                default -> parts.add(condition.name().replace('_', ' '));
            }
        }
        return String.join(joint, parts);
    }

    private static String expression(Element condition) {
        String attribute = condition.attribute("attribute", "");
        String operation = condition.attribute("operation", "");
        return switch (operation) {
            case "defined" -> attribute + " is defined";
            case "not_defined" -> attribute + " is not defined";
            default -> attribute + " " + operation + " " + condition.attribute("value", "");
        };
    }

    private static String date(Element condition) {
        String start = condition.attribute("start", "");
        String end = condition.attribute("end", "");
        return switch (condition.attribute("operation", "in_range")) {
            case "gt" -> "after " + start;
            case "lt" -> "before " + end;
            case "date_spec" ->
                "dates that fit "
                        + condition.children().stream()
                                .flatMap(spec -> spec.attributes().entrySet().stream())
                                .filter(each -> !each.getKey().equals("id"))
                                .map(each -> each.getKey() + "=" + each.getValue())
                                .reduce((one, other) -> one + " " + other)
                                .orElse("");
            default ->
                start.isEmpty() ? "until " + end : end.isEmpty() ? "from " + start : "from " + start + " to " + end;
        };
    }

    /** Node attributes that a rule looks at, in order. */
    static List<String> attributes(Element rule) {
        List<String> found = new ArrayList<>();
        for (Element condition : rule.children()) {
            if (condition.is("rule")) {
                found.addAll(attributes(condition));
            } else if (condition.is("expression") && condition.attribute("attribute") != null) {
                found.add(condition.attribute("attribute", ""));
            }
        }
        return found;
    }

    /** The only condition of a rule, if it compares one node attribute with a value. */
    static Optional<Element> single(Element rule) {
        return rule.children().size() == 1 && rule.children().get(0).is("expression")
                ? Optional.of(rule.children().get(0))
                : Optional.empty();
    }
}
