package systole.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;

class CertaintyTest {
    private static final NodeId RIVAL = new NodeId(1);
    private static final NodeId VOTER = new NodeId(2);
    private static final NodeId NEWCOMER = new NodeId(3);

    private final ClusterState state = ClusterState.empty()
            .with(node("alpha", RIVAL, new Membership(false, false, false, 7, 0, 0, true)))
            .with(node("beta", VOTER, new Membership(true, true, true, 7, 1, 1, false)))
            .with(node("gamma", NEWCOMER, new Membership(true, true, true, 8, 1, 1, false)));
    private final Votes votes = new Votes(
            true, 1, new TreeMap<>(Map.of(VOTER, 1, NEWCOMER, 0)), new TreeSet<>(List.of(RIVAL)), new TreeSet<>());

    @Test
    void theVoterIsCertainOnceItsRivalIsFenced() {
        Certainty voter = new Certainty(VOTER);
        assertThat(voter.doubted(state, votes)).isEmpty();
        voter.met(new TreeSet<>(List.of(RIVAL, VOTER)));
        assertThat(voter.doubted(state, votes)).containsExactly(RIVAL);
    }

    /** It may not have been there when the two last met. */
    @Test
    void aNewcomerWithoutAVoteIsNeverCertainByItself() {
        SortedSet<NodeId> doubted = new Certainty(NEWCOMER).doubted(state, votes);
        assertThat(doubted).containsExactly(RIVAL);
    }

    private static NodeStatus node(String uname, NodeId id, Membership membership) {
        return new NodeStatus(
                uname, Integer.toString(id.value()), membership, NodeAttributes.NONE, new TreeMap<>(), new TreeMap<>());
    }
}
