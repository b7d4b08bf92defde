package systole.scheduler.generated;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;
import systole.scheduler.planning.Planner;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.OrderConstraint;
import systole.scheduler.working.Resource;

/** After a plan was carried out there is nothing left to do. */
final class Settling {
    /** Exit reason in histories that no cluster writes: nothing is said about where they lead. */
    static final String INVENTED = "invented";

    private static final int ROUNDS = 6;

    private Settling() {}

    static List<String> broken(Element cib, Plan first, Instant now) {
        if (neverSettles(cib, now)) {
            return List.of();
        }
        Element at = cib;
        boolean partnerless = partnerless(cib, now);
        Plan plan = first;
        List<Integer> sizes = new ArrayList<>();
        for (int round = 0; round < ROUNDS && !idle(plan); round++) {
            sizes.add(plan.graph().synapses().size());
            at = ClusterEffects.carryOut(at, plan.graph(), now);
            partnerless |= partnerless(at, now);
            plan = Scheduler.schedule(at, now);
        }
        if (!idle(plan) && !partnerless) {
            return List.of("settles: not after plans of " + sizes + " actions, still " + names(plan.graph()));
        }
        return List.of();
    }

    /**
     * Nothing but points to be passed is left, or what waits for something that cannot run. The reference writes such
     * points of order in plans that do nothing (placement points, starts of groups whose members may not start), sends
     * notifications of stops that are blocked with every plan, and tries anew what can be done of a resource that cannot
     * do the rest (it is active on a node from which it cannot be stopped).
     */
    private static boolean idle(Plan plan) {
        TransitionGraph graph = plan.graph();
        Set<Integer> done = ClusterEffects.done(graph);
        Set<String> stuck = stuck(plan, done);
        return graph.synapses().stream()
                .noneMatch(synapse -> synapse.action() instanceof ResourceOperation operation
                                && !operation.operation().equals("notify")
                                && !stuck.contains(operation.primitive().id())
                                && done.contains(operation.id())
                        || synapse.action() instanceof ClusterEvent event
                                && !stuck.contains(event.head().onNode())
                                && done.contains(event.id()));
    }

    /** Resources some of whose actions in this plan cannot be done: the others come again with every plan. */
    private static Set<String> stuck(Plan plan, Set<Integer> done) {
        Set<String> stuck = new LinkedHashSet<>();
        for (Synapse synapse : plan.graph().synapses()) {
            if (synapse.action() instanceof ResourceOperation operation && !done.contains(operation.id())) {
                stuck.add(operation.primitive().id());
            }
        }
        for (String line : plan.changes()) {
            if (line.endsWith("blocked") || line.endsWith("(blocked)")) {
                String name = line.strip().split("\\s+")[2];
                stuck.add(name);
                stuck.add(name.replaceAll(":\\d+$", ""));
            }
        }
        return stuck;
    }

    /**
     * What the reference does not settle either: the connection of a guest or bundle node has a failed operation in its
     * history, for which its container is restarted with every plan until the history is cleaned up. And the members of
     * a cloned group with {@code collocated=false} are placed each for itself, several instances of one on one node, of
     * which the history knows one. And an instance of an interleaved clone that finds no partner on its node loses its
     * own node late, when all others are placed: what follows it is restarted with every plan.
     */
    private static boolean neverSettles(Element cib, Instant now) {
        Cluster cluster = Reading.read(cib, now, false);
        for (Resource resource : cluster.everyResource) {
            if (resource.isGroup() && !resource.collocated && resource.parent != null) {
                return true;
            }
        }
        for (Element state : Trees.states(cib)) {
            for (Element history : Trees.histories(state)) {
                Resource resource = cluster.resource(history.id());
                if (history.id().contains(":") && resource != null && !resource.unique) {
                    return true; // Written when the clone was unique: both names count, and differ for ever.
                }
                boolean guest = resource != null && resource.isConnection() && resource.launcher != null;
                for (Element entry : history.children()) {
                    String rc = entry.attribute("rc-code", "0");
                    boolean failed = !rc.equals("0") && !rc.equals("7") || !"0".equals(entry.attribute("op-status"));
                    if (INVENTED.equals(entry.attribute("exit-reason")) || guest && failed) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** Whether an instance of an interleaved clone is left without one of the clone that it follows. */
    private static boolean partnerless(Element cib, Instant now) {
        Cluster cluster = Reading.read(cib, now, false);
        Planner.plan(cluster, 1);
        for (OrderConstraint order : cluster.orders) {
            List<Resource> members = new ArrayList<>();
            order.sets().forEach(set -> members.addAll(set.members()));
            for (int i = 0; i < members.size(); i++) {
                for (int j = i + 1; j < members.size(); j++) {
                    if (partnerless(members.get(i), members.get(j))) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private static boolean partnerless(Resource first, Resource then) {
        if (!first.isClone() || !then.isClone() || !(first.interleave || then.interleave)) {
            return false;
        }
        Set<Node> partners = new LinkedHashSet<>();
        first.primitives().forEach(primitive -> partners.add(primitive.assigned));
        for (Resource primitive : then.primitives()) {
            if (primitive.assigned == null || !partners.contains(primitive.assigned)) {
                return true;
            }
        }
        return false;
    }

    static Set<String> names(TransitionGraph graph) {
        Set<String> names = new LinkedHashSet<>();
        for (Synapse synapse : graph.synapses()) {
            GraphAction action = synapse.action();
            names.add(action.head().operationKey()
                    + (action.head().onNode().isEmpty()
                            ? ""
                            : "@" + action.head().onNode()));
            if (names.size() > 12) {
                names.add("…");
                break;
            }
        }
        return names;
    }
}
