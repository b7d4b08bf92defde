package systole.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import systole.kernel.NodeId;
import systole.model.Element;

/**
 * All that the nodes of a cluster know together. Immutable and safe to hand to any thread; changed by
 * {@link #apply(Command)} and by {@link StateProtocol} at view changes only.
 *
 * @param version as users see it
 * @param position how far the durable part has come, see {@link Position}
 * @param cibAttributes attributes of {@code cib} that are kept: {@code validate-with}, {@code crm_feature_set},
 *     {@code cib-last-written}, {@code update-origin}, {@code update-client}, {@code update-user}; and, under names that
 *     begin with a dot, what is kept with the CIB and not shown in it ({@link #nodeList})
 * @param configuration the {@code configuration} element
 * @param nodes by name
 * @param tickets attributes of each {@code ticket_state}, by ticket
 * @param fencing finished fencing operations, oldest first, bounded
 * @param changes changes of the configuration, oldest first, bounded
 */
public record ClusterState(
        Version version,
        Position position,
        SortedMap<String, String> cibAttributes,
        Element configuration,
        SortedMap<String, NodeStatus> nodes,
        SortedMap<String, SortedMap<String, String>> tickets,
        List<FencingRecord> fencing,
        List<ChangeRecord> changes) {
    /** Where the {@link NodeList} is. */
    private static final String NODE_LIST = ".nodes";

    private static final List<String> ATTRIBUTE_ORDER = List.of(
            "crm_feature_set",
            "validate-with",
            "epoch",
            "num_updates",
            "admin_epoch",
            "cib-last-written",
            "update-origin",
            "update-client",
            "update-user");

    public ClusterState {
        cibAttributes = Collections.unmodifiableSortedMap(new TreeMap<>(cibAttributes));
        nodes = Collections.unmodifiableSortedMap(new TreeMap<>(nodes));
        tickets = Collections.unmodifiableSortedMap(new TreeMap<>(tickets));
        fencing = List.copyOf(fencing);
        changes = List.copyOf(changes);
    }

    /** A cluster that has no configuration yet: the four sections that every CIB has, empty. */
    public static ClusterState empty() {
        SortedMap<String, String> attributes = new TreeMap<>();
        attributes.put("crm_feature_set", "3.20.5");
        attributes.put("validate-with", "pacemaker-3.10");
        Element configuration = Element.of(
                "configuration",
                Map.of(),
                List.of(
                        Element.leaf("crm_config"),
                        Element.leaf("nodes"),
                        Element.leaf("resources"),
                        Element.leaf("constraints")));
        return new ClusterState(
                Version.ZERO,
                Position.START,
                attributes,
                configuration,
                new TreeMap<>(),
                new TreeMap<>(),
                List.of(),
                List.of());
    }

    /** Deterministic: the same state and command give the same result on every node. Never throws. */
    public Applied apply(Command command) {
        return CommandApplication.apply(this, command);
    }

    /** The node with this name, if anything is known of it. */
    public Optional<NodeStatus> node(String uname) {
        return Optional.ofNullable(nodes.get(uname));
    }

    public Optional<NodeStatus> node(NodeId id) {
        String wanted = Integer.toString(id.value());
        for (NodeStatus node : nodes.values()) {
            if (node.id().equals(wanted) && !node.isRemote()) {
                return Optional.of(node);
            }
        }
        return Optional.empty();
    }

    /** The ready member that is longest in, ties to the lowest node id (architecture D5). */
    public Optional<NodeStatus> coordinator() {
        NodeStatus best = null;
        for (NodeStatus node : nodes.values()) {
            if (node.isRemote() || !node.isReady()) {
                continue;
            }
            if (best == null
                    || node.joinedAt() < best.joinedAt()
                    || node.joinedAt() == best.joinedAt() && number(node) < number(best)) {
                best = node;
            }
        }
        return Optional.ofNullable(best);
    }

    private static int number(NodeStatus node) {
        return node.nodeId().map(NodeId::value).orElse(Integer.MAX_VALUE);
    }

    /**
     * The complete {@code cib} element, in the form in which the scheduler and tools read it.
     *
     * @param quorate value of {@code have-quorum}
     */
    public Element cib(boolean quorate) {
        Map<String, String> found = new LinkedHashMap<>();
        Map<String, String> all = new TreeMap<>(cibAttributes);
        all.remove(NODE_LIST);
        all.put("admin_epoch", Long.toString(version.adminEpoch()));
        all.put("epoch", Long.toString(version.epoch()));
        all.put("num_updates", Long.toString(version.numUpdates()));
        for (String name : ATTRIBUTE_ORDER) {
            String value = all.remove(name);
            if (value != null) {
                found.put(name, value);
            }
        }
        found.putAll(all);
        found.put("have-quorum", quorate ? "1" : "0");
        coordinator().ifPresent(node -> found.put("dc-uuid", node.id()));
        return Element.of("cib", found, List.of(configuration, statusElement()));
    }

    /** The {@code status} element. */
    public Element statusElement() {
        List<Element> children = new ArrayList<>();
        for (NodeStatus node : nodes.values()) {
            children.add(node.element());
        }
        if (!tickets.isEmpty()) {
            List<Element> states = new ArrayList<>();
            for (Map.Entry<String, SortedMap<String, String>> ticket : tickets.entrySet()) {
                Map<String, String> attributes = new LinkedHashMap<>();
                attributes.put("id", ticket.getKey());
                attributes.putAll(ticket.getValue());
                states.add(Element.of("ticket_state", attributes, List.of()));
            }
            children.add(Element.of("tickets", Map.of(), states));
        }
        return Element.of("status", Map.of(), children);
    }

    /**
     * Digest of everything: equal on all ready members of a view that delivered the same messages. Parts that did not
     * change are not gone through again, except the configuration.
     */
    public long digest() {
        long hash = Digest.chain(configurationDigest(), Digest.of(version.toString()));
        return Digest.nonZero(Digest.chain(hash, statusDigest()));
    }

    /** Digest of the durable part: configuration, its version and history, tickets. */
    public long configurationDigest() {
        long hash = Digest.chain(configuration.digest(), version.adminEpoch());
        hash = Digest.chain(hash, version.epoch());
        for (ChangeRecord change : changes) {
            hash = Digest.chain(hash, Digest.of(change.requestId()));
        }
        hash = Digest.chain(hash, Digest.of(cibAttributes));
        for (Map.Entry<String, SortedMap<String, String>> ticket : tickets.entrySet()) {
            hash = Digest.chain(hash, Digest.chain(Digest.of(ticket.getKey()), Digest.of(ticket.getValue())));
        }
        return Digest.nonZero(hash);
    }

    /** Digest of what the nodes reported and of the fencing history. */
    public long statusDigest() {
        long hash = 1;
        for (NodeStatus node : nodes.values()) {
            hash = Digest.chain(hash, node.digest());
        }
        for (FencingRecord record : fencing) {
            hash = Digest.chain(hash, record.digest());
        }
        return Digest.nonZero(hash);
    }

    /** The change that this request made, if it is still in the history. */
    public Optional<ChangeRecord> change(String requestId) {
        for (int i = changes.size() - 1; i >= 0; i--) {
            if (changes.get(i).requestId().equals(requestId)) {
                return Optional.of(changes.get(i));
            }
        }
        return Optional.empty();
    }

    /** The node list, if it was ever changed while the cluster ran. */
    public Optional<NodeList> nodeList() {
        return nodeListText().isEmpty() ? Optional.empty() : Optional.of(NodeList.decoded(nodeListText()));
    }

    /** The same as it is kept; the same text, object for object, while nothing has changed. Empty if there is none. */
    public String nodeListText() {
        return cibAttributes.getOrDefault(NODE_LIST, "");
    }

    ClusterState with(NodeList list) {
        SortedMap<String, String> attributes = new TreeMap<>(cibAttributes);
        attributes.put(NODE_LIST, list.encoded());
        return new ClusterState(version, position, attributes, configuration, nodes, tickets, fencing, changes);
    }

    ClusterState with(Version next) {
        return new ClusterState(next, position, cibAttributes, configuration, nodes, tickets, fencing, changes);
    }

    ClusterState with(Position next) {
        return new ClusterState(version, next, cibAttributes, configuration, nodes, tickets, fencing, changes);
    }

    ClusterState withNodes(SortedMap<String, NodeStatus> next) {
        return new ClusterState(version, position, cibAttributes, configuration, next, tickets, fencing, changes);
    }

    ClusterState with(NodeStatus next) {
        SortedMap<String, NodeStatus> all = new TreeMap<>(nodes);
        all.put(next.uname(), next);
        return withNodes(all);
    }

    ClusterState withFencing(List<FencingRecord> next) {
        return new ClusterState(version, position, cibAttributes, configuration, nodes, tickets, next, changes);
    }

    ClusterState withTickets(SortedMap<String, SortedMap<String, String>> next) {
        return new ClusterState(version, position, cibAttributes, configuration, nodes, next, fencing, changes);
    }
}
