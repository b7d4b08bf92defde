package systole.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.formats.AgentCatalog;
import systole.formats.CrmLanguage;
import systole.kernel.ClusterException;
import systole.model.Element;
import systole.model.Options;

/** The line editor of the shell: history and completion from the table of verbs. Loaded for a dialogue only. */
final class Terminals implements AutoCloseable {
    private final Terminal terminal;
    private final LineReader reader;
    private final Supplier<Session> session;
    private final Supplier<Optional<Level>> level;

    private Terminals(Terminal terminal, Supplier<Session> session, Supplier<Optional<Level>> level) {
        this.terminal = terminal;
        this.session = session;
        this.level = level;
        Path history = Path.of(session.get().environment().getOrDefault("HOME", "/tmp"), ".systole_history");
        reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .completer((lines, parsed, candidates) -> complete(parsed, candidates))
                .variable(LineReader.HISTORY_FILE, history)
                .build();
    }

    static Terminals open(Supplier<Session> session, Supplier<Optional<Level>> level) throws IOException {
        return new Terminals(TerminalBuilder.builder().system(true).build(), session, level);
    }

    @Nullable
    String next(String prompt) {
        try {
            return reader.readLine(prompt);
        } catch (UserInterruptException interrupted) {
            return "";
        } catch (EndOfFileException end) {
            return null;
        }
    }

    private void complete(ParsedLine line, List<Candidate> candidates) {
        List<String> before = new ArrayList<>(line.words().subList(0, line.wordIndex()));
        for (String word : words(before, line.word())) {
            candidates.add(new Candidate(word));
        }
    }

    private List<String> words(List<String> before, String word) {
        Optional<Level> at = level.get();
        if (!before.isEmpty()) {
            Optional<Level> named =
                    Levels.find(Words.resolve(before.get(0), Levels.rootWords()).orElse(before.get(0)));
            boolean own = at.isPresent() && at.get().words().contains(before.get(0));
            if (named.isPresent() && !own) {
                at = named;
                before.remove(0);
            }
        }
        if (before.isEmpty()) {
            List<String> all = new ArrayList<>(at.map(Level::words).orElse(Levels.rootWords()));
            all.addAll(List.of("help", "up", "quit"));
            return all;
        }
        String name = before.get(0);
        Optional<Verb> verb = at.flatMap(
                present -> present.verb(Words.resolve(name, present.words()).orElse(name)));
        return verb.map(found -> arguments(found, before.subList(1, before.size()), word))
                .orElse(List.of());
    }

    private List<String> arguments(Verb verb, List<String> before, String word) {
        if (verb.raw()) {
            return statement(verb.name(), before, word);
        }
        List<String> found = new ArrayList<>();
        if (word.startsWith("-")) {
            verb.flags().forEach(flag -> found.add(flag.name()));
            return found;
        }
        int index = before.size();
        for (Verb.Argument argument : verb.arguments()) {
            if (index < argument.max()) {
                found.addAll(names(argument));
                break;
            }
            index -= argument.max();
        }
        return found;
    }

    private List<String> names(Verb.Argument argument) {
        return switch (argument.kind()) {
            case RESOURCE -> Edits.resourceIds(configuration());
            case NODE -> Edits.nodeNames(configuration());
            case OBJECT -> CrmLanguage.ids(configuration());
            case AGENT -> session().agents().names();
            case FILE -> List.of();
            case VERSION -> versions();
            case DRAFT -> CibVerbs.names(session());
            case PROPERTY -> Options.names(Options.Scope.CLUSTER);
            case WORD ->
                argument.label().contains("|") ? List.of(argument.label().split("\\|")) : List.of();
        };
    }

    private List<String> statement(String kind, List<String> before, String word) {
        return switch (kind) {
            case "property" -> pairs(Options.names(Options.Scope.CLUSTER));
            case "rsc_defaults" -> pairs(Options.names(Options.Scope.META));
            case "op_defaults" -> pairs(Options.names(Options.Scope.OPERATION));
            case "group", "clone", "ms", "tag", "colocation", "order", "location", "monitor" ->
                before.isEmpty() ? List.of() : Edits.resourceIds(configuration());
            case "primitive", "rsc_template" -> primitive(before);
            default -> List.of();
        };
    }

    private static List<String> pairs(List<String> names) {
        return names.stream().map(name -> name + "=").toList();
    }

    private List<String> primitive(List<String> before) {
        if (before.size() < 2) {
            return before.isEmpty() ? List.of() : session().agents().names();
        }
        List<String> found = new ArrayList<>(List.of("params", "meta", "utilization", "op"));
        String section = "params";
        for (String each : before) {
            if (found.contains(each)) {
                section = each;
            }
        }
        if (section.equals("meta")) {
            found.addAll(pairs(Options.names(Options.Scope.META)));
        } else if (section.equals("op")) {
            found.addAll(List.of("monitor", "start", "stop", "promote", "demote"));
            found.addAll(pairs(Options.names(Options.Scope.OPERATION)));
        } else {
            String[] parts = before.get(1).split(":", -1);
            String type = parts[parts.length - 1];
            String agentClass = parts.length == 1 ? "ocf" : parts[0];
            String provider = parts.length == 3 ? parts[1] : agentClass.equals("ocf") ? "heartbeat" : "";
            session().agents().describe(agentClass, provider, type).ifPresent(agent -> {
                for (AgentCatalog.Parameter parameter : agent.parameters()) {
                    found.add(parameter.name() + "=");
                }
            });
        }
        return found;
    }

    private Session session() {
        return session.get();
    }

    private List<String> versions() {
        try (Backend backend = session().directly()) {
            return backend.isLive()
                    ? Undo.changes(backend).stream()
                            .filter(Answer.Change::kept)
                            .map(Undo::epochs)
                            .toList()
                    : List.of();
        } catch (ClusterException unreachable) {
            return List.of();
        }
    }

    /** For completion only: without a daemon there is nothing to complete. */
    private Element configuration() {
        try (Backend backend = session().backend()) {
            return backend.configuration();
        } catch (ClusterException unreachable) {
            return CrmLanguage.EMPTY;
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
