package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import systole.fencing.FenceOrder;
import systole.model.Element;

class NodeCoreScenarioTest {
    private final TestCluster cluster = new TestCluster(7, "alpha", "beta", "gamma");

    @RegisterExtension
    final TestWatcher story = new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext context, Throwable cause) {
            System.err.println(context.getDisplayName() + " happened like this:\n" + String.join("\n", cluster.trace));
        }
    };

    @Test
    void threeNodesStartTheirResourcesOnce() {
        running(true, "web", "db");
        assertThat(cluster.where("web")).hasSize(1);
        assertThat(cluster.where("db")).hasSize(1);
        assertThat(cluster.core("alpha").coordinator()).contains("alpha");
        assertThat(cluster.core("beta").state().digest())
                .isEqualTo(cluster.core("alpha").state().digest());
        int plans = count("PLAN_ASKED");
        cluster.runFor(60_000);
        assertThat(count("PLAN_ASKED")).isEqualTo(plans);
    }

    @Test
    void aResourceMovesAfterItsNodeCrashedAndWasFenced() {
        running(true, "web", "db");
        String victim = only("db");
        cluster.crash(victim, 100);
        long crashed = cluster.millis();
        while (cluster.where("db").isEmpty()) {
            cluster.runFor(1);
            assertThat(cluster.millis() - crashed).isLessThan(2_000);
        }
        assertThat(cluster.fenceCalls).isEqualTo(1);
        // Detection 100, fencing 100; sync, plan, messages and the wait for the device's answer are the rest.
        assertThat(cluster.millis() - crashed).isLessThan(260);
        cluster.settle();
        assertThat(only("db")).isNotEqualTo(victim);
    }

    @Test
    void theCoordinatorItselfIsReplacedAndFenced() {
        running(true, "web", "db");
        cluster.crash("alpha", 100);
        cluster.runFor(200);
        cluster.settle();
        assertThat(cluster.core("beta").isCoordinator()).isTrue();
        assertThat(cluster.where("web")).hasSize(1).doesNotContain("alpha");
        assertThat(cluster.where("db")).hasSize(1).doesNotContain("alpha");
        assertThat(cluster.core("gamma")
                        .state()
                        .node("alpha")
                        .orElseThrow()
                        .membership()
                        .fenced())
                .isTrue();
    }

    @Test
    void nothingStartsElsewhereWhileFencingIsRefused() {
        running(true, "web", "db");
        String victim = only("db");
        cluster.fenceWorks = false;
        cluster.crash(victim, 100);
        cluster.runFor(20_000);
        assertThat(cluster.where("db")).isEmpty();
        assertThat(cluster.fenceCalls).isBetween(10, 80);
        String other = victim.equals("alpha") ? "beta" : "alpha";
        assertThat(cluster.ask(other, new ClientRequest.ConfirmFence(victim))).isInstanceOf(Reply.Done.class);
        cluster.settle();
        assertThat(cluster.where("db")).hasSize(1);
    }

    @Test
    void aConfirmationOfALivingNodeIsRefused() {
        running(true, "web");
        assertThat(cluster.ask("alpha", new ClientRequest.ConfirmFence("beta"))).isInstanceOf(Reply.Refused.class);
    }

    @Test
    void aNodeInStandbyIsEmptiedAndFilledAgain() {
        running(true, "web", "db", "mail");
        assertThat(cluster.ask("gamma", standby("beta", "on"))).isInstanceOf(Reply.Done.class);
        cluster.settle();
        for (String resource : List.of("web", "db", "mail")) {
            assertThat(cluster.where(resource)).hasSize(1).doesNotContain("beta");
        }
        assertThat(cluster.ask("gamma", standby("beta", "off"))).isInstanceOf(Reply.Done.class);
        cluster.settle();
        assertThat(cluster.fenceCalls).isZero();
    }

    @Test
    void aNodeThatShutsDownStopsItsResourcesFirstAndIsNotFenced() {
        running(true, "web", "db", "mail");
        cluster.give("alpha", new NodeInput.Shutdown("test"));
        cluster.runFor(500);
        cluster.settle();
        assertThat(cluster.isUp("alpha")).isFalse();
        assertThat(cluster.stops)
                .extracting(NodeEffect.StopNode::reason)
                .containsExactly(NodeEffect.StopReason.SHUTDOWN);
        for (String resource : List.of("web", "db", "mail")) {
            assertThat(cluster.where(resource)).hasSize(1).doesNotContain("alpha");
        }
        assertThat(cluster.fenceCalls).isZero();
    }

    @Test
    void theCoordinatorIsLostInTheMiddleOfATransition() {
        cluster.agentMillis.put("web:start", 400);
        cluster.startAll();
        cluster.settle();
        cluster.configure("alpha", configuration(true, "web", "db"));
        cluster.runFor(150);
        cluster.crash("alpha", 50);
        cluster.runFor(300);
        cluster.settle();
        assertThat(cluster.where("web")).hasSize(1).doesNotContain("alpha");
        assertThat(cluster.where("db")).hasSize(1).doesNotContain("alpha");
    }

    @Test
    void aFencingOfANodeThatWentAndCameBackBeforeTheStateWasAgreedOnIsNotWaitedFor() {
        // What was before a view has to be heard first, so that the one in between ends before its state is agreed on.
        cluster.waitForAll = true;
        running(true, "web", "db");
        cluster.fenceMillis = 30_000;
        cluster.request("alpha", new ClientRequest.Fence("gamma", "reboot", 0));
        cluster.runFor(1_000);
        assertThat(cluster.core("beta").fencingUnderWay())
                .extracting(FenceOrder::executor)
                .containsExactly("alpha");
        cluster.crash("alpha", 0);
        cluster.runFor(0);
        cluster.start("alpha");
        cluster.connectAll();
        cluster.fenceMillis = 100;
        cluster.runFor(1_000);
        assertThat(cluster.core("beta").fencingUnderWay()).isEmpty();
        assertThat(cluster.ask("beta", new ClientRequest.Fence("gamma", "reboot", 0)))
                .isInstanceOf(Reply.Done.class);
    }

    @Test
    void aSlowAgentElsewhereDoesNotHoldUpTheRecovery() {
        running(true, "web", "db");
        cluster.agentMillis.put("mail:start", 15_000);
        String victim = only("db");
        List<String> names = List.of("web", "db", "mail");
        cluster.request("alpha", replace(configuration(true, names.toArray(new String[0]))));
        cluster.runFor(500);
        if (cluster.where("mail").contains(victim)) {
            victim = only("web");
        }
        String lost = cluster.where("web").contains(victim) ? "web" : "db";
        cluster.crash(victim, 100);
        cluster.runFor(1_500);
        assertThat(cluster.where(lost)).hasSize(1).doesNotContain(victim);
        cluster.settle();
        assertThat(cluster.where("mail")).hasSize(1);
    }

    @Test
    void theSideWithoutQuorumStopsAndIsFencedOrStopped() {
        running(true, "web", "db");
        String cut = only("db");
        cluster.cut(cut);
        cluster.runFor(3_000);
        cluster.settle();
        assertThat(cluster.where("db")).hasSize(1).doesNotContain(cut);
        assertThat(cluster.fenceCalls).isEqualTo(1);
    }

    @Test
    void withFencingOffTheTakeOverWaitsForTheLeaseAndTheCutOffSideStopsBefore() {
        running(false, "web", "db");
        String cut = only("db");
        cluster.cut(cut);
        long since = cluster.millis();
        cluster.runFor(1_000);
        assertThat(cluster.where("db")).isEmpty();
        while (cluster.where("db").isEmpty() && cluster.millis() - since < 10_000) {
            cluster.runFor(10);
        }
        assertThat(cluster.where("db")).hasSize(1).doesNotContain(cut);
        assertThat(cluster.millis() - since).isGreaterThan(3_900);
        cluster.connectAll();
        cluster.settle();
        assertThat(cluster.where("db")).hasSize(1);
        assertThat(cluster.fenceCalls).isZero();
    }

    @Test
    void withFencingOffANodeWhoseViewsNeverComeToRestStopsByItselfBeforeItsLeaseIsOver() {
        stopsByItselfWhen(cluster::unsettle);
    }

    @Test
    void withFencingOffANodeThatGathersForGoodStopsByItselfBeforeItsLeaseIsOver() {
        stopsByItselfWhen(cluster::leaveOut);
    }

    private void stopsByItselfWhen(Consumer<String> happens) {
        running(false, "web", "db");
        String cut = only("db");
        happens.accept(cut);
        long since = cluster.millis();
        cluster.runFor(1_900);
        assertThat(cluster.where("db")).containsExactly(cut);
        cluster.runFor(1_000);
        assertThat(cluster.where("db")).isEmpty();
        while (cluster.where("db").isEmpty() && cluster.millis() - since < 10_000) {
            cluster.runFor(10);
        }
        assertThat(cluster.where("db")).hasSize(1).doesNotContain(cut);
        assertThat(cluster.millis() - since).isGreaterThan(3_900);
        cluster.connectAll();
        cluster.settle();
        assertThat(cluster.where("db")).hasSize(1);
        assertThat(cluster.core("alpha").state().digest())
                .isEqualTo(cluster.core("gamma").state().digest());
    }

    @Test
    void withFencingOnANodeWhoseViewsNeverComeToRestIsLeftToTheOthers() {
        running(true, "web", "db");
        String cut = only("db");
        cluster.unsettle(cut);
        cluster.fenceWorks = false;
        cluster.runFor(10_000);
        assertThat(cluster.where("db")).containsExactly(cut);
    }

    @Test
    void aNodeThatWasFencedWhileCutOffStopsWhenItMeetsTheOthers() {
        running(true, "web", "db");
        cluster.cut("gamma");
        cluster.runFor(20);
        // Only pretend: the device says yes, but the machine goes on.
        cluster.fenceMillis = 100_000;
        assertThat(cluster.ask("alpha", new ClientRequest.ConfirmFence("gamma")))
                .isInstanceOf(Reply.Done.class);
        cluster.mayRunTwice = true;
        cluster.connectAll();
        cluster.runFor(100);
        assertThat(cluster.isUp("gamma")).isFalse();
        assertThat(cluster.stops).extracting(NodeEffect.StopNode::reason).containsExactly(NodeEffect.StopReason.FENCED);
    }

    @Test
    void servicesThatRunAlreadyAreFoundAndNotRestarted() {
        cluster.startAll();
        cluster.settle();
        cluster.pretendRunning("gamma", "web");
        cluster.configure("alpha", configuration(true, "web"));
        cluster.settle();
        assertThat(only("web")).isEqualTo("gamma");
        assertThat(cluster.trace).noneMatch(line -> line.contains("runs start web") || line.contains("runs stop web"));
        // That is no failure, and not called one.
        assertThat(cluster.trace).anyMatch(line -> line.contains("web_monitor_0 on gamma found it running: rc 0"));
        assertThat(cluster.trace).noneMatch(line -> line.contains("ACTION_FAILED"));
    }

    @Test
    void aFailedStartIsCountedAndTriedElsewhere() {
        cluster.failingStarts.addAll(Set.of("alpha", "beta"));
        cluster.startAll();
        cluster.settle();
        cluster.configure("alpha", configuration(true, "web"));
        cluster.settle();
        assertThat(only("web")).isEqualTo("gamma");
        List<String> counts = new ArrayList<>();
        for (String node : List.of("alpha", "beta")) {
            Map<String, String> attributes = cluster.core("gamma")
                    .state()
                    .node(node)
                    .orElseThrow()
                    .attributes()
                    .instance();
            counts.add(attributes.getOrDefault("fail-count-web#start_0", ""));
            assertThat(attributes.containsKey("fail-count-web#start_0"))
                    .isEqualTo(attributes.containsKey("last-failure-web#start_0"));
        }
        assertThat(counts).contains("INFINITY");
    }

    @Test
    void aDeathThatWasSeenIsAFailureAtOnce() {
        running(true, "web");
        String place = only("web");
        cluster.breakService(place, "web");
        cluster.give(place, new NodeInput.ServiceDied("web"));
        cluster.runFor(100);
        assertThat(cluster.core("alpha")
                        .state()
                        .node(place)
                        .orElseThrow()
                        .attributes()
                        .instance())
                .containsEntry("fail-count-web#monitor_10000", "1");
    }

    @Test
    void aDampenedValueIsWrittenThoughAllNodesSayTheirsMoreOftenThanTheDelay() {
        running(true, "web");
        for (String node : List.of("alpha", "beta", "gamma")) {
            cluster.ask(node, dampened(node, "100"));
        }
        for (int i = 0; i < 10; i++) {
            for (String node : List.of("alpha", "beta", "gamma")) {
                cluster.ask(node, dampened(node, node.equals("beta") ? "0" : "100"));
                cluster.runFor(200);
            }
        }
        assertThat(cluster.core("alpha")
                        .state()
                        .node("beta")
                        .orElseThrow()
                        .attributes()
                        .instance())
                .containsEntry("pingd", "0");
    }

    @Test
    void withoutQuorumTheConfigurationIsReadOnly() {
        running(true, "web");
        cluster.fenceMillis = 5_000;
        cluster.cut("gamma");
        cluster.runFor(100);
        Reply reply = cluster.ask("gamma", standby("gamma", "on"));
        assertThat(reply).isInstanceOf(Reply.Refused.class);
    }

    @Test
    void aClientCanFenceAndWaitUntilAllHasSettled() {
        running(true, "web");
        assertThat(cluster.ask("gamma", new ClientRequest.Fence("beta", "reboot", 0)))
                .isInstanceOf(Reply.Done.class);
        assertThat(cluster.isUp("beta")).isFalse();
        assertThat(cluster.ask("gamma", new ClientRequest.Wait(30_000))).isInstanceOf(Reply.Done.class);
        Reply unknown = cluster.ask("gamma", new ClientRequest.Fence("betta", "reboot", 0));
        assertThat(unknown).isInstanceOf(Reply.Refused.class);
        assertThat(((Reply.Refused) unknown).whatHappened()).contains("beta");
    }

    @Test
    void aCrashedNodeComesBackAndIsPartOfTheClusterAgain() {
        running(true, "web", "db");
        cluster.crash("beta", 100);
        cluster.runFor(500);
        cluster.settle();
        cluster.start("beta");
        cluster.connectAll();
        cluster.settle();
        assertThat(cluster.core("beta").isReady()).isTrue();
        assertThat(cluster.core("beta").state().digest())
                .isEqualTo(cluster.core("gamma").state().digest());
        assertThat(cluster.core("gamma").state().node("beta").orElseThrow().isReady())
                .isTrue();
    }

    @Test
    void aNodeThatStartsAloneWaitsForQuorumAndThenForPatienceToEnd() {
        alphaAloneAfterACrashOfAll(true);
        int plans = count("PLAN_ASKED");
        cluster.runFor(19_000);
        assertThat(count("PLAN_ASKED")).isEqualTo(plans);
        cluster.runFor(2_000);
        assertThat(count("PLAN_ASKED")).isGreaterThan(plans);
    }

    @Test
    void theFirstPlanOfAStartingClusterIsOneForAll() {
        alphaAloneAfterACrashOfAll(true);
        int plans = count("PLAN_ASKED");
        cluster.runFor(300);
        cluster.start("beta");
        cluster.start("gamma");
        cluster.connectAll();
        cluster.settle();
        assertThat(cluster.where("web")).hasSize(1);
        assertThat(count("PLAN_ASKED")).isEqualTo(plans + 1);
        assertThat(cluster.fenceCalls).isZero();
    }

    @Test
    void withFencingOffANodeThatStartsAlonePlansAtOnceSinceItsLeaseRunsOut() {
        alphaAloneAfterACrashOfAll(false);
        cluster.pretendRunning("alpha", "web");
        cluster.runFor(500);
        assertThat(cluster.where("web")).isEmpty();
    }

    @Test
    void aNodeThatWaitsForQuorumLeavesWhenItIsAsked() {
        alphaAloneAfterACrashOfAll(true);
        cluster.runFor(500);
        cluster.give("alpha", new NodeInput.Shutdown("test"));
        cluster.runFor(500);
        assertThat(cluster.isUp("alpha")).isFalse();
    }

    @Test
    void whatAFormerLifeLeftRunningIsStoppedBeforeANodeLeavesThatWasAskedBeforeItsFirstView() {
        alphaAloneAfterACrashOfAll(true, () -> {
            cluster.pretendRunning("alpha", "web");
            cluster.give("alpha", new NodeInput.Shutdown("test"));
            assertThat(cluster.isUp("alpha")).isTrue();
        });
        cluster.runFor(2_000);
        assertThat(cluster.isUp("alpha")).isFalse();
        assertThat(cluster.where("web")).isEmpty();
    }

    @Test
    void aNewNodeThatNeverMetTheOthersLeavesWhenItIsAsked() {
        cluster.start("alpha");
        cluster.cut("alpha");
        cluster.runFor(500);
        cluster.give("alpha", new NodeInput.Shutdown("test"));
        cluster.runFor(500);
        assertThat(cluster.isUp("alpha")).isFalse();
    }

    private void alphaAloneAfterACrashOfAll(boolean fencing) {
        alphaAloneAfterACrashOfAll(fencing, () -> {});
    }

    private void alphaAloneAfterACrashOfAll(boolean fencing, Runnable beforeItsFirstView) {
        running(fencing, "web");
        cluster.crash("alpha", 0);
        cluster.crash("beta", 0);
        cluster.crash("gamma", 0);
        cluster.runFor(100);
        cluster.start("alpha");
        beforeItsFirstView.run();
        cluster.cut("alpha");
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        List<List<String>> traces = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            TestCluster again = new TestCluster(11, "alpha", "beta", "gamma");
            again.startAll();
            again.settle();
            again.configure("alpha", configuration(true, "web", "db", "mail"));
            again.settle();
            again.crash("beta", 100);
            again.runFor(1_000);
            again.settle();
            traces.add(again.trace);
        }
        assertThat(traces.get(0)).isEqualTo(traces.get(1));
    }

    private void running(boolean fencing, String... resources) {
        cluster.startAll();
        cluster.settle();
        cluster.configure("alpha", configuration(fencing, resources));
        cluster.settle();
        for (String resource : resources) {
            assertThat(cluster.where(resource)).as(resource).hasSize(1);
        }
    }

    private String only(String resource) {
        Set<String> where = cluster.where(resource);
        assertThat(where).hasSize(1);
        return where.iterator().next();
    }

    private int count(String kind) {
        return (int) cluster.trace.stream().filter(line -> line.contains(kind)).count();
    }

    private static ClientRequest replace(Element configuration) {
        return new ClientRequest.Configure(
                List.of(new systole.model.CibEdit.ReplaceConfiguration(configuration)), systole.state.Version.NONE);
    }

    private static ClientRequest standby(String node, String value) {
        return new ClientRequest.SetAttributes(
                node, Map.of("standby", value), List.of(), ClientRequest.Lifetime.FOREVER, -1);
    }

    private static ClientRequest dampened(String node, String value) {
        return new ClientRequest.SetAttributes(
                node, Map.of("pingd", value), List.of(), ClientRequest.Lifetime.REBOOT, 1_000);
    }

    static Element configuration(boolean fencing, String... resources) {
        List<Element> primitives = new ArrayList<>();
        primitives.add(Element.leaf("primitive", "id", "st", "class", "stonith", "type", "fence_test"));
        for (String resource : resources) {
            Element monitor = Element.leaf(
                    "op", "id", resource + "-monitor", "name", "monitor", "interval", "10s", "timeout", "20s");
            primitives.add(
                    Element.leaf("primitive", "id", resource, "class", "ocf", "provider", "heartbeat", "type", "Dummy")
                            .plus(Element.of("operations", Map.of(), List.of(monitor))));
        }
        Element options = Element.of(
                "cluster_property_set",
                Map.of("id", "cib-bootstrap-options"),
                List.of(Element.leaf(
                        "nvpair", "id", "opt-fencing", "name", "fencing-enabled", "value", Boolean.toString(fencing))));
        return Element.of(
                "configuration",
                Map.of(),
                List.of(
                        Element.of("crm_config", Map.of(), List.of(options)),
                        Element.of(
                                "nodes",
                                Map.of(),
                                List.of(
                                        Element.leaf("node", "id", "1", "uname", "alpha"),
                                        Element.leaf("node", "id", "2", "uname", "beta"),
                                        Element.leaf("node", "id", "3", "uname", "gamma"))),
                        Element.of("resources", Map.of(), primitives),
                        Element.leaf("constraints")));
    }
}
