package systole.scheduler.working;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A resource of any kind: primitive, group, clone or bundle, and each instance and implicit part of them. */
public final class Resource {
    /** Kinds, in rising rank (assignment 1). */
    public enum Variant {
        PRIMITIVE,
        GROUP,
        CLONE,
        BUNDLE
    }

    /** {@code multiple-active}. */
    public enum MultipleActive {
        STOP_START,
        STOP_ONLY,
        BLOCK,
        STOP_UNEXPECTED
    }

    /** {@code requires}, in rising strength. */
    public enum Requires {
        NOTHING,
        QUORUM,
        FENCING,
        UNFENCING
    }

    /** Dense number in order of creation. */
    public final int index;

    /** Full id, with instance number: {@code p:1}. */
    public final String id;

    public final Variant variant;
    public final Definition definition;
    public final @Nullable Resource parent;

    /** Members, instances or implicit parts. For clones in the order of the moment. Bundles: see {@link #bundle}. */
    public final List<Resource> children;

    /** Complete meta attributes (input-and-status 5.4). */
    public Map<String, String> meta = Map.of();

    /** Utilization; empty if none. */
    public Map<String, Integer> utilization = Map.of();

    /** Clone data of clones; {@code null} for all others. */
    public @Nullable CloneData clone;

    /** Bundle data of bundles; {@code null} for all others. */
    public @Nullable BundleData bundle;

    /** Position in its clone, −1 outside clones. */
    public int instanceNumber = -1;

    // ---- flags of the configuration
    public boolean managed = true;
    public boolean maintenance;
    public boolean critical = true;
    public boolean notify;
    public boolean allowMigrate;
    /** Name in the history must match exactly: everything outside anonymous clones. */
    public boolean unique = true;

    public boolean promotable;
    public boolean collocated = true;
    public boolean ordered = true;
    public boolean interleave;
    public boolean exclusiveProbes;
    public MultipleActive multipleActive = MultipleActive.STOP_START;
    public Requires requires = Requires.NOTHING;
    public int priority;
    public int stickiness;
    public int migrationThreshold;
    public long failureTimeoutMs;
    public long remoteReconnectMs;

    // ---- state
    public boolean removed;
    public boolean blocked;
    public boolean failed;
    public boolean stopIfFailed;
    public boolean failureIgnored;
    public boolean startPending;
    public boolean reloadPlanned;
    public boolean lrmChanged;
    public Role role = Role.STOPPED;
    public Role nextRole = Role.UNKNOWN;

    /** Where it is thought to be active, in the order found. */
    public final List<Node> active = new ArrayList<>();

    /** By {@link Node#index}; {@code null} until there is one. */
    private @Nullable BitSet known;

    /** The name under which the history knows it, if that differs from {@link #id}. */
    public @Nullable String historyId;

    public @Nullable String pendingTask;
    public @Nullable Node pendingNode;
    public @Nullable Node partialMigrationSource;
    public @Nullable Node partialMigrationTarget;
    public final List<Node> danglingMigrations = new ArrayList<>();
    public @Nullable Node lockNode;
    public long lockTime;

    // ---- relations
    /** The resource in whose guest, container or virtual machine this one runs. */
    public @Nullable Resource launcher;

    /** Resources that this one launches. */
    public final List<Resource> launched = new ArrayList<>();

    /** The node this remote connection makes. */
    public @Nullable Node remoteNode;

    /** An implicit guest connection; not shown. */
    public boolean internal;

    /** A connection, container or address of a bundle replica, or the bundled clone. */
    public @Nullable Replica replica;

    public final List<Location> locations = new ArrayList<>();

    /** Colocations in which it is the dependent, in the order of assignment 13.2. */
    public final List<Colocation> asDependent = new ArrayList<>();

    /** Colocations in which it is the primary, in the order of assignment 13.2. */
    public final List<Colocation> asPrimary = new ArrayList<>();

    public final List<TicketConstraint> tickets = new ArrayList<>();

    // ---- assignment
    public NodeTable table;
    public @Nullable Node assigned;
    /** Score of the entry of {@link #assigned} at the moment of assignment. */
    public int assignedScore;

    public boolean unassigned = true;
    public boolean assigning;
    public boolean merging;
    public int promotionPriority;
    public int promotionOrder;

    /** Left without a node for good: its stops are required, its starts impossible (actions-and-graph 2.6). */
    public boolean leftWithoutNode;

    /** @param nodes how many nodes there are */
    public Resource(
            int index, String id, Variant variant, Definition definition, @Nullable Resource parent, int nodes) {
        this.index = index;
        this.id = id;
        this.variant = variant;
        this.definition = definition;
        this.parent = parent;
        this.children = variant == Variant.PRIMITIVE ? List.of() : new ArrayList<>();
        this.table = new NodeTable(nodes);
    }

    public boolean isPrimitive() {
        return variant == Variant.PRIMITIVE;
    }

    public boolean isGroup() {
        return variant == Variant.GROUP;
    }

    public boolean isClone() {
        return variant == Variant.CLONE;
    }

    public boolean isBundle() {
        return variant == Variant.BUNDLE;
    }

    public boolean isCollective() {
        return variant != Variant.PRIMITIVE;
    }

    /** Id in the configuration: without instance number. */
    public String configId() {
        return definition.id();
    }

    public boolean isFenceDevice() {
        return definition.agent != null && definition.agent.isFenceDevice();
    }

    /** A connection of a remote, guest or bundle node. */
    public boolean isConnection() {
        return definition.agent != null && definition.agent.isRemoteConnection();
    }

    /** A connection of a guest or bundle node. */
    public boolean isGuestConnection() {
        return isConnection() && launcher != null;
    }

    /** A connection of a remote node proper. */
    public boolean isRemoteNodeConnection() {
        return isConnection() && launcher == null;
    }

    public boolean requiresFencing() {
        return requires.compareTo(Requires.FENCING) >= 0;
    }

    public boolean requiresQuorum() {
        return requires == Requires.QUORUM;
    }

    public boolean requiresUnfencing() {
        return requires == Requires.UNFENCING;
    }

    /** Outermost ancestor, not crossing into a bundle. */
    public Resource top() {
        Resource at = this;
        while (at.parent != null && !at.parent.isBundle()) {
            at = at.parent;
        }
        return at;
    }

    /** Outermost ancestor, bundles included. */
    public Resource topOrBundle() {
        Resource at = this;
        while (at.parent != null) {
            at = at.parent;
        }
        return at;
    }

    /** Whether it is the bundle, or a part of it. */
    public boolean inBundle() {
        return topOrBundle().isBundle();
    }

    /** The resource that counts when something concerns "the resource, or the whole anonymous clone". */
    public Resource failureUnit() {
        return unique ? this : top();
    }

    /** The nearest clone around it, itself included; {@code null} outside clones. */
    public @Nullable Resource enclosingClone() {
        for (Resource at = this; at != null; at = at.parent) {
            if (at.isClone()) {
                return at;
            }
        }
        return null;
    }

    /** A child of a promotable clone at any depth, or the clone. */
    public boolean isPromotable() {
        for (Resource at = this; at != null; at = at.parent) {
            if (at.isClone()) {
                return at.promotable;
            }
        }
        return false;
    }

    /** Whether {@code other} is this resource or contains it. */
    public boolean isInside(Resource other) {
        for (Resource at = this; at != null; at = at.parent) {
            if (at == other) {
                return true;
            }
        }
        return false;
    }

    public boolean isActiveOn(Node node) {
        return active.contains(node);
    }

    /** Whether its state there is known (probed). */
    public boolean isKnownOn(Node node) {
        return known != null && known.get(node.index);
    }

    /** Whether its state is known on any node. */
    public boolean isKnown() {
        return known != null;
    }

    public void knownOn(Node node) {
        BitSet nodes = known == null ? new BitSet() : known;
        nodes.set(node.index);
        known = nodes;
    }

    /** The name used in history and in fail counts: {@link #historyId} or the id. */
    public String historyName() {
        return historyId != null ? historyId : id;
    }

    /** The node to be taken for "where it runs" (assignment 1, "current node"). */
    public @Nullable Node currentNode() {
        if (isBundle()) {
            return bundleCurrentNode();
        }
        if (active.isEmpty()) {
            return null;
        }
        if (partialMigrationSource != null && active.contains(partialMigrationSource)) {
            return partialMigrationSource;
        }
        if (!requiresFencing()) {
            for (Node node : active) {
                if (node.online && !node.unclean) {
                    return node;
                }
            }
        }
        return active.get(0);
    }

    private @Nullable Node bundleCurrentNode() {
        Node first = null;
        if (bundle == null) {
            return null;
        }
        for (Replica replica : bundle.replicas) {
            for (Node node : replica.container.active) {
                if (first == null) {
                    first = node;
                }
                if (!requiresFencing() && node.online && !node.unclean) {
                    return node;
                }
            }
        }
        return first;
    }

    /** Primitives at or below this resource, in order of children. */
    public List<Resource> primitives() {
        if (isPrimitive()) {
            return List.of(this);
        }
        List<Resource> found = new ArrayList<>();
        collect(this, found);
        return found;
    }

    private static void collect(Resource at, List<Resource> found) {
        if (at.isPrimitive()) {
            found.add(at);
        } else {
            for (Resource child : at.children) {
                collect(child, found);
            }
        }
    }

    public String meta(String name, String fallback) {
        String value = meta.get(name);
        return value == null ? fallback : value;
    }

    /** Adds a meta attribute to a copy: what is there may be the attributes of the document. */
    public void addMeta(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(meta);
        more.put(name, value);
        meta = more;
    }

    @Override
    public String toString() {
        return id;
    }
}
