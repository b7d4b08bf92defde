package systole.state;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import systole.kernel.ClusterException.Advice;

/** What applying one command came to. */
public record Applied(ClusterState state, Result result) {
    /** Parts of the state that can change. */
    public enum Part {
        CONFIGURATION,
        HISTORY,
        /** Transient attributes as written in the status. */
        ATTRIBUTES,
        /** Private attributes, and values that dampening holds back. */
        HIDDEN_ATTRIBUTES,
        TICKETS,
        FENCING,
        NODES,
        /** Who belongs to the cluster. */
        NODE_LIST
    }

    public sealed interface Result {}

    /** Something changed; never empty. */
    public record Changed(Set<Part> parts) implements Result {
        public Changed {
            parts = Collections.unmodifiableSet(EnumSet.copyOf(parts));
        }
    }

    /** Accepted, but everything was so already. */
    public record Unchanged() implements Result {}

    /** Nothing was done, for this reason. */
    public record Refused(Advice advice, String text, String remedy) implements Result {}

    public boolean isChanged() {
        return result instanceof Changed;
    }

    public boolean changed(Part part) {
        return result instanceof Changed changed && changed.parts().contains(part);
    }

    static Applied changed(ClusterState state, Part part) {
        return new Applied(state, new Changed(EnumSet.of(part)));
    }

    static Applied unchanged(ClusterState state) {
        return new Applied(state, new Unchanged());
    }

    static Applied refused(ClusterState state, Advice advice, String text, String remedy) {
        return new Applied(state, new Refused(advice, text, remedy));
    }
}
