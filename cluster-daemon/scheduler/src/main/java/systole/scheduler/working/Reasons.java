package systole.scheduler.working;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects reasons in the order in which they came up; switched off it costs one test per call. */
public final class Reasons {
    private final boolean wanted;
    private final List<Reason> found = new ArrayList<>();

    public Reasons(boolean wanted) {
        this.wanted = wanted;
    }

    public boolean wanted() {
        return wanted;
    }

    public void add(
            Reason.Kind kind, Resource resource, @Nullable Node node, int score, String source, Supplier<String> text) {
        if (wanted) {
            found.add(new Reason(kind, resource, node, score, source, text.get()));
        }
    }

    public List<Reason> all() {
        return found;
    }
}
