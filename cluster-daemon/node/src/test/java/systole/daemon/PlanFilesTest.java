package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.api.Answer;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;

class PlanFilesTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000L);

    @TempDir
    Path folder;

    @Test
    void aPlanWithWorkIsKeptWithItsInputBeyondARestart() throws IOException {
        Element cib = cib("false");
        keep(cib);
        keep(cib("true"));
        PlanFiles again = PlanFiles.open(folder.resolve("plans"), 10);
        List<Answer.Event> kept = again.list("n1", 0);
        assertThat(kept).hasSize(1);
        assertThat(kept.get(0).atMillis()).isEqualTo(NOW.toEpochMilli());
        assertThat(kept.get(0).text()).contains("Start").contains("d");
        assertThat(kept.get(0).facts()).containsEntry("number", "1").containsEntry("version", "0.7.3");
        assertThat(again.read("1").cib().toString())
                .isEqualTo(cib.withAttribute("execution-date", "1800000000").toString());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("plans"))))
                .isEqualTo("rwx------");
        again.close();
    }

    @Test
    void theOldestMakeRoomAndTheirFilesGo() throws IOException {
        for (int i = 0; i < 5; i++) {
            keep(cib("false"));
        }
        PlanFiles again = PlanFiles.open(folder.resolve("plans"), 3);
        assertThat(again.list("n1", 0))
                .extracting(event -> event.facts().get("number"))
                .containsExactly("3", "4", "5");
        assertThat(again.list("n1", 2)).hasSize(2);
        try (Stream<Path> files = Files.list(folder.resolve("plans"))) {
            assertThat(files).hasSize(6);
        }
        assertThatThrownBy(() -> again.read("2"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("plan '2' is not kept");
        again.close();
    }

    @Test
    void damagedFilesAreLeftOutAndFoldersThatTakeNothingDoNotStopPlans() throws IOException {
        keep(cib("false"));
        Files.writeString(folder.resolve("plans/plan-1.xml.gz"), "no gzip");
        Files.writeString(folder.resolve("plans/plan-9.txt"), "nonsense");
        PlanFiles again = PlanFiles.open(folder.resolve("plans"), 3);
        assertThat(again.list("n1", 0)).hasSize(1);
        assertThatThrownBy(() -> again.read("1")).hasMessageContaining("cannot be read");
        again.close();
        Files.writeString(folder.resolve("file"), "");
        PlanFiles nowhere = PlanFiles.open(folder.resolve("file"), 3);
        nowhere.keep(cib("false"), 1, plan(cib("false")));
        nowhere.close();
        assertThat(nowhere.list("n1", 0)).isEmpty();
    }

    private void keep(Element cib) {
        PlanFiles files = PlanFiles.open(folder.resolve("plans"), 3);
        files.keep(cib, NOW.toEpochMilli(), plan(cib));
        files.close();
    }

    private static Plan plan(Element cib) {
        return Scheduler.schedule(cib, NOW);
    }

    private static Element cib(String stopped) {
        return CibXml.read("cib", """
                <cib admin_epoch="0" epoch="7" num_updates="3" have-quorum="1"><configuration><crm_config>
                <cluster_property_set id="o"><nvpair id="o1" name="stonith-enabled" value="false"/>
                <nvpair id="o2" name="stop-all-resources" value="STOPPED"/></cluster_property_set></crm_config>
                <nodes><node id="1" uname="n1"/></nodes><resources><primitive id="d" class="ocf" provider="heartbeat"
                type="Dummy"/></resources><constraints/></configuration><status><node_state id="1" uname="n1"
                in_ccm="true" crmd="online" join="member" expected="member"><lrm id="1"><lrm_resources>
                <lrm_resource id="d" class="ocf" provider="heartbeat" type="Dummy"><lrm_rsc_op id="d_last_0"
                operation_key="d_monitor_0" operation="monitor" call-id="2" rc-code="7" op-status="0" interval="0"
                transition-key="4:1:7:00000000-0000-0000-0000-000000000000"
                transition-magic="0:7;4:1:7:00000000-0000-0000-0000-000000000000"/></lrm_resource></lrm_resources></lrm>
                </node_state></status></cib>""".replace("STOPPED", stopped));
    }
}
