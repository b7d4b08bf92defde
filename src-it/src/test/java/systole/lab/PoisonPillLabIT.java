package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two machines and a disk that both see: the one that is cut off swallows the pill before its service starts elsewhere. */
@ExtendWith(NeedsLab.class)
class PoisonPillLabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Lab lab;
    private LabCluster cluster;
    private Path disk;

    @BeforeEach
    void powerOn() throws IOException {
        lab = Lab.up(2).quorum("two_node: 1");
        cluster = new LabCluster(lab);
        disk = lab.folder().resolve("pill.disk");
        lab.must("n1", "-F", "sbd", "create", "--watchdog-timeout", "4", disk.toString());
        for (String node : lab.nodes()) {
            selfFencing(node, "SBD_DEVICE=" + disk, "SBD_WATCHDOG_DEV=none");
        }
    }

    private void selfFencing(String node, String... lines) {
        try {
            Files.writeString(
                    lab.root(node).resolve("etc/systole/sbd"),
                    String.join("\n", lines) + "\nSYSTOLE_PANIC=exec:" + Checkout.TOP.resolve("src-it/lab/end-node")
                            + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void powerOff() {
        lab.close();
    }

    /** The delay protects n1, so that in the race of the two halves it is n2 that dies. */
    private void start() {
        cluster.start(
                "property fencing-enabled=true fencing-timeout=30s",
                "rsc_defaults resource-stickiness=100",
                "primitive pill stonith:fence_poison params pcmk_delay_base=\"n1:12s;n2:0s\"",
                cluster.service("svc"),
                "location first svc 10: n2");
        assertThat(cluster.awaitService("svc")).isEqualTo("n2");
        cluster.awaitSettled("n1");
        lab.await("the watchdog of n2 is armed", PATIENCE, () -> lab.log("n2").contains("the watchdog is armed"));
    }

    @Test
    void thePartnerThatIsCutOffDiesByThePillBeforeItsServiceStartsElsewhere() {
        start();
        assertThat(lab.must("n1", "sbd", "list")).contains("n1\tclear").contains("n2\tclear");

        lab.partition("n1", "n2");

        lab.await("n2 is off", PATIENCE, () -> !lab.isOn("n2"));
        cluster.awaitServiceElsewhere("svc", "n2");
        cluster.nothingRanTwice();
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsExactly("n2");
        assertThat(lab.log("n2")).contains("pill 'reset' by n1 on the disk");
        assertThat(cluster.log().lastNanos("svc", "n1", "start"))
                .isGreaterThan(cluster.deeds().get(0).atNanos());

        lab.heal();
        lab.boot("n2");
        lab.start("n2");

        cluster.awaitOnline("n1", "n1", "n2");
        assertThat(lab.isOn("n2")).as("an old pill ends no new life").isTrue();
    }

    @Test
    void aNodeWhoseDaemonDiesAndStaysAwayIsEndedByItsKeeper() {
        start();

        lab.killDaemon("n2");

        lab.await("n2 is off", PATIENCE, () -> !lab.isOn("n2"));
        cluster.awaitServiceElsewhere("svc", "n2");
        cluster.nothingRanTwice();
        assertThat(lab.log("n2")).contains("its daemon is gone");
    }

    @Test
    void anOrderlyStopDisarmsAndEndsNothing() {
        start();

        lab.must("n2", "cluster", "stop");

        cluster.awaitServiceElsewhere("svc", "n2");
        Lab.pass(Duration.ofSeconds(6));
        assertThat(lab.isOn("n2")).isTrue();
        assertThat(cluster.deeds()).isEmpty();
        assertThat(lab.log("n2")).contains("the watchdog is disarmed");
        cluster.nothingRanTwice();
    }
}
