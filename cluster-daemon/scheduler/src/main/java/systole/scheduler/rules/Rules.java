package systole.scheduler.rules;

import java.time.LocalDateTime;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** Evaluation of {@code rule} elements (input-and-status, section 6). */
public final class Rules {
    private Rules() {}

    /** Whether a rule passes. */
    public static boolean passes(Element rule, RuleContext context) {
        if (rule.attribute("id") == null) {
            return false;
        }
        boolean any;
        switch (rule.attribute("boolean-op", "and").toLowerCase(Locale.ROOT)) {
            case "and" -> any = false;
            case "or" -> any = true;
            default -> {
                return false;
            }
        }
        boolean seen = false;
        for (Element condition : rule.children()) {
            Boolean result = condition(condition, context);
            if (result == null) {
                continue;
            }
            seen = true;
            if (result == any) {
                return any;
            }
        }
        return !seen || !any;
    }

    private static @Nullable Boolean condition(Element condition, RuleContext context) {
        return switch (condition.name()) {
            case "rule" -> passes(condition, context);
            case "expression" -> expression(condition, context);
            case "date_expression" -> date(condition, context);
            case "rsc_expression" -> resource(condition, context);
            case "op_expression" -> operation(condition, context);
            default -> null;
        };
    }

    private static boolean resource(Element condition, RuleContext context) {
        return context.standard() != null
                && matches(condition.attribute("class"), context.standard())
                && matches(condition.attribute("provider"), context.provider())
                && matches(condition.attribute("type"), context.type());
    }

    private static boolean operation(Element condition, RuleContext context) {
        if (context.operation() == null || !context.operation().equals(condition.attribute("name"))) {
            return false;
        }
        String interval = condition.attribute("interval");
        return interval == null || Values.interval(interval) == context.intervalMs();
    }

    private static boolean matches(@Nullable String wanted, String given) {
        return wanted == null || wanted.equals(given);
    }

    // ---- node attributes

    private static boolean expression(Element condition, RuleContext context) {
        String attribute = condition.attribute("attribute");
        String operation = condition.attribute("operation");
        if (attribute == null || operation == null) {
            return false;
        }
        if (!context.submatches().isEmpty()) {
            attribute = substitute(attribute, '%', context);
        }
        String actual = context.node() == null ? null : context.node().get(attribute);
        String reference = condition.attribute("value");
        switch (operation) {
            case "defined" -> {
                return reference == null && actual != null;
            }
            case "not_defined" -> {
                return reference == null && actual == null;
            }
            default -> {
                if (reference == null) {
                    return false;
                }
            }
        }
        switch (condition.attribute("value-source", "literal")) {
            case "param" ->
                reference = context.parameters() == null
                        ? null
                        : context.parameters().apply(reference);
            case "meta" ->
                reference = context.meta() == null ? null : context.meta().get(reference);
            default -> {
                // a literal stands for itself
            }
        }
        return compare(actual, operation, reference, condition.attribute("type"));
    }

    /** Replaces {@code %0}…{@code %9} (or {@code \0}…) by the matches of the constraint's pattern. */
    public static String substitute(String text, char mark, RuleContext context) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == mark && i + 1 < text.length() && Values.isDigit(text.charAt(i + 1))) {
                int number = text.charAt(i + 1) - '0';
                if (number < context.submatches().size()) {
                    out.append(context.submatches().get(number));
                }
                i++;
            } else {
                out.append(c);
            }
        }
        return out.toString();
    }

    private static boolean compare(
            @Nullable String actual, String operation, @Nullable String reference, @Nullable String type) {
        switch (operation) {
            case "eq" -> {
                if (actual == null || reference == null) {
                    return actual == null && reference == null;
                }
                return order(actual, reference, type == null ? "string" : type) == 0;
            }
            case "ne" -> {
                return actual == null
                        || reference == null
                        || order(actual, reference, type == null ? "string" : type) != 0;
            }
            default -> {
                if (actual == null || reference == null) {
                    return false;
                }
            }
        }
        String kind = type;
        if (kind == null) {
            kind = actual.indexOf('.') >= 0 || reference.indexOf('.') >= 0 ? "number" : "integer";
        }
        int order = order(actual, reference, kind);
        return switch (operation) {
            case "lt" -> order < 0;
            case "lte" -> order <= 0;
            case "gt" -> order > 0;
            case "gte" -> order >= 0;
            default -> false;
        };
    }

    private static int order(String left, String right, String type) {
        switch (type) {
            case "integer" -> {
                long a = Values.integer(left);
                long b = Values.integer(right);
                if (a != Values.INVALID && b != Values.INVALID) {
                    return Long.compare(a, b);
                }
            }
            case "number" -> {
                double a = number(left);
                double b = number(right);
                if (!Double.isNaN(a) && !Double.isNaN(b)) {
                    return Double.compare(a, b);
                }
            }
            case "version" -> {
                return versions(left, right);
            }
            default -> {
                // strings
            }
        }
        return left.compareToIgnoreCase(right);
    }

    private static double number(String text) {
        String trimmed = text.strip();
        int end = trimmed.length();
        while (end > 0) {
            try {
                return Double.parseDouble(trimmed.substring(0, end));
            } catch (NumberFormatException e) {
                end--;
            }
        }
        return Double.NaN;
    }

    private static int versions(String left, String right) {
        String[] a = left.split("\\.", -1);
        String[] b = right.split("\\.", -1);
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            long x = i < a.length ? Values.integer(a[i], 0) : 0;
            long y = i < b.length ? Values.integer(b[i], 0) : 0;
            if (x != y) {
                return Long.compare(x, y);
            }
        }
        return 0;
    }

    // ---- dates

    private static boolean date(Element condition, RuleContext context) {
        LocalDateTime now = context.now();
        LocalDateTime start = Dates.parse(condition.attribute("start"), now);
        LocalDateTime end = Dates.parse(condition.attribute("end"), now);
        switch (condition.attribute("operation", "in_range")) {
            case "in_range" -> {
                if (condition.attribute("start") == null && condition.attribute("end") == null) {
                    return false;
                }
                if ((condition.attribute("start") != null && start == null)
                        || (condition.attribute("end") != null && end == null)) {
                    return false;
                }
                if (end == null && start != null) {
                    LocalDateTime from = start;
                    end = condition
                            .child("duration")
                            .map(duration -> Dates.plus(from, duration))
                            .orElse(null);
                }
                if (start != null && now.isBefore(start)) {
                    context.nextChange().accept(Dates.epochSeconds(start));
                    return false;
                }
                if (end != null) {
                    if (now.isAfter(end)) {
                        return false;
                    }
                    context.nextChange().accept(Dates.epochSeconds(end) + 1);
                }
                return true;
            }
            case "gt" -> {
                if (start == null) {
                    return false;
                }
                if (now.isAfter(start)) {
                    return true;
                }
                context.nextChange().accept(Dates.epochSeconds(start) + 1);
                return false;
            }
            case "lt" -> {
                if (end == null || !now.isBefore(end)) {
                    return false;
                }
                context.nextChange().accept(Dates.epochSeconds(end));
                return true;
            }
            case "date_spec" -> {
                return condition
                        .child("date_spec")
                        .map(spec -> dateSpec(spec, now))
                        .orElse(false);
            }
            default -> {
                return false;
            }
        }
    }

    private static boolean dateSpec(Element spec, LocalDateTime now) {
        return inRange(spec.attribute("years"), now.getYear())
                && inRange(spec.attribute("months"), now.getMonthValue())
                && inRange(spec.attribute("monthdays"), now.getDayOfMonth())
                && inRange(spec.attribute("hours"), now.getHour())
                && inRange(spec.attribute("minutes"), now.getMinute())
                && inRange(spec.attribute("seconds"), now.getSecond())
                && inRange(spec.attribute("yeardays"), now.getDayOfYear())
                && inRange(spec.attribute("weekyears"), now.get(IsoFields.WEEK_BASED_YEAR))
                && inRange(spec.attribute("weeks"), now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR))
                && inRange(spec.attribute("weekdays"), now.get(ChronoField.DAY_OF_WEEK));
    }

    private static boolean inRange(@Nullable String range, int value) {
        if (range == null) {
            return true;
        }
        String text = range.strip();
        int dash = text.indexOf('-');
        if (dash < 0) {
            long only = plainNumber(text);
            return only != Values.INVALID && only == value;
        }
        String low = text.substring(0, dash).strip();
        String high = text.substring(dash + 1).strip();
        long from = low.isEmpty() ? Long.MIN_VALUE + 1 : plainNumber(low);
        long to = high.isEmpty() ? Long.MAX_VALUE : plainNumber(high);
        if (from == Values.INVALID || to == Values.INVALID || (low.isEmpty() && high.isEmpty())) {
            return false;
        }
        return from <= value && value <= to;
    }

    private static long plainNumber(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!Values.isDigit(text.charAt(i))) {
                return Values.INVALID;
            }
        }
        return Values.integer(text);
    }
}
