package systole.group;

import java.util.Map;
import java.util.SortedSet;
import systole.kernel.NodeId;

/**
 * What the ordering layer tells those above it, in the same order on all members of a view (extended virtual
 * synchrony: Moser et al., "Extended Virtual Synchrony", ICDCS 1994).
 */
public sealed interface GroupEvent {
    /**
     * A regular configuration: from here on messages belong to this view.
     *
     * @param left members of the previous view that did not come along, each with what is known of why. A node can be
     *     in {@code left} and in the new view: it was elsewhere in between, or restarted. Treat it as gone, then as
     *     new. Who is new: members that are in {@code left} or were not in the previous view
     */
    record ViewInstalled(View view, Map<NodeId, Departure> left) implements GroupEvent {
        public ViewInstalled {
            left = Map.copyOf(left);
        }
    }

    /**
     * Those of the previous view that go on together. Messages delivered after this and before the next
     * {@link ViewInstalled} are known to these members only.
     */
    record TransitionalView(View previous, SortedSet<NodeId> survivors) implements GroupEvent {}

    /** One message, delivered to its sender too. The array is the receiver's to keep, not to change. */
    record Delivered(NodeId sender, Guarantee guarantee, byte[] payload) implements GroupEvent {}

    /** Why a node is no longer in the view. */
    enum Departure {
        /** It said goodbye; nothing of it runs any more unless it said so. */
        LEFT,
        /** It fell silent. It may be dead, paused or cut off. */
        LOST
    }
}
