package systole.scheduler.reading;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import systole.formats.CibXml;
import systole.graph.Synapse;
import systole.model.Element;
import systole.scheduler.Scheduler;

/** An instance that is being demoted still counts as promoted. With an old monitor {@code crm_simulate} promotes another beside it. */
class PendingDemoteTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    /** The entry of the monitor is of a time before the instance was promoted. */
    @ParameterizedTest
    @ValueSource(strings = {"", """
            <lrm_rsc_op id="pg_monitor_10000" operation_key="pg_monitor_10000" operation="monitor" transition-key="3:1:0:x" transition-magic="0:0;3:1:0:x" call-id="3" rc-code="0" op-status="0" interval="10000"/>
            """})
    void anotherIsPromotedAfterIt(String more) {
        List<Synapse> synapses =
                Scheduler.scheduleLive(demotingOn1(more), NOW).graph().synapses();

        assertThat(before(find(synapses, "pg_promote_0"), synapses)).contains(find(synapses, "pg_demote_0"));
    }

    private static Synapse find(List<Synapse> synapses, String operation) {
        return synapses.stream()
                .filter(each -> each.action().operationKey().equals(operation))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + operation));
    }

    /** What must be finished before it, near and far. */
    private static Set<Synapse> before(Synapse last, List<Synapse> synapses) {
        var found = new HashSet<Synapse>();
        var open = new ArrayDeque<>(List.of(last));
        while (!open.isEmpty()) {
            Synapse next = open.remove();
            synapses.stream()
                    .filter(each -> next.inputs().contains(each.action().id()))
                    .filter(found::add)
                    .forEach(open::add);
        }
        return found;
    }

    private static Element demotingOn1(String more) {
        return CibXml.read("test", """
                <cib crm_feature_set="3.20.5" validate-with="pacemaker-3.10" have-quorum="1" dc-uuid="1">
                  <configuration>
                    <crm_config><cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
                    <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
                    <resources>
                      <clone id="pgs">
                        <meta_attributes id="m"><nvpair id="pm" name="promotable" value="true"/></meta_attributes>
                        <primitive id="pg" class="ocf" provider="test" type="pg"/>
                      </clone>
                    </resources>
                    <constraints/>
                  </configuration>
                  <status>%s%s</status>
                </cib>
                """.formatted(node(1, 5, more + """
                <lrm_rsc_op id="pg_last_0" operation_key="pg_demote_0" operation="demote" transition-key="4:2:0:x" transition-magic="-1:193;4:2:0:x" call-id="-1" rc-code="193" op-status="-1" interval="0"/>
                """), node(2, 10, """
                <lrm_rsc_op id="pg_last_0" operation_key="pg_start_0" operation="start" transition-key="1:1:0:x" transition-magic="0:0;1:1:0:x" call-id="2" rc-code="0" op-status="0" interval="0"/>
                """)));
    }

    private static String node(int id, int score, String operations) {
        return """
                <node_state id="%1$d" uname="n%1$d" in_ccm="1" crmd="1" join="member" expected="member">
                  <transient_attributes id="%1$d"><instance_attributes id="s%1$d"><nvpair id="m%1$d" name="master-pg" value="%2$d"/></instance_attributes></transient_attributes>
                  <lrm id="%1$d"><lrm_resources><lrm_resource id="pg" class="ocf" provider="test" type="pg">%3$s</lrm_resource></lrm_resources></lrm>
                </node_state>
                """.formatted(id, score, operations);
    }
}
