package systole.transition;

import static org.assertj.core.api.Assertions.assertThat;
import static systole.transition.Graphs.fence;
import static systole.transition.Graphs.graph;
import static systole.transition.Graphs.operation;
import static systole.transition.Graphs.pseudo;
import static systole.transition.Graphs.shutdown;
import static systole.transition.Graphs.synapse;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.graph.GraphAction;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;

class TransitionWalkTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void anActionFiresWhenAllItsInputsAreConfirmed() {
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "a", "stop", "n1")),
                synapse(operation(2, "b", "stop", "n1")),
                synapse(operation(3, "a", "start", "n2"), 1, 2)));
        assertThat(keys(walk.fire(0))).containsExactly("a_stop_0", "b_stop_0");
        assertThat(walk.confirm(1, false)).isTrue();
        assertThat(walk.fire(0)).isEmpty();
        walk.confirm(2, false);
        assertThat(keys(walk.fire(0))).containsExactly("a_start_0");
        assertThat(walk.isComplete()).isFalse();
        walk.confirm(3, false);
        assertThat(walk.isComplete()).isTrue();
        assertThat(walk.leftOver()).isEmpty();
    }

    @Test
    void aNodeLeavesOnlyAfterItsProbes() {
        TransitionGraph graph = graph(
                synapse(shutdown(1, "n1")),
                synapse(operation(2, "a", "monitor", "n1")),
                synapse(operation(3, "a", "monitor", "n2")),
                synapse(operation(4, "b", "monitor", "n1", "interval", "10000")));
        TransitionWalk walk = walk(graph);
        assertThat(keys(walk.fire(0))).containsExactly("a_monitor_0", "a_monitor_0", "b_monitor_10000");
        walk.confirm(3, false);
        walk.confirm(4, false);
        assertThat(walk.fire(0)).isEmpty();
        walk.confirm(2, false);
        assertThat(keys(walk.fire(0))).containsExactly("do_shutdown-n1");

        TransitionWalk found = walk(graph);
        found.fire(0);
        found.confirm(3, false);
        found.confirm(2, true);
        assertThat(found.fire(0)).isEmpty();
        assertThat(found.isAborted()).isTrue();
    }

    @Test
    void nothingIsPromotedWhileAnInstanceElsewhereMayBe() {
        TransitionGraph graph = graph(
                synapse(operation(1, "db", "promote", "n1")),
                synapse(operation(2, "db:1", "monitor", "n2")),
                synapse(operation(3, "db", "monitor", "n1", "interval", "10000")),
                synapse(operation(4, "web", "monitor", "n2")));
        TransitionWalk walk = walk(graph);
        assertThat(keys(walk.fire(0))).containsExactly("db:1_monitor_0", "db_monitor_10000", "web_monitor_0");
        walk.confirm(3, false);
        walk.confirm(4, false);
        assertThat(walk.fire(0)).isEmpty();
        walk.confirm(2, false);
        assertThat(keys(walk.fire(0))).containsExactly("db_promote_0");

        TransitionWalk found = walk(graph);
        found.fire(0);
        found.confirm(2, true);
        assertThat(found.fire(0)).isEmpty();
        assertThat(found.isAborted()).isTrue();
    }

    @Test
    void aProbeThatWaitsForAPromotionIsNotWaitedFor() {
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "db", "promote", "n1")),
                synapse(pseudo(2, "promoted"), 1),
                synapse(operation(3, "far", "start", "n1"), 2),
                synapse(operation(4, "db", "monitor", "far"), 3)));
        assertThat(keys(walk.fire(0))).containsExactly("db_promote_0");
        walk.confirm(1, false);
        assertThat(keys(walk.fire(0))).containsExactly("promoted", "far_start_0");
    }

    @Test
    void pseudoEventsAreConfirmedAtOnceAndWhatTheyFreeFiresInTheSameCall() {
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "a", "start", "n1"), 3),
                synapse(pseudo(3, "go"), 2),
                synapse(pseudo(2, "ready"))));
        assertThat(keys(walk.fire(0))).containsExactly("ready", "go", "a_start_0");
    }

    @Test
    void whatWaitsForAFailedActionNeverFiresAndTheWalkIsAborted() {
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "a", "start", "n1")),
                synapse(operation(2, "b", "start", "n1"), 1),
                synapse(operation(3, "c", "start", "n1"), 2)));
        walk.fire(0);
        walk.confirm(1, true);
        assertThat(walk.fire(0)).isEmpty();
        assertThat(walk.isAborted()).isTrue();
        assertThat(walk.followUp()).isEqualTo(TransitionWalk.FollowUp.RESTART);
        assertThat(walk.isComplete()).isTrue();
        assertThat(walk.leftOver()).hasSize(2);
    }

    @Test
    void aFailureThatIsToBeIgnoredIsNone() {
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "a", "start", "n1", "on_fail", "ignore")),
                synapse(operation(2, "b", "start", "n1"), 1)));
        walk.fire(0);
        walk.confirm(1, true);
        assertThat(walk.isAborted()).isFalse();
        assertThat(keys(walk.fire(0))).containsExactly("b_start_0");
    }

    @Test
    void anAbortLetsRunningActionsEndAndFiresOnlyWhatIsImportantEnough() {
        Synapse important = new Synapse(3, Synapse.INFINITY, operation(3, "c", "notify", "n1"), List.of(1));
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "a", "start", "n1")), synapse(operation(2, "b", "start", "n1"), 1), important));
        walk.fire(0);
        walk.abort(100, "Configuration change", TransitionWalk.FollowUp.RESTART);
        assertThat(walk.isComplete()).isFalse();
        walk.confirm(1, false);
        assertThat(keys(walk.fire(0))).containsExactly("c_notify_0");
    }

    @Test
    void anInputThatIsNotInTheGraphIsNeverSatisfied() {
        TransitionWalk walk = walk(graph(synapse(operation(1, "a", "start", "n1"), 99)));
        assertThat(walk.fire(0)).isEmpty();
        assertThat(walk.isComplete()).isTrue();
        assertThat(walk.leftOver()).hasSize(1);
    }

    @Test
    void anActionThatDoesNotAnswerIsLostAfterItsTimeoutAndTheClusterDelay() {
        TransitionWalk walk = walk(graph(synapse(operation(1, "a", "start", "n1"))));
        walk.fire(5);
        assertThat(walk.deadlineNanos()).isEqualTo(5 + 70 * SECOND);
        assertThat(walk.expire(70 * SECOND)).isEmpty();
        assertThat(keys(walk.expire(5 + 70 * SECOND))).containsExactly("a_start_0");
        assertThat(walk.abortReason()).isEqualTo("Action lost: a_start_0");
        assertThat(walk.confirm(1, false)).isFalse();
        assertThat(walk.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void limitsHoldBackJobsButNeverFencing() {
        TransitionWalk walk = new TransitionWalk(
                graph(
                        synapse(operation(1, "a", "start", "n1")),
                        synapse(operation(2, "b", "start", "n1")),
                        synapse(operation(3, "c", "start", "n2")),
                        synapse(fence(4, "n3"))),
                new LoadLimits(2, 0, 5, Map.of("n1", 1)),
                60 * SECOND);
        assertThat(keys(walk.fire(0))).containsExactly("a_start_0", "c_start_0", "stonith-n3-reboot");
        walk.confirm(3, false);
        assertThat(walk.fire(0)).isEmpty();
        assertThat(walk.isComplete()).isFalse();
        walk.confirm(1, false);
        assertThat(keys(walk.fire(0))).containsExactly("b_start_0");
    }

    @Test
    void aMigrationCountsAtBothEnds() {
        TransitionWalk walk = new TransitionWalk(
                graph(
                        synapse(operation(1, "a", "migrate_to", "n1", "migrate_target", "n2")),
                        synapse(operation(2, "b", "migrate_to", "n3", "migrate_target", "n2"))),
                new LoadLimits(0, 1, 0, Map.of()),
                0);
        assertThat(keys(walk.fire(0))).containsExactly("a_migrate_to_0");
        walk.confirm(1, false);
        assertThat(keys(walk.fire(0))).containsExactly("b_migrate_to_0");
    }

    @Test
    void aLostNodeFailsWhatRunsThereButNotItsFencing() {
        TransitionWalk walk = walk(graph(
                synapse(operation(1, "a", "stop", "n1")),
                synapse(operation(2, "b", "stop", "n2")),
                synapse(fence(3, "n1"))));
        walk.fire(0);
        assertThat(keys(walk.failNode("n1"))).containsExactly("a_stop_0");
        assertThat(keys(walk.inFlight())).containsExactly("b_stop_0", "stonith-n1-reboot");
        assertThat(walk.takesDown("n1")).isTrue();
    }

    private static TransitionWalk walk(TransitionGraph graph) {
        return new TransitionWalk(graph, LoadLimits.NONE, 60 * SECOND);
    }

    private static List<String> keys(List<GraphAction> actions) {
        return actions.stream().map(GraphAction::operationKey).toList();
    }
}
