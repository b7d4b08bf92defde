package systole.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Every option that a configuration may set, with type, default and meaning (pacemaker-options, sections 2 to 5 and 10).
 *
 * <p>Names of Pacemaker before 3.0 are known as old names of the same option.
 */
public final class Options {
    /** Where an option is set. */
    public enum Scope {
        CLUSTER,
        META,
        OPERATION,
        FENCING
    }

    /** What values an option takes. */
    public enum Type {
        BOOLEAN("a boolean: true or false"),
        SCORE("a score: a whole number, INFINITY or -INFINITY"),
        INTEGER("a whole number"),
        TIME("a time, such as 30s, 500ms or 2min"),
        PERCENTAGE("a percentage, such as 80%"),
        CHOICE("one of the words listed"),
        TEXT("text");

        private final String expected;

        Type(String expected) {
            this.expected = expected;
        }
    }

    /**
     * @param oldName the name before Pacemaker 3.0, or empty
     * @param fallback the default as people write it; may be empty
     * @param words the values of a choice; further words that some other type takes
     */
    public record Option(
            Scope scope, String name, String oldName, Type type, String fallback, List<String> words, String meaning) {
        public Option {
            words = List.copyOf(words);
        }

        /** What is wrong with the value, or nothing; the empty value means the default. */
        public Optional<String> problem(String value) {
            if (value.isEmpty() || value.equals("#default") || accepts(value)) {
                return Optional.empty();
            }
            String expected = type == Type.CHOICE ? "one of " + String.join(", ", words) : type.expected;
            return Optional.of("'" + value + "' is no value of '" + name + "': it takes " + expected);
        }

        private boolean accepts(String value) {
            for (String word : words) {
                if (word.equalsIgnoreCase(value)) {
                    return true;
                }
            }
            return switch (type) {
                case BOOLEAN -> isBoolean(value);
                case SCORE -> isScore(value);
                case INTEGER -> isInteger(value);
                case TIME -> isTime(value);
                case PERCENTAGE -> isPercentage(value);
                case CHOICE -> false;
                case TEXT -> true;
            };
        }
    }

    private static final Map<String, Option> BY_NAME = new LinkedHashMap<>();

    static {
        for (String line : OptionTable.LINES) {
            add(line);
        }
    }

    private Options() {}

    private static void add(String line) {
        String[] field = line.split("\\|", -1);
        if (field.length != 6) {
            throw new AssertionError("option line has " + field.length + " fields: " + line);
        }
        String[] names = field[1].split("/", -1);
        String[] type = field[2].split(" ", -1);
        List<String> words = new ArrayList<>();
        for (int i = 1; i < type.length; i++) {
            words.add(type[i]);
        }
        Option option = new Option(
                Scope.valueOf(field[0]),
                names[0],
                names.length > 1 ? names[1] : "",
                Type.valueOf(type[0]),
                field[3],
                words,
                field[5]);
        for (String name : names) {
            BY_NAME.put(option.scope() + " " + name, option);
        }
    }

    /** The option of this name, new or old. */
    public static Optional<Option> find(Scope scope, String name) {
        return Optional.ofNullable(BY_NAME.get(scope + " " + name));
    }

    /** All options of a scope in the order of the specification. */
    public static List<Option> all(Scope scope) {
        return BY_NAME.values().stream()
                .filter(option -> option.scope() == scope)
                .distinct()
                .toList();
    }

    /** All names of a scope, new and old. */
    public static List<String> names(Scope scope) {
        List<String> names = new ArrayList<>();
        for (Option option : all(scope)) {
            names.add(option.name());
            if (!option.oldName().isEmpty()) {
                names.add(option.oldName());
            }
        }
        return names;
    }

    public static boolean isBoolean(String value) {
        return isTrue(value) || isFalse(value);
    }

    public static boolean isTrue(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "1", "yes", "y", "on", "true" -> true;
            default -> false;
        };
    }

    public static boolean isFalse(String value) {
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "0", "no", "n", "off", "false" -> true;
            default -> false;
        };
    }

    public static boolean isScore(String value) {
        String body = value.startsWith("-") || value.startsWith("+") ? value.substring(1) : value;
        return body.equalsIgnoreCase("INFINITY")
                || isInteger(value)
                || value.equals("red")
                || value.equals("yellow")
                || value.equals("green");
    }

    public static boolean isInteger(String value) {
        String body = value.startsWith("-") || value.startsWith("+") ? value.substring(1) : value;
        return !body.isEmpty() && body.length() <= 18 && body.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    public static boolean isTime(String value) {
        return TimeSpan.millis(value.strip()).isPresent();
    }

    private static boolean isPercentage(String value) {
        String body = value.endsWith("%") ? value.substring(0, value.length() - 1) : value;
        int dot = body.indexOf('.');
        String digits = dot < 0 ? body : body.substring(0, dot) + body.substring(dot + 1);
        return !digits.isEmpty() && digits.length() <= 12 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
    }
}
