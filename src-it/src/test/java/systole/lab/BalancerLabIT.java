package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * {@code examples/load-balancer} under {@code lab.balancer.rate} (200) requests a second for {@code lab.balancer.seconds} (10; 60 by
 * {@code src-it/topologies.sh}), while back ends are drained, added, killed: a drained one loses nothing, a killed one what it had in
 * hand, which are the requests that began before the balancer's checks could notice.
 */
@ExtendWith(NeedsLab.class)
class BalancerLabIT {
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int SECONDS = Integer.getInteger("lab.balancer.seconds", 10);
    private static final int RATE = Integer.getInteger("lab.balancer.rate", 200);
    private static final String TOKEN = System.getProperty("lab.token", "");

    /** A check each 200 ms that fails once, the time that a machine needs to be dead, and a busy host. */
    private static final long NOTICE_MILLIS = 1_500;

    private record Request(long began, long ended, String how) {}

    private record Phase(String name, long began, boolean kills) {}

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final List<Phase> phases = new ArrayList<>();

    @Test
    void drainedBackEndsLoseNothingAndKilledOnesWhatTheyHadInHand() throws IOException, InterruptedException {
        TopologyStory story = TopologyStory.read(Checkout.TOP.resolve("examples/load-balancer"))
                .get(0);
        try (Lab lab = Lab.up(story.nodes())) {
            if (!TOKEN.isEmpty()) {
                lab.totem("token: " + TOKEN);
            }
            lab.nodes().forEach(node -> Stage.plugIn(lab, node, story, java.util.Optional.empty()));
            lab.addClient();
            LabCluster cluster = new LabCluster(lab);
            lab.startAll();
            cluster.awaitOnline("n1", lab.nodes().toArray(String[]::new));
            lab.must("n1", "configure", "load", "update", story.configuration().toString());
            awaitPlaces(lab, cluster, "n3", "n4");
            String[] to = story.client().split(":");
            Path script = Checkout.TOP.resolve("src-it/lab/load.pl");
            Process load = new ProcessBuilder(
                            lab.inClient(List.of("perl", script.toString(), to[0], to[1], Integer.toString(RATE))))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            Thread reader = new Thread(() -> read(load), "load");
            reader.start();
            try {
                lab.await("the first answers", PATIENCE, () -> requests.size() > RATE);
                long end = System.nanoTime() + Duration.ofSeconds(SECONDS).toNanos();
                do {
                    round(lab, cluster, story);
                } while (System.nanoTime() < end);
                phase("end", false);
            } finally {
                load.getOutputStream().close();
                reader.join(20_000);
                load.destroyForcibly();
            }
            judge(lab);
        }
    }

    private void round(Lab lab, LabCluster cluster, TopologyStory story) {
        phase("drained (standby n3)", false);
        lab.must("n1", "node", "standby", "n3");
        awaitFarm(lab, cluster, "n4");
        phase("added (online n3)", false);
        lab.must("n1", "node", "online", "n3");
        awaitFarm(lab, cluster, "n3", "n4");
        phase("killed (crash n4)", true);
        lab.crash("n4");
        awaitFarm(lab, cluster, "n3");
        phase("added (boot n4)", false);
        lab.boot("n4");
        Stage.plugIn(lab, "n4", story, java.util.Optional.empty());
        lab.start("n4");
        awaitFarm(lab, cluster, "n3", "n4");
    }

    private void phase(String name, boolean kills) {
        phases.add(new Phase(name, System.currentTimeMillis(), kills));
    }

    /** The farm is where it is to be, and another second of requests has been answered. */
    private void awaitFarm(Lab lab, LabCluster cluster, String... nodes) {
        awaitPlaces(lab, cluster, nodes);
        int before = requests.size();
        lab.await("a second of requests", PATIENCE, () -> requests.size() >= before + RATE);
    }

    private static void awaitPlaces(Lab lab, LabCluster cluster, String... nodes) {
        lab.await(
                "the farm on " + List.of(nodes),
                PATIENCE,
                () -> cluster.status("n1").places("farm").equals(List.of(nodes)));
        cluster.awaitSettled("n1");
    }

    private void read(Process load) {
        try (var lines = new BufferedReader(new InputStreamReader(load.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split(" ", 3);
                requests.add(new Request(Long.parseLong(words[0]), Long.parseLong(words[1]), words[2]));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void judge(Lab lab) {
        System.out.printf("balancer: %d requests, %d a second%n", requests.size(), RATE);
        for (int i = 0; i + 1 < phases.size(); i++) {
            Phase phase = phases.get(i);
            long until = phases.get(i + 1).began();
            List<Request> in = requests.stream()
                    .filter(request -> phaseOf(request) == phase)
                    .toList();
            List<Request> lost =
                    in.stream().filter(request -> !request.how().equals("ok")).toList();
            long inHand = requests.stream()
                    .filter(request -> request.began() <= phase.began() && request.ended() >= phase.began())
                    .count();
            System.out.printf(
                    "balancer: %-22s %5.1f s %6d requests, %d lost%s%n",
                    phase.name(),
                    (until - phase.began()) / 1000.0,
                    in.size(),
                    lost.size(),
                    phase.kills() ? " " + ways(lost) + " (" + inHand + " under way at that moment)" : "");
            if (phase.kills()) {
                assertThat(lost)
                        .as("lost after the balancer had to know that the back end is dead")
                        .allMatch(request -> request.began() < phase.began() + NOTICE_MILLIS);
            } else {
                assertThat(lost).as("lost while " + phase.name() + lab.logs()).isEmpty();
            }
        }
        assertThat(requests).hasSizeGreaterThan(SECONDS * RATE * 8 / 10);
    }

    /** How requests were lost: what the client saw, and how many times. */
    private static Map<String, Long> ways(List<Request> lost) {
        return lost.stream().collect(Collectors.groupingBy(Request::how, TreeMap::new, Collectors.counting()));
    }

    /** The phase in which a request began; one that was under way when a back end was killed belongs to that. */
    private Phase phaseOf(Request request) {
        Phase found = phases.get(0);
        for (Phase phase : phases) {
            if (phase.began() <= request.began() || phase.kills() && phase.began() <= request.ended()) {
                found = phase;
            }
        }
        return found;
    }
}
