package systole.quorum;

import java.util.Map;
import systole.group.GroupEvent.Departure;
import systole.group.View;
import systole.kernel.NodeId;

/** What can change a node's quorum. */
public sealed interface QuorumInput {
    /** A view was installed. */
    record ViewChanged(long nowNanos, View view, Map<NodeId, Departure> left) implements QuorumInput {
        public ViewChanged {
            left = Map.copyOf(left);
        }
    }

    /** A member of the present view says what it knows from before (delivered in order, the own one too). */
    record Announced(long nowNanos, QuorumAnnouncement announcement) implements QuorumInput {}

    /** Time has passed; to be given at {@link QuorumState#deadlineNanos()}. */
    record Tick(long nowNanos) implements QuorumInput {}

    /** An operator set the expected votes, or the configuration changed; ordered, so the same on all members. */
    record SettingsChanged(long nowNanos, QuorumSettings settings) implements QuorumInput {}

    /** An operator ends the first wait for all nodes. */
    record WaitForAllCancelled(long nowNanos) implements QuorumInput {}
}
