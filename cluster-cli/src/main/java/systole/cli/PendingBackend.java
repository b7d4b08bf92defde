package systole.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CrmLanguage;
import systole.model.CibEdit;
import systole.model.Element;

/**
 * Collects changes until they are committed as one, if the configuration still is the one on which the first of them was
 * made. If it has moved, the pending changes are carried out on the newer configuration, where they can be looked at and
 * committed again.
 */
final class PendingBackend implements Backend {
    private record Change(String message, UnaryOperator<Element> function) {}

    /** What the pending changes start from. */
    private record Base(String version, Element configuration) {}

    private final Backend below;
    private final List<Change> pending = new ArrayList<>();
    private @Nullable Base base;
    private @Nullable Element draft;

    PendingBackend(Backend below) {
        this.below = below;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    int size() {
        return pending.size();
    }

    void drop() {
        pending.clear();
        draft = null;
        base = null;
    }

    /** What the pending changes change, as lines of crm text. */
    String difference() {
        Element after = draft;
        Base from = base;
        return after == null || from == null ? "" : difference(from.configuration(), after);
    }

    static String difference(Element before, Element after) {
        return TextDiff.of(
                CrmLanguage.show(before, CrmLanguage.Style.DISPLAY),
                CrmLanguage.show(after, CrmLanguage.Style.DISPLAY));
    }

    /** What the cluster would do after a commit. */
    Impact impact() {
        return Impact.of(cib(), Instant.now());
    }

    /**
     * Puts the pending changes in force, all or none.
     *
     * @param mergesUnasked go on by itself if what others changed meanwhile concerns other objects
     * @throws MovedException if the configuration has moved; the pending changes then stand on the newer one
     */
    void commit(boolean mergesUnasked) {
        Base from = base;
        Element after = draft;
        if (pending.isEmpty() || from == null || after == null) {
            return;
        }
        Element cib = below.cib();
        if (!Backend.version(cib).equals(from.version())) {
            Set<String> both = new TreeSet<>(Undo.touched(from.configuration(), Backend.configuration(cib)));
            both.retainAll(Undo.touched(from.configuration(), after));
            MovedException moved = moved(from, cib, both);
            rebase(cib);
            if (!mergesUnasked || !both.isEmpty()) {
                throw moved;
            }
            commit(false);
            return;
        }
        below.changeFrom(from.version(), message(), from.configuration(), after);
        drop();
    }

    private static MovedException moved(Base from, Element cib, Set<String> both) {
        String others = difference(from.configuration(), Backend.configuration(cib));
        String who = cib.attribute("update-user", "");
        return new MovedException(
                "the configuration has moved from version " + from.version() + " to " + Backend.version(cib)
                        + (who.isEmpty()
                                ? ""
                                : ", last changed by " + who + " on " + cib.attribute("update-origin", "?"))
                        + (both.isEmpty() ? "" : "; both of you changed " + String.join(", ", both))
                        + ". Others changed:\n" + others.stripTrailing(),
                "your changes now stand on the newer version: look at diff and plan, then commit again, or drop them with"
                        + " refresh");
    }

    private void rebase(Element cib) {
        Element next = Backend.configuration(cib);
        for (Change change : pending) {
            next = change.function().apply(next);
        }
        base = new Base(Backend.version(cib), Backend.configuration(cib));
        draft = next;
    }

    private String message() {
        StringBuilder message = new StringBuilder();
        for (Change change : pending) {
            message.append(message.length() == 0 ? "" : "; ").append(change.message());
        }
        return message.length() > 500 ? message.substring(0, 500) + "…" : message.toString();
    }

    @Override
    public Element cib() {
        Element cib = below.cib();
        Element present = draft;
        return present == null ? cib : Impact.with(cib, present);
    }

    @Override
    public boolean isLive() {
        return below.isLive();
    }

    @Override
    public Answer ask(Request request) {
        return below.ask(request);
    }

    @Override
    public List<CibEdit> change(String message, UnaryOperator<Element> function) {
        Element before = draft;
        Base from = base;
        if (before == null || from == null) {
            Element cib = below.cib();
            before = Backend.configuration(cib);
            from = new Base(Backend.version(cib), before);
        }
        Element after = function.apply(before);
        List<CibEdit> edits = Backend.edits(before, after);
        if (!edits.isEmpty()) {
            base = from;
            draft = after;
            pending.add(new Change(message, function));
        }
        return edits;
    }

    @Override
    public List<CibEdit> changeFrom(String version, String message, Element before, Element after) {
        return change(message, configuration -> {
            if (!configuration.equals(before)) {
                throw new MovedException(
                        "the configuration has moved from version " + version, "make the change again");
            }
            return after;
        });
    }

    @Override
    public void settle() {
        below.settle();
    }

    @Override
    public void close() {
        // The shell closes the connection when it ends; pending changes outlive a single command.
    }

    void end() {
        below.close();
    }
}
