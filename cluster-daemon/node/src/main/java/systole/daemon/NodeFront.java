package systole.daemon;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeInput;
import systole.coordinator.Reply;
import systole.daemon.sentinel.SentinelShell;
import systole.formats.InterconnectConf;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.kernel.NodeId;
import systole.membership.RingStatus;
import systole.state.ClusterState;
import systole.transport.UdpTransport;

/** The door of a running node: reads what the loops last showed, hands requests to the node loop. */
final class NodeFront implements NodeDoor {
    private static final Logger LOG = LoggerFactory.getLogger("systole.sentinel");
    private final String name;
    private volatile InterconnectConf conf;
    private volatile @Nullable NodeListShell nodeLists;
    private volatile @Nullable JoinDesk joins;
    private volatile Optional<SentinelShell> sentinel = Optional.empty();
    private volatile Optional<SelfFencingDoubts> doubts = Optional.empty();
    private List<String> doubtsTold = List.of();
    private final NodeShell shell;
    private final AtomicLong lastRequest = new AtomicLong();
    private final Map<Long, Consumer<Reply>> waiting = new ConcurrentHashMap<>();
    private final AtomicBoolean ending = new AtomicBoolean();
    private volatile Map<String, String> ring = Map.of();
    private volatile String agentGroups = "";

    NodeFront(String name, InterconnectConf conf, NodeShell shell) {
        this.name = name;
        this.conf = conf;
        this.shell = shell;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ClusterState state() {
        return shell.view().state();
    }

    @Override
    public boolean isQuorate() {
        return shell.view().quorum().quorate();
    }

    @Override
    public SortedMap<String, String> facts() {
        NodeView view = shell.view();
        SortedMap<String, String> facts = new TreeMap<>();
        facts.put("view", view.quorum().view().map(one -> one.name()).orElse(""));
        facts.put("ready", String.valueOf(view.ready()));
        facts.put("transition", view.coordinating() ? (view.idle() ? "idle" : "running") : "");
        facts.put("quorum", view.quorum().reason());
        facts.put(
                "lease",
                view.leaseHolders().isEmpty()
                        ? ""
                        : "waiting for the leases of " + String.join(", ", view.leaseHolders()) + " to end");
        view.witness().ifPresent(words -> facts.put("witness", words));
        facts.put("busy", String.join(" ", view.busyResources()));
        facts.put("daemon", Systoled.VERSION);
        return facts;
    }

    @Override
    public Map<String, String> ring() {
        Map<String, String> facts = new LinkedHashMap<>();
        NodeView view = shell.view();
        facts.put("cluster", conf.clusterName());
        facts.put("node", name);
        facts.put("quorate", String.valueOf(view.quorum().quorate()));
        facts.put("quorum", view.quorum().reason());
        facts.put("votes", String.valueOf(view.quorum().votes()));
        facts.put("expected_votes", String.valueOf(view.quorum().expectedVotes()));
        facts.put("votes_needed", String.valueOf(view.quorum().quorum()));
        facts.put("flags", String.join(" ", view.quorum().flags()));
        view.witness().ifPresent(words -> {
            facts.put("witness", words);
            facts.put("witness_votes", String.valueOf(view.quorum().settings().deviceVotes()));
            facts.put("witness_voted", String.valueOf(view.quorum().witness().voted()));
        });
        facts.putAll(ring);
        return Collections.unmodifiableMap(facts);
    }

    @Override
    public void submit(String author, ClientRequest request, Consumer<Reply> answer) {
        if (!shell.acceptsClients() || ending.get()) {
            answer.accept(new Reply.Refused(
                    Advice.RETRY_LATER,
                    ending.get() ? "this node is ending" : "the node is too busy",
                    "ask another node, or try again in a moment"));
            return;
        }
        long id = lastRequest.incrementAndGet();
        waiting.put(id, answer);
        shell.accept(new NodeInput.Request(id, author, request));
    }

    /** The node's answer. On the node loop. */
    void answer(long requestId, Reply reply) {
        Consumer<Reply> answer = waiting.remove(requestId);
        if (answer != null) {
            answer.accept(reply);
        }
    }

    /** Before the first request. */
    void open(NodeListShell lists, JoinDesk door) {
        nodeLists = lists;
        joins = door;
    }

    /** Before the first request. */
    void selfFencing(Optional<SentinelShell> shell, long detectionMillis) {
        sentinel = shell;
        doubts = shell.map(one -> new SelfFencingDoubts(conf, detectionMillis, one.times(), one.devices()));
    }

    void changed(InterconnectConf next) {
        conf = next;
    }

    @Override
    public String token(long seconds) {
        JoinDesk door = joins;
        if (door == null || ending.get()) {
            throw new BadInputException("", "this node lets no machine in now", "ask another node");
        }
        return door.token(seconds);
    }

    @Override
    public void remove(String author, String removed, Consumer<Answer> answer) {
        lists().remove(author, removed, answer);
    }

    @Override
    public void reload(String author, boolean check, Consumer<Answer> answer) {
        lists().reload(author, check, answer);
    }

    private NodeListShell lists() {
        NodeListShell lists = nodeLists;
        if (lists == null) {
            throw new BadInputException("", "this node is not ready yet", "try again in a moment");
        }
        return lists;
    }

    @Override
    public void shutDown(String reason) {
        if (ending.compareAndSet(false, true)) {
            ServiceNotice.stopping();
            shell.accept(new NodeInput.Shutdown(reason));
        }
    }

    /** Whether agents run in control groups, and where, or why not; shown as a fact. */
    void agentGroups(String words) {
        agentGroups = words;
    }

    /** Keeps what the ring loop says about itself, for those who ask later. On the ring loop, once a second. */
    void look(RingStatus status, Map<String, Long> ringCounters, UdpTransport transport) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("phase", status.phase());
        facts.put("ring", status.ring().toString());
        facts.put("members", names(status.members()));
        facts.put(
                "ring_id",
                status.ring()
                        .toString()
                        .replaceFirst(".*:", conf.nodes().get(0).id().value() + "."));
        conf.nodes().forEach(node -> facts.put("votes." + node.name(), Integer.toString(node.votes())));
        conf.nodes().stream()
                .filter(node -> node.name().equals(name))
                .forEach(node ->
                        node.addresses().forEach((link, address) -> facts.put("address." + link, address.host())));
        facts.put("node_list", Long.toString(conf.configVersion()));
        sentinel.ifPresent(shell -> facts.putAll(shell.facts()));
        doubts.ifPresent(times -> doubt(times.of(shell.view().state().configuration()), facts));
        facts.put("agents_cgroup", agentGroups);
        facts.put("queued", String.valueOf(status.queued()));
        for (RingStatus.LinkStatus link : status.links()) {
            String words = (link.heard() ? "heard" : "silent for " + Math.round(link.silentMillis()) + " ms")
                    + (link.hearsUs() ? "" : ", does not hear us");
            String numbers = String.format(
                    Locale.ROOT,
                    ", every %.1f ms, jitter %.1f ms, timeout %.0f ms, loss %.1f %%",
                    link.intervalMillis(),
                    link.jitterMillis(),
                    link.timeoutMillis(),
                    link.lossPercent());
            facts.put("link." + nameOf(link.peer()) + "." + link.link(), words + numbers);
        }
        facts.put("served_by_unicast", names(transport.servedByUnicast()));
        transport.counters().forEach((counter, count) -> facts.put(counter, String.valueOf(count)));
        ringCounters.forEach((counter, count) -> facts.put("ring_" + counter, String.valueOf(count)));
        ring = Collections.unmodifiableMap(facts);
    }

    private void doubt(List<String> found, Map<String, String> facts) {
        if (!found.isEmpty()) {
            facts.put("self_fencing_doubts", String.join("; ", found));
        }
        if (!found.equals(doubtsTold)) {
            doubtsTold = found;
            found.forEach(LOG::warn);
        }
    }

    private String names(Iterable<NodeId> nodes) {
        StringBuilder text = new StringBuilder();
        for (NodeId node : nodes) {
            text.append(text.isEmpty() ? "" : " ").append(nameOf(node));
        }
        return text.toString();
    }

    private String nameOf(NodeId id) {
        return conf.node(id).map(InterconnectConf.Node::name).orElse(id.toString());
    }
}
