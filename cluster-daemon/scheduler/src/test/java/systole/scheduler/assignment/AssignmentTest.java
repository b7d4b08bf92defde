package systole.scheduler.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Decision;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/** The worked examples of the specification, and long chains. */
class AssignmentTest {
    private static Cluster assigned(String resources, String constraints) {
        return assigned(resources, constraints, "");
    }

    private static Cluster assigned(String resources, String constraints, String status) {
        StringBuilder cib = new StringBuilder("<cib validate-with='pacemaker-3.9' have-quorum='1'><configuration>");
        cib.append("<crm_config><cluster_property_set id='o'>");
        cib.append("<nvpair id='f' name='fencing-enabled' value='false'/></cluster_property_set></crm_config><nodes>");
        for (int i = 1; i <= 3; i++) {
            cib.append("<node id='").append(i).append("' uname='n").append(i).append("'/>");
        }
        cib.append("</nodes><resources>").append(resources).append("</resources><constraints>");
        cib.append(constraints).append("</constraints></configuration><status>");
        for (int i = 1; i <= 3; i++) {
            cib.append("<node_state id='").append(i).append("' uname='n").append(i);
            cib.append("' in_ccm='true' crmd='online' join='member' expected='member'>");
            if (i == 1) {
                cib.append(status);
            }
            cib.append("</node_state>");
        }
        cib.append("</status></cib>");
        Cluster cluster = Reading.read(CibXml.read("test", cib.toString()), Instant.ofEpochSecond(1_700_000_000), true);
        Assignment.applyCriteria(cluster);
        Assignment.addImplicitConstraints(cluster);
        Assignment.assign(cluster);
        return cluster;
    }

    private static String dummy(String id) {
        return "<primitive id='" + id + "' class='ocf' provider='pacemaker' type='Dummy'/>";
    }

    private static String location(String resource, String node, String score) {
        return "<rsc_location id='l-" + resource + node + "' rsc='" + resource + "' node='" + node + "' score='" + score
                + "'/>";
    }

    private static String with(String dependent, String primary, String score) {
        return "<rsc_colocation id='c-" + dependent + primary + "' rsc='" + dependent + "' with-rsc='" + primary
                + "' score='" + score + "'/>";
    }

    private static String node(Cluster cluster, String id) {
        Resource resource = cluster.resource(id);
        assertThat(resource).as(id).isNotNull();
        return resource == null || resource.assigned == null ? "none" : resource.assigned.name;
    }

    @Test
    void a_chain_of_three_counts_the_wishes_of_all_with_their_weight() {
        Cluster cluster = assigned(
                dummy("a") + dummy("b") + dummy("c"),
                with("c", "b", "INFINITY")
                        + with("b", "a", "200")
                        + location("a", "n1", "10")
                        + location("b", "n2", "1000")
                        + location("c", "n3", "5000"));
        assertThat(cluster.scoreLines)
                .contains(
                        "pcmk__primitive_assign: a allocation score on n1: 10",
                        "pcmk__primitive_assign: a allocation score on n2: 1",
                        "pcmk__primitive_assign: a allocation score on n3: 1",
                        "pcmk__primitive_assign: b allocation score on n1: 200",
                        "pcmk__primitive_assign: b allocation score on n3: 5000",
                        "pcmk__primitive_assign: c allocation score on n1: -INFINITY");
        assertThat(node(cluster, "a")).isEqualTo("n1");
        assertThat(node(cluster, "c")).isEqualTo("n3");
    }

    @Test
    void a_member_that_is_banned_everywhere_does_not_keep_earlier_members_down() {
        String group = "<group id='g'>" + dummy("m1") + dummy("m2") + "</group>";
        Cluster cluster = assigned(
                group,
                location("m2", "n1", "-INFINITY")
                        + location("m2", "n2", "-INFINITY")
                        + location("m2", "n3", "-INFINITY"));
        assertThat(node(cluster, "m1")).isEqualTo("n1");
        assertThat(node(cluster, "m2")).isEqualTo("none");
    }

    @Test
    void apart_means_apart() {
        Cluster cluster = assigned(
                dummy("a") + dummy("b") + dummy("c"), with("b", "a", "-INFINITY") + with("c", "b", "-INFINITY"));
        assertThat(node(cluster, "b")).isNotEqualTo(node(cluster, "a")).isNotEqualTo(node(cluster, "c"));
    }

    @Test
    void a_member_running_elsewhere_stays_there_by_its_stickiness_and_the_reason_says_so() {
        String sticky = "<primitive id='a' class='ocf' provider='pacemaker' type='Dummy'><meta_attributes id='m'>"
                + "<nvpair id='s' name='resource-stickiness' value='100'/></meta_attributes></primitive>";
        String running =
                "<lrm id='1'><lrm_resources><lrm_resource id='a' class='ocf' provider='pacemaker' type='Dummy'>"
                        + "<lrm_rsc_op id='a_last_0' operation='start' call-id='1' rc-code='0' op-status='0'"
                        + " transition-key='1:1:0:x'/></lrm_resource></lrm_resources></lrm>";
        Cluster cluster = assigned(sticky, location("a", "n2", "50"), running);
        assertThat(node(cluster, "a")).isEqualTo("n1");
        assertThat(cluster.reasons.all()).anySatisfy(reason -> {
            assertThat(reason.kind()).isEqualTo(Reason.Kind.STICKINESS);
            assertThat(reason.score()).isEqualTo(100);
        });
        assertThat(cluster.reasons.decision(cluster.everyResource.get(0))).satisfies(decision -> {
            assertThat(decision.rule()).isEqualTo(Decision.Rule.SCORE);
            assertThat(decision.candidates())
                    .extracting(candidate -> candidate.node().name + " " + candidate.score())
                    .containsExactly("n1 100", "n2 50", "n3 0");
        });
    }

    @Test
    void a_chain_of_many_thousands_does_not_overflow_the_stack_in_either_order() {
        int length = Integer.getInteger("systole.test.chain", 5_000);
        for (boolean reversed : new boolean[] {false, true}) {
            StringBuilder resources = new StringBuilder();
            StringBuilder constraints = new StringBuilder();
            for (int i = 0; i < length; i++) {
                resources.append(dummy("r" + i));
                if (i > 0) {
                    constraints.append(
                            reversed
                                    ? with("r" + (i - 1), "r" + i, "INFINITY")
                                    : with("r" + i, "r" + (i - 1), "INFINITY"));
                }
            }
            Cluster cluster = assigned(resources.toString(), constraints.toString());
            assertThat(cluster.resources)
                    .allSatisfy(each -> assertThat(each.assigned).isEqualTo(cluster.resources.get(0).assigned));
        }
    }
}
