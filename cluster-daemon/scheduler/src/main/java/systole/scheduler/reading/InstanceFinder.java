package systole.scheduler.reading;

import org.jspecify.annotations.Nullable;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.FailCounts;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** Which resource a history entry belongs to (input-and-status 12.2, 12.3). */
final class InstanceFinder {
    private final Cluster cluster;
    private final ResourceReading resources;

    InstanceFinder(Cluster cluster, ResourceReading resources) {
        this.cluster = cluster;
        this.resources = resources;
    }

    /** The primitive for a history name on a node; {@code null} if the configuration has none. */
    @Nullable
    Resource find(String name, Node node) {
        Resource resource = cluster.resource(name);
        if (resource == null) {
            var known = cluster.resourcesByHistoryName.get(name);
            if (known != null && !known.isEmpty()) {
                resource = known.get(0);
            }
        }
        if (resource == null) {
            Resource first = cluster.resource(FailCounts.withoutNumber(name) + ":0");
            if (first != null && !first.unique) {
                resource = first;
            }
        }
        if (resource == null || !resource.isPrimitive()) {
            return null;
        }
        if (resource.removed && resource.parent == null) {
            return resource;
        }
        if (!resource.unique) {
            Resource clone = resource.enclosingClone();
            if (clone != null) {
                resource = inClone(resource, clone, node);
            }
        }
        remember(resource, name);
        return resource;
    }

    private void remember(Resource resource, String name) {
        if (name.equals(resource.id)) {
            return;
        }
        if (!name.equals(resource.historyId)) {
            forget(resource);
            resource.historyId = name;
            cluster.resourcesByHistoryName
                    .computeIfAbsent(name, key -> new java.util.ArrayList<>())
                    .add(resource);
        }
    }

    /** The history name no longer counts. */
    void forget(Resource resource) {
        if (resource.historyId != null) {
            var known = cluster.resourcesByHistoryName.get(resource.historyId);
            if (known != null) {
                known.remove(resource);
            }
            resource.historyId = null;
        }
    }

    private Resource inClone(Resource sample, Resource clone, Node node) {
        CloneData data = clone.clone;
        if (data == null) {
            return sample;
        }
        if (data.bundle != null && data.bundle.bundle != null) {
            for (Replica replica : data.bundle.bundle.replicas) {
                if (replica.node == node && replica.child != null) {
                    return part(replica.child, sample);
                }
            }
        }
        boolean mayBeReused = sample.requiresFencing()
                || (node.online && !node.unclean)
                || node.isGuest()
                || data.cloneMax == cluster.nodesByIndex.size();
        Resource free = null;
        boolean surplus = false;
        for (Resource instance : clone.children) {
            Resource part = part(instance, sample);
            boolean here = activeOrPending(instance, node);
            if (here) {
                if (!part.active.contains(node)) {
                    return part;
                }
                surplus = true;
            } else if (free == null && mayBeReused && !surplus && isFree(instance, node)) {
                free = part;
            }
        }
        if (surplus || free == null) {
            Resource created = resources.instance(clone);
            ResourceReading.markRemoved(created);
            return part(created, sample);
        }
        return free;
    }

    private static boolean isFree(Resource instance, Node node) {
        if (!instance.active.isEmpty()) {
            return false;
        }
        for (Resource each : instance.primitives()) {
            if (each.blocked || !each.active.isEmpty() || (each.pendingNode != null && each.pendingNode != node)) {
                return false;
            }
        }
        return true;
    }

    private static boolean activeOrPending(Resource instance, Node node) {
        if (instance.active.contains(node)) {
            return true;
        }
        if (instance.isPrimitive()) {
            return instance.pendingNode == node;
        }
        for (Resource member : instance.children) {
            if (member.pendingNode == node) {
                return true;
            }
        }
        return false;
    }

    /** The primitive inside an instance that corresponds to the sample. */
    private static Resource part(Resource instance, Resource sample) {
        if (instance.isPrimitive()) {
            return instance;
        }
        for (Resource member : instance.children) {
            if (member.definition == sample.definition) {
                return member;
            }
        }
        throw new IllegalStateException(instance + " has no member like " + sample);
    }
}
