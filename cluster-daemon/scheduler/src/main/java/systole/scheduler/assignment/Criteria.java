package systole.scheduler.assignment;

import java.util.List;
import systole.model.Score;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** What is added to the tables before assignment starts (assignment, section 8). */
final class Criteria {
    private final Cluster cluster;

    Criteria(Cluster cluster) {
        this.cluster = cluster;
    }

    void apply() {
        if (cluster.options.shutdownLock) {
            for (Resource resource : cluster.resources) {
                shutdownLock(resource);
            }
        }
        List<Location> locations = cluster.locations;
        for (int i = locations.size() - 1; i >= 0; i--) {
            location(locations.get(i), locations.get(i).resource());
            cluster.reasons.account(locations.get(i));
        }
        for (Resource resource : cluster.resources) {
            stickiness(resource);
        }
        boolean exclusive = anyExclusive();
        for (Node node : cluster.nodes) {
            boolean failures = cluster.failCounts.any(node);
            if (!failures && !exclusive) {
                continue;
            }
            for (Resource resource : cluster.resources) {
                if (failures) {
                    threshold(resource, node);
                }
                if (exclusive) {
                    exclusive(resource, node);
                }
            }
        }
    }

    // ---- shutdown locks (8.1)

    private void shutdownLock(Resource resource) {
        if (resource.isGroup()) {
            for (Resource member : resource.children) {
                shutdownLock(member);
            }
            return;
        }
        if (!resource.isPrimitive() || resource.isFenceDevice() || resource.isConnection()) {
            return;
        }
        Node locked = resource.lockNode;
        if (locked != null) {
            if (!resource.active.isEmpty()) {
                resource.lockNode = null;
                resource.lockTime = 0;
                cluster.early(
                        EarlyAction.of(EarlyAction.Kind.LRM_DELETE, EarlyAction.Phase.CRITERIA, resource, locked, ""));
                locked = null;
            }
        } else if (resource.active.size() == 1) {
            Node node = resource.active.get(0);
            if (node.shutdown && !node.unclean) {
                locked = node;
                resource.lockNode = node;
                resource.lockTime = cluster.nowSeconds;
            }
        }
        if (locked == null) {
            return;
        }
        if (cluster.options.shutdownLockLimitSeconds > 0) {
            cluster.recheckAt(resource.lockTime + cluster.options.shutdownLockLimitSeconds + 1);
        }
        Node at = locked;
        for (Node node : cluster.nodes) {
            if (node != at) {
                cluster.changeScore(resource, node, -Score.LIMIT);
            }
        }
        cluster.reasons.account(
                Reason.Kind.SHUTDOWN_LOCK,
                resource,
                "shutdown-lock",
                node -> node != at,
                () -> resource + " is locked to " + at + ", which was shut down");
    }

    // ---- locations (8.2)

    private void location(Location location, Resource resource) {
        switch (resource.variant) {
            case PRIMITIVE -> toTable(location, resource, true);
            case GROUP -> {
                toTable(location, resource, true);
                boolean first = true;
                for (Resource member : resource.children) {
                    toTable(location, member, first || !resource.collocated);
                    first = false;
                }
            }
            case CLONE -> {
                toTable(location, resource, true);
                for (Resource instance : resource.children) {
                    location(location, instance);
                }
            }
            case BUNDLE -> toBundle(location, resource);
        }
    }

    private void toBundle(Location location, Resource bundle) {
        toTable(location, bundle, true);
        if (bundle.bundle == null) {
            return;
        }
        for (Replica replica : bundle.bundle.replicas) {
            toTable(location, replica.container, true);
            if (replica.ip != null) {
                toTable(location, replica.ip, true);
            }
        }
        Resource child = bundle.bundle.child;
        if (child != null && (location.role() == Role.PROMOTED || location.role() == Role.UNPROMOTED)) {
            location(location, child);
            child.locations.add(0, location);
        }
    }

    private static void toTable(Location location, Resource resource, boolean withScores) {
        if (location.role() != null && location.role() != resource.nextRole) {
            return;
        }
        for (Location.Entry entry : location.entries()) {
            Node node = entry.node();
            int score = withScores ? entry.score() : 0;
            if (node.within(resource)) {
                score = -Score.LIMIT; // Whatever a rule for all nodes says: nothing runs within itself.
            }
            if (resource.table.has(node)) {
                resource.table.add(node.index, score);
            } else {
                resource.table.put(node, score, ProbeMode.ALWAYS);
            }
            if (resource.table.probeMode(node).compareTo(location.probeMode()) < 0) {
                resource.table.probeMode(node, location.probeMode());
                if (location.probeMode() == ProbeMode.EXCLUSIVE) {
                    resource.exclusiveProbes = true;
                }
            }
        }
    }

    // ---- stickiness (8.3)

    private void stickiness(Resource resource) {
        for (Resource child : resource.children) {
            stickiness(child);
        }
        if (!resource.isPrimitive() || !resource.managed || resource.stickiness < 1 || resource.active.size() != 1) {
            return;
        }
        Node node = resource.active.get(0);
        if (cluster.options.symmetric || resource.table.has(node)) {
            cluster.changeScore(resource, node, resource.stickiness);
            cluster.reasons.account(
                    Reason.Kind.STICKINESS,
                    resource,
                    "resource-stickiness",
                    () -> resource + " runs on " + node + " and prefers to stay");
        }
    }

    // ---- thresholds (8.4)

    private void threshold(Resource resource, Node node) {
        if (resource.isCollective()) {
            for (Resource child : resource.children) {
                threshold(child, node);
            }
            return;
        }
        if (cluster.isClearing(resource, node) || !thresholdReached(cluster, resource, node)) {
            forgiven(resource, node);
            return;
        }
        Resource unit = resource.failureUnit();
        cluster.changeScore(unit, node, -Score.LIMIT);
        cluster.reasons.account(
                Reason.Kind.FAIL_COUNT,
                unit,
                "fail-count-" + resource.historyName(),
                each -> each == node,
                () -> thresholdWords(resource, node));
    }

    private String thresholdWords(Resource resource, Node node) {
        int count = cluster.failCounts.withLaunched(resource, node);
        return count >= Score.LIMIT
                ? "a failure of " + resource + " there excludes the node (its fail count is INFINITY)"
                : resource + " failed " + count + (count == 1 ? " time" : " times")
                        + " there, its migration-threshold is " + resource.migrationThreshold;
    }

    /** Failures that are on record and ban nothing. */
    private void forgiven(Resource resource, Node node) {
        if (!cluster.reasons.wanted()) {
            return;
        }
        int count = cluster.failCounts.plain(resource, node);
        if (count > 0) {
            boolean expired = cluster.failCounts.effective(resource, node, null) == 0;
            String why = expired
                    ? "expired (failure-timeout " + resource.failureTimeoutMs / 1000 + "s)"
                    : cluster.isClearing(resource, node)
                            ? "about to be forgotten"
                            : resource.failureIgnored
                                    ? "to be ignored (on-fail=ignore)"
                                    : "fewer than its migration-threshold of "
                                            + ScoreLines.text(resource.migrationThreshold);
            String word = count == 1 ? "failure of " : "failures of ";
            String verb = expired ? (count == 1 ? "has " : "have ") : (count == 1 ? "is " : "are ");
            cluster.reasons.add(
                    Reason.Kind.FAIL_COUNT,
                    resource,
                    node,
                    0,
                    "fail-count-" + resource.historyName(),
                    () -> ScoreLines.text(count) + " " + word + resource + " there " + verb + why);
        }
    }

    static boolean thresholdReached(Cluster cluster, Resource resource, Node node) {
        if (resource.migrationThreshold == 0 || resource.failureIgnored) {
            return false;
        }
        int count = cluster.failCounts.withLaunched(resource, node);
        return count > 0 && count >= resource.migrationThreshold;
    }

    // ---- exclusive discovery (8.5)

    private boolean anyExclusive() {
        for (Resource resource : cluster.everyResource) {
            if (resource.exclusiveProbes) {
                return true;
            }
        }
        return false;
    }

    private void exclusive(Resource resource, Node node) {
        if (!resource.exclusiveProbes && !resource.top().exclusiveProbes) {
            return;
        }
        for (Resource child : resource.children) {
            exclusive(child, node);
        }
        if (resource.table.has(node) && resource.table.probeMode(node) != ProbeMode.EXCLUSIVE) {
            resource.table.set(node, -Score.LIMIT);
            cluster.reasons.account(
                    Reason.Kind.EXCLUSIVE_DISCOVERY,
                    resource,
                    "resource-discovery",
                    each -> each == node,
                    () -> resource
                            + " may only run where a location constraint with exclusive discovery names the node");
        }
    }
}
