package systole.pill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import systole.pill.Sentinel.Effect;
import systole.pill.Sentinel.Input;

class SentinelTest {
    private static final long SECOND = 1_000_000_000L;
    private static final PillSlot CLEAR = new PillSlot("n1", "b", PillCommand.CLEAR, "", 1);

    private Sentinel sentinel = new Sentinel(new Sentinel.Settings(0, 5 * SECOND));

    private void disks(int count) {
        sentinel = new Sentinel(new Sentinel.Settings(count, 5 * SECOND));
    }

    private List<Effect> round(long at, boolean stands) {
        return sentinel.step(new Input.LoopCameRound(at, stands, at));
    }

    private List<Effect> read(int device, long at, PillSlot slot) {
        return sentinel.step(new Input.SlotRead(at, device, at, slot));
    }

    private List<Effect> tick(long at) {
        return sentinel.step(new Input.Tick(at));
    }

    @Test
    void aNodeThatNeverHadQuorumIsLeftAlone() {
        assertThat(round(0, false)).isEmpty();
        assertThat(tick(100 * SECOND)).isEmpty();
        assertThat(sentinel.isArmed()).isFalse();
        assertThat(sentinel.deadlineNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void quorumArmsAndFeedsAndItsLossEnds() {
        assertThat(round(0, true)).containsExactly(new Effect.Arm());
        assertThat(round(SECOND, true)).containsExactly(new Effect.Feed());
        assertThat(round(2 * SECOND, false)).isEmpty();
        assertThat(tick(6 * SECOND - 1)).isEmpty();
        assertThat(sentinel.deadlineNanos()).isEqualTo(6 * SECOND);
        assertThat(tick(6 * SECOND)).singleElement().isInstanceOf(Effect.Panic.class);
        assertThat(tick(7 * SECOND)).as("given once").isEmpty();
    }

    @Test
    void quorumThatComesBackInTimeSaves() {
        round(0, true);
        round(4 * SECOND, false);
        assertThat(round(5 * SECOND - 1, true)).containsExactly(new Effect.Feed());
        assertThat(tick(9 * SECOND)).isEmpty();
    }

    @Test
    void quorumThatIsBelievedInButWasNotHeardOfAgainEnds() {
        round(0, true);
        for (long at = SECOND; at < 5 * SECOND; at += SECOND) {
            assertThat(sentinel.step(new Input.LoopCameRound(at, true, 0))).isEmpty();
        }
        assertThat(sentinel.step(new Input.LoopCameRound(5 * SECOND, true, 0)))
                .singleElement()
                .isInstanceOf(Effect.Panic.class);
    }

    /** A machine that was stopped for a minute still believes in the quorum of a minute ago. */
    @Test
    void beliefInQuorumAfterALongPauseDoesNotSave() {
        round(0, true);
        assertThat(round(60 * SECOND, true)).singleElement().isInstanceOf(Effect.Panic.class);
    }

    @Test
    void withADiskTheNodeLivesWithoutQuorumAndDiesWithoutBoth() {
        disks(1);
        assertThat(read(0, 0, CLEAR)).containsExactly(new Effect.Arm());
        for (int second = 1; second < 20; second++) {
            assertThat(round(second * SECOND, false)).isEmpty();
            assertThat(read(0, second * SECOND + 1, CLEAR)).containsExactly(new Effect.Feed());
        }
        assertThat(tick(24 * SECOND)).isEmpty();
        assertThat(tick(24 * SECOND + 2)).singleElement().isInstanceOf(Effect.Panic.class);
    }

    @Test
    void withoutTheDiskTheNodeLivesByQuorum() {
        disks(1);
        read(0, 0, CLEAR);
        for (int second = 1; second < 20; second++) {
            assertThat(round(second * SECOND, true)).containsExactly(new Effect.Feed());
        }
    }

    @Test
    void ofThreeDisksTwoAreNeededTogether() {
        disks(3);
        assertThat(read(0, 0, CLEAR)).isEmpty();
        assertThat(read(1, 1, CLEAR)).containsExactly(new Effect.Arm());
        for (int second = 1; second < 5; second++) {
            assertThat(read(2, second * SECOND, CLEAR))
                    .as("the second best is what counts")
                    .hasSize(second == 1 ? 1 : 0);
        }
        assertThat(tick(5 * SECOND + 1)).singleElement().isInstanceOf(Effect.Panic.class);
    }

    @Test
    void theBeginOfAReadCountsNotItsEnd() {
        disks(1);
        read(0, 0, CLEAR);
        sentinel.step(new Input.SlotRead(4 * SECOND, 0, SECOND, CLEAR));
        assertThat(sentinel.deadlineNanos()).isEqualTo(6 * SECOND);
    }

    @Test
    void aPillEndsEvenANodeWithQuorum() {
        disks(1);
        read(0, 0, CLEAR);
        round(SECOND, true);
        PillSlot pill = new PillSlot("n1", "b", PillCommand.OFF, "n2", 2);
        assertThat(read(0, SECOND + 1, pill)).singleElement().satisfies(effect -> {
            assertThat(effect).isInstanceOf(Effect.Panic.class);
            assertThat(((Effect.Panic) effect).how()).isEqualTo(PillCommand.OFF);
            assertThat(((Effect.Panic) effect).why()).contains("n2");
        });
    }

    @Test
    void testIsSaidOnceAndExitLeavesOnce() {
        disks(1);
        read(0, 0, CLEAR);
        PillSlot test = new PillSlot("n1", "b", PillCommand.TEST, "n2", 2);
        assertThat(read(0, SECOND, test)).hasSize(2).first().isInstanceOf(Effect.Say.class);
        assertThat(read(0, 2 * SECOND, test)).containsExactly(new Effect.Feed());
        PillSlot exit = new PillSlot("n1", "b", PillCommand.EXIT, "n2", 3);
        assertThat(read(0, 3 * SECOND, exit)).first().isInstanceOf(Effect.Leave.class);
        assertThat(read(0, 4 * SECOND, exit)).containsExactly(new Effect.Feed());
    }

    @Test
    void anOrderlyEndDisarmsAndNothingFollows() {
        round(0, true);
        assertThat(sentinel.step(new Input.EndsInOrder(SECOND))).containsExactly(new Effect.Disarm());
        assertThat(tick(100 * SECOND)).isEmpty();
        assertThat(round(100 * SECOND, true)).isEmpty();
    }

    @Test
    void twoDisksAreRefused() {
        assertThatThrownBy(() -> new Sentinel.Settings(2, SECOND)).hasMessageContaining("none, one, or three");
    }
}
