package systole.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.fencing.FenceDesk.Situation;

class FenceDeskTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long LIFE = 4;

    private final FenceDesk desk = new FenceDesk("alpha", "life");

    @Test
    void theTargetIsNeverAskedWhileThereIsAnother() {
        FenceOrder order = sent(ask("beta", "w1", situation(Set.of(), "beta", "gamma")));
        assertThat(order.executor()).isEqualTo("gamma");
        assertThat(desk.ordered(order, situation(Set.of(), "beta", "gamma"), 0)).isFalse();
    }

    @Test
    void theNodeOnWhichTheDeviceIsMonitoredIsPreferred() {
        Situation now = new Situation(
                FenceExecutorTest.registry(List.of(), FenceExecutorTest.device("st")),
                new TreeSet<>(Set.of("alpha", "beta", "gamma")),
                Map.of("st", Set.of("gamma")),
                new java.util.TreeMap<>(),
                new java.util.TreeMap<>());
        assertThat(sent(ask("beta", "w1", now)).executor()).isEqualTo("gamma");
    }

    @Test
    void aSecondRequestIsMergedAndBothAreAnsweredOnce() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        desk.ordered(sent(ask("beta", "w1", now)), now, 0);
        assertThat(ask("beta", "w2", now)).isEmpty();
        assertThat(desk.succeeded("beta", "reboot", LIFE))
                .containsExactly(
                        new FencingEffect.Answered("w1", true, false, ""),
                        new FencingEffect.Answered("w2", true, false, ""));
        assertThat(desk.succeeded("beta", "reboot", LIFE)).isEmpty();
        assertThat(desk.underWay()).isEmpty();
    }

    @Test
    void whoWaitsForTheEndOfALifeThatBeganMeanwhileIsNotToldThatItEnded() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        desk.ordered(sent(ask("beta", LIFE, "w1", now)), now, 0);
        assertThat(ask("beta", LIFE + 5, "w2", now)).isEmpty();
        assertThat(desk.succeeded("beta", "reboot", LIFE))
                .containsExactly(
                        new FencingEffect.Answered("w1", true, false, ""),
                        new FencingEffect.Answered("w2", false, false, "beta came back while it was fenced"));
        assertThat(desk.underWay()).isEmpty();
    }

    @Test
    void whatWasOrderedAgainstALaterLifeGoesOn() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        FenceOrder order = sent(ask("beta", LIFE + 5, "w1", now));
        desk.ordered(order, now, 0);
        assertThat(desk.succeeded("beta", "reboot", LIFE)).isEmpty();
        assertThat(desk.underWay()).containsExactly(order);
        assertThat(desk.succeeded("beta", "reboot", LIFE + 5))
                .containsExactly(new FencingEffect.Answered("w1", true, false, ""));
    }

    @Test
    void whenAnExecutorFailsTheNextIsAskedAndInTheEndItIsGivenUp() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        FenceOrder first = sent(ask("beta", "w1", now));
        desk.ordered(first, now, 0);
        FenceOrder second = sent(desk.failed(failure(first, false), now, SECOND));
        assertThat(second.executor()).isNotEqualTo(first.executor()).isNotEqualTo("beta");
        assertThat(second.operation()).isEqualTo(first.operation());
        desk.ordered(second, now, 0);
        FenceReport last = failure(second, false);
        assertThat(desk.failed(last, now, SECOND))
                .containsExactly(
                        new FencingEffect.GaveUp(last), new FencingEffect.Answered("w1", false, false, "broken"));
    }

    @Test
    void aTimeOutEndsTheOperation() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        FenceOrder first = sent(ask("beta", "w1", now));
        desk.ordered(first, now, 0);
        assertThat(desk.failed(failure(first, true), now, SECOND)).hasSize(2);
    }

    @Test
    void whereItHungIsAskedLastNextTimeUntilTheTargetWasFenced() {
        Situation now = situation(Set.of("alpha"), "alpha", "beta", "gamma");
        FenceOrder first = sent(ask("beta", "w1", now));
        assertThat(first.executor()).isEqualTo("alpha");
        desk.ordered(first, now, 0);
        desk.failed(failure(first, true), now, SECOND);

        FenceOrder second = sent(ask("beta", "w2", now));
        assertThat(second.executor()).isEqualTo("gamma");
        assertThat(sent(ask("gamma", "w3", now)).executor()).isEqualTo("alpha");
        desk.succeeded("beta", "reboot", LIFE);

        assertThat(sent(ask("beta", "w4", now)).executor()).isEqualTo("alpha");
    }

    @Test
    void devicesThatAreForOtherNodesDoNotCount() {
        DeviceRegistry registry = FenceExecutorTest.registry(
                List.of(),
                FenceExecutorTest.device("one", "pcmk_host_list", "gamma"),
                FenceExecutorTest.device("two", "pcmk_host_map", "gamma:7"));
        Situation now = new Situation(
                registry,
                new TreeSet<>(Set.of("alpha", "beta")),
                Map.of(),
                new java.util.TreeMap<>(),
                new java.util.TreeMap<>());
        assertThat(ask("beta", "w1", now))
                .contains(new FencingEffect.Answered("w1", false, true, "no node can fence beta"));
        assertThat(sent(ask("gamma", "w2", now)).executor()).isEqualTo("alpha");
    }

    @Test
    void whenTheExecutorIsLostAnotherTakesOver() {
        Situation now = situation(Set.of(), "beta", "gamma", "delta");
        FenceOrder first = sent(ask("beta", "w1", now));
        desk.ordered(first, now, 0);
        assertThat(first.executor()).isEqualTo("delta");
        FenceOrder second = sent(desk.membersAre(situation(Set.of(), "gamma"), Set.of(), SECOND));
        assertThat(second.executor()).isEqualTo("gamma");
    }

    @Test
    void anExecutorThatRestartedIsNotWaitedFor() {
        Situation now = situation(Set.of(), "beta", "gamma", "delta");
        desk.ordered(sent(ask("beta", "w1", now)), now, 0);
        assertThat(sent(desk.membersAre(now, Set.of("delta"), SECOND)).executor())
                .isEqualTo("gamma");
    }

    @Test
    void nodesThatAreBannedFromTheDeviceAreNotAsked() {
        FenceDevice device = new FenceDevice(
                "st",
                "fence_test",
                new java.util.TreeMap<>(),
                new java.util.TreeMap<>(),
                0,
                new TreeSet<>(Set.of("alpha", "gamma")));
        DeviceRegistry registry =
                new DeviceRegistry(new java.util.TreeMap<>(Map.of("st", device)), List.of(), new java.util.TreeMap<>());
        Situation now = new Situation(
                registry,
                new TreeSet<>(Set.of("alpha", "beta", "gamma", "delta")),
                Map.of(),
                new java.util.TreeMap<>(),
                new java.util.TreeMap<>());
        assertThat(sent(ask("beta", "w1", now)).executor()).isEqualTo("delta");
    }

    @Test
    void theWholeHasATimeToo() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        desk.ordered(sent(ask("beta", "w1", now)), now, 0);
        assertThat(desk.deadlineNanos()).isEqualTo(77 * SECOND);
        assertThat(desk.tick(77 * SECOND)).hasSize(2);
        assertThat(desk.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void whoeverWaitsForAnOrderOfAnotherNodeIsAnsweredEvenIfItsEndNeverComes() {
        Situation now = situation(Set.of(), "alpha", "beta", "gamma");
        FenceOrder foreign = new FenceOrder("gamma-life-1", "beta", "reboot", 60_000, 0, "gamma", "gamma", "test", 4);
        desk.ordered(foreign, now, 0);
        assertThat(ask("beta", "w1", now)).isEmpty();
        assertThat(desk.tick(153 * SECOND)).isEmpty();
        assertThat(desk.tick(154 * SECOND))
                .containsExactly(new FencingEffect.Answered("w1", false, false, "no result within the total time"));
        assertThat(desk.underWay()).isEmpty();
    }

    private List<FencingEffect> ask(String target, String waiter, Situation now) {
        return ask(target, LIFE, waiter, now);
    }

    private List<FencingEffect> ask(String target, long life, String waiter, Situation now) {
        return desk.request(target, "reboot", 60_000, 0, "test", life, waiter, now, 0);
    }

    private static Situation situation(Set<String> active, String... members) {
        return new Situation(
                FenceExecutorTest.registry(List.of(), FenceExecutorTest.device("st")),
                new TreeSet<>(Set.of(members)),
                active.isEmpty() ? Map.of() : Map.of("st", active),
                new java.util.TreeMap<>(),
                new java.util.TreeMap<>());
    }

    private static FenceReport failure(FenceOrder order, boolean timedOut) {
        return new FenceReport(order, false, "st", false, timedOut, "broken");
    }

    private static FenceOrder sent(List<FencingEffect> effects) {
        List<FenceOrder> orders = new ArrayList<>();
        effects.forEach(effect -> {
            if (effect instanceof FencingEffect.SendOrder send) {
                orders.add(send.order());
            }
        });
        assertThat(orders).hasSize(1);
        return orders.get(0);
    }
}
