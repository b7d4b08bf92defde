package systole.daemon;

import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.coordinator.NodeEffect;
import systole.group.GroupEvent;
import systole.group.GroupMessaging;
import systole.group.Guarantee;
import systole.group.Standing;
import systole.kernel.NodeId;
import systole.membership.RingEffect;
import systole.membership.RingInput;
import systole.membership.RingMessage;
import systole.membership.RingStack;
import systole.storage.RingSequenceFile;
import systole.transport.RingTransport;

/**
 * The ring loop: drives detector and ring on the event loop that also owns the sockets, so that a packet meets no queue on
 * its way to the protocol. Talks to the node loop by {@link GroupEvent}s and {@link GroupMessaging} only.
 */
final class RingShell implements GroupMessaging, RingTransport.Receiver {
    private static final Logger LOG = LoggerFactory.getLogger("systole.ring");
    private static final int MOST_OUTSTANDING = 1024;
    private static final long STANDING_GRAIN = 10_000_000;

    /** What the node loop hears of the ring. Called on the ring loop; must not block. */
    interface Listener {
        void event(GroupEvent event);

        void suspected(NodeId node);

        /** A node of another ring has a later node list. */
        void nodeListTold(NodeId from, byte[] list);

        void stopped();
    }

    private final NodeId self;
    private final EventLoop loop;
    private final RingStack stack;
    private final int links;
    private final RingSequenceFile sequenceFile;
    private final Listener listener;
    private final FatalHandler fatal;
    private final AtomicInteger outstanding = new AtomicInteger();
    private final Map<NodeId, Integer> downLinks = new HashMap<>();
    private final ExecutorService disk = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "systole-ring-disk");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable RingTransport transport;
    private @Nullable Future<?> timer;
    private long timerAt = Long.MAX_VALUE;
    private volatile Standing standing = Standing.NOWHERE;

    RingShell(
            NodeId self,
            EventLoop loop,
            RingStack stack,
            int links,
            RingSequenceFile sequenceFile,
            Listener listener,
            FatalHandler fatal) {
        this.self = self;
        this.loop = loop;
        this.stack = stack;
        this.links = links;
        this.sequenceFile = sequenceFile;
        this.listener = listener;
        this.fatal = fatal;
    }

    /** Begins to take part. */
    void start(RingTransport opened) {
        loop.execute(() -> {
            transport = opened;
            step(new RingInput.Start(System.nanoTime()));
        });
    }

    // ---- from the node loop -----------------------------------------------------------------------------------------

    @Override
    public boolean send(Guarantee guarantee, byte[] payload) {
        if (outstanding.get() >= MOST_OUTSTANDING) {
            return false;
        }
        outstanding.incrementAndGet();
        loop.execute(() -> step(new RingInput.Send(System.nanoTime(), guarantee, payload)));
        return true;
    }

    @Override
    public Standing standing() {
        return standing;
    }

    @Override
    public void leave() {
        loop.execute(() -> step(new RingInput.Leave(System.nanoTime())));
    }

    /** The ring consists of these nodes from now on; on the ring loop. */
    void nodes(SortedSet<NodeId> nodes) {
        step(new RingInput.NodesChanged(System.nanoTime(), nodes));
    }

    /** The node list that the ring may hand on. From any thread. */
    void announce(NodeEffect.AnnounceNodes announced) {
        loop.execute(() -> step(new RingInput.NodeListKnown(System.nanoTime(), announced.order(), announced.list())));
    }

    // ---- from the network, on the ring loop
    // ---------------------------------------------------------------------------

    @Override
    public void received(NodeId from, int link, RingMessage message) {
        if (transport != null) {
            step(new RingInput.Received(System.nanoTime(), from, link, message));
        }
    }

    @Override
    public void refused(NodeId peer, int link) {
        if (transport != null) {
            step(new RingInput.Refused(System.nanoTime(), peer, link));
        }
    }

    @Override
    public void linkChanged(int link, boolean up) {
        if (transport != null) {
            step(new RingInput.LinkChanged(System.nanoTime(), link, up));
        }
    }

    // ---- the loop
    // -----------------------------------------------------------------------------------------------------

    private void step(RingInput input) {
        try {
            List<RingEffect> effects = stack.step(input);
            if (LOG.isTraceEnabled()) {
                LOG.trace("{} -> {}", input, effects);
            }
            arm();
            noteStanding();
            for (RingEffect effect : effects) {
                carryOut(effect);
            }
        } catch (RuntimeException | Error e) {
            fatal.fatal("the ring contradicted itself", e);
        }
    }

    /** Before the node loop hears of a view that begins. */
    private void noteStanding() {
        Standing now = stack.standing();
        if (now.sequence() != standing.sequence() || now.nanos() - standing.nanos() >= STANDING_GRAIN) {
            standing = now;
        }
    }

    /** The deadline is armed before the effects are carried out. */
    private void arm() {
        long deadline = stack.nextDeadlineNanos();
        if (timer != null && deadline >= timerAt) {
            return;
        }
        if (timer != null) {
            timer.cancel(false);
        }
        timerAt = deadline;
        timer = deadline == Long.MAX_VALUE
                ? null
                : loop.schedule(this::tick, Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void tick() {
        timer = null;
        timerAt = Long.MAX_VALUE;
        if (System.nanoTime() < stack.nextDeadlineNanos()) {
            arm();
        } else {
            step(new RingInput.Tick(System.nanoTime()));
        }
    }

    private void carryOut(RingEffect effect) {
        RingTransport out = transport;
        if (out == null) {
            throw new IllegalStateException("the ring speaks before its sockets are open");
        }
        if (effect instanceof RingEffect.Multicast multicast) {
            out.multicast(multicast.message());
        } else if (effect instanceof RingEffect.MulticastOnLink onLink) {
            out.multicastOnLink(onLink.link(), onLink.message());
        } else if (effect instanceof RingEffect.Unicast unicast) {
            out.unicast(unicast.to(), unicast.message());
        } else if (effect instanceof RingEffect.Deliver deliver) {
            deliver(deliver.event());
        } else if (effect instanceof RingEffect.PersistRingSequence persist) {
            persist(persist.sequence());
        } else if (effect instanceof RingEffect.LinkJudged judged) {
            judged(out, judged);
        } else if (effect instanceof RingEffect.Report report) {
            switch (report.weight()) {
                case DETAIL -> LOG.debug("{}", report.words());
                case NOTICE -> LOG.info("{}", report.words());
                case WARNING -> LOG.warn("{}", report.words());
            }
        } else if (effect instanceof RingEffect.NodeListTold told) {
            listener.nodeListTold(told.from(), told.list());
        } else if (effect instanceof RingEffect.Stopped) {
            listener.stopped();
        } else {
            throw new AssertionError("unknown effect " + effect);
        }
    }

    private void deliver(GroupEvent event) {
        if (event instanceof GroupEvent.Delivered delivered
                && delivered.sender().equals(self)) {
            outstanding.decrementAndGet();
        }
        listener.event(event);
    }

    private void persist(long sequence) {
        disk.execute(() -> {
            try {
                sequenceFile.store(sequence);
                loop.execute(() -> step(new RingInput.RingSequencePersisted(System.nanoTime(), sequence)));
            } catch (RuntimeException e) {
                fatal.fatal("the number of the ring cannot be kept", e);
            }
        });
    }

    private void judged(RingTransport out, RingEffect.LinkJudged judged) {
        out.judge(judged.peer(), judged.link(), judged.usable());
        LOG.info(
                "link {} to {} is {}: {}", judged.link(), judged.peer(), judged.usable() ? "up" : "down", judged.why());
        int bit = 1 << judged.link();
        int before = downLinks.getOrDefault(judged.peer(), 0);
        int down = judged.usable() ? before & ~bit : before | bit;
        downLinks.put(judged.peer(), down);
        if (!judged.usable() && Integer.bitCount(down) == links) {
            listener.suspected(judged.peer());
        }
    }

    void close() {
        disk.shutdown();
    }
}
