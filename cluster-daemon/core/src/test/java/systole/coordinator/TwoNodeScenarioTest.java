package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.kernel.ClusterException.Advice;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;

/** What a client of a lone node under {@code two_node} is told. */
class TwoNodeScenarioTest {
    private final TestCluster cluster = new TestCluster(5, "alpha", "beta");

    private void running(boolean fencing) {
        cluster.twoNode = true;
        cluster.startAll();
        cluster.settle();
        cluster.configure("alpha", configuration(fencing));
        cluster.settle();
    }

    private static Element configuration(boolean fencing) {
        return CibEdits.apply(NodeCoreScenarioTest.configuration(fencing, "web"), List.of(new CibEdit.Remove("3")));
    }

    private static ClientRequest change(String name) {
        return new ClientRequest.SetAttributes(
                "alpha", Map.of(name, "1"), List.of(), ClientRequest.Lifetime.FOREVER, -1);
    }

    private boolean isInForce(String name) {
        return CibEdits.find(cluster.core("alpha").state().configuration(), "nodes-1-" + name) != null;
    }

    @Test
    void aChangeIsAnsweredWhenTheOtherNodeIsFenced() {
        running(true);
        cluster.fenceMillis = 5_000;
        cluster.crash("beta", 100);
        cluster.runFor(500);
        long request = cluster.request("alpha", change("one"));
        cluster.runFor(2_000);
        assertThat(isInForce("one")).isTrue();
        assertThat(cluster.core("alpha").awaited()).containsExactly("beta");
        assertThat(cluster.answers).doesNotContainKey(request);
        cluster.runFor(5_000);
        assertThat(cluster.answers.get(request)).isInstanceOf(Reply.Done.class);
        assertThat(cluster.core("alpha").awaited()).isEmpty();
    }

    @Test
    void whoWaitsTooLongHearsThatTheChangeIsInForceButNotCertain() {
        running(true);
        cluster.fenceWorks = false;
        cluster.crash("beta", 100);
        cluster.runFor(500);
        long request = cluster.request("alpha", change("one"));
        cluster.runFor(40_000);
        assertThat(cluster.answers).doesNotContainKey(request);
        cluster.runFor(10_000);
        assertThat(cluster.answers.get(request)).isInstanceOfSatisfying(Reply.Refused.class, refused -> {
            assertThat(refused.advice()).isEqualTo(Advice.CHECK_STATE);
            assertThat(refused.whatHappened())
                    .isEqualTo("the change is in force on alpha, but it is not certain that it stays: beta may have"
                            + " accepted others and is not known to be down");
            assertThat(refused.remedy()).contains("systole fence confirm beta");
        });
        assertThat(isInForce("one")).isTrue();
        assertThat(cluster.ask("alpha", new ClientRequest.ConfirmFence("beta"))).isInstanceOf(Reply.Done.class);
        assertThat(cluster.ask("alpha", change("two"))).isInstanceOf(Reply.Done.class);
    }

    @Test
    void withFencingOffNobodyWaits() {
        running(false);
        cluster.crash("beta", 100);
        cluster.runFor(500);
        assertThat(cluster.ask("alpha", change("one"))).isInstanceOf(Reply.Done.class);
        assertThat(cluster.core("alpha").awaited()).isEmpty();
    }

    @Test
    void theChangeThatSwitchesFencingOffIsAnsweredItself() {
        running(true);
        cluster.fenceWorks = false;
        cluster.crash("beta", 100);
        cluster.runFor(500);
        cluster.configure("alpha", configuration(false));
    }

    @Test
    void afterACleanLeaveNobodyWaits() {
        running(true);
        cluster.give("beta", new NodeInput.Shutdown("test"));
        cluster.settle();
        assertThat(cluster.isUp("beta")).isFalse();
        assertThat(cluster.ask("alpha", change("one"))).isInstanceOf(Reply.Done.class);
    }
}
