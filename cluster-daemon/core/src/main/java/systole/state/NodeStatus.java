package systole.state;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.model.Element;

/**
 * What is known of one node: a {@code node_state}. Immutable; rendering and digest are worked out once, so that a state
 * in which one node changed costs one node.
 */
public final class NodeStatus {
    private final String uname;
    private final String id;
    private final Membership membership;
    private final NodeAttributes attributes;
    private final SortedMap<String, ResourceHistory> history;
    private final SortedMap<String, String> remote;
    private final Optional<NodeId> number;
    private @Nullable Element rendered;
    private long digest;

    public NodeStatus(
            String uname,
            String id,
            Membership membership,
            NodeAttributes attributes,
            SortedMap<String, ResourceHistory> history,
            SortedMap<String, String> remote) {
        this.uname = uname;
        this.id = id;
        this.membership = membership;
        this.attributes = attributes;
        this.history = Collections.unmodifiableSortedMap(new TreeMap<>(history));
        this.remote = Collections.unmodifiableSortedMap(new TreeMap<>(remote));
        this.number =
                isRemote() || !isNodeNumber(id) ? Optional.empty() : Optional.of(new NodeId(Integer.parseInt(id)));
    }

    /** A node of which nothing is known but its name. */
    public static NodeStatus unseen(String uname, String id) {
        return new NodeStatus(uname, id, Membership.NEVER_SEEN, NodeAttributes.NONE, new TreeMap<>(), new TreeMap<>());
    }

    public String uname() {
        return uname;
    }

    /** {@code id} of the {@code node_state}: the number of a cluster node, the name of a remote node. */
    public String id() {
        return id;
    }

    /** Empty for remote and guest nodes. */
    public Optional<NodeId> nodeId() {
        return number;
    }

    static boolean isNodeNumber(String text) {
        // By hand: it is asked for every node of every state.
        if (text.isEmpty() || text.length() > 5 || text.charAt(0) == '0') {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return Integer.parseInt(text) <= NodeId.MAX;
    }

    public boolean isRemote() {
        return remote.containsKey("remote_node");
    }

    public Membership membership() {
        return membership;
    }

    public boolean isMember() {
        return membership.member();
    }

    public boolean isReady() {
        return membership.ready();
    }

    /** Sequence of the view with which the node last joined; -1 if never seen. */
    public long joinedAt() {
        return membership.joinedAt();
    }

    public NodeAttributes attributes() {
        return attributes;
    }

    /** What the node did, by resource. */
    public SortedMap<String, ResourceHistory> history() {
        return history;
    }

    /** Further attributes of the {@code node_state} of a remote or guest node; empty for cluster nodes. */
    public SortedMap<String, String> remote() {
        return remote;
    }

    NodeStatus with(Membership next) {
        return next.equals(membership) ? this : new NodeStatus(uname, id, next, attributes, history, remote);
    }

    NodeStatus with(NodeAttributes next) {
        return next.equals(attributes) ? this : new NodeStatus(uname, id, membership, next, history, remote);
    }

    NodeStatus withHistory(SortedMap<String, ResourceHistory> next) {
        return new NodeStatus(uname, id, membership, attributes, next, remote);
    }

    NodeStatus withRemote(SortedMap<String, String> next) {
        return new NodeStatus(uname, id, membership, attributes, history, next);
    }

    /** The {@code node_state} as the scheduler and tools expect it (controller-and-fencer.md section 3). */
    public Element element() {
        Element made = rendered;
        if (made == null) {
            List<Element> children = new ArrayList<>();
            transientAttributes().ifPresent(children::add);
            if (!history.isEmpty() || membership.ready()) {
                children.add(lrm());
            }
            made = Element.of("node_state", elementAttributes(), children);
            rendered = made;
        }
        return made;
    }

    private Map<String, String> elementAttributes() {
        Map<String, String> found = new LinkedHashMap<>();
        found.put("id", id);
        found.put("uname", uname);
        if (isRemote()) {
            found.putAll(remote);
        } else {
            found.put("in_ccm", Long.toString(membership.memberSince()));
            found.put("crmd", Long.toString(membership.readySince()));
            found.put("join", membership.ready() ? "member" : "down");
            found.put("expected", membership.expected() ? "member" : "down");
        }
        found.put("crm-debug-origin", "state");
        return found;
    }

    private Optional<Element> transientAttributes() {
        if (attributes.instance().isEmpty() && attributes.utilization().isEmpty()) {
            return Optional.empty();
        }
        List<Element> sets = new ArrayList<>();
        if (!attributes.instance().isEmpty()) {
            sets.add(set("instance_attributes", "status-" + id, attributes.instance()));
        }
        if (!attributes.utilization().isEmpty()) {
            sets.add(set("utilization", "status-" + id + "-utilization", attributes.utilization()));
        }
        return Optional.of(Element.of("transient_attributes", Map.of("id", id), sets));
    }

    private static Element set(String type, String setId, SortedMap<String, String> values) {
        List<Element> pairs = new ArrayList<>();
        for (Map.Entry<String, String> value : values.entrySet()) {
            String pairId = setId + "-" + value.getKey().replaceAll("[^A-Za-z0-9_.-]", ".");
            pairs.add(Element.leaf("nvpair", "id", pairId, "name", value.getKey(), "value", value.getValue()));
        }
        return Element.of(type, Map.of("id", setId), pairs);
    }

    private Element lrm() {
        List<Element> resources = new ArrayList<>();
        for (ResourceHistory entry : history.values()) {
            resources.add(entry.element());
        }
        return Element.of("lrm", Map.of("id", id), List.of(Element.of("lrm_resources", Map.of(), resources)));
    }

    /** Of everything, also what is not in the CIB. */
    long digest() {
        long made = digest;
        if (made == 0) {
            made = Digest.chain(Digest.of(uname), Digest.of(id));
            made = Digest.chain(made, membership.digest());
            made = Digest.chain(made, Digest.of(attributes.instance()));
            made = Digest.chain(made, Digest.of(attributes.utilization()));
            made = Digest.chain(made, Digest.of(attributes.heldBack()));
            made = Digest.chain(made, Digest.of(attributes.hidden()));
            made = Digest.chain(made, Digest.of(remote));
            for (ResourceHistory entry : history.values()) {
                made = Digest.chain(made, entry.digest());
            }
            made = Digest.nonZero(made);
            digest = made;
        }
        return made;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || other instanceof NodeStatus that
                        && uname.equals(that.uname)
                        && id.equals(that.id)
                        && membership.equals(that.membership)
                        && attributes.equals(that.attributes)
                        && remote.equals(that.remote)
                        && history.equals(that.history);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(digest());
    }

    @Override
    public String toString() {
        return uname + " " + membership + " " + attributes + " " + history.values();
    }
}
