package systole.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import systole.model.CibEdit;
import systole.model.Element;

/** One call of a verb: its arguments by label, its options, and the session around it. */
final class Call {
    private final Session session;
    private final Verb verb;
    private final Map<String, List<String>> arguments;
    private final Map<String, String> flags;
    private final List<String> words;

    Call(
            Session session,
            Verb verb,
            Map<String, List<String>> arguments,
            Map<String, String> flags,
            List<String> words) {
        this.session = session;
        this.verb = verb;
        this.arguments = arguments;
        this.flags = flags;
        this.words = List.copyOf(words);
    }

    Session session() {
        return session;
    }

    Verb verb() {
        return verb;
    }

    PrintWriter out() {
        return session.out();
    }

    /** All words after the verb as they were typed. */
    List<String> words() {
        return words;
    }

    List<String> all(String label) {
        return arguments.getOrDefault(label, List.of());
    }

    String one(String label) {
        List<String> values = all(label);
        if (values.isEmpty()) {
            throw new UsageException("argument " + label + " is missing", "see the help of this command: --help");
        }
        return values.get(0);
    }

    String one(String label, String fallback) {
        List<String> values = all(label);
        return values.isEmpty() ? fallback : values.get(0);
    }

    boolean has(String flag) {
        return flags.containsKey(flag);
    }

    @Nullable
    String option(String flag) {
        return flags.get(flag);
    }

    String option(String flag, String fallback) {
        String value = flags.get(flag);
        return value == null ? fallback : value;
    }

    /** Changes the configuration and, with {@code -w}, waits until the cluster has followed. */
    boolean change(String message, UnaryOperator<Element> function) {
        try (Backend backend = session.backend()) {
            List<CibEdit> edits = backend.change(message, function);
            if (session.await()
                    || has("--wait")
                    || "yes".equals(OptionVerbs.read(session.environment()).get("wait"))) {
                backend.settle();
            }
            return !edits.isEmpty();
        }
    }
}
