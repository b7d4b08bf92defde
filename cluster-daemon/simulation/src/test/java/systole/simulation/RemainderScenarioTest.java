package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;
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
        // Slow hops make it likely that a plan is ready, or an answer on its way, while the nodes gather.
        NetworkConditions slow = NetworkConditions.lan().withDelay(2 * MILLI, 6 * MILLI);
        cluster = Scenarios.running(Scenarios.majority(9, false, 0), slow);
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
