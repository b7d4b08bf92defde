package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.executor.AgentResult.Status;
import systole.executor.ExecutorSettings.Grouping;
import systole.kernel.Seed;

/**
 * Agents that do on purpose what agents must not do, many at a time. Afterwards nothing may be left of them: no process,
 * no descriptor, no thread, no file. {@code -Dagents.burn=10000} runs more; the seed is printed and can be given.
 */
@Timeout(3600)
class MisbehavingAgentsTest {
    private static final int RUNS = Integer.getInteger("agents.burn", 120);
    private static final long SEED = Long.getLong("agents.seed", 20261125L);
    private static final int AT_ONCE = 24;
    private static final String MARK = "SYSTOLE_BURN";

    @TempDir
    Path root;

    @Test
    void nothingLeaks() throws IOException, InterruptedException {
        burn(Grouping.OFF);
    }

    @Test
    void nothingLeaksFromControlGroups() throws IOException, InterruptedException {
        RealGroups.assumeWritable();
        burn(Grouping.ALL);
    }

    private void burn(Grouping grouping) throws IOException, InterruptedException {
        String mark = MARK + "=" + ProcessHandle.current().pid() + "-" + System.nanoTime();
        var variables = new java.util.TreeMap<>(Map.of(MARK, mark.substring(MARK.length() + 1)));
        ExecutorSettings settings = ExecutorSettings.of(root.resolve("tree"), root)
                .withEnvironment(variables)
                .withGrouping(grouping);
        Seed chance = new Seed(SEED);
        int threadsBefore = Thread.activeCount();
        try (var agents = new Agents(root, settings)) {
            Map<String, Status> kinds = write(agents);
            if (grouping == Grouping.ALL) {
                writeForGroups(agents, kinds);
            }
            List<String> names = List.copyOf(kinds.keySet());
            agents.run(agents.test("bigExit", 20_000));
            long descriptorsBefore = descriptors();

            List<CompletableFuture<AgentResult>> open = new ArrayList<>();
            List<String> openKinds = new ArrayList<>();
            for (int i = 0; i < RUNS; i++) {
                String kind = names.get(chance.below(names.size()));
                boolean hangs = kinds.get(kind) == Status.TIMED_OUT;
                AgentRun run = agents.on(agents.test(kind, hangs ? 150 : 60_000), "rsc" + i % 60);
                open.add(agents.start(run));
                openKinds.add(kind);
                if (open.size() == AT_ONCE) {
                    check(open, openKinds, kinds);
                }
            }
            check(open, openKinds, kinds);

            // A killed process stands in /proc until the kernel has taken it apart.
            long end = System.nanoTime() + 60_000_000_000L;
            while (!marked(mark).isEmpty() && System.nanoTime() < end) {
                java.util.concurrent.locks.LockSupport.parkNanos(10_000_000L);
            }
            assertThat(marked(mark)).as("processes left, seed " + SEED).isEmpty();
            assertThat(root.resolve("run/systole/agents")).isEmptyDirectory();
            assertThat(descriptors())
                    .as("descriptors, seed " + SEED)
                    .isLessThanOrEqualTo(descriptorsBefore + 3 + heldGroups(agents));
            assertThat(Thread.activeCount()).isLessThanOrEqualTo(threadsBefore + 3);
        }
        assertThat(marked(mark)).isEmpty();
        assertThat(RealGroups.of(root)).as("control groups").isEmpty();
    }

    /** Each control group that waits for the next run holds two descriptors. */
    private static long heldGroups(Agents agents) throws IOException {
        return 2L * RealGroups.of(agents.root).size();
    }

    private static void check(
            List<CompletableFuture<AgentResult>> open, List<String> openKinds, Map<String, Status> kinds) {
        for (int i = 0; i < open.size(); i++) {
            AgentResult result = Agents.await(open.get(i));
            String kind = openKinds.get(i);
            assertThat(result.status()).as(kind + ": " + result).isEqualTo(kinds.get(kind));
            assertThat(result.exitReason()).as(kind).doesNotContain("not even SIGKILL");
            assertThat(result.output().length()).isLessThanOrEqualTo(16 * 1024);
        }
        open.clear();
        openKinds.clear();
    }

    private static Map<String, Status> write(Agents agents) {
        Map<String, Status> kinds = new LinkedHashMap<>();
        agents.agent("bigExit", "exit 255");
        kinds.put("bigExit", Status.DONE);
        agents.agent("zeros", "printf '\\000\\000ocf-exit-reason:\\000\\n' >&2", "head -c 200000 /dev/zero", "exit 1");
        kinds.put("zeros", Status.DONE);
        agents.agent("flood", "head -c 3000000 /dev/urandom; head -c 2000000 /dev/urandom >&2; exit 7");
        kinds.put("flood", Status.DONE);
        agents.agent("suicide", "kill -SEGV $$; sleep 100");
        kinds.put("suicide", Status.DONE);
        agents.agent("closesAll", "exec <&- >&- 2>&-", "exit 0");
        kinds.put("closesAll", Status.DONE);
        agents.agent("removesItsOutput", "rm -f $(readlink /proc/$$/fd/1) $(readlink /proc/$$/fd/2)", "echo x");
        kinds.put("removesItsOutput", Status.DONE);
        agents.agent("ignoresTerm", "trap '' TERM HUP INT", "while :; do sleep 100; done");
        kinds.put("ignoresTerm", Status.TIMED_OUT);
        agents.agent("forksAndIgnores", "trap '' TERM", "for i in 1 2 3 4; do (sleep 100; :) & done", "wait");
        kinds.put("forksAndIgnores", Status.TIMED_OUT);
        agents.agent(
                "ownSessions",
                "for i in 1 2 3; do setsid sh -c 'trap \"\" TERM; sleep 100; :' & done",
                "wait; sleep 100");
        kinds.put("ownSessions", Status.TIMED_OUT);
        agents.agent("respawns", "trap 'setsid sleep 100 & sleep 100' TERM", "while :; do sleep 0.05; done");
        kinds.put("respawns", Status.TIMED_OUT);
        agents.agent("endless", "exec yes misbehaving");
        kinds.put("endless", Status.TIMED_OUT);
        agents.agent("stops", "while :; do kill -STOP $$; done");
        kinds.put("stops", Status.TIMED_OUT);
        return kinds;
    }

    /** What only a control group holds on to. */
    private static void writeForGroups(Agents agents, Map<String, Status> kinds) {
        agents.agent(
                "orphans",
                "for i in 1 2 3; do (setsid sh -c '(setsid sh -c \"trap : TERM; while :; do sleep 1; done\" &) &' &); done",
                "sleep 100");
        kinds.put("orphans", Status.TIMED_OUT);
        agents.agent("hides", "(env -i setsid sleep 100 &)", "exec env -i sleep 100");
        kinds.put("hides", Status.TIMED_OUT);
    }

    /** Processes that carry the mark of this test in their environment. */
    private List<String> marked(String mark) throws IOException, InterruptedException {
        Path found = root.resolve("marked");
        new ProcessBuilder("sh", "-c", "grep -lzxF -- '" + mark + "' /proc/[0-9]*/environ 2>/dev/null")
                .redirectOutput(found.toFile())
                .start()
                .waitFor();
        return Files.readAllLines(found);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }
}
