package systole.scheduler.working;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;

/** One node of the cluster: cluster node, remote node, guest node or bundle node. */
public final class Node {
    /** What a node is; bundle nodes are guests. */
    public enum Kind {
        CLUSTER,
        REMOTE,
        GUEST
    }

    /** Dense number in order of creation. */
    public final int index;

    public final String id;
    public final String name;
    public Kind kind;

    /** Position in {@link Cluster#nodes} (natural order of names). */
    public int position;

    /** Base score: of the {@code node} element, minus infinity for offline, leaving and bundle nodes. */
    public int score;

    /** Probe mode copied into new table entries; bundle nodes have {@link ProbeMode#NEVER}. */
    public ProbeMode probeMode = ProbeMode.ALWAYS;

    public boolean online;
    public boolean unclean;
    public boolean pending;
    public boolean standby;
    public boolean standbyOnFail;
    public boolean maintenance;
    public boolean shutdown;
    public boolean expectedUp;

    /** No state entry was seen (cluster nodes), or the remote node's fencing is revoked if it comes back. */
    public boolean unseen = true;

    /** A remote or guest node is to be fenced ("reset"). */
    public boolean remoteReset;

    /** The node state says the remote node was fenced. */
    public boolean remoteWasFenced;

    /** The node state says the node was told to be in maintenance ({@code node_in_maintenance}). */
    public boolean remoteMaintenance;

    /** {@code resource-discovery-enabled=false}: nothing is probed here. */
    public boolean discoveryDisabled;

    /** The node object belongs to a replica of a bundle. */
    public boolean bundleNode;

    /** Node attributes exist: a {@code node} element, or a node state that was processed. */
    public boolean attributesKnown;

    /** The history of this node was read. */
    public boolean historyRead;

    /** Priorities of what is active here, for {@code priority-fencing-delay}. */
    public int priority;

    /** Primitives assigned here so far. */
    public int resourceCount;

    /** Permanent and transient attributes, and the built-in ones ({@code #uname} …). */
    public final Map<String, String> attributes = new LinkedHashMap<>();

    /** Configured capacity, less what was assigned so far. */
    public final Map<String, Integer> capacity = new LinkedHashMap<>();

    /** Resources active here, in the order found. */
    public final List<Resource> running = new ArrayList<>();

    /** The connection of a remote or guest node. */
    public @Nullable Resource connection;

    /** The {@code node_state} element, if there is one. */
    public @Nullable Element state;

    /** History of resources on this node, by the name in the history; of several with one name the first. */
    public final Map<String, History> histories = new LinkedHashMap<>();

    /** Every history on this node in document order; old documents have several of one name. */
    public final List<History> everyHistory = new ArrayList<>();

    public Node(int index, String id, String name, Kind kind, int score) {
        this.index = index;
        this.id = id;
        this.name = name;
        this.kind = kind;
        this.score = score;
    }

    public boolean isRemoteOrGuest() {
        return kind != Kind.CLUSTER;
    }

    public boolean isGuest() {
        return kind == Kind.GUEST;
    }

    public boolean isRemote() {
        return kind == Kind.REMOTE;
    }

    /** Usable for resources (assignment 4.2): online, staying, clean, not standby, not in maintenance. */
    public boolean eligible() {
        return online && !shutdown && !unclean && !standby && !maintenance;
    }

    public boolean eligibleWithScore() {
        return score >= 0 && eligible();
    }

    /** The host's container of a guest or bundle node. */
    public @Nullable Resource launcher() {
        return connection == null ? null : connection.launcher;
    }

    /** Whether this node is there only while the resource is active: its connection, its container, or the address of that. */
    public boolean within(Resource resource) {
        return connection != null
                && (resource == connection
                        || resource == connection.launcher
                        || (connection.replica != null && resource == connection.replica.ip));
    }

    public boolean banned() {
        return score <= -Score.LIMIT;
    }

    @Override
    public String toString() {
        return name;
    }
}
