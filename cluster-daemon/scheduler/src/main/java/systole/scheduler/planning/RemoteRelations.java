package systole.scheduler.planning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** What actions on remote, guest and bundle nodes have to do with the connection (actions-and-graph 8.8). */
final class RemoteRelations {
    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;

    RemoteRelations(Cluster cluster, Actions actions, Relations relations, Fencing fencing) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
    }

    void make() {
        if (!cluster.hasRemoteNodes) {
            return;
        }
        List<Action> snapshot = List.copyOf(actions.all());
        for (int i = snapshot.size() - 1; i >= 0; i--) {
            Action action = snapshot.get(i);
            Resource resource = action.resource;
            if (resource == null) {
                continue;
            }
            if (resource.isConnection() && action.is(Tasks.CLEAR_FAILCOUNT)) {
                relations.relate(action, resource, Tasks.START, Kind.ORDER);
                continue;
            }
            Node node = action.node;
            // The start of a live migration is a point only, but no resource migrates to where nothing comes up.
            boolean point = action.pseudo && !(action.migratable && action.is(Tasks.START));
            if (node == null || !node.isRemoteOrGuest() || point || node.connection == null) {
                continue;
            }
            make(action, resource, node, node.connection);
        }
    }

    private void make(Action action, Resource resource, Node node, Resource connection) {
        if (action.is(Tasks.START)) {
            for (Action stop : actions.every(resource, Tasks.STOP, null)) {
                if (stop.node != node) {
                    // Not to stop before there is somewhere to go: a wish, as the way there may need the stop.
                    relations.relate(connection, Tasks.START, stop, Kind.ORDER | Kind.WISH);
                }
            }
        }
        if (node.isGuest()) {
            onGuest(action, node, connection);
        } else {
            onRemote(action, node, connection);
        }
    }

    /** To migrate away is treated like a stop; an arrival needs the connection as a start does. */
    private static String task(Action action) {
        return action.is(Tasks.MIGRATE_TO) ? Tasks.STOP : action.task;
    }

    private void onGuest(Action action, Node node, Resource connection) {
        Resource container = node.launcher();
        if (container == null) {
            return;
        }
        if (container.failed) {
            fencing.mark(node, "container failed");
        }
        switch (task(action)) {
            case Tasks.MIGRATE_FROM -> relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
            case Tasks.START, Tasks.PROMOTE -> {
                relations.relate(container, Tasks.START, action, Kind.PUSH | Kind.GATE | Kind.INTERNAL);
                relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
            }
            case Tasks.STOP, Tasks.DEMOTE -> {
                if (!container.failed) {
                    relations.relate(action, connection, Tasks.STOP, Kind.INTERNAL);
                }
            }
            default -> {
                if (action.intervalMs == 0) {
                    relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
                } else if (action.is(Tasks.MONITOR)) {
                    relations.relate(connection, Tasks.START, action, Kind.PUSH | Kind.GATE | Kind.INTERNAL);
                }
            }
        }
    }

    /** States of a remote node's connection. */
    private enum State {
        ALIVE,
        RESTING,
        UNKNOWN,
        FAILED,
        STOPPED
    }

    private static State state(Node node, Resource connection) {
        Node host = connection.currentNode();
        boolean willRun = connection.nextRole != Role.STOPPED && connection.assigned != null;
        if (!willRun) {
            if (host != null && host.unclean) {
                return State.FAILED;
            }
            if (connection.failed) {
                boolean waits = connection.nextRole == Role.STOPPED
                        && connection.remoteReconnectMs > 0
                        && node.remoteWasFenced
                        && !shutdownRequested(node);
                return waits ? State.UNKNOWN : State.FAILED;
            }
            return State.STOPPED;
        }
        if (host == null) {
            return State.UNKNOWN;
        }
        boolean migrating = connection.partialMigrationSource != null && connection.partialMigrationTarget != null;
        return host.unclean || !host.online || migrating ? State.RESTING : State.ALIVE;
    }

    private static boolean shutdownRequested(Node node) {
        String value = node.attributes.get("shutdown");
        return value != null && !value.equals("0");
    }

    /** Whether a remote node's connection is lost for good. */
    static boolean connectionFailed(Node node) {
        return node.connection != null && state(node, node.connection) == State.FAILED;
    }

    private void onRemote(Action action, Node node, Resource connection) {
        State state = state(node, connection);
        switch (task(action)) {
            case Tasks.MIGRATE_FROM -> relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
            case Tasks.START, Tasks.PROMOTE -> {
                int kinds = Kind.GATE | Kind.INTERNAL | (state == State.FAILED ? Kind.PUSH : 0);
                relations.relate(connection, Tasks.START, action, kinds);
            }
            case Tasks.STOP -> stop(action, node, connection, state);
            case Tasks.DEMOTE -> {
                if (state == State.RESTING || state == State.UNKNOWN) {
                    relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
                }
            }
            default -> {
                if (action.intervalMs > 0) {
                    relations.relate(connection, Tasks.START, action, Kind.PUSH | Kind.GATE | Kind.INTERNAL);
                } else {
                    other(action, node, connection, state);
                }
            }
        }
    }

    private void stop(Action action, Node node, Resource connection, State state) {
        if (state == State.ALIVE) {
            relations.relate(action, connection, Tasks.STOP, Kind.PULL | Kind.INTERNAL);
        } else if (state == State.FAILED) {
            fencing.mark(node, "resources are active but connection is unrecoverable");
        } else if (connection.nextRole == Role.STOPPED) {
            relations.relate(action, connection, Tasks.STOP, Kind.PULL | Kind.INTERNAL);
        } else {
            relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
        }
    }

    private void other(Action action, Node node, Resource connection, State state) {
        if (action.is(Tasks.MONITOR) && state == State.FAILED) {
            fencing.mark(node, "resources are in unknown state and connection is unrecoverable");
        }
        @Nullable Node host = connection.currentNode();
        if (host != null && state == State.STOPPED) {
            relations.relate(action, connection, Tasks.STOP, Kind.GATE | Kind.INTERNAL);
        } else {
            relations.relate(connection, Tasks.START, action, Kind.GATE | Kind.INTERNAL);
        }
    }
}
