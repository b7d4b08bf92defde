package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Mistakes in a sound configuration, one at a time: each is found, and nothing else is. */
class CibVerifyTest {
    private static final String SOUND = """
            <cib validate-with="pacemaker-3.9">
              <configuration>
                <crm_config/>
                <nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes>
                <resources>
                  <primitive id="f" class="stonith" type="fence_dummy"/>
                  <primitive id="a" class="ocf" provider="pacemaker" type="Dummy">
                    <meta_attributes id="am"><nvpair id="am1" name="target-role" value="Started"/></meta_attributes>
                    <operations>
                      <op id="mon" name="monitor" interval="10s" timeout="20s"/>
                      <op id="stp" name="stop" interval="0s" on-fail="fence"/>
                    </operations>
                  </primitive>
                  <primitive id="g" class="ocf" provider="pacemaker" type="Dummy"/>
                  <clone id="c">
                    <meta_attributes id="cm"><nvpair id="cm1" name="clone-max" value="2"/></meta_attributes>
                    <primitive id="p" class="ocf" provider="pacemaker" type="Stateful"/>
                  </clone>
                  <bundle id="b">
                    <docker image="img"/>
                    <network control-port="3121"/>
                    <storage><storage-mapping id="sm" source-dir="/x" target-dir="/y"/></storage>
                    <primitive id="bp" class="ocf" provider="pacemaker" type="Dummy"/>
                  </bundle>
                </resources>
                <constraints>
                  <rsc_location id="l1" rsc="a" node="n1" score="100"/>
                  <rsc_location id="l2" rsc="g">
                    <rule id="r" score="50">
                      <expression id="e1" attribute="#uname" operation="eq" value="n1"/>
                      <date_expression id="e2" operation="gt" start="2020-01-01"/>
                    </rule>
                  </rsc_location>
                  <rsc_colocation id="co" rsc="a" with-rsc="g" score="INFINITY"/>
                  <rsc_order id="o" first="g" then="a" kind="Mandatory"/>
                  <rsc_order id="os"><resource_set id="s"><resource_ref id="g"/></resource_set></rsc_order>
                </constraints>
                <tags><tag id="t"><obj_ref id="a"/></tag></tags>
                <fencing-topology><fencing-level id="fl" target="n1" index="1" devices="f"/></fencing-topology>
                <acls><acl_role id="ro"><acl_permission id="ap" kind="read" xpath="/cib"/></acl_role></acls>
              </configuration>
              <status/>
            </cib>
            """;

    @Test
    void a_sound_configuration_has_no_finding() {
        assertThat(texts(SOUND)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "xpath=\"/cib\" | | ERROR | has none of xpath, reference, object-type",
                "xpath=\"/cib\" | xpath=\"/cib\" reference=\"a\" | ERROR | has more than one of xpath",
                "source-dir=\"/x\" | | ERROR | has none of source-dir, source-dir-root",
                "<docker image=\"img\"/> | | ERROR | <bundle id=\"b\"> has no container",
                "<docker image=\"img\"/> | <docker image=\"i\"/><podman image=\"i\"/> | ERROR | has 2 containers",
                "<network control-port=\"3121\"/> | | DOUBT | neither ip-range-start nor control-port",
                "class=\"ocf\" provider | class=\"lsb\" provider | ERROR | a provider, which class lsb does not have",
                "uname=\"n2\" | uname=\"n1\" | ERROR | two nodes have the name 'n1'",
                "node id=\"2\" | node id=\"1\" | ERROR | two nodes have the id '1'",
                "timeout=\"20s\" | start-delay=\"1s\" interval-origin=\"2020-01-01\" | ERROR | start-delay and interval-origin",
                "rsc=\"a\" node | rsc=\"a\" rsc-pattern=\"a.*\" node | ERROR | has rsc and rsc-pattern",
                "rsc=\"a\" node | rsc-pattern=\"[a\" node | ERROR | rsc-pattern '[a' is no regular expression",
                "rsc=\"g\"> | rsc=\"g\" node=\"n1\" score=\"1\"> | ERROR | has a node and a rule",
                "<resource_ref id=\"g\"/></resource_set> | </resource_set> | ERROR | <resource_set id=\"s\"> is empty",
                "index=\"1\" | index=\"0\" | ERROR | '0' is no index of a fencing level",
                "operation=\"gt\" start | operation=\"lt\" start | ERROR | with operation lt has no end",
                "start=\"2020-01-01\" | start=\"yesterday\" | ERROR | 'yesterday' is no date",
                "start=\"2020-01-01\" | start=\"2020-13-01\" | ERROR | '2020-13-01' is no date",
                "gt\" start=\"2020-01-01\" | in_range\" start=\"2020-02-01\" end=\"2020-01-01\" | DOUBT | it is never true",
                "id=\"g\" class | id=\"\" class | ERROR | the id of <primitive> is empty",
                "value=\"Started\" | value=\"Promoted\" | DOUBT | target-role 'Promoted' of 'a' is ignored",
                "name=\"clone-max\" | name=\"clone-node-max\" | DOUBT | clone-node-max 2 of 'c' is ignored",
                "name=\"clone-max\" | name=\"promoted-max\" | WARNING | promoted-max of 'c' has no effect",
                "target-role\" value=\"Started\" | container\" value=\"zz\" | DOUBT | container 'zz' of 'a' does not exist",
                "target-role\" value=\"Started\" | remote-node\" value=\"n1\" | DOUBT | is already the name of a node",
                "name=\"stop\" interval=\"0s\" | name=\"monitor\" interval=\"10\" | DOUBT | given twice with the same interval",
                "name=\"stop\" interval=\"0s\" | name=\"stop\" interval=\"5s\" | DOUBT | with an interval is ignored",
                "on-fail=\"fence\" | on-fail=\"standby\" | DOUBT | on-fail 'standby' of operation 'stop' of 'a' is replaced",
                "name=\"monitor\" | name=\"montior\" | WARNING | did you mean 'monitor'",
                "timeout=\"20s\" | timeout=\"0\" | WARNING | is not positive",
                "node=\"n1\" score | node=\"m1\" score | WARNING | names node 'm1', which is not in the configuration",
                "score=\"50\" | | WARNING | rule 'r' has no score",
                "<date_expression id=\"e2\" operation=\"gt\" start=\"2020-01-01\"/> | <op_expression id=\"e2\" name=\"start\"/> | WARNING | is never true",
                "with-rsc=\"g\" | with-rsc=\"a\" | WARNING | names 'a' on both sides",
                "with-rsc=\"g\" | with-rsc=\"g\" with-rsc-role=\"Promoted\" | WARNING | 'g', which is not promotable",
                "kind=\"Mandatory\" | kind=\"Serialize\" symmetrical=\"true\" | WARNING | symmetrical of 'o' is ignored",
                "<rsc_order id=\"os\"> | <rsc_order id=\"o2\" first=\"a\" then=\"g\"/><rsc_order id=\"os\"> | WARNING | orders go in a circle: g, then a, then g",
                "devices=\"f\" | devices=\"f,ff\" | WARNING | names device 'ff', which does not exist",
                "devices=\"f\" | devices=\"a\" | WARNING | 'a', which is no fencing device",
                "obj_ref id=\"a\" | obj_ref id=\"aa\" | WARNING | tag 't' names 'aa', which does not exist",
                "validate-with=\"pacemaker-3.9\" | validate-with=\"pacemaker-9.9\" | WARNING | schema 'pacemaker-9.9'"
            })
    void a_mistake_is_found(String right, String wrong, Finding.Severity severity, String words) {
        String text = SOUND.replaceFirst(
                java.util.regex.Pattern.quote(right),
                java.util.regex.Matcher.quoteReplacement(wrong == null ? "" : wrong));
        assertThat(text).isNotEqualTo(SOUND);

        List<Finding> findings = CibValidation.verify(CibXml.read("it.xml", text), "it.xml");

        assertThat(findings).anySatisfy(finding -> {
            assertThat(finding.text()).contains(words);
            assertThat(finding.severity()).isEqualTo(severity);
            assertThat(finding.place()).startsWith("it.xml:");
            assertThat(finding.remedy()).isNotEmpty();
        });
    }

    @Test
    void what_can_only_be_doubted_refuses_no_change() {
        String text = SOUND.replace("on-fail=\"fence\"", "on-fail=\"standby\"");

        assertThat(CibValidation.check(CibXml.read("it.xml", text), "it.xml")).isEmpty();
    }

    private static List<String> texts(String text) {
        return CibValidation.verify(CibXml.read("it.xml", text), "it.xml").stream()
                .map(Finding::text)
                .toList();
    }
}
