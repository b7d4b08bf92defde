package systole.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;

/** Rules that no case of the corpus exercises: small clusters whose plans were compared with {@code crm_simulate}. */
class ComparedRulesTest {
    private static final Pattern KEYS = Pattern.compile("operation_key=\"([^\"]+)\" on_node=\"([^\"]+)\"");
    private static final String NOT_RUNNING = "<lrm_rsc_op id='%1$s_monitor_0' operation='monitor' interval='0'"
            + " operation_key='%1$s_monitor_0' op-status='0' rc-code='7' call-id='1' transition-key='0:0:7:x'/>";

    @Test
    void aPromotedInstanceThatMovesComesUpUnpromotedInTheSamePlan() {
        String clone = clone(
                "<nvpair id='m1' name='clone-max' value='1'/>"
                        + "<nvpair id='m2' name='target-role' value='Unpromoted'/>",
                primitive("A", "ocf"));
        String ban = "<rsc_location id='l' rsc='C' node='n1' score='-INFINITY'/>";
        assertThat(plan(clone, ban, "", promoted("A", 0), lrm("A", NOT_RUNNING)))
                .contains("A_demote_0 n1", "A_stop_0 n1", "A_start_0 n2");
    }

    @Test
    void anInstanceThatFailedToBePromotedIsStartedAgainThoughNothingMonitorsIt() {
        assertThat(plan(clone("", primitive("A", "ocf")), "", "", promoted("A", 9), ""))
                .contains("A_stop_0 n1", "A_start_0 n1");
    }

    @Test
    void theFirstActionOfAnOrderIsThereThoughWhatFollowsIsNot() {
        String stopped =
                "<meta_attributes id='gm'><nvpair id='gm1' name='target-role' value='Stopped'/></meta_attributes>";
        String blocked = primitive("B", "ocf")
                .replace(
                        "/>",
                        "><meta_attributes id='bm'>"
                                + "<nvpair id='bm1' name='is-managed' value='false'/></meta_attributes></primitive>");
        String group = "<group id='G'>" + stopped + primitive("A", "ocf") + blocked + "</group>";
        String order = "<rsc_order id='o' first='A' then='B' kind='Optional' first-action='start'"
                + " then-action='demote' symmetrical='false'/>";
        String running = started("A") + started("B");
        assertThat(graph(group, order, "", running, "")).contains("operation_key=\"G_start_0\"");
        assertThat(graph(group, "", "", running, "")).doesNotContain("operation_key=\"G_start_0\"");
    }

    @Test
    void whatIsPlacedMinimallyGoesToTheFirstNameWhereScoresAreEqual() {
        String minimal = "<nvpair id='ps' name='placement-strategy' value='minimal'/>";
        assertThat(plan(primitive("A", "ocf"), "", minimal, lrm("A", NOT_RUNNING), started("A")))
                .containsExactlyInAnyOrder("A_stop_0 n2", "A_start_0 n1");
        assertThat(plan(primitive("A", "ocf"), "", "", lrm("A", NOT_RUNNING), started("A")))
                .isEmpty();
    }

    @Test
    void onlyOcfAgentsArePartOfAPromotableClone() {
        assertThat(plan(clone("", primitive("S", "stonith")), "", "", "", "")).isEmpty();
        String group = "<group id='G'>" + primitive("S", "stonith") + primitive("A", "ocf") + "</group>";
        assertThat(plan(clone("", group), "", "", "", ""))
                .contains("A:0_start_0 n1", "A:1_start_0 n2")
                .noneMatch(key -> key.startsWith("S"));
    }

    @Test
    void aFenceDeviceThatWasRemovedButRunsIsAFenceDevice() {
        String fencing = "<nvpair id='f' name='stonith-enabled' value='true'/>";
        String device = started("F").replace("class='ocf' provider='pacemaker'", "class='stonith'");
        assertThat(plan(primitive("A", "ocf"), "", fencing, device, "")).contains("F_stop_0 n1", "A_start_0 n1");
        assertThat(plan(primitive("A", "ocf"), "", fencing, "", "")).noneMatch(key -> key.startsWith("A_start"));
    }

    @Test
    void anOperationThatOnlyTheAgentKnowsIsNotBegunAnewWithEveryPlan() {
        String own = primitive("A", "ocf")
                .replace("/>", "><operations><op id='o' name='monitr' interval='10s'/></operations></primitive>");
        String failed = "<lrm_rsc_op id='A_monitr_10000' operation='monitr' interval='10000'"
                + " operation_key='A_monitr_10000' op-status='0' rc-code='3' call-id='9' transition-key='0:0:0:x'"
                + " op-digest='4811cef7f7f94e3a35a70be7916cb2fd'/>";
        String running = started("A");
        String withFailure = running.replace("</lrm_resource>", failed + "</lrm_resource>");
        assertThat(plan(own, "", "", running, "")).contains("A_monitr_10000 n1");
        assertThat(plan(own, "", "", withFailure, "")).noneMatch(key -> key.startsWith("A_monitr"));
    }

    // ---- clusters

    private static List<String> plan(String resources, String constraints, String options, String on1, String on2) {
        Matcher matcher = KEYS.matcher(graph(resources, constraints, options, on1, on2)
                .replaceAll("(?s)<inputs>.*?</inputs>", "")
                .replaceAll(" internal_operation_key=\"[^\"]*\"", ""));
        return matcher.results()
                .map(found -> found.group(1) + " " + found.group(2))
                .toList();
    }

    private static String graph(String resources, String constraints, String options, String on1, String on2) {
        boolean fencing = options.contains("stonith-enabled");
        String cib = "<cib have-quorum='1' validate-with='pacemaker-3.9' dc-uuid='1'><configuration><crm_config>"
                + "<cluster_property_set id='p'>" + options
                + (fencing ? "" : "<nvpair id='f' name='stonith-enabled' value='false'/>")
                + "</cluster_property_set></crm_config><nodes><node id='1' uname='n1'/><node id='2' uname='n2'/></nodes>"
                + "<resources>" + resources + "</resources><constraints>" + constraints
                + "</constraints></configuration><status>" + state(1, on1) + state(2, on2) + "</status></cib>";
        return ConformanceEngine.plan(CibXml.read("cib.xml", cib), Instant.parse("2026-07-01T00:00:00Z"))
                .graph();
    }

    private static String state(int node, String history) {
        return "<node_state id='" + node + "' uname='n" + node + "' in_ccm='true' crmd='online' join='member'"
                + " expected='member'><lrm id='" + node + "'><lrm_resources>" + history
                + "</lrm_resources></lrm></node_state>";
    }

    private static String primitive(String id, String standard) {
        String provider = standard.equals("ocf") ? " provider='pacemaker'" : "";
        return "<primitive id='" + id + "' class='" + standard + "'" + provider + " type='Stateful'/>";
    }

    private static String clone(String meta, String inner) {
        return "<clone id='C'><meta_attributes id='m'><nvpair id='m0' name='promotable' value='true'/>" + meta
                + "</meta_attributes>" + inner + "</clone>";
    }

    private static String started(String id) {
        return lrm(id, operation("start", 0, 1));
    }

    private static String promoted(String id, int code) {
        return lrm(id, operation("start", 0, 1) + operation("promote", code, 2));
    }

    private static String operation(String task, int code, int call) {
        return "<lrm_rsc_op id='%1$s_" + task + "_0' operation='" + task + "' interval='0' operation_key='%1$s_" + task
                + "_0' op-status='0' rc-code='" + code + "' call-id='" + call + "' transition-key='0:0:0:x'"
                + " op-digest='f2317cad3d54cec5d7d7aa7d0bf35cf8'/>";
    }

    private static String lrm(String id, String operations) {
        return "<lrm_resource id='" + id + "' class='ocf' provider='pacemaker' type='Stateful'>"
                + operations.formatted(id) + "</lrm_resource>";
    }
}
