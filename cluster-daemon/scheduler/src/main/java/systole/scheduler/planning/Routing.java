package systole.scheduler.planning;

import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** The cluster node through which an action on a remote or guest node goes (actions-and-graph 8.8). */
final class Routing {
    /** Its name; empty for cluster nodes and fencing. */
    String router(Action action) {
        Node node = action.node;
        if (node == null || !node.isRemoteOrGuest() || action.is(Tasks.STONITH) || node.connection == null) {
            return "";
        }
        Resource connection = node.connection;
        Node before = connection.currentNode();
        Node after = connection.assigned;
        Node router;
        if (before == null) {
            router = after;
        } else if (after == null || before == after) {
            router = before;
        } else {
            router = goesBefore(action, connection) ? before : after;
        }
        return name(router);
    }

    private static boolean goesBefore(Action action, Resource connection) {
        String task = action.task;
        if (action.is(Tasks.NOTIFY)) {
            task = action.meta.getOrDefault("notify_operation", "");
        }
        boolean early = task.equals(Tasks.CANCEL)
                || task.equals(Tasks.STOP)
                || task.equals(Tasks.DEMOTE)
                || task.equals(Tasks.MIGRATE_TO)
                || task.equals(Tasks.MIGRATE_FROM);
        boolean partial = connection.partialMigrationSource != null && connection.partialMigrationTarget != null;
        return early && !(partial && !connection.isGuestConnection());
    }

    private static String name(@Nullable Node node) {
        return node == null ? "" : node.name;
    }
}
