package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.graph.GraphAction;
import systole.graph.GraphAction.ClusterEvent;
import systole.graph.GraphAction.ResourceOperation;
import systole.graph.Synapse;
import systole.graph.TransitionGraph;
import systole.kernel.BadInputException;

class TransitionGraphXmlTest {
    private static final String TEXT = """
            <transition_graph cluster-delay="60s" failed-start-offset="INFINITY" batch-limit="3" transition_id="7">
              <synapse id="0" priority="5">
                <action_set>
                  <rsc_op id="4" operation="start" operation_key="web_start_0" on_node="n1" on_node_uuid="1">
                    <primitive id="web" class="ocf" provider="heartbeat" type="Dummy"/>
                    <attributes CRM_meta_timeout="30000" state="/run/x &amp; y">
                      <param name="1st" value="digits"/>
                    </attributes>
                  </rsc_op>
                </action_set>
                <inputs>
                  <trigger>
                    <crm_event id="2" operation="stonith" operation_key="stonith-n2-reboot" on_node="n2" on_node_uuid="2"/>
                  </trigger>
                </inputs>
              </synapse>
              <synapse id="1">
                <action_set>
                  <crm_event id="2" operation="stonith" operation_key="stonith-n2-reboot" on_node="n2" on_node_uuid="2">
                    <attributes CRM_meta_stonith_action="reboot"/>
                    <downed>
                      <node id="2"/>
                    </downed>
                  </crm_event>
                </action_set>
                <inputs/>
              </synapse>
            </transition_graph>
            """;

    @Test
    void a_graph_survives_reading_and_writing() {
        TransitionGraph graph = TransitionGraphXml.read("graph.xml", TEXT);

        assertThat(TransitionGraphXml.read("again", TransitionGraphXml.write(graph)))
                .isEqualTo(graph);
        assertThat(graph.transitionId()).isEqualTo(7);
        assertThat(graph.batchLimit()).isEqualTo(3);
        assertThat(graph.startFailureIsFatal()).isTrue();
    }

    @Test
    void actions_are_read_by_kind() {
        TransitionGraph graph = TransitionGraphXml.read("graph.xml", TEXT);
        Synapse first = graph.synapses().get(0);
        GraphAction start = first.action();

        assertThat(first.priority()).isEqualTo(5);
        assertThat(first.inputs()).containsExactly(2);
        assertThat(start).isInstanceOf(ResourceOperation.class);
        assertThat(start.timeout()).isEqualTo(30_000);
        assertThat(start.attributes())
                .isEqualTo(Map.of("1st", "digits", "CRM_meta_timeout", "30000", "state", "/run/x & y"));
        ClusterEvent fence = (ClusterEvent) graph.synapses().get(1).action();
        assertThat(fence.fencingAction()).isEqualTo("reboot");
        assertThat(fence.downed()).isEqualTo(List.of("2"));
    }

    @Test
    void another_document_is_refused_with_its_line() {
        assertThatThrownBy(() -> TransitionGraphXml.read("graph.xml", "<cib/>"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("graph.xml:1");
    }
}
