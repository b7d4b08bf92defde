package systole.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * One command: what it is called, what it takes, what it does. From this one table come parsing, help and completion.
 *
 * @param raw the arguments are text of the crm language and are not parsed for options
 */
record Verb(
        String name,
        List<String> aliases,
        String summary,
        List<Argument> arguments,
        List<Flag> flags,
        boolean raw,
        List<String> examples,
        Action action) {
    Verb {
        aliases = List.copyOf(aliases);
        arguments = List.copyOf(arguments);
        flags = List.copyOf(flags);
        examples = List.copyOf(examples);
    }

    /** Carries the command out and gives the exit code; failures come as exceptions. */
    interface Action {
        int run(Call call) throws Exception;
    }

    /** What an argument names, for completion. */
    enum Kind {
        RESOURCE,
        NODE,
        OBJECT,
        AGENT,
        FILE,
        VERSION,
        DRAFT,
        PROPERTY,
        WORD
    }

    /** @param max most values it takes; {@link Integer#MAX_VALUE} for any number */
    record Argument(String label, Kind kind, int min, int max, String help) {}

    /** An option; with an empty value label it is a switch. */
    record Flag(String name, String valueLabel, String help) {}

    static Builder of(String name, String summary) {
        return new Builder(name, summary);
    }

    /** Collects the parts of a verb; used while the tables are built only. */
    static final class Builder {
        private final String name;
        private final String summary;
        private final ArrayList<String> aliases = new ArrayList<>();
        private final ArrayList<Argument> arguments = new ArrayList<>();
        private final ArrayList<Flag> flags = new ArrayList<>();
        private final ArrayList<String> examples = new ArrayList<>();
        private boolean raw;

        private Builder(String name, String summary) {
            this.name = name;
            this.summary = summary;
        }

        Builder alias(String... words) {
            aliases.addAll(List.of(words));
            return this;
        }

        Builder one(String label, Kind kind, String help) {
            arguments.add(new Argument(label, kind, 1, 1, help));
            return this;
        }

        Builder maybe(String label, Kind kind, String help) {
            arguments.add(new Argument(label, kind, 0, 1, help));
            return this;
        }

        Builder some(String label, Kind kind, String help) {
            arguments.add(new Argument(label, kind, 1, Integer.MAX_VALUE, help));
            return this;
        }

        Builder any(String label, Kind kind, String help) {
            arguments.add(new Argument(label, kind, 0, Integer.MAX_VALUE, help));
            return this;
        }

        Builder flag(String flag, String help) {
            flags.add(new Flag(flag, "", help));
            return this;
        }

        Builder option(String flag, String label, String help) {
            flags.add(new Flag(flag, label, help));
            return this;
        }

        Builder raw() {
            raw = true;
            return this;
        }

        Builder example(String line) {
            examples.add(line);
            return this;
        }

        Verb does(Action action) {
            return new Verb(name, aliases, summary, arguments, flags, raw, examples, action);
        }
    }
}
