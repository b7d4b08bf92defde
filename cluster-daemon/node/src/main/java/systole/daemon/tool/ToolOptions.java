package systole.daemon.tool;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Options of a command in the GNU forms that agents use: {@code -N x}, {@code -Nx}, {@code --node x},
 * {@code --node=x}. Given twice, the last wins.
 */
final class ToolOptions {
    private static final String FLAG = "";
    private static final String VALUE = ":";
    private static final String OPTIONAL = "?";

    private final Map<String, String> given = new HashMap<>();
    private final List<String> words = new ArrayList<>();

    /** An option is not known, or lacks its value. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    /**
     * @param known each option as {@code "letter,long,long"}, followed by {@code :} if it takes a value, {@code ?} if it
     *     may; known by its first long name afterwards
     */
    ToolOptions(List<String> arguments, String... known) throws UsageException {
        Map<String, String> key = new HashMap<>();
        Map<String, String> arity = new HashMap<>();
        for (String spec : known) {
            String kind = spec.endsWith(VALUE) ? VALUE : spec.endsWith(OPTIONAL) ? OPTIONAL : FLAG;
            String[] names = spec.substring(0, spec.length() - kind.length()).split(",");
            for (String name : names) {
                key.put(name, names[1]);
            }
            arity.put(names[1], kind);
        }
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (!word.startsWith("-") || word.length() < 2) {
                words.add(word);
                continue;
            }
            boolean isLong = word.startsWith("--");
            int equals = word.indexOf('=');
            String name = isLong ? word.substring(2, equals < 0 ? word.length() : equals) : word.substring(1, 2);
            String option = key.get(name);
            if (option == null) {
                throw new UsageException("unknown option " + word);
            }
            String attached = isLong ? (equals < 0 ? "" : word.substring(equals + 1)) : word.substring(2);
            boolean hasAttached = isLong ? equals >= 0 : word.length() > 2;
            String kind = arity.getOrDefault(option, FLAG);
            boolean nextIsValue = i + 1 < arguments.size()
                    && (kind.equals(VALUE)
                            || (kind.equals(OPTIONAL) && !arguments.get(i + 1).startsWith("-")));
            if (hasAttached && !kind.equals(FLAG)) {
                given.put(option, attached);
            } else if (nextIsValue) {
                given.put(option, arguments.get(++i));
            } else if (kind.equals(VALUE)) {
                throw new UsageException("option " + word + " needs a value");
            } else if (hasAttached) {
                throw new UsageException("option " + word + " takes no value");
            } else {
                given.put(option, "");
            }
        }
    }

    boolean has(String option) {
        return given.containsKey(option);
    }

    String value(String option) {
        return given.getOrDefault(option, "");
    }

    String value(String option, String fallback) {
        return given.getOrDefault(option, fallback);
    }

    List<String> words() {
        return words;
    }
}
