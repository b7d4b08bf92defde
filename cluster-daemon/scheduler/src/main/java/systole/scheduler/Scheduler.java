package systole.scheduler;

import java.time.Instant;
import systole.model.Element;
import systole.scheduler.explain.Explanations;
import systole.scheduler.planning.Planner;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;

/** Pacemaker's decisions as a pure function. */
public final class Scheduler {
    private Scheduler() {}

    /**
     * Plans what has to be done to bring the cluster where its configuration wants it.
     *
     * @param cib the complete {@code cib} element, configuration and status
     * @param now the current time, for rules, expiries and locks
     */
    public static Plan schedule(Element cib, Instant now) {
        return schedule(cib, now, 1);
    }

    /**
     * @param transitionId number of this plan within the life of who asks, from 1
     */
    public static Plan schedule(Element cib, Instant now, int transitionId) {
        Cluster cluster = Reading.read(cib, now, false);
        Planner.Result result = Planner.plan(cluster, transitionId);
        return new Plan(result.graph(), cluster.scoreLines, result.changes());
    }

    /** As {@link #schedule(Element, Instant)}, with all that is needed to say why; the plan is the same. */
    public static Explained explain(Element cib, Instant now) {
        return explain(Reading.read(cib, now, true));
    }

    /** As {@link #scheduleLive(Element, Instant)}, with all that is needed to say why. */
    public static Explained explainLive(Element cib, Instant now) {
        return explain(Reading.readLive(cib, now, true));
    }

    private static Explained explain(Cluster cluster) {
        Planner.Result result = Planner.plan(cluster, 1);
        Plan plan = new Plan(result.graph(), cluster.scoreLines, result.changes());
        return new Explained(plan, new Explanations(cluster, result.actions()));
    }

    /** A plan, and who can say why it is as it is. */
    public record Explained(Plan plan, Explanations why) {}

    /** As {@link #schedule(Element, Instant)} for a running cluster: changed private parameters count, no score lines. */
    public static Plan scheduleLive(Element cib, Instant now) {
        Cluster cluster = Reading.readLive(cib, now);
        cluster.scoreLinesWanted = false;
        Planner.Result result = Planner.plan(cluster, 1);
        return new Plan(result.graph(), cluster.scoreLines, result.changes());
    }
}
