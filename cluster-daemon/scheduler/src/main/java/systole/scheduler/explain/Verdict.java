package systole.scheduler.explain;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import systole.scheduler.planning.PlannedAction;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/**
 * What happens to one resource, in a sentence.
 *
 * @param blocked the action that is in the way of more; {@code null} if none is
 * @param again something that runs goes down, be it for good or to come up again
 */
record Verdict(String text, @Nullable PlannedAction blocked, boolean again) {

    static Verdict of(Resource resource, Deeds deeds) {
        List<Node> active = resource.active;
        String id = resource.id;
        String now = id + (active.isEmpty() ? " does not run" : " runs on " + names(active) + role(resource));
        if (!resource.managed || resource.blocked) {
            return new Verdict(now + " and is left as it is", null, false);
        }
        Node next = resource.assigned;
        boolean up = resource.nextRole.atLeast(Role.STARTED) && next != null;
        boolean stops = deeds.happens(resource, "stop", null);
        Optional<PlannedAction> stopBlocked = active.stream()
                .flatMap(node -> deeds.of(resource, "stop", node).stream())
                .filter(stop -> stop.required() && !stop.runnable())
                .findFirst();
        if (!up) {
            if (active.isEmpty()) {
                return new Verdict(now + ", and is not to be started", null, false);
            }
            return stopBlocked.isPresent()
                    ? new Verdict(now + ", should stop and cannot", stopBlocked.get(), false)
                    : new Verdict(now + " and stops", null, true);
        }
        String where = next == null ? "" : next.name;
        Optional<PlannedAction> startBlocked = deeds.blocked(resource, "start", next);
        boolean comesUp = active.isEmpty() || stops || !active.contains(next);
        if (comesUp && startBlocked.isPresent()) {
            String should = active.isEmpty()
                    ? ", should start on " + where + " and cannot"
                    : stops ? " and stops: it cannot start on " + where : ", should be on " + where + " and cannot";
            return new Verdict(now + should, startBlocked.get(), false);
        }
        if (active.isEmpty()) {
            boolean promoted = deeds.happens(resource, "promote", next);
            return new Verdict(now + ", and starts on " + where + (promoted ? ", promoted" : ""), null, false);
        }
        if (!active.contains(next)) {
            boolean live = deeds.happens(resource, "migrate_to", null);
            boolean lost = active.stream().anyMatch(node -> !node.online);
            boolean fenced = active.stream().anyMatch(deeds::fences);
            String before = lost ? id + " is thought to run on " + names(active) + role(resource) : now;
            String word =
                    live ? " and moves live to " : fenced ? ", which is fenced; then it starts on " : " and moves to ";
            return new Verdict(before + word + where, null, true);
        }
        if (stops && deeds.happens(resource, "start", next)) {
            return new Verdict(now + " and is restarted there", null, true);
        }
        if (stops) {
            return new Verdict(now + ", and stops on all nodes but " + where, null, true);
        }
        if (deeds.happens(resource, "promote", next)) {
            boolean demotes = deeds.happens(resource, "demote", next);
            return new Verdict(now + " and is promoted there" + (demotes ? " anew" : ""), null, demotes);
        }
        if (deeds.happens(resource, "demote", null)) {
            return new Verdict(now + " and is demoted", null, true);
        }
        if (resource.reloadPlanned) {
            return new Verdict(now + " and is reloaded", null, false);
        }
        return new Verdict(now + " and stays there", null, false);
    }

    private static String role(Resource resource) {
        return resource.role == Role.PROMOTED
                ? " as promoted"
                : resource.role == Role.UNPROMOTED ? " as unpromoted" : "";
    }

    private static String names(List<Node> nodes) {
        return nodes.stream().map(node -> node.name).collect(Collectors.joining(" and "));
    }
}
