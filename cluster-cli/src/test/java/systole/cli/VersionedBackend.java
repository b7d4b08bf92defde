package systole.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CrmLanguage;
import systole.model.CibEdit;
import systole.model.Element;

/** A cluster in memory that keeps its versions, for tests of what is made on top of them. */
final class VersionedBackend implements Backend {
    private record Version(String author, String message, Element before, Element after) {}

    private final List<Version> versions = new ArrayList<>();
    private final Element status;
    private Element configuration;

    VersionedBackend(Element configuration, Element status) {
        this.configuration = configuration;
        this.status = status;
    }

    /** A change by somebody, as crm text. */
    void apply(String author, String text) {
        set(author, text, CrmLanguage.apply(configuration, author, text));
    }

    void set(String author, String message, Element next) {
        versions.add(new Version(author, message, configuration, next));
        configuration = next;
    }

    @Override
    public Element cib() {
        Map<String, String> attributes = Map.of(
                "admin_epoch",
                "0",
                "epoch",
                Integer.toString(versions.size()),
                "update-user",
                "eve",
                "have-quorum",
                "1",
                "validate-with",
                "pacemaker-3.10");
        return Element.of("cib", attributes, List.of(configuration, status));
    }

    @Override
    public boolean isLive() {
        return true;
    }

    @Override
    public Answer ask(Request request) {
        if (request instanceof Request.Changes) {
            List<Answer.Change> changes = new ArrayList<>();
            for (int i = 0; i < versions.size(); i++) {
                Version version = versions.get(i);
                changes.add(
                        new Answer.Change(i, "0." + (i + 1) + ".0", version.author(), "n1", version.message(), true));
            }
            return new Answer.Changes(changes);
        }
        if (request instanceof Request.ReadVersion wanted) {
            Version version = versions.get(Integer.parseInt(wanted.version().substring(2)) - 1);
            return new Answer.Cib(wanted.version(), wanted.before() ? version.before() : version.after());
        }
        throw new AssertionError("not asked in these tests: " + request);
    }

    @Override
    public List<CibEdit> change(String message, UnaryOperator<Element> function) {
        return changeFrom(Backend.version(cib()), message, configuration, function.apply(configuration));
    }

    @Override
    public List<CibEdit> changeFrom(String version, String message, Element before, Element after) {
        if (!version.equals(Backend.version(cib()))) {
            throw new MovedException("the configuration has moved", "read again");
        }
        List<CibEdit> edits = Backend.edits(before, after);
        if (!edits.isEmpty()) {
            set("me", message, after);
        }
        return edits;
    }

    @Override
    public void settle() {
        throw new AssertionError("not waited for in these tests");
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
