package systole.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.formats.TransitionGraphXml;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Resource;

/**
 * Generated clusters, and what must hold of every plan for them. {@code -Dscheduler.runs=N} sets how many (default
 * 300); a failure names the seed of its cluster.
 */
class SchedulerProperties {
    private static final int RUNS = Integer.getInteger("scheduler.runs", 300);
    private static final Instant NOW = Instant.ofEpochSecond(1_782_864_000L);

    @Test
    void plans_are_repeatable_acyclic_and_start_nothing_on_dead_nodes() {
        for (int seed = 0; seed < RUNS; seed++) {
            Element cib = CibXml.read("seed " + seed, new RandomCluster(new Random(seed)).text());
            Plan plan = Scheduler.schedule(cib, NOW);
            assertThat(TransitionGraphXml.write(Scheduler.schedule(cib, NOW).graph()))
                    .as("seed %d", seed)
                    .isEqualTo(TransitionGraphXml.write(plan.graph()));
            assertThat(unreached(plan.graph()))
                    .as("seed %d waits for itself", seed)
                    .isEmpty();
            Set<String> offline = RandomCluster.offline(cib);
            for (Synapse synapse : plan.graph().synapses()) {
                if (synapse.action() instanceof ResourceOperation operation) {
                    assertThat(offline)
                            .as("seed %d: %s", seed, operation)
                            .doesNotContain(operation.head().onNode());
                }
            }
        }
    }

    @Test
    void after_the_plan_was_carried_out_there_is_nothing_to_do() {
        int settled = 0;
        for (int seed = 0; seed < RUNS; seed++) {
            Element cib = CibXml.read("seed " + seed, new RandomCluster(new Random(seed)).text());
            Element now = cib;
            TransitionGraph graph = Scheduler.schedule(now, NOW).graph();
            for (int round = 0; round < 4 && !graph.isEmpty(); round++) {
                now = GraphExecution.run(now, graph, ids(now), Map.of(), NOW.getEpochSecond())
                        .cib();
                graph = Scheduler.schedule(now, NOW).graph();
            }
            assertThat(graph.synapses()).as("seed %d does not settle", seed).isEmpty();
            settled++;
        }
        assertThat(settled).isEqualTo(RUNS);
    }

    private static Set<String> ids(Element cib) {
        Set<String> ids = new LinkedHashSet<>();
        Cluster cluster = Reading.read(cib, NOW, false);
        for (Resource resource : cluster.everyResource) {
            ids.add(resource.id);
            ids.add(resource.configId());
        }
        return ids;
    }

    /** Actions that can never run as they wait, directly or not, for themselves or for what is not there. */
    private static List<String> unreached(TransitionGraph graph) {
        Map<Integer, Synapse> byId = graph.byActionId();
        Map<Integer, Integer> waiting = new HashMap<>();
        Map<Integer, List<Integer>> followers = new HashMap<>();
        List<Integer> ready = new ArrayList<>();
        for (Synapse synapse : graph.synapses()) {
            int id = synapse.action().id();
            waiting.put(id, synapse.inputs().size());
            for (int input : synapse.inputs()) {
                followers.computeIfAbsent(input, any -> new ArrayList<>()).add(id);
            }
            if (synapse.inputs().isEmpty()) {
                ready.add(id);
            }
        }
        Set<Integer> done = new HashSet<>();
        while (!ready.isEmpty()) {
            int id = ready.remove(ready.size() - 1);
            done.add(id);
            for (int next : followers.getOrDefault(id, List.of())) {
                if (waiting.merge(next, -1, Integer::sum) == 0) {
                    ready.add(next);
                }
            }
        }
        List<String> left = new ArrayList<>();
        byId.forEach((id, synapse) -> {
            if (!done.contains(id)) {
                left.add(synapse.action().trueKey());
            }
        });
        return left;
    }
}
