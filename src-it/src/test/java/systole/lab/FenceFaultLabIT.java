package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fence devices that hang or lie, two that race, and one who dies with the trigger in his hand. */
@ExtendWith(NeedsLab.class)
class FenceFaultLabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private Lab lab;
    private LabCluster cluster;

    private void up(int nodes) {
        lab = Lab.up(nodes).totem("token: 1000");
        cluster = new LabCluster(lab);
    }

    @AfterEach
    void powerOff() {
        lab.close();
    }

    private Path logFile() {
        return lab.folder().resolve("fence.log");
    }

    private FenceLog fences() {
        return FenceLog.read(logFile());
    }

    private String device(String id, String more) {
        return "primitive " + id + " stonith:fence_fault params folder=\"" + lab.powerFolder() + "\" log=\"" + logFile()
                + "\" " + more;
    }

    private String hosts() {
        return "pcmk_host_list=\"" + String.join(" ", lab.nodes()) + "\"";
    }

    private void awaitEntry(String target, String what) {
        lab.await(
                what + " of " + target,
                PATIENCE,
                () -> fences().find(target, what).isPresent());
    }

    /** The service moves, and starts only when an agent has said that the victim is off. */
    private FenceLog.Entry movesOnlyAfterTheWordOfADevice(String victim) {
        awaitEntry(victim, "confirmed");
        String survivor = cluster.awaitServiceElsewhere("svc", victim);
        FenceLog.Entry word = fences().first(victim, "confirmed");
        assertThat(cluster.log().lastNanos("svc", survivor, "start"))
                .as("start on " + survivor + " after " + word)
                .isGreaterThan(word.atNanos());
        cluster.nothingRanTwice();
        return word;
    }

    private void isDead(FenceLog.Entry agent) {
        lab.await(
                "agent " + agent + " is killed",
                Duration.ofSeconds(20),
                () -> lab.exec(agent.host(), "kill", "-0", Long.toString(agent.pid()))
                                .exit()
                        != 0);
    }

    @Test
    void aDeviceThatHangsIsKilledAtItsTimeAndTheNextLevelFences() {
        up(3);
        String victim = cluster.startFencedBy(
                device("stuck", hosts() + " fault=hang pcmk_reboot_timeout=4s"),
                device("power", hosts()),
                "fencing_topology stuck power");

        lab.cut(victim);

        FenceLog.Entry word = movesOnlyAfterTheWordOfADevice(victim);
        FenceLog.Entry stuck = fences().first(victim, "hangs");
        assertThat(word.atNanos() - stuck.atNanos()).isGreaterThan(3_000_000_000L);
        isDead(stuck);
        assertThat(lab.must(stuck.host(), "fence", "history", victim)).contains("power");
    }

    @Test
    void whatHungOnOneNodeIsTriedByTheOther() {
        up(3);
        String victim = cluster.startFencedBy(device("power", hosts() + " fault=hang-once pcmk_reboot_timeout=4s"));

        lab.cut(victim);

        FenceLog.Entry word = movesOnlyAfterTheWordOfADevice(victim);
        FenceLog.Entry stuck = fences().first(victim, "hangs");
        assertThat(word.host()).isNotEqualTo(stuck.host());
        isDead(stuck);
    }

    @Test
    void otherFencingDoesNotWaitBehindADeviceThatHangs() {
        up(5);
        String victim = cluster.startFencedBy(
                device("stuck", "pcmk_host_list=n2 fault=hang pcmk_reboot_timeout=40s meta priority=10"),
                device("power", hosts()),
                "location home svc 10: n2");
        assertThat(victim).isEqualTo("n2");
        String via = "n1";
        String second = "n5";

        lab.cut(victim);
        awaitEntry(victim, "hangs");
        lab.must(via, "node", "fence", second);

        assertThat(fences().find(victim, "confirmed")).isEmpty();
        assertThat(fences().first(second, "confirmed").atNanos())
                .isLessThan(fences().first(victim, "hangs").atNanos() + 35_000_000_000L);
        lab.must(via, "fence", "confirm", victim);
    }

    @Test
    void whatStatusSaysOfALivingMachineProvesNothing() {
        up(3);
        String victim = cluster.startFencedBy(device("power", "fault=says-off pcmk_host_check=status take_seconds=3"));

        lab.cut(victim);

        FenceLog.Entry word = movesOnlyAfterTheWordOfADevice(victim);
        assertThat(fences().first(victim, "off").atNanos())
                .isLessThan(fences().first(victim, "begin").atNanos());
        assertThat(word.action()).isEqualTo("reboot");
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsOnly(victim);
    }

    @Test
    void aDeviceThatDoesNotBelieveItsOwnDeedHasNotFenced() {
        up(3);
        String victim = cluster.startFencedBy(
                device("liar", "fault=says-on pcmk_host_check=status"),
                device("power", hosts() + " take_seconds=3"),
                "fencing_topology liar power");

        lab.cut(victim);
        awaitEntry(victim, "failed");
        assertThat(lab.isOn(victim))
                .as("it is off, though the device says that it is not")
                .isFalse();

        FenceLog.Entry word = movesOnlyAfterTheWordOfADevice(victim);
        assertThat(fences().all(victim, "failed"))
                .as("two tries of the one that lies")
                .hasSize(2);
        assertThat(fences().all(victim, "failed").get(1).atNanos()).isLessThan(word.atNanos());
    }

    private void move(String resource, String node) {
        if (!cluster.nodeOf(resource).equals(node)) {
            lab.must(node, "resource", "move", resource, node);
        }
        lab.await(
                resource + " is on " + node,
                PATIENCE,
                () -> cluster.status(node).nodeOf(resource).equals(Optional.of(node)));
        cluster.awaitSettled(node);
    }

    /** @param executor {@code coordinator}: who asks dies with who does it */
    @ParameterizedTest
    @ValueSource(strings = {"coordinator", "another"})
    void whenTheNodeThatFencesDiesAnotherOneDoesItAnew(String executor) {
        up(5);
        cluster.startFencedBy(device("power", hosts() + " take_seconds=5"));
        String coordinator = cluster.status("n1").cluster().dc.name;
        String does = executor.equals("coordinator") ? coordinator : cluster.other(coordinator);
        String victim = lab.nodes().stream()
                .filter(node -> !node.equals(coordinator) && !node.equals(does))
                .findFirst()
                .orElseThrow();
        move("power", does);
        move("svc", victim);

        lab.cut(victim);
        awaitEntry(victim, "begin");
        FenceLog.Entry begun = fences().first(victim, "begin");
        assertThat(begun.host()).isEqualTo(does);
        lab.crash(does);

        FenceLog.Entry word = movesOnlyAfterTheWordOfADevice(victim);
        assertThat(word.host()).isNotEqualTo(does);
        awaitEntry(does, "confirmed");
        assertThat(fences().all(victim, "confirmed")).hasSize(1);
        assertThat(lab.nodes().stream().filter(lab::isOn))
                .doesNotContain(victim, does)
                .hasSize(3);
    }

    private String survivorOfTheRace(String... lines) {
        lab.quorum("two_node: 1");
        String home = cluster.startFencedBy(lines);
        assertThat(home).isEqualTo("n2");
        lab.must("n1", "resource", "meta", "svc", "set", "priority", "5");
        cluster.awaitSettled("n1");

        lab.partition("n1", "n2");

        lab.await("one half is off", PATIENCE, () -> !cluster.deeds().isEmpty());
        List<String> left = lab.nodes().stream().filter(lab::isOn).toList();
        assertThat(left).hasSize(1);
        return left.get(0);
    }

    @Test
    void whenTwoNodesRaceTheDeviceProtectsTheOneWithTheDelay() {
        up(2);
        String survivor = survivorOfTheRace(
                device("power", hosts() + " pcmk_delay_base=\"n1:8s;n2:0s\""), "location home svc 10: n2");

        assertThat(survivor).isEqualTo("n1");
        movesOnlyAfterTheWordOfADevice("n2");
        assertThat(fences().all("n1", "begin"))
                .as("the other half did not get to it")
                .isEmpty();
        assertThat(cluster.deeds()).extracting(PowerSwitch.Deed::node).containsOnly("n2");
    }

    @Test
    void whenTwoNodesRaceTheOneThatServesSurvivesByItsPriority() {
        up(2);
        String survivor = survivorOfTheRace(
                "property priority-fencing-delay=8s", device("power", hosts()), "location home svc 10: n2");

        assertThat(survivor).isEqualTo("n2");
        lab.await(
                "n1 is down for n2",
                PATIENCE,
                () -> cluster.status("n2").offline().contains("n1"));
        cluster.awaitSettled("n2");
        assertThat(cluster.nodeOf("svc")).isEqualTo("n2");
        assertThat(cluster.log().count("svc", "n2", "start")).isEqualTo(1);
        assertThat(cluster.log().count("svc", "n1", "start")).isZero();
        assertThat(fences().all("n2", "begin"))
                .as("the other half did not get to it" + lab.logs())
                .isEmpty();
        cluster.nothingRanTwice();
    }
}
