package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three machines with a watchdog each and no fence device: whoever loses the quorum ends itself, and the others wait for it. */
@ExtendWith(NeedsLab.class)
class WatchdogLabIT extends ThreeMachines {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long WATCHDOG_SECONDS = 5;

    @BeforeEach
    void armed() {
        for (String node : lab.nodes()) {
            try {
                Files.createFile(lab.folder().resolve(node + ".watchdog"));
                Files.writeString(
                        lab.root(node).resolve("etc/systole/sbd"),
                        "SBD_WATCHDOG_DEV=" + lab.folder().resolve(node + ".watchdog") + "\nSBD_WATCHDOG_TIMEOUT="
                                + WATCHDOG_SECONDS + "\nSYSTOLE_PANIC=exec:"
                                + Checkout.TOP.resolve("src-it/lab/end-node") + "\n");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private String start() {
        cluster.start(
                "property fencing-enabled=true fencing-watchdog-timeout=-1",
                "rsc_defaults resource-stickiness=100",
                cluster.service("svc"));
        String home = cluster.awaitService("svc");
        cluster.awaitSettled("n1");
        for (String node : lab.nodes()) {
            lab.await(
                    "the watchdog of " + node + " is armed",
                    PATIENCE,
                    () -> lab.log(node).contains("the watchdog is armed"));
        }
        return home;
    }

    private void elsewhereAfterItsDeath(String victim) {
        lab.await(victim + " is off", PATIENCE, () -> !lab.isOn(victim));
        String survivor = cluster.awaitServiceElsewhere("svc", victim);
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsExactly(victim);
        assertThat(cluster.log().lastNanos("svc", survivor, "start"))
                .isGreaterThan(cluster.deeds().get(0).atNanos());
        cluster.nothingRanTwice();
        assertThat(lab.must(survivor, "fence", "history")).contains("watchdog");
    }

    @Test
    void theNodeThatIsCutOffEndsItselfAndTheOthersWaitForThat() {
        String victim = start();

        long cut = System.nanoTime();
        lab.cut(victim);

        elsewhereAfterItsDeath(victim);
        assertThat(Duration.ofNanos(System.nanoTime() - cut).toSeconds())
                .as("seconds until the service runs again, of which twice the watchdog time is waiting")
                .isGreaterThanOrEqualTo(2 * WATCHDOG_SECONDS);
        // The daemon and its keeper count the same time; either may be the first to say so.
        assertThat(lab.log(victim)).containsAnyOf("no quorum for 5000 ms", "not fed for 5000 ms");
    }

    @Test
    void theNodeWhoseDaemonHangsIsEndedByTheKeeper() throws IOException {
        String victim = start();
        Path watchdog = lab.folder().resolve(victim + ".watchdog");
        assertThat(Files.size(watchdog)).as("letters fed").isPositive();

        lab.pause(victim);

        elsewhereAfterItsDeath(victim);
        assertThat(lab.log(victim)).contains("not fed for 5000 ms");
        assertThat(Files.readString(watchdog)).as("never disarmed").doesNotContain("V");
    }

    @Test
    void aLiveNodeThatIsToBeFencedEndsItself() {
        String victim = start();

        lab.must(cluster.other(victim), "-F", "fence", "node", victim);

        elsewhereAfterItsDeath(victim);
        assertThat(lab.log(victim)).contains("this node is to be fenced by");
    }
}
