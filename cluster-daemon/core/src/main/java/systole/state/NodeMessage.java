package systole.state;

import java.util.List;

/**
 * Everything that nodes say to each other above the ring, in one order. Several messages may share a payload
 * ({@link MessageCodec}).
 */
sealed interface NodeMessage {
    /** One command to be applied by all. */
    record Order(Command command) implements NodeMessage {}

    /**
     * Where a member stands at the beginning of a view.
     *
     * @param view name of the view this is about; offers for another view are stale
     * @param round number of the synchronisation within the view
     * @param position of the durable state
     * @param configurationDigest of the durable state
     * @param statusDigest of what the member believes of all nodes
     * @param lastView name of the view in which it was last ready, empty after a start
     * @param lastQuorate sequence of the last quorate view in which it was ready since its start, else 0
     * @param lastReady sequence of the last view in which it was ready since its start, else 0
     * @param incarnation differs between two starts of a node
     * @param quorate what its quorum says of the view
     * @param nodeListVersion of the node list by which it says so
     */
    record Offer(
            String view,
            int round,
            String uname,
            Position position,
            Version version,
            long configurationDigest,
            long statusDigest,
            String lastView,
            long lastQuorate,
            long lastReady,
            long incarnation,
            boolean quorate,
            long atMillis,
            long nodeListVersion)
            implements NodeMessage {}

    /** What a member knows of itself. */
    record OwnStatus(String view, int round, NodeStatus status) implements NodeMessage {}

    /** What the best-informed member knows of the others, and the fencing history. */
    record OthersStatus(String view, int round, List<NodeStatus> nodes, List<FencingRecord> fencing)
            implements NodeMessage {
        public OthersStatus {
            nodes = List.copyOf(nodes);
            fencing = List.copyOf(fencing);
        }
    }

    /** The durable state of the member that is furthest ahead. */
    record DurableState(String view, int round, ClusterState state) implements NodeMessage {}

    /** "I have on disk what this position says", for the lineage of the present view. */
    record StoredUpTo(Position position) implements NodeMessage {}

    /** The sender's votes changed within the view: synchronise again, so that all change over at the same place. */
    record Resync(String view, boolean quorate) implements NodeMessage {}

    /** For the layers above; the body is theirs. */
    record Coordination(String view, int kind, byte[] body) implements NodeMessage {}

    /** A part of a message too large for one payload. */
    record Fragment(long id, int index, int count, byte[] bytes) implements NodeMessage {
        /** Bounds what a sender can make the others hold: 256 MiB in fragments of 256 KiB. */
        static final int MOST = 1024;
    }

    /** A kind this version does not know: skipped. */
    record Unknown(int kind) implements NodeMessage {}

    /** What bytes came to. */
    sealed interface Decoded {}

    record Messages(List<NodeMessage> messages) implements Decoded {
        public Messages {
            messages = List.copyOf(messages);
        }
    }

    record Rejected(String reason) implements Decoded {}
}
