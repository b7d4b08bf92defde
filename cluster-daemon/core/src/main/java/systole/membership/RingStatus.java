package systole.membership;

import java.util.List;
import java.util.SortedSet;
import systole.kernel.NodeId;

/** The ring as this node sees it, for people and tools. */
public record RingStatus(
        NodeId self, String phase, RingId ring, SortedSet<NodeId> members, int queued, List<LinkStatus> links) {
    public RingStatus {
        links = List.copyOf(links);
    }

    /**
     * One peer over one link.
     *
     * @param heard whether it is heard now
     * @param silentMillis time since it was heard, -1 if never
     * @param intervalMillis mean time between its heartbeats
     * @param jitterMillis mean deviation of that time
     * @param timeoutMillis silence after which it would be suspected now
     * @param lossPercent heartbeats of the last hundred or so that did not arrive
     */
    public record LinkStatus(
            NodeId peer,
            int link,
            boolean heard,
            boolean hearsUs,
            double silentMillis,
            double intervalMillis,
            double jitterMillis,
            double timeoutMillis,
            double lossPercent) {}
}
