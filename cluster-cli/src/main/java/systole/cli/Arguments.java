package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import systole.kernel.NearestWord;

/**
 * Words to a {@link Call}, from the table of verbs. Picocli writes the manual pages from the same table; it does not read
 * the words, because its classes are too old for a class-data archive and would double the time of every command.
 */
final class Arguments {
    private Arguments() {}

    static Call parse(Session session, String level, Verb verb, List<String> words) {
        if (verb.raw()) {
            return new Call(session, verb, Map.of(), Map.of(), words);
        }
        Map<String, String> flags = new LinkedHashMap<>();
        List<String> rest = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("--")) {
                rest.addAll(words.subList(i + 1, words.size()));
                break;
            }
            if (!looksLikeOption(word)) {
                rest.add(word);
                continue;
            }
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String wanted = equals > 0 ? word.substring(0, equals) : word;
            Verb.Flag flag = verb.flags().stream()
                    .filter(each -> each.name().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> notKnown(level, verb, wanted));
            if (flag.valueLabel().isEmpty()) {
                if (equals > 0) {
                    throw new UsageException(
                            "option " + wanted + " takes no value",
                            "see its options: systole help " + name(level, verb));
                }
                flags.put(wanted, "true");
            } else if (equals > 0) {
                flags.put(wanted, word.substring(equals + 1));
            } else if (i + 1 < words.size()) {
                flags.put(wanted, words.get(++i));
            } else {
                throw new UsageException(
                        "option " + wanted + " lacks its value", "write " + wanted + " " + flag.valueLabel());
            }
        }
        return positional(session, level, verb, rest, flags);
    }

    /** A dash alone is a word, and so is a negative number or score. */
    private static boolean looksLikeOption(String word) {
        if (word.length() < 2 || word.charAt(0) != '-') {
            return false;
        }
        char second = word.charAt(1);
        return !Character.isDigit(second) && !word.equalsIgnoreCase("-inf") && !word.equalsIgnoreCase("-infinity");
    }

    private static UsageException notKnown(String level, Verb verb, String word) {
        List<String> known = verb.flags().stream().map(Verb.Flag::name).toList();
        return new UsageException(
                "option " + word + " is not known to " + name(level, verb) + NearestWord.hint(word, known),
                "see its options: systole help " + name(level, verb));
    }

    static String name(String level, Verb verb) {
        return level.isEmpty() ? verb.name() : level + " " + verb.name();
    }

    private static Call positional(
            Session session, String level, Verb verb, List<String> words, Map<String, String> flags) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        int next = 0;
        for (Verb.Argument argument : verb.arguments()) {
            List<String> taken = new ArrayList<>();
            while (next < words.size() && taken.size() < argument.max()) {
                taken.add(words.get(next++));
            }
            if (taken.size() < argument.min()) {
                throw new UsageException(
                        name(level, verb) + ": argument " + argument.label() + " is missing",
                        "write: systole " + usage(level, verb));
            }
            values.put(argument.label(), taken);
        }
        if (next < words.size()) {
            throw new UsageException(
                    name(level, verb) + ": '" + words.get(next) + "' is one argument too many",
                    "write: systole " + usage(level, verb));
        }
        return new Call(session, verb, values, flags, words);
    }

    static String usage(String level, Verb verb) {
        StringBuilder out = new StringBuilder(name(level, verb));
        for (Verb.Flag flag : verb.flags()) {
            out.append(" [")
                    .append(flag.name())
                    .append(flag.valueLabel().isEmpty() ? "" : " " + flag.valueLabel())
                    .append(']');
        }
        for (Verb.Argument argument : verb.arguments()) {
            String dots = argument.max() > 1 ? "…" : "";
            out.append(argument.min() == 0 ? " [" : " ")
                    .append(argument.label())
                    .append(dots);
            out.append(argument.min() == 0 ? "]" : "");
        }
        return out.toString();
    }

    static CommandSpec spec(String level, Verb verb) {
        CommandSpec spec = CommandSpec.create().name("systole " + name(level, verb));
        spec.usageMessage().description(verb.summary());
        spec.usageMessage().width(100);
        for (Verb.Flag flag : verb.flags()) {
            OptionSpec.Builder option = OptionSpec.builder(flag.name()).description(flag.help());
            if (flag.valueLabel().isEmpty()) {
                option.arity("0").type(boolean.class);
            } else {
                option.arity("1").type(String.class).paramLabel(flag.valueLabel());
            }
            spec.addOption(option.build());
        }
        int index = 0;
        for (Verb.Argument argument : verb.arguments()) {
            boolean last = argument.max() > 1;
            spec.addPositional(PositionalParamSpec.builder()
                    .index(last ? index + "..*" : Integer.toString(index))
                    .arity(last ? argument.min() + "..*" : argument.min() + "..1")
                    .type(last ? List.class : String.class)
                    .auxiliaryTypes(String.class)
                    .required(false)
                    .paramLabel(argument.label())
                    .description(argument.help())
                    .build());
            index++;
        }
        if (!verb.examples().isEmpty()) {
            List<String> footer = new ArrayList<>(List.of("", verb.examples().size() > 1 ? "Examples:" : "Example:"));
            verb.examples().forEach(example -> footer.add("  " + example));
            spec.usageMessage().footer(footer.toArray(new String[0]));
        }
        return spec;
    }
}
