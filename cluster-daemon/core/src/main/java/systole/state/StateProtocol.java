package systole.state;

import java.util.List;
import systole.kernel.NodeId;

/**
 * Keeps one node's {@link ClusterState} equal to that of the others. Single-threaded; its only changes happen in
 * {@link #step}.
 */
public final class StateProtocol {
    private final NodeId self;
    private final String uname;
    private ClusterState state = ClusterState.empty();

    /**
     * @param incarnation differs from that of every former start of this node (for example the time of the start)
     * @param stored what was read from this node's disk
     */
    public StateProtocol(NodeId self, String uname, long incarnation, StoredState stored) {
        this.self = self;
        this.uname = uname;
    }

    public List<StateEffect> step(StateInput input) {
        throw new UnsupportedOperationException(
                self + " (" + uname + "): the state protocol is being written: " + input);
    }

    /** The present state, immutable. */
    public ClusterState state() {
        return state;
    }

    /** Whether this node has the state that all members of its view have. */
    public boolean isReady() {
        return false;
    }

    /** Whether the configuration can be changed here and now. */
    public boolean isWritable() {
        return false;
    }
}
