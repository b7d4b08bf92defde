package systole.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;

/**
 * Random histories over an ideal group. {@code -Dsystole.state.seeds=N} for more of them,
 * {@code -Dsystole.state.seed=S} for a single one.
 */
class StateProtocolSimulationTest {
    private static final int SEEDS = Integer.getInteger("systole.state.seeds", 200);
    private static final long ONLY = Long.getLong("systole.state.seed", -1);
    private static final int STORMS = Integer.getInteger("systole.state.storms", 50);
    private static final int STEPS = Integer.getInteger("systole.state.steps", 2000);

    /** Knows what was promised to whom, and what each node holds. */
    private static final class Promises implements GroupWorld.Watcher {
        final Set<String> committed = new TreeSet<>();
        final Set<String> refusedForGood = new TreeSet<>();
        final Map<Position, String> atPosition = new TreeMap<>();
        final Map<String, Long> lineages = new TreeMap<>();
        final Map<String, Long> digests = new TreeMap<>();
        final Map<NodeId, String> lastOperation = new TreeMap<>();
        final Map<NodeId, ClusterState> held = new TreeMap<>();
        long latestQuorate;
        int uncertain;
        int overruled;
        int synchronizations;

        @Override
        public void crashed(GroupWorld.Node node) {
            lastOperation.remove(node.id);
            held.remove(node.id);
        }

        @Override
        public void stepped(GroupWorld.Node node, StateInput input, List<StateEffect> effects) {
            if (input instanceof StateInput.ViewInstalled installed
                    && installed.votes().quorate()) {
                latestQuorate = Math.max(latestQuorate, installed.view().sequence());
            }
            for (StateEffect effect : effects) {
                if (effect instanceof StateEffect.Answer answer) {
                    answered(answer);
                } else if (effect instanceof StateEffect.CommandApplied applied) {
                    applied(node, applied);
                } else if (effect instanceof StateEffect.Synchronized done && done.quorate()) {
                    namesOneConfiguration(node, effects);
                    if (done.view().sequence() == latestQuorate) {
                        holdsAll(node, done.view().sequence());
                    }
                } else if (effect instanceof StateEffect.Notice notice) {
                    assertThat(notice.severity()).as(notice.text()).isNotEqualTo(StateEffect.Severity.ERROR);
                    overruled++;
                }
            }
            held.put(node.id, node.protocol.state());
            if (node.protocol.isReady() && !node.inTransition) {
                String point = node.view + "+" + node.deliveredInView;
                long digest = node.protocol.state().digest();
                Long other = digests.putIfAbsent(point, digest);
                assertThat(other == null || other == digest)
                        .as("%s differs at %s: %s", node.uname(), point, node.protocol.state())
                        .isTrue();
            }
        }

        /** What this node had before a quorate synchronisation, and has after it: never older, never another of one name. */
        private void namesOneConfiguration(GroupWorld.Node node, List<StateEffect> effects) {
            ClusterState before = held.get(node.id);
            // Commands that waited for the end of the synchronisation are part of the same step.
            boolean alone = effects.stream().noneMatch(StateEffect.CommandApplied.class::isInstance);
            if (before == null || !alone) {
                return;
            }
            ClusterState after = node.protocol.state();
            assertThat(after.version().sameConfiguration(before.version())
                            || after.version().compareTo(before.version()) > 0)
                    .as("%s went back from version %s to %s", node.uname(), before.version(), after.version())
                    .isTrue();
            assertThat(!after.version().sameConfiguration(before.version())
                            || after.configurationDigest() == before.configurationDigest())
                    .as("%s has two configurations under version %s", node.uname(), after.version())
                    .isTrue();
            synchronizations++;
        }

        private void answered(StateEffect.Answer answer) {
            assertThat(committed).doesNotContain(answer.requestId());
            if (answer.result() instanceof StateEffect.Committed) {
                committed.add(answer.requestId());
            } else if (answer.result() instanceof StateEffect.Refused refused) {
                if (refused.advice() == Advice.CHECK_STATE) {
                    uncertain++;
                } else {
                    refusedForGood.add(answer.requestId());
                }
            }
        }

        private void applied(GroupWorld.Node node, StateEffect.CommandApplied applied) {
            if (applied.command() instanceof Command.Configure configure
                    && applied.result().isChanged()) {
                Position position = applied.result().state().position();
                lineages.merge(configure.requestId(), position.lineage(), Math::min);
                String other = atPosition.putIfAbsent(position, configure.requestId());
                assertThat(other == null || other.equals(configure.requestId()))
                        .as("%s has %s at %s, another node %s", node.uname(), configure.requestId(), position, other)
                        .isTrue();
            }
        }

        /** All that was committed and applied in an earlier view. */
        void holdsAll(GroupWorld.Node node, long view) {
            Element configuration = node.protocol.state().configuration();
            for (String request : committed) {
                if (lineages.getOrDefault(request, 0L) >= view) {
                    continue;
                }
                assertThat(CibEdits.find(configuration, request))
                        .as("%s has lost %s", node.uname(), request)
                        .isNotNull();
            }
        }
    }

    private final class Run {
        final Seed seed;
        final Promises promises = new Promises();
        final GroupWorld world;
        final double faultRate;
        int requests;

        Run(long number) {
            this(number, 0);
        }

        /** @param size 0: drawn */
        Run(long number, int size) {
            seed = new Seed(number);
            faultRate = List.of(0.002, 0.006, 0.02).get(seed.below(3));
            world = new GroupWorld(seed.fork("world"), size > 0 ? size : 2 + seed.below(4), promises);
        }

        /** Whether it came to that: what a safe message does at the end of a view is up to the world. */
        boolean twoChangesOfOneVersion() {
            List<GroupWorld.Node> all = List.copyOf(world.nodes.values());
            SortedSet<NodeId> everybody = new TreeSet<>(world.nodes.keySet());
            world.partition(List.of(everybody));
            world.settle();
            configure(all.get(0), Version.NONE);
            for (int i = 1; i < 3; i++) {
                for (int k = 0; k < 20; k++) {
                    world.receiveSomething(all.get(i));
                }
            }
            while (world.process(all.get(2))) {
                // until it has applied what only it knows to be safe
            }
            List<SortedSet<NodeId>> alone = new ArrayList<>();
            everybody.forEach(id -> alone.add(new TreeSet<>(Set.of(id))));
            world.partition(alone);
            world.settle();
            world.partition(
                    List.of(new TreeSet<>(Set.of(all.get(0).id, all.get(1).id)), new TreeSet<>(Set.of(all.get(2).id))));
            world.settle();
            configure(all.get(1), Version.NONE);
            world.settle();
            boolean two = all.get(1)
                            .protocol
                            .state()
                            .version()
                            .sameConfiguration(all.get(2).protocol.state().version())
                    && all.get(1).protocol.state().configurationDigest()
                            != all.get(2).protocol.state().configurationDigest();
            world.partition(List.of(everybody));
            world.settle();
            promises.holdsAll(all.get(2), Long.MAX_VALUE);
            assertThat(all.get(2).protocol.state())
                    .isEqualTo(all.get(0).protocol.state());
            return two;
        }

        String go() {
            world.partition(List.of(new TreeSet<>(world.nodes.keySet())));
            for (int i = 0; i < STEPS; i++) {
                something();
            }
            for (GroupWorld.Node node : world.nodes.values()) {
                if (!node.up) {
                    world.restart(node);
                }
            }
            world.settle();
            world.partition(List.of(new TreeSet<>(world.nodes.keySet())));
            world.settle();
            int before = promises.committed.size();
            configure(world.nodes.get(world.nodes.firstKey()), Version.NONE);
            world.settle();
            assertThat(promises.committed).hasSizeGreaterThan(before);
            atRest();
            return world.story()
                    + promises.committed
                    + world.nodes.get(world.nodes.firstKey()).protocol.state();
        }

        /** Changes from every node as fast as they go, and a crash of one node, of some, or of all in the middle. */
        void storm() {
            world.partition(List.of(new TreeSet<>(world.nodes.keySet())));
            world.settle();
            int calm = 20 + seed.below(1000);
            for (int i = 0; i < calm; i++) {
                GroupWorld.Node node = someNode();
                int dice = seed.below(10);
                if (dice < 1) {
                    configure(node, Version.NONE);
                } else if (dice < 5) {
                    world.process(node);
                } else if (dice < 8) {
                    world.receiveSomething(node);
                } else {
                    world.syncDisk(node, 1 + seed.below(3));
                }
            }
            List<GroupWorld.Node> all = List.copyOf(world.nodes.values());
            int crashes = seed.chance(0.5) ? all.size() : 1 + seed.below(all.size());
            for (int i = 0; i < crashes; i++) {
                world.crash(all.get(i));
            }
            for (GroupWorld.Node node : all) {
                if (!node.up) {
                    world.restart(node);
                }
            }
            world.settle();
            world.partition(List.of(new TreeSet<>(world.nodes.keySet())));
            world.settle();
            atRest();
        }

        private void atRest() {
            ClusterState first =
                    world.nodes.get(world.nodes.firstKey()).protocol.state();
            for (GroupWorld.Node node : world.nodes.values()) {
                assertThat(node.protocol.isReady()).isTrue();
                assertThat(node.protocol.isWritable()).isTrue();
                promises.holdsAll(node, Long.MAX_VALUE);
                assertThat(node.protocol.state()).isEqualTo(first);
                NodeStatus self = first.node(node.id).orElseThrow();
                assertThat(self.isReady()).isTrue();
                String operation = promises.lastOperation.get(node.id);
                if (operation != null) {
                    Element recorded = self.history().get("web").operations().get("web_last_0");
                    assertThat(recorded.attribute("call-id")).isEqualTo(operation);
                }
            }
            for (String request : promises.refusedForGood) {
                assertThat(CibEdits.find(first.configuration(), request))
                        .as("refused but done: %s", request)
                        .isNull();
            }
            for (int i = 0; i < requests; i++) {
                boolean one = CibEdits.find(first.configuration(), "r" + i) != null;
                boolean two = CibEdits.find(first.configuration(), "r" + i + "-twin") != null;
                assertThat(one).as("half of r%s", i).isEqualTo(two);
            }
        }

        private void something() {
            GroupWorld.Node node = someNode();
            if (seed.chance(faultRate)) {
                fault(node);
                return;
            }
            int dice = seed.below(100);
            if (dice < 45) {
                world.process(node);
            } else if (dice < 75) {
                world.receiveSomething(node);
            } else if (dice < 88) {
                world.syncDisk(node, 1 + seed.below(3));
            } else if (dice < 91) {
                if (node.up) {
                    configure(
                            node, seed.chance(0.3) ? someNode().protocol.state().version() : Version.NONE);
                }
            } else if (dice < 94) {
                if (node.up && node.protocol.isReady()) {
                    report(node);
                }
            } else {
                world.process(node);
                world.receiveSomething(node);
            }
        }

        private void fault(GroupWorld.Node node) {
            int dice = seed.below(10);
            if (dice < 3 && node.up) {
                world.crash(node);
            } else if (dice < 7 && !node.up) {
                world.restart(node);
            } else {
                world.partition(components());
            }
        }

        private GroupWorld.Node someNode() {
            return new ArrayList<>(world.nodes.values()).get(seed.below(world.nodes.size()));
        }

        private List<SortedSet<NodeId>> components() {
            int parts = 1 + seed.below(3);
            List<SortedSet<NodeId>> found = new ArrayList<>();
            for (int i = 0; i < parts; i++) {
                found.add(new TreeSet<>());
            }
            for (GroupWorld.Node node : world.nodes.values()) {
                if (node.up) {
                    found.get(seed.below(parts)).add(node.id);
                }
            }
            found.removeIf(Set::isEmpty);
            return found;
        }

        private void configure(GroupWorld.Node node, Version guard) {
            String id = "r" + requests++;
            List<CibEdit> edits = List.of(
                    new CibEdit.Put("resources", Element.leaf("primitive", "id", id)),
                    new CibEdit.Put("resources", Element.leaf("primitive", "id", id + "-twin")));
            world.step(
                    node,
                    new StateInput.Submit(new Command.Configure("root", node.uname(), id, guard, edits, world.now())));
        }

        private void report(GroupWorld.Node node) {
            String call = Integer.toString(requests++);
            promises.lastOperation.put(node.id, call);
            Element operation = Element.leaf("lrm_rsc_op", "id", "web_last_0", "call-id", call);
            world.step(
                    node,
                    new StateInput.Submit(new Command.RecordOperations(
                            node.uname(),
                            List.of(new OperationRecord("web", "ocf", "heartbeat", "Dummy", operation)))));
            world.step(
                    node,
                    new StateInput.Submit(new Command.UpdateAttributes(
                            node.uname(),
                            Command.Lifetime.TRANSIENT,
                            "instance_attributes",
                            Map.of("count", "value++"),
                            0,
                            world.now())));
        }
    }

    @Test
    void noAcknowledgedChangeIsLostAndAllNodesEndEqual() {
        int committed = 0;
        int uncertain = 0;
        int overruled = 0;
        int synchronizations = 0;
        for (long number = ONLY >= 0 ? ONLY : 1; number <= (ONLY >= 0 ? ONLY : SEEDS); number++) {
            Run run = new Run(number);
            try {
                run.go();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(
                        "seed " + number + " (-Dsystole.state.seed=" + number + "): " + e.getMessage() + "\n"
                                + (ONLY >= 0 ? run.world.story() : ""),
                        e);
            }
            committed += run.promises.committed.size();
            uncertain += run.promises.uncertain;
            overruled += run.promises.overruled;
            synchronizations += run.promises.synchronizations;
        }
        System.out.println("committed " + committed + ", uncertain " + uncertain + ", overruled " + overruled
                + ", versions compared " + synchronizations);
        if (ONLY < 0) {
            assertThat(committed).isGreaterThan(SEEDS * 3);
            assertThat(uncertain).isPositive();
            assertThat(overruled).isPositive();
            assertThat(synchronizations).isPositive();
        }
    }

    @Test
    void aCrashAtARandomMomentOfACommitStormLosesNoAcknowledgedChangeAndLeavesNoHalfOne() {
        int committed = 0;
        int made = 0;
        for (long number = 1; number <= STORMS; number++) {
            Run run = new Run(number * 7919);
            try {
                run.storm();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("round " + number + ": " + e.getMessage() + "\n" + run.world.story(), e);
            }
            committed += run.promises.committed.size();
            made += run.requests;
        }
        System.out.println("commit storms: " + STORMS + " rounds, " + made + " changes begun, " + committed
                + " acknowledged, all there on all nodes");
        assertThat(committed).isPositive().isLessThan(made);
    }

    /**
     * One node applies a change that nobody was told of, the other two go on without it and make another: both carry the
     * same version, and when they meet the common state must have a new one.
     */
    @Test
    void whenOneOfTwoChangesOfTheSameVersionIsSetAsideTheCommonStateHasANewVersion() {
        int overruled = 0;
        for (long number = 1; number <= 200; number++) {
            Run run = new Run(number, 3);
            overruled += run.twoChangesOfOneVersion() ? 1 : 0;
        }
        assertThat(overruled).isPositive();
    }

    @Test
    void theSameSeedGivesTheSameRun() {
        assertThat(new Run(7).go()).isEqualTo(new Run(7).go());
    }
}
