package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeCore;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumState;

/** Nodes that do not come, and a person who says so: {@code wait_for_all} is ended, or fewer votes are expected. */
class VouchScenarioTest {
    private static final long SECOND = SimulatedCluster.SECOND;

    private SimulatedCluster cluster;

    @BeforeEach
    void twoOfThree() {
        start(true);
    }

    /** Nodes 1 and 2 of three. */
    private void start(boolean waitForAll) {
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= 3; i++) {
            ids.add(new NodeId(i));
        }
        QuorumSettings quorum = QuorumSettings.majorityOf(ids).withWaitForAll(waitForAll);
        Shape shape = new Shape(3, 1, false, true, quorum, "options of the test", Optional.empty(), 0);
        cluster = new SimulatedCluster(new Seed(4), shape);
        node(1).boot();
        node(2).boot();
        cluster.time.runFor(5 * SECOND);
    }

    private SimulatedNode node(int id) {
        return cluster.nodes.get(id - 1);
    }

    private NodeCore core(int id) {
        NodeCore core = node(id).core();
        assertThat(core).as("daemon of node" + id).isNotNull();
        return core;
    }

    private QuorumState quorum(int id) {
        return core(id).quorum();
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

    private Reply expect(int id, int votes, long nanos) {
        long request = cluster.ask(node(id), new ClientRequest.ExpectVotes(votes));
        cluster.time.runFor(nanos);
        return cluster.reply(request).orElseThrow();
    }

    private Reply grant(String ticket) {
        long request = cluster.ask(node(1), new ClientRequest.SetTicket(ticket, Map.of("granted", "true"), List.of()));
        cluster.time.runFor(SECOND);
        return cluster.reply(request).orElseThrow();
    }

    private static String refusal(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Refused.class);
        Reply.Refused refused = (Reply.Refused) reply;
        return refused.whatHappened() + "; " + refused.remedy();
    }

    /** Lesson L17 too: what is written follows the votes that are expected now, as the verdict does. */
    @Test
    void theLastOfThreeGoesOnWhenOneVoteIsExpectedAndComesBackToThree() {
        start(false);
        assertThat(quorum(1).quorate()).isTrue();
        node(2).powerOff("for the test");
        cluster.time.runFor(3 * SECOND);
        assertThat(quorum(1).quorate()).isFalse();
        assertThat(grant("without")).isInstanceOf(Reply.Refused.class);

        assertThat(expect(1, 1, SECOND))
                .isInstanceOfSatisfying(
                        Reply.Done.class, done -> assertThat(done.text()).startsWith("1 of 1 votes, 1 needed"));
        assertThat(quorum(1).quorate()).isTrue();
        assertThat(grant("t")).isInstanceOf(Reply.Done.class);

        node(2).boot();
        node(3).boot();
        cluster.time.runFor(10 * SECOND);
        for (int id = 1; id <= 3; id++) {
            assertThat(quorum(id).quorate()).as("node" + id).isTrue();
            assertThat(quorum(id).expectedVotes()).isEqualTo(3);
            assertThat(core(id).state().tickets()).containsOnlyKeys("t");
        }
    }

    @Test
    void fewerVotesAreExpectedWhileThereIsQuorumAndTheNextLossIsSurvived() {
        start(false);
        assertThat(expect(1, 2, SECOND)).isInstanceOf(Reply.Done.class);
        assertThat(quorum(2).expectedVotes()).isEqualTo(2);
        assertThat(refusal(expect(1, 1, SECOND)))
                .startsWith("1 expected votes are less than the 2 that are here; give a number from 2 to 3");
        assertThat(refusal(expect(1, 4, SECOND))).startsWith("of 4 expected votes 3 are needed, and 2 are here");
        assertThat(expect(2, 3, SECOND)).isInstanceOf(Reply.Done.class);
        assertThat(quorum(1).expectedVotes()).isEqualTo(3);
    }

    @Test
    void whereAllAreWaitedForTheWaitIsEndedFirst() {
        assertThat(refusal(expect(1, 2, SECOND)))
                .startsWith("wait_for_all still waits")
                .contains("systole corosync unblock");
    }

    @Test
    void aNumberOfAViewThatEndsIsAnsweredToo() {
        start(false);
        long request = cluster.ask(node(1), new ClientRequest.ExpectVotes(2));
        node(2).powerOff("for the test");
        cluster.time.runFor(3 * SECOND);
        assertThat(cluster.reply(request)).isPresent();
    }
}
