package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.executor.AgentResult.Status;

@Timeout(60)
class ProcessExecutorTest {
    @TempDir
    Path root;

    private Agents agents;

    @BeforeEach
    void open() {
        agents = new Agents(root);
    }

    @AfterEach
    void close() {
        agents.close();
    }

    @Test
    void givesTheExitCodeTheLastReasonAndBothStreams() {
        agents.agent(
                "failing",
                "echo out",
                "echo ocf-exit-reason:first >&2",
                "echo 'ocf-exit-reason:it is broken' >&2",
                "echo later >&2",
                "exit 9");

        AgentResult result = agents.run(agents.test("failing", 20_000));

        assertThat(result.status()).isEqualTo(Status.DONE);
        assertThat(result.rc()).isEqualTo(Ocf.FAILED_PROMOTED);
        assertThat(result.exitReason()).isEqualTo("it is broken");
        assertThat(result.output()).isEqualTo("out\n");
        assertThat(result.messages()).endsWith("later\n");
        assertThat(result.startedAtMillis()).isGreaterThan(1_600_000_000_000L);
    }

    @Test
    void leadsASessionOfItsOwnWithNothingOfTheDaemonOpen() throws IOException {
        agents.agent(
                "self",
                "echo $$ $(cut -d' ' -f5,6 /proc/$$/stat)",
                "readlink /proc/$$/fd/0; pwd; grep SigIgn /proc/$$/status",
                // Neither in a pipe nor in a substitution: the shell would hold an end of it.
                "ls /proc/$$/fd");
        try (var held = Files.newInputStream(root.resolve("ocf/resource.d/test/self"))) {
            assertThat(held.available()).isPositive();

            List<String> lines =
                    agents.run(agents.test("self", 20_000)).output().lines().toList();

            String[] numbers = lines.get(0).split(" ");
            assertThat(numbers).containsExactly(numbers[0], numbers[0], numbers[0]);
            assertThat(lines.get(1)).isEqualTo("/dev/null");
            assertThat(lines.get(2))
                    .isEqualTo(root.toRealPath().resolve("run/systole/cwd").toString());
            // 32 and 33 are the C library's own.
            assertThat(lines.get(3)).matches("SigIgn:.*[08]0000000");
            // 10 is dash reading its script, 255 bash.
            assertThat(String.join(" ", lines.subList(4, lines.size()))).isIn("0 1 2", "0 1 10 2", "0 1 2 255");
        }
    }

    @Test
    void givesTheSessionOfAnAgentTheNiceValueOfTheDaemon() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/autogroup")), "this kernel does not group by session: NOT TRIED");
        agents.agent("grouped", "cat /proc/self/autogroup; nice");

        List<String> lines =
                agents.run(agents.test("grouped", 20_000)).output().lines().toList();

        assertThat(lines.get(0)).endsWith("nice " + lines.get(1));
    }

    @Test
    void endsTheWholeTreeWhenTheTimeIsOverEvenIfItIgnoresTermAndLeftTheGroup() throws IOException {
        agents.agent(
                "hanging",
                "trap '' TERM",
                "sleep 300 & echo $! >>" + root + "/pids",
                "setsid sh -c 'trap \"\" TERM; echo $$ >>" + root + "/pids; sleep 300; :'");

        AgentResult result = agents.run(agents.test("hanging", 400));

        assertThat(result.status()).isEqualTo(Status.TIMED_OUT);
        assertThat(result.rc()).isEqualTo(1);
        assertThat(result.exitReason()).contains("did not complete within 400ms");
        assertThat(result.execMillis()).isBetween(400L, 5_000L);
        List<String> pids = Files.readAllLines(root.resolve("pids"));
        assertThat(pids).hasSize(2);
        assertThat(pids)
                .noneMatch(pid -> ProcessTable.read(Integer.parseInt(pid)).isPresent());
    }

    @Test
    void letsAnAgentCleanUpOnTermAndKeepsItsReason() {
        agents.agent(
                "polite",
                "trap 'echo ocf-exit-reason:waiting for the disk >&2; echo cleaned; exit 0' TERM",
                "while :; do sleep 0.05; done");

        AgentResult result = agents.run(agents.test("polite", 300));

        assertThat(result.status()).isEqualTo(Status.TIMED_OUT);
        assertThat(result.output()).isEqualTo("cleaned\n");
        assertThat(result.exitReason()).contains("waiting for the disk");
    }

    @Test
    void doesNotWaitForAServiceThatKeepsTheOutputOpenAndDoesNotHurtIt() throws IOException, InterruptedException {
        agents.agent(
                "daemon",
                "setsid sh -c 'while :; do echo still here; echo alive >>" + root + "/alive; sleep 0.02; done' &",
                "echo $! >" + root + "/pid");

        AgentResult result = agents.run(agents.test("daemon", 20_000));
        agents.close();

        assertThat(result.rc()).isZero();
        assertThat(result.execMillis()).isLessThan(5_000);
        long before = lines(root.resolve("alive"));
        while (lines(root.resolve("alive")) < before + 3) {
            Thread.onSpinWait();
        }
        int pid = Integer.parseInt(Files.readString(root.resolve("pid")).strip());
        assertThat(ProcessTable.read(pid)).isPresent();
        Libc.kill(-pid, Libc.SIGKILL);
    }

    @Test
    void keepsTheFileOfAServiceUnderWatchUntilItIsClosed() {
        agents.agent("daemon", "setsid sleep 0.3 &");
        Path outputs = root.resolve("run/systole/agents");

        agents.run(agents.test("daemon", 20_000));
        assertThat(outputs).isNotEmptyDirectory();
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        try (var later = new OutputFiles(outputs)) {
            while (later.held() > 0 && System.nanoTime() < deadline) {
                later.sweep();
            }
        }

        assertThat(outputs).isEmptyDirectory();
    }

    @Test
    void boundsWhatAnAgentWritesAndKeepsTheEnd() {
        agents.agent("chatty", "head -c 30000000 /dev/zero | tr '\\0' x", "echo; echo the end");

        AgentResult result = agents.run(agents.test("chatty", 50_000));

        assertThat(result.rc()).isZero();
        assertThat(result.output())
                .hasSizeLessThanOrEqualTo(agents.settings.outputLimit())
                .endsWith("the end\n");
    }

    @Test
    void emptiesTheFileOfAnAgentThatWritesWithoutEnd() {
        agents.agent("endless", "exec yes");

        AgentResult result = agents.run(agents.test("endless", 700));

        assertThat(result.status()).isEqualTo(Status.TIMED_OUT);
        assertThat(result.output()).startsWith("y\n").hasSizeLessThanOrEqualTo(agents.settings.outputLimit());
        assertThat(root.resolve("run/systole/agents")).isEmptyDirectory();
    }

    @Test
    void turnsWhatIsNoOcfCodeIntoAFailureAndBytesIntoText() {
        agents.agent("odd", "printf 'a\\000b\\001\\377c'", "exit 255");

        AgentResult result = agents.run(agents.test("odd", 20_000));

        assertThat(result.rc()).isEqualTo(1);
        assertThat(result.exitReason()).contains("255");
        assertThat(result.output()).isEqualTo("a?b?\uFFFDc");
    }

    @Test
    void countsADeathBySignalAsAFailure() {
        agents.agent("shot", "kill -9 $$");

        AgentResult result = agents.run(agents.test("shot", 20_000));

        assertThat(result.rc()).isEqualTo(1);
        assertThat(result.status()).isEqualTo(Status.DONE);
        assertThat(result.exitReason()).contains("signal 9");
    }

    @Test
    void saysThatAnAgentIsMissing() throws IOException {
        agents.agent("broken");
        Files.writeString(root.resolve("ocf/resource.d/test/broken"), "#!/no/such/shell\n");

        AgentResult missing = agents.run(agents.test("nowhere", 1000));
        AgentResult escaping = agents.run(agents.ocf("..", "test", "start", Map.of(), 1000));
        AgentResult broken = agents.run(agents.test("broken", 1000));

        assertThat(List.of(missing, escaping, broken)).allSatisfy(result -> {
            assertThat(result.status()).isEqualTo(Status.NOT_INSTALLED);
            assertThat(result.rc()).isEqualTo(Ocf.INSTALLED);
        });
        assertThat(missing.exitReason()).contains("ocf:test:nowhere");
        assertThat(broken.exitReason()).contains("interpreter");
    }

    @Test
    void doesOneThingAtATimePerResourceAndDifferentResourcesSideBySide() {
        agents.agent(
                "exclusive",
                "mkdir " + root + "/lock-$OCF_RESOURCE_INSTANCE || exit 1",
                ": > " + root + "/in-$OCF_RESOURCE_INSTANCE",
                // Ends only if all four resources run at once.
                "while [ $(ls " + root + " | grep -c '^in-') -lt 4 ]; do sleep 0.02; done",
                "sleep 0.1",
                "rmdir " + root + "/lock-$OCF_RESOURCE_INSTANCE");
        List<CompletableFuture<AgentResult>> results = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            results.add(agents.start(agents.on(agents.test("exclusive", 20_000), "rsc" + i % 4)));
        }

        List<AgentResult> all = results.stream().map(Agents::await).toList();

        assertThat(all).allMatch(AgentResult::succeeded);
        assertThat(all.get(11).queueMillis()).isGreaterThanOrEqualTo(190);
    }

    @Test
    void writesATracedRunToAFileOfItsOwn() throws IOException {
        agents.agent("traced", "echo said; echo '+ step' >&2; echo \"ocf-exit-reason:no\" >&2; exit 7");
        var plain = agents.run(agents.ocf("test", "traced", "monitor", Map.of("secret", "s3cret"), 20_000));
        assertThat(plain.rc()).isEqualTo(7);
        assertThat(root.resolve("var/lib/systole/trace")).doesNotExist();

        agents.run(agents.ocf("test", "traced", "monitor", Map.of("trace_ra", "1", "x", "y"), 20_000));

        Path folder = root.resolve("var/lib/systole/trace/traced");
        List<Path> files;
        try (var all = Files.list(folder)) {
            files = all.toList();
        }
        assertThat(files).hasSize(1);
        assertThat(files.get(0).getFileName().toString()).matches("rsc\\.monitor\\.[-0-9.:]+\\.run");
        assertThat(Files.getPosixFilePermissions(files.get(0)).toString()).doesNotContain("GROUP", "OTHERS");
        assertThat(Files.readString(files.get(0)))
                .contains("result DONE, rc 7: no", "OCF_RESKEY_x=y", "--- stdout\nsaid\n", "+ step");
    }

    @Test
    void cancelsWhatWaitsAndWhatRuns() {
        agents.agent("slow", "sleep 100");
        AgentRun first = agents.test("slow", 90_000);
        AgentRun second = agents.test("slow", 90_000);
        var running = agents.start(first);
        var waiting = agents.start(second);

        agents.executor.cancel(second.id());
        agents.executor.cancel("nobody");
        AgentResult neverStarted = Agents.await(waiting);
        agents.executor.cancel(first.id());
        AgentResult ended = Agents.await(running);

        assertThat(neverStarted.status()).isEqualTo(Status.CANCELLED);
        assertThat(ended.status()).isEqualTo(Status.CANCELLED);
    }

    @Test
    void answersEverythingWhenItIsClosedAndTakesNothingAfterwards() {
        agents.agent("slow", "sleep 100");
        var running = agents.start(agents.test("slow", 90_000));
        var waiting = agents.start(agents.test("slow", 90_000));
        AgentRun late = agents.test("slow", 90_000);

        agents.close();

        assertThat(Agents.await(running).status()).isEqualTo(Status.CANCELLED);
        assertThat(Agents.await(waiting).status()).isEqualTo(Status.CANCELLED);
        assertThatThrownBy(() -> agents.executor.run(late, result -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void endsTheAgentsThatACrashedDaemonLeftHalfWay() throws IOException, InterruptedException {
        Process orphan = new ProcessBuilder("setsid", "sh", "-c", "trap '' TERM; sleep 300; :").start();
        int pid = (int) orphan.pid();
        while (ProcessTable.read(pid).filter(entry -> entry.session() == pid).isEmpty()) {
            Thread.onSpinWait();
        }
        long ticks = ProcessTable.read(pid).orElseThrow().startTicks();
        Process innocent = new ProcessBuilder("sleep", "300").start();
        Path other = root.resolve("other");
        Files.createDirectories(other.resolve("run/systole"));
        Files.writeString(
                other.resolve("run/systole/agents.running"),
                "+ " + pid + " " + ticks + "\n+ " + innocent.pid() + " 1\n+ 77 5\n- 77\n");

        try (var restarted = new Agents(other)) {
            assertThat(ProcessTable.read(pid)).isEmpty();
            assertThat(orphan.waitFor()).isEqualTo(128 + Libc.SIGKILL);
            assertThat(innocent.isAlive()).isTrue();
            restarted.agent("well", "exit 0");
            assertThat(restarted.run(restarted.test("well", 20_000)).succeeded())
                    .isTrue();
        } finally {
            innocent.destroyForcibly();
        }
    }

    @Test
    void translatesInitScriptsAndGivesThemNoOcfEnvironment() throws IOException {
        Agents.program(
                root.resolve("init.d/legacy"),
                "env | grep -c ^OCF_",
                "case $1 in start) exit 0;; status) exit 1;; stop) exit 5;; esac");

        AgentResult start = agents.run(agents.of(AgentRun.Kind.LSB, "legacy", "start", Map.of(), 20_000));
        AgentResult monitor = agents.run(agents.of(AgentRun.Kind.SERVICE, "legacy", "monitor", Map.of(), 20_000));
        AgentResult stop = agents.run(agents.of(AgentRun.Kind.LSB, "legacy", "stop", Map.of(), 20_000));

        assertThat(start.output()).isEqualTo("0\n");
        assertThat(List.of(start.rc(), monitor.rc(), stop.rc())).containsExactly(0, 7, 5);
    }

    @Test
    void drivesSystemdThroughSystemctl() throws IOException {
        Path unitState = root.resolve("unit");
        Agents.program(
                root.resolve("tools/systemctl"),
                "echo \"$@\" >>" + root + "/calls",
                "case \"$*\" in",
                "*ActiveState*) echo ActiveState=$(cat " + unitState + " 2>/dev/null || echo inactive) ;;",
                "*LoadState*) echo LoadState=loaded ;;",
                "*start*) echo active >" + unitState + " ;;",
                "*stop*) rm -f " + unitState + " ;;",
                "esac");
        var settings = ExecutorSettings.of(root.resolve("tree"), root).withToolPath(List.of(root.resolve("tools")));
        try (var systemd = new Agents(root.resolve("systemd"), settings)) {
            var rcs = new ArrayList<Integer>();
            for (String action : List.of("monitor", "start", "monitor", "stop", "monitor", "promote")) {
                rcs.add(systemd.run(systemd.of(AgentRun.Kind.SYSTEMD, "httpd", action, Map.of(), 20_000))
                        .rc());
            }

            assertThat(rcs).containsExactly(7, 0, 0, 0, 7, 3);
            assertThat(Files.readString(root.resolve("calls"))).contains("start httpd.service");
        }
    }

    @Test
    void speaksToAFenceAgentThroughItsStdin() throws IOException {
        Agents.program(
                root.resolve("fence/fence_test"), "cat; echo args=$#; echo $PCMK_service; echo last word >&2; exit 2");

        AgentResult result = agents.run(agents.of(
                AgentRun.Kind.FENCE, "fence_test", "off", Map.of("ip", "192.0.2.1", "passwd", "a b=c"), 20_000));

        assertThat(result.output()).isEqualTo("ip=192.0.2.1\npasswd=a b=c\naction=off\nargs=0\npacemaker-fenced\n");
        assertThat(result.rc()).isEqualTo(2);
        assertThat(result.exitReason()).isEqualTo("last word");
    }

    @Test
    void givesAnAgentTheWholeEnvironmentOfTheContract() {
        agents.agent("environment", "env | grep -v '^_='");
        Map<String, String> attributes = new TreeMap<>(Map.of(
                "ip", "192.0.2.9",
                "empty", "",
                "OCF_CHECK_LEVEL", "10",
                "CRM_meta_promoted_max", "1",
                "CRM_meta_notify_unpromoted_uname", " ",
                "CRM_meta_clone-max", "3",
                "CRM_meta_interval", "5000"));

        List<String> probe = environment(agents.ocf("test", "environment", "monitor", attributes, 20_000));
        AgentRun recurring = AgentRun.of(
                "recurring",
                AgentRun.Kind.OCF,
                "test",
                "environment",
                "monitor",
                attributes,
                20_000,
                "rsc:1",
                5000,
                "alpha");

        assertThat(probe)
                .contains(
                        "OCF_ROOT=" + root.resolve("ocf"),
                        "OCF_RA_VERSION_MAJOR=1",
                        "OCF_RA_VERSION_MINOR=1",
                        "OCF_RESOURCE_INSTANCE=rsc",
                        "OCF_RESOURCE_TYPE=environment",
                        "OCF_RESOURCE_PROVIDER=test",
                        "OCF_EXIT_REASON_PREFIX=ocf-exit-reason:",
                        "OCF_RESKEY_crm_feature_set=3.16.1",
                        "OCF_RESKEY_CRM_meta_timeout=20000",
                        "OCF_RESKEY_CRM_meta_on_node=alpha",
                        "OCF_RESKEY_ip=192.0.2.9",
                        "OCF_RESKEY_empty=",
                        "OCF_CHECK_LEVEL=10",
                        "OCF_RESKEY_CRM_meta_promoted_max=1",
                        "OCF_RESKEY_CRM_meta_master_max=1",
                        "OCF_RESKEY_CRM_meta_promotable=true",
                        "OCF_RESKEY_CRM_meta_notify_slave_uname= ",
                        "OCF_RESKEY_CRM_meta_clone_max=3",
                        "HA_RSCTMP=" + root.resolve("run/resource-agents"),
                        "HA_debug=0",
                        "LC_ALL=C")
                .noneMatch(line -> line.startsWith("OCF_RESKEY_CRM_meta_interval"))
                .noneMatch(line -> line.startsWith("HA_LOGF"))
                .noneMatch(line -> line.startsWith("JAVA"));
        assertThat(environment(recurring)).contains("OCF_RESKEY_CRM_meta_interval=5000", "OCF_RESOURCE_INSTANCE=rsc:1");
    }

    private List<String> environment(AgentRun run) {
        return agents.run(run).output().lines().toList();
    }

    private static long lines(Path path) throws IOException {
        return Files.exists(path) ? Files.readAllLines(path).size() : 0;
    }
}
