package systole.membership;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import systole.group.GroupEvent.Delivered;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.NodeSet;
import systole.membership.RingCounters.Counter;
import systole.membership.RingEffect.Multicast;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.Ordered;
import systole.membership.RingMessage.RecoveryData;
import systole.membership.RingMessage.Token;

/**
 * One ring as one member sees it: its messages, what was delivered of them, and the visits of its token (sections 3 and
 * 4 of the protocol: order, retransmission, flow control).
 */
final class OrderedRing {
    /** Never more messages than this between the last one freed and the newest. */
    private static final int STORE_LIMIT = 16384;

    private static final long[] NO_REQUESTS = {};

    final RingId id;
    final SortedSet<NodeId> members;
    final List<NodeId> order;
    final NodeId successor;
    final MessageStore store = new MessageStore();
    final Reassembly reassembly = new Reassembly();

    /** Messages of an old ring that this member has to send again here; empty once operational. */
    final ArrayDeque<Data> toRecover = new ArrayDeque<>();

    /** Senders whose messages must be delivered whatever is missing before them. */
    final SortedSet<NodeId> obligation = new TreeSet<>();

    private final NodeId self;
    private final RingSettings settings;
    private final RingCounters counters;
    private final Set<Mutant> mutants;
    private final long[] earlierSequences;

    private long deliveredUpTo;
    private long safeUpTo;
    private long lastOwn;
    private long acceptedToken;
    private long lastSentAru;
    private long lastReceivedAru;
    private long lastSequence;
    private int visits;
    private int unchanged;
    private int stuck;
    private int sentLastVisit;
    private int backlogLastVisit;

    OrderedRing(
            RingId id,
            List<NodeId> order,
            NodeId self,
            RingSettings settings,
            RingCounters counters,
            Set<Mutant> mutants) {
        this.id = id;
        this.order = List.copyOf(order);
        this.members = NodeSet.of(order);
        this.successor = order.get((order.indexOf(self) + 1) % order.size());
        this.self = self;
        this.settings = settings;
        this.counters = counters;
        this.mutants = mutants;
        this.earlierSequences = new long[settings.missCountConst()];
        this.obligation.add(self);
    }

    View view() {
        return new View(id.sequence(), id.representative(), members);
    }

    boolean isAlone() {
        return order.size() == 1;
    }

    boolean isRepresentative() {
        return id.representative().equals(self);
    }

    long deliveredUpTo() {
        return deliveredUpTo;
    }

    long safeUpTo() {
        return safeUpTo;
    }

    int unchangedRotations() {
        return unchanged;
    }

    int stuckRotations() {
        return stuck;
    }

    /** Everything this node has sent was delivered here. */
    boolean ownDelivered() {
        return deliveredUpTo >= lastOwn;
    }

    /** Whether the token is newer than the last one; a repeated one changes nothing and restarts no timer. */
    boolean accept(Token token) {
        boolean isNew = token.tokenSequence() > acceptedToken;
        if (isNew || mutants.contains(Mutant.ACCEPT_OLD_TOKEN)) {
            acceptedToken = Math.max(acceptedToken, token.tokenSequence());
            return true;
        }
        return false;
    }

    /** First half of a visit: what the token tells. */
    void learn(Token token) {
        unchanged = token.sequence() == lastSequence ? unchanged + 1 : 0;
        lastSequence = token.sequence();
        boolean halted =
                token.receivedUpTo() == lastReceivedAru && token.loweredBy() != 0 && token.loweredBy() != self.value();
        stuck = halted ? stuck + 1 : 0;
        lastReceivedAru = token.receivedUpTo();
        // Two successive visits: at the first everybody has it, at the second that is certain.
        long safe = mutants.contains(Mutant.SAFE_AFTER_ONE_VISIT)
                ? token.receivedUpTo()
                : Math.min(lastSentAru, token.receivedUpTo());
        safeUpTo = Math.max(safeUpTo, safe);
        store.freeUpTo(mutants.contains(Mutant.FREE_EARLY) ? deliveredUpTo : Math.min(safeUpTo, deliveredUpTo));
    }

    /** Second half: send again what others lack, ask for what is missing here, send what waits, pass on. */
    Token turn(Token token, SendQueue queue, boolean operational, List<RingEffect> out) {
        int waiting = operational ? queue.backlog() : toRecover.size();
        int allowance = allowance(token, waiting);
        var requests = new ArrayList<Long>();
        int again = retransmit(token, allowance, requests, out);
        long sequence = token.sequence();
        ask(sequence, requests);
        int fresh = 0;
        while (again + fresh < allowance && !(operational ? queue.isEmpty() : toRecover.isEmpty())) {
            sequence++;
            Ordered message = operational ? nextOf(queue, sequence) : nextRecovered(sequence);
            store.add(message);
            out.add(new Multicast(message));
            fresh++;
        }
        counters.add(Counter.DATA_SENT, fresh);
        long aru = store.receivedUpTo();
        long tokenAru = token.receivedUpTo();
        int loweredBy = token.loweredBy();
        boolean mayRaise = loweredBy == self.value() || loweredBy == 0;
        if (mayRaise || (aru < tokenAru && !mutants.contains(Mutant.NEVER_LOWER_ARU))) {
            tokenAru = aru;
            loweredBy = aru == sequence ? 0 : self.value();
        }
        lastSentAru = tokenAru;
        if (fresh > 0) {
            // What this node adds counts as life on the ring too; else it would hold the token as soon as it comes
            // round again, while the others have not yet answered.
            unchanged = 0;
        }
        lastSequence = sequence;
        int settled = operational ? token.settled() : settled(token, fresh, sequence);
        int left = operational ? queue.backlog() : toRecover.size();
        int sent = again + fresh;
        int inRotation = Math.max(0, token.sentInRotation() + sent - sentLastVisit);
        int backlog = Math.max(0, token.backlog() + left - backlogLastVisit);
        sentLastVisit = sent;
        backlogLastVisit = left;
        earlierSequences[visits % earlierSequences.length] = sequence;
        visits++;
        return new Token(
                self,
                id,
                token.tokenSequence() + 1,
                sequence,
                tokenAru,
                loweredBy,
                inRotation,
                backlog,
                settled,
                numbers(requests));
    }

    private static long[] numbers(List<Long> requests) {
        if (requests.isEmpty()) {
            return NO_REQUESTS;
        }
        long[] numbers = new long[requests.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = requests.get(i);
        }
        return numbers;
    }

    private int allowance(Token token, int waiting) {
        int window = settings.windowSize() - token.sentInRotation();
        int allowance = Math.min(settings.maxMessages(), Math.max(0, window));
        if (mutants.contains(Mutant.UNCLAMPED_WINDOW) && window <= 0) {
            allowance = Integer.MAX_VALUE;
        }
        long others = (long) token.backlog() + waiting - backlogLastVisit;
        if (others > 0) {
            long share = (long) settings.windowSize() * backlogLastVisit / others;
            if (share > 0 && share < allowance) {
                allowance = (int) share;
            }
        }
        return token.sequence() + settings.windowSize() - store.freedUpTo() > STORE_LIMIT ? 0 : allowance;
    }

    private int retransmit(Token token, int allowance, List<Long> unserved, List<RingEffect> out) {
        int served = 0;
        for (long wanted : token.requests()) {
            @Nullable Ordered message = store.get(wanted);
            if (message != null && served < Math.max(1, allowance)) {
                out.add(new Multicast(message));
                served++;
            } else if (!unserved.contains(wanted)) {
                unserved.add(wanted);
            }
        }
        counters.add(Counter.RETRANSMITTED, served);
        return served;
    }

    /** Asks only for what was sent some visits ago: multicast may be slower than the token. */
    private void ask(long sequence, List<Long> requests) {
        if (mutants.contains(Mutant.NEVER_ASK) || visits < earlierSequences.length) {
            return;
        }
        long overdue = Math.min(sequence, earlierSequences[visits % earlierSequences.length]);
        for (long wanted = store.receivedUpTo() + 1;
                wanted <= overdue && requests.size() < RingMessage.MAX_RETRANSMIT_REQUESTS;
                wanted++) {
            if (!store.has(wanted) && !requests.contains(wanted)) {
                requests.add(wanted);
                counters.add(Counter.RETRANSMISSIONS_REQUESTED);
            }
        }
    }

    private Ordered nextOf(SendQueue queue, long sequence) {
        SendQueue.Content content = queue.next();
        lastOwn = sequence;
        return new Data(self, id, sequence, content.guarantee(), content.bytes());
    }

    private Ordered nextRecovered(long sequence) {
        counters.add(Counter.RECOVERY_MESSAGES_SENT);
        return new RecoveryData(self, id, sequence, toRecover.remove());
    }

    /** Counts successive holders that have everything and add nothing; a whole round of them ends recovery. */
    private int settled(Token token, int fresh, long sequence) {
        if (isSettled(token)) {
            return token.settled();
        }
        boolean complete = toRecover.isEmpty() && store.receivedUpTo() == sequence;
        if (mutants.contains(Mutant.LEAVE_RECOVERY_EARLY) && toRecover.isEmpty()) {
            return order.size();
        }
        if (!complete) {
            return 0;
        }
        return fresh > 0 ? 1 : token.settled() + 1;
    }

    /** Whether every member has every recovered message. Final once reached. */
    boolean isSettled(Token token) {
        return token.settled() >= order.size();
    }

    /** Takes a message of this ring in. */
    boolean receive(Ordered message) {
        boolean isNew = store.add(message);
        counters.add(isNew ? Counter.DATA_RECEIVED : Counter.DATA_DUPLICATE);
        return isNew;
    }

    /** While the ring is formed: recovered messages are consumed as they come. */
    void skipRecovered() {
        while (store.get(deliveredUpTo + 1) instanceof RecoveryData) {
            deliveredUpTo++;
        }
    }

    /** Delivers with the full guarantee of this ring: up to the first gap, or the first message not known to be safe. */
    void deliverRegular(long safe, Consumer<Delivered> out) {
        safeUpTo = Math.max(safeUpTo, safe);
        while (true) {
            long next = deliveredUpTo + 1;
            @Nullable Ordered message = store.get(next);
            if (message == null) {
                if (mutants.contains(Mutant.DELIVER_OVER_GAPS) && next < store.highest()) {
                    deliveredUpTo = next;
                    continue;
                }
                return;
            }
            if (message instanceof Data data) {
                if (data.guarantee() == Guarantee.SAFE
                        && next > safeUpTo
                        && !isAlone()
                        && !mutants.contains(Mutant.SAFE_IS_AGREED)) {
                    return;
                }
                deliveredUpTo = next;
                reassembly.accept(data, out);
            } else {
                deliveredUpTo = next;
            }
        }
    }

    /**
     * Delivers the tail in the transitional configuration: everything before the first gap, and behind it only what
     * cannot depend on the missing message, which is what the given senders sent.
     */
    void deliverTail(Set<NodeId> obliged, Consumer<Delivered> out) {
        boolean gap = false;
        for (long next = deliveredUpTo + 1; next <= store.highest(); next++) {
            @Nullable Ordered message = store.get(next);
            deliveredUpTo = next;
            if (message == null) {
                gap = true;
                if (mutants.contains(Mutant.STOP_AT_GAP)) {
                    return;
                }
            } else if (message instanceof Data data) {
                if (!gap || obliged.contains(data.sender()) || mutants.contains(Mutant.DELIVER_ALL_BEHIND_GAP)) {
                    reassembly.accept(data, out);
                } else {
                    counters.add(Counter.LOST_BEHIND_GAP);
                }
            }
        }
    }
}
