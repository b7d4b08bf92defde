package systole.scheduler.assignment;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.BundleData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** Assignment of bundles (assignment 17.2, 17.3). */
final class Bundles {
    private final Assigner assigner;
    private final Cluster cluster;

    Bundles(Assigner assigner) {
        this.assigner = assigner;
        this.cluster = assigner.cluster;
    }

    @Nullable
    Node assign(Resource bundle) {
        BundleData data = bundle.bundle;
        if (data == null) {
            return null;
        }
        bundle.assigning = true;
        assigner.indifference.touch(bundle);
        assigner.lines.tables("pcmk__bundle_assign", bundle);
        List<Resource> containers = new ArrayList<>();
        for (Replica replica : data.replicas) {
            containers.add(replica.container);
        }
        assigner.instances.sort(containers);
        assigner.instances.assign(bundle, containers, data.replicas.size(), data.replicasPerHost);
        for (Replica replica : data.replicas) {
            replica(replica, data.child);
        }
        Resource child = data.child;
        if (child != null) {
            for (Node node : cluster.nodesByIndex) {
                if (child.table.has(node)) {
                    child.table.set(node, isOwn(data, node) ? 0 : -Score.LIMIT);
                }
            }
            cluster.reasons.account(
                    Reason.Kind.CONTAINER, child, bundle.id, () -> child + " runs in the containers of " + bundle);
            assigner.assign(child, null, true);
        }
        bundle.assigning = false;
        bundle.unassigned = false;
        return null;
    }

    private static boolean isOwn(BundleData data, Node node) {
        for (Replica replica : data.replicas) {
            if (replica.node == node) {
                return true;
            }
        }
        return false;
    }

    private void replica(Replica replica, @Nullable Resource clone) {
        if (replica.ip != null) {
            assigner.assign(replica.ip, null, true);
        }
        Resource connection = replica.connection;
        Node host = replica.container.assigned;
        if (connection != null) {
            if (host != null && host.isRemoteOrGuest() && host.connection != null) {
                assigner.indifference.touch(connection);
                cluster.addColocation(new Colocation(
                        "#replica-remote-with-host-remote",
                        connection,
                        host.connection,
                        Score.LIMIT,
                        "#uname",
                        null,
                        null,
                        true,
                        false));
            }
            assigner.assign(connection, null, true);
        }
        Resource child = replica.child;
        Node own = replica.node;
        if (child == null || own == null || clone == null) {
            return;
        }
        for (Node node : cluster.nodesByIndex) {
            if (!child.table.has(node)) {
                continue;
            }
            if (node != own) {
                child.table.set(node, -Score.LIMIT);
            } else if (!Criteria.thresholdReached(cluster, child, own)) {
                child.table.set(node, Score.LIMIT);
            }
        }
        cluster.reasons.account(
                Reason.Kind.CONTAINER,
                child,
                replica.container.id,
                node -> node != own,
                () -> child + " belongs to container " + replica.container);
        boolean before = clone.assigning;
        clone.assigning = true;
        assigner.assign(child, own, true);
        clone.assigning = before;
    }
}
