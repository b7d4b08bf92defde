package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import systole.coordinator.NodeCore;
import systole.testkit.NetworkConditions;

/** One of four nodes demotes slowly, and a view begins meanwhile. {@link Promises} looks at each promotion. */
class PromotionScenarioTest {
    private static final long SECOND = SimulatedCluster.SECOND;

    private SimulatedCluster cluster;

    private void start() {
        cluster = Scenarios.running(Scenarios.majority(4, true, 0), NetworkConditions.lan());
    }

    private SimulatedNode promoted() {
        List<SimulatedNode> where = cluster.nodes.stream()
                .filter(node -> node.promoted().contains("pg"))
                .toList();
        assertThat(where).hasSize(1);
        return where.get(0);
    }

    /**
     * Found by seed 102864: the entry of the demote had replaced that of the promote, what was left was that of a monitor of
     * before, and the demote was taken for done.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anotherIsPromotedOnlyWhenADemoteThatIsUnderWayIsOver(boolean coordinatorIsLost) {
        start();
        SimulatedNode first = promoted();
        standby(first, true);
        SimulatedNode demoted = promoted();
        standby(first, false);
        for (SimulatedNode again : List.of(demoted, first)) {
            again.powerOff("for the test");
            cluster.time.runFor(30 * SECOND);
        }
        assertThat(promoted()).isEqualTo(first);
        standby(demoted, true);
        cluster.standby(first, demoted, false);
        standby(first, true);
        assertThat(promoted()).isEqualTo(demoted);
        SimulatedNode lost = cluster.nodes.stream()
                .filter(node -> node != first && node != demoted && isCoordinator(node) == coordinatorIsLost)
                .findFirst()
                .orElseThrow();
        cluster.devices.takes("demote", 8 * SECOND);
        cluster.standby(first, first, false);
        cluster.time.runFor(SECOND);

        lost.powerOff("for the test");
        cluster.time.runFor(5 * SECOND);
        assertThat(promoted()).as("the demote is under way").isEqualTo(demoted);

        cluster.time.runFor(20 * SECOND);
        assertThat(promoted()).isEqualTo(first);
    }

    private void standby(SimulatedNode node, boolean on) {
        cluster.standby(node, node, on);
        cluster.time.runFor(10 * SECOND);
    }

    private boolean isCoordinator(SimulatedNode node) {
        NodeCore core = node.core();
        return core != null && core.coordinator().orElseThrow().equals(node.name);
    }
}
