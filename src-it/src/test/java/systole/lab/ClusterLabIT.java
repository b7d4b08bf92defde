package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Three real daemons, each on a machine of its own, and what may befall them. */
@ExtendWith(NeedsLab.class)
class ClusterLabIT extends ThreeMachines {
    @Test
    void threeDaemonsFormOneRingAndStartTheService() {
        cluster.startWithService();

        assertThat(cluster.status("n1").online()).containsExactly("n1", "n2", "n3");
        assertThat(cluster.status("n2").quorate()).isTrue();
        assertThat(cluster.nodeOf("svc")).isIn("n1", "n2", "n3");
        cluster.nothingRanTwice();
    }

    /** One that stands above another may wait for it without end: docs/daemon.md, "One priority". */
    @Test
    void allThreadsOfADaemonHaveOneRealTimePriority() {
        cluster.startWithService();
        assumeThat(lab.log("n1")).contains("real-time priority 10 for all threads");

        // proc(5): what follows the name; rt_priority is field 40, policy 41, and 2 is SCHED_RR.
        String priorities = lab.exec(
                        "n1",
                        "sh",
                        "-c",
                        "sed 's/.*) //' /proc/[0-9]*/task/[0-9]*/stat 2>/dev/null | awk '$39 == 2 { print $38 }' | sort -u")
                .out();

        assertThat(priorities.strip()).isEqualTo("10");
    }

    @Test
    void aCrashedNodeIsFencedBeforeItsServiceStartsElsewhere() {
        cluster.startWithService();
        String victim = cluster.nodeOf("svc");

        lab.crash(victim);

        String survivor = cluster.awaitServiceElsewhere("svc", victim);
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).contains(victim);
        assertThat(cluster.log().lastNanos("svc", survivor, "start"))
                .isGreaterThan(cluster.deeds().get(0).atNanos());
        cluster.nothingRanTwice();
    }

    @Test
    void aCrashedNodeComesBackAndTakesPartAgain() {
        cluster.startWithService();
        String victim = cluster.nodeOf("svc");
        lab.crash(victim);
        String survivor = cluster.awaitServiceElsewhere("svc", victim);

        lab.boot(victim);
        lab.start(victim);

        cluster.awaitOnline(survivor, "n1", "n2", "n3");
        cluster.awaitSettled(survivor);
        assertThat(cluster.nodeOf("svc"))
                .as("a healthy service is not moved back")
                .isEqualTo(survivor);
        cluster.nothingRanTwice();
    }

    @Test
    void aNodeWhoseCableIsCutIsFencedAndItsServiceMoves() {
        cluster.startWithService();
        String victim = cluster.nodeOf("svc");

        lab.cut(victim);

        cluster.awaitServiceElsewhere("svc", victim);
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsOnly(victim);
        cluster.nothingRanTwice();
    }

    @Test
    void withoutAWorkingPowerSwitchNothingOfALostNodeIsStarted() {
        cluster.startWithService();
        String victim = cluster.nodeOf("svc");
        lab.power().broken(true);

        lab.crash(victim);
        String other = cluster.other(victim);
        lab.await(
                "the victim is unclean",
                Duration.ofSeconds(30),
                () -> cluster.status(other).unclean().contains(victim));
        long before = cluster.log().entries().size();
        lab.await(
                "fencing was tried and failed",
                Duration.ofSeconds(60),
                () -> lab.power().refused() > 0);

        assertThat(cluster.log().entries()).hasSize((int) before);
        lab.must(other, "fence", "confirm", victim);
        cluster.awaitServiceElsewhere("svc", victim);
        cluster.nothingRanTwice();
    }

    @Test
    void theLastOfThreeGoesOnWhenAPersonSaysThatTheOthersAreOffAndTheyComeBack() {
        cluster.startWithService();
        String last = cluster.nodeOf("svc");
        List<String> others =
                lab.nodes().stream().filter(node -> !node.equals(last)).toList();
        others.forEach(lab::crash);
        lab.await(
                "the last one is without quorum",
                Duration.ofSeconds(30),
                () -> !cluster.status(last).quorate());

        assertThat(lab.systole(last, "corosync", "expected-votes", "2").out())
                .contains("of 2 expected votes 2 are needed, and 1 are here");
        lab.must(last, "corosync", "expected-votes", "1");

        assertThat(cluster.status(last).quorate()).isTrue();
        lab.await(
                "the others are fenced",
                Duration.ofSeconds(60),
                () -> cluster.deeds().stream()
                        .map(PowerSwitch.Deed::node)
                        .toList()
                        .containsAll(others));
        cluster.awaitSettled(last);
        for (String other : others) {
            lab.boot(other);
            lab.start(other);
        }
        cluster.awaitOnline(last, "n1", "n2", "n3");
        cluster.awaitSettled(last);
        assertThat(lab.must(others.get(0), "corosync", "status")).contains("expected_votes: 3");
        assertThat(cluster.nodeOf("svc")).isEqualTo(last);
        cluster.nothingRanTwice();
    }

    /** With a token of 2 s, so that a late signal on a busy machine does not make the pause longer than it may be. */
    @Test
    void aPauseOfHalfTheDetectionTimeIsNotNoticed() {
        lab.totem("token: 2000");
        cluster.startWithService();
        String view = cluster.status("n1").view();

        for (int round = 0; round < 3; round++) {
            lab.pause("n2");
            Lab.pass(Duration.ofMillis(1000));
            lab.resume("n2");
            Lab.pass(Duration.ofMillis(500));
        }

        assertThat(cluster.status("n1").view()).isEqualTo(view);
        assertThat(cluster.deeds()).isEmpty();
    }

    @Test
    void aRestartedDaemonFindsItsServiceRunningAndLeavesItAlone() {
        cluster.startWithService();
        String home = cluster.nodeOf("svc");
        lab.must(cluster.other(home), "configure", "property", "maintenance-mode=true");
        cluster.awaitSettled(cluster.other(home));

        lab.killDaemon(home);
        String witness = cluster.other(home);
        lab.await(
                "the others miss it",
                Duration.ofSeconds(30),
                () -> !cluster.status(witness).online().contains(home));
        lab.start(home);
        cluster.awaitOnline(cluster.other(home), "n1", "n2", "n3");
        lab.must(cluster.other(home), "configure", "property", "maintenance-mode=false");
        cluster.awaitSettled(home);

        assertThat(cluster.nodeOf("svc")).isEqualTo(home);
        assertThat(cluster.log().count("svc", home, "start")).isEqualTo(1);
        assertThat(cluster.log().count("svc", home, "stop")).isZero();
        cluster.nothingRanTwice();
    }

    @Test
    void standbyMovesTheServiceAwayAndOnlineLetsTheNodeServeAgain() {
        cluster.startWithService();
        String home = cluster.nodeOf("svc");

        lab.must("n1", "node", "standby", home);
        String refuge = cluster.awaitServiceElsewhere("svc", home);
        lab.must("n1", "node", "online", home);
        cluster.awaitSettled("n1");
        lab.must("n1", "node", "standby", refuge);

        cluster.awaitServiceElsewhere("svc", refuge);
        cluster.nothingRanTwice();
    }

    @Test
    void aPlannedStopOfADaemonMovesItsServiceWithoutFencing() {
        cluster.startWithService();
        String home = cluster.nodeOf("svc");

        lab.must(home, "cluster", "stop");

        String refuge = cluster.awaitServiceElsewhere("svc", home);
        lab.await(
                "it is offline, not unclean",
                Duration.ofSeconds(20),
                () -> cluster.status(refuge).offline().contains(home));
        assertThat(cluster.status(refuge).unclean()).isEmpty();
        assertThat(cluster.deeds()).isEmpty();
        cluster.nothingRanTwice();
    }

    @Test
    void withoutFencingTheLonelySideStopsBeforeTheOthersStart() {
        cluster.start("property fencing-enabled=false no-quorum-policy=stop", cluster.service("svc"));
        String home = cluster.awaitService("svc");
        String[] others =
                lab.nodes().stream().filter(node -> !node.equals(home)).toArray(String[]::new);

        lab.partition(home, String.join(" ", others));

        String refuge = cluster.awaitServiceElsewhere("svc", home);
        long stopped = cluster.log().lastNanos("svc", home, "stop");
        long started = cluster.log().lastNanos("svc", refuge, "start");
        assertThat(stopped)
                .as("stop on the lonely side, before the start on the other")
                .isLessThan(started);
        cluster.nothingRanTwice();
        lab.heal();
        cluster.awaitOnline(refuge, "n1", "n2", "n3");
        cluster.nothingRanTwice();
    }

    @Test
    void withFencingTheLonelySideIsDeadBeforeTheOthersStart() {
        cluster.startWithService();
        String home = cluster.nodeOf("svc");
        String[] others =
                lab.nodes().stream().filter(node -> !node.equals(home)).toArray(String[]::new);

        lab.partition(home, String.join(" ", others));

        cluster.awaitServiceElsewhere("svc", home);
        cluster.nothingRanTwice();
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).isEqualTo(List.of(home));
    }
}
