package systole.daemon;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.ApiCodec;
import systole.coordinator.Moment;
import systole.coordinator.NodeCore;
import systole.coordinator.NodeEffect;
import systole.coordinator.NodeEffect.StopReason;
import systole.coordinator.NodeInput;
import systole.coordinator.Reply;
import systole.daemon.sentinel.NodeEnd;
import systole.daemon.sentinel.SentinelShell;
import systole.daemon.witness.WitnessClient;
import systole.executor.ExecutorSettings;
import systole.executor.ProcessExecutor;
import systole.fencing.FenceOrder;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Node;
import systole.group.GroupEvent;
import systole.group.GroupMessaging;
import systole.group.Standing;
import systole.kernel.NodeId;
import systole.membership.RingStack;
import systole.pill.SelfFencing;
import systole.state.StoredState;
import systole.storage.FileStateLog;
import systole.storage.RingSequenceFile;
import systole.storage.StateLog;
import systole.transport.LineServer;
import systole.transport.UdpTransport;
import systole.wire.PacketCodec;
import systole.witness.ContactEffect;
import systole.witness.ContactInput;

/** One node, wired: opens everything in the order of its dependencies, runs until told to end, closes in reverse. */
final class NodeDaemon {
    private static final Logger LOG = LoggerFactory.getLogger("systole.daemon");
    private static final int FENCED = 100;
    private static final int BROKEN = 70;
    private static final long LEAVE_SECONDS = 5;

    /** So long the agents of a cold start need the processors more than the compiler does. */
    private static final long START_SECONDS = 30;

    private final InterconnectConf conf;
    private final String text;
    private final Node own;
    private final byte[] key;
    private final NodePaths paths;
    private static final int EVENTS = 5000;
    private static final int KEPT_PLANS = 200;
    private final EventBook history = new EventBook(EVENTS);
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final CountDownLatch ringLeft = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean outsideLeft;

    /** @param text of the file that {@code conf} was read from */
    NodeDaemon(InterconnectConf conf, String text, Node own, byte[] key, NodePaths paths) {
        this.conf = conf;
        this.text = text;
        this.own = own;
        this.key = key;
        this.paths = paths;
    }

    /** Blocks until the node has ended; gives the exit code. */
    int run() {
        LOG.info(
                "systoled {} starts as node {} ({}) of cluster {}",
                Systoled.VERSION,
                own.name(),
                own.id(),
                conf.clusterName());
        // First of all: threads inherit it, and a start on a busy machine is short.
        RealTime.request(conf.system().realTime());
        var ringGroup = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("systole-ring", true), NioIoHandler.newFactory());
        var apiGroup = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("systole-api", true), NioIoHandler.newFactory());
        StateLog.Opened stored = FileStateLog.open(paths.stateLog());
        stored.damage().forEach(damage -> LOG.error("state log: {}", damage));
        RingSequenceFile sequence = new RingSequenceFile(paths.state().resolve("ring"));
        long session = nextSession();
        long lastRing = sequence.load();

        ExecutorSettings executorSettings = ExecutorSettings.of(paths.tree(), paths.root())
                .withSearchPaths(System.getenv())
                .withGrouping(System.getenv());
        ProcessExecutor executor = new ProcessExecutor(executorSettings);
        EventLoop loop = ringGroup.next();
        RingStack stack = new RingStack(
                own.id(),
                Settings.nodes(conf),
                Settings.ring(conf),
                // The clock too: a disk that went back to an older image must not bring back ring ids that were used
                // since.
                Math.max(System.currentTimeMillis(), lastRing));
        Inbox inbox = new Inbox();
        RingShell ring = new RingShell(own.id(), loop, stack, conf.links().size(), sequence, inbox, this::fatal);
        var quorumSettings = Settings.quorum(conf);
        Optional<SelfFencing> selfFencing = Files.exists(paths.selfFencing())
                ? Optional.of(SentinelShell.read(paths.selfFencing()))
                : Optional.empty();
        NodeEnd end = new NodeEnd(
                paths.tree(), paths.root(), selfFencing.map(SelfFencing::panic).orElse(""));
        Optional<WitnessClient> witness =
                conf.quorum().device().map(device -> WitnessClient.of(conf, device, paths.witnessKey()));
        NodeCore core = new NodeCore(
                Settings.node(conf, own, new SecureRandom().nextLong()),
                quorumSettings,
                witness.flatMap(client -> Settings.witness(conf, own, client.secret())),
                toStored(stored),
                new Moment(System.nanoTime(), System.currentTimeMillis(), Standing.NOWHERE));
        Outside outside = new Outside(ring, ring::announce, witness, end);
        PlanFiles plans = PlanFiles.open(paths.plans(), KEPT_PLANS);
        NodeShell shell = new NodeShell(
                own.name(),
                core,
                ring,
                stored.log(),
                new Workers(
                        executor,
                        executorSettings,
                        MetadataFiles.open(paths.agentMetadata()),
                        own.name(),
                        paths.tree(),
                        plans),
                history,
                outside,
                this::fatal);
        PacketCodec codec = new PacketCodec(own.id(), session, conf.clusterName(), List.of(key), Settings.nodes(conf));
        UdpTransport transport = UdpTransport.open(loop, conf, own.id(), codec, ring);
        quorumSettings.warnings().forEach(LOG::warn);
        NodeFront front = new NodeFront(own.name(), conf, shell);
        ApiDesk desk = new ApiDesk(front, history, plans, System::currentTimeMillis);
        NodeListShell nodeLists = new NodeListShell(
                front,
                own.id(),
                paths.conf(),
                text,
                key,
                (next, nodes) -> transport.change(next, own.id(), nodes, () -> {
                    ring.nodes(nodes);
                    front.changed(next);
                }),
                logging -> DaemonLog.configure(logging, paths.root()));
        JoinDesk joins = joinDesk(transport, nodeLists);
        front.open(nodeLists, joins);
        front.agentGroups(executor.groupingWords());
        Optional<SentinelShell> sentinel = selfFencing.map(file -> SentinelShell.open(
                file,
                own.name(),
                end,
                paths.watchdogClaim(),
                new Sentry(
                        shell, front, file.devices().isEmpty() && !conf.quorum().twoNode())));
        outside.sentinel = sentinel.orElse(null);
        front.selfFencing(sentinel, Settings.detectionMillis(conf));
        outside.front = front;
        outside.nodeLists = nodeLists;
        inbox.shell = shell;
        LineServer api = LineServer.open(apiGroup, paths.socket(), ApiCodec.MAX_LINE, new ApiLines(desk));
        Gate.letGroupIn(paths.socket());
        loop.scheduleWithFixedDelay(
                () -> front.look(stack.status(), stack.counters(), transport), 100, 1000, TimeUnit.MILLISECONDS);
        apiGroup.schedule(() -> RealTime.admitCompiler(conf.system().realTime()), START_SECONDS, TimeUnit.SECONDS);
        loop.scheduleWithFixedDelay(() -> shell.look(System.nanoTime()), 1, 1, TimeUnit.SECONDS);
        Thread hook = new Thread(() -> askToEnd(front), "systole-signal");
        Runtime.getRuntime().addShutdownHook(hook);

        shell.start();
        sentinel.ifPresent(SentinelShell::start);
        ring.start(transport);
        ServiceNotice.ready("node " + own.name() + " of cluster " + conf.clusterName());
        int code = ended.join();

        awaitLeave();
        if (outside.inOrder) {
            sentinel.ifPresent(SentinelShell::endsInOrder);
        }
        api.close();
        joins.close();
        shell.close();
        nodeLists.close();
        witness.ifPresent(WitnessClient::close);
        transport.close();
        ring.close();
        executor.close();
        stored.log().close();
        apiGroup.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        ringGroup.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        LOG.info("systoled has ended ({})", code);
        closed.countDown();
        return code;
    }

    private JoinDesk joinDesk(UdpTransport transport, NodeListShell nodeLists) {
        try {
            return new JoinDesk(transport.ownAddress(), nodeLists::admit);
        } catch (IOException e) {
            throw new DaemonException("cannot make a socket: " + e.getMessage(), "check the limits of this machine");
        }
    }

    /** SIGTERM: the JVM runs this hook and waits for it, so that it ends only when the node has. */
    private void askToEnd(NodeFront front) {
        if (ended.isDone()) {
            return;
        }
        LOG.info("asked to end: stopping resources, then leaving the cluster");
        front.shutDown("signal");
        try {
            closed.await();
            // The JVM itself would say 143 for an end that went as it should.
            Runtime.getRuntime().halt(ended.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitLeave() {
        try {
            if (outsideLeft && !ringLeft.await(LEAVE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the ring did not take leave within {} s", LEAVE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Halts at once: a node that contradicts itself must not go on sending, and must not tidy up. */
    private void fatal(String what, Throwable cause) {
        LOG.error("{}: this node stops and relies on being fenced", what, cause);
        Runtime.getRuntime().halt(BROKEN);
    }

    private long nextSession() {
        RingSequenceFile file = new RingSequenceFile(paths.state().resolve("session"));
        long next = Math.max(file.load() + 1, System.currentTimeMillis());
        file.store(next);
        return next;
    }

    private static StoredState toStored(StateLog.Opened opened) {
        String damage = opened.durableDataLost() ? opened.damage().toString() : "";
        return new StoredState(opened.snapshot().orElse(new byte[0]), opened.records(), damage);
    }

    // ---- the wires --------------------------------------------------------------------------------------------------

    /** From the ring to the node loop. */
    private final class Inbox implements RingShell.Listener {
        private volatile @org.jspecify.annotations.Nullable NodeShell shell;

        private NodeShell shell() {
            NodeShell target = shell;
            if (target == null) {
                throw new IllegalStateException("the ring speaks before the node listens");
            }
            return target;
        }

        @Override
        public void event(GroupEvent event) {
            shell().accept(new NodeInput.Group(event));
        }

        @Override
        public void suspected(NodeId node) {
            shell().accept(new NodeInput.Suspected(node));
        }

        @Override
        public void nodeListTold(NodeId from, byte[] list) {
            shell().accept(new NodeInput.NodeListTold(from, list));
        }

        @Override
        public void stopped() {
            ringLeft.countDown();
        }
    }

    /** From the node loop to the rest. */
    private final class Outside implements NodeShell.Outside {
        private final GroupMessaging group;
        private final Consumer<NodeEffect.AnnounceNodes> announcer;
        private final Optional<WitnessClient> witness;
        private volatile @org.jspecify.annotations.Nullable NodeFront front;
        private volatile @org.jspecify.annotations.Nullable NodeListShell nodeLists;
        private volatile @org.jspecify.annotations.Nullable SentinelShell sentinel;
        private final NodeEnd end;

        /** The node ended with nothing left running that others may start. */
        private volatile boolean inOrder;

        Outside(
                GroupMessaging group,
                Consumer<NodeEffect.AnnounceNodes> announcer,
                Optional<WitnessClient> witness,
                NodeEnd end) {
            this.group = group;
            this.announcer = announcer;
            this.witness = witness;
            this.end = end;
        }

        @Override
        public void cameRound(NodeView view) {
            SentinelShell target = sentinel;
            if (target == null) {
                return;
            }
            // With a disk, a half of two_node does not stand by its quorum while the other half may do the same.
            target.cameRound(
                    view.quorum().excludesOthers()
                            && (target.devices() == 0 || view.awaited().isEmpty()),
                    view.stoodNanos());
            for (FenceOrder order : view.fencing()) {
                if (order.target().equals(own.name()) && !order.action().equals("on")) {
                    target.panic(
                            order.action().equals("off") ? "off" : "reboot",
                            "this node is to be fenced by " + order.executor());
                }
            }
        }

        @Override
        public void witness(ContactEffect effect, Consumer<ContactInput> inbox) {
            witness.ifPresent(client -> client.carryOut(effect, inbox));
        }

        @Override
        public void answer(long requestId, Reply reply) {
            NodeFront target = front;
            if (target != null) {
                target.answer(requestId, reply);
            }
        }

        @Override
        public void nodesChanged(NodeEffect.NodesChanged change) {
            NodeListShell target = nodeLists;
            if (target != null) {
                target.changed(change);
            }
        }

        @Override
        public void announce(NodeEffect.AnnounceNodes announced) {
            announcer.accept(announced);
        }

        @Override
        public void leaveGroup() {
            outsideLeft = true;
            group.leave();
        }

        @Override
        public void stop(StopReason reason, String text) {
            LOG.info("the node ends ({}): {}", reason, text);
            inOrder = reason == StopReason.SHUTDOWN;
            if (reason == StopReason.PANIC) {
                SentinelShell target = sentinel;
                if (target != null) {
                    target.panic("reboot", text);
                }
                end.now("reboot", text);
            }
            ended.complete(
                    switch (reason) {
                        case SHUTDOWN, ESCALATED -> 0;
                        case FENCED, PANIC -> FENCED;
                        case BROKEN -> BROKEN;
                    });
        }
    }

    /** What the sentinel may do to the node. */
    private record Sentry(NodeShell shell, NodeFront front, boolean suffices) implements SentinelShell.Node {
        @Override
        public void armed(int watchdogMillis) {
            shell.accept(new NodeInput.WatchdogArmed(watchdogMillis, suffices));
        }

        @Override
        public void knock() {
            shell.accept(new NodeInput.Tick());
        }

        @Override
        public void leave(String why) {
            front.shutDown(why);
        }
    }

    private record Workers(
            ProcessExecutor executor,
            ExecutorSettings settings,
            MetadataFiles metadata,
            String node,
            Path tree,
            PlanFiles plans)
            implements NodeShell.Executors {
        @Override
        public Planner planner(Consumer<NodeInput> inbox) {
            return new Planner(inbox, plans);
        }

        @Override
        public AgentRunner agents(Consumer<NodeInput> inbox) {
            executor.whenServiceDies(resource -> inbox.accept(new NodeInput.ServiceDied(resource)));
            return new AgentRunner(executor, settings, metadata, node, inbox);
        }

        @Override
        public AlertRunner alerts() {
            return new AlertRunner(executor, tree.resolve("agents/alerts"), node, Systoled.VERSION);
        }
    }
}
