package systole.scheduler.planning;

import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.FailCounts;
import systole.scheduler.working.Node;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** One-shot monitors that find out whether something runs where nobody knows (actions-and-graph 5). */
final class Probes {
    private final Cluster cluster;
    private final Actions actions;
    private final Relations relations;
    private final Fencing fencing;
    private final EarlyReplay early;
    private final FailCounts failCounts;

    Probes(
            Cluster cluster,
            Actions actions,
            Relations relations,
            Fencing fencing,
            EarlyReplay early,
            FailCounts failCounts) {
        this.cluster = cluster;
        this.actions = actions;
        this.relations = relations;
        this.fencing = fencing;
        this.early = early;
        this.failCounts = failCounts;
    }

    void make() {
        for (Node node : cluster.nodes) {
            if (!node.online) {
                if (node.isRemote() && RemoteRelations.connectionFailed(node)) {
                    fencing.mark(node, "the connection is unrecoverable");
                }
                continue;
            }
            if (node.unclean || node.discoveryDisabled) {
                continue;
            }
            for (Resource resource : cluster.resources) {
                probe(resource, node);
            }
        }
    }

    /** Fail counts of removed resources that will be stopped are cleared (6.4). */
    void clearFailCountsOfRemoved() {
        if (!cluster.options.stopRemoved) {
            return;
        }
        for (Resource top : cluster.resources) {
            if (!top.removed) {
                continue;
            }
            for (Resource resource : top.primitives()) {
                for (Node node : cluster.nodes) {
                    if (node.online && failCounts.effective(resource, node, null) > 0) {
                        Action clear = early.clearFailCount(resource, node, "it is orphaned");
                        relations.relate(clear, resource, Tasks.STOP, Kind.ORDER);
                    }
                }
            }
        }
    }

    private boolean probe(Resource resource, Node node) {
        return switch (resource.variant) {
            case PRIMITIVE -> primitive(resource, node);
            case GROUP -> all(resource.children, node);
            case CLONE -> clone(resource, node);
            case BUNDLE -> bundle(resource, node);
        };
    }

    private boolean all(List<Resource> resources, Node node) {
        boolean any = false;
        for (Resource resource : resources) {
            any |= probe(resource, node);
        }
        return any;
    }

    // ---- clones

    private boolean clone(Resource clone, Node node) {
        if (clone.children.isEmpty()) {
            return false;
        }
        Instances.sortByNumber(clone.children);
        if (clone.exclusiveProbes && clone.table.has(node) && clone.table.probeMode(node) != ProbeMode.EXCLUSIVE) {
            clone.table.remove(node);
        }
        if (clone.clone != null && clone.clone.globallyUnique) {
            return all(clone.children, node);
        }
        return anonymous(clone, node);
    }

    private boolean anonymous(Resource clone, Node node) {
        Resource chosen = null;
        for (Resource instance : clone.children) {
            if (knownOn(instance, node)) {
                chosen = instance;
                break;
            }
        }
        if (chosen == null) {
            for (Resource instance : clone.children) {
                if (Instances.assignedNode(instance) == node) {
                    chosen = instance;
                    break;
                }
            }
        }
        if (chosen == null) {
            chosen = clone.children.get(0);
        }
        return probe(chosen, node);
    }

    private boolean knownOn(Resource instance, Node node) {
        for (Resource primitive : instance.primitives()) {
            if (primitive.isKnownOn(node) || actions.newest(primitive, Tasks.MONITOR, 0, node) != null) {
                return true;
            }
        }
        return false;
    }

    // ---- bundles

    private boolean bundle(Resource bundle, Node node) {
        if (bundle.bundle == null) {
            return false;
        }
        boolean any = false;
        for (Replica replica : bundle.bundle.replicas) {
            if (replica.ip != null) {
                any |= probe(replica.ip, node);
            }
            if (replica.child != null && replica.node == node) {
                any |= probe(replica.child, node);
            }
            if (probe(replica.container, node)) {
                any = true;
                if (bundle.bundle.replicasPerHost <= 1) {
                    oneAtATime(bundle, replica, node);
                }
            }
            Resource connection = replica.connection;
            if (connection != null && probe(connection, node)) {
                any = true;
                Action probe = actions.newest(connection, Tasks.MONITOR, 0, node);
                if (probe != null) {
                    relations.relate(replica.container, Tasks.START, probe, Kind.NESTED_PROBE);
                }
            }
        }
        return any;
    }

    private void oneAtATime(Resource bundle, Replica probed, Node node) {
        Action probe = actions.newest(probed.container, Tasks.MONITOR, 0, node);
        if (probe == null || bundle.bundle == null) {
            return;
        }
        for (Replica other : bundle.bundle.replicas) {
            if (other != probed) {
                relations.relate(probe, other.container, Tasks.START, Kind.ORDER | Kind.SAME_NODE);
            }
        }
    }

    // ---- primitives

    private boolean primitive(Resource resource, Node node) {
        if (!cluster.options.startupProbes) {
            return false;
        }
        if (node.isRemoteOrGuest()) {
            if (resource.isFenceDevice()) {
                return false;
            }
            if (node.isGuest() && ImplicitRelations.launchesGuest(resource)) {
                return false;
            }
            if (resource.isConnection()) {
                return false;
            }
        }
        if (resource.launcher != null && !resource.isConnection()) {
            return false;
        }
        if (resource.removed || resource.isKnownOn(node)) {
            return false;
        }
        Resource top = resource.top();
        if (resource.exclusiveProbes || top.exclusiveProbes) {
            if (!resource.table.has(node) || resource.table.probeMode(node) != ProbeMode.EXCLUSIVE) {
                return false;
            }
        }
        if (discoveryNever(resource, node)) {
            return false;
        }
        if (node.isGuest() && guestForbids(top, node)) {
            return false;
        }
        make(resource, top, node);
        return true;
    }

    private static boolean discoveryNever(Resource resource, Node node) {
        if (node.bundleNode) {
            Replica replica = resource.parent == null ? null : replicaOfChild(resource);
            return replica == null || replica.node != node;
        }
        return resource.table.has(node)
                ? resource.table.probeMode(node) == ProbeMode.NEVER
                : node.probeMode == ProbeMode.NEVER;
    }

    private static @Nullable Replica replicaOfChild(Resource resource) {
        Replica replica = Instances.replica(resource);
        return replica != null && replica.child != null && resource.isInside(replica.child) ? replica : null;
    }

    /** The guest is not there yet, or will go away first. */
    private boolean guestForbids(Resource top, Node node) {
        Resource container = node.launcher();
        if (container == null) {
            return true;
        }
        if (container.role == Role.STOPPED) {
            Node host = container.assigned;
            if (host != null && !container.isKnownOn(host)) {
                relations.relate(container, Tasks.MONITOR, top, Tasks.START, Kind.ORDER);
            }
            return true;
        }
        Node current = container.currentNode();
        boolean leaves = node.remoteReset
                || node.unclean
                || container.failed
                || container.nextRole == Role.STOPPED
                || (current != null && container.assigned != null && current != container.assigned);
        if (leaves) {
            relations.relate(container, Tasks.STOP, top, Tasks.START, Kind.ORDER);
        }
        return leaves;
    }

    private void make(Resource resource, Resource top, Node node) {
        Action probe = actions.request(resource, Tasks.MONITOR, node, false);
        probe.optional = false;
        if (!resource.isActiveOn(node)) {
            probe.meta("op_target_rc", "7");
        } else if (resource.role == Role.PROMOTED) {
            probe.meta("op_target_rc", "8");
        }
        fencing.unfenceBefore(resource, node, probe, Kind.ORDER);
        Resource ordered = top.isClone() ? top : resource;
        int kinds = Kind.ORDER;
        if (!probe.runnable && ordered.active.isEmpty()) {
            kinds |= Kind.GATE;
        }
        relations.relate(probe, ordered, Tasks.START, kinds);
        relations.relate(probe, resource, Tasks.RELOAD, Kind.ORDER);
    }
}
