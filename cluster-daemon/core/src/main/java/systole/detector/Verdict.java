package systole.detector;

import systole.kernel.NodeId;

/**
 * What the detector now thinks of a peer.
 *
 * @param evidence one sentence for people
 */
public record Verdict(NodeId peer, Kind kind, String evidence) {
    /** The classes an operator can act upon. */
    public enum Kind {
        /** Heard, and it hears us. */
        ALIVE,
        /** Nobody hears it. */
        DEAD,
        /** We do not hear it, others do: the path is cut. */
        CUT,
        /** We hear it, but it does not hear us. */
        DEAF,
        /** Silent after it said that it is short of CPU. */
        OVERLOADED,
        /** A new life of it speaks: the old one is dead for certain. */
        RESTARTED,
        /** It said goodbye. */
        LEFT;

        /** Whether a ring should go on without the peer. */
        public boolean isGone() {
            return this != ALIVE;
        }
    }
}
