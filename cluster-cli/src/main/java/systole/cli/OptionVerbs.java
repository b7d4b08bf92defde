package systole.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** Level {@code options}: preferences of a person, kept in {@code ~/.systole_options}. */
final class OptionVerbs {
    private static final Map<String, String> KNOWN = new LinkedHashMap<>();

    static {
        KNOWN.put("editor", "");
        KNOWN.put("wait", "no");
        KNOWN.put("max-disruption", "");
    }

    private OptionVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("show", "Print the preferences, or one.")
                .maybe("NAME", Verb.Kind.WORD, "editor, wait, max-disruption")
                .does(call -> {
                    Map<String, String> all = read(call.session().environment());
                    if (!call.all("NAME").isEmpty()) {
                        call.out().println(all.get(require(call.one("NAME"))));
                    } else if (call.session().json()) {
                        call.out().println(Output.of(all));
                    } else {
                        all.forEach((name, value) -> call.out().println(name + " \"" + value + "\""));
                    }
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("set", "Set a preference.")
                .one("NAME", Verb.Kind.WORD, "editor, wait (yes, no), max-disruption (of commits)")
                .one("VALUE", Verb.Kind.WORD, "the value")
                .example("systole options set wait yes")
                .does(call -> {
                    Map<String, String> all = read(call.session().environment());
                    all.put(require(call.one("NAME")), checked(call.one("NAME"), call.one("VALUE")));
                    StringBuilder text = new StringBuilder();
                    all.forEach((name, value) ->
                            text.append(name).append('=').append(value).append('\n'));
                    FileBackend.write(file(call.session().environment()), text.toString());
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("save", "For crm: set saves at once.").does(call -> ExitCode.OK.number()));
        verbs.add(Verb.of("reset", "Forget all preferences.").does(call -> {
            Files.deleteIfExists(file(call.session().environment()));
            return ExitCode.OK.number();
        }));
        return new Level("options", List.of(), "Preferences of yours.", verbs);
    }

    private static Path file(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("HOME", "/root"), ".systole_options");
    }

    private static String require(String name) {
        if (!KNOWN.containsKey(name)) {
            throw new BadInputException(
                    "",
                    "there is no preference '" + name + "'" + NearestWord.hint(name, KNOWN.keySet()),
                    "list them: systole options show");
        }
        return name;
    }

    private static String checked(String name, String value) {
        boolean good = switch (name) {
            case "wait" -> value.equals("yes") || value.equals("no");
            case "max-disruption" -> value.matches("[0-9]{0,6}");
            default -> value.indexOf('\n') < 0;
        };
        if (!good) {
            throw new BadInputException(
                    "",
                    "'" + value + "' is no value of " + name,
                    name.equals("wait") ? "write yes or no" : "write a number");
        }
        return value;
    }

    /** All preferences; those that were not set have their default. */
    static Map<String, String> read(Map<String, String> environment) {
        Map<String, String> found = new LinkedHashMap<>(KNOWN);
        String home = environment.getOrDefault("HOME", "");
        if (!home.isEmpty() && Files.isRegularFile(file(environment))) {
            for (String line : FileBackend.read(file(environment)).split("\n", -1)) {
                int equals = line.indexOf('=');
                if (equals > 0 && KNOWN.containsKey(line.substring(0, equals))) {
                    found.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        return found;
    }
}
