package systole.witness;

import java.util.Arrays;
import java.util.Objects;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.kernel.NodeSet;

/** All that nodes and witness say to each other. The bytes are in {@code systole.wire.WitnessCodec}. */
public sealed interface WitnessMessage {
    /**
     * A node introduces itself; the first message of a connection.
     *
     * @param secret proves that the node belongs to the cluster
     * @param settleMillis so long the witness may wait for a better part before it votes
     * @param silenceMillis after so long without a message a connection is dead, for both
     */
    record Hello(
            String cluster,
            byte[] secret,
            NodeId node,
            SortedSet<NodeId> nodes,
            WitnessRules rules,
            long settleMillis,
            long silenceMillis)
            implements WitnessMessage {
        public Hello {
            nodes = NodeSet.of(nodes);
            if (!nodes.contains(node)) {
                throw new IllegalArgumentException(node + " is not among its own nodes " + nodes);
            }
            if (settleMillis < 0 || silenceMillis < 1) {
                throw new IllegalArgumentException("times of " + settleMillis + " and " + silenceMillis + " ms");
            }
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Hello that
                    && cluster.equals(that.cluster)
                    && Arrays.equals(secret, that.secret)
                    && node.equals(that.node)
                    && nodes.equals(that.nodes)
                    && rules.equals(that.rules)
                    && settleMillis == that.settleMillis
                    && silenceMillis == that.silenceMillis;
        }

        @Override
        public int hashCode() {
            return Objects.hash(cluster, node, nodes, rules);
        }

        /** Without the secret. */
        @Override
        public String toString() {
            return "Hello of " + node + " of '" + cluster + "' with " + nodes + ", " + rules;
        }
    }

    /**
     * The view that the node is in.
     *
     * @param ready the node has the state that the view agreed on
     */
    record Report(long viewSequence, NodeId representative, SortedSet<NodeId> members, boolean ready)
            implements WitnessMessage {
        public Report {
            members = NodeSet.of(members);
            if (!members.contains(representative)) {
                throw new IllegalArgumentException(representative + " represents " + members);
            }
        }

        boolean isSameView(Report other) {
            return viewSequence == other.viewSequence && members.equals(other.members);
        }
    }

    /** Sign of life; the witness answers each with one. */
    record Alive() implements WitnessMessage {}

    /** The witness's word on a view. */
    record Verdict(long viewSequence, Vote vote, String words) implements WitnessMessage {}

    /** An operator says that the nodes that had the vote last are down: the next part may have it. */
    record Release(String cluster, byte[] secret) implements WitnessMessage {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Release that && cluster.equals(that.cluster) && Arrays.equals(secret, that.secret);
        }

        @Override
        public int hashCode() {
            return cluster.hashCode();
        }

        @Override
        public String toString() {
            return "Release of '" + cluster + "'";
        }
    }

    /** The witness ends the connection, and says why; also the answer to {@link Release}. */
    record Farewell(String words) implements WitnessMessage {}

    /** What a verdict says. */
    enum Vote {
        YES,
        NO,
        /** Not decided yet. */
        WAIT
    }
}
