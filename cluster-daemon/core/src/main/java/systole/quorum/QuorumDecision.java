package systole.quorum;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Outcome;
import systole.quorum.QuorumSettings.TieBreaker;

/** One decision in the making: the new knowledge is put in, then {@link #decide} says what follows. */
final class QuorumDecision {
    private final QuorumState before;
    private final List<QuorumEffect> effects = new ArrayList<>();

    QuorumSettings settings;
    Optional<View> view;
    int expected;
    boolean waiting;
    long lowerAt;
    SortedMap<NodeId, QuorumAnnouncement> announced;
    boolean heardSelf;
    boolean informed;
    boolean strict;
    boolean shrunkWhileQuorate;
    int lowerTo;
    WitnessWords witness;

    /** The newest quorate view known of: its sequence and its members. */
    long quorateSequence;

    SortedSet<NodeId> quorateMembers;

    /** Somebody may have lowered in that view without this node knowing, though it was not quorate before. */
    Electorate promised;

    private record Ruling(boolean quorate, String reason) {}

    QuorumDecision(QuorumState before) {
        this.before = before;
        this.settings = before.settings();
        this.view = before.view();
        this.expected = before.expectedVotes();
        this.waiting = before.waitingForAll();
        this.lowerAt = before.lowerAtNanos();
        this.announced = new TreeMap<>(before.announced());
        this.heardSelf = before.heardSelf();
        this.informed = before.informed();
        this.strict = before.strict();
        this.lowerTo = before.lowerTo();
        this.witness = before.witness();
        this.quorateSequence = before.quorateSequence();
        this.quorateMembers = before.quorateMembers();
        this.promised = before.promised();
    }

    /** Tells the other members what is known here; it counts here as if they had heard it. */
    void announceView() {
        heardSelf = false;
        QuorumAnnouncement own = own();
        announced = new TreeMap<>(Map.of(before.self(), own));
        effects.add(new QuorumEffect.Announce(own));
    }

    /**
     * Tells the other members that this one is ready to lower. It binds this one at once, and counts when it comes back in its
     * place: members that go on together have counted the same.
     */
    void announceReady() {
        effects.add(new QuorumEffect.Announce(own()));
    }

    private QuorumAnnouncement own() {
        return new QuorumAnnouncement(
                before.self(),
                view.orElseThrow().sequence(),
                waiting,
                expected,
                settings.configuredVotes(),
                quorateSequence,
                quorateMembers,
                before.remembers(),
                strict,
                lowerTo,
                settings.nodeListVersion(),
                promised);
    }

    Outcome<QuorumState, QuorumEffect> decide() {
        learn();
        int votes = view.map(present -> votesHere(present.members())).orElse(0);
        boolean twoNode = settings.twoNode() && expected == 2;
        int quorum = twoNode ? 1 : majority(expected);
        Ruling ruling = view.isEmpty()
                ? new Ruling(false, "no view yet")
                : rule(view.get().members(), quorum, twoNode);
        if (ruling.quorate()) {
            theViewIsTheNewest();
        }
        if (ruling.quorate() != before.quorate()) {
            effects.add(new QuorumEffect.QuorumChanged(ruling.quorate(), ruling.reason()));
        }
        var next = new QuorumState(
                before.self(),
                settings,
                view,
                ruling.quorate(),
                votes,
                expected,
                quorum,
                waiting && !(forgets() ? ruling.quorate() : everybodyIsHere()),
                flags(settings, expected, ruling.quorate()),
                ruling.reason(),
                quorateSequence,
                quorateMembers,
                lowerAt,
                announced,
                heardSelf,
                informed,
                before.remembers() || ruling.quorate(),
                !ruling.quorate() && mustBeStrict(),
                lowerTo,
                promised.sequence() > quorateSequence ? promised : Electorate.NONE,
                witness);
        return new Outcome<>(next, effects);
    }

    /** What the others know of an earlier quorate view is known here from now on, also in the next view. */
    private void learn() {
        newest().filter(newest -> newest.quorateSequence() > quorateSequence).ifPresent(newest -> {
            quorateSequence = newest.quorateSequence();
            quorateMembers = newest.quorateMembers();
        });
        for (QuorumAnnouncement each : announced.values()) {
            promised = each.promised().sequence() > promised.sequence() ? each.promised() : promised;
        }
    }

    /** From here on the present view is what others are judged by, where expected votes were lowered. */
    void theViewIsTheNewest() {
        quorateSequence = view.orElseThrow().sequence();
        quorateMembers = view.orElseThrow().members();
    }

    private Ruling rule(SortedSet<NodeId> present, int quorum, boolean twoNode) {
        if (!informed) {
            var silent = new TreeSet<>(present);
            silent.removeAll(announced.keySet());
            return new Ruling(false, "waiting to hear from " + silent + " what was before this view");
        }
        SortedSet<NodeId> members = counted(present);
        boolean waits = forgets() ? members.isEmpty() : waiting;
        if (waits && !everybodyIsHere()) {
            var missing = settings.voters();
            missing.removeAll(present);
            return new Ruling(false, "waiting for all nodes to be seen together once; missing: " + missing);
        }
        int votes = votesHere(members);
        String count = votes + " of " + expected + " votes, " + quorum + " needed" + witnessWord();
        if (members.size() < present.size()) {
            var others = new TreeSet<>(present);
            others.removeAll(members);
            count += "; " + others + " have restarted, and have no vote before this view has quorum without them or all"
                    + " nodes are here";
        }
        Optional<NodeId> breaker = tieBreaker(quorateMembers);
        boolean half = settings.tieBreaker() != TieBreaker.OFF && votes * 2 == expected && votes > 0;
        if (half && breaker.isEmpty()) {
            return new Ruling(false, count + "; a half that was never quorate has no tie breaker");
        }
        boolean breakerIsHere = breaker.isPresent() && members.contains(breaker.get());
        if (half && !breakerIsHere) {
            return new Ruling(false, count + "; exactly half, and the tie breaker " + breaker.get() + " is not here");
        }
        if (half && !allRemember(members)) {
            return new Ruling(
                    false, count + "; exactly half, and some of it have restarted: what they forgot may be newer");
        }
        if (!half && votes < quorum) {
            return new Ruling(false, count);
        }
        int formerHere = settings.formerVotesOf(members);
        if (formerHere < settings.formerNeeded()) {
            return new Ruling(
                    false,
                    count + "; the node list is being changed, and of the nodes before the change "
                            + settings.formerNeeded() + " votes are needed, " + formerHere + " are here");
        }
        if (promised.sequence() > quorateSequence) {
            int all = votesOf(settings, promised.members());
            int left = votesOfThose(promised.members(), members);
            if (left * 2 <= all) {
                return new Ruling(
                        false,
                        count + "; expected votes were being set by hand, and " + left + " of the " + all + " votes of "
                                + promised.members() + " are here");
            }
        }
        if (mustBeStrict() && !twoNode) {
            // Lowered, perhaps: nodes that had no part in that must not tip the balance against those that had.
            int all = votesOf(settings, quorateMembers);
            int left = votesOfThose(quorateMembers, members);
            boolean most = left * 2 > all || (left * 2 == all && breakerIsHere);
            return new Ruling(
                    most,
                    count + "; expected votes were lowered, and " + left + " of the " + all
                            + " votes of the last quorate view " + quorateMembers + " are here");
        }
        if (half) {
            return new Ruling(true, count + "; exactly half, and the tie breaker " + breaker.get() + " is here");
        }
        return new Ruling(true, count + (twoNode ? " (two_node)" : ""));
    }

    private int votesHere(SortedSet<NodeId> members) {
        int votes = votesOf(settings, members);
        // Alone, without any node, the witness is nobody.
        return votes + (witness.voted() && votes > 0 ? settings.deviceVotes() : 0);
    }

    /** Whether a restart may have made a node forget that expected votes were lowered, and it has to be let in again. */
    boolean forgets() {
        return settings.lastManStanding() && settings.waitForAll();
    }

    /**
     * Who has a vote. Where expected votes may have been lowered, a majority of them does not meet each other majority in a node that
     * remembers it: one who has restarted does not count until a view had quorum without it, or all were here.
     */
    private SortedSet<NodeId> counted(SortedSet<NodeId> present) {
        if (!forgets() || continued() || everybodyIsHere()) {
            return present;
        }
        SortedSet<NodeId> counted = new TreeSet<>(present);
        counted.removeIf(member -> {
            @Nullable QuorumAnnouncement said = announced.get(member);
            return member.equals(before.self()) ? waiting : said == null || said.waitingForAll();
        });
        return counted;
    }

    /** The view has quorum already, or is what is left of one that had. */
    private boolean continued() {
        return shrunkWhileQuorate
                || (before.quorate()
                        && before.quorateSequence() == view.orElseThrow().sequence());
    }

    private String witnessWord() {
        if (settings.deviceVotes() == 0) {
            return "";
        }
        if (witness.voted()) {
            return "; the witness votes for this view";
        }
        boolean said = witness.waitOver()
                || (view.isPresent() && witness.without().containsAll(view.get().members()));
        return said ? "; without the vote of the witness" : "; the witness has not answered yet";
    }

    /** A half counts only if none of it can have forgotten a newer quorate view. */
    private boolean allRemember(SortedSet<NodeId> members) {
        if (continued()) {
            return true;
        }
        for (NodeId member : members) {
            @Nullable QuorumAnnouncement said = announced.get(member);
            if (said == null || !said.remembers()) {
                return false;
            }
        }
        return true;
    }

    private boolean mustBeStrict() {
        // Only what was said of the newest quorate view counts; the own word is among what was announced.
        return lowerTo > 0
                || expected < settings.configuredVotes()
                || newest().map(last -> announced.values().stream()
                                .anyMatch(each -> each.quorateSequence() == last.quorateSequence() && each.strict()))
                        .orElse(false);
    }

    /**
     * Whether a restarted view still waits for all: one voter who has seen all together is enough. One without a vote does not count:
     * it has what it knows from a voter's former life, and the other of {@code two_node} may have gone on alone since.
     */
    boolean votersWait(QuorumAnnouncement said) {
        List<QuorumAnnouncement> voters = new ArrayList<>();
        for (Map.Entry<NodeId, QuorumAnnouncement> each : announced.entrySet()) {
            if (settings.votesOf(each.getKey()) > 0) {
                voters.add(each.getValue());
            }
        }
        if (voters.isEmpty()) {
            return waiting && said.waitingForAll();
        }
        boolean all = announced.keySet().containsAll(view.orElseThrow().members());
        return voters.stream().allMatch(QuorumAnnouncement::waitingForAll) && (all || waiting);
    }

    /** Whoever has no vote can not be quorate elsewhere, and one that was just added may never come. */
    private boolean everybodyIsHere() {
        return view.isPresent() && view.get().members().containsAll(settings.voters());
    }

    /** What is known of the newest quorate view; of several accounts the one that has lowered furthest. */
    Optional<QuorumAnnouncement> newest() {
        @Nullable QuorumAnnouncement newest = null;
        for (QuorumAnnouncement each : announced.values()) {
            if (each.quorateSequence() < 0) {
                continue;
            }
            if (newest == null
                    || each.quorateSequence() > newest.quorateSequence()
                    || (each.quorateSequence() == newest.quorateSequence()
                            && each.expectedVotes() < newest.expectedVotes())) {
                newest = each;
            }
        }
        return Optional.ofNullable(newest);
    }

    private Optional<NodeId> tieBreaker(SortedSet<NodeId> candidates) {
        if (candidates.isEmpty()) {
            return Optional.empty();
        }
        return switch (settings.tieBreaker()) {
            case LOWEST -> Optional.of(candidates.first());
            case HIGHEST -> Optional.of(candidates.last());
            case LIST ->
                settings.tieBreakerNodes().stream().filter(candidates::contains).findFirst();
            case OFF -> Optional.empty();
        };
    }

    private int votesOfThose(SortedSet<NodeId> nodes, SortedSet<NodeId> present) {
        var here = new TreeSet<>(nodes);
        here.retainAll(present);
        return votesOf(settings, here);
    }

    static int votesOf(QuorumSettings settings, SortedSet<NodeId> members) {
        return members.stream().mapToInt(settings::votesOf).sum();
    }

    static int majority(int expected) {
        return expected / 2 + 1;
    }

    static SortedSet<String> flags(QuorumSettings settings, int expected, boolean quorate) {
        var flags = new TreeSet<String>();
        if (quorate) {
            flags.add("Quorate");
        }
        if (settings.twoNode() && expected == 2) {
            flags.add("2Node");
        }
        if (settings.waitForAll()) {
            flags.add("WaitForAll");
        }
        if (settings.lastManStanding()) {
            flags.add("LastManStanding");
        }
        if (settings.tieBreaker() != TieBreaker.OFF) {
            flags.add("AutoTieBreaker");
        }
        if (settings.deviceVotes() > 0) {
            flags.add("Qdevice");
        }
        if (settings.allowDownscale()) {
            flags.add("AllowDownscale");
        }
        return flags;
    }
}
