package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import systole.group.Standing;
import systole.kernel.NodeId;
import systole.quorum.QuorumSettings;
import systole.state.NodeList;
import systole.state.StateProtocol;
import systole.state.StoredState;

class NodeListDeskTest {
    /**
     * Simulated seed 35865: n1 learned from another ring that a change was settled, judged those who survived its view by that, and took
     * what the others, who judged by both lists, did not.
     */
    @Test
    void whatIsLearnedBesideTheOrderDoesNotJudgeTheSurvivorsOfThePresentView() {
        SortedMap<NodeId, String> names = new TreeMap<>();
        SortedMap<NodeId, NodeList.Entry> entries = new TreeMap<>();
        for (int i = 1; i <= 3; i++) {
            names.put(new NodeId(i), "n" + i);
            entries.put(new NodeId(i), new NodeList.Entry("n" + i, 1));
        }
        NodeSettings settings = new NodeSettings(new NodeId(1), "n1", names, 1, 2, 160);
        NodeContext node = new NodeContext(
                settings,
                new StateProtocol(new NodeId(1), "n1", 1, StoredState.NOTHING),
                new Moment(0, 0, Standing.NOWHERE));
        NodeListDesk desk = new NodeListDesk(node, QuorumSettings.majorityOf(names.keySet()), "1");
        NodeList former = desk.list();
        entries.remove(new NodeId(3));
        NodeList later = new NodeList(former.version() + 1, entries, "");

        desk.told(new NodeInput.NodeListTold(new NodeId(2), later.toBytes()));
        assertThat(desk.news()).contains(later);
        assertThat(desk.list()).isEqualTo(later);
        assertThat(desk.counted()).isEqualTo(former);

        desk.viewInstalled();
        assertThat(desk.counted()).isEqualTo(later);
    }
}
