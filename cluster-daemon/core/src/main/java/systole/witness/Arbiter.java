package systole.witness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Verdict;
import systole.witness.WitnessMessage.Vote;
import systole.witness.WitnessRules.Algorithm;

/**
 * The witness's mind about one cluster: which of the views that its nodes report has the vote.
 *
 * <p>Safety needs no clock. A view gets the vote only if it is younger than the last one that had it and contains one of
 * that one's holders: a node that has left the former view and knows all that was acknowledged there. A vote holds until
 * its view ends, so the witness may vanish without harm, and what it voted for is on its disk before anybody hears of it.
 * Time (the settle time of {@link Hello}) only bounds how long it waits for a part that it would like better.
 *
 * <p>Single-threaded; all change happens in {@link #step}.
 */
public final class Arbiter {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long MILLI = 1_000_000L;

    /** A connected node. */
    private static final class Seat {
        final long connection;
        final Hello hello;

        @Nullable
        Report report;

        @Nullable
        Verdict told;

        Seat(long connection, Hello hello) {
            this.connection = connection;
            this.hello = hello;
        }
    }

    /** A view that somebody is in, and who of it is connected and has said so. */
    private record Part(Report view, SortedSet<NodeId> present, SortedSet<NodeId> ready) {
        int size() {
            return view.members().size();
        }
    }

    private final SortedMap<NodeId, Seat> seats = new TreeMap<>();
    private final SortedMap<Long, Long> firstHeard = new TreeMap<>();
    private List<ArbiterEffect> effects = new ArrayList<>();
    private ArbiterMemory memory;
    private long deadline = NEVER;

    public Arbiter(ArbiterMemory memory) {
        this.memory = memory;
    }

    public ArbiterMemory memory() {
        return memory;
    }

    /** Connected nodes. */
    public SortedSet<NodeId> connected() {
        return new TreeSet<>(seats.keySet());
    }

    public long deadlineNanos() {
        return deadline;
    }

    public List<ArbiterEffect> step(ArbiterInput input) {
        effects = new ArrayList<>();
        if (input instanceof ArbiterInput.Joined joined) {
            joined(joined.connection(), joined.hello());
        } else if (input instanceof ArbiterInput.Reported reported) {
            seatOf(reported.connection()).ifPresent(seat -> {
                seat.report = reported.report();
                firstHeard.putIfAbsent(reported.report().viewSequence(), reported.nowNanos());
            });
        } else if (input instanceof ArbiterInput.Lost lost) {
            seatOf(lost.connection()).ifPresent(seat -> seats.remove(seat.hello.node()));
        } else if (input instanceof ArbiterInput.Released) {
            effects.add(new ArbiterEffect.Note("an operator released the vote of " + memory.holders()));
            remember(new ArbiterMemory(memory.viewSequence(), memory.members(), memory.holders(), true));
        } else if (!(input instanceof ArbiterInput.Tick)) {
            throw new AssertionError("unknown input " + input);
        }
        if (!seats.isEmpty()) {
            decide(input.nowNanos());
        } else {
            deadline = NEVER;
        }
        return effects;
    }

    private Optional<Seat> seatOf(long connection) {
        return seats.values().stream()
                .filter(seat -> seat.connection == connection)
                .findFirst();
    }

    private void joined(long connection, Hello hello) {
        for (Seat seat : seats.values()) {
            boolean other = !seat.hello.node().equals(hello.node());
            if (other
                    && (!seat.hello.rules().equals(hello.rules())
                            || !seat.hello.nodes().equals(hello.nodes()))) {
                effects.add(new ArbiterEffect.Dismiss(
                        connection,
                        hello.node() + " says " + hello.rules() + " for " + hello.nodes() + ", but "
                                + seat.hello.node() + " says " + seat.hello.rules() + " for "
                                + seat.hello.nodes() + "; make their cluster.conf equal"));
                return;
            }
        }
        Seat before = seats.put(hello.node(), new Seat(connection, hello));
        if (before != null) {
            effects.add(new ArbiterEffect.Dismiss(before.connection, hello.node() + " has a newer connection"));
        }
    }

    private void remember(ArbiterMemory next) {
        memory = next;
        effects.add(new ArbiterEffect.Persist(next));
    }

    // ---- the decision
    // ------------------------------------------------------------------------------------------------

    private void decide(long now) {
        deadline = NEVER;
        widen();
        List<Part> parts = parts();
        Optional<Part> best = parts.stream()
                .filter(part -> refusal(part).isEmpty())
                .max(Comparator.comparingInt(Part::size)
                        .thenComparingInt(part -> part.present().size())
                        .thenComparing(part -> breaksTie(part.view().members())));
        if (best.isPresent()) {
            long patience = firstHeard.getOrDefault(best.get().view().viewSequence(), now)
                    + best.get().present().stream()
                                    .mapToLong(node -> seat(node).hello.settleMillis())
                                    .max()
                                    .orElse(0)
                            * MILLI;
            if (patience <= now || !mayBeBeaten(best.get(), parts)) {
                vote(best.get());
            } else {
                deadline = patience;
            }
        }
        seats.values().forEach(this::tell);
        long oldest = seats.values().stream()
                .map(seat -> seat.report)
                .filter(report -> report != null)
                .mapToLong(Report::viewSequence)
                .min()
                .orElse(NEVER);
        firstHeard.headMap(oldest).clear();
    }

    private Seat seat(NodeId node) {
        Seat seat = seats.get(node);
        if (seat == null) {
            throw new IllegalStateException(node + " is not connected");
        }
        return seat;
    }

    /** Whoever has the state of the view that has the vote may carry the vote on. */
    private void widen() {
        SortedSet<NodeId> holders = new TreeSet<>(memory.holders());
        for (Seat seat : seats.values()) {
            if (seat.report != null && seat.report.ready() && memory.isOf(seat.report)) {
                holders.add(seat.hello.node());
            }
        }
        if (holders.size() > memory.holders().size()) {
            remember(new ArbiterMemory(memory.viewSequence(), memory.members(), holders, memory.released()));
        }
    }

    /** The views that are reported and that nobody is known to have left. */
    private List<Part> parts() {
        SortedMap<Long, List<Seat>> bySequence = new TreeMap<>();
        for (Seat seat : seats.values()) {
            if (seat.report != null) {
                bySequence
                        .computeIfAbsent(seat.report.viewSequence(), sequence -> new ArrayList<>())
                        .add(seat);
            }
        }
        List<Part> parts = new ArrayList<>();
        for (List<Seat> heard : bySequence.values()) {
            List<Seat> rest = new ArrayList<>(heard);
            while (!rest.isEmpty()) {
                Report view = reportOf(rest.get(0));
                Part part = partOf(view);
                rest.removeIf(seat -> reportOf(seat).isSameView(view));
                if (!isLeft(view)) {
                    parts.add(part);
                }
            }
        }
        return parts;
    }

    /** Who reports this view. */
    private Part partOf(Report view) {
        SortedSet<NodeId> present = new TreeSet<>();
        SortedSet<NodeId> ready = new TreeSet<>();
        for (Seat seat : seats.values()) {
            Report report = seat.report;
            if (report != null && report.isSameView(view)) {
                present.add(seat.hello.node());
                if (report.ready()) {
                    ready.add(seat.hello.node());
                }
            }
        }
        return new Part(view, present, ready);
    }

    private static Report reportOf(Seat seat) {
        Report report = seat.report;
        if (report == null) {
            throw new IllegalStateException(seat.hello.node() + " has reported nothing");
        }
        return report;
    }

    /** A member has reported a later view. */
    private boolean isLeft(Report view) {
        for (NodeId member : view.members()) {
            Seat seat = seats.get(member);
            if (seat != null && seat.report != null && seat.report.viewSequence() > view.viewSequence()) {
                return true;
            }
        }
        return false;
    }

    /** Why a part cannot have the vote, or nothing if it can. */
    private String refusal(Part part) {
        SortedSet<NodeId> members = part.view().members();
        SortedSet<NodeId> nodes = seat(part.present().first()).hello.nodes();
        if (!nodes.containsAll(members)) {
            return "the view " + members + " has nodes beyond the list " + nodes;
        }
        if (part.view().viewSequence() <= memory.viewSequence()) {
            return memory.isOf(part.view()) ? "has it already" : "a later view has the vote: " + memory.members();
        }
        boolean lms = seat(part.present().first()).hello.rules().algorithm() == Algorithm.LMS;
        if (!lms && members.size() * 2 < nodes.size()) {
            return "ffsplit votes for a half of the " + nodes.size() + " nodes, and " + members + " are less";
        }
        if (memory.released()) {
            return "";
        }
        if (memory.holders().isEmpty()) {
            // New, or it has lost its memory: only all nodes together cannot have missed anything, and each must say so
            // itself. One that was left out lately may still report the view of all, and one that does not report may
            // have left that view with the vote of before.
            if (!part.present().containsAll(nodes)) {
                return "the witness has not seen all nodes together yet; when the missing ones are down for good, release"
                        + " the vote";
            }
            return part.ready().isEmpty() ? "none of the nodes has its state yet" : "";
        }
        return members.stream().anyMatch(memory.holders()::contains)
                ? ""
                : "the vote was last with " + memory.holders()
                        + ", and none of them is here; when they are down for good," + " release it";
    }

    /** Whether waiting may bring a part that would be preferred. */
    private boolean mayBeBeaten(Part best, List<Part> parts) {
        SortedSet<NodeId> outside =
                new TreeSet<>(seat(best.present().first()).hello.nodes());
        outside.removeAll(best.view().members());
        boolean barred = !memory.released()
                && !memory.holders().isEmpty()
                && outside.stream().noneMatch(memory.holders()::contains);
        if (barred || outside.size() < best.size()) {
            return false;
        }
        SortedSet<NodeId> undecided = new TreeSet<>();
        for (NodeId node : outside) {
            Seat seat = seats.get(node);
            boolean decided = parts.stream().anyMatch(part -> part.present().contains(node));
            if (seat != null && !decided) {
                undecided.add(node);
            }
        }
        if (undecided.isEmpty()) {
            return false;
        }
        return outside.size() > best.size()
                || undecided.size() > best.present().size()
                || !breaksTie(best.view().members());
    }

    /** Whether these nodes have the one that breaks ties. */
    private boolean breaksTie(SortedSet<NodeId> members) {
        Hello hello = seat(seats.firstKey()).hello;
        int rule = hello.rules().tieBreaker();
        NodeId breaker = rule == WitnessRules.LOWEST
                ? hello.nodes().first()
                : rule == WitnessRules.HIGHEST ? hello.nodes().last() : new NodeId(rule);
        return members.contains(breaker);
    }

    private void vote(Part part) {
        SortedSet<NodeId> members = part.view().members();
        // New, or released: those that are ready are the best there are; if released and none is, any.
        SortedSet<NodeId> holders = new TreeSet<>(part.ready());
        if (memory.released() && holders.isEmpty()) {
            holders.addAll(members);
        } else if (!memory.released() && !memory.holders().isEmpty()) {
            holders = new TreeSet<>(members);
            holders.retainAll(memory.holders());
        }
        effects.add(new ArbiterEffect.Note(
                "votes for " + members + " (view " + part.view().viewSequence() + ")"));
        remember(new ArbiterMemory(part.view().viewSequence(), members, holders, false));
        widen();
    }

    private void tell(Seat seat) {
        Report report = seat.report;
        if (report == null) {
            return;
        }
        Verdict verdict = verdict(seat, report);
        if (!verdict.equals(seat.told)) {
            seat.told = verdict;
            effects.add(new ArbiterEffect.Tell(seat.connection, verdict));
        }
    }

    private Verdict verdict(Seat seat, Report report) {
        if (memory.isOf(report)) {
            return new Verdict(report.viewSequence(), Vote.YES, "the witness votes for " + report.members());
        }
        String refusal = refusal(partOf(report));
        return refusal.isEmpty()
                ? new Verdict(report.viewSequence(), Vote.WAIT, "the witness waits for others to report")
                : new Verdict(report.viewSequence(), Vote.NO, refusal);
    }
}
