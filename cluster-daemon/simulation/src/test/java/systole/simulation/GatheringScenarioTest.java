package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;
import systole.membership.RingMessage;
import systole.testkit.NetworkConditions;

/**
 * Nodes 4 and 5 of five are cut off from the others, and hear each other but never agree: they gather, and nothing tells them
 * that the view is over in which they had quorum. Found by seed 63401 of {@code systole sim --nodes 2..16 --minutes 5}.
 */
class GatheringScenarioTest {
    private static final long SECOND = SimulatedCluster.SECOND;
    private static final long WATCHDOG_MILLIS = 5_000;

    private SimulatedCluster cluster;

    private void start(boolean fencing, long watchdogMillis) {
        cluster = Scenarios.running(Scenarios.majority(5, fencing, watchdogMillis), NetworkConditions.lan());
        assertThat(node(4).running()).isNotEmpty();
        assertThat(node(5).running()).isNotEmpty();
    }

    private SimulatedNode node(int id) {
        return cluster.nodes.get(id - 1);
    }

    private static boolean isLeftOut(NodeId node) {
        return node.value() >= 4;
    }

    private static boolean isAlone(NodeId node) {
        return node.value() == 5;
    }

    private void leaveOut() {
        cluster.network.filter((from, to, link, message) ->
                isLeftOut(from) == isLeftOut(to) && !(isLeftOut(to) && message instanceof RingMessage.Token));
    }

    @Test
    void withFencingOffTheyStopBeforeTheOthersStart() {
        start(false, 0);
        String before = node(4).view();
        leaveOut();
        cluster.time.runFor(4 * SECOND);
        assertThat(List.of(node(4).view(), node(5).view())).as("they gather").containsOnly(before);
        assertThat(node(4).running()).isEmpty();
        assertThat(node(5).running()).isEmpty();
        cluster.time.runFor(10 * SECOND);
        assertThat(node(1).running()).isNotEmpty();
    }

    /** Found by seed 86273: each view was at rest at once and over before its plan was made, and a new one began anew. */
    @Test
    void aNodeWhoseViewsOfItselfAloneFollowEachOtherStopsInTime() {
        start(false, 0);
        Set<String> views = new TreeSet<>();
        cluster.network.filter(
                (from, to, link, message) -> isAlone(from) == isAlone(to) || message instanceof RingMessage.Heartbeat);
        for (int i = 0; i < 400; i++) {
            cluster.time.runFor(SECOND / 100);
            views.add(node(5).view());
        }
        assertThat(views).as("views of node 5").hasSizeGreaterThan(4);
        assertThat(node(5).running()).isEmpty();
        cluster.network.filter((from, to, link, message) -> isAlone(from) == isAlone(to));
        cluster.time.runFor(10 * SECOND);
        assertThat(node(1).running()).isNotEmpty();
    }

    @Test
    void theWatchdogEndsThemBeforeTheOthersRelyOnThat() {
        start(true, WATCHDOG_MILLIS);
        leaveOut();
        cluster.time.runFor(WATCHDOG_MILLIS * 1_000_000 + SECOND);
        assertThat(node(4).isPowered()).isFalse();
        assertThat(node(5).isPowered()).isFalse();
        cluster.time.runFor(20 * SECOND);
        assertThat(node(1).running()).isNotEmpty();
    }
}
