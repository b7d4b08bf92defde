package systole.quorum;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.group.GroupEvent.Departure;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Outcome;
import systole.quorum.QuorumInput.Announced;
import systole.quorum.QuorumInput.SettingsChanged;
import systole.quorum.QuorumInput.Tick;
import systole.quorum.QuorumInput.ViewChanged;
import systole.quorum.QuorumInput.WaitForAllCancelled;

/**
 * Votes, as a function. Rules after the {@code votequorum} options of Corosync; two are stricter here: a half that
 * lives by its tie breaker must have been part of a quorate view before, and what a member knows from before
 * counts for its whole view (see {@link QuorumAnnouncement}).
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
                majority(expected),
                settings.waitForAll(),
                flags(settings, expected, false),
                "no view yet",
                -1,
                new TreeSet<>(),
                NEVER,
                new TreeMap<>());
    }

    public static Outcome<QuorumState, QuorumEffect> step(QuorumState state, QuorumInput input) {
        if (input instanceof ViewChanged change) {
            return viewChanged(state, change);
        }
        if (input instanceof Announced said) {
            return announced(state, said);
        }
        if (input instanceof Tick tick) {
            return lowerIfDue(state, tick.nowNanos());
        }
        if (input instanceof SettingsChanged changed) {
            int expected = changed.settings().configuredVotes();
            return judge(
                    state,
                    changed.settings(),
                    state.view(),
                    expected,
                    state.waitingForAll(),
                    NEVER,
                    state.announced(),
                    List.of());
        }
        if (input instanceof WaitForAllCancelled) {
            return judge(
                    state,
                    state.settings(),
                    state.view(),
                    state.expectedVotes(),
                    false,
                    state.lowerAtNanos(),
                    state.announced(),
                    List.of());
        }
        throw new AssertionError("unknown input " + input);
    }

    private static Outcome<QuorumState, QuorumEffect> viewChanged(QuorumState state, ViewChanged change) {
        QuorumSettings settings = state.settings();
        View view = change.view();
        int expected = state.expectedVotes();
        if (settings.allowDownscale() && state.quorate()) {
            for (var entry : change.left().entrySet()) {
                if (entry.getValue() == Departure.LEFT) {
                    expected -= settings.votesOf(entry.getKey());
                }
            }
        }
        int present = votesOf(settings, view.members());
        expected = Math.max(expected, present);
        boolean mayLower = settings.lastManStanding() && state.quorate() && present < expected;
        long lowerAt = mayLower ? change.nowNanos() + settings.lastManStandingWindowNanos() : NEVER;
        var own = new QuorumAnnouncement(
                state.self(),
                view.sequence(),
                state.waitingForAll(),
                expected,
                state.quorateSequence(),
                state.quorateMembers());
        var announced = new TreeMap<NodeId, QuorumAnnouncement>();
        announced.put(state.self(), own);
        return judge(
                state,
                settings,
                Optional.of(view),
                expected,
                state.waitingForAll(),
                lowerAt,
                announced,
                List.of(new QuorumEffect.Announce(own)));
    }

    private static Outcome<QuorumState, QuorumEffect> announced(QuorumState state, Announced said) {
        QuorumAnnouncement announcement = said.announcement();
        if (state.view().isEmpty()
                || state.view().get().sequence() != announcement.viewSequence()
                || !state.view().get().members().contains(announcement.sender())) {
            return Outcome.of(state);
        }
        var all = new TreeMap<>(state.announced());
        all.put(announcement.sender(), announcement);
        boolean waiting = state.waitingForAll() && announcement.waitingForAll();
        int expected = state.expectedVotes();
        boolean nobodyWasLowered = all.values().stream().noneMatch(each -> each.quorateSequence() >= 0);
        if (announcement.quorateSequence() >= 0 || nobodyWasLowered) {
            // Who was never quorate knows the file only; who was knows what the cluster has agreed on since.
            expected = all.values().stream()
                    .filter(each -> nobodyWasLowered || each.quorateSequence() >= 0)
                    .mapToInt(QuorumAnnouncement::expectedVotes)
                    .max()
                    .orElse(expected);
        }
        return judge(state, state.settings(), state.view(), expected, waiting, state.lowerAtNanos(), all, List.of());
    }

    private static Outcome<QuorumState, QuorumEffect> lowerIfDue(QuorumState state, long nowNanos) {
        if (state.lowerAtNanos() == NEVER
                || nowNanos < state.lowerAtNanos()
                || state.view().isEmpty()) {
            return Outcome.of(state);
        }
        if (!state.quorate()) {
            return judge(
                    state,
                    state.settings(),
                    state.view(),
                    state.expectedVotes(),
                    state.waitingForAll(),
                    NEVER,
                    state.announced(),
                    List.of());
        }
        int floor = state.settings().tieBreaker() == QuorumSettings.TieBreaker.OFF ? 2 : 1;
        int lowered = Math.max(state.votes(), floor);
        return judge(
                state,
                state.settings(),
                state.view(),
                Math.min(lowered, state.expectedVotes()),
                state.waitingForAll(),
                NEVER,
                state.announced(),
                List.of());
    }

    /** The one place where quorum is decided; everything else only gathers what it needs. */
    private static Outcome<QuorumState, QuorumEffect> judge(
            QuorumState before,
            QuorumSettings settings,
            Optional<View> view,
            int expected,
            boolean waiting,
            long lowerAt,
            SortedMap<NodeId, QuorumAnnouncement> announced,
            List<QuorumEffect> first) {
        if (view.isEmpty()) {
            var next = new QuorumState(
                    before.self(),
                    settings,
                    view,
                    false,
                    0,
                    expected,
                    majority(expected),
                    waiting,
                    flags(settings, expected, false),
                    "no view yet",
                    before.quorateSequence(),
                    before.quorateMembers(),
                    lowerAt,
                    announced);
            return new Outcome<>(next, first);
        }
        SortedSet<NodeId> members = view.get().members();
        int votes = votesOf(settings, members);
        boolean everybodyHere = members.containsAll(settings.votes().keySet());
        boolean stillWaiting = waiting && !everybodyHere;
        boolean twoNode = settings.twoNode() && expected == 2;
        int quorum = twoNode ? 1 : majority(expected);
        String count = votes + " of " + expected + " votes, " + quorum + " needed";
        boolean quorate;
        String reason;
        if (stillWaiting) {
            var missing = new TreeSet<>(settings.votes().keySet());
            missing.removeAll(members);
            quorate = false;
            reason = "waiting for all nodes to be seen together once; missing: " + missing;
        } else if (votes >= quorum) {
            quorate = true;
            reason = count + (twoNode ? " (two_node)" : "");
        } else if (settings.tieBreaker() != QuorumSettings.TieBreaker.OFF && votes * 2 == expected && votes > 0) {
            Optional<NodeId> breaker = tieBreaker(settings, announced);
            quorate = breaker.isPresent() && members.contains(breaker.get());
            reason = breaker.isEmpty()
                    ? count + "; a half that was never quorate has no tie breaker"
                    : count + "; exactly half, and the tie breaker " + breaker.get()
                            + (quorate ? " is here" : " is not");
        } else {
            quorate = false;
            reason = count;
        }
        boolean changed = quorate != before.quorate();
        var next = new QuorumState(
                before.self(),
                settings,
                view,
                quorate,
                votes,
                expected,
                quorum,
                stillWaiting,
                flags(settings, expected, quorate),
                reason,
                quorate ? view.get().sequence() : before.quorateSequence(),
                quorate ? members : before.quorateMembers(),
                lowerAt,
                announced);
        var effects = new ArrayList<>(first);
        if (changed) {
            effects.add(new QuorumEffect.QuorumChanged(quorate, reason));
        }
        return new Outcome<>(next, effects);
    }

    /** Chosen among the members of the newest quorate view that anybody here was part of. */
    private static Optional<NodeId> tieBreaker(
            QuorumSettings settings, SortedMap<NodeId, QuorumAnnouncement> announced) {
        QuorumAnnouncement newest = null;
        for (QuorumAnnouncement each : announced.values()) {
            if (each.quorateSequence() >= 0 && (newest == null || each.quorateSequence() > newest.quorateSequence())) {
                newest = each;
            }
        }
        if (newest == null) {
            return Optional.empty();
        }
        SortedSet<NodeId> candidates = newest.quorateMembers();
        return switch (settings.tieBreaker()) {
            case LOWEST -> Optional.of(candidates.first());
            case HIGHEST -> Optional.of(candidates.last());
            case LIST ->
                settings.tieBreakerNodes().stream().filter(candidates::contains).findFirst();
            case OFF -> Optional.empty();
        };
    }

    private static int votesOf(QuorumSettings settings, SortedSet<NodeId> members) {
        return members.stream().mapToInt(settings::votesOf).sum();
    }

    private static int majority(int expected) {
        return expected / 2 + 1;
    }

    private static SortedSet<String> flags(QuorumSettings settings, int expected, boolean quorate) {
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
        if (settings.tieBreaker() != QuorumSettings.TieBreaker.OFF) {
            flags.add("AutoTieBreaker");
        }
        if (settings.allowDownscale()) {
            flags.add("AllowDownscale");
        }
        return flags;
    }
}
