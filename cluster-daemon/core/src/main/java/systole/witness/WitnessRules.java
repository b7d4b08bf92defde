package systole.witness;

import java.util.Locale;
import systole.kernel.NodeId;

/**
 * Which part of a divided cluster the witness prefers; the same on all nodes of a cluster.
 *
 * @param tieBreaker 0 for the lowest node id, {@link #HIGHEST}, or the id of a node
 */
public record WitnessRules(Algorithm algorithm, int tieBreaker) {
    public static final int LOWEST = 0;
    public static final int HIGHEST = -1;

    /** The words of {@code device.net.algorithm}. */
    public enum Algorithm {
        /** The vote goes to exactly one part that has at least half of the nodes. */
        FFSPLIT,
        /** The vote goes to the best part that reaches the witness, down to a single node. */
        LMS
    }

    public WitnessRules {
        if (tieBreaker < HIGHEST || tieBreaker > NodeId.MAX) {
            throw new IllegalArgumentException("tie breaker " + tieBreaker + " is neither a word nor a node id");
        }
    }

    @Override
    public String toString() {
        String breaker =
                tieBreaker == LOWEST ? "lowest" : tieBreaker == HIGHEST ? "highest" : Integer.toString(tieBreaker);
        return algorithm.name().toLowerCase(Locale.ROOT) + ", tie_breaker " + breaker;
    }
}
