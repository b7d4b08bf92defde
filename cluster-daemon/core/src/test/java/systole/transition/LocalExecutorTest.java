package systole.transition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import systole.graph.PrimitiveRef;
import systole.model.Element;

class LocalExecutorTest {
    private static final long SECOND = 1_000_000_000L;
    private static final PrimitiveRef WEB = new PrimitiveRef("web", "", "ocf", "heartbeat", "Dummy");
    private static final String UUID = "00000000-0000-0000-0000-000000000000";

    private final LocalExecutor executor = new LocalExecutor("alpha");
    private int nextAction = 1;

    @BeforeEach
    void theAgentIsKnown() {
        executor.metadata("ocf:heartbeat:Dummy", Optional.empty());
    }

    @Test
    void oneOperationOfAResourceRunsAtATimeAndTheNextFollows() {
        List<AgentRequest> first = runs(executor.execute(order("start", 0, Map.of("p", "1")), 0, 0));
        assertThat(first).extracting(AgentRequest::operation).containsExactly("start");
        assertThat(runs(executor.execute(order("monitor", 10_000, Map.of("p", "1")), 0, 0)))
                .isEmpty();
        List<ExecutorEffect> after = executor.finished(done(first.get(0), 0), SECOND);
        assertThat(entries(after)).extracting(Element::id).containsExactly("web_last_0");
        assertThat(runs(after)).extracting(AgentRequest::operation).containsExactly("monitor");
    }

    @Test
    void aRecurringMonitorReportsItsFirstResultAndThenChangesOnly() {
        AgentRequest run =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        assertThat(entries(executor.finished(done(run, 0), 0))).hasSize(1);
        assertThat(executor.deadlineNanos()).isEqualTo(10 * SECOND);
        run = runs(executor.tick(10 * SECOND)).get(0);
        assertThat(entries(executor.finished(done(run, 0), 10 * SECOND))).isEmpty();
        run = runs(executor.tick(20 * SECOND)).get(0);
        List<Element> failed = entries(executor.finished(done(run, 7), 20 * SECOND));
        assertThat(failed).extracting(Element::id).containsExactly("web_last_failure_0");
        assertThat(failed.get(0).attribute("operation_key")).isEqualTo("web_monitor_10000");
        run = runs(executor.tick(30 * SECOND)).get(0);
        assertThat(entries(executor.finished(done(run, 7), 30 * SECOND))).isEmpty();
    }

    @Test
    void aFailureThatWasClearedBeforeAnybodyActedOnItIsReportedAgain() {
        AgentRequest first =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        executor.finished(done(first, 0), 0);
        AgentRequest second = runs(executor.tick(10 * SECOND)).get(0);
        assertThat(entries(executor.finished(done(second, 7), 10 * SECOND))).hasSize(1);
        executor.forget("web", List.of("web_monitor_10000"));
        AgentRequest third = runs(executor.tick(20 * SECOND)).get(0);
        assertThat(entries(executor.finished(done(third, 7), 20 * SECOND)))
                .as("no change, and the failure is on record")
                .isEmpty();
        executor.forget("web", List.of("web_last_failure_0"));
        AgentRequest fourth = runs(executor.tick(30 * SECOND)).get(0);
        assertThat(entries(executor.finished(done(fourth, 7), 30 * SECOND)))
                .extracting(Element::id)
                .containsExactly("web_last_failure_0");
        executor.finished(done(runs(executor.tick(40 * SECOND)).get(0), 0), 40 * SECOND);
        executor.forget("web", List.of("web_last_failure_0"));
        AgentRequest last = runs(executor.tick(50 * SECOND)).get(0);
        assertThat(entries(executor.finished(done(last, 0), 50 * SECOND)))
                .as("what is well is not said again")
                .isEmpty();
    }

    @Test
    void whenTheFailureOfAStopIsClearedTheMonitorsThatItEndedAreNotTakenForRunningOnes() {
        AgentRequest monitor =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        executor.finished(done(monitor, 0), 0);
        assertThat(executor.forget("web", List.of("web_last_failure_0")))
                .as("it runs")
                .isEmpty();
        AgentRequest stop =
                runs(executor.execute(order("stop", 0, Map.of()), SECOND, 1)).get(0);
        executor.finished(done(stop, 1), SECOND);
        assertThat(executor.forget("web", List.of("web_last_failure_0")))
                .containsExactly(new ExecutorEffect.Forget("web", List.of("web_monitor_10000")));
        assertThat(executor.forget("web", List.of("web_last_failure_0"))).isEmpty();
    }

    @Test
    void aStopEndsRecurringOperationsAndUsesTheParametersOfTheStart() {
        AgentRequest start = runs(executor.execute(order("start", 0, Map.of("ip", "old")), 0, 0))
                .get(0);
        executor.finished(done(start, 0), 0);
        AgentRequest monitor = runs(executor.execute(order("monitor", 10_000, Map.of("ip", "old")), 0, 0))
                .get(0);
        List<ExecutorEffect> stopping = executor.execute(order("stop", 0, Map.of("ip", "new")), 0, 0);
        assertThat(stopping).contains(new ExecutorEffect.Kill(monitor.runId()));
        List<ExecutorEffect> after = executor.finished(done(monitor, 1), 0);
        assertThat(entries(after)).isEmpty();
        AgentRequest stop = runs(after).get(0);
        assertThat(stop.parameters()).containsEntry("ip", "old");
        executor.finished(done(stop, 0), 0);
        assertThat(executor.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aCancelRemovesTheEntryAndIsAcknowledgedAfterTheRunEnded() {
        AgentRequest monitor =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        OperationOrder cancel = order("cancel", 10_000, Map.of("CRM_meta_operation", "monitor"));
        assertThat(executor.execute(cancel, 0, 0)).isEmpty();
        assertThat(executor.finished(done(monitor, 0), 0))
                .containsExactly(
                        new ExecutorEffect.Forget("web", List.of("web_monitor_10000")),
                        new ExecutorEffect.Acknowledge(cancel.key(), 0, 0));
        assertThat(executor.history()).isEmpty();
    }

    @Test
    void aCancelOfWhatIsNotThereIsAcknowledgedAtOnce() {
        OperationOrder cancel = order("cancel", 10_000, Map.of("CRM_meta_operation", "monitor"));
        assertThat(executor.execute(cancel, 0, 0)).contains(new ExecutorEffect.Acknowledge(cancel.key(), 0, 0));
    }

    @Test
    void aFailedStartIsRecordedTwice() {
        AgentRequest start =
                runs(executor.execute(order("start", 0, Map.of()), 0, 0)).get(0);
        List<Element> failed = entries(executor.finished(done(start, 5), 0));
        assertThat(failed).extracting(Element::id).containsExactly("web_last_failure_0", "web_last_0");
        assertThat(failed.get(0).attribute("transition-magic")).startsWith("0:5;1:1:0:");
    }

    @Test
    void notifyIsAcknowledgedWithoutEntryAndItsFailureDoesNotCount() {
        OperationOrder notify = order("notify", 0, Map.of());
        AgentRequest run = runs(executor.execute(notify, 0, 0)).get(0);
        assertThat(executor.finished(done(run, 1), 0))
                .containsExactly(new ExecutorEffect.Acknowledge(notify.key(), 0, 0));
    }

    @Test
    void theFirstResultOfAnUnknownAgentWaitsForItsMetadata() {
        LocalExecutor fresh = new LocalExecutor("alpha");
        List<ExecutorEffect> effects = fresh.execute(order("start", 0, Map.of("a", "1", "b", "2")), 0, 0);
        assertThat(effects).contains(new ExecutorEffect.ReadMetadata(WEB));
        assertThat(entries(fresh.finished(done(runs(effects).get(0), 0), 0))).isEmpty();
        Element metadata = Element.of(
                "resource-agent",
                Map.of(),
                List.of(
                        Element.of(
                                "parameters",
                                Map.of(),
                                List.of(
                                        Element.leaf("parameter", "name", "a"),
                                        Element.leaf("parameter", "name", "b", "reloadable", "1"))),
                        Element.of("actions", Map.of(), List.of(Element.leaf("action", "name", "reload-agent")))));
        Element entry = entries(fresh.metadata("ocf:heartbeat:Dummy", Optional.of(metadata)))
                .get(0);
        assertThat(entry.attribute("op-force-restart")).isEqualTo(" a ");
        assertThat(entry.attribute("op-restart-digest")).isNotEqualTo(entry.attribute("op-digest"));
    }

    @Test
    void anAgentThatKnowsOnlyTheReloadOfTheFirstInterfaceIsCalledWithThat() {
        executor.metadata("ocf:heartbeat:Dummy", Optional.of(withActions("reload")));
        List<ExecutorEffect> old = executor.execute(order("reload-agent", 0, Map.of()), 0, 0);
        assertThat(runs(old)).extracting(AgentRequest::operation).containsExactly("reload");
        List<ExecutorEffect> after = executor.finished(done(runs(old).get(0), 0), SECOND);
        assertThat(entries(after)).extracting(e -> e.attribute("operation")).containsExactly("start");

        executor.metadata("ocf:heartbeat:Dummy", Optional.of(withActions("reload", "reload-agent")));
        List<ExecutorEffect> modern = executor.execute(order("reload-agent", 0, Map.of()), 0, 0);
        assertThat(runs(modern)).extracting(AgentRequest::operation).containsExactly("reload-agent");
    }

    private static Element withActions(String... names) {
        return Element.of(
                "resource-agent",
                Map.of(),
                List.of(Element.of(
                        "actions",
                        Map.of(),
                        Stream.of(names)
                                .map(name -> Element.leaf("action", "name", name))
                                .toList())));
    }

    @Test
    void aDeathThatWasNoticedRunsTheMonitorAtOnce() {
        AgentRequest run =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        executor.finished(done(run, 0), 0);
        assertThat(runs(executor.checkNow("web", SECOND))).hasSize(1);
        assertThat(executor.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aDeathDuringAMonitorRunsItOnceMore() {
        AgentRequest run =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        assertThat(runs(executor.checkNow("web", 0))).isEmpty();
        List<ExecutorEffect> after = executor.finished(done(run, 0), SECOND);
        assertThat(runs(after)).extracting(AgentRequest::operation).containsExactly("monitor");
        List<ExecutorEffect> found = executor.finished(done(runs(after).get(0), 7), 2 * SECOND);
        assertThat(entries(found)).extracting(e -> e.attribute("rc-code")).containsExactly("7");
        assertThat(executor.deadlineNanos()).isEqualTo(12 * SECOND);
    }

    @Test
    void aMonitorThatTimedOutOnAnOverloadedMachineIsRepeatedOnceBeforeItCounts() {
        AgentRequest run =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        executor.finished(done(run, 0), 0);
        run = runs(executor.tick(10 * SECOND)).get(0);
        List<ExecutorEffect> first = executor.finished(late(run, true), 30 * SECOND);
        assertThat(entries(first)).isEmpty();
        AgentRequest second = runs(first).get(0);
        assertThat(entries(executor.finished(late(second, true), 50 * SECOND)))
                .extracting(e -> e.attribute("op-status"))
                .containsExactly("2");
        assertThat(executor.deadlineNanos()).isEqualTo(60 * SECOND);
    }

    @Test
    void aRepeatedMonitorThatSucceedsLeavesNoTraceAndTheNextTimeOutIsRepeatedAgain() {
        AgentRequest run =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        executor.finished(done(run, 0), 0);
        for (int round = 1; round < 4; round++) {
            run = runs(executor.tick(round * 10 * SECOND)).get(0);
            List<ExecutorEffect> first = executor.finished(late(run, true), round * 10 * SECOND);
            assertThat(entries(first)).isEmpty();
            assertThat(entries(executor.finished(done(runs(first).get(0), 0), round * 10 * SECOND)))
                    .isEmpty();
        }
    }

    @Test
    void aMonitorThatTimedOutOnACalmMachineCountsAtOnce() {
        AgentRequest run =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        assertThat(entries(executor.finished(late(run, false), 20 * SECOND))).hasSize(1);
    }

    private static AgentResult late(AgentRequest run, boolean overloaded) {
        return new AgentResult(run.runId(), 1, AgentResult.Status.TIMED_OUT, "late", 1000, 20_000, overloaded);
    }

    @Test
    void aDeathDuringAStopIsNoNews() {
        AgentRequest monitor =
                runs(executor.execute(order("monitor", 10_000, Map.of()), 0, 0)).get(0);
        executor.finished(done(monitor, 0), 0);
        assertThat(runs(executor.execute(order("stop", 0, Map.of()), 0, 0))).hasSize(1);
        assertThat(executor.checkNow("web", 0)).isEmpty();
        assertThat(executor.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aFenceDeviceIsProbedAndStoppedWithoutItsAgent() {
        PrimitiveRef device = new PrimitiveRef("st", "", "stonith", "", "fence_dummy");
        executor.metadata("stonith:fence_dummy", Optional.empty());
        List<ExecutorEffect> probe = executor.execute(
                new OperationOrder(new TransitionKey(1, 1, 7, UUID), device, "monitor", "alpha", "1", Map.of()), 0, 0);
        assertThat(runs(probe)).isEmpty();
        assertThat(entries(probe)).extracting(e -> e.attribute("rc-code")).containsExactly("7");
    }

    private OperationOrder order(String operation, long interval, Map<String, String> attributes) {
        Map<String, String> all = new TreeMap<>(attributes);
        all.put("CRM_meta_timeout", "20000");
        if (interval > 0) {
            all.put("CRM_meta_interval", Long.toString(interval));
        }
        return new OperationOrder(new TransitionKey(nextAction++, 1, 0, UUID), WEB, operation, "alpha", "1", all);
    }

    private static AgentResult done(AgentRequest run, int rc) {
        return new AgentResult(run.runId(), rc, AgentResult.Status.DONE, rc == 0 ? "" : "broken", 1000, 5);
    }

    private static List<AgentRequest> runs(List<ExecutorEffect> effects) {
        List<AgentRequest> runs = new ArrayList<>();
        for (ExecutorEffect effect : effects) {
            if (effect instanceof ExecutorEffect.Run run) {
                runs.add(run.request());
            }
        }
        return runs;
    }

    private static List<Element> entries(List<ExecutorEffect> effects) {
        List<Element> entries = new ArrayList<>();
        for (ExecutorEffect effect : effects) {
            if (effect instanceof ExecutorEffect.Record record) {
                entries.addAll(record.entries());
            }
        }
        return entries;
    }
}
