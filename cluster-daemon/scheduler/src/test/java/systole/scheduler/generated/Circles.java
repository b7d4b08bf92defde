package systole.scheduler.generated;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.OrderConstraint;
import systole.scheduler.working.Resource;

/**
 * Orders that an administrator wrote in a circle, perhaps by way of a node that runs what has to be there before it: no
 * plan can follow them all.
 */
final class Circles {
    private Circles() {}

    /** Something comes up, or goes down: what an order is about. */
    private record Change(Resource top, boolean up) {}

    static boolean in(Cluster cluster) {
        Map<Change, Set<Change>> later = new LinkedHashMap<>();
        for (OrderConstraint order : cluster.orders) {
            List<List<Change>> steps = new ArrayList<>();
            for (OrderConstraint.Group set : order.sets()) {
                boolean up = !set.action().equals("stop") && !set.action().equals("demote");
                boolean sequential = set.sequential() == null || set.sequential();
                List<Change> members = set.members().stream()
                        .map(member -> new Change(member.topOrBundle(), up))
                        .toList();
                if (sequential) {
                    members.forEach(member -> steps.add(List.of(member)));
                } else {
                    steps.add(members);
                }
            }
            for (int i = 0; i < steps.size(); i++) {
                for (int j = i + 1; j < steps.size(); j++) {
                    for (Change first : steps.get(i)) {
                        for (Change then : steps.get(j)) {
                            add(later, first, then);
                            add(later, new Change(then.top, !then.up), new Change(first.top, !first.up));
                        }
                    }
                }
            }
        }
        for (Resource resource : cluster.everyResource) {
            Resource top = resource.topOrBundle();
            add(later, new Change(top, false), new Change(top, true));
            List<Node> places = new ArrayList<>(resource.active);
            if (resource.assigned != null) {
                places.add(resource.assigned);
            }
            for (Node node : places) {
                if (resource.isPrimitive() && node.connection != null) {
                    within(later, node.connection.topOrBundle(), top);
                }
            }
            if (resource.launcher != null) {
                within(later, resource.launcher.topOrBundle(), top);
            }
        }
        return later.keySet().stream().anyMatch(start -> leadsBack(later, start));
    }

    private static void add(Map<Change, Set<Change>> later, Change first, Change then) {
        later.computeIfAbsent(first, any -> new LinkedHashSet<>()).add(then);
    }

    /** What runs within something comes after it and goes before it. */
    private static void within(Map<Change, Set<Change>> later, Resource outer, Resource inner) {
        if (outer != inner) {
            add(later, new Change(outer, true), new Change(inner, true));
            add(later, new Change(inner, false), new Change(outer, false));
        }
    }

    private static boolean leadsBack(Map<Change, Set<Change>> later, Change start) {
        Set<Change> seen = new LinkedHashSet<>();
        List<Change> open = new ArrayList<>(later.getOrDefault(start, Set.of()));
        while (!open.isEmpty()) {
            Change at = open.remove(open.size() - 1);
            if (at.equals(start)) {
                return true;
            }
            if (seen.add(at)) {
                open.addAll(later.getOrDefault(at, Set.of()));
            }
        }
        return false;
    }
}
