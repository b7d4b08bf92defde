package systole.scheduler.generated;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.model.Element;

/**
 * Generated clusters in which every feature meets every other. {@code -Dscheduler.clusters=N} says how many (default
 * 300), {@code -Dscheduler.first=SEED} where to begin. A cluster that breaks a promise is made as small as it goes while
 * it still breaks it, and written to {@code target/broken-clusters}.
 */
class MixedProperties {
    private static final int CLUSTERS = Integer.getInteger("scheduler.clusters", 300);
    private static final int FIRST = Integer.getInteger("scheduler.first", 1);
    private static final int REPORTS = Integer.getInteger("scheduler.reports", 5);
    private static final int SECONDS = 60;
    private static final Instant NOW = Instant.ofEpochSecond(1_782_864_000L);
    private static final Path FOLDER = Path.of("target", "broken-clusters");

    @Test
    void every_promise_about_a_plan_holds_for_every_generated_cluster() throws IOException, InterruptedException {
        ExecutorService worker = Executors.newSingleThreadExecutor(run -> {
            Thread thread = new Thread(run, "clusters");
            thread.setDaemon(true);
            return thread;
        });
        Map<String, List<Integer>> byPromise = new LinkedHashMap<>();
        List<String> words = new ArrayList<>();
        for (int seed = FIRST; seed < FIRST + CLUSTERS; seed++) {
            int number = seed;
            List<String> broken =
                    within(worker.submit(() -> PlanProperties.broken(MixedStatus.cluster(number, NOW), NOW)));
            for (String each : broken) {
                String promise = each.substring(0, each.indexOf(':'));
                List<Integer> seeds = byPromise.computeIfAbsent(promise, any -> new ArrayList<>());
                if (!seeds.contains(seed)) {
                    seeds.add(seed);
                    if (seeds.size() <= REPORTS) {
                        words.add("seed " + seed + ": " + each + report(seed, promise));
                    }
                }
            }
        }
        worker.shutdownNow();
        System.out.println("scheduler: " + CLUSTERS + " generated clusters, broken promises: " + byPromise);
        assertThat(words).as("broken: %s", byPromise).isEmpty();
    }

    private static List<String> within(Future<List<String>> future) throws InterruptedException {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return List.of("endless: no plan within " + SECONDS + " s");
        } catch (ExecutionException e) {
            return List.of("exception: " + e.getCause());
        }
    }

    private static String report(int seed, String promise) throws IOException {
        if (promise.equals("endless")) {
            return "";
        }
        Element smallest = Shrinking.smallest(
                MixedStatus.cluster(seed, NOW),
                cib -> PlanProperties.broken(cib, NOW).stream().anyMatch(each -> each.startsWith(promise + ":")));
        Path file = FOLDER.resolve(promise + "-" + seed + ".xml");
        Files.createDirectories(FOLDER);
        Files.write(file, CibXml.write(smallest).getBytes(StandardCharsets.UTF_8));
        return " [" + file + "] " + PlanProperties.broken(smallest, NOW);
    }
}
