package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The examples, broken as their pages say: each table of an example's {@code README.md} is carried out on real daemons, and
 * after each step every resource must run where the page says. {@code src-it/topologies.sh} runs all; the build the one
 * that {@code lab.topologies} names.
 */
@ExtendWith(NeedsLab.class)
class TopologyLabIT {
    private static final String CHOSEN = System.getProperty("lab.topologies", "active-passive/");

    /** A longer one for a machine that is busy with other things, where nodes starve and are fenced for it. */
    private static final String TOKEN = System.getProperty("lab.token", "");

    static Stream<TopologyStory> stories() {
        List<TopologyStory> all = TopologyStory.all(Checkout.TOP.resolve("examples"));
        List<TopologyStory> chosen = all.stream()
                .filter(story -> CHOSEN.equals("all") || story.name().startsWith(CHOSEN))
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("no example is called " + CHOSEN + "; there are " + all);
        }
        return chosen.stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("stories")
    void everythingRunsWhereThePageSays(TopologyStory story) {
        assumeTrue(
                !story.sharedDisk() || SharedDisk.missing().isEmpty(),
                "the shared disk of " + story + " needs " + SharedDisk.missing() + ": NOT TRIED");
        long began = System.currentTimeMillis();
        try (Lab lab = Lab.up(story.nodes(), story.networks())) {
            Optional<SharedDisk> disk = story.sharedDisk() ? Optional.of(lab.addDisk()) : Optional.empty();
            lab.quorum(story.quorum());
            if (story.networks() > 1) {
                lab.links(IntStream.range(1, story.networks()).boxed().toArray(Integer[]::new));
            }
            if (!TOKEN.isEmpty()) {
                lab.totem("token: " + TOKEN);
            }
            lab.nodes().forEach(node -> Stage.plugIn(lab, node, story, disk));
            lab.addClient();
            disk.filter(shared -> story.hasPill()).ifPresent(shared -> shared.hold(lab.nodes()));
            if (story.hasWitness()) {
                lab.addWitness();
                lab.startWitness();
            }
            LabCluster cluster = new LabCluster(lab);
            lab.startAll();
            cluster.awaitOnline("n1", lab.nodes().toArray(String[]::new));
            try (AddressWatch watch = new AddressWatch(lab);
                    LabClient client = new LabClient(lab, story.client());
                    Stage stage = new Stage(story, lab, cluster, client, disk)) {
                for (TopologyStory.Row row : story.rows()) {
                    stage.step(row);
                    assertThat(watch.doubled()).as("on two machines at once").isEmpty();
                    assertThat(client.steppedBack()).as("counts of the service").isEmpty();
                    disk.ifPresent(shared -> assertThat(shared.doubled())
                            .as("mounted on two machines at once")
                            .isEmpty());
                }
                stage.end();
                assertThat(watch.looks()).isPositive();
                disk.ifPresent(shared -> assertThat(shared.mounted()).isPositive());
            }
            System.out.printf("%s: all steps in %d s%n", story, (System.currentTimeMillis() - began) / 1000);
        }
    }
}
