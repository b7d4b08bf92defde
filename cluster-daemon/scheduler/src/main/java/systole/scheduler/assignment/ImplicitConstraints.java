package systole.scheduler.assignment;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** Colocations and bans that follow from groups, containers and connections (assignment, section 9). */
final class ImplicitConstraints {
    private final Cluster cluster;

    ImplicitConstraints(Cluster cluster) {
        this.cluster = cluster;
    }

    void add() {
        for (Resource resource : cluster.resources) {
            add(resource);
        }
        for (Resource resource : cluster.everyResource) {
            Node made = resource.remoteNode;
            if (resource.isConnection() && made != null && resource.replica == null) {
                notWithin(resource, made, new LinkedHashSet<>());
            }
        }
    }

    /**
     * What brings up a node cannot run within it, nor can what it has to be with. (The reference looks at the second only while the
     * wishes of the first count, and so starts it outside and moves it inside by turns.)
     */
    private void notWithin(Resource dependent, Node made, Set<Resource> seen) {
        if (!seen.add(dependent)) {
            return;
        }
        for (Colocation each : Colocations.asDependent(dependent)) {
            if (each.score() < Score.LIMIT
                    || each.dependentRole() != null
                    || each.primaryRole() != null
                    || !each.attribute().equals("#uname")) {
                continue;
            }
            Resource primary = each.primary();
            if (primary.isGroup() && primary.collocated && !primary.children.isEmpty()) {
                primary = primary.children.get(primary.children.size() - 1);
            }
            if (primary.isPrimitive()) {
                if (primary.table.has(made)) {
                    primary.table.set(made, -Score.LIMIT);
                    Resource banned = primary;
                    cluster.reasons.account(
                            Reason.Kind.CONTAINER,
                            primary,
                            dependent.id,
                            node -> node == made,
                            () -> banned + " cannot run on " + made + ", which " + dependent + " brings up beside it");
                }
                notWithin(primary, made, seen);
            }
        }
    }

    private void add(Resource resource) {
        switch (resource.variant) {
            case PRIMITIVE -> primitive(resource);
            case GROUP -> {
                Resource previous = null;
                for (Resource member : resource.children) {
                    if (previous != null && resource.collocated) {
                        colocate("#group-members", member, previous, Score.LIMIT, member.critical);
                    }
                    primitive(member);
                    previous = member;
                }
            }
            case CLONE -> {
                for (Resource instance : resource.children) {
                    add(instance);
                }
            }
            case BUNDLE -> {
                if (resource.bundle == null) {
                    return;
                }
                for (Replica replica : resource.bundle.replicas) {
                    primitive(replica.container);
                    if (replica.ip != null) {
                        primitive(replica.ip);
                        colocate("#ip-with-container", replica.ip, replica.container, Score.LIMIT, true);
                    }
                    if (replica.connection != null) {
                        primitive(replica.connection);
                    }
                }
                if (resource.bundle.child != null) {
                    add(resource.bundle.child);
                }
            }
        }
    }

    private void colocate(String id, Resource dependent, Resource primary, int score, boolean influence) {
        cluster.addColocation(new Colocation(id, dependent, primary, score, "#uname", null, null, influence, false));
    }

    private void primitive(Resource resource) {
        if (!resource.managed) {
            return;
        }
        if (resource.launcher != null) {
            launched(resource, resource.launcher);
        }
        if (resource.isConnection() || resource.isFenceDevice()) {
            banRemoteNodes(resource);
        }
    }

    private void launched(Resource resource, Resource launcher) {
        if (resource.isConnection()) {
            if (resource.replica != null) {
                colocate("#resource-with-container", resource, launcher, 10_000, true);
            } else {
                banRemoteNodes(launcher);
                colocate("#resource-with-container", resource, launcher, Score.LIMIT, true);
            }
            return;
        }
        Node only = nodeMadeBy(launcher);
        if (only == null) {
            colocate("#resource-with-container", resource, launcher, Score.LIMIT, true);
            return;
        }
        for (Node node : cluster.nodesByIndex) {
            if (node != only && resource.table.has(node)) {
                resource.table.set(node, -Score.LIMIT);
            }
        }
        cluster.reasons.account(
                Reason.Kind.CONTAINER,
                resource,
                launcher.id,
                node -> node != only,
                () -> resource + " runs inside " + launcher + ", on node " + only);
    }

    /** The remote or guest node that a launcher is, or makes. */
    private static @Nullable Node nodeMadeBy(Resource launcher) {
        if (launcher.isConnection()) {
            return launcher.remoteNode;
        }
        for (Resource launched : launcher.launched) {
            if (launched.isConnection()) {
                return launched.remoteNode;
            }
        }
        return null;
    }

    private void banRemoteNodes(Resource resource) {
        for (Node node : cluster.nodesByIndex) {
            if (node.isRemoteOrGuest() && resource.table.has(node)) {
                resource.table.set(node, -Score.LIMIT);
            }
        }
        cluster.reasons.account(
                Reason.Kind.NODE_STATE,
                resource,
                "remote",
                Node::isRemoteOrGuest,
                () -> resource + " cannot run on a remote or guest node");
    }
}
