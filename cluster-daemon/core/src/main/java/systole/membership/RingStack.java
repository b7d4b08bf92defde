package systole.membership;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.detector.DetectorSettings;
import systole.detector.FailureDetector;
import systole.detector.FailureDetector.LinkJudgement;
import systole.detector.FailureDetector.LinkReport;
import systole.detector.Verdict;
import systole.group.GroupMessaging;
import systole.group.Standing;
import systole.kernel.NodeId;
import systole.membership.RingCounters.Counter;
import systole.membership.RingEffect.LinkJudged;
import systole.membership.RingEffect.MulticastOnLink;
import systole.membership.RingEffect.NodeListTold;
import systole.membership.RingEffect.Report;
import systole.membership.RingEffect.Weight;
import systole.membership.RingMessage.Heartbeat;
import systole.membership.RingMessage.Leave;
import systole.membership.RingMessage.NodeListNotice;

/**
 * The whole ring side of a node in one object: failure detector and ring protocol. Inputs in, effects out.
 *
 * <p>Owned by one thread (the ring loop, or the simulator). It has no clock: the shell gives {@link RingInput.Start}
 * first, then inputs as they come, and a {@link RingInput.Tick} whenever {@link #nextDeadlineNanos()} is reached. A
 * gap between two inputs that is longer than two heartbeats is taken for a pause of this node.
 */
public final class RingStack {
    private static final double MILLI = 1_000_000.0;
    private static final long PAUSE_QUIET = 60_000_000_000L;

    private final NodeId self;
    private final RingSettings settings;
    private final int settingsDigest;
    private final FailureDetector detector;
    private final RingProtocol protocol;
    private final RingCounters counters = new RingCounters();
    private final SortedSet<NodeId> otherSettings = new TreeSet<>();

    private final NodeListCourier courier;

    private SortedSet<NodeId> nodes;
    private boolean started;
    private long origin;
    private long lastNanos;
    private long beatAt = Long.MAX_VALUE;
    private long lastBeat;
    private long beats;
    private long checkAt;
    private long dueAt = Long.MAX_VALUE;
    private long pauseSaid;
    private long pauseSaidAt;
    private long pausesUnsaid;

    /**
     * @param nodes the configured nodes, this one included
     * @param lastRingSequence what was persisted last; on an empty disk wall-clock milliseconds, so that a node that
     *     lost its disk does not use an old ring id again. Also names this life of the node: it grows with each start
     */
    public RingStack(NodeId self, SortedSet<NodeId> nodes, RingSettings settings, long lastRingSequence) {
        this(self, nodes, settings, lastRingSequence, EnumSet.noneOf(Mutant.class));
    }

    RingStack(NodeId self, SortedSet<NodeId> nodes, RingSettings settings, long lastRingSequence, Set<Mutant> mutants) {
        if (!nodes.contains(self)) {
            throw new IllegalArgumentException(self + " is not among the configured nodes " + nodes);
        }
        if (nodes.size() > RingMessage.MAX_NODES) {
            throw new IllegalArgumentException(nodes.size() + " nodes; the most is " + RingMessage.MAX_NODES);
        }
        this.self = self;
        this.nodes = new TreeSet<>(nodes);
        this.settings = settings;
        this.settingsDigest = settings.digest();
        this.courier = new NodeListCourier(self);
        var forDetector = new DetectorSettings(
                settings.steady(), settings.token(), settings.tokenCeiling(), settings.heartbeat(), settings.links());
        this.detector = mutants.contains(Mutant.BLAME_OTHERS_FOR_OWN_PAUSE)
                ? FailureDetector.mutant(self, this.nodes, forDetector)
                : new FailureDetector(self, this.nodes, forDetector);
        this.protocol = new RingProtocol(self, this.nodes, settings, detector, counters, lastRingSequence, mutants);
    }

    /** Takes one input in and says what is to be done, in this order. */
    public List<RingEffect> step(RingInput input) {
        if (!started) {
            if (!(input instanceof RingInput.Start)) {
                throw new IllegalStateException("the first input must be Start, not " + input);
            }
            started = true;
            origin = input.nowNanos();
        }
        lastNanos = input.nowNanos();
        long now = input.nowNanos() - origin;
        var out = new ArrayList<RingEffect>();
        protocol.at(now, out);
        notePause(now, out);
        if (input instanceof RingInput.Received received) {
            received(received, out);
        } else if (input instanceof RingInput.Send send) {
            if (send.payload().length > GroupMessaging.MAX_PAYLOAD) {
                throw new IllegalArgumentException(
                        "a message of " + send.payload().length + " bytes; the most is " + GroupMessaging.MAX_PAYLOAD);
            }
            protocol.send(send.guarantee(), send.payload());
        } else if (input instanceof RingInput.Tick) {
            protocol.tick();
        } else if (input instanceof RingInput.RingSequencePersisted done) {
            protocol.persisted(done.sequence());
        } else if (input instanceof RingInput.Start) {
            protocol.start();
        } else if (input instanceof RingInput.Leave) {
            protocol.leave();
        } else if (input instanceof RingInput.LinkChanged change) {
            detector.ownLink(change.link(), change.up());
            checkAt = now;
        } else if (input instanceof RingInput.Refused refused) {
            detector.refused(refused.peer(), refused.link());
            checkAt = Math.min(checkAt, now + settings.heartbeat());
        } else if (input instanceof RingInput.NodesChanged change) {
            nodes = new TreeSet<>(change.nodes());
            detector.configure(nodes);
            protocol.configure(nodes);
        } else if (input instanceof RingInput.NodeListKnown known) {
            courier.carries(known.order(), known.list());
        } else {
            throw new AssertionError("unknown input " + input);
        }
        judge(now, out);
        beat(now, out);
        dueAt = protocol.isRunning() ? Math.min(Math.min(protocol.deadline(), beatAt), checkAt) : Long.MAX_VALUE;
        return out;
    }

    private void notePause(long now, List<RingEffect> out) {
        long pause = detector.elapsed(now);
        detector.late(now - dueAt);
        if (pause > 0) {
            counters.add(Counter.OWN_PAUSES);
            counters.add(Counter.OWN_PAUSE_MILLIS, (long) (pause / MILLI));
            if (detector.isCatchingUp()) {
                protocol.wasPaused();
            }
            if (pause > settings.token() / 2) {
                report(pause, now, out);
            }
            beatAt = Math.min(beatAt, now);
        }
    }

    /** A starved machine pauses many times a second: within a minute only what is far worse than what was said. */
    private void report(long pause, long now, List<RingEffect> out) {
        boolean quiet = pauseSaid > 0 && now - pauseSaidAt < PAUSE_QUIET;
        if (quiet && pause < 2 * pauseSaid) {
            pausesUnsaid++;
            return;
        }
        String more = pausesUnsaid == 0 ? "" : "; it paused " + pausesUnsaid + " times more since this was last said";
        out.add(new Report(
                Weight.WARNING,
                "this node was not scheduled for " + (long) (pause / MILLI)
                        + " ms (suspended, stopped, starved of CPU or collecting garbage); it accuses nobody for"
                        + " that time" + more));
        pauseSaid = pause;
        pauseSaidAt = now;
        pausesUnsaid = 0;
    }

    private void received(RingInput.Received received, List<RingEffect> out) {
        NodeId from = received.from();
        if (from.equals(self)) {
            return;
        }
        RingMessage message = received.message();
        if (!nodes.contains(from)) {
            if (message instanceof Heartbeat beat && protocol.isRunning()) {
                courier.heard(beat, false, protocol.ring(), out);
            }
            return;
        }
        detector.signOfLife(from, received.link());
        if (message instanceof Heartbeat beat) {
            heartbeat(beat, received.link(), out);
        } else if (message instanceof Leave leave) {
            detector.left(leave.sender(), leave.incarnation());
            checkAt = received.nowNanos() - origin;
        } else if (message instanceof NodeListNotice notice) {
            if (courier.isNews(notice)) {
                out.add(new NodeListTold(from, notice.list()));
            }
        } else {
            protocol.received(from, message);
        }
    }

    private void heartbeat(Heartbeat beat, int link, List<RingEffect> out) {
        counters.add(Counter.HEARTBEATS_RECEIVED);
        boolean known = detector.hears(beat.sender());
        boolean news = detector.heartbeat(
                beat.sender(),
                link,
                beat.incarnation(),
                beat.number(),
                beat.heard(),
                beat.heardHere(),
                beat.pauseMillis());
        if (!news) {
            counters.add(Counter.HEARTBEATS_STALE);
            return;
        }
        long now = lastNanos - origin;
        checkAt = detector.hasNews() ? now : checkAt;
        if (!known || !beat.heard().contains(self)) {
            // It does not know yet that it is heard: say so soon, rings merge only after that.
            beatAt = Math.min(beatAt, lastBeat + settings.heartbeat() / 4);
        }
        if (beat.settingsDigest() != settingsDigest && otherSettings.add(beat.sender())) {
            out.add(new Report(
                    Weight.WARNING,
                    beat.sender() + " runs with other timing settings than this node; make the totem sections equal"));
        }
        judge(now, out);
        protocol.heard(beat);
        courier.heard(beat, true, protocol.ring(), out);
    }

    private void judge(long now, List<RingEffect> out) {
        if (now < checkAt) {
            return;
        }
        List<Verdict> verdicts = detector.judge();
        for (LinkJudgement each : detector.linkJudgements()) {
            out.add(new LinkJudged(each.peer(), each.link(), each.usable(), each.why()));
        }
        for (Verdict verdict : verdicts) {
            out.add(new Report(
                    verdict.kind().isGone() ? Weight.WARNING : Weight.NOTICE,
                    verdict.kind() + ": " + verdict.evidence()));
            protocol.judged(verdict);
        }
        if (!verdicts.isEmpty()) {
            beatAt = Math.min(beatAt, Math.max(now, lastBeat + settings.heartbeat() / 4));
        }
        checkAt = detector.nextCheck(now);
    }

    private void beat(long now, List<RingEffect> out) {
        if (!protocol.isRunning()) {
            beatAt = Long.MAX_VALUE;
            return;
        }
        if (beatAt != Long.MAX_VALUE && now < beatAt) {
            return;
        }
        beatAt = now + settings.heartbeat();
        lastBeat = now;
        beats++;
        OrderedRing ring = protocol.ring();
        SortedSet<NodeId> heard = detector.heard();
        for (int link = 0; link < settings.links(); link++) {
            counters.add(Counter.HEARTBEATS_SENT);
            out.add(new MulticastOnLink(
                    link,
                    new Heartbeat(
                            self,
                            protocol.incarnation(),
                            beats,
                            link,
                            ring.id,
                            ring.members,
                            heard,
                            detector.heardOn(link),
                            detector.ownPauseMillis(),
                            settingsDigest,
                            courier.order())));
        }
    }

    /** When this node last certainly belonged to which view; {@link Standing#NOWHERE} before the first. */
    public Standing standing() {
        return protocol.isRunning()
                ? new Standing(protocol.ring().id.sequence(), origin + protocol.stoodAt())
                : Standing.NOWHERE;
    }

    /** When the next {@link RingInput.Tick} is due, on the clock of the inputs; far away before the start. */
    public long nextDeadlineNanos() {
        if (!started || !protocol.isRunning()) {
            return lastNanos + settings.tokenLoss();
        }
        return origin + dueAt;
    }

    /** Application messages that wait to be sent, to push back on senders. */
    public int queued() {
        return protocol.queued();
    }

    /** Counters under speaking names, since the start. */
    public SortedMap<String, Long> counters() {
        return new TreeMap<>(counters.snapshot());
    }

    RingProtocol.Phase phase() {
        return protocol.phase();
    }

    /** What the ring looks like from here, for status. */
    public RingStatus status() {
        var links = new ArrayList<RingStatus.LinkStatus>();
        for (LinkReport each : detector.report()) {
            links.add(new RingStatus.LinkStatus(
                    each.peer(),
                    each.link(),
                    each.heard(),
                    each.hearsUs(),
                    each.silence() == Long.MAX_VALUE ? -1 : each.silence() / MILLI,
                    each.interval() / MILLI,
                    each.jitter() / MILLI,
                    each.timeout() / MILLI,
                    each.lossRate() * 100));
        }
        OrderedRing ring = protocol.ring();
        return new RingStatus(self, protocol.phase().name(), ring.id, ring.members, queued(), links);
    }
}
