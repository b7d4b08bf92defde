package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Agent;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Definition;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.History;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Node;
import systole.scheduler.working.OnFail;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Histories of resources on a node: role, failures, reactions (input-and-status 12 to 16). */
final class HistoryReading {
    private record ContainerStop(Resource container) {}

    private final Cluster cluster;
    private final ResourceReading resources;
    private final Histories histories = new Histories();
    private final Activity activity;
    private final InstanceFinder finder;
    private final List<ContainerStop> containerStops = new ArrayList<>();

    HistoryReading(Cluster cluster, ResourceReading resources) {
        this.cluster = cluster;
        this.resources = resources;
        this.activity = new Activity(cluster);
        this.finder = new InstanceFinder(cluster, resources);
    }

    /** Reads everything recorded for a node. */
    void read(Node node) {
        histories.index(node);
        List<Resource> created = new ArrayList<>();
        for (History history : node.everyHistory) {
            one(history, node, created);
        }
        for (Resource resource : created) {
            resources.linkLauncher(resource);
            if (resource.launcher != null) {
                resources.linkRemoteNode(resource);
            }
        }
    }

    /** What can only be decided after all histories were read. */
    void finish() {
        for (ContainerStop stop : containerStops) {
            for (Node node : stop.container.active) {
                cluster.early(
                        EarlyAction.of(EarlyAction.Kind.STOP, EarlyAction.Phase.READING, stop.container, node, ""));
            }
        }
    }

    private void one(History history, Node node, List<Resource> created) {
        long lock = Values.integer(history.xml.attribute("shutdown-lock"), 0);
        boolean hasEntries = history.xml.child("lrm_rsc_op").isPresent();
        if (!hasEntries && (lock <= 0 || !cluster.options.shutdownLock)) {
            return;
        }
        Resource resource = finder.find(history.name, node);
        if (resource == null) {
            if (!hasEntries) {
                return;
            }
            resource = removed(history, node);
            if (resource == null) {
                return;
            }
            created.add(resource);
        }
        if (node.within(resource)) {
            cluster.warnings.add("history of " + history.name + " on " + node + " is ignored: " + node
                    + " runs within it, and it cannot run within itself");
            return;
        }
        history.resource = resource;
        cluster.histories.add(history);
        if (lock > 0 && cluster.options.shutdownLock) {
            lock(resource, node, lock);
        }
        entries(history, resource, node);
    }

    private void lock(Resource resource, Node node, long time) {
        long limit = cluster.options.shutdownLockLimitSeconds;
        if (limit > 0 && cluster.nowSeconds > time + limit) {
            cluster.early(EarlyAction.of(EarlyAction.Kind.LRM_DELETE, EarlyAction.Phase.READING, resource, node, ""));
            return;
        }
        if (limit > 0) {
            cluster.recheckAt(time + limit + 1);
        }
        resource.lockNode = node;
        resource.lockTime = time;
    }

    // ---- removed resources (12.4)

    private @Nullable Resource removed(History history, Node node) {
        Element xml = history.xml;
        String standard = xml.attribute("class");
        String type = xml.attribute("type");
        if (standard == null || type == null) {
            cluster.warnings.add("history of " + history.name + " on " + node + " is ignored: it names no agent");
            return null;
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", history.name);
        attributes.put("class", standard);
        String provider = xml.attribute("provider");
        if (provider != null) {
            attributes.put("provider", provider);
        }
        attributes.put("type", type);
        Agent agent = new Agent(standard, provider == null ? "" : provider, type);
        for (Resource known : cluster.resources) {
            if (known.removed && known.isPrimitive() && known.id.equals(history.name)) {
                return known;
            }
        }
        Resource resource = cluster.addResource(
                history.name,
                Resource.Variant.PRIMITIVE,
                new Definition(Element.of("primitive", attributes, List.of()), agent, List.of()),
                null);
        resources.common(resource);
        resource.removed = true;
        cluster.resources.add(resource);
        String container = xml.attribute("container");
        if (container != null) {
            resource.addMeta("container", container);
        }
        if (agent.isRemoteConnection()) {
            removedConnection(resource);
        }
        if (resource.isFenceDevice()) {
            cluster.fencingDevices = true;
        }
        if (cluster.options.stopRemoved) {
            cluster.changeScore(resource, null, -Score.LIMIT);
            cluster.reasons.account(
                    Reason.Kind.REMOVED,
                    resource,
                    "stop-removed-resources",
                    each -> true,
                    () -> resource + " is no longer configured");
        } else {
            resource.managed = false;
        }
        return resource;
    }

    private void removedConnection(Resource resource) {
        Node node = cluster.nodeByName(resource.id);
        if (node == null) {
            node = cluster.addNode(resource.id, resource.id, Node.Kind.REMOTE, 0);
        }
        resources.linkRemoteNode(resource);
        node.shutdown = true;
    }

    // ---- all entries of a resource on a node

    private void entries(History history, Resource resource, Node node) {
        Role before = resource.role;
        resource.role = Role.UNKNOWN;
        EntryReading reading = new EntryReading(cluster, histories, activity, resource, node);
        for (HistoryEntry entry : history.entries) {
            if (Histories.tellsState(entry.task)) {
                reading.read(entry);
            }
        }
        if (resource.isConnection() && resource.role.above(Role.STARTED)) {
            resource.role = Role.STARTED; // Whatever a probe may have said: a connection is up, and knows no promotion.
        }
        recurring(history, resource, node);
        reaction(reading, resource, node);
        if (resource.role != Role.UNKNOWN) {
            known(resource, node);
        }
        targetRole(resource);
        if (before.above(resource.role)) {
            resource.role = before;
        }
    }

    private void recurring(History history, Resource resource, Node node) {
        if (!node.online && !assumedUp(node)) {
            return;
        }
        int first = Math.max(0, history.startIndex);
        if (history.startIndex < history.stopIndex) {
            first = history.stopIndex + 1;
        }
        for (int i = first; i < history.entries.size(); i++) {
            HistoryEntry entry = history.entries.get(i);
            if (entry.intervalMs > 0 && entry.status != HistoryEntry.PENDING) {
                cluster.early(new EarlyAction(
                        EarlyAction.Kind.RECURRING,
                        EarlyAction.Phase.READING,
                        resource,
                        node,
                        resource.id + "_" + entry.task + "_" + entry.intervalMs,
                        entry.task,
                        entry.intervalMs,
                        "",
                        entry,
                        false));
            }
        }
    }

    /**
     * Of a connection that is not managed the plan assumes that somebody else keeps it up, so what was begun there goes on. (The reference
     * begins it anew with every plan.)
     */
    private boolean assumedUp(Node node) {
        Resource connection = node.connection;
        boolean nothingManaged = cluster.options.fencingEnabled && !cluster.fencingDevices;
        return node.isRemoteOrGuest() && connection != null && (nothingManaged || !connection.managed);
    }

    private static void known(Resource resource, Node node) {
        resource.knownOn(node);
        if (!resource.unique) {
            for (Resource at = resource.parent; at != null; at = at.parent) {
                at.knownOn(node);
                if (at.isClone()) {
                    break;
                }
            }
        }
    }

    private void targetRole(Resource resource) {
        Role wanted = ResourceReading.requestedRole(cluster, resource);
        if (wanted == null) {
            return;
        }
        if (resource.nextRole == Role.UNKNOWN || wanted.below(resource.nextRole)) {
            resource.nextRole = wanted;
        }
    }

    // ---- reaction (13.2, 13.3)

    private void reaction(EntryReading reading, Resource resource, Node node) {
        boolean isActive = resource.role.above(Role.STOPPED);
        if (isActive && !node.online && !node.maintenance && resource.managed) {
            activeOnDownNode(resource, node);
        }
        OnFail onFail = node.unclean ? OnFail.IGNORE : reading.onFail();
        react(onFail, reading, resource, node, isActive);
        if (resource.isConnection()
                && resource.failed
                && resource.remoteNode != null
                && resource.remoteNode.isRemote()
                && resource.remoteNode.unclean) {
            resource.remoteNode.unseen = false;
        }
        if (isActive) {
            activity.add(resource, node, onFail != OnFail.IGNORE);
            switch (onFail) {
                case IGNORE -> {
                    // nothing failed, or it does not matter
                }
                case DEMOTE, BLOCK -> resource.failed = true;
                default -> {
                    resource.failed = true;
                    resource.stopIfFailed = true;
                }
            }
        } else {
            if (resource.historyId != null && resource.historyId.indexOf(':') >= 0) {
                finder.forget(resource);
            }
            cluster.early(
                    EarlyAction.of(EarlyAction.Kind.STOPS_OPTIONAL, EarlyAction.Phase.READING, resource, node, ""));
        }
    }

    private void activeOnDownNode(Resource resource, Node node) {
        if (node.isGuest()) {
            resource.failed = true;
            resource.stopIfFailed = true;
            fence(node, resource + " is active there");
            return;
        }
        if (!cluster.options.fencingEnabled) {
            return;
        }
        if (node.isRemote() && node.connection != null && !node.connection.failed) {
            node.unseen = true;
            fence(
                    node,
                    resource + " is active there (fencing will be revoked if remote connection can be re-established"
                            + " elsewhere)");
        } else {
            fence(node, resource + " is thought to be active there");
        }
    }

    private void fence(Node node, String reason) {
        Fencing.fence(cluster, node, reason, false, EarlyAction.Phase.READING);
    }

    private void react(OnFail onFail, EntryReading reading, Resource resource, Node node, boolean isActive) {
        switch (onFail) {
            case IGNORE -> {
                // nothing to do
            }
            case DEMOTE -> {
                resource.failed = true;
                early(EarlyAction.Kind.DEMOTE, resource, node);
            }
            case FENCE -> fence(node, resource + " failed there");
            case STANDBY -> {
                node.standby = true;
                node.standbyOnFail = true;
            }
            case BLOCK -> {
                resource.managed = false;
                resource.blocked = true;
            }
            case BAN -> reading.ban(resource, node, "on-fail", "failed there, and on-fail bans it");
            case STOP -> resource.nextRole = Role.STOPPED;
            case RESTART -> {
                if (isActive) {
                    failAndStop(resource, node);
                }
            }
            case RESTART_CONTAINER -> {
                resource.failed = true;
                resource.stopIfFailed = true;
                restartContainer(resource, node, isActive);
            }
            case RESET_REMOTE -> resetRemote(resource, node, isActive);
        }
    }

    private void restartContainer(Resource resource, Node node, boolean isActive) {
        Resource container = resource.launcher;
        if (container == null) {
            if (isActive) {
                early(EarlyAction.Kind.STOP, resource, node);
            }
        } else if (container.inBundle()) {
            containerStops.add(new ContainerStop(container));
        } else {
            early(EarlyAction.Kind.STOP, container, node);
        }
    }

    private void resetRemote(Resource resource, Node node, boolean isActive) {
        resource.failed = true;
        resource.stopIfFailed = true;
        Node remote = resource.remoteNode;
        if (cluster.options.fencingEnabled && remote != null && remote.isRemote() && !remote.remoteWasFenced) {
            fence(remote, "remote connection is unrecoverable");
        }
        if (isActive) {
            early(EarlyAction.Kind.STOP, resource, node);
        }
        if (resource.remoteReconnectMs > 0) {
            resource.nextRole = Role.STOPPED;
        }
    }

    private void failAndStop(Resource resource, Node node) {
        resource.failed = true;
        resource.stopIfFailed = true;
        early(EarlyAction.Kind.STOP, resource, node);
    }

    private void early(EarlyAction.Kind kind, Resource resource, Node node) {
        cluster.early(EarlyAction.of(kind, EarlyAction.Phase.READING, resource, node, ""));
    }
}
