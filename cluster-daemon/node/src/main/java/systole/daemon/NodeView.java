package systole.daemon;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.coordinator.NodeCore;
import systole.fencing.FenceOrder;
import systole.quorum.QuorumState;
import systole.state.ClusterState;

/** What the node loop shows to other threads: all of it immutable, taken after one step. */
record NodeView(
        ClusterState state,
        QuorumState quorum,
        long stoodNanos,
        boolean ready,
        boolean coordinating,
        boolean idle,
        Optional<String> coordinator,
        List<FenceOrder> fencing,
        SortedSet<String> leaseHolders,
        List<String> busyResources,
        Optional<String> witness,
        SortedSet<String> awaited) {
    NodeView {
        fencing = List.copyOf(fencing);
        busyResources = List.copyOf(busyResources);
        leaseHolders = new TreeSet<>(leaseHolders);
        awaited = new TreeSet<>(awaited);
    }

    static NodeView of(NodeCore core) {
        return new NodeView(
                core.state(),
                core.quorum(),
                core.stoodNanos(),
                core.isReady(),
                core.isCoordinator(),
                core.isIdle(),
                core.coordinator(),
                core.fencingUnderWay(),
                core.leaseHolders(),
                core.busyResources(),
                core.witness(),
                core.awaited());
    }
}
