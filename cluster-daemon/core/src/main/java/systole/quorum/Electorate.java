package systole.quorum;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import systole.group.View;
import systole.kernel.NodeId;

/**
 * Nodes of which a majority is needed besides the expected votes.
 *
 * @param sequence of the view that they were; -1 for none
 */
record Electorate(long sequence, SortedSet<NodeId> members) {
    static final Electorate NONE = new Electorate(-1, new TreeSet<>());

    Electorate {
        members = Collections.unmodifiableSortedSet(new TreeSet<>(members));
    }

    static Electorate of(View view) {
        return new Electorate(view.sequence(), view.members());
    }
}
