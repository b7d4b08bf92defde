package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;
import systole.scheduler.working.Ticket;

/** The {@code status} section: tickets, node states, and which history is read when (input-and-status 11, 12.1). */
final class StatusReading {
    private final Cluster cluster;
    private final HistoryReading histories;

    StatusReading(Cluster cluster, ResourceReading resources) {
        this.cluster = cluster;
        this.histories = new HistoryReading(cluster, resources);
    }

    void read(@Nullable Element status) {
        List<Element> states = new ArrayList<>();
        if (status != null) {
            for (Element child : status.children()) {
                if (child.is("tickets")) {
                    tickets(child);
                } else if (child.is("node_state")) {
                    nodeState(child);
                    if (child.attribute("id") != null && child.attribute("uname") != null) {
                        states.add(child);
                    }
                }
            }
        }
        passes(states);
        for (Node node : cluster.nodes) {
            if (node.isRemoteOrGuest() && !node.historyRead) {
                remoteState(node);
            }
        }
        histories.finish();
        for (Node node : cluster.nodes) {
            if (node.isRemoteOrGuest() && node.shutdown && node.connection != null) {
                node.connection.nextRole = Role.STOPPED;
            }
        }
    }

    private void tickets(Element tickets) {
        for (Element state : tickets.children()) {
            String id = state.attribute("id");
            if (!state.is("ticket_state") || id == null) {
                continue;
            }
            cluster.tickets.put(
                    id,
                    new Ticket(
                            id,
                            Values.isTrue(state.attribute("granted")),
                            Values.isTrue(state.attribute("standby")),
                            Values.integer(state.attribute("last-granted"), -1),
                            new LinkedHashMap<>(state.attributes())));
        }
    }

    // ---- node states

    private void nodeState(Element state) {
        String id = state.attribute("id");
        if (id == null) {
            cluster.warnings.add("a node state without id is ignored");
            return;
        }
        Node node = nodeOf(state);
        if (node == null) {
            cluster.warnings.add("the state of node " + id + " is ignored: there is no such node");
            return;
        }
        node.state = state;
        if (node.isRemoteOrGuest()) {
            node.remoteWasFenced = Values.integer(state.attribute("node_fenced"), 0) != 0;
            return;
        }
        transientAttributes(state, node);
        node.unseen = false;
        node.unclean = false;
        node.standby = Values.isTrue(node.attributes.get("standby"));
        node.maintenance = Values.isTrue(node.attributes.get("maintenance"));
        clusterNode(state, node);
        if (cluster.options.quorumPolicy == Options.QuorumPolicy.FENCE && !cluster.quorate && node.online) {
            fence(node, "cluster does not have quorum", false);
        }
        if (!node.online || node.shutdown) {
            node.score = -Score.LIMIT;
        }
    }

    private @Nullable Node nodeOf(Element state) {
        Node node = cluster.nodeById(state.attribute("id"));
        return node != null ? node : cluster.nodeByName(state.attribute("uname"));
    }

    private void transientAttributes(Element state, Node node) {
        Element attributes =
                state.child("transient_attributes").orElse(Element.of("transient_attributes", Map.of(), List.of()));
        NodeReading.addAttributes(cluster, attributes, node, true);
        NodeReading.utilization(cluster, attributes, node);
        cluster.failCounts.forget(node);
    }

    private static boolean nonZero(@Nullable String text) {
        return text != null && !text.equals("0");
    }

    private void clusterNode(Element state, Node node) {
        boolean shutdown = nonZero(node.attributes.get("shutdown"));
        String expected = state.attribute("expected");
        node.expectedUp = !shutdown && "member".equals(expected);
        node.shutdown = shutdown;
        long memberSince = memberSince(state.attribute("in_ccm"));
        long peerSince = peerSince(state.attribute("crmd"));
        String join = state.attribute("join", "down");
        if (cluster.options.fencingEnabled) {
            withFencing(node, expected, memberSince, peerSince, join, shutdown);
        } else {
            withoutFencing(node, memberSince, peerSince, join);
        }
    }

    /** Seconds since the epoch; 0 if it is no member; −1 if that is unknown. */
    private long memberSince(@Nullable String text) {
        if (text == null) {
            return -1;
        }
        Boolean word = Values.bool(text);
        if (word != null) {
            return word ? cluster.nowSeconds : 0;
        }
        return Math.max(0, Values.integer(text, 0));
    }

    private static long peerSince(@Nullable String text) {
        if (text == null || text.equals("offline")) {
            return 0;
        }
        return text.equals("online") ? 1 : Math.max(0, Values.integer(text, 0));
    }

    private void withoutFencing(Node node, long memberSince, long peerSince, String join) {
        if (memberSince <= 0) {
            return;
        }
        if (peerSince > 0) {
            node.online = join.equals("member");
        } else if (node.expectedUp) {
            fence(node, "peer is unexpectedly down", false);
        }
    }

    private void withFencing(
            Node node, @Nullable String expected, long memberSince, long peerSince, String join, boolean shutdown) {
        if (shutdown) {
            node.online = peerSince > 0;
            return;
        }
        if (memberSince < 0) {
            fence(node, "peer has not been seen by the cluster", false);
            return;
        }
        boolean member = memberSince > 0;
        boolean peer = peerSince > 0;
        node.online = member;
        if (join.equals("banned")) {
            fence(node, "peer failed Pacemaker membership criteria", false);
        } else if (terminate(node.attributes.get("terminate"))) {
            if (member || peer || !join.equals("down")) {
                fence(node, "fencing was requested", false);
            }
        } else if (expected == null || expected.equals("down")) {
            joining(node, memberSince, member, peer);
        } else if (!member) {
            fence(node, "peer is no longer part of the cluster", true);
        } else if (!peer) {
            fence(node, "peer process is no longer available", false);
        } else if (join.equals("pending") || join.equals("down")) {
            pending(node);
        } else if (!join.equals("member")) {
            fence(node, "peer was in an unknown state", false);
        }
    }

    private static boolean terminate(@Nullable String text) {
        return text != null && (Values.isTrue(text) || Values.integer(text, 0) > 0);
    }

    private void joining(Node node, long memberSince, boolean member, boolean peer) {
        long timeout = Values.toSeconds(cluster.options.nodePendingTimeoutMs);
        if (member && !peer && timeout > 0) {
            if (cluster.nowSeconds - memberSince >= timeout) {
                fence(node, "peer pending timed out on joining the process group", true);
                return;
            }
            cluster.recheckAt(memberSince + timeout);
        }
        if (member || peer) {
            pending(node);
        }
    }

    private static void pending(Node node) {
        node.pending = true;
        node.standby = true;
    }

    private void fence(Node node, String reason, boolean priorityDelay) {
        Fencing.fence(cluster, node, reason, priorityDelay, EarlyAction.Phase.READING);
    }

    // ---- histories

    private void passes(List<Element> states) {
        boolean changed = true;
        boolean fencing = cluster.options.fencingEnabled;
        while (changed) {
            changed = pass(states, false);
        }
        pass(states, fencing);
    }

    private boolean pass(List<Element> states, boolean unconditional) {
        boolean changed = false;
        for (Element state : states) {
            Node node = nodeOf(state);
            if (node == null) {
                continue;
            }
            if (node.state == null) {
                // the node of a removed connection, found while histories were read
                node.state = state;
                node.remoteWasFenced = Values.integer(state.attribute("node_fenced"), 0) != 0;
            }
            if (node.historyRead || (!unconditional && skipped(node))) {
                continue;
            }
            if (node.isRemoteOrGuest()) {
                remoteState(node);
                remoteAttributes(node);
            }
            node.historyRead = true;
            changed = true;
            histories.read(node);
        }
        return changed;
    }

    private boolean skipped(Node node) {
        Resource connection = node.connection;
        switch (node.kind) {
            case GUEST -> {
                return connection == null
                        || connection.role != Role.STARTED
                        || connection.launcher == null
                        || connection.launcher.role != Role.STARTED;
            }
            case REMOTE -> {
                return connection == null || (!cluster.options.shutdownLock && connection.role != Role.STARTED);
            }
            case CLUSTER -> {
                return !node.online && !cluster.options.fencingEnabled && !cluster.options.shutdownLock;
            }
        }
        return false;
    }

    /** Online or not (11.3 a). */
    private static void remoteState(Node node) {
        Resource connection = node.connection;
        if (connection == null) {
            node.online = false;
            return;
        }
        Resource container = connection.launcher;
        Node host = container != null && connection.active.size() == 1 ? connection.active.get(0) : null;
        node.online = connection.role == Role.STARTED;
        if (node.online && connection.nextRole == Role.STOPPED) {
            node.shutdown = true;
        }
        if (container != null && container.failed) {
            node.online = false;
            node.remoteReset = true;
        } else if (connection.failed) {
            node.online = false;
        } else if (connection.role == Role.STOPPED || (container != null && container.role == Role.STOPPED)) {
            node.online = false;
            node.remoteReset = false;
        } else if (host != null && !host.online && host.unclean) {
            node.online = false;
            node.remoteReset = true;
        }
    }

    /** Attributes of the node state (11.3 b). */
    private void remoteAttributes(Node node) {
        Element state = node.state;
        if (state == null) {
            return;
        }
        node.remoteMaintenance = Values.integer(state.attribute("node_in_maintenance"), 0) != 0;
        if (!node.remoteReset) {
            node.unclean = false;
            node.unseen = false;
        }
        transientAttributes(state, node);
        if (nonZero(node.attributes.get("shutdown"))) {
            node.shutdown = true;
        }
        if (Values.isTrue(node.attributes.get("standby"))) {
            node.standby = true;
        }
        boolean unmanaged = node.connection != null && !node.connection.managed;
        if (Values.isTrue(node.attributes.get("maintenance")) || unmanaged) {
            node.maintenance = true;
        }
        Boolean discovery = Values.bool(node.attributes.get("resource-discovery-enabled"));
        if (Boolean.FALSE.equals(discovery) && (node.isGuest() || cluster.options.fencingEnabled)) {
            node.discoveryDisabled = true;
        }
    }
}
