package systole.scheduler.reading;

import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** Marking nodes for fencing (input-and-status 11.2). */
public final class Fencing {
    private Fencing() {}

    /**
     * Marks a node for fencing.
     *
     * @param priorityDelay {@code priority-fencing-delay} applies, because the peer was lost
     */
    public static void fence(
            Cluster cluster, Node node, String reason, boolean priorityDelay, EarlyAction.Phase phase) {
        switch (node.kind) {
            case GUEST -> guest(cluster, node);
            case REMOTE -> {
                node.unclean = true;
                prepare(cluster, node, reason, priorityDelay, phase);
                if (node.connection == null || node.connection.managed) {
                    node.remoteReset = true;
                }
            }
            case CLUSTER -> {
                if (!node.unclean) {
                    node.unclean = true;
                    prepare(cluster, node, reason, priorityDelay, phase);
                }
            }
        }
    }

    private static void guest(Cluster cluster, Node node) {
        Resource container = node.launcher();
        if (container == null) {
            if (node.connection != null) {
                node.connection.failed = true;
                node.connection.stopIfFailed = true;
            }
            return;
        }
        if (container.failed || !container.managed) {
            return;
        }
        node.remoteReset = true;
        container.failed = true;
        container.stopIfFailed = true;
        cluster.warnings.add("guest node " + node + " will be fenced by recovery of " + container);
    }

    private static void prepare(
            Cluster cluster, Node node, String reason, boolean priorityDelay, EarlyAction.Phase phase) {
        cluster.early(new EarlyAction(
                EarlyAction.Kind.FENCE, phase, null, node, "", "stonith", 0, reason, null, priorityDelay));
    }
}
