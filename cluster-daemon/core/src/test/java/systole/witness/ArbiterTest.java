package systole.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Vote;
import systole.witness.WitnessRules.Algorithm;

class ArbiterTest {
    private static final long SETTLE_MILLIS = 600;
    private static final long SETTLE = SETTLE_MILLIS * 1_000_000L;

    private final TreeMap<Integer, Vote> told = new TreeMap<>();
    private final TreeMap<Integer, String> words = new TreeMap<>();
    private final List<String> order = new ArrayList<>();
    private Arbiter arbiter = new Arbiter(ArbiterMemory.NOTHING);
    private WitnessRules rules = new WitnessRules(Algorithm.FFSPLIT, WitnessRules.LOWEST);
    private int count = 2;
    private long now;

    @Test
    void votesForTheWholeClusterAndThenForOneHalfOnly() {
        wholeClusterAt(10);

        report(1, 20, 1);
        report(2, 21, 2);

        assertThat(told).containsEntry(1, Vote.YES).containsEntry(2, Vote.NO);
        assertThat(words.get(2)).contains("[n1]");
    }

    @Test
    void theTieBreakerDecidesWhoeverReportsFirst() {
        rules = new WitnessRules(Algorithm.FFSPLIT, WitnessRules.HIGHEST);
        wholeClusterAt(10);

        report(1, 20, 1);
        assertThat(told).as("n2 may still report, and is preferred").containsEntry(1, Vote.WAIT);
        report(2, 21, 2);

        assertThat(told).containsEntry(1, Vote.NO).containsEntry(2, Vote.YES);
    }

    @Test
    void waitsForAPreferredNodeNoLongerThanTheSettleTime() {
        rules = new WitnessRules(Algorithm.FFSPLIT, 2);
        wholeClusterAt(10);
        report(1, 20, 1);

        tick(SETTLE - 1);
        assertThat(told).containsEntry(1, Vote.WAIT);
        tick(1);

        assertThat(told).containsEntry(1, Vote.YES);
        assertThat(arbiter.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void doesNotWaitForANodeWhoseConnectionIsGone() {
        rules = new WitnessRules(Algorithm.FFSPLIT, WitnessRules.HIGHEST);
        wholeClusterAt(10);
        lose(2);

        report(1, 20, 1);

        assertThat(told).containsEntry(1, Vote.YES);
    }

    @Test
    void aNodeThatWasAwayGetsNoVoteBeforeItHasMetTheHolder() {
        wholeClusterAt(10);
        lose(2);
        report(1, 20, 1);
        lose(1);
        join(2);

        report(2, 30, 2);
        assertThat(told).containsEntry(2, Vote.NO);
        assertThat(words.get(2)).contains("release");
        // They meet, and it gets the state; then the other dies.
        join(1);
        report(1, 40, 1, 2);
        report(2, 40, 1, 2);
        lose(1);
        report(2, 50, 2);
        assertThat(told).as("it was not ready in the view of both").containsEntry(2, Vote.NO);
        join(1);
        report(1, 60, 1, 2);
        ready(2, 60, 1, 2);
        lose(1);
        report(2, 70, 2);

        assertThat(told).containsEntry(2, Vote.YES);
    }

    @Test
    void anOperatorCanReleaseTheVote() {
        wholeClusterAt(10);
        report(1, 20, 1);
        lose(1);
        report(2, 30, 2);
        assertThat(told).containsEntry(2, Vote.NO);

        carry(arbiter.step(new ArbiterInput.Released(now)));

        assertThat(told).containsEntry(2, Vote.YES);
        assertThat(arbiter.memory().released()).isFalse();
    }

    @Test
    void aViewOlderThanTheOneWithTheVoteIsRefused() {
        wholeClusterAt(10);
        report(1, 20, 1);

        report(2, 15, 1, 2);

        assertThat(told).containsEntry(2, Vote.NO);
        assertThat(arbiter.memory().viewSequence()).isEqualTo(20);
    }

    @Test
    void twoViewsOfOneSequenceAreTwo() {
        wholeClusterAt(10);

        report(1, 20, 1);
        report(2, 20, 2);

        assertThat(told).containsEntry(1, Vote.YES).containsEntry(2, Vote.NO);
    }

    @Test
    void remembersItsVoteBeyondARestartAndWritesItBeforeItSaysIt() {
        wholeClusterAt(10);
        report(1, 20, 1);
        assertThat(order.subList(order.indexOf("persist [n1]"), order.size())).contains("tell n1 YES");
        assertThat(order.indexOf("persist [n1]")).isLessThan(order.lastIndexOf("tell n1 YES"));

        restart(arbiter.memory());
        report(2, 21, 2);

        assertThat(told).containsEntry(2, Vote.NO);
        report(1, 20, 1);
        assertThat(told).containsEntry(1, Vote.YES);
    }

    @Test
    void withoutMemoryItWaitsForAllNodesTogether() {
        restart(ArbiterMemory.NOTHING);
        ready(1, 20, 1);
        tick(10 * SETTLE);
        assertThat(told).containsEntry(1, Vote.NO);
        assertThat(words.get(1)).contains("all nodes together");

        // n2 may have left that view already, with the vote that is forgotten.
        ready(1, 30, 1, 2);
        tick(10 * SETTLE);
        assertThat(told).containsEntry(1, Vote.NO);
        assertThat(words.get(1)).contains("all nodes together");

        report(2, 30, 1, 2);

        assertThat(told).containsEntry(1, Vote.YES).containsEntry(2, Vote.YES);
        assertThat(arbiter.memory().holders()).containsExactly(new NodeId(1));
    }

    @Test
    void ffsplitVotesForNobodyBelowHalf() {
        count = 4;
        wholeClusterAt(10);

        report(1, 20, 1);
        report(2, 21, 2, 3);
        tick(SETTLE);

        assertThat(told).containsEntry(1, Vote.NO).containsEntry(2, Vote.YES);
    }

    @Test
    void lmsVotesDownToTheLastNodeAndForTheLargerPart() {
        count = 4;
        rules = new WitnessRules(Algorithm.LMS, WitnessRules.LOWEST);
        wholeClusterAt(10);

        report(1, 20, 1);
        assertThat(told).containsEntry(1, Vote.WAIT);
        report(2, 21, 2, 3, 4);
        assertThat(told).containsEntry(1, Vote.NO).containsEntry(2, Vote.YES);
        report(3, 30, 3);
        lose(2);
        lose(4);
        tick(SETTLE);

        assertThat(told).containsEntry(3, Vote.YES);
        assertThat(arbiter.memory().members()).containsExactly(new NodeId(3));
    }

    @Test
    void halvesOfFourAreToldApart() {
        count = 4;
        rules = new WitnessRules(Algorithm.FFSPLIT, 3);
        wholeClusterAt(10);

        report(1, 20, 1, 2);
        report(2, 20, 1, 2);
        assertThat(told).containsEntry(1, Vote.WAIT);
        report(4, 20, 3, 4);
        tick(SETTLE);

        // Half 1|2 has two nodes in contact that say so, half 3|4 only one.
        assertThat(told).containsEntry(1, Vote.YES).containsEntry(4, Vote.NO);
    }

    @Test
    void aNodeWithOtherRulesIsTurnedAway() {
        join(1);
        rules = new WitnessRules(Algorithm.LMS, WitnessRules.LOWEST);

        List<ArbiterEffect> effects = arbiter.step(new ArbiterInput.Joined(now, 2, hello(2)));

        assertThat(effects).singleElement().isInstanceOfSatisfying(ArbiterEffect.Dismiss.class, dismiss -> {
            assertThat(dismiss.connection()).isEqualTo(2);
            assertThat(dismiss.words()).contains("lms").contains("ffsplit").contains("make their cluster.conf equal");
        });
    }

    @Test
    void theNewerConnectionOfANodeReplacesTheOlder() {
        join(1);

        List<ArbiterEffect> effects = arbiter.step(new ArbiterInput.Joined(now, 101, hello(1)));

        assertThat(effects)
                .singleElement()
                .isInstanceOfSatisfying(
                        ArbiterEffect.Dismiss.class,
                        dismiss -> assertThat(dismiss.connection()).isEqualTo(1));
        assertThat(arbiter.step(new ArbiterInput.Lost(now, 1))).isEmpty();
        assertThat(arbiter.connected()).containsExactly(new NodeId(1));
    }

    // ---- the story's words ----------------------------------------------------------------------------------------

    private void wholeClusterAt(long sequence) {
        int[] all = java.util.stream.IntStream.rangeClosed(1, count).toArray();
        for (int node : all) {
            join(node);
        }
        for (int node : all) {
            ready(node, sequence, all);
        }
        assertThat(told.values()).containsOnly(Vote.YES);
        assertThat(arbiter.memory().holders()).hasSize(count);
    }

    private Hello hello(int node) {
        var nodes = new TreeSet<NodeId>();
        for (int i = 1; i <= count; i++) {
            nodes.add(new NodeId(i));
        }
        return new Hello("c", new byte[0], new NodeId(node), nodes, rules, SETTLE_MILLIS, 1000);
    }

    private void join(int node) {
        carry(arbiter.step(new ArbiterInput.Joined(now, node, hello(node))));
    }

    private void lose(int node) {
        carry(arbiter.step(new ArbiterInput.Lost(now, node)));
    }

    private void report(int node, long sequence, int... members) {
        say(node, sequence, false, members);
    }

    private void ready(int node, long sequence, int... members) {
        say(node, sequence, true, members);
    }

    private void say(int node, long sequence, boolean ready, int... members) {
        var view = new TreeSet<NodeId>();
        for (int member : members) {
            view.add(new NodeId(member));
        }
        carry(arbiter.step(new ArbiterInput.Reported(now, node, new Report(sequence, view.first(), view, ready))));
    }

    private void tick(long nanos) {
        now += nanos;
        carry(arbiter.step(new ArbiterInput.Tick(now)));
    }

    private void restart(ArbiterMemory memory) {
        arbiter = new Arbiter(memory);
        told.clear();
        for (int node = 1; node <= count; node++) {
            join(node);
        }
    }

    private void carry(List<ArbiterEffect> effects) {
        for (ArbiterEffect effect : effects) {
            if (effect instanceof ArbiterEffect.Tell tell) {
                told.put((int) tell.connection(), tell.verdict().vote());
                words.put((int) tell.connection(), tell.verdict().words());
                order.add("tell n" + tell.connection() + " " + tell.verdict().vote());
            } else if (effect instanceof ArbiterEffect.Persist persist) {
                order.add("persist " + persist.memory().members());
            }
        }
    }
}
