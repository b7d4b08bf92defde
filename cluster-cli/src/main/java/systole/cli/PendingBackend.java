package systole.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CrmLanguage;
import systole.model.CibEdit;
import systole.model.Element;

/**
 * Collects changes until they are committed as one. At commit the changes are carried out again on the configuration as
 * it is then, so that what others did meanwhile is neither lost nor undone.
 */
final class PendingBackend implements Backend {
    private record Change(String message, UnaryOperator<Element> function) {}

    private final Backend below;
    private final List<Change> pending = new ArrayList<>();
    private @Nullable Element draft;

    PendingBackend(Backend below) {
        this.below = below;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    void drop() {
        pending.clear();
        draft = null;
    }

    /** What the pending changes change, as lines of crm text. */
    String difference() {
        Element after = draft;
        return after == null
                ? ""
                : TextDiff.of(
                        CrmLanguage.show(below.configuration(), CrmLanguage.Style.EXACT),
                        CrmLanguage.show(after, CrmLanguage.Style.EXACT));
    }

    void commit() {
        if (pending.isEmpty()) {
            return;
        }
        StringBuilder message = new StringBuilder();
        for (Change change : pending) {
            message.append(message.length() == 0 ? "" : "; ").append(change.message());
        }
        String text = message.length() > 500 ? message.substring(0, 500) + "…" : message.toString();
        List<Change> changes = List.copyOf(pending);
        below.change(text, configuration -> {
            Element next = configuration;
            for (Change change : changes) {
                next = change.function().apply(next);
            }
            return next;
        });
        drop();
    }

    @Override
    public Element cib() {
        Element cib = below.cib();
        Element present = draft;
        if (present == null) {
            return cib;
        }
        List<Element> children = new ArrayList<>();
        for (Element child : cib.children()) {
            children.add(child.is("configuration") ? present : child);
        }
        return cib.withChildren(children);
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
        Element before = draft == null ? below.configuration() : draft;
        Element after = function.apply(before);
        List<CibEdit> edits = Backend.edits(before, after);
        if (!edits.isEmpty()) {
            draft = after;
            pending.add(new Change(message, function));
        }
        return edits;
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
