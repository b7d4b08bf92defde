package systole.scheduler.working;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Element;

/** One {@code lrm_resource}: the history of one resource on one node. */
public final class History {
    /** The {@code lrm_resource} element. */
    public final Element xml;

    /** Name in the history. */
    public final String name;

    public final Node node;

    /** The primitive it was given to; {@code null} if it belongs to none. */
    public @Nullable Resource resource;

    /** Oldest first. */
    public List<HistoryEntry> entries = new ArrayList<>();

    /** Index of the last start (input-and-status 16), −1 if none. */
    public int startIndex = -1;

    /** Index of the last successful stop, −1 if none. */
    public int stopIndex = -1;

    public History(Element xml, String name, Node node) {
        this.xml = xml;
        this.name = name;
        this.node = node;
    }

    @Override
    public String toString() {
        return name + "@" + node;
    }
}
