package systole.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tree of commands. Each level is built when it is asked for. */
final class Levels {
    private static final List<String> NAMES = List.of(
            "configure",
            "resource",
            "node",
            "cluster",
            "fence",
            "sbd",
            "history",
            "ra",
            "cib",
            "cibstatus",
            "corosync",
            "tag",
            "template",
            "acl",
            "options",
            "site",
            "maintenance",
            "assist");

    private Levels() {}

    static Optional<Level> find(String word) {
        return switch (word) {
            case "configure" -> Optional.of(ConfigureVerbs.level());
            case "resource" -> Optional.of(ResourceVerbs.level());
            case "node" -> Optional.of(NodeVerbs.level());
            case "cluster" -> Optional.of(ClusterVerbs.level());
            case "fence" -> Optional.of(FenceVerbs.level());
            case "sbd" -> Optional.of(SbdVerbs.level());
            case "ra" -> Optional.of(RaVerbs.level());
            case "cib" -> Optional.of(CibVerbs.level());
            case "cibstatus" -> Optional.of(PretendedStatus.level());
            case "history" -> Optional.of(HistoryVerbs.level());
            case "corosync" -> Optional.of(CorosyncVerbs.level());
            case "tag" -> Optional.of(ObjectLevels.tags());
            case "template" -> Optional.of(ObjectLevels.templates());
            case "acl" -> Optional.of(ObjectLevels.accessControl());
            case "options" -> Optional.of(OptionVerbs.level());
            case "site" -> Optional.of(SiteVerbs.level());
            case "assist" -> Optional.of(AssistVerbs.level());
            case "maintenance" -> Optional.of(NodeVerbs.maintenance());
            default -> Optional.empty();
        };
    }

    static List<Level> all() {
        List<Level> levels = new ArrayList<>();
        for (String name : NAMES) {
            find(name).ifPresent(levels::add);
        }
        return levels;
    }

    static List<Verb> rootVerbs() {
        return RootVerbs.verbs();
    }

    static Verb rootVerb(String word) {
        for (Verb verb : rootVerbs()) {
            if (verb.name().equals(word) || verb.aliases().contains(word)) {
                return verb;
            }
        }
        throw new AssertionError("no command " + word);
    }

    /** Everything that may stand first. */
    static List<String> rootWords() {
        List<String> words = new ArrayList<>(NAMES);
        words.add("help");
        for (Verb verb : rootVerbs()) {
            words.add(verb.name());
            words.addAll(verb.aliases());
        }
        return words;
    }
}
