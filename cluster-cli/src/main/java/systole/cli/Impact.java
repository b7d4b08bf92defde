package systole.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.PseudoEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.kernel.BadInputException;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.working.Resource;

/**
 * What a configuration would make the cluster do, found out by the scheduler on the present status: which running
 * resources are disturbed, the steps in their order, and what would follow if one of them failed. Nothing is done.
 */
final class Impact {
    /** So many failing steps are played through; each costs one run of the scheduler. */
    private static final int MOST_FAILURES = 12;

    private static final Set<String> STEPS =
            Set.of("start", "stop", "promote", "demote", "migrate_to", "migrate_from", "reload", "reload-agent");

    /** A running resource that does not go on undisturbed. */
    record Disturbed(String resource, String node, String how) {
        @Override
        public String toString() {
            return resource + " on " + node + " " + how;
        }
    }

    /** What follows if this step fails. */
    record Failure(String step, List<String> consequences) {}

    private final Element cib;
    private final Instant now;
    private final Plan plan;
    private final Set<String> ids = new LinkedHashSet<>();
    private final List<GraphAction> order;

    private Impact(Element cib, Instant now) {
        this.cib = cib;
        this.now = now;
        for (Resource resource : Reading.read(cib, now, false).everyResource) {
            ids.add(resource.id);
            if (!resource.unique) {
                ids.add(resource.configId());
            }
        }
        plan = Scheduler.schedule(cib, now);
        order = order(plan.graph().synapses());
    }

    /** @param cib the whole CIB: the configuration in question, and the status as it is */
    static Impact of(Element cib, Instant now) {
        return new Impact(cib, now);
    }

    /** The status of a CIB with another configuration. */
    static Element with(Element cib, Element configuration) {
        List<Element> children = new ArrayList<>();
        boolean placed = false;
        for (Element child : cib.children()) {
            placed |= child.is("configuration");
            children.add(child.is("configuration") ? configuration : child);
        }
        if (!placed) {
            children.add(0, configuration);
        }
        return cib.withChildren(children);
    }

    private static List<GraphAction> order(List<Synapse> synapses) {
        List<GraphAction> order = new ArrayList<>();
        Set<Integer> done = new LinkedHashSet<>();
        boolean[] taken = new boolean[synapses.size()];
        for (boolean progress = true; progress; ) {
            progress = false;
            for (int i = 0; i < taken.length; i++) {
                if (!taken[i] && done.containsAll(synapses.get(i).inputs())) {
                    taken[i] = true;
                    progress = true;
                    done.add(synapses.get(i).action().id());
                    order.add(synapses.get(i).action());
                }
            }
        }
        return order;
    }

    /** Each change of a resource or node, in the words of {@code crm_simulate}. */
    List<String> changes() {
        return unmarked(plan.changes());
    }

    private static List<String> unmarked(List<String> lines) {
        List<String> found = new ArrayList<>();
        for (String line : lines) {
            String text = line.strip();
            found.add((text.startsWith("* ") ? text.substring(2) : text).replaceAll(" {2,}", " "));
        }
        return found;
    }

    /** Resources that run now and would be stopped, moved or demoted; each once. */
    List<Disturbed> disturbed() {
        Map<String, Disturbed> found = new LinkedHashMap<>();
        Set<String> started = new LinkedHashSet<>();
        for (GraphAction action : order) {
            if (action instanceof ResourceOperation operation
                    && operation.operation().equals("start")) {
                started.add(operation.primitive().instance() + "@"
                        + operation.head().onNode());
            }
        }
        for (GraphAction action : order) {
            String node = action.head().onNode();
            if (action instanceof ResourceOperation operation) {
                String name = name(operation);
                String how = switch (operation.operation()) {
                    case "migrate_to" -> "moves live";
                    case "demote" -> "is demoted";
                    case "stop" ->
                        started.contains(operation.primitive().instance() + "@" + node)
                                ? "restarts"
                                : target(started, operation.primitive().instance());
                    default -> "";
                };
                if (!how.isEmpty() && !(found.containsKey(name + "@" + node) && how.equals("is demoted"))) {
                    found.merge(
                            name + "@" + node,
                            new Disturbed(name, node, how),
                            (old, fresh) -> old.how().equals("moves live") ? old : fresh);
                }
            } else if (action instanceof PseudoEvent event
                    && !node.isEmpty()
                    && event.operation().equals("stop")
                    && event.operationKey().endsWith("_stop_0")) {
                String key = event.operationKey();
                String name = key.substring(0, key.length() - "_stop_0".length());
                if (!found.containsKey(name + "@" + node) && !"moves live".equals(howOf(found, name))) {
                    found.put(name + "@" + node, new Disturbed(name, node, "dies with the fenced node"));
                }
            }
        }
        return List.copyOf(found.values());
    }

    private static String howOf(Map<String, Disturbed> found, String name) {
        for (Disturbed each : found.values()) {
            if (each.resource().equals(name)) {
                return each.how();
            }
        }
        return "";
    }

    private static String target(Set<String> started, String instance) {
        for (String each : started) {
            if (each.startsWith(instance + "@")) {
                return "moves to " + each.substring(instance.length() + 1);
            }
        }
        return "stops";
    }

    private String name(ResourceOperation operation) {
        String id = operation.primitive().id();
        return !ids.contains(id) && ids.contains(operation.primitive().longId())
                ? operation.primitive().longId()
                : id;
    }

    /** What would be done on the nodes, in an order that the cluster could take; probes and monitors are left out. */
    List<String> steps() {
        List<String> steps = new ArrayList<>();
        for (GraphAction action : order) {
            if (action instanceof ClusterEvent event && event.isFencing()) {
                steps.add("fence " + event.head().onNode() + " (" + event.fencingAction() + ")");
            } else if (action instanceof ResourceOperation operation && STEPS.contains(operation.operation())) {
                steps.add(step(operation));
            }
        }
        return steps;
    }

    private String step(ResourceOperation operation) {
        return operation.operation() + " " + name(operation) + " on "
                + operation.head().onNode();
    }

    /** For each step, what the cluster would do next if the agent said "failed". */
    List<Failure> failures() {
        List<Failure> found = new ArrayList<>();
        for (GraphAction action : order) {
            if (action instanceof ResourceOperation operation
                    && STEPS.contains(operation.operation())
                    && found.size() < MOST_FAILURES) {
                String key = name(operation) + "_" + operation.operation() + "_" + operation.interval() + "@"
                        + operation.head().onNode();
                Element after = GraphExecution.run(cib, plan.graph(), ids, Map.of(key, 1), now.getEpochSecond())
                        .cib();
                found.add(new Failure(
                        step(operation), unmarked(Scheduler.schedule(after, now).changes())));
            }
        }
        return found;
    }

    /** @throws BadInputException if more running resources would be disturbed than allowed, naming them */
    void refuseAbove(int most) {
        List<Disturbed> all = disturbed();
        if (all.size() > most) {
            throw new BadInputException(
                    "",
                    all.size() + " running " + (all.size() == 1 ? "resource" : "resources")
                            + " would be disturbed, more than the " + most + " allowed: "
                            + String.join(
                                    "; ", all.stream().map(Disturbed::toString).toList()),
                    "look at plan, change less at once, or allow it: --max-disruption " + all.size());
        }
    }

    String text() {
        StringBuilder out = new StringBuilder();
        List<String> changes = changes();
        if (changes.isEmpty()) {
            return out.append("The cluster would have nothing to do.\n").toString();
        }
        List<Disturbed> all = disturbed();
        out.append("Running resources that would be disturbed: ")
                .append(all.isEmpty() ? "none" : Integer.toString(all.size()))
                .append('\n');
        all.forEach(each -> out.append("  * ").append(each).append('\n'));
        out.append("What the cluster would do:\n");
        changes.forEach(change -> out.append("  * ").append(change).append('\n'));
        List<String> steps = steps();
        if (!steps.isEmpty()) {
            out.append("In this order:\n");
            int number = 1;
            for (String step : steps) {
                out.append(String.format("  %2d. %s%n", number++, step));
            }
        }
        List<Failure> failures = failures();
        if (!failures.isEmpty()) {
            out.append("If a step fails:\n");
        }
        for (Failure failure : failures) {
            out.append("  * ").append(failure.step()).append(": ");
            out.append(failure.consequences().isEmpty() ? "nothing further" : String.join("; ", failure.consequences()))
                    .append('\n');
        }
        if (failures.size() < steps.size() && failures.size() == MOST_FAILURES) {
            out.append("  (only the first ").append(MOST_FAILURES).append(" steps were played through)\n");
        }
        return out.toString();
    }

    Map<String, Object> json() {
        Map<String, Object> fields = new LinkedHashMap<>();
        List<Object> disturbed = new ArrayList<>();
        for (Disturbed each : disturbed()) {
            disturbed.add(Map.of("resource", each.resource(), "node", each.node(), "how", each.how()));
        }
        fields.put("disturbed", disturbed);
        fields.put("changes", changes());
        fields.put("steps", steps());
        List<Object> failures = new ArrayList<>();
        for (Failure failure : failures()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("step", failure.step());
            one.put("then", failure.consequences());
            failures.add(one);
        }
        fields.put("failures", failures);
        return fields;
    }
}
