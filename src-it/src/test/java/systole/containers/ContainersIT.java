package systole.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The core cases of the lab once more, in containers: another kernel view of networks, process ids and death. */
@ExtendWith(NeedsDocker.class)
class ContainersIT {
    /** Longer than the daemon's default: a container gets its share of a busy machine late. */
    private static final Duration DETECTION = Duration.ofSeconds(1);

    private static final String POWER = "primitive power stonith:fence_container params folder=\"/dead\""
            + " pcmk_host_list=\"n1 n2 n3\" op monitor interval=60s";
    private static final String NO_FENCING = "property fencing-enabled=false no-quorum-policy=stop";

    private ContainerCluster cluster;

    @BeforeAll
    static void image() {
        Engine.makeImage();
    }

    @AfterAll
    static void noImage() {
        Engine.removeImage();
    }

    @BeforeEach
    void threeContainers() {
        cluster = ContainerCluster.up(3, DETECTION);
        cluster.awaitOnline("n1", "n1", "n2", "n3");
    }

    @AfterEach
    void away() {
        cluster.close();
    }

    private String startService(String fencing) {
        cluster.load(fencing, ContainerCluster.service("svc"));
        String home = cluster.awaitRunning("svc", cluster.nodes());
        cluster.must("n1", "systole", "cluster", "wait", "60");
        return home;
    }

    private List<String> without(String node) {
        return cluster.nodes().stream().filter(each -> !each.equals(node)).toList();
    }

    @Test
    void threeContainersFormOneRingAndStartTheService() {
        String home = startService(NO_FENCING);

        String view = cluster.status("n1").view();
        for (String node : cluster.nodes()) {
            assertThat(cluster.status(node).online()).as(node).containsExactly("n1", "n2", "n3");
            assertThat(cluster.status(node).quorate()).as(node).isTrue();
            assertThat(cluster.status(node).view()).as(node).isEqualTo(view);
            assertThat(cluster.isRunning("svc", node)).as(node).isEqualTo(node.equals(home));
        }
    }

    @Test
    void aKilledContainerIsFencedBeforeItsServiceStartsElsewhere() {
        String victim = startService(POWER);
        List<String> others = without(victim);
        String before = cluster.status(others.get(0)).view();

        cluster.kill(victim);

        cluster.await(
                "the others want it fenced", () -> cluster.status(others.get(0)).unclean(victim));
        assertThat(cluster.status(others.get(0)).view()).isNotEqualTo(before);
        for (String other : others) {
            assertThat(cluster.isRunning("svc", other))
                    .as("not before the fencing, on " + other)
                    .isFalse();
        }

        cluster.confirmDead(victim, others);
        String survivor = cluster.awaitRunning("svc", others);

        assertThat(others).contains(survivor);
        assertThat(cluster.status(survivor).online()).containsExactlyElementsOf(others);
        String fenced = others.stream()
                .map(each -> cluster.exec(each, "cat", "/dead/fenced").getStdout())
                .reduce("", String::concat);
        assertThat(fenced.lines()).hasSize(1).allMatch(line -> line.endsWith(" " + victim));
    }

    @Test
    void aContainerWithoutNetworkStopsItsServiceWhichRunsElsewhereAndComesBack() {
        String lonely = startService(NO_FENCING);
        List<String> others = without(lonely);

        cluster.disconnect(lonely);

        cluster.awaitRunning("svc", others);
        cluster.await("the lonely side stops its service", () -> !cluster.isRunning("svc", lonely));
        assertThat(cluster.status(lonely).quorate()).isFalse();
        assertThat(cluster.status(others.get(0)).quorate()).isTrue();

        cluster.reconnect(lonely);

        cluster.awaitOnline(lonely, "n1", "n2", "n3");
        cluster.must(others.get(0), "systole", "cluster", "wait", "60");
        String home = cluster.awaitRunning("svc", cluster.nodes());
        assertThat(cluster.nodes())
                .filteredOn(node -> cluster.isRunning("svc", node))
                .containsExactly(home);
    }

    @Test
    void aPauseOfHalfTheDetectionTimeIsNotNoticed() {
        startService(NO_FENCING);

        for (int millis : new int[] {150, 150, 500}) {
            assertThat(viewsAroundPause(Duration.ofMillis(millis)))
                    .as("views before and after a pause of %d ms", millis)
                    .hasSize(1);
        }
    }

    /** A busy engine may keep a container still for longer than was asked: such a pause says nothing, and is repeated. */
    private Set<String> viewsAroundPause(Duration time) {
        for (int attempt = 0; attempt < 10; attempt++) {
            String before = cluster.status("n1").view();
            Duration paused = cluster.pause("n2", time);
            ContainerCluster.pass(DETECTION);
            String after = cluster.status("n1").view();
            if (paused.compareTo(DETECTION.multipliedBy(9).dividedBy(10)) < 0) {
                return new TreeSet<>(List.of(before, after));
            }
            cluster.awaitOnline("n1", "n1", "n2", "n3");
        }
        throw new AssertionError(
                "this engine keeps a container still for longer than it is asked to, ten times of ten");
    }
}
