package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A machine that was removed while it was away comes back, together with a node that was away too: both have the old list and
 * form a ring, to which the cluster does not listen. One comes home, the other stops, and nobody lends a hand.
 */
@ExtendWith(NeedsLab.class)
class ComeBackLabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void aRemovedMachineStopsAndTheOneThatCameBackWithItComesHome() throws IOException {
        try (Lab lab = Lab.up(3)) {
            // So the first is a majority while the two others are away.
            for (String node : lab.nodes()) {
                Path conf = lab.root(node).resolve("etc/systole/cluster.conf");
                Files.writeString(
                        conf,
                        Files.readString(conf)
                                .replace("name: n1\n", "name: n1\n    quorum_votes: 3\n")
                                .replace("version: 2\n", "version: 2\n  config_version: 3\n"));
            }
            LabCluster cluster = new LabCluster(lab);
            lab.startAll();
            cluster.awaitOnline("n1", "n1", "n2", "n3");
            cluster.load(
                    "property fencing-enabled=false", "primitive worker ocf:systole:dummy", "clone workers worker");
            cluster.awaitSettled("n1");
            lab.must("n2", "cluster", "stop");
            lab.must("n3", "cluster", "stop");
            cluster.awaitOnline("n1", "n1");
            lab.must("n1", "cluster", "remove", "n3");

            lab.partition("n1", "n2 n3");
            lab.start("n2", "n3");
            cluster.awaitOnline("n2", "n2", "n3");
            assertThat(cluster.status("n2").quorate()).isFalse();
            String before = cluster.status("n1").view();
            lab.heal();

            cluster.awaitOnline("n1", "n1", "n2");
            cluster.awaitOnline("n2", "n1", "n2");
            lab.await("n3 has ended", PATIENCE, () -> cluster.ask("n3").isEmpty());
            cluster.awaitSettled("n1");
            assertThat(cluster.status("n1").view()).isNotEqualTo(before);
            assertThat(cluster.status("n1").places("workers")).containsExactly("n1", "n2");
            assertThat(cluster.status("n1").offline()).isEmpty();
            Path removed = lab.root("n3").resolve("etc/systole");
            assertThat(removed.resolve("cluster.conf")).doesNotExist();
            assertThat(removed.resolve("authkey")).doesNotExist();
            assertThat(lab.logs()).contains("this node was removed from the cluster, by node list 4");
            assertThat(Files.readString(lab.root("n2").resolve("etc/systole/cluster.conf")))
                    .contains("config_version: 4")
                    .doesNotContain("name: n3");
        }
    }
}
