package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import systole.api.Answer;
import systole.api.Request;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;

/**
 * Takes back changes of the configuration, as a change of its own. What others changed later stays; if a later change
 * touched the same objects it would be lost, and the undo is refused.
 */
final class Undo {
    /** Changes that the cluster makes by itself are not counted when the last ones are to be undone. */
    private static final String BY_ITSELF = "cluster";

    private Undo() {}

    /** The versions that {@code what}, a number of commits or a version, stands for; oldest first. */
    static List<Answer.Change> chosen(List<Answer.Change> changes, String what) {
        List<Answer.Change> found = new ArrayList<>();
        if (what.indexOf('.') >= 0) {
            for (Answer.Change change : changes) {
                if (epochs(change).equals(epochs(what))) {
                    found.add(change);
                }
            }
            if (found.isEmpty()) {
                List<String> known = changes.stream().map(Undo::epochs).toList();
                throw new BadInputException(
                        "",
                        "no change made version '" + what + "'" + NearestWord.hint(what, known),
                        "list the changes: systole history changes");
            }
        } else {
            if (!what.matches("[1-9][0-9]{0,3}")) {
                throw new UsageException(
                        "'" + what + "' is neither a number of commits nor a version",
                        "write undo, undo 2, or undo 0.17");
            }
            int left = Integer.parseInt(what);
            for (int i = changes.size() - 1; i >= 0 && left > 0; i--) {
                if (!changes.get(i).author().equals(BY_ITSELF)) {
                    found.add(0, changes.get(i));
                    left--;
                }
            }
            if (left > 0) {
                throw new BadInputException(
                        "",
                        "there are only " + found.size() + " changes to undo",
                        "list the changes: systole history changes");
            }
        }
        for (Answer.Change change : found) {
            if (!change.kept()) {
                throw new BadInputException(
                        "",
                        "the change to version " + epochs(change) + " is too old to be undone",
                        "undo a later one, or make the change by hand: systole history changes");
            }
        }
        return found;
    }

    /**
     * The present configuration without these changes.
     *
     * @throws BadInputException if a later change touched the same objects
     */
    static Element apply(Backend backend, Element present, List<Answer.Change> undone) {
        Element next = present;
        List<Answer.Change> changes = changes(backend);
        Set<String> names = new LinkedHashSet<>();
        undone.forEach(change -> names.add(epochs(change)));
        for (int i = undone.size() - 1; i >= 0; i--) {
            Answer.Change change = undone.get(i);
            Element before = version(backend, change, true);
            Element after = version(backend, change, false);
            Set<String> touched = touched(before, after);
            for (Answer.Change later : changes) {
                if (!isLater(later, change) || names.contains(epochs(later))) {
                    continue;
                }
                Set<String> both =
                        new TreeSet<>(touched(version(backend, later, true), version(backend, later, false)));
                both.retainAll(touched);
                if (!both.isEmpty()) {
                    throw new BadInputException(
                            "",
                            "undoing version " + epochs(change) + " (" + change.summary() + ") would lose what "
                                    + later.author() + " did later in version " + epochs(later) + " ("
                                    + later.summary() + ") to " + String.join(", ", both),
                            "undo version " + epochs(later) + " first, or change " + String.join(", ", both)
                                    + " by hand");
                }
            }
            next = next.equals(after) ? before : reverse(next, after, before, change);
        }
        return next;
    }

    private static Element reverse(Element present, Element after, Element before, Answer.Change change) {
        List<CibEdit> edits = CibEdits.between(after, before);
        for (CibEdit edit : edits) {
            if (edit instanceof CibEdit.ReplaceConfiguration) {
                throw new BadInputException(
                        "",
                        "version " + epochs(change) + " replaced the whole configuration, and others changed it since",
                        "undo the later changes first: systole history changes");
            }
        }
        return CibEdits.apply(present, edits);
    }

    static List<Answer.Change> changes(Backend backend) {
        if (backend.ask(new Request.Changes(0)) instanceof Answer.Changes changes) {
            return changes.changes();
        }
        throw new AssertionError("changes are not answered by changes");
    }

    private static Element version(Backend backend, Answer.Change change, boolean before) {
        if (backend.ask(new Request.ReadVersion(epochs(change), before)) instanceof Answer.Cib cib) {
            return Backend.configuration(cib.cib());
        }
        throw new AssertionError("a version is not answered by a CIB");
    }

    /** Ids of objects (or names of sections without ids) that differ between two configurations. */
    static Set<String> touched(Element before, Element after) {
        Map<String, Element> old = objects(before);
        Map<String, Element> fresh = objects(after);
        Set<String> found = new TreeSet<>();
        old.forEach((id, element) -> {
            if (!element.equals(fresh.get(id))) {
                found.add(id);
            }
        });
        fresh.forEach((id, element) -> {
            if (!old.containsKey(id)) {
                found.add(id);
            }
        });
        return found;
    }

    private static Map<String, Element> objects(Element configuration) {
        Map<String, Element> found = new LinkedHashMap<>();
        for (Element section : configuration.children()) {
            boolean sets = section.is("crm_config") || section.name().endsWith("_defaults");
            for (Element object : section.children()) {
                if (sets) {
                    // Two who set different properties do not stand in each other's way.
                    object.children().forEach(pair -> found.put(object.id() + "/" + pair.id(), pair));
                } else {
                    found.put(object.id().isEmpty() ? section.name() : object.id(), object);
                }
            }
        }
        return found;
    }

    private static boolean isLater(Answer.Change one, Answer.Change other) {
        String[] left = epochs(one).split("\\.");
        String[] right = epochs(other).split("\\.");
        int admin = Long.compare(Long.parseLong(left[0]), Long.parseLong(right[0]));
        return admin > 0 || admin == 0 && Long.parseLong(left[1]) > Long.parseLong(right[1]);
    }

    static String epochs(Answer.Change change) {
        return epochs(change.version());
    }

    static String epochs(String version) {
        String[] parts = version.split("\\.", -1);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }
}
