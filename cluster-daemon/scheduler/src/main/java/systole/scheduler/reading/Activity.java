package systole.scheduler.reading;

import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Recording that a resource is active on a node (input-and-status 13.4). */
final class Activity {
    private final Cluster cluster;

    Activity(Cluster cluster) {
        this.cluster = cluster;
    }

    void add(Resource resource, Node node, boolean failed) {
        if (resource.active.contains(node)) {
            return;
        }
        resource.active.add(node);
        if (resource.isPrimitive()) {
            node.running.add(resource);
            priority(resource, node, failed);
        }
        if (resource.isPrimitive() && node.maintenance) {
            resource.managed = false;
            resource.maintenance = true;
        }
        if (!resource.managed) {
            unmanaged(resource, node);
            return;
        }
        if (resource.isPrimitive() && activeOn(resource) > 1) {
            multiple(resource);
        }
        if (resource.parent != null) {
            add(resource.parent, node, failed);
        }
    }

    private void unmanaged(Resource resource, Node node) {
        for (Resource at = resource.parent; at != null; at = at.parent) {
            at.active.add(node);
        }
        cluster.changeScore(resource, node, Score.LIMIT);
        cluster.reasons.account(
                Reason.Kind.UNMANAGED,
                resource,
                resource.maintenance ? "maintenance" : "is-managed",
                () -> resource + " is active on " + node + " and unmanaged, so it stays there");
    }

    private static void priority(Resource resource, Node node, boolean failed) {
        if (resource.priority == 0 || failed) {
            return;
        }
        int value = resource.role == Role.PROMOTED ? Score.add(resource.priority, 1) : resource.priority;
        node.priority = Score.add(node.priority, value);
        Resource launcher = node.isGuest() ? node.launcher() : null;
        if (launcher != null) {
            for (Node host : launcher.active) {
                host.priority = Score.add(host.priority, value);
            }
        }
    }

    static int activeOn(Resource resource) {
        if (resource.requiresFencing()) {
            return resource.active.size();
        }
        int count = 0;
        for (Node node : resource.active) {
            if (node.online && !node.unclean) {
                count++;
            }
        }
        return count;
    }

    private void multiple(Resource resource) {
        switch (resource.multipleActive) {
            case STOP_ONLY -> {
                banEverywhere(cluster, resource);
                cluster.reasons.account(
                        Reason.Kind.MULTIPLE_ACTIVE,
                        resource,
                        "multiple-active",
                        node -> true,
                        () -> resource + " is active on several nodes and has multiple-active=stop_only");
            }
            case BLOCK -> {
                block(resource);
                Resource parent = resource.parent;
                if (parent != null
                        && (parent.isGroup() || parent.isBundle())
                        && parent.multipleActive == Resource.MultipleActive.BLOCK) {
                    for (Resource child : parent.children) {
                        block(child);
                    }
                }
                cluster.reasons.add(
                        Reason.Kind.MULTIPLE_ACTIVE,
                        resource,
                        null,
                        0,
                        "multiple-active",
                        () -> resource + " is active on several nodes and has multiple-active=block");
            }
            case STOP_START, STOP_UNEXPECTED -> {
                // the graph stops it where it should not be
            }
        }
    }

    private static void block(Resource resource) {
        resource.managed = false;
        resource.blocked = true;
    }

    /** The whole table is replaced by all nodes with minus infinity. */
    static void banEverywhere(Cluster cluster, Resource resource) {
        resource.table.clear();
        for (Node node : cluster.nodesByIndex) {
            resource.table.put(node, -Score.LIMIT, ProbeMode.ALWAYS);
        }
    }
}
