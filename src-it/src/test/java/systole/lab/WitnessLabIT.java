package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two real daemons and a real witness on a third machine. */
@ExtendWith(NeedsLab.class)
class WitnessLabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private Lab lab;
    private LabCluster cluster;

    @BeforeEach
    void powerOn() {
        lab = Lab.up(2).quorum("""
                device {
                  model: net
                  timeout: 4000
                  net {
                    host: %s
                    algorithm: ffsplit
                    tie_breaker: 2
                  }
                }
                """.formatted(Lab.WITNESS_ADDRESS));
        lab.addWitness();
        cluster = new LabCluster(lab);
    }

    @AfterEach
    void powerOff() {
        lab.close();
    }

    /** With fencing off, so that the half without the vote lives on and must stop by itself. */
    @Test
    void ofTwoHalvesExactlyOneGoesOnAndWithoutTheWitnessBothStayTogether() {
        lab.startWitness();
        cluster.start(
                "property fencing-enabled=false",
                "rsc_defaults resource-stickiness=100",
                cluster.service("svc"),
                "location first svc 10: n1");
        assertThat(cluster.awaitService("svc")).isEqualTo("n1");
        awaitVote("n1");
        awaitVote("n2");

        lab.partition("n1", "n2");

        lab.await("n2 alone has the vote", PATIENCE, () -> isAlone("n2", true));
        lab.await("n1 alone has none", PATIENCE, () -> isAlone("n1", false));
        lab.await("the service runs on n2", PATIENCE, () -> cluster.log().runsOn("svc", "n2"));
        cluster.nothingRanTwice();
        assertThat(isAlone("n1", false) && isAlone("n2", true)).isTrue();
        assertThat(lab.must("n1", "corosync", "status")).contains("witness").contains("no vote");

        lab.heal();
        cluster.awaitOnline("n1", "n1", "n2");
        awaitVote("n1");
        awaitVote("n2");
        String view = cluster.status("n1").view();

        lab.killWitness();

        lab.await(
                "both have noticed",
                PATIENCE,
                () -> List.of("n1", "n2").stream()
                        .allMatch(node -> witness(node).startsWith("not connected")));
        for (String node : List.of("n1", "n2")) {
            assertThat(cluster.status(node).quorate()).as(node + " is quorate").isTrue();
            assertThat(cluster.status(node).view()).isEqualTo(view);
        }
        lab.startWitness();
        lab.await("n1 reaches it again", PATIENCE, () -> witness("n1").startsWith("connected, votes"));
        cluster.nothingRanTwice();
    }

    /** What worked alone knows more than who was away: the witness remembers that beyond its own restart. */
    @Test
    void whoWasAwayGetsNoVoteBeforeItHasMetTheOther() {
        lab.startWitness();
        cluster.startWithService();
        awaitVote("n1");
        awaitVote("n2");
        lab.crash("n1");
        lab.await("n2 goes on alone", PATIENCE, () -> isAlone("n2", true));

        lab.crash("n2");
        lab.killWitness();
        lab.startWitness();
        lab.boot("n1");
        lab.start("n1");

        lab.await("n1 is told why", PATIENCE, () -> witness("n1").contains("release"));
        assertThat(isAlone("n1", false)).isTrue();
        lab.boot("n2");
        lab.start("n2");
        cluster.awaitOnline("n1", "n1", "n2");
        awaitVote("n1");
        cluster.nothingRanTwice();
    }

    private String witness(String node) {
        return cluster.ask(node)
                .map(status -> status.facts().getOrDefault("witness", ""))
                .orElse("");
    }

    private void awaitVote(String node) {
        lab.await(
                "the witness votes for the view of " + node,
                PATIENCE,
                () -> witness(node).startsWith("connected, votes"));
    }

    private boolean isAlone(String node, boolean quorate) {
        Optional<LabCluster.Status> status = cluster.ask(node);
        return status.isPresent()
                && status.get().quorate() == quorate
                && status.get().online().stream().allMatch(node::equals)
                && status.get().facts().getOrDefault("view", "").startsWith(node + ":");
    }
}
