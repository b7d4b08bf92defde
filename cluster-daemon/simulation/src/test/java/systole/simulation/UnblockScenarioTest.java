package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import systole.coordinator.ClientRequest;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumState;

/** {@code wait_for_all}, a node that never comes, and a person who says so. */
class UnblockScenarioTest {
    private static final long SECOND = SimulatedCluster.SECOND;

    private SimulatedCluster cluster;

    @BeforeEach
    void twoOfThree() {
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= 3; i++) {
            ids.add(new NodeId(i));
        }
        QuorumSettings quorum = QuorumSettings.majorityOf(ids).withWaitForAll(true);
        Shape shape = new Shape(3, 1, false, true, quorum, "options of the test", Optional.empty(), 0);
        cluster = new SimulatedCluster(new Seed(4), shape);
        node(1).boot();
        node(2).boot();
        cluster.time.runFor(5 * SECOND);
    }

    private SimulatedNode node(int id) {
        return cluster.nodes.get(id - 1);
    }

    private QuorumState quorum(int id) {
        var core = node(id).core();
        assertThat(core).as("daemon of node" + id).isNotNull();
        return core.quorum();
    }

    private Reply unblock(int id, long nanos) {
        long request = cluster.ask(node(id), new ClientRequest.Unblock());
        cluster.time.runFor(nanos);
        return cluster.reply(request).orElseThrow();
    }

    @Test
    void allMembersStopWaitingAtOneWord() {
        assertThat(quorum(1).quorate()).isFalse();
        assertThat(quorum(1).reason()).endsWith("missing: [n3]");

        assertThat(unblock(2, SECOND))
                .isInstanceOfSatisfying(
                        Reply.Done.class, done -> assertThat(done.text()).startsWith("2 of 3 votes"));

        for (int id = 1; id <= 2; id++) {
            assertThat(quorum(id).quorate()).as("node" + id).isTrue();
            assertThat(quorum(id).waitingForAll()).isFalse();
        }
        assertThat(unblock(1, SECOND))
                .isInstanceOfSatisfying(
                        Reply.Done.class, done -> assertThat(done.text()).startsWith("this partition had it already"));
        node(3).boot();
        cluster.time.runFor(5 * SECOND);
        assertThat(quorum(3).quorate()).isTrue();
    }

    @Test
    void oneOfThreeStaysWithoutQuorumAndIsToldWhy() {
        node(2).powerOff("for the test");
        cluster.time.runFor(3 * SECOND);

        assertThat(unblock(1, SECOND))
                .isInstanceOfSatisfying(
                        Reply.Done.class, done -> assertThat(done.text()).isEqualTo("1 of 3 votes, 2 needed"));
        assertThat(quorum(1).quorate()).isFalse();
        assertThat(unblock(1, SECOND))
                .isInstanceOfSatisfying(
                        Reply.Refused.class,
                        refused -> assertThat(refused.whatHappened())
                                .startsWith("this partition does not wait for wait_for_all"));
    }

    @Test
    void aWordOfAViewThatEndsIsAnsweredToo() {
        long request = cluster.ask(node(1), new ClientRequest.Unblock());
        node(2).powerOff("for the test");
        cluster.time.runFor(3 * SECOND);
        assertThat(cluster.reply(request)).isPresent();
        assertThat(quorum(1).quorate()).isFalse();
    }
}
