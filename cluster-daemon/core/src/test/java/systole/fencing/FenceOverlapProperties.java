package systole.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import systole.kernel.Seed;
import systole.model.Element;

/**
 * Several operations against one target at a time, as they come about when one is given up by who asked for it and goes on where
 * it is worked off: the one puts on what the other has just put off, and the target boots in between; or a person puts it on.
 */
class FenceOverlapProperties {
    private static final long SECOND = 1_000_000_000L;
    private static final String TARGET = "target";

    private record Event(long at, long number, Runnable what) {}

    /** A machine with a power supply for each device of a level; it is off while all of some level are. */
    private static final class World {
        final Seed seed;
        final SortedMap<String, FenceExecutor> executors = new TreeMap<>();
        final List<List<String>> levels;
        final DeviceRegistry registry;
        final PriorityQueue<Event> events =
                new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
        final SortedSet<String> off = new TreeSet<>();
        final Map<FenceExecutor, Long> lastMail = new HashMap<>();
        long now;
        long number;
        long life = 1;
        boolean on = true;
        boolean boots;

        World(Seed seed, List<List<String>> levels) {
            this.seed = seed;
            this.levels = levels;
            List<Element> all = new ArrayList<>();
            List<Element> devices = new ArrayList<>();
            for (List<String> level : levels) {
                all.add(FenceExecutorTest.level(TARGET, all.size() + 1, String.join(",", level)));
                for (String id : level) {
                    devices.add(
                            seed.chance(0.5)
                                    ? FenceExecutorTest.device(id, "pcmk_host_list", TARGET)
                                    : FenceExecutorTest.device(id, "pcmk_host_check", "status"));
                }
            }
            registry = FenceExecutorTest.registry(all, devices.toArray(Element[]::new));
            for (String node : List.of("a", "b", "c")) {
                FenceExecutor executor = new FenceExecutor(node, new Seed(1), 0);
                executor.configure(registry);
                executors.put(node, executor);
                joined(executor, life);
            }
        }

        void after(long nanos, Runnable what) {
            events.add(new Event(now + nanos, ++number, what));
        }

        void run() {
            while (!events.isEmpty()) {
                Event next = events.remove();
                assertThat(next.number()).as("events of a few operations").isLessThan(10_000);
                now = next.at();
                next.what().run();
            }
        }

        void order(String node, FenceExecutor executor, String operation) {
            FenceOrder order = new FenceOrder(operation, TARGET, "reboot", 20_000, 0, node, node, "test", life);
            carry(executor, executor.execute(order, now, 0));
        }

        private void carry(FenceExecutor executor, List<FencingEffect> effects) {
            for (FencingEffect effect : effects) {
                if (effect instanceof FencingEffect.Run run) {
                    call(executor, run.run());
                } else if (effect instanceof FencingEffect.SendReport send
                        && send.report().succeeded()) {
                    long ended = send.report().order().joinedAt();
                    assertThat(on ? life : life + 1)
                            .as("a later life than that which is said to have ended: " + send.report())
                            .isGreaterThan(ended);
                    tellAll(other -> other.ended(TARGET, ended, now));
                } else if (effect instanceof FencingEffect.SendRestores send) {
                    tellAll(other -> other.restores(send.order(), send.over(), now));
                } else if (effect instanceof FencingEffect.SendPart send) {
                    tell(send.part().executor(), other -> other.execute(send.part(), now, 0));
                } else if (effect instanceof FencingEffect.SendPartReport send) {
                    tell(send.report().order().origin(), other -> other.partDone(send.report(), now));
                }
            }
            if (executor.deadlineNanos() != Long.MAX_VALUE) {
                after(Math.max(0, executor.deadlineNanos() - now), () -> carry(executor, executor.tick(now)));
            }
        }

        private void tell(String node, Function<FenceExecutor, List<FencingEffect>> what) {
            FenceExecutor executor = Objects.requireNonNull(executors.get(node));
            after(seed.between(1, SECOND / 10), () -> carry(executor, what.apply(executor)));
        }

        /** In one order, to each at a time of its own. */
        private void tellAll(Function<FenceExecutor, List<FencingEffect>> what) {
            after(
                    seed.between(1, SECOND / 10),
                    () -> executors.values().forEach(executor -> {
                        long at = Math.max(lastMail.getOrDefault(executor, 0L), now + seed.between(1, SECOND / 2));
                        lastMail.put(executor, at);
                        after(at - now, () -> carry(executor, what.apply(executor)));
                    }));
        }

        /** What takes too long is ended, and may have its effect all the same. */
        private void call(FenceExecutor executor, FenceRun run) {
            long lasts =
                    seed.chance(0.3) ? seed.between(10 * SECOND, 40 * SECOND) : seed.between(SECOND / 10, 3 * SECOND);
            long limit = run.timeoutMillis() * 1_000_000L;
            boolean late = lasts > limit;
            boolean refuses = seed.chance(0.1);
            after(Math.min(lasts, limit), () -> {
                if (!refuses && (!late || seed.chance(0.5))) {
                    act(run);
                }
                carry(
                        executor,
                        executor.finished(
                                new FenceRunResult(run.runId(), late || refuses ? 1 : 0, late, "", "no answer"), now));
            });
        }

        private void act(FenceRun run) {
            if (run.action().equals("status")) {
                return;
            }
            if (run.action().equals("on")) {
                off.remove(run.device());
            } else {
                off.add(run.device());
            }
            if (on && levels.stream().anyMatch(off::containsAll)) {
                on = false;
                if (seed.chance(0.2)) {
                    after(seed.between(SECOND, 30 * SECOND), this::somebodyPutsItOn);
                }
            }
            if (run.action().equals("reboot")) {
                off.remove(run.device());
            }
            if (!on && !boots && levels.stream().noneMatch(off::containsAll)) {
                boots = true;
                after(seed.between(SECOND, 10 * SECOND), this::boot);
            }
        }

        /** By hand, whoever may be switching it off at that time. */
        private void somebodyPutsItOn() {
            if (!on && !boots) {
                off.clear();
                boot();
            }
        }

        private void boot() {
            boots = false;
            if (levels.stream().anyMatch(off::containsAll)) {
                return;
            }
            on = true;
            long joined = ++life;
            executors
                    .values()
                    .forEach(executor -> after(seed.between(SECOND / 10, 2 * SECOND), () -> joined(executor, joined)));
        }

        private void joined(FenceExecutor executor, long joined) {
            carry(
                    executor,
                    executor.membersAre(
                            new FenceDesk.Situation(
                                    registry,
                                    new TreeSet<>(List.of("a", "b", "c")),
                                    Map.of(),
                                    new TreeMap<>(),
                                    new TreeMap<>(Map.of(TARGET, joined))),
                            Set.of(),
                            now));
        }
    }

    /** Whatever the others do meanwhile: what is said to have ended has ended. */
    @Property(tries = 3_000)
    void successIsSaidOnlyOfLivesThatHaveEnded(@ForAll long number) {
        Seed seed = new Seed(number);
        List<List<String>> all = List.of(List.of("p1", "p2"), List.of("q1"), List.of("r1", "r2", "r3"));
        int first = seed.below(all.size());
        World world = new World(seed, all.subList(first, first + 1 + seed.below(all.size() - first)));
        for (int i = 0; i < 6; i++) {
            String operation = "op" + i;
            String node = List.of("a", "b", "c").get(seed.below(3));
            FenceExecutor executor = Objects.requireNonNull(world.executors.get(node));
            world.after(seed.between(0, 60 * SECOND), () -> world.order(node, executor, operation));
        }
        world.run();
        world.executors
                .values()
                .forEach(executor -> assertThat(executor.deadlineNanos())
                        .as("nothing is open")
                        .isEqualTo(Long.MAX_VALUE));
    }
}
