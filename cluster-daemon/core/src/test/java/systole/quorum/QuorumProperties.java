package systole.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import systole.group.GroupEvent.Departure;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.quorum.QuorumInput.Announced;
import systole.quorum.QuorumInput.Tick;
import systole.quorum.QuorumInput.ViewChanged;
import systole.quorum.QuorumSettings.TieBreaker;

class QuorumProperties {
    /**
     * Two sides are never quorate at one time, whatever splits, merges and restarts, with majority, wait-for-all and tie
     * breakers. Last-man-standing without wait-for-all has no restarts: a node that forgets has the full expectation of
     * the file again.
     */
    @Property(tries = 3_000)
    void neverTwoQuorateSides(@ForAll long seedValue, @ForAll @IntRange(min = 2, max = 7) int count) {
        var seed = new Seed(seedValue);
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= count; i++) {
            ids.add(new NodeId(i));
        }
        QuorumSettings settings = QuorumSettings.majorityOf(ids).withWaitForAll(seed.chance(0.5));
        if (seed.chance(0.5)) {
            settings = settings.withTieBreaker(seed.chance(0.5) ? TieBreaker.LOWEST : TieBreaker.HIGHEST, List.of());
        }
        boolean lowering = seed.chance(0.4);
        if (lowering) {
            settings = settings.withLastManStanding(10);
        }
        var states = new TreeMap<NodeId, QuorumState>();
        var sequence = 1L;
        for (NodeId id : ids) {
            states.put(id, QuorumProtocol.initial(id, settings));
        }
        var sides = new ArrayList<TreeSet<NodeId>>();
        long now = 0;
        for (int round = 0; round < 30; round++) {
            now += 100;
            if ((!lowering || settings.waitForAll()) && seed.chance(0.3)) {
                NodeId restarted = new NodeId(1 + seed.below(count));
                states.put(restarted, QuorumProtocol.initial(restarted, settings));
            }
            sides.clear();
            for (int i = 0; i < 3; i++) {
                sides.add(new TreeSet<>());
            }
            int used = 1 + seed.below(3);
            for (NodeId id : ids) {
                sides.get(seed.below(used)).add(id);
            }
            for (TreeSet<NodeId> side : sides) {
                if (!side.isEmpty()) {
                    change(states, new View(sequence++, side.first(), side), now, Set.of());
                }
            }
            atMostOneQuorate(sides, states);
            if (seed.chance(0.5)) {
                // The announcements of the tick reach some members only: the view breaks in between.
                for (NodeId id : ids) {
                    var outcome = QuorumProtocol.step(states.get(id), new Tick(now + 50));
                    states.put(id, outcome.next());
                    for (QuorumEffect effect : outcome.effects()) {
                        if (effect instanceof QuorumEffect.Announce announce) {
                            for (NodeId to : ids) {
                                if (seed.chance(0.8)) {
                                    states.put(
                                            to,
                                            QuorumProtocol.step(
                                                            states.get(to),
                                                            new Announced(now + 50, announce.announcement()))
                                                    .next());
                                }
                            }
                        }
                    }
                }
                atMostOneQuorate(sides, states);
            }
        }
    }

    /**
     * Nor are there when a person sets the expected votes, as long as that person is right: who is not in the view is off, and comes
     * back only where it meets one of those that were in it. Words and what follows from them reach only some members.
     */
    @Property(tries = 3_000)
    void neverTwoQuorateSidesWhenAPersonIsRight(@ForAll long seedValue, @ForAll @IntRange(min = 2, max = 7) int count) {
        var seed = new Seed(seedValue);
        boolean lowering = seed.chance(0.3);
        var votes = new TreeMap<NodeId, Integer>();
        for (int i = 1; i <= count; i++) {
            votes.put(new NodeId(i), lowering || seed.chance(0.5) ? 1 : seed.below(4));
        }
        QuorumSettings settings = QuorumSettings.majorityOf(votes).withWaitForAll(seed.chance(0.3));
        if (seed.chance(0.3)) {
            settings = settings.withTieBreaker(seed.chance(0.5) ? TieBreaker.LOWEST : TieBreaker.HIGHEST, List.of());
        }
        if (lowering) {
            settings = settings.withLastManStanding(10);
        }
        var states = new TreeMap<NodeId, QuorumState>();
        for (NodeId id : votes.keySet()) {
            states.put(id, QuorumProtocol.initial(id, settings));
        }
        var off = new TreeSet<NodeId>();
        var bearers = new TreeSet<NodeId>();
        var cutOff = new TreeSet<NodeId>();
        var sequence = 1L;
        long now = 0;
        for (int round = 0; round < 30; round++) {
            now += 100;
            var sides = new ArrayList<TreeSet<NodeId>>();
            int used = 1 + seed.below(3);
            for (int i = 0; i < used; i++) {
                sides.add(new TreeSet<>());
            }
            for (NodeId id : votes.keySet()) {
                if (!off.contains(id)) {
                    sides.get(seed.below(used)).add(id);
                }
            }
            for (NodeId id : List.copyOf(off)) {
                var side = sides.get(seed.below(used));
                if (seed.chance(0.3) && side.stream().anyMatch(bearers::contains)) {
                    side.add(id);
                    off.remove(id);
                }
            }
            sides.removeIf(TreeSet::isEmpty);
            for (TreeSet<NodeId> side : sides) {
                change(states, new View(sequence++, side.first(), side), now, cutOff);
            }
            cutOff.clear();
            atMostOneQuorate(sides, states);
            var side = sides.get(seed.below(sides.size()));
            int here = side.stream().mapToInt(votes::get).sum();
            if (here == 0 || seed.chance(0.6)) {
                continue;
            }
            int expected = here + seed.below(here);
            boolean may = states.get(side.first()).mayExpect(expected);
            for (NodeId id : votes.keySet()) {
                if (!side.contains(id)) {
                    off.add(id);
                    states.put(id, QuorumProtocol.initial(id, settings));
                }
            }
            bearers.clear();
            bearers.addAll(side);
            if (seed.chance(0.5)) {
                side.stream().filter(id -> seed.chance(0.5)).forEach(cutOff::add);
            }
            expect(states, side, expected, seed, cutOff, now + 50);
            if (may && cutOff.isEmpty()) {
                assertThat(side.stream()
                                .map(states::get)
                                .allMatch(each -> each.quorate() && each.expectedVotes() == expected))
                        .as(() -> side.stream().map(states::get).toList().toString())
                        .isTrue();
            }
        }
    }

    /** The word reaches all, or the two parts of a side each reach some of what is said in it. */
    private static void expect(
            Map<NodeId, QuorumState> states,
            TreeSet<NodeId> side,
            int expected,
            Seed seed,
            TreeSet<NodeId> cutOff,
            long now) {
        double reach = cutOff.isEmpty() ? 1 : 0.7;
        var rest = new TreeSet<>(side);
        rest.removeAll(cutOff);
        var parts = List.of(rest, cutOff);
        var said = new ArrayList<QuorumAnnouncement>();
        for (TreeSet<NodeId> part : parts) {
            boolean reaches = seed.chance(reach);
            for (NodeId id : reaches ? part : new TreeSet<NodeId>()) {
                long view = states.get(id).view().orElseThrow().sequence();
                var outcome =
                        QuorumProtocol.step(states.get(id), new QuorumInput.ExpectedVotesSet(now, view, expected));
                states.put(id, outcome.next());
                for (QuorumEffect effect : outcome.effects()) {
                    if (effect instanceof QuorumEffect.Announce announce) {
                        said.add(announce.announcement());
                    }
                }
            }
        }
        for (QuorumAnnouncement each : said) {
            for (TreeSet<NodeId> part : parts) {
                boolean reaches = seed.chance(reach);
                for (NodeId to : reaches ? part : new TreeSet<NodeId>()) {
                    states.put(
                            to,
                            QuorumProtocol.step(states.get(to), new Announced(now, each))
                                    .next());
                }
            }
        }
    }

    /** @param cutOff heard something else in the former view than the others: the two do not come from it together */
    private static void change(Map<NodeId, QuorumState> states, View view, long now, Set<NodeId> cutOff) {
        var said = new ArrayList<QuorumAnnouncement>();
        var before = new TreeMap<>(states);
        for (NodeId member : view.members()) {
            var left = new TreeMap<NodeId, Departure>();
            before.get(member)
                    .view()
                    .ifPresent(old -> old.members().stream()
                            .filter(other -> !view.members().contains(other)
                                    || cutOff.contains(other) != cutOff.contains(member)
                                    || !before.get(other)
                                            .view()
                                            .equals(before.get(member).view()))
                            .forEach(other -> left.put(other, Departure.LOST)));
            var outcome = QuorumProtocol.step(states.get(member), new ViewChanged(now, view, left));
            states.put(member, outcome.next());
            outcome.effects().forEach(effect -> {
                if (effect instanceof QuorumEffect.Announce announce) {
                    said.add(announce.announcement());
                }
            });
        }
        for (QuorumAnnouncement each : said) {
            for (NodeId member : view.members()) {
                states.put(
                        member,
                        QuorumProtocol.step(states.get(member), new Announced(now, each))
                                .next());
                assertNoOtherSideIsQuorate(states, view);
            }
        }
        // All members of a view that know the same decide the same.
        assertThat(view.members().stream()
                        .map(states::get)
                        .map(QuorumState::quorate)
                        .distinct())
                .as(() -> view.members().stream().map(states::get).toList().toString())
                .hasSize(1);
    }

    private static void atMostOneQuorate(List<TreeSet<NodeId>> sides, Map<NodeId, QuorumState> states) {
        long quorate = sides.stream()
                .filter(side -> side.stream().anyMatch(id -> states.get(id).quorate()))
                .count();
        assertThat(quorate).isLessThanOrEqualTo(1);
    }

    private static void assertNoOtherSideIsQuorate(Map<NodeId, QuorumState> states, View view) {
        boolean here = view.members().stream()
                .map(states::get)
                .anyMatch(state -> state.quorate() && state.view().orElseThrow().equals(view));
        if (!here) {
            return;
        }
        for (QuorumState other : states.values()) {
            if (other.quorate() && other.view().orElseThrow().members().stream().noneMatch(view.members()::contains)) {
                throw new AssertionError(view + " and " + other.view() + " are both quorate: "
                        + view.members().stream()
                                .map(states::get)
                                .map(QuorumState::reason)
                                .toList() + ", "
                        + other.reason() + "\n"
                        + view.members().stream().map(states::get).toList() + "\n" + other);
            }
        }
    }
}
