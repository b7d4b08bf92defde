package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What would follow if something happened, tried on a status of its own. */
class PretendedStatusTest extends CommandCase {
    @BeforeEach
    void twoNodesAndOneResourceThatRuns() throws IOException {
        useFile();
        Files.writeString(folder.resolve("cib.xml"), """
                <cib admin_epoch="0" epoch="1" num_updates="0" have-quorum="1"><configuration><crm_config>
                <cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/></cluster_property_set>
                </crm_config><nodes><node id="1" uname="n1"/><node id="2" uname="n2"/></nodes><resources>
                <primitive id="d" class="ocf" provider="heartbeat" type="Dummy"><operations>
                <op id="d-m" name="monitor" interval="10s"/></operations></primitive></resources><constraints/>
                </configuration><status>NODE1 NODE2</status></cib>""".replace("NODE1", node(1, "start", 0))
                .replace("NODE2", node(2, "monitor", 7)));
    }

    private static String node(int id, String operation, int rc) {
        return """
                <node_state id="ID" uname="nID" in_ccm="true" crmd="online" join="member" expected="member"><lrm id="ID">
                <lrm_resources><lrm_resource id="d" class="ocf" provider="heartbeat" type="Dummy"><lrm_rsc_op id="d_last_0"
                operation_key="d_OP_0" operation="OP" call-id="2" on_node="nID" rc-code="RC" op-status="0" interval="0" last-rc-change="1700000000"
                op-digest="f2317cad3d54cec5d7d7aa7d0bf35cf8" transition-key="4:1:RC:00000000-0000-0000-0000-000000000000"
                transition-magic="0:RC;4:1:RC:00000000-0000-0000-0000-000000000000"/></lrm_resource></lrm_resources></lrm>
                </node_state>""".replace("ID", String.valueOf(id)).replace("OP", operation).replace("RC", String.valueOf(rc));
    }

    @Test
    void aLostNodeIsPretendedAndTheClusterNeverSeesIt() throws IOException {
        String before = Files.readString(folder.resolve("cib.xml"));
        ok("cibstatus", "node", "n1", "unclean");
        assertThat(err.toString()).contains("kept until: cibstatus reset");
        assertThat(ok("cibstatus", "simulate", "nograph", "v")).containsPattern("Start +d +\\( +n2 \\)");
        assertThat(ok("configure", "cibstatus", "run")).contains("Start ");
        assertThat(ok("cib", "cibstatus", "origin")).isEqualTo("live\n");
        assertThat(Files.readString(folder.resolve("cib.xml"))).isEqualTo(before);
        assertThat(ok("simulate")).doesNotContain("Start ");
        ok("cibstatus", "reset");
        assertThat(ok("cibstatus", "simulate")).doesNotContain("Start ");
    }

    @Test
    void aFailedMonitorIsPretendedByTheIntervalOfTheConfiguration() {
        ok("cibstatus", "op", "monitor", "d", "not_running");
        assertThat(ok("cibstatus", "show")).contains("d_monitor_10000", "rc-code=\"7\"", "fail-count-d");
        assertThat(ok("cibstatus", "simulate")).containsPattern("Recover +d +\\( +n1 \\)");
        ok("cibstatus", "load");
        ok("cibstatus", "op", "start", "d", "1", "timeout", "n1");
        assertThat(ok("cibstatus", "show")).contains("op-status=\"2\"", "transition-magic=\"2:1;");
        assertThat(run("cibstatus", "op", "monotir", "d", "0")).isEqualTo(64);
        assertThat(err.toString()).contains("monitor");
        assertThat(run("cibstatus", "op", "stop", "d", "unimplementd")).isEqualTo(64);
        assertThat(err.toString()).contains("did you mean").contains("unimplemented");
        assertThat(run("cibstatus", "op", "stop", "e", "0")).isEqualTo(1);
    }

    @Test
    void quorumTicketsFilesAndOrigins() throws IOException {
        ok("cibstatus", "quorum", "false");
        ok("cibstatus", "ticket", "east", "grant");
        assertThat(ok("cibstatus", "show")).contains("ticket_state").contains("granted=\"true\"");
        assertThat(ok("cibstatus", "simulate")).contains("Stop");
        Path saved = folder.resolve("saved.xml");
        ok("cibstatus", "save", saved.toString());
        assertThat(Files.readString(saved)).contains("have-quorum=\"0\"").contains("<primitive");
        ok("cibstatus", "reset");
        assertThat(ok("cibstatus", "simulate")).doesNotContain("Stop ");
        ok("cibstatus", "load", saved.toString());
        assertThat(ok("cibstatus", "origin")).isEqualTo("file:" + saved + "\n");
        assertThat(ok("cibstatus", "simulate")).contains("Stop");
        assertThat(run("cibstatus", "node", "n3", "online")).isEqualTo(1);
        assertThat(err.toString()).contains("n3");
        assertThat(run("cibstatus", "ticket", "east", "gramt")).isEqualTo(64);
    }

    @Test
    void whatHistoryLooksAtIsNarrowedPutAsideAndTakenUp() throws IOException {
        ok("history", "timeframe", "2026-01-01", "2026-02-01");
        assertThat(err.toString()).contains("from 2026-01-01 00:00:00 to 2026-02-01 00:00:00");
        ok("history", "exclude", "Planning");
        ok("history", "setnodes", "n1");
        ok("history", "session", "save", "january");
        ok("history", "timeframe");
        ok("history", "exclude", "clear");
        ok("history", "detail", "1");
        assertThat(ok("history", "detail")).isEqualTo("1\n");
        assertThat(run("history", "detail", "2")).isEqualTo(64);
        ok("history", "detail", "0");
        assertThat(ok("--output", "json", "history", "detail")).contains("\"detail\" : \"0\"");
        ok("history", "setnodes");
        assertThat(err.toString()).contains("everything");
        assertThat(ok("history", "session")).isEqualTo("* january\n");
        ok("history", "session", "load", "january");
        assertThat(err.toString()).contains("of n1 without Planning");
        assertThat(run("history", "session", "load", "janury")).isEqualTo(1);
        assertThat(err.toString()).contains("did you mean 'january'");
        ok("history", "session", "delete", "january");
        assertThat(run("history", "exclude", "(")).isEqualTo(64);
        assertThat(run("history", "timeframe", "12:00", "11:00")).isEqualTo(64);
        assertThat(run("history", "setnodes", "n7")).isEqualTo(1);
        try (Stream<Path> kept = Files.list(folder)) {
            assertThat(kept.map(path -> path.getFileName().toString()))
                    .contains(".systole_history")
                    .doesNotContain(".systole_history.january");
        }
    }

    @Test
    void aFileOfAnOldSchemaIsUpgraded() throws IOException {
        ok("configure", "upgrade");
        assertThat(err.toString()).contains("up to date already");
        Files.writeString(folder.resolve("cib.xml"), """
                <cib epoch="1" validate-with="pacemaker-2.5"><configuration><crm_config/><nodes/><resources>
                <master id="m"><primitive id="s" class="ocf" provider="pacemaker" type="Stateful"/></master></resources>
                <constraints/></configuration><status/></cib>""");
        ok("configure", "upgrade", "force");
        assertThat(err.toString()).contains("from pacemaker-2.5 to pacemaker-4.0");
        assertThat(Files.readString(folder.resolve("cib.xml")))
                .contains("<clone")
                .contains("promotable");
        assertThat(ok("configure", "schema")).isEqualTo("pacemaker-4.0\n");
        assertThat(run("configure", "schema", "pacemaker-3.91")).isEqualTo(64);
        assertThat(err.toString()).contains("is no schema");
    }
}
