package systole.witness;

import java.util.SortedSet;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.kernel.NodeSet;

/**
 * What the witness remembers of a cluster beyond its own restarts.
 *
 * @param viewSequence of the last view it voted for; 0 if there was none
 * @param members of that view
 * @param holders those of whom it knows that they have all that may have been acknowledged: whoever gets the vote next
 *     must be with one of them. Empty if nothing is known
 * @param released an operator said that the holders are down
 */
public record ArbiterMemory(long viewSequence, SortedSet<NodeId> members, SortedSet<NodeId> holders, boolean released) {
    /** Of a cluster never seen, or forgotten with the disk. */
    public static final ArbiterMemory NOTHING = new ArbiterMemory(0, new TreeSet<>(), new TreeSet<>(), false);

    public ArbiterMemory {
        members = NodeSet.of(members);
        holders = NodeSet.of(holders);
        if (!members.containsAll(holders)) {
            throw new IllegalArgumentException("holders " + holders + " beyond the members " + members);
        }
    }

    boolean isOf(WitnessMessage.Report report) {
        return viewSequence == report.viewSequence() && members.equals(report.members());
    }
}
