package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.model.Element;
import systole.model.OperationDigest;

/** Changes that say what they would do, collide visibly, and can be taken back. */
class CareTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_790_000_000L);

    private static final String BASE = """
            property stonith-enabled=false
            rsc_defaults resource-stickiness=100
            node 1: n1
            node 2: n2
            primitive web ocf:pacemaker:Dummy
            primitive db ocf:pacemaker:Dummy
            """;

    private VersionedBackend cluster;

    @BeforeEach
    void bothResourcesRunOnTheFirstNode() {
        cluster = new VersionedBackend(
                CrmLanguage.apply(CrmLanguage.EMPTY, "base", BASE),
                CibXml.read("status", """
                <status>
                  <node_state id="1" uname="n1" in_ccm="true" crmd="online" join="member" expected="member">
                    <lrm id="1"><lrm_resources>%s%s</lrm_resources></lrm>
                  </node_state>
                  <node_state id="2" uname="n2" in_ccm="true" crmd="online" join="member" expected="member">
                    <lrm id="2"><lrm_resources>%s%s</lrm_resources></lrm>
                  </node_state>
                </status>
                """.formatted(entry("web", 0), entry("db", 0), entry("web", 7), entry("db", 7))));
    }

    private static String entry(String resource, int rc) {
        String task = rc == 7 ? "monitor" : "start";
        return ("<lrm_resource id='%1$s' class='ocf' provider='pacemaker' type='Dummy'>"
                        + "<lrm_rsc_op id='%1$s_last_0' operation_key='%1$s_%2$s_0' operation='%2$s' call-id='5'"
                        + " rc-code='%3$s' op-status='0' interval='0' op-digest='%4$s' transition-key='1:1:%3$s:00000000-0000-0000-0000-000000000000'"
                        + " transition-magic='0:%3$s;1:1:%3$s:00000000-0000-0000-0000-000000000000'/></lrm_resource>")
                .formatted(resource, task, rc, OperationDigest.all(Map.of(), 0));
    }

    private Element with(String text) {
        return Impact.with(cluster.cib(), CrmLanguage.apply(cluster.configuration(), "test", text));
    }

    // ---- plan -----------------------------------------------------------------------------------------------------

    @Test
    void thePlanNamesWhoIsDisturbedTheStepsAndWhatAFailureLeadsTo() {
        Impact impact = Impact.of(with("location l web -inf: n1\n"), NOW);

        assertThat(impact.disturbed()).containsExactly(new Impact.Disturbed("web", "n1", "moves to n2"));
        assertThat(impact.steps()).containsExactly("stop web on n1", "start web on n2");
        assertThat(impact.failures()).extracting(Impact.Failure::step).containsExactlyElementsOf(impact.steps());
        assertThat(impact.failures().get(1).consequences().toString()).contains("web");
        assertThat(impact.text()).contains("In this order:").contains("If a step fails:");
    }

    @Test
    void aCommitThatDisturbsMoreThanAllowedIsRefusedByName() {
        Impact impact = Impact.of(with("node 1: n1 attributes standby=on\n"), NOW);

        assertThatThrownBy(() -> impact.refuseAbove(1))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("2 running resources")
                .hasMessageContaining("web on n1 moves to n2")
                .hasMessageContaining("db on n1 moves to n2");
        impact.refuseAbove(2);
        Impact.of(with("property maintenance-mode=true\n"), NOW).refuseAbove(0);
        assertThat(Impact.of(with("location l web 10: n1\n"), NOW).text())
                .isEqualTo("The cluster would have nothing to do.\n");
    }

    @Test
    void stoppingAndRestartingAreToldApart() {
        assertThat(Impact.of(with("primitive web ocf:pacemaker:Dummy meta target-role=Stopped\n"), NOW)
                        .disturbed())
                .containsExactly(new Impact.Disturbed("web", "n1", "stops"));
    }

    // ---- the guard --------------------------------------------------------------------------------------------------

    @Test
    void aCommitOnAConfigurationThatMovedIsRefusedWithTheDifferenceAndGoesOnTheSecondTime() {
        PendingBackend pending = new PendingBackend(cluster);
        pending.change("mine", configuration -> CrmLanguage.apply(configuration, "me", "location l web 5: n1\n"));
        cluster.apply("eve", "property maintenance-mode=true\n");

        assertThatThrownBy(() -> pending.commit(false)).isInstanceOfSatisfying(MovedException.class, moved -> {
            assertThat(moved.advice()).isEqualTo(Advice.READ_AGAIN);
            assertThat(ExitCode.of(moved)).isEqualTo(ExitCode.MOVED);
            assertThat(moved)
                    .hasMessageContaining("from version 0.0 to 0.1")
                    .hasMessageContaining("eve")
                    .hasMessageContaining("+ \tmaintenance-mode=true");
        });
        assertThat(pending.difference()).isEqualTo("+ location l web 5: n1\n");
        pending.commit(false);

        assertThat(CrmLanguage.show(cluster.configuration(), CrmLanguage.Style.DISPLAY))
                .contains("maintenance-mode=true")
                .contains("location l web 5: n1");
    }

    @Test
    void aFileIsMergedUnaskedOnlyIfOthersChangedOtherThings() {
        PendingBackend pending = new PendingBackend(cluster);
        pending.change("mine", configuration -> CrmLanguage.apply(configuration, "me", "location l web 5: n1\n"));
        cluster.apply("eve", "property maintenance-mode=true\n");
        pending.commit(true);
        assertThat(pending.isEmpty()).isTrue();

        pending.change("mine", configuration -> CrmLanguage.apply(configuration, "me", "location l web 6: n1\n"));
        cluster.apply("eve", "location l web 7: n1\n");
        assertThatThrownBy(() -> pending.commit(true))
                .isInstanceOf(MovedException.class)
                .hasMessageContaining("both of you changed l");
    }

    // ---- undo -------------------------------------------------------------------------------------------------------

    private Element undo(String what) {
        return Undo.apply(cluster, cluster.configuration(), Undo.chosen(Undo.changes(cluster), what));
    }

    @Test
    void theLastCommitsAreTakenBackButNotWhatTheClusterDidByItself() {
        Element start = cluster.configuration();
        cluster.apply("joe", "location l1 web 5: n1\n");
        Element first = cluster.configuration();
        cluster.apply("joe", "location l2 web 5: n2\n");
        cluster.apply("cluster", "node 3: n3\n");

        String one = CrmLanguage.show(undo("1"), CrmLanguage.Style.EXACT);
        assertThat(one).contains("l1").doesNotContain("l2").contains("node 3: n3");
        String two = CrmLanguage.show(undo("2"), CrmLanguage.Style.EXACT);
        assertThat(two).doesNotContain("l1").doesNotContain("l2").contains("node 3: n3");
        assertThat(Undo.touched(first, undo("1"))).containsExactly("3");
        assertThat(Undo.touched(start, undo("2"))).containsExactly("3");
        assertThatThrownBy(() -> undo("3")).hasMessageContaining("only 2 changes");
    }

    @Test
    void oneVersionIsTakenBackUnlessALaterChangeOfTheSameObjectWouldBeLost() {
        cluster.apply("joe", "location l web 5: n1\n");
        cluster.apply("ann", "location other db 5: n1\n");
        assertThat(CrmLanguage.show(undo("0.1"), CrmLanguage.Style.EXACT))
                .contains("location other")
                .doesNotContain("location l ");

        cluster.apply("eve", "location l web 50: n1\n");
        assertThatThrownBy(() -> undo("0.1"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("eve")
                .hasMessageContaining("0.3")
                .hasMessageContaining("to l");
        assertThatThrownBy(() -> undo("0.9")).hasMessageContaining("no change made version");
    }

    @Test
    void anUndoIsItselfUndone() {
        cluster.apply("joe", "location l web 5: n1\n");
        Element wanted = cluster.configuration();
        cluster.set("joe", "undo", undo("1"));
        assertThat(undo("1")).isEqualTo(wanted);
    }

    @Test
    void differentPropertiesOfOneSetDoNotCollide() {
        cluster.apply("joe", "property cluster-delay=70s\n");
        cluster.apply("eve", "property maintenance-mode=true\n");
        assertThat(CrmLanguage.show(undo("0.1"), CrmLanguage.Style.EXACT))
                .contains("maintenance-mode=true")
                .doesNotContain("cluster-delay");
        assertThat(List.copyOf(Undo.touched(undo("0.1"), cluster.configuration())))
                .containsExactly("cib-bootstrap-options/cib-bootstrap-options-cluster-delay");
    }
}
