package systole.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.graph.Synapse;
import systole.model.Element;
import systole.model.OperationDigest;

/** In a document from elsewhere a private parameter may be blotted out; in the running cluster it is what it is. */
class LivePlanTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    @Test
    void aChangedPasswordRestartsTheServiceOfARunningCluster() {
        Element cib = startedWith("old").withPassword("new");

        assertThat(operations(Scheduler.scheduleLive(cib, NOW))).contains("db_stop_0", "db_start_0");
        assertThat(operations(Scheduler.schedule(cib, NOW))).doesNotContain("db_stop_0");
    }

    @Test
    void anUnchangedPasswordLeavesItAlone() {
        assertThat(operations(Scheduler.scheduleLive(startedWith("old").withPassword("old"), NOW)))
                .isEmpty();
    }

    private static List<String> operations(Plan plan) {
        return plan.graph().synapses().stream()
                .map(Synapse::action)
                .map(action -> action.operationKey())
                .toList();
    }

    private record Started(String password) {
        Element withPassword(String configured) {
            Map<String, String> parameters = new TreeMap<>(Map.of("password", password, "port", "1"));
            String all = OperationDigest.all(parameters, 0);
            String secure = OperationDigest.without(parameters, 0, List.of("password"));
            return CibXml.read("test", """
                    <cib crm_feature_set="3.20.5" validate-with="pacemaker-3.10" have-quorum="1" dc-uuid="1">
                      <configuration>
                        <crm_config><cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set></crm_config>
                        <nodes><node id="1" uname="n1"/></nodes>
                        <resources>
                          <primitive id="db" class="ocf" provider="test" type="db">
                            <instance_attributes id="p"><nvpair id="p1" name="password" value="%s"/><nvpair id="p2" name="port" value="1"/></instance_attributes>
                          </primitive>
                        </resources>
                        <constraints/>
                      </configuration>
                      <status>
                        <node_state id="1" uname="n1" in_ccm="1" crmd="1" join="member" expected="member">
                          <lrm id="1"><lrm_resources>
                            <lrm_resource id="db" class="ocf" provider="test" type="db">
                              <lrm_rsc_op id="db_last_0" operation_key="db_start_0" operation="start" transition-key="1:1:0:x" transition-magic="0:0;1:1:0:x" call-id="2" rc-code="0" op-status="0" interval="0" last-rc-change="1699999000" exec-time="1" queue-time="0" op-digest="%s" op-secure-params=" password " op-secure-digest="%s"/>
                            </lrm_resource>
                          </lrm_resources></lrm>
                        </node_state>
                      </status>
                    </cib>
                    """.formatted(configured, all, secure));
        }
    }

    private static Started startedWith(String password) {
        return new Started(password);
    }
}
