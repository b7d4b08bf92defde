package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Carries out the steps of a {@link TopologyStory}, and after each compares where everything runs with its row.
 *
 * <table>
 * <caption>Steps</caption>
 * <tr><td>{@code load}</td><td>the story's configuration</td></tr>
 * <tr><td>{@code crash n1 n2}</td><td>the machines lose power at once</td></tr>
 * <tr><td>{@code freeze n1}</td><td>every process of the machine stops where it is</td></tr>
 * <tr><td>{@code boot n1 n2}</td><td>power and daemon again</td></tr>
 * <tr><td>{@code cut n1}</td><td>all cables of the machine</td></tr>
 * <tr><td>{@code unplug n1 10.79.1}, {@code plug ...}</td><td>its cable to one network</td></tr>
 * <tr><td>{@code split n1 n2}, {@code heal}</td><td>groups that see only each other</td></tr>
 * <tr><td>{@code witness stop}, {@code witness start}</td><td></td></tr>
 * <tr><td>{@code systole WORDS}</td><td>the command line, on a node that is quorate</td></tr>
 * <tr><td>{@code attribute n1 name value}</td><td>waits until the node has it</td></tr>
 * <tr><td>{@code window closed}, {@code window open}</td><td>loads the configuration with its rule {@code date spec hours=...} put
 * where now is outside, or inside</td></tr>
 * <tr><td>{@code client PROGRAM WORDS}</td><td>a program of the example's folder on the client's machine; with {@code &} at its end it
 * goes on beside the next steps, until a {@code client} step or the end waits for it</td></tr>
 * <tr><td>{@code refused n2 PROGRAM WORDS}</td><td>a program of the example's folder on a node, which must not succeed</td></tr>
 * </table>
 */
final class Stage implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final List<String> FIRST = List.of("load", "window");

    private final TopologyStory story;
    private final Lab lab;
    private final LabCluster cluster;
    private final LabClient client;
    private final Optional<SharedDisk> disk;
    private final Map<String, Process> beside = new LinkedHashMap<>();
    private String said = "";

    Stage(TopologyStory story, Lab lab, LabCluster cluster, LabClient client, Optional<SharedDisk> disk) {
        this.story = story;
        this.lab = lab;
        this.cluster = cluster;
        this.client = client;
        this.disk = disk;
    }

    /**
     * The examples' power switch is found under {@code /run/power}, their other files under {@code /run/example}, the shared disk
     * under {@code /run/shared}.
     */
    static void plugIn(Lab lab, String node, TopologyStory story, Optional<SharedDisk> disk) {
        link(lab, node, String.valueOf(story.configuration().getParent()), "/run/example");
        link(lab, node, lab.powerFolder().toString(), "/run/power");
        disk.ifPresent(shared -> link(lab, node, shared.folder().toString(), "/run/shared"));
    }

    private static void link(Lab lab, String node, String to, String name) {
        Lab.Answer answer = lab.exec(node, "ln", "-s", to, name);
        assertThat(answer.exit()).as(answer.out()).isZero();
    }

    void step(TopologyStory.Row row) {
        long began = System.currentTimeMillis();
        said = "";
        List<String> words = List.of(row.step().split(" "));
        act(words.get(0), words.subList(1, words.size()));
        awaitPlaces(row);
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
        String outage = FIRST.contains(words.get(0))
                ? ""
                : "; longest without an answer " + client.outageSince(began) + " ms"
                        + (row.lost().isEmpty() ? "" : ", " + client.lostSince(began) + " requests lost");
        System.out.println(story + ": " + row.step() + ": " + String.join(", ", places) + outage
                + (said.isEmpty() ? "" : "; " + said));
    }

    private void act(String verb, List<String> rest) {
        switch (verb) {
            case "load" -> {
                lab.must(
                        "n1",
                        "configure",
                        "load",
                        "update",
                        story.configuration().toString());
                if (story.hasWitness()) {
                    awaitWitness();
                }
            }
            case "crash" -> rest.forEach(lab::crash);
            case "freeze" -> rest.forEach(lab::freeze);
            case "cut" -> rest.forEach(lab::cut);
            case "unplug" -> lab.cut(rest.get(0), network(rest.get(1)));
            case "plug" -> lab.mend(rest.get(0), network(rest.get(1)));
            case "boot" -> boot(rest);
            case "split" -> lab.partition(rest.toArray(String[]::new));
            case "heal" -> lab.heal();
            case "witness" -> {
                lab.killWitness();
                if (rest.equals(List.of("start"))) {
                    lab.startWitness();
                    awaitWitness();
                }
            }
            case "systole" -> lab.must(cluster.witness(), rest.toArray(String[]::new));
            case "window" -> window(rest.equals(List.of("open")));
            case "attribute" ->
                lab.await(
                        String.join(" ", rest),
                        PATIENCE,
                        () -> cluster.quorate()
                                .status()
                                .attribute(rest.get(0), rest.get(1))
                                .equals(rest.get(2)));
            case "client" -> ask(rest);
            case "refused" -> {
                List<String> command = new ArrayList<>(rest.subList(1, rest.size()));
                command.set(0, "/run/example/" + command.get(0));
                command.addAll(0, List.of("env", "SYSTOLE_AGENTS=" + Checkout.TREE.resolve("agents/ocf")));
                Lab.Answer answer = lab.exec(rest.get(0), command.toArray(String[]::new));
                said = "refused: " + answer.out().strip().replace("ocf-exit-reason:", "");
                assertThat(answer.exit())
                        .as(rest + " of " + story + " was not refused: " + answer.out())
                        .isNotZero();
            }
            default ->
                throw new IllegalArgumentException("the step '" + verb + "' of " + story
                        + " is not known; the steps are in the Javadoc of " + Stage.class);
        }
    }

    private void boot(List<String> nodes) {
        String witness = cluster.witness();
        for (String node : nodes) {
            // The power switch may have left it without power, or it lives on behind its cut cable.
            lab.crash(node);
            lab.boot(node);
            plugIn(lab, node, story, disk);
        }
        lab.start(nodes.toArray(String[]::new));
        lab.await(
                nodes + " are online",
                PATIENCE,
                () -> cluster.status(witness).online().containsAll(nodes));
        if (story.hasWitness()) {
            awaitWitness();
        }
    }

    private void window(boolean open) {
        int hour = Instant.now().atZone(ZoneOffset.UTC).getHour();
        // Two hours each way, so that an hour that ends during the story changes nothing.
        String hours = open ? hours(hour, hour + 1) : hours(hour + 3, hour + 4);
        try {
            String text = Files.readString(story.configuration());
            String moved = text.replaceAll("date spec hours=[0-9-]+", "date spec " + hours);
            assertThat(moved).as("a window with hours in " + story).isNotEqualTo(text);
            cluster.load(moved);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        said = hours;
    }

    /** A range of hours; one that goes over midnight is cut there, since a range cannot. */
    private static String hours(int from, int to) {
        int first = from % 24;
        return "hours=" + first + "-" + Math.min(first + to - from, 23);
    }

    private int network(String name) {
        if (!name.matches("10\\.79\\.[0-9]") || Integer.parseInt(name.substring(6)) >= story.networks()) {
            throw new IllegalArgumentException(name + " is none of the " + story.networks() + " networks of " + story);
        }
        return Integer.parseInt(name.substring(6));
    }

    private void ask(List<String> words) {
        boolean goesOn = words.get(words.size() - 1).equals("&");
        if (!goesOn) {
            awaitBeside();
        }
        List<String> command = new ArrayList<>(goesOn ? words.subList(0, words.size() - 1) : words);
        String name = String.join(" ", command);
        Path folder = story.configuration().getParent();
        command.set(
                0,
                folder == null ? command.get(0) : folder.resolve(command.get(0)).toString());
        try {
            File log = lab.folder().resolve("beside.log").toFile();
            Process process = new ProcessBuilder(lab.inClient(command))
                    .directory(lab.folder().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start();
            beside.put(name, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!goesOn) {
            awaitBeside();
        }
    }

    private void awaitBeside() {
        beside.forEach((name, process) -> {
            try {
                boolean ended = process.waitFor(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
                Path log = lab.folder().resolve("beside.log");
                String all = Files.readString(log).strip();
                assertThat(ended).as(name + " ended: " + all + lab.logs()).isTrue();
                assertThat(process.exitValue())
                        .as(name + ": " + all + lab.logs())
                        .isZero();
                said = all.substring(all.lastIndexOf('\n') + 1);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        beside.clear();
    }

    private void awaitPlaces(TopologyStory.Row row) {
        Map<String, String> seen = new LinkedHashMap<>();
        try {
            Lab.until("where everything runs", PATIENCE, () -> {
                seen.clear();
                seen.putAll(places(row));
                return seen.equals(row.places());
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    "after '" + row.step() + "' in " + story + " the page says " + row.places() + ", and it is " + seen
                            + lab.logs(),
                    e);
        }
        cluster.awaitSettled(cluster.witness());
        assertThat(places(row))
                .as("once settled after '" + row.step() + "' in " + story)
                .isEqualTo(row.places());
    }

    private Map<String, String> places(TopologyStory.Row row) {
        LabCluster.Status status = cluster.quorate().status();
        Map<String, String> places = new LinkedHashMap<>();
        row.places().keySet().forEach(resource -> places.put(resource, String.join(" ", status.places(resource))));
        return places;
    }

    /** The next step may need its vote, for any of the nodes that are here. */
    private void awaitWitness() {
        lab.await(
                "all have the vote of the witness",
                PATIENCE,
                () -> cluster.quorate().status().online().stream()
                        .allMatch(node -> cluster.ask(node)
                                .filter(status -> status.facts()
                                        .getOrDefault("witness", "")
                                        .startsWith("connected, votes"))
                                .isPresent()));
    }

    /** What still goes on beside the steps must come to its good end. */
    void end() {
        awaitBeside();
    }

    @Override
    public void close() {
        beside.values().forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }
}
