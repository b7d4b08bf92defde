package systole.scheduler.reading;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Resource;

/**
 * Colocations by which the place of a resource depends in the end on its own place. The weakest of such a circle gives way, of
 * equal ones that whose dependent is asked for last:
 *
 * <ul>
 *   <li>"X apart from Y" becomes "Y apart from X", which keeps them apart just as well;
 *   <li>"X with Y" is ignored with a warning. Where the whole circle is of such ones, equally strong, the wishes of X still count for Y.
 * </ul>
 *
 * The reference ignores in each plan the one at which it arrives while its primary is being placed. Where that depends on
 * where the resources are, they give way to each other with every plan; and what must be apart meets. Where it does
 * not depend on it and none is stronger, both ignore the same one.
 */
final class ColocationCircles {
    private final Cluster cluster;
    private final Links configured = new Links();
    private final Links kept = new Links();

    private ColocationCircles(Cluster cluster) {
        this.cluster = cluster;
    }

    /** To be called when the configured colocations were read, before implied ones are added. */
    static void cut(Cluster cluster) {
        new ColocationCircles(cluster).cut();
    }

    private void cut() {
        cluster.colocations.forEach(configured::add);
        Set<Resource> inCircles = configured.inCircles();
        if (inCircles.isEmpty()) {
            return;
        }
        Map<Resource, Integer> rank = ranks();
        List<Colocation> strongestFirst = new ArrayList<>();
        for (Colocation each : cluster.colocations) {
            if (inCircles.contains(from(each)) && inCircles.contains(to(each)) && from(each) != to(each)) {
                strongestFirst.add(each);
            }
        }
        strongestFirst.sort(Comparator.<Colocation>comparingInt(each -> -Math.abs(each.score()))
                .thenComparingInt(each -> rank.getOrDefault(from(each), rank.size())));
        for (Colocation colocation : strongestFirst) {
            if (!kept.reach(kept.primaries, to(colocation)).contains(from(colocation))) {
                kept.add(colocation);
            } else if (colocation.score() < 0
                    && colocation.dependentRole() == null
                    && colocation.primaryRole() == null) {
                cluster.turnColocation(colocation);
            } else {
                cluster.ignoreColocation(colocation, alike(colocation));
                cluster.warnings.add("colocation " + colocation.id() + " of " + colocation.dependent() + " with "
                        + colocation.primary() + " is ignored: by others the place of " + colocation.primary()
                        + " depends on that of " + colocation.dependent() + " already; remove one of them");
            }
        }
    }

    /** The order in which resources are asked for: connections first, each followed by its primaries. */
    private Map<Resource, Integer> ranks() {
        Deque<Resource> open = new ArrayDeque<>();
        cluster.resources.stream().filter(Resource::isConnection).forEach(open::add);
        cluster.resources.stream().filter(each -> !each.isConnection()).forEach(open::add);
        Map<Resource, Integer> rank = new LinkedHashMap<>();
        while (!open.isEmpty()) {
            Resource at = open.pop();
            if (rank.putIfAbsent(at, rank.size()) == null) {
                List<Resource> next = configured.primaries.getOrDefault(at, List.of());
                for (int i = next.size() - 1; i >= 0; i--) {
                    open.push(next.get(i));
                }
            }
        }
        return rank;
    }

    /** Whether all colocations on circles through this one are for being together, and equally strong. */
    private boolean alike(Colocation colocation) {
        Set<Resource> circle = configured.reach(configured.primaries, to(colocation));
        circle.retainAll(configured.reach(configured.dependents, from(colocation)));
        for (Colocation each : cluster.colocations) {
            if (each.score() != colocation.score() && circle.contains(from(each)) && circle.contains(to(each))) {
                return false;
            }
        }
        return colocation.score() > 0;
    }

    private static Resource from(Colocation colocation) {
        return colocation.dependent().topOrBundle();
    }

    private static Resource to(Colocation colocation) {
        return colocation.primary().topOrBundle();
    }

    /** Which resources colocations lead to, in both directions; groups, clones and bundles as wholes. */
    private static final class Links {
        final Map<Resource, List<Resource>> primaries = new LinkedHashMap<>();
        final Map<Resource, List<Resource>> dependents = new LinkedHashMap<>();

        void add(Colocation colocation) {
            Resource from = from(colocation);
            Resource to = to(colocation);
            if (from != to) {
                primaries.computeIfAbsent(from, key -> new ArrayList<>()).add(to);
                dependents.computeIfAbsent(to, key -> new ArrayList<>()).add(from);
            }
        }

        Set<Resource> reach(Map<Resource, List<Resource>> links, Resource start) {
            Set<Resource> seen = new LinkedHashSet<>(List.of(start));
            Deque<Resource> open = new ArrayDeque<>(seen);
            while (!open.isEmpty()) {
                for (Resource next : links.getOrDefault(open.remove(), List.of())) {
                    if (seen.add(next)) {
                        open.add(next);
                    }
                }
            }
            return seen;
        }

        /** What is left when all is taken away that leads nowhere, or to which nothing leads, again and again. */
        Set<Resource> inCircles() {
            Set<Resource> left = new LinkedHashSet<>(primaries.keySet());
            left.retainAll(dependents.keySet());
            peel(left, primaries, dependents);
            peel(left, dependents, primaries);
            return left;
        }

        private static void peel(
                Set<Resource> left, Map<Resource, List<Resource>> next, Map<Resource, List<Resource>> before) {
            Map<Resource, Integer> ways = new LinkedHashMap<>();
            Deque<Resource> ends = new ArrayDeque<>();
            for (Resource resource : left) {
                int count = 0;
                for (Resource each : next.getOrDefault(resource, List.of())) {
                    count += left.contains(each) ? 1 : 0;
                }
                ways.put(resource, count);
                if (count == 0) {
                    ends.add(resource);
                }
            }
            while (!ends.isEmpty()) {
                Resource end = ends.remove();
                left.remove(end);
                for (Resource each : before.getOrDefault(end, List.of())) {
                    if (left.contains(each) && ways.merge(each, -1, Integer::sum) == 0) {
                        ends.add(each);
                    }
                }
            }
        }
    }
}
