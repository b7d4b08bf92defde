package systole.fencing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import systole.kernel.Seed;

/** Levels whose devices not every node can use: who does which part, and what that proves. */
class FencePartProperties {
    private static final long SECOND = 1_000_000_000L;
    private static final String TARGET = "target";

    /** What a device does, whoever calls it. */
    private enum Device {
        GOOD,
        REFUSES,
        HANGS
    }

    /** Nodes with their executors, told what the others send, and a target whose power supplies are the devices. */
    private static final class World {
        final SortedMap<String, FenceExecutor> executors = new TreeMap<>();
        final SortedMap<String, Device> devices = new TreeMap<>();
        final DeviceRegistry registry;
        final Deque<Runnable> mail = new ArrayDeque<>();
        final List<FenceReport> reports = new ArrayList<>();
        final List<String> runs = new ArrayList<>();
        final SortedSet<String> off = new TreeSet<>();
        final SortedSet<String> lost = new TreeSet<>();
        String dies = "";
        boolean died;

        /** Which devices were off when all were, or when the success was told if none is switched on again. */
        final List<Set<String>> offWhenDone = new ArrayList<>();

        Optional<Set<String>> offBeforeOn = Optional.empty();

        World(List<String> nodes, DeviceRegistry registry) {
            this.registry = registry;
            for (String node : nodes) {
                FenceExecutor executor = new FenceExecutor(node, new Seed(1), 0);
                executor.configure(registry);
                executors.put(node, executor);
            }
            tellMembers(0);
        }

        FenceDesk.Situation situation() {
            SortedSet<String> members = new TreeSet<>(executors.keySet());
            members.removeAll(lost);
            return new FenceDesk.Situation(registry, members, Map.of(), new TreeMap<>(), new TreeMap<>());
        }

        void tellMembers(long now) {
            for (Map.Entry<String, FenceExecutor> each : executors.entrySet()) {
                if (!lost.contains(each.getKey())) {
                    carry(each.getKey(), each.getValue().membersAre(situation(), Set.of(), now), now);
                }
            }
        }

        FenceExecutor at(String node) {
            FenceExecutor found = executors.get(node);
            if (found == null) {
                throw new IllegalArgumentException("no node " + node);
            }
            return found;
        }

        void fence(String node) {
            FenceOrder order = new FenceOrder("op1", TARGET, "reboot", 60_000, 0, node, node, "test", 1);
            carry(node, at(node).execute(order, 0, 0), 0);
            while (!mail.isEmpty()) {
                mail.remove().run();
            }
        }

        private void carry(String node, List<FencingEffect> effects, long now) {
            for (FencingEffect effect : effects) {
                if (effect instanceof FencingEffect.Run run) {
                    mail.add(() -> act(node, run.run(), now));
                } else if (effect instanceof FencingEffect.SendPart send) {
                    mail.add(() -> to(send.part().executor(), other -> other.execute(send.part(), now, 0), now));
                } else if (effect instanceof FencingEffect.SendPartReport send) {
                    mail.add(
                            () -> to(send.report().order().origin(), other -> other.partDone(send.report(), now), now));
                } else if (effect instanceof FencingEffect.SendRestores send) {
                    executors
                            .keySet()
                            .forEach(each -> mail.add(
                                    () -> to(each, other -> other.restores(send.order(), send.over(), now), now)));
                } else if (effect instanceof FencingEffect.SendReport send) {
                    reports.add(send.report());
                    offWhenDone.add(offBeforeOn.orElse(new TreeSet<>(off)));
                }
            }
        }

        private void to(String node, java.util.function.Function<FenceExecutor, List<FencingEffect>> deed, long now) {
            if (!lost.contains(node)) {
                carry(node, deed.apply(at(node)), now);
            }
        }

        private void act(String node, FenceRun run, long now) {
            if (lost.contains(node)) {
                return;
            }
            if (node.equals(dies) && !died) {
                died = true;
                lost.add(node);
                tellMembers(now);
                return;
            }
            runs.add(node + " " + run.device() + " " + run.action());
            if (run.action().equals("on") && offBeforeOn.isEmpty()) {
                offBeforeOn = Optional.of(new TreeSet<>(off));
            }
            Device kind = devices.getOrDefault(run.device(), Device.GOOD);
            if (kind == Device.GOOD) {
                if (run.action().equals("on")) {
                    off.remove(run.device());
                } else {
                    off.add(run.device());
                }
            }
            boolean late = kind == Device.HANGS;
            long then = late ? now + run.timeoutMillis() * 1_000_000L : now + SECOND;
            FenceRunResult result = new FenceRunResult(run.runId(), kind == Device.GOOD ? 0 : 1, late, "", "no answer");
            to(node, executor -> executor.finished(result, then), then);
        }
    }

    private static FenceDevice device(String id, Set<String> banned) {
        return new FenceDevice(
                id,
                "fence_test",
                new TreeMap<>(),
                new TreeMap<>(Map.of("pcmk_host_list", TARGET, "pcmk_off_retries", "1", "pcmk_reboot_retries", "1")),
                0,
                new TreeSet<>(banned));
    }

    private static DeviceRegistry registry(List<List<String>> levels, Map<String, Set<String>> bans) {
        SortedMap<String, FenceDevice> devices = new TreeMap<>();
        bans.forEach((id, banned) -> devices.put(id, device(id, banned)));
        List<DeviceRegistry.Level> all = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
            all.add(new DeviceRegistry.Level(i + 1, TARGET, "", "", "", levels.get(i)));
        }
        return new DeviceRegistry(devices, all, new TreeMap<>());
    }

    @Test
    void eachDeviceOfALevelIsUsedByANodeThatMayUseIt() {
        World world = new World(
                List.of("a", "b", "c"),
                registry(List.of(List.of("psu1", "psu2")), Map.of("psu1", Set.of("b", "c"), "psu2", Set.of("a", "c"))));
        world.fence("a");
        assertThat(world.runs).containsExactly("a psu1 off", "b psu2 off", "a psu1 on", "b psu2 on");
        assertThat(world.reports).hasSize(1);
        assertThat(world.reports.get(0).succeeded()).isTrue();
        assertThat(world.reports.get(0).device()).isEqualTo("psu1,psu2 (on b)");
        assertThat(world.offWhenDone).containsExactly(Set.of("psu1", "psu2"));
    }

    @Test
    void whenTheNodeWithThePartIsLostAnotherOneDoesIt() {
        World world = new World(
                List.of("a", "b", "c"),
                registry(List.of(List.of("psu1", "psu2")), Map.of("psu1", Set.of(), "psu2", Set.of("a"))));
        world.dies = "b";
        world.fence("a");
        assertThat(world.died).isTrue();
        assertThat(world.runs).containsExactly("a psu1 off", "c psu2 off", "a psu1 on", "c psu2 on");
        assertThat(world.reports.get(0).device()).isEqualTo("psu1,psu2 (on c)");
        assertThat(world.reports.get(0).succeeded()).isTrue();
    }

    @Test
    void withoutTopologyTheDevicesOfANodeAreItsOwnBusiness() {
        World world = new World(List.of("a", "b"), registry(List.of(), Map.of("one", Set.of("a"))));
        world.fence("a");
        assertThat(world.runs).isEmpty();
        assertThat(world.reports.get(0).noDevice()).isTrue();
    }

    @Test
    void aPartThatIsNeverAnsweredEndsAndTheNextLevelIsTried() {
        DeviceRegistry registry =
                registry(List.of(List.of("far"), List.of("near")), Map.of("far", Set.of("a"), "near", Set.of()));
        FenceExecutor executor = new FenceExecutor("a", new Seed(1), 0);
        executor.configure(registry);
        executor.membersAre(
                new FenceDesk.Situation(
                        registry, new TreeSet<>(Set.of("a", "b")), Map.of(), new TreeMap<>(), new TreeMap<>()),
                Set.of(),
                0);
        FenceOrder order = new FenceOrder("op1", TARGET, "off", 10_000, 0, "a", "a", "test", 1);
        List<FencingEffect> sent = executor.execute(order, 0, 0);
        assertThat(sent).hasSize(1).first().isInstanceOf(FencingEffect.SendPart.class);
        assertThat(executor.deadlineNanos()).isEqualTo(22 * SECOND);
        List<FencingEffect> next = executor.tick(22 * SECOND);
        assertThat(next).hasSize(1);
        assertThat(next.get(0))
                .isInstanceOfSatisfying(
                        FencingEffect.Run.class,
                        run -> assertThat(run.run().device()).isEqualTo("near"));
    }

    @Test
    void aPartThatNobodyHeardIsSentAgainWhenTheNextViewIsKnown() {
        DeviceRegistry registry = registry(List.of(List.of("far")), Map.of("far", Set.of("a")));
        FenceExecutor executor = new FenceExecutor("a", new Seed(1), 0);
        executor.configure(registry);
        FenceDesk.Situation members = new FenceDesk.Situation(
                registry, new TreeSet<>(Set.of("a", "b")), Map.of(), new TreeMap<>(), new TreeMap<>());
        executor.membersAre(members, Set.of(), 0);
        FenceOrder order = new FenceOrder("op1", TARGET, "off", 10_000, 0, "a", "a", "test", 1);
        FenceOrder part = part(executor.execute(order, 0, 0));
        assertThat(executor.membersAre(members, Set.of(), SECOND))
                .as("it is under way")
                .isEmpty();
        executor.dropped(part);
        FenceOrder again = part(executor.membersAre(members, Set.of(), SECOND));
        assertThat(again.executor()).isEqualTo("b");
        assertThat(again.operation()).isNotEqualTo(part.operation());
        FenceReport late = new FenceReport(part, true, "far", false, false, "");
        assertThat(executor.partDone(late, SECOND)).as("what was asked first").isEmpty();
    }

    @Test
    void aPartForWhichNobodyWaitsAnyMoreIsNotBegun() {
        DeviceRegistry registry =
                registry(List.of(List.of("psu1", "psu2")), Map.of("psu1", Set.of(), "psu2", Set.of()));
        FenceExecutor executor = new FenceExecutor("b", new Seed(1), 0);
        executor.configure(registry);
        FenceOrder first = new FenceOrder("op1/a/1", TARGET, "on", 10_000, 0, "b", "a", "test", 1, "psu1");
        FenceOrder second = new FenceOrder("op2/c/1", TARGET, "on", 10_000, 0, "b", "c", "test", 1, "psu1");
        FencingEffect.Run run =
                (FencingEffect.Run) executor.execute(first, 0, 0).get(0);
        assertThat(executor.execute(second, 0, 0))
                .as("the device does one thing at a time")
                .isEmpty();
        FenceRunResult late = new FenceRunResult(run.run().runId(), 1, true, "", "no answer");
        List<FencingEffect> effects = executor.finished(late, 10 * SECOND);
        assertThat(effects).noneMatch(FencingEffect.Run.class::isInstance);
        assertThat(effects)
                .as("both are answered: the one has failed, the other was not begun")
                .filteredOn(FencingEffect.SendPartReport.class::isInstance)
                .hasSize(2);
    }

    private static FenceOrder part(List<FencingEffect> effects) {
        assertThat(effects).hasSize(1);
        return ((FencingEffect.SendPart) effects.get(0)).part();
    }

    /** It succeeds exactly if all devices of a level are good and somebody who is left may use each, and never for less. */
    @Property(tries = 2_000)
    void itSucceedsIfAndOnlyIfAWholeLevelCan(@ForAll long number) {
        Seed seed = new Seed(number);
        List<String> nodes = new ArrayList<>(List.of("a", "b", "c", "d"));
        SortedMap<String, Set<String>> bans = new TreeMap<>();
        SortedMap<String, Device> kinds = new TreeMap<>();
        for (String id : List.of("d1", "d2", "d3")) {
            Set<String> banned = new TreeSet<>();
            nodes.stream().filter(node -> seed.chance(0.5)).forEach(banned::add);
            bans.put(id, banned);
            kinds.put(id, Device.values()[seed.chance(0.6) ? 0 : seed.below(3)]);
        }
        List<List<String>> levels = new ArrayList<>();
        int count = 1 + seed.below(3);
        for (int i = 0; i < count; i++) {
            SortedSet<String> level = new TreeSet<>(List.of("d" + (1 + seed.below(3)), "d" + (1 + seed.below(3))));
            levels.add(List.copyOf(level));
        }
        World world = new World(nodes, registry(levels, bans));
        world.devices.putAll(kinds);
        String owner = nodes.get(seed.below(4));
        String dies = nodes.get(seed.below(4));
        world.dies = dies.equals(owner) ? "" : dies;

        world.fence(owner);

        SortedSet<String> left = new TreeSet<>(nodes);
        left.removeAll(world.lost);
        boolean can = levels.stream()
                .anyMatch(level -> level.stream()
                        .allMatch(id -> kinds.get(id) == Device.GOOD
                                && left.stream().anyMatch(node -> !bans.get(id).contains(node))));
        assertThat(world.reports).as("one word about it").hasSize(1);
        FenceReport report = world.reports.get(0);
        if (report.succeeded()) {
            Set<String> off = world.offWhenDone.get(0);
            assertThat(levels).as("a level that is off: " + off).anyMatch(off::containsAll);
        }
        if (!world.died) {
            assertThat(report.succeeded()).isEqualTo(can);
        } else if (can) {
            assertThat(report.succeeded()).as("whom it needed is still there").isTrue();
        }
        assertThat(Collections.disjoint(world.lost, left)).isTrue();
        world.executors.forEach((node, executor) -> {
            if (!world.lost.contains(node)) {
                assertThat(executor.deadlineNanos())
                        .as(node + " has nothing open")
                        .isEqualTo(Long.MAX_VALUE);
            }
        });
    }
}
