package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What can go wrong with fence devices, and with those who use them. */
@ExtendWith(NeedsLab.class)
class FencingLabIT extends ThreeMachines {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private String device(String id, String more) {
        return "primitive " + id + " stonith:fence_lab params folder=\"" + lab.powerFolder() + "\" " + more;
    }

    private void movesAfterTheDeathOf(String victim) {
        lab.await(victim + " is off", PATIENCE, () -> !lab.isOn(victim));
        String survivor = cluster.awaitServiceElsewhere("svc", victim);
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsOnly(victim);
        assertThat(cluster.log().lastNanos("svc", survivor, "start"))
                .isGreaterThan(cluster.deeds().get(0).atNanos());
        cluster.nothingRanTwice();
    }

    @Test
    void theSecondLevelFencesWhenTheFirstFails() {
        String victim = cluster.startFencedBy(
                "primitive broken stonith:fence_dummy params type=fail pcmk_host_list=\"n1 n2 n3\" pcmk_host_check=static-list",
                device("power", "pcmk_host_list=\"n1 n2 n3\""),
                "fencing_topology broken power");

        lab.cut(victim);

        movesAfterTheDeathOf(victim);
        assertThat(lab.must(cluster.other(victim), "fence", "history", victim)).contains("power");
    }

    @Test
    void theCoordinatorItselfIsFencedByItsSuccessor() {
        cluster.startFencedBy(device("power", "pcmk_host_list=\"n1 n2 n3\""));
        String victim = cluster.status("n1").cluster().dc.name;

        lab.cut(victim);

        lab.await("it was fenced", PATIENCE, () -> !cluster.deeds().isEmpty());
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsOnly(victim);
        lab.await(
                "the service runs on a survivor",
                PATIENCE,
                () -> cluster.status(cluster.other(victim))
                        .nodeOf("svc")
                        .filter(home -> !home.equals(victim) && cluster.log().runsOn("svc", home))
                        .isPresent());
        cluster.nothingRanTwice();
    }
}
