package systole.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.formats.TransitionGraphXml;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.PseudoEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;

/** Pacemaker's own regression cases: what was reached once must not sink. */
class ConformanceTest {
    private static final int ACTIONS_FLOOR = 613;
    private static final int ORDER_FLOOR = 613;
    private static final int PARAMETERS_FLOOR = 613;
    private static final int SCORES_FLOOR = 613;

    @Test
    void graphs_and_scores_of_the_corpus_stay_at_the_level_reached() {
        Corpus corpus = Corpus.open();
        List<String> actions = new ArrayList<>();
        List<String> order = new ArrayList<>();
        List<String> parameters = new ArrayList<>();
        List<String> scores = new ArrayList<>();
        int all = 0;
        int empty = 0;
        List<String> ofEmpty = new ArrayList<>();
        for (Corpus.Case test : corpus.cases()) {
            all++;
            Plan plan = Scheduler.schedule(corpus.cib(test), test.now());
            Graph expected =
                    new Graph(TransitionGraphXml.read(test.name(), corpus.text("exp/" + test.name() + ".exp")));
            Graph actual = new Graph(plan.graph());
            boolean sameActions = expected.byName.keySet().equals(actual.byName.keySet());
            boolean sameOrder = sameActions && expected.order().equals(actual.order());
            if (expected.names.isEmpty()) {
                empty++;
                add(ofEmpty, test, sameActions);
            }
            add(actions, test, sameActions);
            add(order, test, sameOrder);
            add(parameters, test, sameOrder && expected.parameters().equals(actual.parameters()));
            add(
                    scores,
                    test,
                    sorted(corpus.text("scores/" + test.name() + ".scores")).equals(sorted(plan.scoreLines())));
        }
        System.out.println("conformance: " + all + " cases: actions " + (all - actions.size()) + ", order "
                + (all - order.size()) + ", parameters " + (all - parameters.size()) + ", scores "
                + (all - scores.size()));
        int full = all - empty;
        int wrong = ofEmpty.size();
        System.out.println("conformance: " + full + " cases whose graph is not empty: actions "
                + (full - actions.size() + wrong) + ", order " + (full - order.size() + wrong) + ", parameters "
                + (full - parameters.size() + wrong));
        assertThat(all - actions.size()).as("actions differ in %s", actions).isGreaterThanOrEqualTo(ACTIONS_FLOOR);
        assertThat(all - order.size()).as("order differs in %s", order).isGreaterThanOrEqualTo(ORDER_FLOOR);
        assertThat(all - parameters.size())
                .as("parameters differ in %s", parameters)
                .isGreaterThanOrEqualTo(PARAMETERS_FLOOR);
        assertThat(all - scores.size()).as("scores differ in %s", scores).isGreaterThanOrEqualTo(SCORES_FLOOR);
    }

    private static void add(List<String> failed, Corpus.Case test, boolean passed) {
        if (!passed) {
            failed.add(test.name());
        }
    }

    private static List<String> sorted(String text) {
        return sorted(Arrays.asList(text.split("\n", -1)));
    }

    private static List<String> sorted(List<String> lines) {
        return lines.stream()
                .map(line -> line.strip().replaceAll("\\s+", " "))
                .filter(line -> !line.isEmpty())
                .sorted()
                .toList();
    }

    /** A graph in a form in which two are the same if they mean the same. */
    private static final class Graph {
        private final TransitionGraph source;
        private final Map<String, Synapse> byName = new TreeMap<>();
        private final List<String> names = new ArrayList<>();
        private final Map<Integer, Integer> indexOfAction = new HashMap<>();

        Graph(TransitionGraph source) {
            this.source = source;
            Map<String, Integer> seen = new HashMap<>();
            for (Synapse synapse : source.synapses()) {
                seen.merge(name(synapse.action()), 1, Integer::sum);
            }
            for (Synapse synapse : source.synapses()) {
                String name = name(synapse.action());
                if (seen.getOrDefault(name, 0) > 1) {
                    name += " " + synapse.action().trueKey();
                }
                indexOfAction.put(synapse.action().id(), names.size());
                names.add(name);
                byName.put(name, synapse);
            }
        }

        private static String name(GraphAction action) {
            return kind(action) + " " + action.operation() + " " + action.operationKey() + " "
                    + action.head().onNode();
        }

        private static String kind(GraphAction action) {
            if (action instanceof ResourceOperation) {
                return "rsc_op";
            }
            return action instanceof PseudoEvent ? "pseudo_event" : "crm_event";
        }

        /** Everything that has to be done before each action, directly or not. */
        Map<String, Set<String>> order() {
            int count = names.size();
            List<BitSet> closure = new ArrayList<>();
            for (Synapse synapse : source.synapses()) {
                BitSet inputs = new BitSet(count);
                for (int input : synapse.inputs()) {
                    Integer index = indexOfAction.get(input);
                    if (index != null) {
                        inputs.set(index);
                    }
                }
                closure.add(inputs);
            }
            boolean changed = true;
            while (changed) {
                changed = false;
                for (BitSet inputs : closure) {
                    int before = inputs.cardinality();
                    for (int i : inputs.stream().toArray()) {
                        inputs.or(closure.get(i));
                    }
                    changed |= inputs.cardinality() != before;
                }
            }
            Map<String, Set<String>> order = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                Set<String> before = new TreeSet<>();
                closure.get(i).stream().forEach(j -> before.add(names.get(j)));
                order.put(names.get(i), before);
            }
            return order;
        }

        /** All that an executor sees, without numbers of one run and digests. */
        Map<String, Object> parameters() {
            Map<String, Object> found = new LinkedHashMap<>();
            Map<String, String> header = new TreeMap<>(source.attributes());
            header.remove("transition_id");
            header.remove("batch-limit");
            found.put("graph", header);
            byName.forEach((name, synapse) -> {
                GraphAction action = synapse.action();
                Map<String, String> attributes = new TreeMap<>(action.attributes());
                attributes.keySet().removeIf(key -> key.contains("digest") || key.equals("crm_feature_set"));
                List<Object> all = new ArrayList<>(List.of(
                        synapse.priority(),
                        attributes,
                        new TreeSet<>(action.downed()),
                        action.head().internalOperationKey(),
                        action.head().onNodeUuid(),
                        action.head().routerNode(),
                        action.head().shutdownLock()));
                if (action instanceof ResourceOperation operation) {
                    all.add(operation.primitive());
                } else if (action instanceof ClusterEvent event) {
                    all.add(event.mode());
                    all.add(event.primitive());
                }
                found.put(name, all);
            });
            return found;
        }
    }
}
