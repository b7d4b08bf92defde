package systole.scheduler.generated;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.formats.TransitionGraphXml;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;
import systole.scheduler.planning.Planner;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** What must hold of the plan of any cluster, as far as it can be said without a reference. */
final class PlanProperties {
    private static final Set<String> UP = Set.of("start", "promote", "migrate_from");

    private final Element cib;
    private final Instant now;
    private final TransitionGraph graph;
    private final Cluster before;
    private final Cluster after;
    private final Reach reach;
    private final List<String> broken = new ArrayList<>();

    private PlanProperties(Element cib, Instant now, Plan plan) {
        this.cib = cib;
        this.now = now;
        this.graph = plan.graph();
        this.before = Reading.read(cib, now, false);
        this.after = Reading.read(cib, now, false);
        Planner.plan(after, 1);
        this.reach = new Reach(graph);
    }

    /** Each broken promise as {@code NAME: what}; empty if all is well. */
    static List<String> broken(Element cib, Instant now) {
        try {
            Plan plan = Scheduler.schedule(cib, now);
            PlanProperties properties = new PlanProperties(cib, now, plan);
            properties.sameBytes(plan);
            boolean circle = Circles.in(properties.after);
            if (!circle) {
                properties.acyclic();
            }
            properties.usableNodes();
            properties.bans();
            properties.apart();
            OrderProperties.check(properties.before, properties.after, properties.reach, properties.broken);
            if (!circle) {
                properties.broken.addAll(Settling.broken(cib, plan, now));
            }
            return properties.broken;
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            StackTraceElement[] trace = e.getStackTrace();
            return List.of("exception: " + e + (trace.length == 0 ? "" : " at " + trace[0]));
        }
    }

    private void break_(String name, String what) {
        broken.add(name + ": " + what);
    }

    private void sameBytes(Plan plan) {
        Plan again = Scheduler.schedule(cib, now);
        if (!TransitionGraphXml.write(again.graph()).equals(TransitionGraphXml.write(plan.graph()))
                || !again.scoreLines().equals(plan.scoreLines())
                || !again.changes().equals(plan.changes())) {
            break_("bytes", "a second run says something else");
        }
    }

    private void acyclic() {
        for (Synapse synapse : graph.synapses()) {
            if (reach.waitsFor(synapse, synapse)) {
                break_("acyclic", synapse.action().head().operationKey() + " waits for itself");
                return;
            }
        }
    }

    /** Starts, promotions and arrivals need a node that is there, or comes up before in this very plan (of a
     * connection that is not managed the cluster assumes that somebody else brings it up). */
    private void usableNodes() {
        Set<Integer> reached = ClusterEffects.done(graph);
        for (Synapse synapse : graph.synapses()) {
            if (!(synapse.action() instanceof ResourceOperation operation) || !UP.contains(operation.operation())) {
                continue;
            }
            if (!reached.contains(operation.id())) {
                continue;
            }
            Node node = before.nodeByName(operation.head().onNode());
            String what =
                    operation.head().operationKey() + " on " + operation.head().onNode();
            if (node == null) {
                break_("node", what + ", which does not exist");
            } else if (node.isRemoteOrGuest()) {
                Resource connection = node.connection;
                boolean managed = connection != null && connection.managed;
                if (!node.online && managed && !comesUp(node, synapse)) {
                    break_("node", what + ", whose connection is down and stays down");
                }
            } else if (!node.online || node.unclean || node.pending || node.standby || node.shutdown) {
                break_("node", what + ", which is " + StateWords.of(node));
            }
        }
    }

    /** The connection is started before, or arrives by a live migration. */
    private boolean comesUp(Node node, Synapse user) {
        Set<String> keys = Set.of(node.name + "_start_0", node.name + "_migrate_from_0");
        for (Synapse other : graph.synapses()) {
            if (keys.contains(other.action().head().operationKey()) && reach.waitsFor(user, other)) {
                return true;
            }
        }
        return false;
    }

    /** No resource is started where a plain location constraint forbids it. */
    private void bans() {
        Set<String> banned = new LinkedHashSet<>();
        for (Element constraint : cib.child("configuration")
                .orElseThrow()
                .child("constraints")
                .map(Element::children)
                .orElse(List.of())) {
            boolean plain = constraint.is("rsc_location")
                    && "-INFINITY".equals(constraint.attribute("score"))
                    && constraint.attribute("role") == null
                    && constraint.child("rule").isEmpty();
            String node = constraint.attribute("node");
            String rsc = constraint.attribute("rsc");
            Resource top = rsc == null ? null : before.reference(rsc);
            if (!plain || node == null || top == null || before.tags.containsKey(rsc)) {
                continue;
            }
            for (Resource primitive : primitives(top)) {
                banned.add(primitive.configId() + " " + node);
            }
        }
        for (Synapse synapse : graph.synapses()) {
            if (synapse.action() instanceof ResourceOperation operation && UP.contains(operation.operation())) {
                if (banned.contains(
                        operation.primitive().id() + " " + operation.head().onNode())) {
                    break_(
                            "banned",
                            operation.head().operationKey() + " on "
                                    + operation.head().onNode());
                }
            }
        }
        for (Resource resource : after.everyResource) {
            Node node = resource.assigned;
            if (resource.isPrimitive() && node != null && resource.managed && resource.assignedScore < 0) {
                break_("score", resource + " on " + node + " with " + resource.assignedScore);
            }
        }
    }

    static List<Resource> primitives(Resource top) {
        return top.isBundle() ? List.of() : top.primitives();
    }

    /** What must be apart is assigned apart, where the colocations go in no circle. */
    private void apart() {
        for (Colocation colocation : after.colocations) {
            boolean plain = colocation.explicit()
                    && colocation.score() <= -Score.LIMIT
                    && colocation.attribute().equals("#uname")
                    && colocation.dependentRole() == null
                    && colocation.primaryRole() == null;
            // Of a group that is not collocated the reference holds only the first member to it.
            boolean loose = colocation.dependent().isGroup() && !colocation.dependent().collocated
                    || colocation.primary().isGroup() && !colocation.primary().collocated;
            if (!plain || loose || circular(colocation)) {
                continue;
            }
            for (Resource dependent : primitives(colocation.dependent())) {
                for (Resource primary : primitives(colocation.primary())) {
                    Node node = dependent.assigned;
                    if (node != null
                            && node == primary.assigned
                            && dependent.managed
                            && primary.managed
                            && dependent != primary
                            && (begins(dependent, node) || begins(primary, node))) {
                        break_("apart", dependent + " and " + primary + " on " + node + " against " + colocation.id());
                    }
                }
            }
        }
    }

    /** Whether the plan really brings it up there: what is assigned and blocked is not. */
    private boolean begins(Resource resource, Node node) {
        Synapse start = reach.find(resource, "start", node);
        return start != null
                && ClusterEffects.done(graph).contains(start.action().id());
    }

    /** The primary, or something around or in it, depends in the end on the dependent. */
    private static boolean circular(Colocation colocation) {
        Resource goal = colocation.dependent().topOrBundle();
        Set<Resource> seen = new LinkedHashSet<>();
        List<Resource> open = new ArrayList<>(List.of(colocation.primary().topOrBundle()));
        while (!open.isEmpty()) {
            Resource at = open.remove(open.size() - 1);
            if (at == goal) {
                return true;
            }
            if (!seen.add(at)) {
                continue;
            }
            List<Resource> parts = new ArrayList<>(List.of(at));
            for (int i = 0; i < parts.size(); i++) {
                parts.addAll(parts.get(i).children);
                for (Colocation each : parts.get(i).asDependent) {
                    open.add(each.primary().topOrBundle());
                }
            }
        }
        return false;
    }

    /** Words for a node in a message. */
    private static final class StateWords {
        static String of(Node node) {
            Map<String, Boolean> words = new LinkedHashMap<>();
            words.put("offline", !node.online);
            words.put("unclean", node.unclean);
            words.put("pending", node.pending);
            words.put("standby", node.standby);
            words.put("leaving", node.shutdown);
            words.values().removeIf(is -> !is);
            return String.join(", ", words.keySet());
        }
    }

    /** Which action has to wait for which, over any number of steps. */
    static final class Reach {
        private final TransitionGraph graph;
        private final Map<Integer, Integer> indexOf = new LinkedHashMap<>();
        private final java.util.BitSet[] closure;

        Reach(TransitionGraph graph) {
            this.graph = graph;
            int count = graph.synapses().size();
            closure = new java.util.BitSet[count];
            for (int i = 0; i < count; i++) {
                indexOf.put(graph.synapses().get(i).action().id(), i);
                closure[i] = new java.util.BitSet(count);
            }
            for (int i = 0; i < count; i++) {
                for (int input : graph.synapses().get(i).inputs()) {
                    Integer at = indexOf.get(input);
                    if (at != null) {
                        closure[i].set(at);
                    }
                }
            }
            boolean changed = true;
            while (changed) {
                changed = false;
                for (int i = 0; i < count; i++) {
                    int size = closure[i].cardinality();
                    for (int at : closure[i].stream().toArray()) {
                        closure[i].or(closure[at]);
                    }
                    changed |= closure[i].cardinality() != size;
                }
            }
        }

        TransitionGraph graph() {
            return graph;
        }

        boolean waitsFor(Synapse then, Synapse first) {
            return closure[indexOf.get(then.action().id())].get(
                    indexOf.get(first.action().id()));
        }

        /** The action of one primitive instance, by its true key; on a node if one is given. */
        @Nullable
        Synapse find(Resource primitive, String task, @Nullable Node node) {
            String key = primitive.id + "_" + task + "_0";
            for (Synapse synapse : graph.synapses()) {
                GraphAction action = synapse.action();
                if (action.trueKey().equals(key)
                        && (node == null || action.head().onNode().equals(node.name))) {
                    return synapse;
                }
            }
            return null;
        }

        List<Synapse> all(Resource primitive, String task) {
            String key = primitive.id + "_" + task + "_0";
            List<Synapse> found = new ArrayList<>();
            for (Synapse synapse : graph.synapses()) {
                if (synapse.action().trueKey().equals(key)) {
                    found.add(synapse);
                }
            }
            return found;
        }
    }
}
