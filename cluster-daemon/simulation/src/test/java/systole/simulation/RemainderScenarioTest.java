package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.coordinator.ClientRequest;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.quorum.QuorumSettings;
import systole.state.Version;
import systole.testkit.NetworkConditions;

/**
 * With fencing off the five nodes that have quorum start, when the lease is over, what the four others ran. Those are cut off
 * two by two, and meet while what each pair has begun is under way. {@link Promises} looks at each start.
 */
class RemainderScenarioTest {
    private static final long MILLI = SimulatedCluster.MILLI;
    private static final long SECOND = SimulatedCluster.SECOND;

    private SimulatedCluster cluster;

    private void start() {
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= 9; i++) {
            ids.add(new NodeId(i));
        }
        Shape shape = new Shape(9, 1, false, false, QuorumSettings.majorityOf(ids), "majority", Optional.empty(), 0);
        cluster = new SimulatedCluster(new Seed(7), shape);
        // Slow hops make it likely that a plan is ready, or an answer on its way, while the nodes gather.
        cluster.network.conditions(NetworkConditions.lan().withDelay(2 * MILLI, 6 * MILLI));
        cluster.nodes.forEach(SimulatedNode::boot);
        cluster.time.runFor(5 * SECOND);
        long request = cluster.ask(
                cluster.nodes.get(0),
                new ClientRequest.Configure(
                        List.of(new CibEdit.ReplaceConfiguration(cluster.configuration())), Version.NONE));
        cluster.time.runFor(20 * SECOND);
        assertThat(cluster.reply(request).orElseThrow()).isInstanceOf(Reply.Done.class);
    }

    private Set<NodeId> nodes(int first, int last) {
        Set<NodeId> found = new TreeSet<>();
        cluster.nodes.subList(first - 1, last).forEach(node -> found.add(node.id));
        return found;
    }

    private void cutOffAndMeetAfter(long millis) {
        cluster.network.partition(nodes(1, 9), List.of(nodes(1, 5), nodes(6, 7), nodes(8, 9)));
        cluster.time.runFor(millis * MILLI);
        cluster.network.partition(nodes(1, 9), List.of(nodes(1, 5), nodes(6, 9)));
        cluster.time.runFor(15 * SECOND);
        for (SimulatedNode node : cluster.nodes.subList(5, 9)) {
            assertThat(node.running()).as(node.name).isEmpty();
        }
    }

    /** Found by seed 130966: the answer to a cancelled monitor fell between two views, and its coordinator waited for it. */
    @Test
    void theyStopInTimeWheneverTheyMeet() {
        for (long millis = 150; millis <= 250; millis += 4) {
            start();
            cutOffAndMeetAfter(millis);
        }
    }

    @Test
    void noneWaitsForASlowAgentOfTheOthers() {
        for (long millis = 150; millis <= 250; millis += 10) {
            start();
            cluster.devices.takes("stop", 5 * SECOND / 2);
            cutOffAndMeetAfter(millis);
        }
    }
}
