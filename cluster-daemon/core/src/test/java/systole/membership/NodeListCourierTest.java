package systole.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;
import systole.membership.RingEffect.NodeListTold;
import systole.membership.RingEffect.Unicast;
import systole.membership.RingMessage.Heartbeat;
import systole.membership.RingMessage.NodeListNotice;

class NodeListCourierTest {
    private static final NodeId ONE = new NodeId(1);
    private static final NodeId TWO = new NodeId(2);
    private static final NodeId AWAY = new NodeId(3);
    private static final byte[] LIST = {1, 2, 3};

    private final OrderedRing ring = new OrderedRing(
            new RingId(ONE, 5),
            List.of(ONE, TWO),
            ONE,
            RingSettings.defaults(),
            new RingCounters(),
            EnumSet.noneOf(Mutant.class));

    private static Heartbeat beat(NodeId from, long number, long nodeList) {
        SortedSet<NodeId> self = new TreeSet<>(List.of(from));
        return new Heartbeat(from, 1, number, 0, new RingId(from, 1), self, self, self, 0, 0, nodeList);
    }

    /** Which of so many heartbeats are answered. */
    private List<Integer> answered(NodeId self, NodeId from, long nodeList, int beats) {
        var courier = new NodeListCourier(self);
        courier.carries(10, LIST);
        List<Integer> found = new ArrayList<>();
        for (int number = 1; number <= beats; number++) {
            List<RingEffect> out = new ArrayList<>();
            courier.heard(beat(from, number, nodeList), false, ring, out);
            courier.heard(beat(from, number, nodeList), false, ring, out);
            int sent = (int) out.stream().filter(Unicast.class::isInstance).count();
            assertThat(sent).as("answers to one heartbeat on two links").isLessThanOrEqualTo(1);
            if (sent == 1) {
                assertThat(out).contains(new Unicast(from, new NodeListNotice(self, 10, LIST)));
                found.add(number);
            }
        }
        return found;
    }

    @Test
    void theFirstOfTheRingAnswersAtOnceTheOthersIfItGoesOn() {
        assertThat(answered(ONE, AWAY, 6, 70)).containsExactly(1, 33, 65);
        assertThat(answered(TWO, AWAY, 6, 70)).containsExactly(2, 34, 66);
    }

    @Test
    void nobodyIsToldWhoKnowsOrIsInTheRing() {
        assertThat(answered(ONE, AWAY, 10, 40)).isEmpty();
        assertThat(answered(ONE, AWAY, 14, 40)).isEmpty();
        assertThat(answered(ONE, TWO, 6, 40)).isEmpty();
    }

    @Test
    void withoutAListThatWasAgreedOnNothingIsSaid() {
        var courier = new NodeListCourier(ONE);
        List<RingEffect> out = new ArrayList<>();
        courier.heard(beat(AWAY, 1, 0), true, ring, out);
        assertThat(out).isEmpty();
        assertThat(courier.order()).isZero();
    }

    private static RingStack started(NodeId... nodes) {
        RingStack stack = new RingStack(ONE, new TreeSet<>(List.of(nodes)), RingSettings.defaults(), 1);
        stack.step(new RingInput.Start(0));
        stack.step(new RingInput.RingSequencePersisted(1, 5_000));
        return stack;
    }

    @Test
    void aNoticeCountsFromANodeOfTheListOnlyAndOnlyIfItIsLater() {
        RingStack stack = started(ONE, TWO);
        NodeListNotice later = new NodeListNotice(TWO, 10, LIST);

        assertThat(stack.step(new RingInput.Received(2, TWO, 0, later))).contains(new NodeListTold(TWO, LIST));
        assertThat(stack.step(new RingInput.Received(3, AWAY, 0, new NodeListNotice(AWAY, 10, LIST))))
                .noneMatch(NodeListTold.class::isInstance);
        stack.step(new RingInput.NodeListKnown(4, 10, LIST));
        assertThat(stack.step(new RingInput.Received(5, TWO, 0, later))).noneMatch(NodeListTold.class::isInstance);
    }

    @Test
    void whoIsNotInTheListIsAnsweredAndElseNotHeard() {
        RingStack stack = started(ONE, TWO);
        stack.step(new RingInput.NodeListKnown(2, 10, LIST));

        List<RingEffect> effects = stack.step(new RingInput.Received(3, AWAY, 0, beat(AWAY, 1, 6)));

        assertThat(effects).contains(new Unicast(AWAY, new NodeListNotice(ONE, 10, LIST)));
        assertThat(stack.status().links()).noneMatch(link -> link.peer().equals(AWAY));
        SortedSet<NodeId> seen = new TreeSet<>(List.of(ONE, AWAY));
        RingMessage join = new RingMessage.Join(AWAY, 1, 1, seen, new TreeSet<>(), new TreeSet<>(), 900);
        stack.step(new RingInput.Received(4, AWAY, 0, join));
        assertThat(stack.phase()).isEqualTo(RingProtocol.Phase.OPERATIONAL);
    }
}
