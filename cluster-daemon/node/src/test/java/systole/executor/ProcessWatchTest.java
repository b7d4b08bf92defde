package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ProcessWatchTest {
    private static final String[] SERVICE = {
        "pf=$OCF_RESKEY_state",
        "case $1 in",
        "start) setsid sh -c 'echo $$ > \"$0\"; sleep 300 & wait' \"$pf\" > /dev/null 2>&1 & ",
        "   while [ ! -s \"$pf\" ]; do sleep 0.01; done ;;",
        "stop) kill -9 -\"$(cat \"$pf\")\"; while kill -0 \"$(cat \"$pf\")\" 2> /dev/null; do sleep 0.01; done; rm \"$pf\" ;;",
        "monitor) [ -e \"$pf\" ] && kill -0 \"$(cat \"$pf\")\" 2> /dev/null || exit 7 ;;",
        "esac"
    };

    @TempDir
    Path root;

    private final List<Integer> sessions = new ArrayList<>();
    private final BlockingQueue<String> deaths = Agents.queue();
    private Agents agents;

    @BeforeEach
    void open() {
        agents = new Agents(root);
        agents.agent("svc", SERVICE);
        agents.executor.whenServiceDies(deaths::add);
    }

    @AfterEach
    void close() {
        agents.close();
        sessions.forEach(session -> Libc.kill(-session, Libc.SIGKILL));
    }

    @Test
    void aKilledServiceIsKnownAtOnceAndIsGoneWhenItIsTold() throws InterruptedException {
        int main = started("web", Map.of());
        Libc.kill(-main, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("web");
        if (act("web", "monitor", Map.of()).rc() == 0) {
            // Process 1 was slow to reap it: then it is told once more.
            assertThat(Agents.take(deaths)).isEqualTo("web");
            assertThat(act("web", "monitor", Map.of()).rc()).isEqualTo(7);
        }
        assertThat(agents.executor.watched()).isEmpty();
    }

    @Test
    void aPlannedStopIsNoDeath() throws InterruptedException {
        started("web", Map.of());
        int other = started("other", Map.of());
        assertThat(act("web", "stop", Map.of()).rc()).isZero();
        assertThat(agents.executor.watched()).containsOnlyKeys("other");
        Libc.kill(-other, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("other");
        assertThat(deaths).doesNotContain("web");
    }

    @Test
    void theEndOfAChildOfTheMainProcessIsNotTold() throws InterruptedException {
        int main = started("web", Map.of());
        int worker = ProcessTable.read().processes().values().stream()
                .filter(entry -> entry.parent() == main)
                .findFirst()
                .orElseThrow()
                .pid();
        assertThat(agents.executor.watched().get("web")).containsExactly(main);
        int other = started("other", Map.of());
        // The main process would end with its child: it is held.
        Libc.kill(main, Libc.SIGSTOP);
        Libc.kill(worker, Libc.SIGKILL);
        Libc.kill(-other, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("other");
        assertThat(deaths).doesNotContain("web");
    }

    @Test
    void aDaemonThatHidesItsEnvironmentIsFoundByWhenItCame() throws InterruptedException, IOException {
        agents.agent(
                "hidden",
                "env -i setsid sh -c 'echo $$ > \"$0\"; exec sleep 300' \"$OCF_RESKEY_state\" > /dev/null 2>&1 &",
                "while [ ! -s \"$OCF_RESKEY_state\" ]; do sleep 0.01; done");
        agents.run(agents.on(agents.ocf("test", "hidden", "start", Map.of("state", state("web")), 30_000), "web"));
        int main = mainOf("web");
        await(() -> pids("web"), main);
        Libc.kill(main, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("web");
    }

    @Test
    void theNextDaemonFindsTheProcessesOfServicesThatRunByTheirMonitor() throws InterruptedException {
        int main = started("web", Map.of());
        agents.close();
        agents = new Agents(root);
        agents.executor.whenServiceDies(deaths::add);
        assertThat(act("web", "monitor", Map.of()).rc()).isZero();
        await(() -> pids("web"), main);
        Libc.kill(-main, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("web");
    }

    @Test
    void aPidFileSaysWhichProcessIsTheMainOne() throws IOException, InterruptedException {
        Process elsewhere = new ProcessBuilder("sleep", "300").start();
        Path file = root.resolve("named.pid");
        Files.writeString(file, elsewhere.pid() + "\n");
        agents.agent("named", "exit 0");
        Map<String, String> meta = Map.of("CRM_meta_process_watch", file.toString());
        agents.run(agents.on(agents.ocf("test", "named", "start", meta, 30_000), "web"));
        await(() -> pids("web"), (int) elsewhere.pid());
        elsewhere.destroyForcibly().waitFor();
        assertThat(Agents.take(deaths)).isEqualTo("web");
    }

    @Test
    void theMetaAttributeTurnsItOff() throws IOException {
        assertThat(act("web", "start", Map.of("CRM_meta_process_watch", "false"))
                        .rc())
                .isZero();
        sessions.add(mainOf("web"));
        int other = started("other", Map.of());
        assertThat(agents.executor.watched()).containsOnlyKeys("other");
        assertThat(pids("other")).containsExactly(other);
    }

    private int started(String resource, Map<String, String> more) {
        assertThat(act(resource, "start", more).rc()).isZero();
        int main = mainOf(resource);
        sessions.add(main);
        await(() -> pids(resource), main);
        return main;
    }

    private AgentResult act(String resource, String action, Map<String, String> more) {
        Map<String, String> attributes = new java.util.TreeMap<>(more);
        attributes.put("state", state(resource));
        return agents.run(agents.on(agents.ocf("test", "svc", action, attributes, 30_000), resource));
    }

    private String state(String resource) {
        return root.resolve(resource + ".state").toString();
    }

    private int mainOf(String resource) {
        try {
            return Integer.parseInt(Files.readString(Path.of(state(resource))).strip());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private SortedSet<Integer> pids(String resource) {
        return agents.executor.watched().getOrDefault(resource, java.util.Collections.emptySortedSet());
    }

    private static void await(Supplier<SortedSet<Integer>> watched, int pid) {
        while (!watched.get().contains(pid)) {
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
