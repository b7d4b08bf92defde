package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a node does about its own services beside starting and stopping them: noticing their death, telling people. */
@ExtendWith(NeedsLab.class)
class ServiceLabIT extends ThreeMachines {
    @Test
    void aKilledServiceIsStartedAgainThoughItsMonitorRunsOnceADay() {
        cluster.start(
                "property fencing-enabled=true",
                "rsc_defaults resource-stickiness=100",
                cluster.powerSwitch(),
                cluster.service("svc").replace("interval=5s", "interval=24h"));
        cluster.awaitService("svc");
        cluster.awaitSettled("n1");
        String home = cluster.nodeOf("svc");

        Lab.Answer killed = lab.exec(home, "sh", "-c", "kill -9 \"$(cat /run/resource-agents/lab-svc.pid)\"");

        assertThat(killed.exit()).as(killed.out()).isZero();
        lab.await(
                "the service is started again on " + home,
                Duration.ofSeconds(60),
                () -> cluster.log().count("svc", home, "start") == 2);
        cluster.awaitSettled(home);
        assertThat(lab.must(home, "resource", "failcount", "svc", "show", home).strip())
                .isEqualTo("1");
        assertThat(cluster.nodeOf("svc")).isEqualTo(home);
        cluster.nothingRanTwice();
    }

    @Test
    void anAlertProgramHearsOfResultsAndOfALostNode() throws IOException {
        Path told = lab.powerFolder().resolve("told");
        Path program = lab.powerFolder().resolve("tell");
        Files.writeString(program, """
                #!/bin/sh
                echo "$(hostname) $CRM_alert_recipient $CRM_alert_kind $CRM_alert_node $CRM_alert_rsc $CRM_alert_task $CRM_alert_desc" >> "$told"
                """);
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        cluster.start(
                "property fencing-enabled=true",
                "rsc_defaults resource-stickiness=100",
                cluster.powerSwitch(),
                cluster.service("svc"),
                "alert tell " + program + " attributes told=\"" + told + "\" to me");
        cluster.awaitService("svc");
        cluster.awaitSettled("n1");
        String home = cluster.nodeOf("svc");
        awaitTold(told, home + " me resource " + home + " svc start ok");

        lab.crash(home);

        cluster.awaitServiceElsewhere("svc", home);
        for (String node : lab.nodes()) {
            if (!node.equals(home)) {
                awaitTold(told, node + " me node " + home + "   lost");
                awaitTold(told, node + " me fencing " + home + "  reboot Operation reboot of " + home);
            }
        }
        cluster.nothingRanTwice();
    }

    private void awaitTold(Path told, String line) {
        lab.await(
                "'" + line + "' was told",
                Duration.ofSeconds(60),
                () -> lines(told).stream().anyMatch(each -> each.startsWith(line)));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
