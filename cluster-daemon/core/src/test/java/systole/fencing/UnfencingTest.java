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

/**
 * {@code on} by devices whose meta-data says {@code automatic} and {@code on_target}, as {@code fence_scsi} and
 * {@code fence_mpath} do: the key to the disk has to be registered by the machine that is to use it (fencing contract, sections
 * 2 and 3).
 */
class UnfencingTest {
    private static final long SECOND = 1_000_000_000L;

    private final FenceExecutor alpha = new FenceExecutor("alpha", new Seed(1), 100);
    private final FenceExecutor beta = new FenceExecutor("beta", new Seed(2), 200);

    @Test
    void theTargetItselfUsesTheDeviceWhoeverWorksOffTheOrder() {
        configure(Set.of("alpha", "beta", "gamma"), scsi());
        FenceOrder part = part(alpha.execute(order("on", "alpha"), 0, 0));
        assertThat(part.executor()).isEqualTo("beta");
        assertThat(part.action()).isEqualTo("on");
        assertThat(part.device()).isEqualTo("scsi");

        FenceRun run = only(beta.execute(part, 0, 0));
        assertThat(run.action()).isEqualTo("on");
        assertThat(run.target()).isEqualTo("beta");
        assertThat(run.input()).containsEntry("port", "beta");
        List<FencingEffect> done = alpha.partDone(partReport(beta.finished(ok(run), SECOND)), 2 * SECOND);

        assertThat(report(done).succeeded()).isTrue();
        assertThat(alpha.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
        assertThat(beta.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void theTargetThatWorksOffItsOwnOrderAsksNobody() {
        configure(Set.of("alpha", "beta"), scsi());
        FenceRun run = only(beta.execute(order("on", "beta"), 0, 0));
        assertThat(run.action()).isEqualTo("on");
        assertThat(report(beta.finished(ok(run), SECOND)).succeeded()).isTrue();
    }

    @Test
    void withoutTheTargetNobodyDoesItInItsPlace() {
        configure(Set.of("alpha", "gamma"), scsi());
        List<FencingEffect> effects = alpha.execute(order("on", "alpha"), 0, 0);
        assertThat(runs(effects)).isEmpty();
        assertThat(report(effects).succeeded()).isFalse();
        assertThat(report(effects).noDevice()).isTrue();
    }

    @Test
    void aTargetThatMustNotUseTheDeviceIsNotAsked() {
        DeviceRegistry banned = new DeviceRegistry(
                new TreeMap<>(Map.of(
                        "scsi",
                        new FenceDevice(
                                "scsi",
                                "fence_test",
                                new TreeMap<>(),
                                new TreeMap<>(Map.of("pcmk_host_list", "alpha beta")),
                                0,
                                new TreeSet<>(Set.of("beta"))))),
                List.of(),
                new TreeMap<>());
        configure(Set.of("alpha", "beta"), banned);
        FenceReport report = report(alpha.execute(order("on", "alpha"), 0, 0));
        assertThat(report.succeeded()).isFalse();
        assertThat(report.noDevice()).isTrue();
    }

    @Test
    void whatTheTargetSaysOfItsFailureIsTheReason() {
        configure(Set.of("alpha", "beta"), scsi());
        FenceOrder part = part(alpha.execute(order("on", "alpha"), 0, 0));
        FenceRun run = only(beta.execute(part, 0, 0));
        FenceRunResult broken = new FenceRunResult(run.runId(), 1, false, "", "no such disk");
        List<FencingEffect> effects = beta.finished(broken, SECOND);
        if (!runs(effects).isEmpty()) {
            effects = beta.finished(new FenceRunResult(only(effects).runId(), 1, false, "", "no such disk"), SECOND);
        }
        FenceReport report = report(alpha.partDone(partReport(effects), 2 * SECOND));
        assertThat(report.succeeded()).isFalse();
        assertThat(report.text()).isEqualTo("scsi: no such disk (on beta)");
    }

    @Test
    void aTargetThatIsLostMeanwhileEndsIt() {
        configure(Set.of("alpha", "beta", "gamma"), scsi());
        part(alpha.execute(order("on", "alpha"), 0, 0));
        List<FencingEffect> effects =
                alpha.membersAre(situation(Set.of("alpha", "gamma"), registry(scsi())), Set.of(), SECOND);
        assertThat(runs(effects)).isEmpty();
        assertThat(report(effects).succeeded()).isFalse();
    }

    @Test
    void toCutOffItNeedsNotTheTargetWhichMayBeDead() {
        configure(Set.of("alpha", "gamma"), scsi());
        FenceRun run = only(alpha.execute(order("off", "alpha"), 0, 0));
        assertThat(run.action()).isEqualTo("off");
        assertThat(report(alpha.finished(ok(run), SECOND)).succeeded()).isTrue();
    }

    @Test
    void onlyDevicesThatUnfenceTakePartAndAllOfThem() {
        Element power = device("ipmi", "fence_power");
        Element fabric = device("brocade", "fence_fabric");
        configure(Set.of("alpha", "beta"), scsi(), power, fabric);
        for (FenceExecutor each : List.of(alpha, beta)) {
            each.metadata("fence_power", Optional.of(metadata(Map.of())));
            each.metadata("fence_fabric", Optional.of(metadata(Map.of("automatic", "1"))));
        }
        // In the order of their names: the one of the fabric runs here, the one on the target there.
        FenceRun here = only(alpha.execute(order("on", "alpha"), 0, 0));
        assertThat(here.device()).isEqualTo("brocade");
        FenceOrder part = part(alpha.finished(ok(here), SECOND));
        assertThat(part.device()).isEqualTo("scsi");
        FenceRun there = only(beta.execute(part, SECOND, 0));
        FenceReport report = report(alpha.partDone(partReport(beta.finished(ok(there), SECOND)), SECOND));
        assertThat(report.succeeded()).isTrue();
        assertThat(report.device()).isEqualTo("brocade,scsi (on beta)");
    }

    private void configure(Set<String> members, Element... devices) {
        configure(members, registry(devices));
    }

    private void configure(Set<String> members, DeviceRegistry registry) {
        for (FenceExecutor each : List.of(alpha, beta)) {
            each.configure(registry);
            each.metadata("fence_test", Optional.of(metadata(Map.of("automatic", "1", "on_target", "1"))));
            each.membersAre(situation(members, registry), Set.of(), 0);
        }
    }

    private static FenceDesk.Situation situation(Set<String> members, DeviceRegistry registry) {
        return new FenceDesk.Situation(registry, new TreeSet<>(members), Map.of(), new TreeMap<>(), new TreeMap<>());
    }

    private static DeviceRegistry registry(Element... devices) {
        return FenceExecutorTest.registry(List.of(), devices);
    }

    private static Element scsi() {
        return FenceExecutorTest.device("scsi", "pcmk_host_list", "alpha beta gamma");
    }

    private static Element device(String id, String agent) {
        return FenceExecutorTest.device(id, "pcmk_host_list", "alpha beta gamma")
                .withAttribute("type", agent);
    }

    private static Element metadata(Map<String, String> on) {
        List<Element> actions = new ArrayList<>();
        for (String action : List.of("off", "on", "monitor")) {
            actions.add(Element.leaf("action", "name", action));
        }
        for (Map.Entry<String, String> attribute : new TreeMap<>(on).entrySet()) {
            actions.set(1, actions.get(1).withAttribute(attribute.getKey(), attribute.getValue()));
        }
        Element parameters = Element.of("parameters", Map.of(), List.of(Element.leaf("parameter", "name", "port")));
        return Element.of("resource-agent", Map.of(), List.of(parameters, Element.of("actions", Map.of(), actions)));
    }

    private static FenceOrder order(String action, String executor) {
        return new FenceOrder("op1", "beta", action, 60_000, 0, executor, "alpha", "test", 1);
    }

    private static List<FenceRun> runs(List<FencingEffect> effects) {
        return effects.stream()
                .filter(FencingEffect.Run.class::isInstance)
                .map(effect -> ((FencingEffect.Run) effect).run())
                .toList();
    }

    private static FenceRun only(List<FencingEffect> effects) {
        assertThat(effects).hasSize(1);
        assertThat(runs(effects)).hasSize(1);
        return runs(effects).get(0);
    }

    private static FenceOrder part(List<FencingEffect> effects) {
        assertThat(effects).hasSize(1);
        return ((FencingEffect.SendPart) effects.get(0)).part();
    }

    private static FenceReport partReport(List<FencingEffect> effects) {
        assertThat(effects).hasSize(1);
        return ((FencingEffect.SendPartReport) effects.get(0)).report();
    }

    private static FenceReport report(List<FencingEffect> effects) {
        assertThat(effects).hasSize(1);
        return ((FencingEffect.SendReport) effects.get(0)).report();
    }

    private static FenceRunResult ok(FenceRun run) {
        return new FenceRunResult(run.runId(), 0, false, "", "");
    }
}
