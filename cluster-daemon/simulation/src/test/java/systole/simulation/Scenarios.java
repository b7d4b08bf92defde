package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.coordinator.ClientRequest;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.quorum.QuorumSettings;
import systole.state.Version;
import systole.testkit.NetworkConditions;

/** What several histories begin with. */
final class Scenarios {
    private static final long SECOND = SimulatedCluster.SECOND;

    private Scenarios() {}

    /** Nodes with one vote each and one link. */
    static Shape majority(int nodes, boolean fencing, long watchdogMillis) {
        SortedSet<NodeId> ids = new TreeSet<>();
        for (int i = 1; i <= nodes; i++) {
            ids.add(new NodeId(i));
        }
        return new Shape(
                nodes, 1, false, fencing, QuorumSettings.majorityOf(ids), "majority", Optional.empty(), watchdogMillis);
    }

    /** All nodes are up, and the services of {@link SimulatedCluster#configuration} run. */
    static SimulatedCluster running(Shape shape, NetworkConditions network) {
        var cluster = new SimulatedCluster(new Seed(7), shape);
        cluster.network.conditions(network);
        cluster.nodes.forEach(SimulatedNode::boot);
        cluster.time.runFor(5 * SECOND);
        long request = cluster.ask(
                cluster.nodes.get(0),
                new ClientRequest.Configure(
                        List.of(new CibEdit.ReplaceConfiguration(cluster.configuration())), Version.NONE));
        cluster.time.runFor(20 * SECOND);
        assertThat(cluster.reply(request).orElseThrow()).isInstanceOf(Reply.Done.class);
        return cluster;
    }
}
