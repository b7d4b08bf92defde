package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import systole.executor.ProcessTable.Entry;

class ProcessTableTest {
    @Test
    void readsANameWithParenthesesAndBlanks() {
        Entry entry = parsed('S', 1).orElseThrow();

        assertThat(entry).isEqualTo(new Entry(4711, 'S', 1, 4711, 4710, 987654, "a) b (c"));
        assertThat(entry.moves()).isTrue();
    }

    @Test
    void aDeadProcessThatNobodyReapedIsNotThere() {
        assertThat(parsed('Z', 1)).isEmpty();
        assertThat(parsed('X', 1)).isEmpty();
    }

    /** Else a stop would count as done while a thread of the killed service still waits for its disk, and writes. */
    @Test
    void aProcessWhoseFirstThreadHasEndedLivesAsLongAsAnyOther() {
        Entry entry = parsed('Z', 3).orElseThrow();

        assertThat(entry.moves()).as("nobody knows what its other threads do").isTrue();
    }

    @Test
    void whatWasSeenOfATreeBelongsToItThoughItsParentIsGone() {
        Entry left = new Entry(20, 'S', 1, 20, 20, 5, "left");
        Entry child = new Entry(21, 'S', 20, 20, 20, 6, "child");
        Entry stranger = new Entry(30, 'S', 1, 30, 30, 7, "stranger");
        ProcessTable table = new ProcessTable(Map.of(20, left, 21, child, 30, stranger));

        assertThat(table.treeOf(10, List.of(left))).containsExactlyInAnyOrder(left, child);
        assertThat(table.treeOf(10, List.of(new Entry(20, 'S', 10, 10, 10, 4, "earlier"))))
                .as("the number belongs to another by now")
                .isEmpty();
    }

    private static Optional<Entry> parsed(char state, int threads) {
        return ProcessTable.parse("4711 (a) b (c) " + state + " 1 4711 4710 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 "
                + threads + " 0 987654 1000 10 18446744073709551615 0 0");
    }
}
