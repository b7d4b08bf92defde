package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private static final Duration PATIENCE = Duration.ofSeconds(90);
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
        try (Lab lab = Lab.up(story.nodes())) {
            lab.quorum(story.quorum());
            if (!TOKEN.isEmpty()) {
                lab.totem("token: " + TOKEN);
            }
            lab.nodes().forEach(node -> plugIn(lab, node, story));
            lab.addClient();
            if (story.quorum().contains("device {")) {
                lab.addWitness();
                lab.startWitness();
            }
            LabCluster cluster = new LabCluster(lab);
            lab.startAll();
            cluster.awaitOnline("n1", lab.nodes().toArray(String[]::new));
            try (AddressWatch watch = new AddressWatch(lab);
                    LabClient client = new LabClient(lab, story.client())) {
                for (TopologyStory.Row row : story.rows()) {
                    step(story, row, lab, cluster, client);
                    assertThat(watch.doubled()).as("on two machines at once").isEmpty();
                }
                assertThat(watch.looks()).isPositive();
            }
        }
    }

    private static void step(
            TopologyStory story, TopologyStory.Row row, Lab lab, LabCluster cluster, LabClient client) {
        long began = System.currentTimeMillis();
        List<String> words = List.of(row.step().split(" "));
        List<String> nodes = words.subList(1, words.size());
        switch (words.get(0)) {
            case "load" ->
                lab.must(
                        "n1",
                        "configure",
                        "load",
                        "update",
                        story.configuration().toString());
            case "crash" -> nodes.forEach(lab::crash);
            case "cut" -> nodes.forEach(lab::cut);
            case "boot" -> {
                String witness = cluster.witness();
                for (String node : nodes) {
                    // The power switch may have left it without power, or it lives on behind its cut cable.
                    lab.crash(node);
                    lab.boot(node);
                    plugIn(lab, node, story);
                }
                lab.start(nodes.toArray(String[]::new));
                lab.await(
                        nodes + " are online",
                        PATIENCE,
                        () -> cluster.status(witness).online().containsAll(nodes));
            }
            case "split" -> lab.partition(nodes.toArray(String[]::new));
            case "heal" -> lab.heal();
            case "witness" -> {
                lab.killWitness();
                if (nodes.equals(List.of("start"))) {
                    lab.startWitness();
                    awaitWitness(lab, cluster);
                }
            }
            case "systole" -> lab.must(cluster.witness(), nodes.toArray(String[]::new));
            default ->
                throw new IllegalArgumentException("the step '" + row.step() + "' of " + story
                        + " is not known: load, crash, cut, split, heal, boot," + " witness, systole");
        }
        Map<String, String> seen = new LinkedHashMap<>();
        try {
            Lab.until("where everything runs", PATIENCE, () -> {
                seen.clear();
                seen.putAll(places(row, cluster));
                return seen.equals(row.places());
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    "after '" + row.step() + "' in " + story + " the page says " + row.places() + ", and it is " + seen
                            + lab.logs(),
                    e);
        }
        cluster.awaitSettled(cluster.witness());
        assertThat(places(row, cluster))
                .as("once settled after '" + row.step() + "' in " + story)
                .isEqualTo(row.places());
        if (row.places().values().stream().anyMatch(place -> !place.equals("-"))) {
            long settled = System.currentTimeMillis();
            lab.await("the client is answered", PATIENCE, () -> client.isAnsweredAfter(settled));
        }
        if (row.lost().equals("0")) {
            assertThat(client.lostSince(began))
                    .as("requests lost after '" + row.step() + "' in " + story + lab.logs())
                    .isZero();
        }
        List<String> places = new ArrayList<>();
        row.places().forEach((resource, place) -> places.add(resource + " on " + place));
        String outage = row.step().equals("load")
                ? ""
                : "; longest without an answer " + client.outageSince(began) + " ms"
                        + (row.lost().isEmpty() ? "" : ", " + client.lostSince(began) + " requests lost");
        System.out.println(story + ": " + row.step() + ": " + String.join(", ", places) + outage);
    }

    /** The next step may need its vote. */
    private static void awaitWitness(Lab lab, LabCluster cluster) {
        lab.await(
                "the witness is reached",
                PATIENCE,
                () -> cluster.status(cluster.witness())
                        .facts()
                        .getOrDefault("witness", "")
                        .startsWith("connected, votes"));
    }

    private static Map<String, String> places(TopologyStory.Row row, LabCluster cluster) {
        LabCluster.Status status = cluster.status(cluster.witness());
        Map<String, String> places = new LinkedHashMap<>();
        row.places().keySet().forEach(resource -> places.put(resource, String.join(" ", status.places(resource))));
        return places;
    }

    /** The examples' power switch is found under {@code /run/power}, their other files under {@code /run/example}. */
    private static void plugIn(Lab lab, String node, TopologyStory story) {
        Lab.Answer files =
                lab.exec(node, "ln", "-s", String.valueOf(story.configuration().getParent()), "/run/example");
        assertThat(files.exit()).as(files.out()).isZero();
        Lab.Answer answer = lab.exec(node, "ln", "-s", lab.powerFolder().toString(), "/run/power");
        assertThat(answer.exit()).as(answer.out()).isZero();
    }
}
