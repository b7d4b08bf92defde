package systole.membership;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.detector.FailureDetector;
import systole.detector.Verdict;
import systole.group.GroupEvent.Delivered;
import systole.group.GroupEvent.Departure;
import systole.group.GroupEvent.TransitionalView;
import systole.group.GroupEvent.ViewInstalled;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.membership.RingCounters.Counter;
import systole.membership.RingEffect.Deliver;
import systole.membership.RingEffect.Multicast;
import systole.membership.RingEffect.PersistRingSequence;
import systole.membership.RingEffect.Report;
import systole.membership.RingEffect.Stopped;
import systole.membership.RingEffect.Unicast;
import systole.membership.RingEffect.Weight;
import systole.membership.RingMessage.CommitToken;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.Heartbeat;
import systole.membership.RingMessage.HoldCancel;
import systole.membership.RingMessage.Join;
import systole.membership.RingMessage.OldRing;
import systole.membership.RingMessage.Ordered;
import systole.membership.RingMessage.RecoveryData;
import systole.membership.RingMessage.Token;

/**
 * The ring protocol proper: gather, commit, recovery, operational (Totem single ring, ACM TOCS 13(4), 1995), with three
 * changes. Who is dead is the detector's word, so gathering seldom waits for its consensus time. Rings find each other by
 * heartbeats and merge only if all their members hear each other. Recovery ends by a count in the token that
 * becomes final after one round in which everybody had everything.
 *
 * <p>Driven through {@link RingStack}; times are nanoseconds since its start.
 */
final class RingProtocol {
    private static final long NEVER = Long.MAX_VALUE;

    /** Ring sequences are reserved on disk in stretches of this length, so that no view change waits for a disk. */
    private static final long RESERVE = 1024;

    /** Consensus without a commit token is waited for that often before the representative is given up. */
    private static final int PATIENCE = 2;

    private static final int GOODBYES = 3;

    enum Phase {
        STARTING,
        OPERATIONAL,
        GATHER,
        COMMIT,
        RECOVERY,
        STOPPED
    }

    private final NodeId self;
    private final RingSettings settings;
    private final FailureDetector detector;
    private final RingCounters counters;
    private final Set<Mutant> mutants;
    private final SendQueue queue;
    private final long incarnation;

    private SortedSet<NodeId> configured;
    private Phase phase = Phase.STARTING;
    private long passedAt;
    private long provenAt;
    private long stoodAt;
    private long now;
    private List<RingEffect> out = List.of();

    /** The ring this node is operational in, or was last. */
    private OrderedRing ring;

    /** The ring being committed or recovered. */
    private @Nullable OrderedRing forming;

    private @Nullable RecoveryPlan plan;

    /** The token came round since this node installed the ring, so all members have installed it. */
    private boolean installedByAll = true;

    private SortedSet<NodeId> saidGoodbye = new TreeSet<>();
    private boolean injected;

    /** Used by a mutant only. */
    private final List<Data> forgettable = new ArrayList<>();

    private Gathering gathering;
    private int consensusTimeouts;
    private int gathersInARow;
    private long gatheringSince;
    private String gatherReason = "start";
    private long joinNumber;
    private final Map<NodeId, Join> lastJoins = new TreeMap<>();

    private long highestSequence;
    private long committedSequence;
    private long persisted;
    private long requested;
    private @Nullable CommitToken waitingForDisk;

    private @Nullable Token held;
    private boolean holdCancelled;
    private boolean cancelSent;
    private @Nullable RingMessage passed;

    private boolean leaving;
    private long leaveDeadline = NEVER;

    private long joinAt = NEVER;
    private long consensusAt = NEVER;
    private long tokenLossAt = NEVER;
    private long retransmitAt = NEVER;
    private long releaseAt = NEVER;

    RingProtocol(
            NodeId self,
            SortedSet<NodeId> nodes,
            RingSettings settings,
            FailureDetector detector,
            RingCounters counters,
            long lastRingSequence,
            Set<Mutant> mutants) {
        this.self = self;
        this.configured = nodes;
        this.settings = settings;
        this.detector = detector;
        this.counters = counters;
        this.mutants = mutants;
        this.queue = new SendQueue(settings.contentBytes());
        this.persisted = lastRingSequence;
        this.requested = lastRingSequence;
        this.incarnation = lastRingSequence + 1;
        this.highestSequence = is(Mutant.REUSE_STORED_SEQUENCE) ? lastRingSequence - RESERVE : incarnation;
        this.committedSequence = highestSequence;
        this.ring = newRing(new RingId(self, Math.max(0, highestSequence)), List.of(self));
        this.gathering = newGathering(List.of(self));
    }

    private OrderedRing newRing(RingId id, List<NodeId> members) {
        return new OrderedRing(id, members, self, settings, counters, mutants);
    }

    private Gathering newGathering(Collection<NodeId> members) {
        return new Gathering(self, members, is(Mutant.AGREE_ON_ALL_SEEN));
    }

    private boolean is(Mutant mutant) {
        return mutants.contains(mutant);
    }

    // ---------------------------------------------------------------- what the stack asks

    Phase phase() {
        return phase;
    }

    OrderedRing ring() {
        return ring;
    }

    long incarnation() {
        return incarnation;
    }

    int queued() {
        return queue.size();
    }

    boolean isRunning() {
        return phase != Phase.STARTING && phase != Phase.STOPPED;
    }

    long deadline() {
        long first = Math.min(Math.min(joinAt, consensusAt), Math.min(tokenLossAt, retransmitAt));
        return Math.min(Math.min(first, releaseAt), leaveDeadline);
    }

    /** Members of the ring that are no nodes any more are given up at once: nothing of them is heard from here on. */
    void configure(SortedSet<NodeId> nodes) {
        configured = nodes;
        if (!isRunning()) {
            return;
        }
        OrderedRing current = forming == null ? ring : forming;
        var gone = new TreeSet<NodeId>(phase == Phase.GATHER ? gathering.candidates() : current.members);
        gone.removeAll(nodes);
        gone.remove(self);
        if (!gone.isEmpty()) {
            startGathering();
            gather("no nodes of the cluster any more: " + gone, List.of(), gone);
        }
    }

    /** Before every call: the time, and where effects go. */
    void at(long time, List<RingEffect> effects) {
        now = time;
        out = effects;
    }

    /**
     * A moment after which all members were still in the installed ring, as late as this node can know: a token that comes
     * was in the hands of all of them after this node passed it on. When it comes says less: it may have waited here for as
     * long as this node was paused.
     */
    long stoodAt() {
        return phase == Phase.OPERATIONAL && ring.isAlone() ? now : stoodAt;
    }

    // ---------------------------------------------------------------- start, disk, leave, send

    void start() {
        reserve(incarnation);
        if (is(Mutant.PERSIST_AFTER_USE)) {
            persisted = requested;
            begin();
        }
    }

    private void begin() {
        phase = Phase.OPERATIONAL;
        counters.add(Counter.RINGS_INSTALLED);
        out.add(new Deliver(new ViewInstalled(ring.view(), Map.of())));
        notice("started alone as ring " + ring.id);
        sendAlone();
    }

    /** Whether this sequence may be used already; asks for more well before the stretch is used up. */
    private boolean reserve(long sequence) {
        if (requested < sequence + RESERVE / 2) {
            requested = sequence + RESERVE;
            out.add(new PersistRingSequence(requested));
        }
        if (is(Mutant.PERSIST_AFTER_USE)) {
            return true;
        }
        if (sequence > persisted) {
            counters.add(Counter.SEQUENCE_WAITS);
            return false;
        }
        return true;
    }

    void persisted(long sequence) {
        persisted = Math.max(persisted, sequence);
        if (phase == Phase.STARTING && persisted >= incarnation) {
            begin();
            return;
        }
        @Nullable CommitToken token = waitingForDisk;
        waitingForDisk = null;
        if (token != null) {
            onCommitToken(token);
        } else {
            checkConsensus();
        }
    }

    void send(Guarantee guarantee, byte[] payload) {
        counters.add(Counter.MESSAGES_SENT);
        queue.add(guarantee, payload);
        if (phase != Phase.OPERATIONAL) {
            return;
        }
        if (ring.isAlone()) {
            sendAlone();
        } else if (held != null) {
            release();
        } else if (ring.unchangedRotations() >= settings.seqnoUnchangedConst() - 2 && !cancelSent) {
            cancelSent = true;
            if (ring.isRepresentative()) {
                holdCancelled = true;
            } else {
                counters.add(Counter.HOLD_CANCELS_SENT);
                out.add(new Unicast(ring.id.representative(), new HoldCancel(self, ring.id)));
            }
        }
    }

    /** A ring of one orders by itself. */
    private void sendAlone() {
        while (phase == Phase.OPERATIONAL && ring.isAlone() && !queue.isEmpty()) {
            SendQueue.Content content = queue.next();
            long sequence = ring.store.highest() + 1;
            ring.receive(new Data(self, ring.id, sequence, content.guarantee(), content.bytes()));
            ring.deliverRegular(sequence, this::deliver);
            ring.store.freeUpTo(sequence);
        }
        sayGoodbyeIfDone();
    }

    void leave() {
        if (phase == Phase.STARTING || phase == Phase.STOPPED) {
            stop();
            return;
        }
        if (phase == Phase.GATHER && is(Mutant.FORGET_LEAVE_WHILE_GATHERING)) {
            return;
        }
        leaving = true;
        leaveDeadline = now + settings.tokenLoss();
        sayGoodbyeIfDone();
        if (held != null) {
            release();
        }
    }

    private void sayGoodbyeIfDone() {
        boolean done = phase == Phase.OPERATIONAL
                && queue.isEmpty()
                && (ring.isAlone() || (ring.ownDelivered() && ring.safeUpTo() >= ring.store.highest()));
        if (leaving && phase != Phase.STOPPED && (done || now >= leaveDeadline)) {
            if (!done) {
                warn("leaving although " + queue.size() + " messages wait: no ring took them in time");
            }
            for (int i = 0; i < GOODBYES; i++) {
                out.add(new Multicast(new RingMessage.Leave(self, incarnation)));
            }
            stop();
        }
    }

    private void stop() {
        phase = Phase.STOPPED;
        joinAt = consensusAt = tokenLossAt = retransmitAt = releaseAt = leaveDeadline = NEVER;
        out.add(new Stopped());
    }

    // ---------------------------------------------------------------- inputs

    void received(NodeId from, RingMessage message) {
        if (!isRunning()) {
            return;
        }
        if (message instanceof Token token) {
            onToken(token);
        } else if (message instanceof Data data) {
            onData(data);
        } else if (message instanceof RecoveryData data) {
            onRecoveryData(data);
        } else if (message instanceof Join join) {
            onJoin(join);
        } else if (message instanceof CommitToken token) {
            onCommitToken(token);
        } else if (message instanceof HoldCancel cancel) {
            onHoldCancel(cancel);
        } else {
            throw new AssertionError("not for the ring: " + message);
        }
    }

    void tick() {
        if (now >= leaveDeadline) {
            sayGoodbyeIfDone();
        }
        if (now >= releaseAt) {
            release();
        }
        if (now >= retransmitAt) {
            retransmitPassed();
        }
        if (now >= joinAt) {
            sendJoin();
        }
        if (now >= consensusAt) {
            onConsensusTimeout();
        }
        if (now >= tokenLossAt) {
            onTokenLoss();
        }
    }

    /** This node did not run for a while: what its timers say of the others in that time is worth nothing. */
    void wasPaused() {
        if (tokenLossAt != NEVER) {
            tokenLossAt = Math.max(tokenLossAt, now + settings.tokenLoss() / 2);
        }
        if (consensusAt != NEVER) {
            consensusAt = Math.max(consensusAt, now + settings.consensus() / 2);
        }
    }

    /** The detector's word about a peer. */
    void judged(Verdict verdict) {
        if (!isRunning() || !verdict.kind().isGone()) {
            return;
        }
        NodeId peer = verdict.peer();
        boolean goodbye = verdict.kind() == Verdict.Kind.LEFT;
        if ((goodbye && is(Mutant.IGNORE_LEAVE))
                || (verdict.kind() == Verdict.Kind.RESTARTED && is(Mutant.IGNORE_RESTART))) {
            return;
        }
        if (phase == Phase.GATHER) {
            boolean news = goodbye && gathering.leave(peer);
            if (gathering.isSeen(peer) && !gathering.isFailed(peer)) {
                counters.add(Counter.SUSPICIONS);
                gather(verdict.evidence(), List.of(), List.of(peer));
            } else if (news) {
                sendJoin();
            }
            return;
        }
        OrderedRing current = forming == null ? ring : forming;
        if (current.members.contains(peer)) {
            counters.add(Counter.SUSPICIONS);
            startGathering();
            if (goodbye) {
                gathering.leave(peer);
            }
            gather(verdict.evidence(), List.of(), List.of(peer));
        }
    }

    /** A heartbeat that the detector took as news: other rings are found here. */
    void heard(Heartbeat beat) {
        if (phase != Phase.OPERATIONAL || beat.ring().equals(ring.id)) {
            return;
        }
        NodeId peer = beat.sender();
        if (ring.members.contains(peer)) {
            if (beat.ring().compareTo(ring.id) > 0 && !beat.members().contains(self)) {
                startGathering();
                gather("left behind: " + peer + " is already in ring " + beat.ring(), List.of(), List.of());
            }
        } else if (ring.id.representative().equals(self) && mayMerge(peer, beat.members())) {
            startGathering();
            gather(peer + " is in another ring, " + beat.ring(), List.of(peer), List.of());
        }
    }

    /**
     * Only rings whose members all hear each other merge: otherwise the merged ring would fall apart at once. And only when
     * all members have installed this one: a member that is called away before still gives up whom it gave up while
     * gathering, would talk the others into it, and so on for ever.
     */
    private boolean mayMerge(NodeId peer, SortedSet<NodeId> itsRing) {
        if (is(Mutant.NEVER_MERGE) || !configured.contains(peer) || !detector.isMutual(peer)) {
            return false;
        }
        if (!installedByAll && !is(Mutant.MERGE_BEFORE_ALL_INSTALLED)) {
            return false;
        }
        var others = new TreeSet<>(itsRing);
        others.add(peer);
        others.removeAll(ring.members);
        for (NodeId mine : ring.members) {
            for (NodeId other : others) {
                if (!detector.hears(mine, other) || !detector.hears(other, mine)) {
                    return false;
                }
            }
        }
        return true;
    }

    // ---------------------------------------------------------------- gather

    /** Fresh sets, unless a gathering is already on its way (they only grow until a ring is installed). */
    private void startGathering() {
        if (phase == Phase.OPERATIONAL) {
            gathering = newGathering(ring.members);
            gathersInARow = 0;
            gatheringSince = now;
        } else {
            gathering.forgetJoins();
        }
    }

    /** Waits anew for agreement, but in GATHER only where something grows: else two that never agree would wait for ever. */
    private void gather(String why, Collection<NodeId> moreSeen, Collection<NodeId> moreFailed) {
        boolean entering = phase != Phase.GATHER;
        int before = gathering.size();
        forgettable.clear();
        phase = Phase.GATHER;
        forming = null;
        plan = null;
        held = null;
        passed = null;
        waitingForDisk = null;
        tokenLossAt = retransmitAt = releaseAt = NEVER;
        gathering.see(moreSeen);
        moreFailed.stream().filter(node -> !node.equals(self)).forEach(gathering::fail);
        for (NodeId node : new TreeSet<>(gathering.candidates())) {
            // Nobody is waited for who is not heard: that is what the detector is for.
            if (!node.equals(self) && !detector.hears(node)) {
                gathering.fail(node);
            }
        }
        if (entering) {
            counters.add(Counter.GATHERS);
            gathersInARow++;
            if (gathersInARow == 1) {
                gatherReason = why;
            }
            notice("gathering: " + why);
            if (gathersInARow == 8) {
                warn("gathering for the 8th time in " + millis(now - gatheringSince)
                        + " without a ring: a firewall or a faulty interface may pass only part of the traffic");
            }
        }
        if (entering || gathering.size() > before) {
            consensusTimeouts = 0;
            consensusAt = now + settings.consensus();
            sendJoin();
        }
        checkConsensus();
    }

    private void sendJoin() {
        if (phase != Phase.GATHER) {
            joinAt = NEVER;
            return;
        }
        joinAt = now + settings.join();
        counters.add(Counter.JOINS_SENT);
        var left = new TreeSet<>(gathering.left());
        left.retainAll(gathering.failed());
        out.add(new Multicast(new Join(
                self,
                incarnation,
                ++joinNumber,
                new TreeSet<>(gathering.seen()),
                new TreeSet<>(gathering.failed()),
                left,
                is(Mutant.TELL_HIGHEST_HEARD) ? highestSequence : committedSequence)));
    }

    private void onJoin(Join join) {
        counters.add(Counter.JOINS_RECEIVED);
        NodeId from = join.sender();
        if (from.equals(self)
                || !configured.contains(from)
                || join.incarnation() != detector.incarnation(from)
                || detector.isCatchingUp()
                || isOvertaken(join)) {
            counters.add(Counter.JOINS_IGNORED);
            return;
        }
        lastJoins.put(from, join);
        highestSequence = Math.max(highestSequence, join.ringSequence());
        boolean failsMe = join.failed().contains(self);
        boolean wanted;
        switch (phase) {
            case OPERATIONAL -> {
                if (ring.members.contains(from)) {
                    boolean stale = join.ringSequence() < ring.id.sequence();
                    wanted = !stale && (!failsMe || is(Mutant.OBEY_JOIN_THAT_FAILS_ME));
                } else {
                    wanted = !failsMe && mayMerge(from, join.candidates());
                    wanted |= failsMe && is(Mutant.OBEY_JOIN_THAT_FAILS_ME);
                }
                wanted &= !is(Mutant.DROP_JOINS_WHILE_OPERATIONAL);
                if (wanted) {
                    startGathering();
                    takeIn(join, "Join of " + from);
                }
            }
            case GATHER -> {
                boolean welcome = gathering.isSeen(from) || (!failsMe && detector.isMutual(from));
                wanted = !gathering.isFailed(from) && welcome;
                if (wanted && !failsMe && gathering.isSeen(from) && gathering.knows(join, configured)) {
                    gathering.heard(join);
                    checkConsensus();
                } else if (wanted) {
                    takeIn(join, "Join of " + from);
                }
            }
            case COMMIT, RECOVERY -> {
                OrderedRing proposed = proposed();
                // News of a member, or a member that was through this commit and gathers again.
                wanted = proposed.members.contains(from)
                        && (failsMe
                                || !gathering.knows(join, configured)
                                || join.ringSequence() >= proposed.id.sequence());
                if (wanted) {
                    startGathering();
                    takeIn(join, "Join of " + from + " while ring " + proposed.id + " was formed");
                }
            }
            default -> wanted = false;
        }
        if (!wanted) {
            counters.add(Counter.JOINS_IGNORED);
        }
    }

    private boolean isOvertaken(Join join) {
        @Nullable Join last = lastJoins.get(join.sender());
        return last != null && last.incarnation() == join.incarnation() && last.number() >= join.number();
    }

    /** Case 4 of the Join rules: its sets are added to mine, with what it says of me and of my ring. */
    private void takeIn(Join join, String why) {
        NodeId from = join.sender();
        var failed = new TreeSet<NodeId>();
        var seen = new TreeSet<NodeId>();
        seen.add(from);
        if (join.failed().contains(self)) {
            failed.add(from);
        } else {
            seen.addAll(join.seen());
            seen.retainAll(configured);
            for (NodeId accused : join.failed()) {
                // Who is not of my ring cannot accuse members of my ring.
                if (ring.members.contains(from) || !ring.members.contains(accused)) {
                    failed.add(accused);
                }
            }
            failed.retainAll(configured);
            join.left().forEach(gathering::leave);
            gathering.heard(join);
        }
        gather(why + (failed.isEmpty() ? "" : ", which gives up " + failed), seen, failed);
    }

    private void onConsensusTimeout() {
        consensusAt = NEVER;
        if (phase != Phase.GATHER) {
            return;
        }
        counters.add(Counter.CONSENSUS_TIMEOUTS);
        SortedSet<NodeId> silent = gathering.withoutConsensus();
        if (silent.isEmpty()) {
            NodeId representative = gathering.candidates().first();
            consensusTimeouts++;
            consensusAt = now + settings.consensus();
            if (representative.equals(self) || consensusTimeouts < PATIENCE) {
                sendJoin();
                checkConsensus();
                return;
            }
            warn("no commit token came from " + representative + "; giving it up");
            gather("no commit token from " + representative, List.of(), List.of(representative));
            return;
        }
        warn("no agreement with " + silent + " within " + millis(settings.consensus()) + "; giving them up");
        gather("no agreement with " + silent, List.of(), silent);
    }

    private void checkConsensus() {
        if (phase != Phase.GATHER || !gathering.withoutConsensus().isEmpty()) {
            return;
        }
        SortedSet<NodeId> members = gathering.candidates();
        if (!members.first().equals(self)) {
            return;
        }
        long sequence = Math.max(highestSequence, committedSequence) + 1;
        if (!reserve(sequence)) {
            return;
        }
        highestSequence = sequence;
        var left = new TreeSet<>(gathering.left());
        left.retainAll(gathering.failed());
        enterCommit(new CommitToken(self, new RingId(self, sequence), 0, List.copyOf(members), List.of(), left));
    }

    // ---------------------------------------------------------------- commit

    private OrderedRing proposed() {
        if (forming == null) {
            throw new IllegalStateException("no ring is being formed in " + phase);
        }
        return forming;
    }

    private void onCommitToken(CommitToken token) {
        counters.add(Counter.COMMIT_TOKENS_RECEIVED);
        int size = token.members().size();
        int round = token.hop() / size;
        if (!token.members().get(token.hop() % size).equals(self)) {
            counters.add(Counter.COMMIT_TOKENS_IGNORED);
            return;
        }
        boolean newer = token.ring().sequence() > committedSequence || is(Mutant.ACCEPT_OLD_COMMIT_TOKEN);
        // In COMMIT too: the representative may have begun anew before the former token had come here.
        if (round == 0
                && (phase == Phase.GATHER || (phase == Phase.COMMIT && !is(Mutant.STAY_IN_FORMER_COMMIT)))
                && newer
                && token.slots().size() == token.hop()
                && token.ring().representative().equals(token.members().get(0))
                && new TreeSet<>(token.members()).equals(gathering.candidates())) {
            highestSequence = Math.max(highestSequence, token.ring().sequence());
            if (reserve(token.ring().sequence())) {
                enterCommit(token);
            } else {
                waitingForDisk = token;
            }
        } else if (round == 1
                && phase == Phase.COMMIT
                && token.ring().equals(proposed().id)
                && token.slots().size() == size) {
            enterRecovery(token);
        } else if (token.hop() == 2 * size
                && phase == Phase.RECOVERY
                && !injected
                && token.ring().equals(proposed().id)) {
            injected = true;
            injectToken();
        } else {
            counters.add(Counter.COMMIT_TOKENS_IGNORED);
        }
    }

    private void enterCommit(CommitToken token) {
        phase = Phase.COMMIT;
        waitingForDisk = null;
        joinAt = consensusAt = NEVER;
        committedSequence = token.ring().sequence();
        OrderedRing proposed = newRing(token.ring(), token.members());
        forming = proposed;
        injected = false;
        saidGoodbye = token.left();
        var slots = new ArrayList<>(token.slots());
        slots.add(new OldRing(
                ring.id,
                ring.store.receivedUpTo(),
                ring.store.highest(),
                ring.safeUpTo(),
                new TreeSet<>(ring.obligation)));
        var filled = new CommitToken(self, token.ring(), token.hop() + 1, token.members(), slots, token.left());
        if (proposed.isAlone()) {
            plan = RecoveryPlan.of(filled, ring.id, self);
            install();
            return;
        }
        pass(proposed.successor, filled);
        tokenLossAt = now + settings.tokenLoss();
    }

    /** Hands a token on and remembers it, to send it again if the next one does not seem to have it. */
    private void pass(NodeId next, RingMessage token) {
        passed = token;
        passedAt = now;
        retransmitAt = now + settings.tokenRetransmit();
        out.add(new Unicast(next, token));
    }

    private void retransmitPassed() {
        retransmitAt = NEVER;
        OrderedRing current = forming == null ? ring : forming;
        if (passed == null || phase == Phase.GATHER || is(Mutant.NEVER_RETRANSMIT_TOKEN)) {
            return;
        }
        counters.add(Counter.TOKENS_RETRANSMITTED);
        retransmitAt = now + settings.tokenRetransmit();
        out.add(new Unicast(current.successor, passed));
    }

    // ---------------------------------------------------------------- recovery

    private void enterRecovery(CommitToken token) {
        phase = Phase.RECOVERY;
        counters.add(Counter.RECOVERIES);
        OrderedRing proposed = proposed();
        RecoveryPlan agreed = RecoveryPlan.of(token, ring.id, self);
        plan = agreed;
        if (!is(Mutant.SKIP_RECOVERY)) {
            proposed.toRecover.addAll(agreed.shareOf(self, ring.store));
        }
        pass(
                proposed.successor,
                new CommitToken(self, token.ring(), token.hop() + 1, token.members(), token.slots(), token.left()));
        tokenLossAt = now + settings.tokenLoss();
    }

    private void injectToken() {
        onToken(new Token(self, proposed().id, 1, 0, 0, 0, 0, 0, 0, new long[0]));
    }

    private void onRecoveryData(RecoveryData data) {
        OrderedRing current = forming == null ? ring : forming;
        if (!data.ring().equals(current.id) || phase == Phase.COMMIT || phase == Phase.GATHER) {
            counters.add(Counter.DATA_FOREIGN);
            return;
        }
        if (current.receive(data) && phase == Phase.RECOVERY) {
            Data original = data.original();
            // Kept even if this recovery is lost: a member that finished it may have delivered the message as safe.
            if (original.ring().equals(ring.id)) {
                if (is(Mutant.FORGET_RECOVERED)) {
                    forgettable.add(original);
                } else {
                    ring.store.add(original);
                }
            }
            current.skipRecovered();
        }
        sawProgress(data);
    }

    private void install() {
        OrderedRing old = ring;
        OrderedRing next = proposed();
        RecoveryPlan agreed = plan == null ? failPlan() : plan;
        forgettable.forEach(old.store::add);
        forgettable.clear();
        SortedSet<NodeId> survivors = is(Mutant.WRONG_TRANSITIONAL) ? old.members : agreed.survivors();
        old.deliverRegular(agreed.safeUpTo(), this::deliver);
        out.add(new Deliver(new TransitionalView(old.view(), survivors)));
        old.deliverTail(agreed.obliged(), this::deliver);
        if (!is(Mutant.CONTINUE_PARTIAL)) {
            queue.restartPartial();
        }
        var left = new TreeMap<NodeId, Departure>();
        for (NodeId member : old.members) {
            if (!survivors.contains(member)) {
                left.put(member, saidGoodbye.contains(member) ? Departure.LEFT : Departure.LOST);
            }
        }
        ring = next;
        forming = null;
        plan = null;
        phase = Phase.OPERATIONAL;
        installedByAll = next.isAlone();
        stoodAt = next.isAlone() ? now : provenAt;
        joinAt = consensusAt = NEVER;
        gathersInARow = 0;
        cancelSent = false;
        holdCancelled = false;
        counters.add(Counter.RINGS_INSTALLED);
        out.add(new Deliver(new ViewInstalled(next.view(), left)));
        report(next, old, survivors, left);
        if (next.isAlone()) {
            tokenLossAt = retransmitAt = NEVER;
            sendAlone();
        }
    }

    private RecoveryPlan failPlan() {
        throw new IllegalStateException("ring is to be installed without a recovery plan");
    }

    private void report(OrderedRing next, OrderedRing old, SortedSet<NodeId> survivors, Map<NodeId, Departure> left) {
        var joined = new TreeSet<>(next.members);
        joined.removeAll(survivors);
        notice("ring " + next.id + " of " + next.members + " follows " + old.id + " after "
                + millis(now - gatheringSince) + (joined.isEmpty() ? "" : "; new: " + joined)
                + (left.isEmpty() ? "" : "; gone: " + left) + "; because: " + gatherReason);
    }

    // ---------------------------------------------------------------- token and data

    private void onToken(Token token) {
        OrderedRing current = forming == null ? ring : forming;
        boolean expected = phase == Phase.OPERATIONAL || phase == Phase.RECOVERY;
        if (!expected || !token.ring().equals(current.id) || !current.accept(token)) {
            counters.add(Counter.TOKENS_DROPPED);
            return;
        }
        counters.add(Counter.TOKENS_RECEIVED);
        provenAt = is(Mutant.STAND_BY_ARRIVAL) ? now : passedAt;
        passed = null;
        retransmitAt = NEVER;
        held = null;
        releaseAt = NEVER;
        tokenLossAt = is(Mutant.NEVER_LOSE_TOKEN) ? NEVER : now + settings.tokenLoss();
        current.learn(token);
        installedByAll |= phase == Phase.OPERATIONAL;
        if (phase == Phase.RECOVERY && current.isSettled(token)) {
            install();
        }
        if (current.stuckRotations() > settings.failRecvConst()
                && token.loweredBy() != 0
                && !is(Mutant.STUCK_RECEIVER_STAYS)) {
            var stuck = new NodeId(token.loweredBy());
            warn(stuck + " has received nothing for " + current.stuckRotations() + " rotations while tokens reach it:"
                    + " large packets towards it may be lost; check the path MTU");
            startGathering();
            gather(stuck + " does not receive messages", List.of(), List.of(stuck));
            return;
        }
        if (phase == Phase.OPERATIONAL) {
            stoodAt = provenAt;
            current.deliverRegular(0, this::deliver);
            sayGoodbyeIfDone();
            if (phase == Phase.STOPPED) {
                // The token goes with this node: the others are told, they need not wait for it.
                return;
            }
        }
        if (mayHold(current, token)) {
            counters.add(Counter.TOKENS_HELD);
            held = token;
            releaseAt = now + settings.hold();
            return;
        }
        passOn(token);
    }

    private boolean mayHold(OrderedRing current, Token token) {
        boolean cancelled = holdCancelled;
        holdCancelled = false;
        cancelSent = false;
        boolean complete = token.receivedUpTo() == token.sequence() && token.requests().length == 0;
        boolean hasty = is(Mutant.HOLD_ALTHOUGH_SOMETHING_IS_MISSING);
        int patience = settings.seqnoUnchangedConst() * (complete || hasty ? 1 : 10);
        return phase == Phase.OPERATIONAL
                && current.isRepresentative()
                && !cancelled
                && !leaving
                && queue.isEmpty()
                && current.unchangedRotations() >= patience;
    }

    private void passOn(Token token) {
        OrderedRing current = forming == null ? ring : forming;
        boolean operational = phase == Phase.OPERATIONAL;
        Token next = current.turn(token, queue, operational, out);
        if (operational) {
            current.deliverRegular(0, this::deliver);
        } else {
            current.skipRecovered();
            if (next.settled() > 0 && plan != null) {
                // From here on another member may finish recovery and rely on this one.
                ring.obligation.addAll(plan.obliged());
            }
        }
        counters.add(Counter.TOKENS_SENT);
        pass(current.successor, next);
        if (phase == Phase.RECOVERY && current.isSettled(next)) {
            install();
        }
    }

    private void release() {
        releaseAt = NEVER;
        @Nullable Token token = held;
        held = null;
        if (token != null) {
            passOn(token);
        }
    }

    private void onHoldCancel(HoldCancel cancel) {
        if (phase == Phase.OPERATIONAL && cancel.ring().equals(ring.id)) {
            if (held != null) {
                release();
            } else {
                holdCancelled = true;
            }
        }
    }

    private void onData(Data data) {
        if (phase == Phase.RECOVERY && data.ring().equals(proposed().id)) {
            proposed().receive(data);
            sawProgress(data);
        } else if (data.ring().equals(ring.id)
                && (phase == Phase.OPERATIONAL || phase == Phase.GATHER || is(Mutant.ACCEPT_DATA_IN_COMMIT))) {
            ring.receive(data);
            ring.deliverRegular(0, this::deliver);
            sawProgress(data);
        } else {
            counters.add(Counter.DATA_FOREIGN);
        }
    }

    /** A message that was numbered after the token was passed shows that the next one has it. */
    private void sawProgress(Ordered message) {
        if (passed instanceof Token token
                && message.ring().equals(token.ring())
                && message.sequence() > token.sequence()) {
            passed = null;
            retransmitAt = NEVER;
        }
    }

    private void onTokenLoss() {
        tokenLossAt = NEVER;
        String lost = "the token of ring " + (forming == null ? ring.id : forming.id) + " was lost in " + phase;
        switch (phase) {
            case OPERATIONAL -> counters.add(Counter.TOKEN_LOST_IN_OPERATIONAL);
            case COMMIT -> counters.add(Counter.TOKEN_LOST_IN_COMMIT);
            case RECOVERY -> counters.add(Counter.TOKEN_LOST_IN_RECOVERY);
            default -> {
                return;
            }
        }
        // A lost token says that something failed, not who did: nobody is accused here.
        startGathering();
        gather(lost, List.of(), List.of());
    }

    private void deliver(Delivered message) {
        counters.add(Counter.MESSAGES_DELIVERED);
        counters.add(Counter.BYTES_DELIVERED, message.payload().length);
        out.add(new Deliver(message));
    }

    private void notice(String words) {
        out.add(new Report(Weight.NOTICE, words));
    }

    private void warn(String words) {
        out.add(new Report(Weight.WARNING, words));
    }

    private static String millis(long nanos) {
        return nanos / 1_000_000 + " ms";
    }
}
