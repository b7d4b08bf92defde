package systole.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.group.GroupEvent.Departure;
import systole.group.View;
import systole.kernel.BadInputException;
import systole.kernel.NodeId;
import systole.kernel.Outcome;
import systole.quorum.QuorumInput.Announced;
import systole.quorum.QuorumInput.Tick;
import systole.quorum.QuorumInput.ViewChanged;
import systole.quorum.QuorumSettings.TieBreaker;

class QuorumProtocolTest {
    private static final long WINDOW = 10_000;

    private long sequence = 1;

    private static SortedSet<NodeId> ids(int... values) {
        var result = new TreeSet<NodeId>();
        for (int value : values) {
            result.add(new NodeId(value));
        }
        return result;
    }

    private QuorumState start(int self, QuorumSettings settings) {
        return QuorumProtocol.initial(new NodeId(self), settings);
    }

    private QuorumState view(QuorumState state, int... members) {
        return view(state, 0, Map.of(), members);
    }

    private QuorumState view(QuorumState state, long now, Map<NodeId, Departure> left, int... members) {
        var set = ids(members);
        var view = new View(sequence++, set.first(), set);
        var next = QuorumProtocol.step(state, new ViewChanged(now, view, left)).next();
        // The others know what this node knows.
        var own = next.announced().get(state.self());
        for (NodeId member : set) {
            next = QuorumProtocol.step(next, new Announced(now, saidBy(member, own)))
                    .next();
        }
        return next;
    }

    private static QuorumAnnouncement saidBy(NodeId member, QuorumAnnouncement own) {
        return new QuorumAnnouncement(
                member,
                own.viewSequence(),
                own.waitingForAll(),
                own.expectedVotes(),
                own.configuredVotes(),
                own.quorateSequence(),
                own.quorateMembers(),
                own.remembers(),
                own.strict(),
                own.lowerTo(),
                own.nodeListVersion(),
                own.promised());
    }

    /** Time passes for all members of the view. */
    private QuorumState tick(QuorumState state, long now) {
        var outcome = QuorumProtocol.step(state, new Tick(now));
        var next = outcome.next();
        for (QuorumEffect effect : outcome.effects()) {
            if (effect instanceof QuorumEffect.Announce announce) {
                var own = announce.announcement();
                for (NodeId member : state.view().orElseThrow().members()) {
                    next = QuorumProtocol.step(next, new Announced(now, saidBy(member, own)))
                            .next();
                }
            }
        }
        return next;
    }

    /** Several nodes change to one view and hear each other's announcements. */
    private void together(Map<Integer, QuorumState> states, int... members) {
        var set = ids(members);
        var view = new View(sequence++, set.first(), set);
        var said = new java.util.ArrayList<QuorumAnnouncement>();
        for (int member : members) {
            var outcome = QuorumProtocol.step(states.get(member), new ViewChanged(0, view, Map.of()));
            take(states, member, outcome, said);
        }
        hear(states, said, members);
    }

    private static void take(
            Map<Integer, QuorumState> states,
            int member,
            Outcome<QuorumState, QuorumEffect> outcome,
            List<QuorumAnnouncement> said) {
        states.put(member, outcome.next());
        outcome.effects().forEach(effect -> {
            if (effect instanceof QuorumEffect.Announce announce) {
                said.add(QuorumAnnouncement.fromBytes(announce.announcement().toBytes()));
            }
        });
    }

    private static void hear(Map<Integer, QuorumState> states, List<QuorumAnnouncement> said, int... members) {
        for (QuorumAnnouncement each : said) {
            for (int member : members) {
                states.put(
                        member,
                        QuorumProtocol.step(states.get(member), new Announced(0, each))
                                .next());
            }
        }
    }

    @Test
    void aMajorityIsQuorateAndAHalfIsNot() {
        var state = start(1, QuorumSettings.majorityOf(ids(1, 2, 3, 4)));

        assertThat(view(state, 1, 2, 3).quorate()).isTrue();
        assertThat(view(state, 1, 2).quorate()).isFalse();
        assertThat(view(state, 1, 2).reason()).isEqualTo("2 of 4 votes, 3 needed");
    }

    @Test
    void votesCountAndNotHeads() {
        var votes = new TreeMap<NodeId, Integer>();
        votes.put(new NodeId(1), 3);
        votes.put(new NodeId(2), 1);
        votes.put(new NodeId(3), 1);
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3)).withVotes(votes, 0);

        assertThat(view(start(1, settings), 1).quorate()).isTrue();
        assertThat(view(start(2, settings), 2, 3).quorate()).isFalse();
    }

    @Test
    void twoNodeWaitsForBothOnceAndThenOneIsEnough() {
        var state = start(1, QuorumSettings.majorityOf(ids(1, 2)).withTwoNode());

        state = view(state, 1);
        assertThat(state.quorate()).isFalse();
        assertThat(state.reason()).contains("missing: [n2]");
        state = view(state, 1, 2);
        assertThat(state.quorate()).isTrue();
        state = view(state, 1);
        assertThat(state.quorate()).isTrue();
        assertThat(state.flags()).containsExactly("2Node", "Quorate", "WaitForAll");
    }

    @Test
    void onlyTheLoneNodeOfTwoNodeHasARival() {
        var two = view(start(1, QuorumSettings.majorityOf(ids(1, 2)).withTwoNode()), 1, 2);
        assertThat(two.rivals()).isEmpty();
        assertThat(view(two, 1).rivals()).isEqualTo(ids(2));
        var half = view(
                start(1, QuorumSettings.majorityOf(ids(1, 2, 3, 4)).withTieBreaker(TieBreaker.LOWEST, List.of())),
                1,
                2,
                3,
                4);
        assertThat(view(half, 1, 2).quorate()).isTrue();
        assertThat(view(half, 1, 2).rivals()).isEmpty();
        var votes = new TreeMap<NodeId, Integer>();
        votes.put(new NodeId(1), 3);
        votes.put(new NodeId(2), 1);
        votes.put(new NodeId(3), 1);
        var heavy = view(start(1, QuorumSettings.majorityOf(ids(1, 2, 3)).withVotes(votes, 0)), 1, 2, 3);
        assertThat(view(heavy, 1).quorate()).isTrue();
        assertThat(view(heavy, 1).rivals()).isEmpty();
        assertThat(view(heavy, 1).keepers()).isEqualTo(ids(2, 3));
        assertThat(view(heavy, 1, 2).keepers()).isEqualTo(ids(3));
        assertThat(view(heavy, 1, 2, 3).keepers()).isEmpty();
        assertThat(view(half, 1, 2).keepers()).isEmpty();
        var tieBreaker =
                view(start(1, QuorumSettings.majorityOf(ids(1, 2)).withTieBreaker(TieBreaker.LOWEST, List.of())), 1, 2);
        assertThat(view(tieBreaker, 1).keepers()).isEqualTo(ids(2));
        assertThat(view(start(1, QuorumSettings.majorityOf(ids(1, 2, 3))), 1, 2).keepers())
                .isEmpty();
    }

    /** What was lowered under {@code two_node} may have been lowered on both sides. */
    @Test
    void aRivalStaysOneWhenTheExpectedVotesFall() {
        var state =
                view(start(1, QuorumSettings.majorityOf(ids(1, 2)).withTwoNode().withAllowDownscale()), 1, 2);
        state = view(state, 0, Map.of(new NodeId(2), Departure.LEFT), 1);
        assertThat(state.quorate()).isTrue();
        assertThat(state.rivals()).isEqualTo(ids(2));
    }

    /** It may never come, and the nodes that run the services have all been restarted meanwhile. */
    @Test
    void nobodyWaitsForANodeWithoutAVoteNorFearsIt() {
        var settings = twoNodesAndANewcomer();

        var alone = view(start(1, settings), 1);
        assertThat(alone.quorate()).isFalse();
        assertThat(alone.reason()).endsWith("missing: [n2]");
        assertThat(view(start(1, settings), 1, 3).quorate()).isFalse();
        var both = view(start(1, settings), 1, 2);
        assertThat(both.quorate()).isTrue();
        assertThat(both.waitingForAll()).isFalse();
        assertThat(view(both, 1).quorate()).isTrue();
        assertThat(view(both, 1).rivals()).isEqualTo(ids(2));
        assertThat(view(both, 1, 3).rivals())
                .as("a newcomer beside it changes nothing about what the other may do")
                .isEqualTo(ids(2));
        assertThat(view(both, 1, 3).keepers()).isEqualTo(ids(2));
    }

    @Test
    void cancellingTheWaitLetsAMajorityAct() {
        var state = view(start(1, QuorumSettings.majorityOf(ids(1, 2, 3)).withWaitForAll(true)), 1, 2);
        assertThat(state.quorate()).isFalse();

        long view = state.view().orElseThrow().sequence();
        assertThat(QuorumProtocol.step(state, new QuorumInput.WaitForAllCancelled(0, view - 1))
                        .next())
                .as("said in another view")
                .isEqualTo(state);
        var outcome = QuorumProtocol.step(state, new QuorumInput.WaitForAllCancelled(0, view));

        assertThat(outcome.next().quorate()).isTrue();
        assertThat(outcome.effects()).hasSize(1);
    }

    @Test
    void aRestartedNodeNeedNotWaitWhenAMemberHasSeenAll() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3)).withWaitForAll(true);
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 3; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 1, 2, 3);
        together(states, 1, 2);
        states.put(2, start(2, settings));
        together(states, 1, 2);

        assertThat(states.get(1).quorate()).isTrue();
        assertThat(states.get(2).quorate()).isTrue();
    }

    /** The other may have fenced this one, gone on alone, acknowledged changes, and died before it could be seen again. */
    @Test
    void aNodeWithoutAVoteCannotSayThatAllWereSeen() {
        var settings = twoNodesAndANewcomer();
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 3; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 1, 2, 3);
        together(states, 2, 3);
        assertThat(states.get(2).quorate()).isTrue();
        states.put(2, start(2, settings));
        together(states, 2, 3);
        for (int i = 2; i <= 3; i++) {
            assertThat(states.get(i).quorate()).as("n" + i).isFalse();
            assertThat(states.get(i).reason()).endsWith("missing: [n1]");
        }
        states.put(1, start(1, settings));
        together(states, 1, 2, 3);
        for (int i = 1; i <= 3; i++) {
            assertThat(states.get(i).quorate()).as("n" + i).isTrue();
        }
    }

    private static QuorumSettings twoNodesAndANewcomer() {
        var votes = new TreeMap<>(Map.of(new NodeId(1), 1, new NodeId(2), 1, new NodeId(3), 0));
        return QuorumSettings.majorityOf(ids(1, 2)).withTwoNode().withNodes(votes, new TreeMap<>(), 1);
    }

    @Test
    void lastManStandingLowersStepByStepDownToTwo() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4, 5)).withLastManStanding(WINDOW);
        var state = view(start(1, settings), 1, 2, 3, 4, 5);

        state = view(state, 100, Map.of(), 1, 2, 3);
        assertThat(state.expectedVotes()).isEqualTo(5);
        assertThat(state.deadlineNanos()).isEqualTo(100 + WINDOW);
        state = tick(state, 100 + WINDOW);
        assertThat(state.expectedVotes()).isEqualTo(3);
        state = view(state, 20_000, Map.of(), 1, 2);
        state = tick(state, 20_000 + WINDOW);
        assertThat(state.quorate()).isTrue();
        assertThat(state.expectedVotes()).isEqualTo(2);
        state = view(state, 40_000, Map.of(), 1);
        assertThat(state.quorate()).isFalse();
        assertThat(tick(state, 90_000).quorate()).isFalse();
    }

    /** Simulated seed 27174: n1 and n3 lowered to two, and n4 and n5, which had part in that, restarted beside n2, which had not. */
    @Test
    void whoHasRestartedHasNoVoteWhereExpectedVotesMayHaveBeenLowered() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4, 5))
                .withWaitForAll(true)
                .withLastManStanding(WINDOW);
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 5; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 1, 2, 3, 4, 5);
        states.put(4, start(4, settings));
        states.put(5, start(5, settings));
        together(states, 2);

        together(states, 2, 4, 5);
        for (int i : List.of(2, 4, 5)) {
            assertThat(states.get(i).quorate()).as("n" + i).isFalse();
        }
        assertThat(states.get(4).reason()).startsWith("1 of 5 votes, 3 needed; [n4, n5] have restarted");
        assertThat(states.get(4).somebodyWaits()).isTrue();
        together(states, 4, 5);
        assertThat(states.get(4).reason()).endsWith("missing: [n1, n2, n3]");

        together(states, 1, 2, 3, 4);
        assertThat(states.get(4).quorate()).as("let in by three who remember").isTrue();
        together(states, 2, 4, 5);
        assertThat(states.get(4).quorate()).as("n5 has restarted").isFalse();
        together(states, 1, 2, 4, 5);
        assertThat(states.get(5).quorate()).isTrue();
        assertThat(states.get(5).somebodyWaits()).isTrue();
        together(states, 2, 4, 5);
        assertThat(states.get(5).quorate()).as("all three remember").isTrue();
    }

    @Test
    void whoeverIsCertainCanLetInWhatHasRestarted() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4, 5))
                .withWaitForAll(true)
                .withLastManStanding(WINDOW);
        var states = new TreeMap<Integer, QuorumState>();
        for (int i : List.of(1, 2, 3)) {
            states.put(i, start(i, settings));
        }
        together(states, 1, 2, 3);
        for (int i : List.of(1, 2, 3)) {
            QuorumState state = states.get(i);
            assertThat(state.quorate()).isFalse();
            long view = state.view().orElseThrow().sequence();
            QuorumState next = QuorumProtocol.step(state, new QuorumInput.WaitForAllCancelled(0, view))
                    .next();
            assertThat(next.quorate()).as("n" + i).isTrue();
            assertThat(next.waitingForAll()).isFalse();
        }
    }

    @Test
    void withATieBreakerTheLastManCanBeOne() {
        var settings = QuorumSettings.majorityOf(ids(1, 2))
                .withLastManStanding(WINDOW)
                .withTieBreaker(TieBreaker.LOWEST, List.of());
        var state = view(view(start(1, settings), 1, 2), 100, Map.of(), 1);
        assertThat(state.quorate()).isTrue();

        state = tick(state, 100 + WINDOW);

        assertThat(state.expectedVotes()).isEqualTo(1);
        assertThat(state.quorate()).isTrue();
    }

    @Test
    void ofTwoHalvesOnlyTheOneWithTheTieBreakerGoesOn() {
        for (TieBreaker rule : List.of(TieBreaker.LOWEST, TieBreaker.HIGHEST, TieBreaker.LIST)) {
            var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4))
                    .withTieBreaker(rule, rule == TieBreaker.LIST ? List.of(new NodeId(3)) : List.of());
            var states = new TreeMap<Integer, QuorumState>();
            for (int i = 1; i <= 4; i++) {
                states.put(i, start(i, settings));
            }
            together(states, 1, 2, 3, 4);
            together(states, 1, 2);
            together(states, 3, 4);

            boolean first = rule == TieBreaker.LOWEST;
            assertThat(states.get(1).quorate()).isEqualTo(first);
            assertThat(states.get(2).quorate()).isEqualTo(first);
            assertThat(states.get(3).quorate()).isEqualTo(!first);
            assertThat(states.get(4).quorate()).isEqualTo(!first);
        }
    }

    @Test
    void aHalfThatWasNeverQuorateHasNoTieBreaker() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4)).withTieBreaker(TieBreaker.LOWEST, List.of());
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 4; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 2, 3, 4);
        states.put(1, start(1, settings));
        together(states, 1, 4);
        together(states, 2, 3);

        assertThat(states.get(2).quorate()).isTrue();
        assertThat(states.get(1).quorate()).isFalse();
        assertThat(states.get(4).quorate()).isFalse();
    }

    @Test
    void aGoodbyeLowersTheExpectedVotesIfAllowed() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4, 5)).withAllowDownscale();
        var state = view(start(1, settings), 1, 2, 3, 4, 5);

        state = view(state, 0, Map.of(new NodeId(5), Departure.LEFT), 1, 2, 3, 4);
        assertThat(state.expectedVotes()).isEqualTo(4);
        state = view(state, 0, Map.of(new NodeId(4), Departure.LOST), 1, 2, 3);
        assertThat(state.expectedVotes()).isEqualTo(4);
        state = view(state, 0, Map.of(), 1, 2, 3, 4, 5);
        assertThat(state.expectedVotes()).isEqualTo(5);
    }

    /** The word reaches these, and what they say about it too. */
    private static void expect(Map<Integer, QuorumState> states, int votes, int... members) {
        var said = new java.util.ArrayList<QuorumAnnouncement>();
        for (int member : members) {
            long view = states.get(member).view().orElseThrow().sequence();
            var outcome = QuorumProtocol.step(states.get(member), new QuorumInput.ExpectedVotesSet(0, view, votes));
            take(states, member, outcome, said);
        }
        hear(states, said, members);
    }

    private Map<Integer, QuorumState> five() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3, 4, 5));
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 5; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 1, 2, 3, 4, 5);
        return states;
    }

    @Test
    void aPersonLetsTwoOfFiveGoOn() {
        var states = five();
        together(states, 1, 2);
        assertThat(states.get(1).quorate()).isFalse();

        expect(states, 2, 1, 2);
        for (int i = 1; i <= 2; i++) {
            assertThat(states.get(i).quorate()).isTrue();
            assertThat(states.get(i).expectedVotes()).isEqualTo(2);
        }

        var settings = states.get(1).settings();
        for (int i = 3; i <= 5; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 2, 3, 4, 5);
        together(states, 1);
        assertThat(states.get(3).quorate())
                .as("four of five, but node 1 may go by the two that were expected")
                .isFalse();
        together(states, 1, 2, 3, 4, 5);
        assertThat(states.get(4).quorate()).isTrue();
        assertThat(states.get(4).expectedVotes()).isEqualTo(5);
    }

    @Test
    void aWordThatHasNotReachedAllLowersNothing() {
        var states = five();
        together(states, 1, 2);

        expect(states, 2, 1);
        assertThat(states.get(1).quorate()).isFalse();
        assertThat(states.get(1).expectedVotes()).isEqualTo(5);
        together(states, 1);
        assertThat(states.get(1).quorate()).isFalse();
    }

    @Test
    void onlyVotesThatThisPartitionHasAMajorityOfCanBeExpected() {
        var states = five();
        together(states, 1, 2);
        var state = states.get(1);

        assertThat(state.mayExpect(1)).as("less than are here").isFalse();
        assertThat(state.mayExpect(2)).isTrue();
        assertThat(state.mayExpect(3)).isTrue();
        assertThat(state.mayExpect(4)).as("three would be needed").isFalse();
        assertThat(QuorumProtocol.step(state, new QuorumInput.ExpectedVotesSet(0, 1, 2))
                        .next())
                .as("a word of an earlier view")
                .isEqualTo(state);
    }

    @Test
    void aGrowingViewKeepsItsQuorumWhileTheNewcomersAreHeard() {
        var settings = QuorumSettings.majorityOf(ids(1, 2, 3));
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 3; i++) {
            states.put(i, start(i, settings));
        }
        together(states, 1, 2);
        var all = new View(sequence++, new NodeId(1), ids(1, 2, 3));

        assertThat(QuorumProtocol.step(states.get(1), new ViewChanged(0, all, Map.of()))
                        .next()
                        .quorate())
                .isTrue();
        assertThat(QuorumProtocol.step(states.get(3), new ViewChanged(0, all, Map.of()))
                        .next()
                        .quorate())
                .as("who comes has not heard what was before")
                .isFalse();
        assertThat(QuorumProtocol.step(states.get(1), new ViewChanged(0, all, Map.of(new NodeId(2), Departure.LOST)))
                        .next()
                        .quorate())
                .as("one of the two was away")
                .isFalse();
    }

    @Test
    void aNewFileComesIntoForceWhileTheDaemonsRestartOneAfterTheOther() {
        var old = QuorumSettings.majorityOf(ids(1, 2, 3));
        var states = new TreeMap<Integer, QuorumState>();
        for (int i = 1; i <= 3; i++) {
            states.put(i, start(i, old));
        }
        together(states, 1, 2, 3);
        for (int i = 1; i <= 3; i++) {
            states.put(i, start(i, old.withVotes(old.votes(), 5)));
            together(states, 1, 2, 3);
        }

        assertThat(states.get(2).expectedVotes()).isEqualTo(5);
    }

    @Test
    void changedSettingsAreJudgedAtOnce() {
        var state = view(start(1, QuorumSettings.majorityOf(ids(1, 2, 3))), 1);
        assertThat(state.quorate()).isFalse();

        var lowered = state.settings().withVotes(state.settings().votes(), 1);
        var outcome = QuorumProtocol.step(state, new QuorumInput.SettingsChanged(0, lowered));

        assertThat(outcome.next().quorate()).isTrue();
        assertThat(outcome.next().settings().warnings()).anyMatch(each -> each.contains("two partitions"));
    }

    @Test
    void contradictingSettingsAreRefusedWithTheWayOut() {
        var two = QuorumSettings.majorityOf(ids(1, 2)).withTwoNode();

        assertThatThrownBy(() -> two.withTieBreaker(TieBreaker.LOWEST, List.of()))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("exclude each other");
        assertThatThrownBy(() -> two.withVotes(two.votes(), 1)).hasMessageContaining("expected_votes: 1");
    }

    @Test
    void bytesThatAreNoAnnouncementAreRefused() {
        byte[] good = new QuorumAnnouncement(
                        new NodeId(1), 5, true, 3, 5, 4, ids(1, 2), true, true, 2, 0, Electorate.NONE)
                .toBytes();
        byte[] cut = java.util.Arrays.copyOf(good, good.length - 1);

        assertThatThrownBy(() -> QuorumAnnouncement.fromBytes(cut)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> QuorumAnnouncement.fromBytes(new byte[3]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theWitnessMakesUpForTheMissingHalfWhileItsViewLasts() {
        var one = new NodeId(1);
        var two = new NodeId(2);
        var settings =
                QuorumSettings.majorityOf(new TreeSet<>(List.of(one, two))).withDevice(1);
        var alone = new View(9, one, new TreeSet<>(List.of(one)));
        QuorumState state = QuorumProtocol.initial(one, settings);
        assertThat(state.quorum()).isEqualTo(2);

        state = QuorumProtocol.step(state, new QuorumInput.ViewChanged(0, alone, Map.of()))
                .next();
        assertThat(state.quorate()).isFalse();
        assertThat(state.awaitsWitness()).isTrue();
        assertThat(QuorumProtocol.step(state, new QuorumInput.WitnessSaid(1, one, 8, true))
                        .next())
                .as("a word about another view")
                .isEqualTo(state);
        state = QuorumProtocol.step(state, new QuorumInput.WitnessSaid(1, one, 9, true))
                .next();

        assertThat(state.quorate()).isTrue();
        assertThat(state.votes()).isEqualTo(2);
        assertThat(state.votesToStore()).as("the witness has no disk").isEqualTo(1);
        assertThat(state.keepers()).containsExactly(two);
        assertThat(state.flags()).contains("Qdevice", "Quorate");
        assertThat(state.reason()).contains("the witness votes for this view");
        var next = new View(12, one, new TreeSet<>(List.of(one)));
        assertThat(QuorumProtocol.step(state, new QuorumInput.ViewChanged(2, next, Map.of()))
                        .next()
                        .quorate())
                .as("a new view needs a new vote")
                .isFalse();
    }

    @Test
    void nobodyWaitsForAWitnessThatNoMemberReaches() {
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= 4; i++) {
            ids.add(new NodeId(i));
        }
        var half = new TreeSet<>(List.of(new NodeId(1), new NodeId(2)));
        QuorumState state = QuorumProtocol.initial(
                new NodeId(1), QuorumSettings.majorityOf(ids).withDevice(1));
        state = QuorumProtocol.step(state, new QuorumInput.ViewChanged(0, new View(9, new NodeId(1), half), Map.of()))
                .next();
        state = QuorumProtocol.step(state, new QuorumInput.WitnessSaid(1, new NodeId(1), 9, false))
                .next();
        assertThat(state.awaitsWitness()).as("n2 may still have the vote").isTrue();

        QuorumState without = QuorumProtocol.step(state, new QuorumInput.WitnessSaid(1, new NodeId(2), 9, false))
                .next();
        QuorumState over =
                QuorumProtocol.step(state, new QuorumInput.WitnessWaitOver(1)).next();
        QuorumState with = QuorumProtocol.step(without, new QuorumInput.WitnessSaid(1, new NodeId(1), 9, true))
                .next();

        assertThat(without.awaitsWitness()).isFalse();
        assertThat(over.awaitsWitness()).isFalse();
        assertThat(without.reason()).contains("without the vote of the witness");
        assertThat(with.quorate()).as("a late vote counts").isTrue();
    }
}
