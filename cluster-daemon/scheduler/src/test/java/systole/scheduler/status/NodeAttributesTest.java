package systole.scheduler.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import systole.formats.CibXml;
import systole.model.Element;
import systole.scheduler.reading.Reading;

/** The texts are those that Debian's {@code crm_mon -1 -A} (2.1.5) printed for the same CIB. */
class NodeAttributesTest {
    private static final String CIB = """
            <cib crm_feature_set="3.16.2" have-quorum="1" dc-uuid="1"><configuration><crm_config/><nodes>
            <node id="1" uname="n1"><instance_attributes id="na"><nvpair id="na1" name="site" value="a"/>
            <nvpair id="na2" name="longer-than-others-attribute-name-xx" value="b c"/></instance_attributes></node>
            <node id="2" uname="n2"/><node id="3" uname="n3"/></nodes><resources>
            <primitive id="p" class="ocf" provider="pacemaker" type="ping"><instance_attributes id="pi">
            <nvpair id="pi1" name="host_list" value="1.2.3.4 1.2.3.5"/><nvpair id="pi2" name="multiplier" value="100"/>
            </instance_attributes></primitive></resources><constraints/></configuration><status>
            <node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member">
            <transient_attributes id="1"><instance_attributes id="s1"><nvpair id="s11" name="pingd" value="PINGD"/>
            <nvpair id="s12" name="#health-x" value="red"/><nvpair id="s13" name="master-st" value="10"/>
            <nvpair id="s14" name="fail-count-p#monitor_10000" value="1"/></instance_attributes></transient_attributes>
            <lrm id="1"><lrm_resources><lrm_resource id="p" class="ocf" provider="pacemaker" type="ping">
            <lrm_rsc_op id="p_last_0" operation_key="p_start_0" operation="start" transition-key="1:1:0:a"
            transition-magic="0:0;1:1:0:a" call-id="5" rc-code="0" op-status="0" interval="0"/>
            </lrm_resource></lrm_resources></lrm></node_state>
            <node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member">
            <transient_attributes id="2"><instance_attributes id="s2"><nvpair id="s21" name="pingd" value="0"/>
            </instance_attributes></transient_attributes></node_state></status></cib>
            """;

    @ParameterizedTest
    @CsvSource(
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "0,'0         \t: Connectivity is lost'",
                "150,'150       \t: Connectivity is degraded (Expected=200)'",
                "200,'200       '",
                "300,'300       '"
            })
    void areWrittenAsTheFieldWritesThem(String pingd, String shown) {
        Element cib = CibXml.read("cib.xml", CIB.replace("PINGD", pingd));

        assertThat(NodeAttributes.text(Reading.read(cib, Instant.parse("2026-11-26T15:00:00Z"), false)))
                .isEqualTo("""
                Node Attributes:
                  * Node: n1:
                    * longer-than-others-attribute-name-xx\t: b c       |
                    * master-st                       \t: 10        |
                    * pingd                           \t: SHOWN|
                    * site                            \t: a         |
                  * Node: n2:
                    * pingd                           \t: 0         |
                """.replace("|", "").replace("SHOWN", shown));
    }

    @Test
    void nothingIsShownWhereThereIsNone() {
        Element cib = CibXml.read("cib.xml", "<cib><configuration><nodes/><resources/></configuration><status/></cib>");

        assertThat(NodeAttributes.text(Reading.read(cib, Instant.parse("2026-11-26T15:00:00Z"), false)))
                .isEmpty();
    }
}
