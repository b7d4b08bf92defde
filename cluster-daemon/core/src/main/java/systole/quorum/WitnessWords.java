package systole.quorum;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;

/**
 * What the members of the present view have said of the witness.
 *
 * @param voted the witness votes for this view
 * @param without members that have no vote to report: refused, or not in contact
 * @param waitOver this node no longer holds its decision back
 */
public record WitnessWords(boolean voted, SortedSet<NodeId> without, boolean waitOver) {
    static final WitnessWords NOTHING = new WitnessWords(false, new TreeSet<>(), false);

    public WitnessWords {
        without = Collections.unmodifiableSortedSet(new TreeSet<>(without));
    }

    WitnessWords with(NodeId sender, boolean votes) {
        SortedSet<NodeId> silent = new TreeSet<>(without);
        if (!votes) {
            silent.add(sender);
        }
        return new WitnessWords(voted || votes, silent, waitOver);
    }

    WitnessWords over() {
        return new WitnessWords(voted, without, true);
    }
}
