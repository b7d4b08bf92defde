package systole.quorum;

import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.group.GroupEvent.Departure;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Outcome;
import systole.quorum.QuorumInput.Announced;
import systole.quorum.QuorumInput.ExpectedVotesSet;
import systole.quorum.QuorumInput.SettingsChanged;
import systole.quorum.QuorumInput.Tick;
import systole.quorum.QuorumInput.ViewChanged;
import systole.quorum.QuorumInput.WaitForAllCancelled;
import systole.quorum.QuorumInput.WitnessSaid;
import systole.quorum.QuorumInput.WitnessWaitOver;

/**
 * Votes, as a function. Rules after the {@code votequorum} options of Corosync; some are stricter here, each with the history that
 * needs it in {@code docs/quorum.md}: above all, what a member knows from before counts for its whole view (see
 * {@link QuorumAnnouncement}).
 */
public final class QuorumProtocol {
    private static final long NEVER = Long.MAX_VALUE;

    private QuorumProtocol() {}

    /** The state of a node that has just started and seen nothing. */
    public static QuorumState initial(NodeId self, QuorumSettings settings) {
        int expected = settings.configuredVotes();
        return new QuorumState(
                self,
                settings,
                Optional.empty(),
                false,
                0,
                expected,
                QuorumDecision.majority(expected),
                settings.waitForAll(),
                QuorumDecision.flags(settings, expected, false),
                "no view yet",
                -1,
                new TreeSet<>(),
                NEVER,
                new TreeMap<>(),
                false,
                false,
                false,
                false,
                0,
                Electorate.NONE,
                WitnessWords.NOTHING);
    }

    public static Outcome<QuorumState, QuorumEffect> step(QuorumState state, QuorumInput input) {
        var next = new QuorumDecision(state);
        if (input instanceof ViewChanged change) {
            viewChanged(next, state, change);
        } else if (input instanceof Announced said) {
            announced(next, state, said.announcement());
        } else if (input instanceof Tick tick) {
            if (tick.nowNanos() < state.lowerAtNanos() || state.lowerAtNanos() == NEVER) {
                return Outcome.of(state);
            }
            becomeReadyToLower(next, state);
        } else if (input instanceof SettingsChanged changed) {
            next.settings = changed.settings();
            next.expected = changed.settings().configuredVotes();
            next.lowerAt = NEVER;
            next.lowerTo = 0;
        } else if (input instanceof WitnessSaid said) {
            boolean counts = state.settings().deviceVotes() > 0
                    && state.view().isPresent()
                    && state.view().get().sequence() == said.viewSequence()
                    && state.view().get().members().contains(said.sender());
            if (!counts) {
                return Outcome.of(state);
            }
            next.witness = state.witness().with(said.sender(), said.votes());
        } else if (input instanceof WitnessWaitOver) {
            next.witness = state.witness().over();
        } else if (input instanceof WaitForAllCancelled cancelled) {
            if (!state.hasHeardAll() || state.view().orElseThrow().sequence() != cancelled.viewSequence()) {
                return Outcome.of(state);
            }
            next.waiting = false;
            next.announced.replaceAll((member, said) -> said.withoutWait());
        } else if (input instanceof ExpectedVotesSet set) {
            if (!state.mayExpect(set.votes()) || state.view().orElseThrow().sequence() != set.viewSequence()) {
                return Outcome.of(state);
            }
            next.promised = Electorate.of(state.view().orElseThrow());
            // More of them count at once: who has heard that all are ready no longer asks for a majority of this view.
            next.expected = Math.max(next.expected, set.votes());
            next.lowerTo = set.votes();
            next.announceReady();
        } else {
            throw new AssertionError("unknown input " + input);
        }
        return next.decide();
    }

    private static void viewChanged(QuorumDecision next, QuorumState state, ViewChanged change) {
        QuorumSettings settings = state.settings();
        View view = change.view();
        int present = QuorumDecision.votesOf(settings, view.members());
        boolean shrunk = isShrunk(state, change);
        next.view = Optional.of(view);
        next.witness = WitnessWords.NOTHING;
        next.expected = Math.max(state.expectedVotes(), present);
        next.informed = !settings.needsHistory()
                || shrunk
                || isGrown(state, change)
                || view.members().size() == 1;
        next.shrunkWhileQuorate = shrunk && state.quorate();
        next.strict = state.strict() || state.lowerTo() > 0;
        next.lowerTo = 0;
        next.lowerAt = settings.lastManStanding() && present < next.expected
                ? change.nowNanos() + settings.lastManStandingWindowNanos()
                : NEVER;
        if (settings.allowDownscale() && state.quorate()) {
            int gone = change.left().entrySet().stream()
                    .filter(entry -> entry.getValue() == Departure.LEFT)
                    .mapToInt(entry -> settings.votesOf(entry.getKey()))
                    .sum();
            next.lowerTo = gone == 0 ? 0 : Math.max(present, next.expected - gone);
        }
        next.announceView();
    }

    private static void announced(QuorumDecision next, QuorumState state, QuorumAnnouncement said) {
        if (state.view().isEmpty()
                || state.view().get().sequence() != said.viewSequence()
                || !state.view().get().members().contains(said.sender())) {
            return;
        }
        SortedSet<NodeId> members = state.view().get().members();
        boolean complete = state.hasHeardAll();
        next.announced.put(said.sender(), said);
        next.heardSelf |= said.sender().equals(state.self());
        next.waiting = next.forgets() ? next.waiting : next.votersWait(said);
        if (!complete) {
            // Who was in the newest quorate view knows what the cluster has agreed on since; a file knows less. Where
            // nothing was
            // agreed on each goes by its file: a new one comes into force as the daemons restart one after the other.
            int own = Math.max(state.settings().configuredVotes(), QuorumDecision.votesOf(state.settings(), members));
            next.expected = next.newest()
                    .filter(newest ->
                            newest.nodeListVersion() == state.settings().nodeListVersion())
                    .map(newest -> newest.expectedVotes() == newest.configuredVotes() ? own : newest.expectedVotes())
                    .orElse(next.announced.values().stream()
                            .filter(each ->
                                    each.nodeListVersion() == state.settings().nodeListVersion())
                            .mapToInt(QuorumAnnouncement::expectedVotes)
                            .max()
                            .orElse(next.expected));
            next.informed |= next.heardSelf && next.announced.keySet().containsAll(members);
        }
        lowerIfAllAreReady(next);
    }

    /**
     * Lowering takes two steps, as a change of voters must: first every member also demands a majority of the present
     * view, wherever it goes from here; only when all have said so are the expected votes lowered. Whoever is cut off
     * in between holds to both rules, so the two sides cannot both be quorate.
     */
    private static void becomeReadyToLower(QuorumDecision next, QuorumState state) {
        next.lowerAt = NEVER;
        if (state.quorate()) {
            int floor = state.settings().tieBreaker() == QuorumSettings.TieBreaker.OFF ? 2 : 1;
            next.lowerTo = Math.min(Math.max(state.votes(), floor), state.expectedVotes());
            next.announceReady();
        }
    }

    private static void lowerIfAllAreReady(QuorumDecision next) {
        SortedSet<NodeId> members = next.view.orElseThrow().members();
        boolean all = next.lowerTo > 0
                && next.heardSelf
                && next.announced.keySet().containsAll(members)
                && next.announced.values().stream().allMatch(each -> each.lowerTo() > 0);
        if (all) {
            next.expected = next.announced.values().stream()
                    .mapToInt(QuorumAnnouncement::lowerTo)
                    .max()
                    .orElseThrow();
            next.lowerTo = 0;
            if (next.promised.sequence() == next.view.orElseThrow().sequence()) {
                next.theViewIsTheNewest();
            }
        }
    }

    /** All members were in the previous view too, without a time elsewhere: they know what this node knows. */
    private static boolean isShrunk(QuorumState state, ViewChanged change) {
        return state.informed()
                && state.view().isPresent()
                && state.view().get().members().containsAll(change.view().members())
                && change.view().members().stream().noneMatch(change.left()::containsKey);
    }

    /** All members of the previous view, which was quorate, are here and were nowhere else: nobody knows of a newer one. */
    private static boolean isGrown(QuorumState state, ViewChanged change) {
        SortedSet<NodeId> previous = state.view().map(View::members).orElse(new TreeSet<>());
        return state.quorate()
                && change.view().members().containsAll(previous)
                && previous.stream().noneMatch(change.left()::containsKey);
    }
}
