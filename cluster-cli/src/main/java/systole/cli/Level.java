package systole.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A noun with its verbs, as {@code resource} or {@code configure}. */
record Level(String name, List<String> aliases, String summary, List<Verb> verbs) {
    Level {
        aliases = List.copyOf(aliases);
        verbs = List.copyOf(verbs);
    }

    /** Names and aliases of all verbs. */
    List<String> words() {
        List<String> words = new ArrayList<>();
        for (Verb verb : verbs) {
            words.add(verb.name());
            words.addAll(verb.aliases());
        }
        return words;
    }

    Optional<Verb> verb(String word) {
        for (Verb verb : verbs) {
            if (verb.name().equals(word) || verb.aliases().contains(word)) {
                return Optional.of(verb);
            }
        }
        return Optional.empty();
    }
}
