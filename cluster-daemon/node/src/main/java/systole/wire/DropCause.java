package systole.wire;

/** Why a packet was dropped. */
public enum DropCause {
    /** It is shorter than the shortest packet. */
    TRUNCATED,
    /** It is no packet of this protocol, or of another cluster, or of a node that is not in the list. */
    STRANGER,
    /** The sender speaks another version of the protocol. */
    OTHER_VERSION,
    /** The check of its tag failed: another key, or somebody changed it. */
    WRONG_KEY,
    /** It came before, or belongs to an earlier session of its sender. */
    REPLAYED,
    /** It is authentic, but its content is no message. A defect, or a version mix. */
    MALFORMED,
    /** It is our own, come back by multicast. Not counted as trouble. */
    OWN,
    /** It bears the id of this node, but this node has not sent it: two nodes have the same {@code nodeid}. */
    SAME_ID
}
