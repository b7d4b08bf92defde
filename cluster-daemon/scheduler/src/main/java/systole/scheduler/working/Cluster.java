package systole.scheduler.working;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.RuleContext;

/** The cluster as one run of the scheduler sees it: the root of the working model. */
public final class Cluster {
    /** The upgraded {@code cib} with references resolved. */
    public final Element cib;

    public final Instant now;
    public final long nowSeconds;
    public final LocalDateTime nowUtc;
    public final Options options = new Options();
    public final Reasons reasons;

    public boolean quorate;
    public @Nullable Node dc;

    /** Some fencing device is configured, or the watchdog is one. */
    public boolean fencingDevices;

    /** Some resource provides or requires unfencing. */
    public boolean unfencing;

    /** Private parameters alone do not count (input-and-status 17.4). */
    public boolean sanitized;

    /** Nodes in natural order of names. */
    public final List<Node> nodes = new ArrayList<>();

    /** Nodes by {@link Node#index}. */
    public final List<Node> nodesByIndex = new ArrayList<>();

    private final Map<String, Node> nodesById = new LinkedHashMap<>();
    private final Map<String, Node> nodesByName = new LinkedHashMap<>();

    /** Top-level resources: by priority, removed ones last. */
    public List<Resource> resources = new ArrayList<>();

    /** Every resource by {@link Resource#index}. */
    public final List<Resource> everyResource = new ArrayList<>();

    private final Map<String, Resource> resourcesById = new HashMap<>();

    /** Resources seen under a history name that is not their id, in the order found. */
    public final Map<String, List<Resource>> resourcesByHistoryName = new LinkedHashMap<>();

    /** Configuration elements of templates, and which primitives use them, in document order. */
    public final Map<String, List<String>> templates = new LinkedHashMap<>();

    /** Tags and the ids they stand for. */
    public final Map<String, List<String>> tags = new LinkedHashMap<>();

    public final Map<String, Ticket> tickets = new LinkedHashMap<>();
    public final List<Location> locations = new ArrayList<>();
    public final List<Colocation> colocations = new ArrayList<>();
    public final List<OrderConstraint> orders = new ArrayList<>();
    public final List<TicketConstraint> ticketConstraints = new ArrayList<>();

    /** {@code fencing-topology/fencing-level} elements. */
    public final List<Element> fencingLevels = new ArrayList<>();

    public final List<EarlyAction> earlyActions = new ArrayList<>();
    public final List<FailedOperation> failedOperations = new ArrayList<>();

    /** Histories in the order read. */
    public final List<History> histories = new ArrayList<>();

    /** Assignment score lines, in the order computed. */
    public final List<String> scoreLines = new ArrayList<>();

    /** Whether {@link #scoreLines} are wanted; without them a run is faster. */
    public boolean scoreLinesWanted = true;

    /** Things an administrator should know about the configuration; order of discovery. */
    public final List<String> warnings = new ArrayList<>();

    /** Earliest future instant (seconds since the epoch) at which the result may change by time alone; 0 if none. */
    public long recheckBy;

    /** Something runs on a Pacemaker Remote node, guest or bundle. */
    public boolean hasRemoteNodes;

    public @Nullable Element rscDefaults;
    public @Nullable Element opDefaults;

    public final FailCounts failCounts = new FailCounts(this);
    public final Settings settings = new Settings(this);
    public final DigestCheck digests = new DigestCheck(this, settings);

    /** Digest checks of connections whose address is known only after placement. */
    public final List<DeferredCheck> deferredChecks = new ArrayList<>();

    private final Set<String> clearing = new HashSet<>();

    private final RuleContext rules;

    private int nextResource;

    /** A failed operation whose parameters may have changed, to be compared once the container is placed. */
    public record DeferredCheck(Resource resource, Node node, HistoryEntry entry) {}

    public Cluster(Element cib, Instant now, boolean withReasons) {
        this.cib = cib;
        this.now = now;
        this.nowSeconds = now.getEpochSecond();
        this.nowUtc = LocalDateTime.ofEpochSecond(nowSeconds, 0, ZoneOffset.UTC);
        this.rules = RuleContext.at(nowUtc, this::recheckAt);
        this.reasons = new Reasons(withReasons, nodesByIndex);
    }

    // ---- nodes

    /** Creates a node and puts it at its place in {@link #nodes}. */
    public Node addNode(String id, String name, Node.Kind kind, int score) {
        Node node = new Node(nodesByIndex.size(), id, name, kind, score);
        nodesByIndex.add(node);
        nodesById.putIfAbsent(id.toLowerCase(Locale.ROOT), node);
        nodesByName.putIfAbsent(name.toLowerCase(Locale.ROOT), node);
        int at = nodes.size();
        while (at > 0 && NaturalOrder.NAMES.compare(nodes.get(at - 1).name, name) > 0) {
            at--;
        }
        nodes.add(at, node);
        for (int i = at; i < nodes.size(); i++) {
            nodes.get(i).position = i;
        }
        if (kind != Node.Kind.CLUSTER) {
            hasRemoteNodes = true;
        }
        return node;
    }

    public @Nullable Node nodeById(@Nullable String id) {
        return id == null ? null : nodesById.get(id.toLowerCase(Locale.ROOT));
    }

    public @Nullable Node nodeByName(@Nullable String name) {
        return name == null ? null : nodesByName.get(name.toLowerCase(Locale.ROOT));
    }

    /** By id, else by name. */
    public @Nullable Node node(@Nullable String idOrName) {
        Node node = nodeById(idOrName);
        return node != null ? node : nodeByName(idOrName);
    }

    // ---- resources

    public Resource addResource(String id, Resource.Variant variant, Definition definition, @Nullable Resource parent) {
        Resource resource = new Resource(nextResource++, id, variant, definition, parent, nodesByIndex.size());
        everyResource.add(resource);
        resourcesById.putIfAbsent(id, resource);
        return resource;
    }

    /** The resource with exactly this id: instances and members as well. */
    public @Nullable Resource resource(@Nullable String id) {
        return id == null ? null : resourcesById.get(id);
    }

    /** What an id in a constraint means (assignment 7.2); {@code null} if nothing. */
    public @Nullable Resource reference(@Nullable String id) {
        Resource exact = resource(id);
        if (exact != null) {
            return exact;
        }
        List<Resource> known = id == null ? null : resourcesByHistoryName.get(id);
        return known == null || known.isEmpty() ? null : known.get(0).top();
    }

    /**
     * Adds to the score of a resource and everything below it (assignment 5.3); a missing entry is made from the node.
     *
     * @param node {@code null} for all nodes
     */
    public void changeScore(Resource resource, @Nullable Node node, int score) {
        changeTables(resource, node, score);
        if (node == null && score <= -Score.LIMIT) {
            resource.assigned = null;
        }
    }

    private void changeTables(Resource resource, @Nullable Node node, int score) {
        for (Resource child : resource.children) {
            changeTables(child, node, score);
        }
        if (node != null) {
            changeEntry(resource, node, score);
            return;
        }
        for (Node each : nodesByIndex) {
            changeEntry(resource, each, score);
        }
    }

    private static void changeEntry(Resource resource, Node node, int score) {
        NodeTable table = resource.table;
        if (table.has(node)) {
            table.add(node.index, score);
        } else {
            table.put(node, Score.add(node.score, score), node.probeMode);
        }
    }

    // ---- rules

    /** Rules at this run's time; instants at which results change are noted for {@link #recheckBy}. */
    public RuleContext rules() {
        return rules;
    }

    public RuleContext rules(Resource resource) {
        RuleContext context = rules();
        Agent agent = resource.definition.agent;
        return agent == null ? context : context.withAgent(agent.standard(), agent.provider(), agent.type());
    }

    /** Notes an instant at which the result may change. */
    public void recheckAt(long epochSeconds) {
        if (epochSeconds > nowSeconds && (recheckBy == 0 || epochSeconds < recheckBy)) {
            recheckBy = epochSeconds;
        }
    }

    // ---- fencing

    /** Whether a node could be fenced (input-and-status 7.3). */
    public boolean canFence(Node node) {
        if (node.isGuest()) {
            Resource container = node.launcher();
            if (container == null) {
                return false;
            }
            for (Node host : container.active) {
                if (!host.online && !canFence(host)) {
                    return false;
                }
            }
            return true;
        }
        if (!options.fencingEnabled || !fencingDevices) {
            return false;
        }
        if (quorate || options.quorumPolicy == Options.QuorumPolicy.IGNORE) {
            return true;
        }
        if (!node.online) {
            return false;
        }
        if (node.isRemote() && !options.fenceRemoteWithoutQuorum && node.connection != null) {
            for (Node host : nodes) {
                if (node.connection.table.has(host) && !host.online) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Adds a colocation to the lists of both resources, at its place (assignment 13.2). */
    public void addColocation(Colocation colocation) {
        colocations.add(colocation);
        ColocationOrder.insert(colocation.dependent().asDependent, colocation, ColocationOrder.BY_PRIMARY);
        ColocationOrder.insert(colocation.primary().asPrimary, colocation, ColocationOrder.BY_DEPENDENT);
    }

    /** Puts the one apart from the other instead of the other way round. */
    public void turnColocation(Colocation it) {
        ignoreColocation(it, false);
        addColocation(new Colocation(
                it.id(), it.primary(), it.dependent(), it.score(), it.attribute(), null, null, it.influence(), true));
    }

    /**
     * The dependent is placed without looking at the primary.
     *
     * @param wishes whether those of the dependent still count for the primary
     */
    public void ignoreColocation(Colocation colocation, boolean wishes) {
        colocation.dependent().asDependent.remove(colocation);
        if (!wishes) {
            colocations.remove(colocation);
            colocation.primary().asPrimary.remove(colocation);
        }
    }

    public void early(EarlyAction action) {
        if (action.kind() == EarlyAction.Kind.CLEAR_FAILCOUNT && action.resource() != null) {
            clearing.add(action.resource().index + "@" + action.node().index);
        }
        earlyActions.add(action);
    }

    /** Whether clearing of the fail count is planned for a resource on a node. */
    public boolean isClearing(Resource resource, Node node) {
        return !clearing.isEmpty() && clearing.contains(resource.index + "@" + node.index);
    }
}
