package systole.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import systole.model.CibEdit;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.Applied.Part;

class CommandApplicationTest {
    private static final Membership MEMBER = new Membership(true, true, true, 8, 100, 101, false);

    private final ClusterState start =
            ClusterState.empty().with(NodeStatus.unseen("alpha", "1").with(MEMBER));

    private static Command.Configure put(String id, Version guard) {
        return new Command.Configure(
                "root",
                "alpha",
                id,
                guard,
                List.of(new CibEdit.Put("resources", Element.leaf("primitive", "id", id))),
                1_700_000_000_000L);
    }

    private static Command.UpdateAttributes attribute(String value, long dampen) {
        return new Command.UpdateAttributes(
                "alpha", Command.Lifetime.TRANSIENT, "instance_attributes", Map.of("pingd", value), dampen, 1);
    }

    @Test
    void aChangeRaisesTheEpochAndLeavesItsAuthorAndAWayBack() {
        Applied applied = start.apply(put("web", Version.NONE));

        assertThat(applied.changed(Part.CONFIGURATION)).isTrue();
        assertThat(applied.state().version()).isEqualTo(new Version(0, 1, 0));
        assertThat(applied.state().position()).isEqualTo(new Position(0, 1));
        ChangeRecord change = applied.state().change("web").orElseThrow();
        assertThat(change.author()).isEqualTo("root");
        assertThat(change.summary()).isEqualTo("web set");
        assertThat(CibEdits.apply(applied.state().configuration(), change.undo()))
                .isEqualTo(start.configuration());
        assertThat(applied.state().cib(true).attribute("cib-last-written")).isEqualTo("Tue Nov 14 22:13:20 2023");
    }

    @Test
    void aGuardOfAnOlderVersionIsRefusedWithTheLastChange() {
        ClusterState moved = start.apply(put("web", Version.NONE)).state();

        Applied applied = moved.apply(put("ip", Version.ZERO));

        assertThat(applied.state()).isEqualTo(moved);
        assertThat(applied.result())
                .isInstanceOfSatisfying(
                        Applied.Refused.class,
                        refused -> assertThat(refused.text())
                                .isEqualTo("the configuration has moved from 0.0.0 to 0.1.0 (last by root: web set)"));
    }

    @Test
    void aWrongEditLeavesNothingHalfDone() {
        Applied applied = start.apply(new Command.Configure(
                "root",
                "alpha",
                "x",
                Version.NONE,
                List.of(
                        new CibEdit.Put("resources", Element.leaf("primitive", "id", "web")),
                        new CibEdit.Remove("wep")),
                1));

        assertThat(applied.state()).isEqualTo(start);
        assertThat(applied.result())
                .isInstanceOfSatisfying(
                        Applied.Refused.class,
                        refused -> assertThat(refused.text() + " " + refused.remedy())
                                .contains("wep")
                                .contains("did you mean 'web'?"));
    }

    @Test
    void attributesCountOnScores() {
        ClusterState counted = start.apply(attribute("value++", 0))
                .state()
                .apply(attribute("value+=4", 0))
                .state();

        assertThat(counted.node("alpha").orElseThrow().attributes().instance()).containsEntry("pingd", "5");
        ClusterState full = counted.apply(attribute("INFINITY", 0)).state();
        assertThat(full.apply(attribute("value++", 0)).isChanged()).isFalse();
    }

    @Test
    void dampenedValuesStayOutOfTheCibUntilWritten() {
        Applied held = start.apply(attribute("100", 5000));

        assertThat(held.changed(Part.ATTRIBUTES)).isFalse();
        assertThat(held.state().cib(true)).asString().isNotEmpty();
        assertThat(held.state().node("alpha").orElseThrow().element().child("transient_attributes"))
                .isEmpty();
        Applied written = held.state().apply(new Command.WriteAttributes(List.of("pingd")));
        assertThat(written.changed(Part.ATTRIBUTES)).isTrue();
        assertThat(written.state().node("alpha").orElseThrow().attributes().instance())
                .containsEntry("pingd", "100");
    }

    @Test
    void confirmedFencingErasesWhatTheNodeDid() {
        Element operation = Element.leaf("lrm_rsc_op", "id", "web_last_0", "operation", "start");
        ClusterState running = start.apply(new Command.RecordOperations(
                        "alpha", List.of(new OperationRecord("web", "ocf", "heartbeat", "Dummy", operation))))
                .state();
        FencingRecord shot = new FencingRecord("alpha", "reboot", "ipmi", "beta", "beta", true, "", 5);

        NodeStatus fenced = running.apply(new Command.FencingDone(shot, 8))
                .state()
                .node("alpha")
                .orElseThrow();

        assertThat(fenced.history()).isEmpty();
        assertThat(fenced.isMember()).isFalse();
        assertThat(fenced.element().attributes())
                .containsEntry("expected", "down")
                .containsEntry("in_ccm", "0");
    }

    @Test
    void lateFencingDoesNotEraseWhoJoinedAnew() {
        FencingRecord shot = new FencingRecord("alpha", "reboot", "ipmi", "beta", "beta", true, "", 5);

        ClusterState after = start.apply(new Command.FencingDone(shot, 4)).state();

        assertThat(after.node("alpha").orElseThrow().membership()).isEqualTo(MEMBER);
        assertThat(after.fencing()).containsExactly(shot);
    }

    @Test
    void lateFencingDoesNotMakeSafeWhoJoinedAnewAndWasLostAgain() {
        FencingRecord shot = new FencingRecord("alpha", "reboot", "ipmi", "beta", "beta", true, "", 5);
        NodeStatus lost = start.node("alpha").orElseThrow().with(MEMBER.gone());

        ClusterState after =
                start.with(lost).apply(new Command.FencingDone(shot, 4)).state();

        assertThat(after.node("alpha").orElseThrow().membership()).isEqualTo(MEMBER.gone());
        assertThat(after.fencing()).containsExactly(shot);
        assertThat(start.with(lost)
                        .apply(new Command.FencingDone(shot, 8))
                        .state()
                        .node("alpha")
                        .orElseThrow()
                        .membership()
                        .fenced())
                .isTrue();
    }

    @Test
    void permanentAttributesThatAreSetSideBySideAllStay() {
        ClusterState state = start;
        for (String name : List.of("a", "b", "c")) {
            state = state.apply(new Command.SetPermanent(
                            "root",
                            "beta",
                            "beta:1:" + name,
                            "alpha",
                            "1",
                            "instance_attributes",
                            Map.of(name, "1"),
                            5))
                    .state();
        }
        state = state.apply(new Command.SetPermanent(
                        "root",
                        "beta",
                        "beta:1:d",
                        "alpha",
                        "1",
                        "instance_attributes",
                        Map.of("a", "", "b", "b++"),
                        5))
                .state();

        assertThat(systole.formats.CibXml.write(
                        state.configuration().child("nodes").orElseThrow()))
                .isEqualTo("""
                <nodes>
                  <node id="1" uname="alpha">
                    <instance_attributes id="nodes-1">
                      <nvpair id="nodes-1-b" name="b" value="2"/>
                      <nvpair id="nodes-1-c" name="c" value="1"/>
                    </instance_attributes>
                  </node>
                </nodes>
                """);
        assertThat(state.changes()).hasSize(4);
        assertThat(state.version().epoch()).isEqualTo(start.version().epoch() + 4);
    }

    @Test
    void aMemberCannotBeConfirmedAsOff() {
        Applied applied = start.apply(new Command.ConfirmFenced("alpha", "root", 1));

        assertThat(applied.result()).isInstanceOf(Applied.Refused.class);
    }

    @Test
    void theStatusReadsLikePacemakers() {
        Element operation = Element.leaf("lrm_rsc_op", "id", "web_last_0", "operation", "start");
        ClusterState state = start.apply(new Command.RecordOperations(
                        "alpha", List.of(new OperationRecord("web", "ocf", "heartbeat", "Dummy", operation))))
                .state()
                .apply(attribute("3", 0))
                .state()
                .apply(new Command.SetTicket("root", "t", "T", new TreeMap<>(Map.of("granted", "true")), 1))
                .state();

        assertThat(systole.formats.CibXml.write(state.statusElement())).isEqualTo("""
                <status>
                  <node_state id="1" uname="alpha" in_ccm="100" crmd="101" join="member" expected="member" crm-debug-origin="state">
                    <transient_attributes id="1">
                      <instance_attributes id="status-1">
                        <nvpair id="status-1-pingd" name="pingd" value="3"/>
                      </instance_attributes>
                    </transient_attributes>
                    <lrm id="1">
                      <lrm_resources>
                        <lrm_resource id="web" class="ocf" provider="heartbeat" type="Dummy">
                          <lrm_rsc_op id="web_last_0" operation="start"/>
                        </lrm_resource>
                      </lrm_resources>
                    </lrm>
                  </node_state>
                  <tickets>
                    <ticket_state id="T" granted="true"/>
                  </tickets>
                </status>
                """);
        assertThat(state.cib(true).attributes())
                .containsEntry("have-quorum", "1")
                .containsEntry("dc-uuid", "1")
                .containsEntry("num_updates", "3");
    }
}
