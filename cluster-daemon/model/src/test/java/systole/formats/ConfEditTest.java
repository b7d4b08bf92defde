package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;

class ConfEditTest {
    private static final String TWO = """
            # the web cluster
            totem {
                version: 2
                cluster_name: web
                transport: udpu
            }
            nodelist {
                node {
                    name: a
                    nodeid: 1
                    ring0_addr: 192.0.2.1
                }
                node {
                    # the old machine
                    name: b
                    nodeid: 2
                    ring0_addr: 192.0.2.2
                }
            }
            quorum {
                provider: corosync_votequorum
                two_node: 1
            }
            """;

    private static String withC() {
        return ConfEdit.withNode("f", TWO, "c", 3, new TreeMap<>(Map.of(0, "192.0.2.3")));
    }

    @Test
    void aNodeIsAddedAndTheRestStaysAsItWasWritten() {
        InterconnectConf conf = CorosyncConf.read("f", withC());

        assertThat(conf.nodes()).extracting(InterconnectConf.Node::name).containsExactly("a", "b", "c");
        assertThat(conf.configVersion()).isEqualTo(1);
        assertThat(withC()).startsWith("# the web cluster\n").contains("# the old machine");
    }

    @Test
    void aThirdNodeEndsTwoNodeAndKeepsTheWaitForAll() {
        InterconnectConf conf = CorosyncConf.read("f", withC());

        assertThat(conf.quorum().twoNode()).isFalse();
        assertThat(conf.quorum().waitForAll()).isTrue();
        assertThat(CorosyncConf.read("f", TWO).quorum().waitForAll()).isTrue();
    }

    @Test
    void whatIsAddedCanBeTakenAwayAndEachChangeIsNewer() {
        String without = ConfEdit.withoutNode("f", withC(), "b");
        InterconnectConf conf = CorosyncConf.read("f", without);

        assertThat(conf.nodes()).extracting(InterconnectConf.Node::name).containsExactly("a", "c");
        assertThat(conf.configVersion()).isEqualTo(2);
        assertThatThrownBy(() -> ConfEdit.withoutNode("f", without, "b"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("name: b");
    }

    @Test
    void theMachineThatArrivesHasNoVoteAndAnOlderFile() {
        InterconnectConf conf = CorosyncConf.read("f", ConfEdit.forArrival("f", withC(), "c", 0));

        assertThat(conf.configVersion()).isZero();
        assertThat(conf.node("c").orElseThrow().votes()).isZero();
        assertThat(conf.node("a").orElseThrow().votes()).isEqualTo(1);
    }
}
