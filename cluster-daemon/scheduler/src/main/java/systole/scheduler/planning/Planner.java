package systole.scheduler.planning;

import java.util.List;
import systole.graph.TransitionGraph;
import systole.scheduler.assignment.Assignment;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction.Phase;
import systole.scheduler.working.FailCounts;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Settings;

/** All phases from a cluster that was read to its transition graph (actions-and-graph 1). */
public final class Planner {
    private final Cluster cluster;
    private final Actions actions;

    private Planner(Cluster cluster) {
        this.cluster = cluster;
        this.actions = new Actions(cluster);
    }

    /**
     * What a plan consists of.
     *
     * @param actions all that was thought of, by number; empty unless reasons are wanted
     */
    public record Result(TransitionGraph graph, List<String> changes, List<PlannedAction> actions) {}

    /**
     * Places resources and plans actions; the cluster is changed by that.
     *
     * @param transitionId number of this plan, from 1
     */
    public static Result plan(Cluster cluster, int transitionId) {
        return new Planner(cluster).plan(transitionId);
    }

    private Result plan(int transitionId) {
        Settings settings = cluster.settings;
        Relations relations = new Relations();
        Fencing fencing = new Fencing(cluster, actions, relations, settings);
        EarlyReplay early = new EarlyReplay(cluster, actions, relations, fencing);
        Joining joining = new Joining(cluster, actions);
        Notifications notifications = new Notifications(cluster, actions, joining);
        FailCounts failCounts = cluster.failCounts;

        early.upTo(Phase.READING);
        new UserOrders(cluster, actions, relations).make();
        early.upTo(Phase.CONSTRAINTS);
        Assignment.applyCriteria(cluster);
        early.upTo(Phase.CRITERIA);
        new ImplicitRelations(cluster, actions, relations, fencing).make();
        Assignment.addImplicitConstraints(cluster);
        HistoryCheck history = new HistoryCheck(cluster, actions, relations, fencing, early, settings, failCounts);
        history.check();
        Assignment.assign(cluster);
        for (Resource resource : cluster.everyResource) {
            if (resource.leftWithoutNode) {
                actions.leaveWithoutNode(resource);
            }
        }
        history.checkDeferred();
        Probes probes = new Probes(cluster, actions, relations, fencing, early, failCounts);
        probes.make();
        probes.clearFailCountsOfRemoved();
        RoleActions roles = new RoleActions(cluster, actions, relations, fencing);
        Recurring recurring = new Recurring(cluster, actions, relations);
        new Collectives(cluster, actions, roles, recurring, notifications).make();
        new RemoteRelations(cluster, actions, relations, fencing).make();
        new FencingPhase(cluster, actions, relations, fencing, joining, notifications).make();
        joining.joinAll(relations.all());
        joining.joinProbes(relations.all());
        if (!cluster.reasons.wanted()) {
            relations.forget();
        }
        Fixpoint fixpoint = new Fixpoint(cluster, actions, joining);
        fixpoint.run();
        new InvalidEdges(actions).remove();
        TransitionGraph graph =
                new GraphWriting(cluster, actions, settings, notifications, joining, fixpoint::run).write(transitionId);
        List<String> changes = new Changes(cluster, actions).lines();
        List<PlannedAction> planned = cluster.reasons.wanted() ? PlannedAction.of(actions.all(), relations) : List.of();
        return new Result(graph, changes, planned);
    }
}
