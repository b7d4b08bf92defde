package systole.daemon;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.coordinator.Moment;
import systole.coordinator.NodeCore;
import systole.coordinator.NodeEffect;
import systole.coordinator.NodeInput;
import systole.coordinator.Reply;
import systole.coordinator.Timeline;
import systole.group.GroupMessaging;
import systole.group.Standing;
import systole.storage.StateLog;
import systole.witness.ContactEffect;
import systole.witness.ContactInput;

/**
 * The node loop: drains the inbox, steps the core, carries its effects out in their order.
 *
 * <p>The inbox has a bound. Events of the ring and of the disk must not be lost: if they do not fit, the node cannot keep
 * up and stops. Clients are turned away long before ({@link #acceptsClients}).
 */
final class NodeShell implements Consumer<NodeInput> {
    private static final Logger LOG = LoggerFactory.getLogger("systole.node");
    private static final int INBOX = 1 << 16;

    /** What happens outside of the loop. Called on it; must not block. */
    interface Outside {
        void answer(long requestId, Reply reply);

        void leaveGroup();

        /** A step is over, and this is the node after it. */
        void cameRound(NodeView view);

        void nodesChanged(NodeEffect.NodesChanged change);

        /** What the ring hands on to nodes outside from now on. */
        void announce(NodeEffect.AnnounceNodes announced);

        /** Answers into the inbox of the shell. */
        void witness(ContactEffect effect, Consumer<ContactInput> inbox);

        void stop(NodeEffect.StopReason reason, String text);
    }

    private final String node;
    private final NodeCore core;
    private final GroupMessaging group;
    private final StateLog log;
    private final Planner planner;
    private final AgentRunner agents;
    private final AlertRunner alerts;
    private final EventBook history;
    private final Outside outside;
    private final FatalHandler fatal;
    private final BlockingQueue<NodeInput> inbox = new LinkedBlockingQueue<>(INBOX);
    private final Deque<NodeEffect.Send> unsent = new ArrayDeque<>();
    private final Thread thread;
    private final LoopWatch watch = new LoopWatch();
    private volatile NodeView view;
    private volatile boolean stopped;

    NodeShell(
            String node,
            NodeCore core,
            GroupMessaging group,
            StateLog log,
            Executors executors,
            EventBook history,
            Outside outside,
            FatalHandler fatal) {
        this.node = node;
        this.core = core;
        this.group = group;
        this.log = log;
        this.planner = executors.planner(this);
        this.agents = executors.agents(this);
        this.alerts = executors.alerts();
        this.history = history;
        this.outside = outside;
        this.fatal = fatal;
        this.view = NodeView.of(core);
        this.thread = new Thread(this::loop, "systole-node");
    }

    /** Makes the workers that answer into the inbox of this shell. */
    interface Executors {
        Planner planner(Consumer<NodeInput> inbox);

        AgentRunner agents(Consumer<NodeInput> inbox);

        AlertRunner alerts();
    }

    void start() {
        accept(new NodeInput.Witness(new ContactInput.Start(System.nanoTime())));
        thread.start();
    }

    /** From any thread; never blocks. */
    @Override
    public void accept(NodeInput input) {
        if (!inbox.offer(input) && !stopped) {
            fatal.fatal("the node loop cannot keep up", new IllegalStateException(INBOX + " inputs wait"));
        }
    }

    /** Whether there is room for what can be refused. */
    boolean acceptsClients() {
        return inbox.size() < INBOX / 4;
    }

    /**
     * To be called a few times a second from a loop that runs when this one does not: a node whose state loop hangs while
     * its ring loop lives would hold up every synchronisation of the others, so it stops.
     */
    void look(long nowNanos) {
        if (stopped || !watch.hangs(nowNanos)) {
            return;
        }
        StackTraceElement[] at = thread.getStackTrace();
        var where = new IllegalStateException("the loop is here");
        where.setStackTrace(at);
        fatal.fatal(
                "the node loop has not come round for " + LoopWatch.LIMIT_SECONDS + " s, with " + inbox.size()
                        + " inputs waiting",
                where);
    }

    /** The node as of its last step. From any thread. */
    NodeView view() {
        return view;
    }

    private void loop() {
        try {
            while (!stopped) {
                NodeInput input = next();
                watch.begins(System.nanoTime());
                step(input);
                watch.ends();
            }
        } catch (InterruptedException e) {
            LOG.debug("the node loop was interrupted");
        } catch (RuntimeException | Error e) {
            fatal.fatal("the node contradicted itself", e);
        }
    }

    private NodeInput next() throws InterruptedException {
        NodeInput waiting = inbox.poll();
        if (waiting != null) {
            return waiting;
        }
        long deadline = core.deadlineNanos();
        if (deadline == Long.MAX_VALUE) {
            return inbox.take();
        }
        NodeInput input = inbox.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        return input == null ? new NodeInput.Tick() : input;
    }

    private void step(NodeInput input) {
        List<NodeEffect> effects = core.step(now(), input);
        if (LOG.isTraceEnabled()) {
            LOG.trace("{} -> {}", input, effects);
        }
        if (input instanceof NodeInput.Group) {
            offerAgain();
        }
        // What clients are told next must be seen by them when they ask.
        view = NodeView.of(core);
        outside.cameRound(view);
        for (NodeEffect effect : effects) {
            carryOut(effect);
        }
    }

    /** The standing is read first: it must not be later than the time. */
    private Moment now() {
        Standing standing = group.standing();
        return new Moment(System.nanoTime(), System.currentTimeMillis(), standing);
    }

    private void offerAgain() {
        while (!unsent.isEmpty()
                && group.send(unsent.peek().guarantee(), unsent.peek().payload())) {
            unsent.remove();
        }
    }

    private void carryOut(NodeEffect effect) {
        if (effect instanceof NodeEffect.Send send) {
            if (!unsent.isEmpty() || !group.send(send.guarantee(), send.payload())) {
                unsent.add(send);
            }
        } else if (effect instanceof NodeEffect.Append append) {
            log.append(List.of(append.bytes()), result -> stored(append.record(), result));
        } else if (effect instanceof NodeEffect.SaveSnapshot save) {
            log.snapshot(save.bytes(), result -> stored(save.record(), result));
        } else if (effect instanceof NodeEffect.Plan plan) {
            planner.plan(plan);
        } else if (effect instanceof NodeEffect.RunAgent run) {
            agents.run(run.request());
        } else if (effect instanceof NodeEffect.KillAgent kill) {
            agents.kill(kill.runId());
        } else if (effect instanceof NodeEffect.ReadMetadata read) {
            agents.metadata(read.agent());
        } else if (effect instanceof NodeEffect.RunFenceAgent run) {
            agents.fence(run.run());
        } else if (effect instanceof NodeEffect.Alert alert) {
            alerts.send(alert.call());
        } else if (effect instanceof NodeEffect.Answer answer) {
            outside.answer(answer.requestId(), answer.reply());
        } else if (effect instanceof NodeEffect.StateChanged) {
            LOG.debug("state {}", core.state().version());
        } else if (effect instanceof NodeEffect.Event event) {
            event(event);
        } else if (effect instanceof NodeEffect.Witness contact) {
            outside.witness(contact.effect(), input -> accept(new NodeInput.Witness(input)));
        } else if (effect instanceof NodeEffect.LeaveGroup) {
            outside.leaveGroup();
        } else if (effect instanceof NodeEffect.NodesChanged change) {
            outside.nodesChanged(change);
        } else if (effect instanceof NodeEffect.AnnounceNodes announced) {
            outside.announce(announced);
        } else if (effect instanceof NodeEffect.StopNode stop) {
            stopped = true;
            outside.stop(stop.reason(), stop.text());
        } else {
            throw new AssertionError("unknown effect " + effect);
        }
    }

    /** On the storage worker. */
    private void stored(long record, StateLog.Result result) {
        if (result instanceof StateLog.Result.Durable) {
            accept(new NodeInput.Stored(record));
        } else if (result instanceof StateLog.Result.Failed failed && !stopped) {
            fatal.fatal(
                    failed.whatHappened() + "; " + failed.remedy(),
                    new IllegalStateException("the state is not durable"));
        }
    }

    private void event(NodeEffect.Event event) {
        history.add(
                new Answer.Event(System.currentTimeMillis(), node, event.kind().name(), event.text(), event.facts()));
        String facts = event.facts().isEmpty() ? "" : " " + event.facts();
        if (event.kind() == Timeline.WARNING
                || event.kind() == Timeline.NODE_LOST
                || event.kind() == Timeline.QUORUM_LOST
                || event.kind() == Timeline.FENCING_FAILED
                || event.kind() == Timeline.ACTION_FAILED) {
            LOG.warn("{} {}{}", event.kind(), event.text(), facts);
        } else {
            LOG.info("{} {}{}", event.kind(), event.text(), facts);
        }
    }

    /** Ends loop and workers; for the end of the daemon. */
    void close() {
        stopped = true;
        thread.interrupt();
        planner.close();
    }
}
