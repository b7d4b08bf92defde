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

    /**
     * A member of the present view says whether the witness votes for it (delivered in order, the own word too). A vote
     * counts for as long as the view lasts, whether or not the witness is reached meanwhile: it never gives the vote to
     * nodes that have not met one of these since.
     */
    record WitnessSaid(long nowNanos, NodeId sender, long viewSequence, boolean votes) implements QuorumInput {}

    /** This node has waited long enough for the witness. */
    record WitnessWaitOver(long nowNanos) implements QuorumInput {}

    /** Time has passed; to be given at {@link QuorumState#deadlineNanos()}. */
    record Tick(long nowNanos) implements QuorumInput {}

    /** The configuration changed; ordered, so the same on all members. */
    record SettingsChanged(long nowNanos, QuorumSettings settings) implements QuorumInput {}

    /** An operator ends the first wait for all nodes. */
    record WaitForAllCancelled(long nowNanos, long viewSequence) implements QuorumInput {}

    /** An operator sets the expected votes, sure that who is not in this view is down. */
    record ExpectedVotesSet(long nowNanos, long viewSequence, int votes) implements QuorumInput {}
}
