package systole.quorum;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.group.View;
import systole.kernel.NodeId;

/**
 * Everything a node knows about quorum, and what follows from it.
 *
 * @param view the present view; empty before the first
 * @param quorate whether this view may act for the cluster
 * @param votes votes present
 * @param expectedVotes votes expected, as lowered or raised at run time
 * @param quorum votes needed
 * @param waitingForAll the first wait for all nodes is not over
 * @param flags as {@code corosync-quorumtool} names them: Quorate, 2Node, WaitForAll, LastManStanding,
 *     AutoTieBreaker, AllowDownscale, Qdevice
 * @param reason why it is quorate or not, one sentence for people
 * @param quorateSequence sequence of the last quorate view known of in this life, -1 if none
 * @param quorateMembers its members
 * @param lowerAtNanos when last-man-standing lowers the expected votes, {@code Long.MAX_VALUE} if not pending
 * @param announced what the members of this view said of the time before it
 * @param heardSelf what this member said has come back in its place
 * @param informed everything that counts from before is known; until then this view is not quorate
 * @param remembers this life has itself been in a quorate view
 * @param strict besides the expected votes, a majority of the last quorate view is needed: somebody may have lowered
 * @param lowerTo expected votes that this member is ready to lower to, 0 if none
 * @param promised a majority of these is needed too: they were about to set the expected votes, by a person's word, when this
 *     node went; over with the next quorate view
 * @param witness what was heard of the witness in this view
 */
public record QuorumState(
        NodeId self,
        QuorumSettings settings,
        Optional<View> view,
        boolean quorate,
        int votes,
        int expectedVotes,
        int quorum,
        boolean waitingForAll,
        SortedSet<String> flags,
        String reason,
        long quorateSequence,
        SortedSet<NodeId> quorateMembers,
        long lowerAtNanos,
        SortedMap<NodeId, QuorumAnnouncement> announced,
        boolean heardSelf,
        boolean informed,
        boolean remembers,
        boolean strict,
        int lowerTo,
        Electorate promised,
        WitnessWords witness) {
    public QuorumState {
        flags = Collections.unmodifiableSortedSet(new TreeSet<>(flags));
        quorateMembers = Collections.unmodifiableSortedSet(new TreeSet<>(quorateMembers));
        announced = Collections.unmodifiableSortedMap(new TreeMap<>(announced));
    }

    /**
     * Nodes outside the present view that may be quorate beside it; empty when the rules exclude that. Only the lone
     * voter of {@code two_node} has such, also with a newcomer that has no vote yet: a strict majority excludes every other view, a tie breaker the other half, and
     * lowered expected votes stand on the last quorate view. (Expected votes that an operator set below the sum exclude
     * nothing; that is said as a warning and not made good here.)
     */
    public SortedSet<NodeId> rivals() {
        SortedSet<NodeId> absent = new TreeSet<>();
        if (isLoneVoter() && settings.twoNode() && votes * 2 <= settings.totalVotes()) {
            absent.addAll(settings.voters());
            absent.removeAll(view.orElseThrow().members());
        }
        // While the list changes: the other one of two_node may not know of the change, and go on by itself.
        if (view.isPresent()
                && settings.formerNeeded() > 0
                && settings.formerVotesOf(view.get().members()) * 2
                        <= settings.formerVotes().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum()) {
            settings.formerVotes().keySet().stream()
                    .filter(id -> !view.get().members().contains(id))
                    .forEach(absent::add);
        }
        return absent;
    }

    /** Every member of the view has said what it knows from before, this one too. */
    public boolean hasHeardAll() {
        return heardSelf
                && view.isPresent()
                && announced.keySet().containsAll(view.get().members());
    }

    /** A member waits until all nodes were seen together; see {@code wait_for_all}. */
    public boolean somebodyWaits() {
        return waitingForAll || announced.values().stream().anyMatch(QuorumAnnouncement::waitingForAll);
    }

    /**
     * Whether a person may set the expected votes to so many: from the votes that are here up to what still leaves this view a
     * majority of them, after all members have told each other what was before. Not with {@code two_node} (one is enough
     * there), beside a device (it makes up for those that are missing), or while the node list changes.
     */
    public boolean mayExpect(int newExpectedVotes) {
        int here = view.map(present -> QuorumDecision.votesOf(settings, present.members()))
                .orElse(0);
        return settings.deviceVotes() == 0
                && !settings.twoNode()
                && settings.formerNeeded() == 0
                && hasHeardAll()
                && !somebodyWaits()
                && newExpectedVotes >= here
                && newExpectedVotes < 2 * here;
    }

    /** Only one member has a vote: newcomers have none before they have the state. */
    private boolean isLoneVoter() {
        return view.isPresent()
                && view.get().members().stream()
                                .filter(settings.voters()::contains)
                                .count()
                        == 1;
    }

    /**
     * Whether this view is quorate, or will be as soon as its members have told each other what was before: no other view
     * can take over meanwhile, since most of all votes are here and nobody may have lowered what is expected.
     */
    public boolean excludesOthers() {
        return quorate
                || (view.isPresent()
                        && !settings.lastManStanding()
                        && settings.formerNeeded() == 0
                        && votes * 2 > settings.totalVotes()
                        && announced.values().stream()
                                .noneMatch(said -> said.strict()
                                        || said.lowerTo() > 0
                                        || said.expectedVotes() < settings.configuredVotes()));
    }

    /**
     * Nodes outside the present view that may have the only copies of the state, should the members know nothing: all
     * absent ones, if one member is quorate by itself (most of the votes, or half of them and the tie breaker), so that
     * the loss of its disk alone can leave a quorate view without any. Else empty: then a quorate view that knows nothing
     * takes two lost disks, or is a new cluster.
     */
    public SortedSet<NodeId> keepers() {
        SortedSet<NodeId> absent = new TreeSet<>();
        if (view.isEmpty()) {
            return absent;
        }
        SortedSet<NodeId> members = view.get().members();
        boolean heavy = members.stream().anyMatch(member -> settings.votesOf(member) * 2 > settings.totalVotes());
        boolean half = isLoneVoter() && quorate && votes * 2 == settings.totalVotes();
        // With the witness, a node alone may have taken changes that only its own disk has.
        half |= isLoneVoter() && quorate && witness.voted();
        if (heavy || half) {
            absent.addAll(settings.votes().keySet());
            absent.removeAll(members);
        }
        return absent;
    }

    /**
     * Whether the vote of the witness would make this view quorate, and can still come: until then it is not decided
     * that the view is without quorum.
     */
    public boolean awaitsWitness() {
        return !quorate
                && settings.deviceVotes() > 0
                && view.isPresent()
                && informed
                && !waitingForAll
                && !witness.voted()
                && !witness.waitOver()
                && votes > 0
                && votes + settings.deviceVotes() >= quorum
                && !witness.without().containsAll(view.get().members());
    }

    /**
     * Votes of nodes on whose disks a change must be: a quorum, but no more than are here. Where the witness makes up for
     * the rest, every member has the change, and the witness votes for nobody who has not met one of them.
     */
    public int votesToStore() {
        int here = view.map(present ->
                        present.members().stream().mapToInt(settings::votesOf).sum())
                .orElse(0);
        return quorate && settings.deviceVotes() > 0 ? Math.min(quorum, here) : quorum;
    }

    /** When a {@link QuorumInput.Tick} is due; {@code Long.MAX_VALUE} if never. */
    public long deadlineNanos() {
        return lowerAtNanos;
    }
}
