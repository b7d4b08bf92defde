package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** The transition summary: what changes for each node and resource, and why (actions-and-graph 12). */
final class Changes {
    private final Cluster cluster;
    private final Actions actions;
    private final List<Line> lines = new ArrayList<>();

    /** One line about a resource; widths are settled when all are known. */
    private record Line(String word, String resource, String details, String ending) {}

    Changes(Cluster cluster, Actions actions) {
        this.cluster = cluster;
        this.actions = actions;
    }

    /** Lines as they are printed under "Transition Summary:". */
    List<String> lines() {
        List<String> out = new ArrayList<>();
        List<Action> all = actions.all();
        for (int i = all.size() - 1; i >= 0; i--) {
            Action action = all.get(i);
            if (action.resource == null && action.required() && action.reason != null && action.node != null) {
                nodeLine(action, action.node, out);
            }
        }
        for (Resource resource : cluster.resources) {
            resource(resource);
        }
        int width = 5;
        int detailWidth = 5;
        for (Line line : lines) {
            if (line.resource.length() > width) {
                width = line.resource.length() + 2;
            }
            detailWidth = Math.max(detailWidth, line.details.length());
        }
        StringBuilder text = new StringBuilder();
        for (Line line : lines) {
            text.setLength(0);
            text.append("  * ").append(line.word);
            pad(text, 8 - line.word.length());
            text.append("   ").append(line.resource);
            pad(text, width - line.resource.length());
            text.append("   ( ");
            pad(text, detailWidth - line.details.length());
            text.append(line.details).append(" )").append(line.ending);
            out.add(text.toString());
        }
        return out;
    }

    private static void pad(StringBuilder text, int blanks) {
        for (int i = 0; i < blanks; i++) {
            text.append(' ');
        }
    }

    private static void nodeLine(Action action, Node node, List<String> out) {
        String what;
        if (action.is(Tasks.STONITH)) {
            what = "Fence (" + action.meta.getOrDefault("stonith_action", "") + ")";
        } else if (action.is(Tasks.SHUTDOWN)) {
            what = "Shutdown";
        } else {
            return;
        }
        Resource container = node.isGuest() ? node.launcher() : null;
        String name = container == null ? node.name : node.name + " (resource: " + container.id + ")";
        out.add("  * " + what + " " + name + " '" + action.reason + "'");
    }

    private void resource(Resource resource) {
        if (resource.bundle != null) {
            for (Replica replica : resource.bundle.replicas) {
                if (replica.ip != null) {
                    resource(replica.ip);
                }
                resource(replica.container);
                if (replica.connection != null) {
                    resource(replica.connection);
                }
                if (replica.child != null) {
                    resource(replica.child);
                }
            }
        } else if (resource.isCollective()) {
            for (Resource child : resource.children) {
                resource(child);
            }
        } else {
            primitive(resource);
        }
    }

    // ---- primitives

    private void primitive(Resource resource) {
        if (resource.removed && resource.active.isEmpty()) {
            return;
        }
        Node current = resource.currentNode();
        Node next = resource.assigned;
        if (!resource.managed || (current == null && next == null)) {
            return;
        }
        Role role = resource.role;
        if (role == Role.STOPPED && !resource.active.isEmpty()) {
            role = Role.STARTED;
        }
        boolean moving = current != null && next != null && current != next;
        Action start = next == null ? null : actions.newest(resource, Tasks.START, 0, next);
        Action promote = next == null ? null : actions.newest(resource, Tasks.PROMOTE, 0, next);
        Action demote = next == null ? null : actions.newest(resource, Tasks.DEMOTE, 0, next);
        Action stop = stop(resource, start, current);
        Action from = next == null ? null : actions.newest(resource, Tasks.MIGRATE_FROM, 0, next);
        View view = new View(resource, role, current, next, moving, start, stop, promote, demote, from);
        if (role == resource.nextRole) {
            sameRole(view);
        } else {
            otherRole(view);
        }
    }

    private record View(
            Resource resource,
            Role role,
            @Nullable Node current,
            @Nullable Node next,
            boolean moving,
            @Nullable Action start,
            @Nullable Action stop,
            @Nullable Action promote,
            @Nullable Action demote,
            @Nullable Action migrateFrom) {}

    private @Nullable Action stop(Resource resource, @Nullable Action start, @Nullable Node current) {
        if (start != null && start.runnable) {
            return current == null ? null : actions.newest(resource, Tasks.STOP, 0, current);
        }
        List<Action> stops = actions.every(resource, Tasks.STOP, null);
        return stops.isEmpty() ? null : stops.get(stops.size() - 1);
    }

    private void sameRole(View view) {
        Action start = view.start;
        if (view.migrateFrom != null && view.migrateFrom.runnable) {
            add("Migrate", view, start, start, view.current, view.next);
        } else if (view.resource.reloadPlanned) {
            add("Reload", view, start, start, view.current, view.next);
        } else if (start == null || start.optional) {
            if (view.demote != null && view.promote != null && view.demote.required() && view.promote.required()) {
                add("Re-promote", view, view.promote, view.demote, view.current, view.next);
            } else if (start != null && !start.runnable && view.stop != null && view.stop.required()) {
                add("Stop", view, view.stop, view.stop.reason != null ? view.stop : start, view.current, null);
            }
        } else if (!start.runnable) {
            Action stop = view.stop;
            add("Stop", view, stop, stop != null && stop.reason != null ? stop : start, view.current, null);
        } else if (view.moving) {
            String word = view.resource.failed ? "Recover" : "Move";
            add(word, view, view.stop, view.stop, view.current, view.next);
        } else if (view.resource.failed) {
            add("Recover", view, view.stop, view.stop, view.current, null);
        } else {
            add("Restart", view, start, start, view.current, view.next);
        }
    }

    private void otherRole(View view) {
        Resource resource = view.resource;
        Action start = view.start;
        Action stop = view.stop;
        boolean startBlocked = start != null && !start.runnable;
        if (stop != null && (resource.nextRole == Role.STOPPED || startBlocked)) {
            for (Node node : resource.active) {
                Action here = actions.newest(resource, Tasks.STOP, 0, node);
                Action why = here != null && here.reason != null ? here : start;
                add("Stop", view, here, why, node, null);
            }
        } else if (stop != null && resource.failed && resource.stopIfFailed) {
            add("Recover", view, stop, start, view.current, view.next);
        } else if (view.moving) {
            add("Move", view, stop, stop, view.current, view.next);
        } else if (resource.reloadPlanned) {
            add("Reload", view, start, start, view.current, view.next);
        } else if (stop != null && stop.required()) {
            add("Restart", view, start, start, view.current, view.next);
        } else if (view.role == Role.PROMOTED) {
            add("Demote", view, view.demote, view.demote, view.current, view.next);
        } else if (resource.nextRole == Role.PROMOTED) {
            add("Promote", view, view.promote, view.promote, view.current, view.next);
        } else if (view.role == Role.STOPPED && resource.nextRole.above(Role.STOPPED)) {
            add("Start", view, start, start, view.current, view.next);
        }
    }

    private void add(
            String word,
            View view,
            @Nullable Action action,
            @Nullable Action source,
            @Nullable Node origin,
            @Nullable Node destination) {
        boolean runnable = action == null || action.runnable;
        String reason = source == null ? null : source.reason;
        String ending = "";
        if (reason != null) {
            ending = "  due to " + reason + (runnable ? "" : " (blocked)");
        } else if (!runnable) {
            ending = "  blocked";
        }
        lines.add(new Line(word, view.resource.id, details(view, origin, destination), ending));
    }

    private static String details(View view, @Nullable Node origin, @Nullable Node destination) {
        Role next = view.resource.nextRole;
        boolean sameRole = view.role == next;
        boolean sameNode = origin != null && origin == destination;
        boolean withRoles = view.role.above(Role.STARTED) || next.above(Role.UNPROMOTED);
        String now = view.role.word();
        if (origin == null) {
            String to = destination == null ? "" : destination.name;
            return withRoles ? now + " -> " + next.word() + " " + to : to;
        }
        if (destination == null) {
            return withRoles ? now + " " + origin.name : origin.name;
        }
        if (sameRole && sameNode) {
            return withRoles ? now + " " + origin.name : origin.name;
        }
        if (sameRole) {
            String move = origin.name + " -> " + destination.name;
            return withRoles ? move + " " + now : move;
        }
        if (sameNode) {
            return now + " -> " + next.word() + " " + origin.name;
        }
        return now + " " + origin.name + " -> " + next.word() + " " + destination.name;
    }
}
