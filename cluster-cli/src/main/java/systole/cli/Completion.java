package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import systole.api.Answer;
import systole.formats.CrmLanguage;
import systole.kernel.ClusterException;
import systole.model.Element;
import systole.model.Options;

/**
 * What may stand at a place of a line: commands, ids, nodes, agents, parameters, from the table of verbs, the
 * configuration and the meta-data of agents. Without a daemon there are no ids to complete.
 */
final class Completion {
    private static final List<String> SECTIONS = List.of("params", "meta", "utilization", "op", "operations");
    private static final List<String> OPERATIONS = List.of("monitor", "start", "stop", "promote", "demote", "notify");
    private static final Set<String> TRUTHS = Set.of("boolean", "bool");

    /**
     * A word that fits.
     *
     * @param help a few words about it; may be empty
     * @param open more is expected right behind it, as after {@code name=}
     */
    record Word(String text, String help, boolean open) {
        static Word of(String text) {
            return new Word(text, "", false);
        }
    }

    private final Session session;
    private final Optional<Level> level;

    Completion(Session session, Optional<Level> level) {
        this.session = session;
        this.level = level;
    }

    /** @param before the words left of the one that is completed */
    List<Word> words(List<String> before, String word) {
        Optional<Level> at = level;
        List<String> path = new ArrayList<>(before);
        if (!path.isEmpty() && path.get(0).equals("help")) {
            path.remove(0);
            return topics(path);
        }
        if (!path.isEmpty() && path.get(0).equals("cd")) {
            return levels();
        }
        if (!path.isEmpty() && !isVerb(at, path.get(0))) {
            Optional<Level> named =
                    Levels.find(Words.resolve(path.get(0), Levels.rootWords()).orElse(path.get(0)));
            if (named.isPresent()) {
                at = named;
                path.remove(0);
            }
        }
        if (path.isEmpty()) {
            return commands(at, before.isEmpty());
        }
        Optional<Verb> verb = verb(at, path.get(0));
        return verb.map(found -> arguments(found, path.subList(1, path.size()), word))
                .orElse(List.of());
    }

    private static boolean isVerb(Optional<Level> at, String word) {
        return at.isPresent() && Words.resolve(word, at.get().words()).isPresent();
    }

    private static Optional<Verb> verb(Optional<Level> at, String word) {
        Optional<Verb> own = at.flatMap(
                present -> present.verb(Words.resolve(word, present.words()).orElse(word)));
        if (own.isPresent()) {
            return own;
        }
        String root = Words.resolve(word, Levels.rootWords()).orElse(word);
        return Levels.rootVerbs().stream()
                .filter(verb -> verb.name().equals(root))
                .findFirst();
    }

    private List<Word> levels() {
        List<Word> found = new ArrayList<>();
        Levels.all().forEach(each -> found.add(new Word(each.name(), each.summary(), false)));
        return found;
    }

    private List<Word> commands(Optional<Level> at, boolean first) {
        List<Word> found = new ArrayList<>();
        if (at.isPresent()) {
            at.get().verbs().forEach(verb -> found.add(new Word(verb.name(), verb.summary(), false)));
        } else {
            found.addAll(levels());
            Levels.rootVerbs().forEach(verb -> found.add(new Word(verb.name(), verb.summary(), false)));
        }
        if (first) {
            found.add(new Word("help", "Print the manual of a level or command.", false));
            found.add(new Word("cd", "Go to a level; cd .. goes up.", false));
            found.add(new Word("up", "Leave the level.", false));
            found.add(new Word("quit", "Leave the shell.", false));
        }
        return found;
    }

    private List<Word> topics(List<String> path) {
        if (path.isEmpty()) {
            List<Word> found = new ArrayList<>(commands(level, false));
            if (level.isPresent()) {
                found.addAll(levels());
            }
            return found;
        }
        return Levels.find(Words.resolve(path.get(0), Levels.rootWords()).orElse(path.get(0)))
                .map(found -> commands(Optional.of(found), false))
                .orElse(List.of());
    }

    // ---- arguments ------------------------------------------------------------------------------------------------

    private List<Word> arguments(Verb verb, List<String> before, String word) {
        if (verb.raw()) {
            return statement(verb.name(), before, word);
        }
        List<Word> found = new ArrayList<>();
        if (word.startsWith("-")) {
            verb.flags().forEach(flag -> found.add(new Word(flag.name(), flag.help(), false)));
            return found;
        }
        int index = (int) before.stream().filter(each -> !each.startsWith("-")).count();
        for (Verb.Argument argument : verb.arguments()) {
            if (index < argument.max()) {
                found.addAll(names(argument, before, word));
                break;
            }
            index -= argument.max();
        }
        return found;
    }

    private List<Word> names(Verb.Argument argument, List<String> before, String word) {
        return switch (argument.kind()) {
            case RESOURCE -> resources();
            case NODE -> plain(Edits.nodeNames(configuration()));
            case OBJECT -> objects();
            case AGENT -> agents();
            case PROPERTY -> options(Options.Scope.CLUSTER, "", false);
            case VERSION -> versions();
            case DRAFT -> plain(CibVerbs.names(session));
            case FILE -> List.of();
            case WORD -> {
                if (argument.label().equals("CLASS")) {
                    yield plain(List.of("ocf", "stonith", "systemd", "lsb", "service"));
                }
                if (argument.label().equals("PROVIDER")) {
                    yield plain(session.agents().allProviders());
                }
                if (argument.label().equals("NAME=VALUE") && !before.isEmpty()) {
                    yield parameters(before.get(0), word);
                }
                if (argument.label().equals("NAME") && before.size() > 1) {
                    yield attributes(before.get(0));
                }
                yield argument.label().contains("|") && argument.label().chars().noneMatch(Character::isUpperCase)
                        ? plain(List.of(argument.label().split("\\|")))
                        : List.of();
            }
        };
    }

    private static List<Word> plain(List<String> words) {
        return words.stream().map(Word::of).toList();
    }

    private List<Word> resources() {
        Element configuration = configuration();
        Map<String, String> kinds = CrmLanguage.kinds(configuration);
        return Edits.resourceIds(configuration).stream()
                .map(id -> new Word(id, kinds.getOrDefault(id, ""), false))
                .toList();
    }

    private List<Word> objects() {
        List<Word> found = new ArrayList<>();
        CrmLanguage.kinds(configuration()).forEach((id, kind) -> found.add(new Word(id, kind, false)));
        return found;
    }

    /** Parameters and meta attributes that a resource has. */
    private List<Word> attributes(String resource) {
        List<Word> found = new ArrayList<>();
        Edits.resource(configuration(), resource).ifPresent(element -> {
            for (Element set : element.children()) {
                set.children("nvpair")
                        .forEach(pair ->
                                found.add(new Word(pair.attribute("name", ""), pair.attribute("value", ""), false)));
            }
        });
        return found;
    }

    private List<Word> agents() {
        return plain(session.agents().names());
    }

    private List<Word> versions() {
        try (Backend backend = session.directly()) {
            List<Word> found = new ArrayList<>();
            if (backend.isLive()) {
                for (Answer.Change change : Undo.changes(backend)) {
                    if (change.kept()) {
                        found.add(new Word(Undo.epochs(change), change.author() + ": " + change.summary(), false));
                    }
                }
            }
            return found;
        } catch (ClusterException unreachable) {
            return List.of();
        }
    }

    // ---- statements of the language -------------------------------------------------------------------------------

    private List<Word> statement(String kind, List<String> before, String word) {
        return switch (kind) {
            case "property" -> options(Options.Scope.CLUSTER, word, true);
            case "rsc_defaults" -> options(Options.Scope.META, word, true);
            case "op_defaults" -> options(Options.Scope.OPERATION, word, true);
            case "group", "clone", "ms", "tag", "colocation", "order", "rsc_ticket" ->
                before.isEmpty() ? List.of() : resources();
            case "location" -> location(before);
            case "monitor" -> before.isEmpty() ? resources() : List.of();
            case "node" -> before.isEmpty() ? plain(Edits.nodeNames(configuration())) : nodeWords(before);
            case "acl_target", "acl_group" -> before.isEmpty() ? List.of() : roles();
            case "fencing_topology" -> topology();
            case "primitive", "rsc_template" -> primitive(before, word);
            default -> List.of();
        };
    }

    private List<Word> location(List<String> before) {
        return switch (before.size()) {
            case 0 -> List.of();
            case 1 -> resources();
            case 2 ->
                List.of(
                        new Word("inf:", "always, if it can run there", false),
                        new Word("-inf:", "never", false),
                        new Word("100:", "rather, the more the better", false),
                        new Word("rule", "under a condition", false));
            default -> plain(Edits.nodeNames(configuration()));
        };
    }

    private static List<Word> nodeWords(List<String> before) {
        return before.contains("attributes")
                ? List.of(
                        new Word("standby=", "on: no resources here", true),
                        new Word("maintenance=", "true: nothing is touched here", true))
                : plain(List.of("attributes", "utilization"));
    }

    private List<Word> roles() {
        List<Word> found = new ArrayList<>();
        for (Element acls : configuration().children("acls")) {
            acls.children("acl_role").forEach(role -> found.add(Word.of(role.id())));
        }
        return found;
    }

    private List<Word> topology() {
        List<Word> found = new ArrayList<>();
        Edits.nodeNames(configuration()).forEach(node -> found.add(new Word(node + ":", "levels of this node", false)));
        for (Element resources : configuration().children("resources")) {
            for (Element primitive : resources.children("primitive")) {
                if (primitive.attribute("class", "").equals("stonith")) {
                    found.add(new Word(primitive.id(), "fencing device", false));
                }
            }
        }
        return found;
    }

    private List<Word> primitive(List<String> before, String word) {
        if (before.size() < 2) {
            return before.isEmpty() ? List.of() : agents();
        }
        String section = "params";
        String operation = "";
        for (String each : before.subList(2, before.size())) {
            if (SECTIONS.contains(each)) {
                section = each;
                operation = "";
            } else if (section.equals("op") && operation.isEmpty()) {
                operation = each;
            }
        }
        List<Word> found = new ArrayList<>();
        switch (section) {
            case "meta" -> found.addAll(options(Options.Scope.META, word, true));
            case "op" -> found.addAll(operation(before.get(1), operation, word));
            case "utilization", "operations" -> found.addAll(List.of());
            default -> found.addAll(parameters(before.get(1), word));
        }
        if (!word.contains("=")) {
            section(found, before, "params", "parameters of the agent");
            section(found, before, "meta", "how the cluster treats it");
            section(found, before, "utilization", "what it needs of a node");
            found.add(new Word("op", "an operation", false));
        }
        return found;
    }

    private static void section(List<Word> found, List<String> before, String name, String help) {
        if (!before.contains(name)) {
            found.add(new Word(name, help, false));
        }
    }

    private List<Word> operation(String agent, String operation, String word) {
        Map<String, Element> advised = new LinkedHashMap<>();
        description(agent)
                .ifPresent(document -> document.children("actions")
                        .forEach(list -> list.children("action")
                                .forEach(action -> advised.putIfAbsent(action.attribute("name", ""), action))));
        if (operation.isEmpty()) {
            List<Word> found = new ArrayList<>();
            for (String name : OPERATIONS) {
                Element advice = advised.get(name);
                if (advice != null || advised.isEmpty()) {
                    found.add(new Word(name, advice == null ? "" : advice(advice), false));
                }
            }
            return found;
        }
        List<Word> found = new ArrayList<>();
        Element advice = advised.get(operation);
        if (advice != null) {
            for (String name : List.of("timeout", "interval")) {
                String value = advice.attribute(name, "");
                if (!value.isEmpty()) {
                    found.add(new Word(name + "=" + value, "as the agent advises", false));
                }
            }
        }
        found.addAll(options(Options.Scope.OPERATION, word, true));
        return found;
    }

    private static String advice(Element action) {
        String interval = action.attribute("interval", "");
        return "timeout " + action.attribute("timeout", "") + (interval.isEmpty() ? "" : ", every " + interval);
    }

    private Optional<Element> description(String agent) {
        InstalledAgents agents = session.agents();
        RaVerbs.Name name = RaVerbs.Name.of(agent, agents);
        return agents.metadata(name.agentClass(), name.provider(), name.type());
    }

    /** Parameters of an agent, the required ones first; behind {@code name=} the values it can have. */
    private List<Word> parameters(String agent, String word) {
        List<Word> required = new ArrayList<>();
        List<Word> others = new ArrayList<>();
        for (Element parameter : agentParameters(agent)) {
            String name = parameter.attribute("name", "");
            if (word.startsWith(name + "=")) {
                return values(name, parameter.child("content").orElse(Element.leaf("content")));
            }
            boolean needed = parameter.attribute("required", "0").matches("1|true");
            (needed ? required : others)
                    .add(new Word(name + "=", (needed ? "(required) " : "") + text(parameter, "shortdesc"), true));
        }
        required.addAll(others);
        return required;
    }

    private List<Element> agentParameters(String agent) {
        List<Element> found = new ArrayList<>();
        description(agent)
                .ifPresent(document ->
                        document.children("parameters").forEach(list -> found.addAll(list.children("parameter"))));
        return found;
    }

    private static List<Word> values(String name, Element content) {
        List<Word> found = new ArrayList<>();
        String fallback = content.attribute("default", "");
        if (TRUTHS.contains(content.attribute("type", ""))) {
            for (String each : List.of("true", "false")) {
                found.add(new Word(name + "=" + each, each.equals(fallback) ? "default" : "", false));
            }
        } else {
            content.children("option")
                    .forEach(option -> found.add(new Word(name + "=" + option.attribute("value", ""), "", false)));
            if (found.isEmpty() && !fallback.isEmpty()) {
                found.add(new Word(name + "=" + fallback, "default", false));
            }
        }
        return found;
    }

    /** The manual of what stands before {@code =}, for the line above the prompt; empty if there is none. */
    String manual(List<String> before, String word) {
        int equals = word.indexOf('=');
        if (equals < 1 || equals != word.length() - 1) {
            return "";
        }
        String name = word.substring(0, equals);
        for (Options.Scope scope : List.of(Options.Scope.CLUSTER, Options.Scope.META, Options.Scope.OPERATION)) {
            boolean meant = before.contains(
                            scope == Options.Scope.CLUSTER ? "property" : scope == Options.Scope.META ? "meta" : "op")
                    || scope == Options.Scope.META && before.contains("rsc_defaults")
                    || scope == Options.Scope.OPERATION && before.contains("op_defaults");
            Optional<Options.Option> option = meant ? Options.find(scope, name) : Optional.empty();
            if (option.isPresent()) {
                return name + ": default "
                        + (option.get().fallback().isEmpty()
                                ? "none"
                                : option.get().fallback());
            }
        }
        for (String agent : before) {
            for (Element parameter : agent.contains("=") ? List.<Element>of() : parametersOf(agent)) {
                if (parameter.attribute("name", "").equals(name)) {
                    Element content = parameter.child("content").orElse(Element.leaf("content"));
                    String fallback = content.attribute("default", "");
                    String longer = text(parameter, "longdesc");
                    return name + " (" + content.attribute("type", "string")
                            + (fallback.isEmpty() ? "" : ", [" + fallback + "]") + "): "
                            + (longer.isEmpty() ? text(parameter, "shortdesc") : longer);
                }
            }
        }
        return "";
    }

    /** Only words that can be agents are asked about. */
    private List<Element> parametersOf(String word) {
        boolean likely = word.contains(":")
                || !word.isEmpty() && Character.isUpperCase(word.charAt(0))
                || word.startsWith("fence_");
        return likely ? agentParameters(word) : List.of();
    }

    private static String text(Element owner, String name) {
        for (Element child : owner.children(name)) {
            return child.text().strip().replaceAll("\\s+", " ");
        }
        return "";
    }

    private static List<Word> options(Options.Scope scope, String word, boolean pair) {
        List<Word> found = new ArrayList<>();
        for (String name : Options.names(scope)) {
            Optional<Options.Option> option = Options.find(scope, name);
            if (option.isPresent() && pair && word.startsWith(name + "=")) {
                return values(name, option.get());
            }
            found.add(new Word(
                    pair ? name + "=" : name, option.map(Completion::meaning).orElse(""), pair));
        }
        return found;
    }

    private static String meaning(Options.Option option) {
        return (option.fallback().isEmpty() ? "" : "[" + option.fallback() + "] ") + option.meaning();
    }

    private static List<Word> values(String name, Options.Option option) {
        List<String> words = new ArrayList<>(option.words());
        if (words.isEmpty()
                && (option.fallback().equals("true") || option.fallback().equals("false"))) {
            words.addAll(List.of("true", "false"));
        }
        if (words.isEmpty() && !option.fallback().isEmpty()) {
            words.add(option.fallback());
        }
        return words.stream()
                .map(each -> new Word(name + "=" + each, each.equals(option.fallback()) ? "default" : "", false))
                .toList();
    }

    private Element configuration() {
        try (Backend backend = session.backend()) {
            return backend.configuration();
        } catch (ClusterException unreachable) {
            return CrmLanguage.EMPTY;
        }
    }
}
