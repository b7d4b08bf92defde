package systole.scheduler.assignment;

import java.util.ArrayDeque;
import java.util.Deque;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/**
 * Which resources have no wish at all, and neither has anything that depends on them: score 0 on every node. Merging
 * such a resource changes nothing, so that long chains of them need not be walked again and again.
 *
 * <p>A resource stops being indifferent as soon as its assignment begins, and with it everything it depends on; it never
 * becomes indifferent again.
 */
final class Indifference {
    private final Cluster cluster;
    private final boolean[] wishes;

    /** Everything below was marked as well. */
    private final boolean[] whole;

    private final Deque<Resource> open = new ArrayDeque<>();

    Indifference(Cluster cluster) {
        this.cluster = cluster;
        this.wishes = new boolean[cluster.everyResource.size()];
        this.whole = new boolean[wishes.length];
        for (Resource resource : cluster.everyResource) {
            if (cluster.hasRemoteNodes || hasOwnWish(resource)) {
                mark(resource);
            }
        }
        for (Colocation colocation : cluster.colocations) {
            if (!colocation.attribute().equals("#uname")) {
                mark(colocation.dependent());
            }
        }
        spread();
    }

    private boolean hasOwnWish(Resource resource) {
        if (resource.parent != null && !resource.parent.locations.isEmpty()) {
            return true;
        }
        for (Node node : cluster.nodesByIndex) {
            if (!resource.table.has(node) || resource.table.score(node) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether nothing is wished by a resource, or by what depends on it. */
    boolean indifferent(Resource resource) {
        return resource.index < wishes.length && !wishes[resource.index];
    }

    /** The table of a resource, or of something below it, is about to change. */
    void touch(Resource resource) {
        if (resource.index < whole.length && !whole[resource.index]) {
            markWhole(resource);
            spread();
        }
    }

    private void mark(Resource resource) {
        if (resource.index < wishes.length && !wishes[resource.index]) {
            wishes[resource.index] = true;
            open.push(resource);
        }
    }

    private void markWhole(Resource resource) {
        if (resource.index < whole.length && !whole[resource.index]) {
            whole[resource.index] = true;
            mark(resource);
            for (Resource child : resource.children) {
                markWhole(child);
            }
        }
    }

    private void spread() {
        while (true) {
            Resource resource = open.poll();
            if (resource == null) {
                return;
            }
            for (Resource at = resource; at != null; at = at.parent) {
                mark(at);
                for (Colocation colocation : at.asDependent) {
                    markWhole(colocation.primary());
                }
            }
        }
    }
}
