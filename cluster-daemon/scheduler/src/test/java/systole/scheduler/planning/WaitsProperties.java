package systole.scheduler.planning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class WaitsProperties {
    private static final int MOST = 80;

    /** Actions 3, 6, 9 … with a synapse each; inputs are among them, or not in the graph at all. */
    @Property(tries = 300)
    void whatNeverComesToItsTurnIsWhatPlayingItThroughLeaves(
            @ForAll @Size(max = MOST) List<@Size(max = 3) List<@IntRange(min = 1, max = 3 * MOST + 5) Integer>> graph) {
        Waits waits = new Waits();
        waits.add(1, List.of(1));
        waits.clear();
        for (int i = 0; i < graph.size(); i++) {
            waits.add(3 * (i + 1), graph.get(i));
        }

        List<Integer> found = new ArrayList<>();
        for (int index : waits.unreached()) {
            found.add(index);
        }

        assertThat(found).isEqualTo(leftOver(graph));
    }

    private static List<Integer> leftOver(List<List<Integer>> graph) {
        Set<Integer> left = new HashSet<>();
        for (int i = 0; i < graph.size(); i++) {
            left.add(3 * (i + 1));
        }
        boolean any = true;
        while (any) {
            any = left.removeIf(id -> graph.get(id / 3 - 1).stream().noneMatch(left::contains));
        }
        return left.stream().map(id -> id / 3 - 1).sorted().toList();
    }
}
