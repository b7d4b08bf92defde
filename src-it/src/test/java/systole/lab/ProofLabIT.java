package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.DaemonException;
import systole.api.NoDaemonException;
import systole.api.Request;
import systole.kernel.Seed;
import systole.model.Element;

/**
 * What must hold every time, tried again and again: {@code -Dlab.rounds=10 -Dlab.burn.seconds=60} for the figures of
 * the benchmarks page; the build does one short round of each.
 */
@ExtendWith(NeedsLab.class)
class ProofLabIT extends ThreeMachines {
    private static final int ROUNDS = Integer.getInteger("lab.rounds", 1);
    private static final String TWIN = "-twin";
    private static final int BURN_SECONDS = Integer.getInteger("lab.burn.seconds", 10);

    @Test
    void everyAcknowledgedChangeIsThereAfterAllDaemonsWereKilled() throws InterruptedException {
        Seed seed = new Seed(Long.getLong("lab.seed", 1));
        cluster.start("property fencing-enabled=false");
        Map<String, String> acknowledged = new ConcurrentSkipListMap<>();
        for (int round = 1; round <= ROUNDS; round++) {
            AtomicBoolean going = new AtomicBoolean(true);
            List<Thread> writers = new ArrayList<>();
            int before = acknowledged.size();
            for (String node : lab.nodes()) {
                Thread writer = new Thread(writer(node, round, going, acknowledged), "writer-" + node);
                writers.add(writer);
                writer.start();
            }
            int wanted = before + 2 * (int) seed.between(30, 100);
            lab.await("changes are acknowledged", Duration.ofSeconds(120), () -> acknowledged.size() >= wanted);
            lab.nodes().forEach(lab::killDaemon);
            going.set(false);
            for (Thread writer : writers) {
                writer.join(20_000);
            }
            lab.startAll();
            cluster.awaitOnline("n1", "n1", "n2", "n3");
            for (String node : lab.nodes()) {
                Map<String, String> missing = new TreeMap<>(acknowledged);
                missing.entrySet().removeAll(attributes(node).entrySet());
                assertThat(missing)
                        .as("acknowledged, and not there in round " + round + " on " + node)
                        .isEmpty();
                expectNoHalfChange(attributes(node), "in round " + round + " on " + node);
            }
            lab.await(
                    "all nodes have the same configuration",
                    Duration.ofSeconds(30),
                    () -> configuration("n1").equals(configuration("n2"))
                            && configuration("n1").equals(configuration("n3")));
            report("durability round " + round + ": " + (acknowledged.size() - before) / 2
                    + " acknowledged changes, all there, none half, three equal configurations");
        }
    }

    private Runnable writer(String node, int round, AtomicBoolean going, Map<String, String> acknowledged) {
        return () -> {
            try (ApiClient client = ApiClient.open(lab.root(node).resolve("run/systole/api.sock"), 10_000)) {
                for (int i = 1; going.get(); i++) {
                    String name = "r" + round + "-" + node + "-" + i;
                    Map<String, String> both = Map.of(name, "v" + i, name + TWIN, "v" + i);
                    Answer answer = client.ask(new Request.SetAttributes(node, both, List.of(), "forever", -1));
                    if (answer instanceof Answer.Done) {
                        acknowledged.putAll(both);
                    }
                }
            } catch (NoDaemonException | DaemonException gone) {
                // The daemon was killed: what was not answered may or may not be there.
                assertThat(gone.getMessage()).isNotBlank();
            }
        };
    }

    /** Each change sets two attributes: one without the other is half a change, acknowledged or not. */
    private static void expectNoHalfChange(Map<String, String> attributes, String where) {
        Map<String, String> halves = new TreeMap<>();
        attributes.forEach((name, value) -> {
            String other = name.endsWith(TWIN) ? name.substring(0, name.length() - TWIN.length()) : name + TWIN;
            if (name.matches("r[0-9]+-n[0-9]-.*") && !value.equals(attributes.get(other))) {
                halves.put(name, value);
            }
        });
        assertThat(halves).as("half a change " + where).isEmpty();
    }

    private Element configuration(String node) {
        try (ApiClient client = ApiClient.open(lab.root(node).resolve("run/systole/api.sock"), 10_000)) {
            return client.cib().cib().child("configuration").orElseThrow();
        }
    }

    private Map<String, String> attributes(String node) {
        Map<String, String> found = new TreeMap<>();
        try (ApiClient client = ApiClient.open(lab.root(node).resolve("run/systole/api.sock"), 10_000)) {
            Answer answer = client.ask(new Request.QueryAttributes("", "", "forever"));
            ((Answer.Attributes) answer).attributes().forEach(each -> found.put(each.name(), each.value()));
        }
        return found;
    }

    @Test
    void aSplitWithFencingNeverHasTheServiceOnBothSides() {
        cluster.startWithService();
        for (int round = 1; round <= ROUNDS; round++) {
            String home = cluster.nodeOf("svc");
            lab.partition(home, others(home));
            String refuge = cluster.awaitServiceElsewhere("svc", home);
            cluster.nothingRanTwice();
            lab.heal();
            lab.boot(home);
            lab.start(home);
            cluster.awaitOnline(refuge, "n1", "n2", "n3");
            cluster.awaitSettled(refuge);
            cluster.nothingRanTwice();
            report("split with fencing, round " + round + ": " + home + " was fenced before " + refuge + " started");
        }
    }

    @Test
    void aSplitWithoutFencingStopsTheLonelySideBeforeTheOtherStarts() {
        cluster.start("property fencing-enabled=false no-quorum-policy=stop", cluster.service("svc"));
        cluster.awaitService("svc");
        for (int round = 1; round <= ROUNDS; round++) {
            cluster.awaitSettled("n1");
            String home = cluster.nodeOf("svc");
            lab.partition(home, others(home));
            String refuge = cluster.awaitServiceElsewhere("svc", home);
            long stopped = cluster.log().lastNanos("svc", home, "stop");
            long started = cluster.log().lastNanos("svc", refuge, "start");
            assertThat(stopped).isLessThan(started);
            lab.heal();
            cluster.awaitOnline(refuge, "n1", "n2", "n3");
            cluster.nothingRanTwice();
            report("split without fencing, round " + round + ": " + home + " had stopped "
                    + (started - stopped) / 1_000_000 + " ms before " + refuge + " started");
        }
    }

    @Test
    void bothProcessorsBurntChangeNoMembership() throws Exception {
        cluster.start("property fencing-enabled=false");
        cluster.awaitSettled("n1");
        String view = cluster.status("n1").view();
        List<Process> burners = new ArrayList<>();
        try {
            for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
                burners.add(new ProcessBuilder("nice", "-n", "0", "sh", "-c", "while :; do :; done").start());
            }
            Lab.pass(Duration.ofSeconds(BURN_SECONDS));
        } finally {
            burners.forEach(Process::destroyForcibly);
        }
        assertThat(new TreeSet<>(List.of(
                        cluster.status("n1").view(),
                        cluster.status("n2").view(),
                        cluster.status("n3").view())))
                .containsExactly(view);
        report("burnt " + burners.size() + " processors for " + BURN_SECONDS + " s: no membership change");
    }

    private String others(String home) {
        return String.join(
                " ", lab.nodes().stream().filter(node -> !node.equals(home)).toList());
    }

    private static void report(String line) {
        System.out.println("proof: " + line);
    }
}
