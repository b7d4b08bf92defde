package systole.scheduler.assignment;

import systole.scheduler.working.Cluster;
import systole.scheduler.working.Resource;

/** Scores, placement and roles. Three steps, since the graph makes relations and digest checks between them. */
public final class Assignment {
    private Assignment() {}

    /** Phase 3: shutdown locks, location constraints, stickiness, thresholds, exclusive discovery. */
    public static void applyCriteria(Cluster cluster) {
        new Criteria(cluster).apply();
    }

    /** Phase 4, colocations and bans that follow from groups, containers and connections. */
    public static void addImplicitConstraints(Cluster cluster) {
        new ImplicitConstraints(cluster).add();
    }

    /** Phase 6: every resource gets its node or none, promotable instances their role; score lines are written. */
    public static void assign(Cluster cluster) {
        Assigner assigner = new Assigner(cluster);
        ResourceOrder.sort(cluster, assigner.order, assigner.merging);
        if (cluster.hasRemoteNodes) {
            for (Resource resource : cluster.resources) {
                if (resource.isConnection()) {
                    assigner.assign(resource, resource.partialMigrationTarget, true);
                }
            }
        }
        for (Resource resource : cluster.resources) {
            if (!resource.isConnection()) {
                assigner.assign(resource, null, true);
            }
        }
        for (Resource resource : cluster.everyResource) {
            if (resource.isClone() && resource.promotable) {
                resetPriorities(resource);
            }
        }
    }

    /** Promotion scores were priorities for the time of assignment only. */
    private static void resetPriorities(Resource clone) {
        for (Resource instance : clone.children) {
            reset(instance, clone.priority);
        }
    }

    private static void reset(Resource resource, int priority) {
        resource.priority = priority;
        for (Resource child : resource.children) {
            reset(child, priority);
        }
    }
}
