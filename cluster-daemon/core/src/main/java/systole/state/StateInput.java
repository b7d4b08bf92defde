package systole.state;

import java.util.Map;
import java.util.SortedSet;
import systole.group.GroupEvent.Departure;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.NodeId;

/** The only ways in which the outside world reaches {@link StateProtocol}. Times are milliseconds since 1970. */
public sealed interface StateInput {
    /** A regular view was installed. Synchronisation of its members begins. */
    record ViewInstalled(View view, Map<NodeId, Departure> left, Votes votes, long nowMillis) implements StateInput {
        public ViewInstalled {
            left = Map.copyOf(left);
        }
    }

    /**
     * The end of a view has begun.
     *
     * @param quorate whether the survivors alone would be quorate
     */
    record Transitional(View previous, SortedSet<NodeId> survivors, boolean quorate) implements StateInput {}

    record Delivered(NodeId sender, Guarantee guarantee, byte[] payload) implements StateInput {}

    /** The votes changed without a change of the view (an administrator, a quorum device). */
    record VotesChanged(Votes votes, long nowMillis) implements StateInput {}

    /**
     * Votes are counted by another node list, with the same verdict on this view. To be given where the list changed:
     * that is the same place in the order on all members, so nothing has to be agreed on anew.
     */
    record VotesRefined(Votes votes, long nowMillis) implements StateInput {}

    /**
     * A command of this node. {@link Command#isDurable Durable} ones are answered by {@link StateEffect.Answer}; the
     * request id must be unique.
     */
    record Submit(Command command) implements StateInput {}

    /** A message of the layers above, to be delivered to all nodes in order ({@link StateEffect.DeliverCoordination}). */
    record Send(int kind, byte[] body) implements StateInput {}

    /** The disk has everything up to this record ({@link StateEffect.Append}, {@link StateEffect.SaveSnapshot}). */
    record Stored(long record) implements StateInput {}
}
