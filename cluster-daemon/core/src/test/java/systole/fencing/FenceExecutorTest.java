package systole.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.Seed;
import systole.model.Element;

class FenceExecutorTest {
    private static final long SECOND = 1_000_000_000L;

    private final FenceExecutor executor = new FenceExecutor("alpha", new Seed(1), 100);
    private long watchdogMillis;

    @Test
    void theAgentReadsItsParametersTheActionAndTheTargetUnderItsAlias() {
        configure(device("ipmi", "ip", "10.0.0.9", "pcmk_host_map", "beta:7;gamma=8", "action", "off"));
        FenceRun run = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(run.agent()).isEqualTo("fence_test");
        assertThat(run.input())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("ip", "10.0.0.9", "action", "reboot", "nodename", "beta", "port", "7"));
        assertThat(run.timeoutMillis()).isEqualTo(60_000);
        FenceReport report = report(executor.finished(ok(run), SECOND));
        assertThat(report.succeeded()).isTrue();
        assertThat(report.device()).isEqualTo("ipmi");
    }

    @Test
    void aDeviceThatDoesNotListTheTargetIsNotUsed() {
        configure(device("ipmi", "pcmk_host_list", "gamma, delta"));
        FenceReport report = report(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(report.succeeded()).isFalse();
        assertThat(report.noDevice()).isTrue();
    }

    @Test
    void anAgentWithoutRebootSwitchesOff() {
        configure(device("kdump", "pcmk_host_list", "beta"));
        executor.metadata("fence_test", Optional.of(metadata("off", "monitor")));
        assertThat(only(executor.execute(order("beta", "reboot"), 0, watchdogMillis))
                        .action())
                .isEqualTo("off");
    }

    @Test
    void withoutTopologyTheNextDeviceIsTriedWhenOneFails() {
        configure(
                device("slow", "pcmk_host_list", "beta", "pcmk_reboot_retries", "1"),
                device("best", "pcmk_host_list", "beta", "pcmk_reboot_retries", "1", "meta:priority", "10"));
        FenceRun first = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(first.device()).isEqualTo("best");
        FenceRun second = only(executor.finished(bad(first), SECOND));
        assertThat(second.device()).isEqualTo("slow");
        assertThat(report(executor.finished(ok(second), SECOND)).succeeded()).isTrue();
    }

    @Test
    void aFailedCallIsRepeatedWhileTimeIsLeft() {
        configure(device("st", "pcmk_host_list", "beta", "pcmk_reboot_timeout", "30", "pcmk_reboot_retries", "3"));
        FenceRun first = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(first.timeoutMillis()).isEqualTo(30_000);
        FenceRun second = only(executor.finished(bad(first), 10 * SECOND));
        assertThat(second.timeoutMillis()).isEqualTo(20_000);
        FenceReport report = report(executor.finished(bad(second), 30 * SECOND));
        assertThat(report.succeeded()).isFalse();
        assertThat(report.noDevice()).isFalse();
        assertThat(report.text()).isEqualTo("st: no answer");
    }

    @Test
    void aTimeOutIsAFailureEvenIfTheShellForgetsToSaySo() {
        configure(device("st", "pcmk_host_list", "beta", "pcmk_reboot_retries", "1"));
        executor.execute(order("beta", "reboot"), 0, watchdogMillis);
        assertThat(executor.deadlineNanos()).isEqualTo(70 * SECOND);
        FenceReport report = report(executor.tick(70 * SECOND));
        assertThat(report.succeeded()).isFalse();
        assertThat(report.timedOut()).isTrue();
    }

    @Test
    void aLevelOfTwoDevicesIsOffOnBothAndThenOnOnBothWhoseFailureDoesNotCount() {
        configureWith(
                List.of(level("beta", 1, "psu1,psu2")),
                device("psu1", "pcmk_host_list", "beta"),
                device("psu2", "pcmk_host_list", "beta"));
        FenceRun run = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        List<String> done = new ArrayList<>();
        List<String> reported = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            done.add(run.device() + ":" + run.action());
            List<FencingEffect> effects =
                    told(executor.finished(run.action().equals("on") ? bad(run) : ok(run), SECOND));
            for (FencingEffect effect : effects) {
                if (effect instanceof FencingEffect.SendReport send) {
                    assertThat(send.report().succeeded()).isTrue();
                    reported.add(i + ":" + send.report().device());
                }
            }
            if (i < 3) {
                run = only(effects);
            }
        }
        assertThat(done).containsExactly("psu1:off", "psu2:off", "psu1:on", "psu2:on");
        assertThat(reported)
                .as("when both are on again, so that no 'on' is under way while it is fenced the next time")
                .containsExactly("3:psu1,psu2");
        assertThat(executor.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void devicesThatAnotherOperationMayHavePutOnMeanwhileAreSwitchedOffOnceMore() {
        twoSupplies();
        FenceOrder other = new FenceOrder("op2", "beta", "reboot", 60_000, 0, "gamma", "gamma", "test", 1);
        FenceRun first = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        executor.restores(other, false, SECOND);
        FenceRun second = only(executor.finished(ok(first), SECOND));
        List<FencingEffect> effects = told(executor.finished(ok(second), SECOND));
        assertThat(effects)
                .as("nothing is said, and nothing put on")
                .noneMatch(FencingEffect.SendReport.class::isInstance);
        assertThat(effects)
                .as("and nothing done while the other goes on")
                .noneMatch(FencingEffect.Run.class::isInstance);
        FenceRun again = only(executor.restores(other, true, SECOND));
        assertThat(again.device() + " " + again.action()).isEqualTo("psu1 off");
    }

    @Test
    void ofAnotherNodeThatIsGoneIsWaitedForAsLongAsItsDevicesMayTake() {
        twoSupplies();
        FenceOrder other = new FenceOrder("op2", "beta", "reboot", 60_000, 0, "gamma", "gamma", "test", 1);
        members("alpha", "gamma");
        executor.restores(other, false, 0);
        assertThat(executor.execute(order("beta", "reboot"), 0, watchdogMillis)).isEmpty();
        assertThat(executor.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
        members("alpha");
        assertThat(executor.deadlineNanos()).isEqualTo((1 + 2 * 60 + 10) * SECOND);
        assertThat(only(executor.tick(131 * SECOND)).device()).isEqualTo("psu1");
    }

    @Test
    void whatIsOvertakenPutsOnWhatItSwitchedOffAndSaysNothing() {
        twoSupplies();
        FenceOrder order = order("beta", "reboot");
        FenceRun first = only(executor.execute(order, 0, watchdogMillis));
        assertThat(executor.ended("beta", order.joinedAt() - 1, SECOND)).isEmpty();
        assertThat(executor.ended("beta", order.joinedAt(), SECOND)).isEmpty();
        FenceRun on = only(told(executor.finished(ok(first), SECOND)));
        assertThat(on.device() + " " + on.action()).isEqualTo("psu1 on");
        FenceRun last = only(executor.finished(ok(on), SECOND));
        assertThat(told(executor.finished(ok(last), SECOND)))
                .containsExactly(new FencingEffect.SendRestores(order, true));
        assertThat(executor.workingOn("beta")).isNull();
    }

    @Test
    void whoIsNewInAViewIsToldWhatIsPutOnAtPresent() {
        twoSupplies();
        FenceOrder order = order("beta", "reboot");
        FenceRun first = only(executor.execute(order, 0, watchdogMillis));
        assertThat(executor.tellAgain()).isEmpty();
        FenceRun second = only(executor.finished(ok(first), SECOND));
        FenceRun on = only(told(executor.finished(ok(second), SECOND)));
        assertThat(told(executor.tellAgain())).containsExactly(new FencingEffect.SendRestores(order, false));
        FenceRun last = only(executor.finished(ok(on), SECOND));
        executor.finished(ok(last), SECOND);
        assertThat(executor.tellAgain()).isEmpty();
    }

    /** Found by seed 150424: the beginning was said once more after the end, and the target could not be fenced ever after. */
    @Test
    void aWordThatWasDroppedIsSaidAsItIsThen() {
        twoSupplies();
        FenceOrder order = order("beta", "reboot");
        FenceRun first = only(executor.execute(order, 0, watchdogMillis));
        FenceRun second = only(executor.finished(ok(first), SECOND));
        var begins = new FencingEffect.SendRestores(order, false);
        assertThat(executor.finished(ok(second), SECOND)).containsExactly(begins);
        assertThat(executor.wordDropped(order)).as("not heard yet").containsExactly(begins);
        FenceRun on = only(executor.restores(order, false, SECOND));
        assertThat(executor.wordDropped(order)).as("under way").containsExactly(begins);
        FenceRun last = only(executor.finished(ok(on), SECOND));
        executor.finished(ok(last), SECOND);
        assertThat(executor.wordDropped(order)).as("over").containsExactly(new FencingEffect.SendRestores(order, true));
    }

    private void twoSupplies() {
        configureWith(
                List.of(level("beta", 1, "psu1,psu2")),
                device("psu1", "pcmk_host_list", "beta"),
                device("psu2", "pcmk_host_list", "beta"));
    }

    private void members(String... nodes) {
        executor.membersAre(
                new FenceDesk.Situation(
                        executor.registry(), new TreeSet<>(List.of(nodes)), Map.of(), new TreeMap<>(), new TreeMap<>()),
                Set.of(),
                SECOND);
    }

    @Test
    void successIsSaidOfTheLifeInWhichTheTargetWasWhenTheLevelBegan() {
        configureWith(
                List.of(level("beta", 1, "stuck"), level("beta", 2, "ipmi")),
                device("stuck", "pcmk_host_list", "beta", "pcmk_reboot_retries", "1"),
                device("ipmi", "pcmk_host_list", "beta"));
        FenceOrder order = order("beta", "reboot");
        FenceRun stuck = only(executor.execute(order, 0, watchdogMillis));
        joined("beta", order.joinedAt() + 7);
        FenceRun ipmi = only(executor.finished(bad(stuck), 20 * SECOND));
        joined("beta", order.joinedAt() + 9);
        FenceReport report = report(executor.finished(ok(ipmi), 21 * SECOND));
        assertThat(report.order().operation()).isEqualTo(order.operation());
        assertThat(report.order().joinedAt())
                .as("the life that began while the first device hung; nothing is known of a later one")
                .isEqualTo(order.joinedAt() + 7);
    }

    @Test
    void successIsNotSaidOfALifeThatBeganWhileTheLevelWasSwitchedOff() {
        twoSupplies();
        FenceOrder order = order("beta", "reboot");
        FenceRun first = only(executor.execute(order, 0, watchdogMillis));
        FenceRun second = only(executor.finished(ok(first), SECOND));
        joined("beta", order.joinedAt() + 7);
        FenceRun retry = only(executor.finished(bad(second), 2 * SECOND));
        assertThat(retry.device() + " " + retry.action()).isEqualTo("psu2 off");
        FenceRun again = only(told(executor.finished(ok(retry), 3 * SECOND)));
        FenceRun last = only(executor.finished(ok(again), 4 * SECOND));
        FenceReport report = report(executor.finished(ok(last), 5 * SECOND));
        assertThat(report.succeeded()).isTrue();
        assertThat(report.order().joinedAt())
                .as("one who put psu1 on again by hand has begun a life that nothing has ended")
                .isEqualTo(order.joinedAt());
    }

    private void joined(String node, long at) {
        executor.membersAre(
                new FenceDesk.Situation(
                        executor.registry(),
                        new TreeSet<>(List.of("alpha", node)),
                        Map.of(),
                        new TreeMap<>(),
                        new TreeMap<>(Map.of(node, at))),
                Set.of(),
                SECOND);
    }

    @Test
    void aDeviceWhoseFirstListFailsIsAskedForTheNodeInstead() {
        configure(device("dyn"));
        executor.metadata("fence_test", Optional.of(metadata("off", "reboot", "list", "status", "monitor")));
        FenceRun list = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        FenceRun status = only(executor.finished(bad(list), SECOND));
        assertThat(status.action()).isEqualTo("status");
        assertThat(status.target()).isEqualTo("beta");
        assertThat(only(executor.finished(ok(status), SECOND)).action()).isEqualTo("reboot");
    }

    @Test
    void whenOneLevelFailsTheNextOneIsTried() {
        configureWith(
                List.of(level("beta", 2, "sbd"), level("beta", 1, "ipmi")),
                device("ipmi", "pcmk_host_list", "beta", "pcmk_reboot_retries", "1"),
                device("sbd", "pcmk_host_list", "beta"));
        FenceRun first = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(first.device()).isEqualTo("ipmi");
        FenceRun second = only(executor.finished(bad(first), SECOND));
        assertThat(second.device()).isEqualTo("sbd");
        assertThat(report(executor.finished(ok(second), SECOND)).device()).isEqualTo("sbd");
    }

    @Test
    void allLevelsFailedIsAFailure() {
        configureWith(
                List.of(level("beta", 1, "ipmi")),
                device("ipmi", "pcmk_host_list", "beta", "pcmk_reboot_retries", "1"));
        FenceRun first = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(report(executor.finished(bad(first), SECOND)).succeeded()).isFalse();
    }

    @Test
    void aDelayIsWaitedBeforeTheFirstCallAndAFixedOneIsPerNode() {
        configure(device("st", "pcmk_host_list", "beta gamma", "pcmk_delay_base", "beta:3s;gamma:0"));
        assertThat(executor.execute(order("beta", "reboot"), 0, watchdogMillis)).isEmpty();
        assertThat(executor.deadlineNanos()).isEqualTo(3 * SECOND);
        assertThat(only(executor.tick(3 * SECOND)).target()).isEqualTo("beta");
    }

    @Test
    void aRandomDelayStaysWithinItsBounds() {
        for (int seed = 0; seed < 50; seed++) {
            FenceExecutor other = new FenceExecutor("alpha", new Seed(seed), 0);
            other.configure(registry(
                    List.of(), device("st", "pcmk_host_list", "beta", "pcmk_delay_base", "2", "pcmk_delay_max", "5")));
            assertThat(other.execute(order("beta", "reboot"), 0, watchdogMillis))
                    .isEmpty();
            assertThat(other.deadlineNanos()).isBetween(2 * SECOND, 5 * SECOND);
        }
    }

    @Test
    void theDeviceIsAskedWhomItKnowsAndItsAnswerIsKeptForAMinute() {
        configure(device("dyn"));
        executor.metadata("fence_test", Optional.of(metadata("off", "reboot", "list", "monitor")));
        FenceRun list = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(list.action()).isEqualTo("list");
        FenceRun reboot =
                only(executor.finished(new FenceRunResult(list.runId(), 0, false, "alpha,\nbeta,guest\n", ""), SECOND));
        assertThat(reboot.action()).isEqualTo("reboot");
        executor.finished(ok(reboot), SECOND);
        FenceOrder again = new FenceOrder("op2", "gamma", "reboot", 60_000, 0, "alpha", "alpha", "test", 1);
        FenceReport report = report(executor.execute(again, 30 * SECOND, watchdogMillis));
        assertThat(report.noDevice()).isTrue();
    }

    @Test
    void statusTellsWhetherTheDeviceReachesTheTarget() {
        configure(device("one", "pcmk_host_check", "status"));
        FenceRun status = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        assertThat(status.action()).isEqualTo("status");
        FenceRun reboot = only(executor.finished(new FenceRunResult(status.runId(), 2, false, "OFF", ""), 0));
        assertThat(reboot.action()).isEqualTo("reboot");
    }

    @Test
    void aDeviceDoesOneThingAtATime() {
        configure(device("st", "pcmk_host_list", "beta gamma"));
        FenceRun first = only(executor.execute(order("beta", "reboot"), 0, watchdogMillis));
        FenceOrder other = new FenceOrder("op2", "gamma", "reboot", 60_000, 0, "alpha", "alpha", "test", 1);
        assertThat(executor.execute(other, 0, watchdogMillis)).isEmpty();
        List<FencingEffect> effects = executor.finished(ok(first), SECOND);
        assertThat(report(effects).succeeded()).isTrue();
        assertThat(only(effects).target()).isEqualTo("gamma");
    }

    @Test
    void withAWatchdogTheTargetIsDownAfterItsTime() {
        watchdogMillis = 10_000;
        configure();
        assertThat(executor.execute(order("beta", "reboot"), 0, watchdogMillis)).isEmpty();
        assertThat(executor.deadlineNanos()).isEqualTo(10 * SECOND);
        FenceReport report = report(executor.tick(10 * SECOND));
        assertThat(report.succeeded()).isTrue();
        assertThat(report.device()).isEqualTo("watchdog");
    }

    @Test
    void aBannedOrStoppedDeviceIsNotThere() {
        Element configuration =
                configuration(List.of(), device("st", "pcmk_host_list", "beta", "meta:target-role", "Stopped"));
        assertThat(DeviceRegistry.of(configuration).devices()).isEmpty();
    }

    private void configure(Element... devices) {
        configureWith(List.of(), devices);
    }

    private void configureWith(List<Element> levels, Element... devices) {
        executor.configure(registry(levels, devices));
    }

    static DeviceRegistry registry(List<Element> levels, Element... devices) {
        return DeviceRegistry.of(configuration(levels, devices));
    }

    private static Element configuration(List<Element> levels, Element... devices) {
        return Element.of(
                "configuration",
                Map.of(),
                List.of(
                        Element.of("resources", Map.of(), List.of(devices)),
                        Element.of("fencing-topology", Map.of(), levels)));
    }

    static Element level(String target, int index, String devices) {
        return Element.leaf(
                "fencing-level",
                "id",
                target + index,
                "target",
                target,
                "index",
                Integer.toString(index),
                "devices",
                devices);
    }

    static Element device(String id, String... namesAndValues) {
        List<Element> attributes = new ArrayList<>();
        List<Element> metas = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            String name = namesAndValues[i];
            boolean meta = name.startsWith("meta:");
            (meta ? metas : attributes)
                    .add(Element.leaf(
                            "nvpair",
                            "id",
                            id + i,
                            "name",
                            meta ? name.substring(5) : name,
                            "value",
                            namesAndValues[i + 1]));
        }
        return Element.leaf("primitive", "id", id, "class", "stonith", "type", "fence_test")
                .plus(Element.of("instance_attributes", Map.of("id", id + "-i"), attributes))
                .plus(Element.of("meta_attributes", Map.of("id", id + "-m"), metas));
    }

    private static Element metadata(String... actions) {
        List<Element> all = new ArrayList<>();
        for (String action : actions) {
            all.add(Element.leaf("action", "name", action));
        }
        Element parameters = Element.of("parameters", Map.of(), List.of(Element.leaf("parameter", "name", "port")));
        return Element.of("resource-agent", Map.of(), List.of(parameters, Element.of("actions", Map.of(), all)));
    }

    private static FenceOrder order(String target, String action) {
        return new FenceOrder("op1", target, action, 60_000, 0, "alpha", "alpha", "test", 1);
    }

    private static FenceRun only(List<FencingEffect> effects) {
        List<FenceRun> runs = new ArrayList<>();
        effects.forEach(effect -> {
            if (effect instanceof FencingEffect.Run run) {
                runs.add(run.run());
            }
        });
        assertThat(runs).hasSize(1);
        return runs.get(0);
    }

    /** All have heard of it, this node too. */
    private List<FencingEffect> told(List<FencingEffect> effects) {
        List<FencingEffect> all = new ArrayList<>(effects);
        effects.forEach(effect -> {
            if (effect instanceof FencingEffect.SendRestores send) {
                all.addAll(executor.restores(send.order(), send.over(), SECOND));
            }
        });
        return all;
    }

    private static FenceReport report(List<FencingEffect> effects) {
        List<FenceReport> reports = new ArrayList<>();
        effects.forEach(effect -> {
            if (effect instanceof FencingEffect.SendReport send) {
                reports.add(send.report());
            }
        });
        assertThat(reports).hasSize(1);
        return reports.get(0);
    }

    private static FenceRunResult ok(FenceRun run) {
        return new FenceRunResult(run.runId(), 0, false, "", "");
    }

    private static FenceRunResult bad(FenceRun run) {
        return new FenceRunResult(run.runId(), 1, false, "", "no answer");
    }
}
