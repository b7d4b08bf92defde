package systole.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;
import systole.kernel.NodeId;

class NodeListTest {
    private static SortedMap<NodeId, NodeList.Entry> entries(int... ids) {
        SortedMap<NodeId, NodeList.Entry> entries = new TreeMap<>();
        for (int id : ids) {
            entries.put(new NodeId(id), new NodeList.Entry("n" + id, 1));
        }
        return entries;
    }

    @Test
    void theStepsOfAChangeAreInOrderAndEachVersionComesAfterTheOneBefore() {
        NodeList before = new NodeList(4, entries(1, 2), "");
        SortedMap<NodeId, Integer> third = new TreeMap<>();
        third.put(new NodeId(3), 1);
        NodeList arriving = new NodeList(5, entries(1, 2, 3), third, new TreeMap<>(), "");
        NodeList joint = arriving.joint(arriving.nodes());
        NodeList settled = joint.settled();

        assertThat(List.of(before.order(), arriving.order(), joint.order(), settled.order()))
                .isSorted()
                .doesNotHaveDuplicates();
        assertThat(joint.isAgreed())
                .as("the former list may yet be all that remains")
                .isFalse();
        assertThat(arriving.isAgreed() && settled.isAgreed()).isTrue();
    }

    @Test
    void isHandedOnAsItIs() {
        NodeList list = new NodeList(5, entries(1, 7), "nodelist {\n  node { name: ä }\n}\n");
        NodeList joint = list.joint(entries(1, 2, 7));
        assertThat(NodeList.fromBytes(list.toBytes())).isEqualTo(list);
        assertThat(NodeList.fromBytes(joint.toBytes())).isEqualTo(joint);
        assertThatThrownBy(() -> NodeList.fromBytes(new byte[] {1, 2, 3})).isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> NodeList.fromBytes("5\n--\n".getBytes(java.nio.charset.StandardCharsets.UTF_8)))
                .isInstanceOf(BadInputException.class);
    }
}
