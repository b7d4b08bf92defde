package systole.scheduler.assignment;

import systole.scheduler.working.Cluster;

/** Scores, placement and roles. Three steps, since the graph makes relations and digest checks between them. */
public final class Assignment {
    private Assignment() {}

    /** Phase 3: shutdown locks, location constraints, stickiness, thresholds, exclusive discovery. */
    public static void applyCriteria(Cluster cluster) {
        throw new UnsupportedOperationException("assignment is not there yet: " + cluster);
    }

    /** Phase 4, colocations and bans that follow from groups, containers and connections. */
    public static void addImplicitConstraints(Cluster cluster) {
        throw new UnsupportedOperationException("assignment is not there yet: " + cluster);
    }

    /** Phase 6: every resource gets its node or none, promotable instances their role; score lines are written. */
    public static void assign(Cluster cluster) {
        throw new UnsupportedOperationException("assignment is not there yet: " + cluster);
    }
}
