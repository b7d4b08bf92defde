package systole.transition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import systole.graph.GraphAction;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.kernel.Seed;

class TransitionWalkProperties {
    @Property(tries = 300)
    void noActionFiresBeforeItsInputsAndAllFireOnceWhenNothingFails(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int size) {
        Seed chance = new Seed(seed);
        TransitionGraph graph = random(chance, size);
        TransitionWalk walk = new TransitionWalk(graph, new LoadLimits(5, 1, 2, Map.of("n1", 3)), 0);
        Set<Integer> confirmed = new HashSet<>();
        Set<Integer> fired = new HashSet<>();
        List<GraphAction> flying = new ArrayList<>();
        while (true) {
            for (GraphAction action : walk.fire(0)) {
                assertThat(fired.add(action.id())).isTrue();
                assertThat(confirmed)
                        .containsAll(graph.byActionId().get(action.id()).inputs());
                if (action instanceof GraphAction.PseudoEvent) {
                    confirmed.add(action.id());
                } else {
                    flying.add(action);
                }
            }
            assertThat(flying).hasSizeLessThanOrEqualTo(5);
            Map<String, Integer> jobs = new HashMap<>();
            flying.forEach(action -> jobs.merge(action.head().onNode(), 1, Integer::sum));
            assertThat(jobs.getOrDefault("n0", 0)).isLessThanOrEqualTo(2);
            if (flying.isEmpty()) {
                break;
            }
            GraphAction done = flying.remove(chance.below(flying.size()));
            assertThat(walk.confirm(done.id(), false)).isTrue();
            confirmed.add(done.id());
        }
        assertThat(walk.isComplete()).isTrue();
        assertThat(walk.leftOver()).isEmpty();
        assertThat(confirmed).hasSize(size);
    }

    @Property(tries = 300)
    void nothingDependsOnWhatFailedAndTheWalkAlwaysEnds(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int size) {
        Seed chance = new Seed(seed);
        TransitionGraph graph = random(chance, size);
        TransitionWalk walk = new TransitionWalk(graph, LoadLimits.NONE, 0);
        Set<Integer> failed = new HashSet<>();
        List<GraphAction> flying = new ArrayList<>();
        for (int round = 0; ; round++) {
            assertThat(round).isLessThanOrEqualTo(2 * size + 2);
            for (GraphAction action : walk.fire(0)) {
                assertThat(graph.byActionId().get(action.id()).inputs()).noneMatch(failed::contains);
                if (!(action instanceof GraphAction.PseudoEvent)) {
                    flying.add(action);
                }
            }
            if (flying.isEmpty()) {
                break;
            }
            GraphAction done = flying.remove(chance.below(flying.size()));
            boolean fails = chance.chance(0.2);
            walk.confirm(done.id(), fails);
            if (fails) {
                failed.add(done.id());
                assertThat(walk.isAborted()).isTrue();
            }
        }
        assertThat(walk.isComplete()).isTrue();
    }

    private static TransitionGraph random(Seed chance, int size) {
        List<Synapse> synapses = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            List<Integer> inputs = new ArrayList<>();
            for (int before = 1; before < id; before++) {
                if (chance.chance(2.0 / size)) {
                    inputs.add(before);
                }
            }
            String node = "n" + chance.below(3);
            GraphAction action = switch (chance.below(10)) {
                case 0, 1, 2 -> Graphs.pseudo(id, "point" + id);
                case 3 -> Graphs.operation(id, "clone" + chance.below(2), "promote", node);
                case 4 -> Graphs.operation(id, "clone" + chance.below(2), "monitor", node);
                default -> Graphs.operation(id, "r" + id, "start", node);
            };
            synapses.add(chance.below(synapses.size() + 1), new Synapse(id, 0, action, inputs));
        }
        return new TransitionGraph(Map.of(), synapses);
    }
}
