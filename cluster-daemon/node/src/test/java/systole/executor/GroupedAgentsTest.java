package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.executor.AgentResult.Status;
import systole.executor.ExecutorSettings.Grouping;

/** Agents in real control groups of this machine. */
@Timeout(120)
class GroupedAgentsTest {
    /** Forks twice, takes a session of its own, forgets its environment: nothing but the group knows whose it is. */
    private static final String ORPHAN =
            "(env -i setsid sh -c 'echo $$ > \"$0\"; exec sleep 300' \"$OCF_RESKEY_state\" > /dev/null 2>&1 &)";

    private static final String UNTIL_IT_IS_THERE = "while [ ! -s \"$OCF_RESKEY_state\" ]; do sleep 0.01; done";

    @TempDir
    Path root;

    private final BlockingQueue<String> deaths = Agents.queue();
    private final List<Integer> started = new ArrayList<>();
    private Agents agents;

    @BeforeEach
    void open() {
        RealGroups.assumeWritable();
        agents = agents(Grouping.ALL);
    }

    @AfterEach
    void close() {
        if (agents != null) {
            agents.close();
        }
        started.forEach(pid -> Libc.kill(pid, Libc.SIGKILL));
    }

    private Agents agents(Grouping grouping) {
        var opened =
                new Agents(root, ExecutorSettings.of(root.resolve("tree"), root).withGrouping(grouping));
        opened.executor.whenServiceDies(deaths::add);
        return opened;
    }

    @Test
    void aRunHappensInAGroupOfItsOwnAndLeavesNone() throws IOException {
        agents.agent("where", "grep ^0:: /proc/self/cgroup; (grep ^0:: /proc/self/cgroup)");
        for (String action : List.of("start", "monitor", "stop")) {
            AgentResult result = run("where", action, Map.of());
            String kind = action.equals("start") ? "services/web#" : "runs/";
            assertThat(result.output().lines()).hasSize(2).allMatch(line -> line.contains("/" + kind));
        }
        assertThat(RealGroups.of(root)).noneMatch(path -> path.toString().contains("services"));
        agents.close();
        assertThat(base()).doesNotExist();
    }

    @Test
    void theDaemonIsAtHomeAfterwardsAndNothingElseIsBornInAGroupOfAnAgent() throws IOException {
        Path own = Path.of("/proc/self/cgroup");
        String before = Files.readString(own);
        agents.agent("nothing", "exit 0");
        List<CompletableFuture<AgentResult>> open = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            open.add(agents.start(agents.on(agents.ocf("test", "nothing", "start", Map.of(), 60_000), "rsc" + i)));
            Process other = OwnCgroup.atHome(() -> new ProcessBuilder("sleep", "300").start());
            started.add((int) other.pid());
            assertThat(Files.readString(Path.of("/proc/" + other.pid() + "/cgroup")))
                    .isEqualTo(before);
        }
        open.forEach(Agents::await);
        assertThat(Files.readString(own)).isEqualTo(before);
    }

    @Test
    void byDefaultAgentsStayOutsideWhereTheDaemonWouldHaveToGoThereItself() {
        agents.close();
        agents = agents(Grouping.AUTO);
        agents.agent("where", "grep ^0:: /proc/self/cgroup");
        for (String action : List.of("stop", "monitor")) {
            assertThat(run("where", action, Map.of()).output().contains("/runs/"))
                    .as(action)
                    .isEqualTo(Spawner.canBearInGroup());
        }
    }

    @Test
    void whatForkedTwiceAndHidItselfIsEndedWithItsRun() throws IOException {
        agents.agent("hangs", ORPHAN, UNTIL_IT_IS_THERE, "sleep 300");
        AgentResult result = run("hangs", "start", Map.of(), 3_000);
        int orphan = pid();
        assertThat(result.status()).isEqualTo(Status.TIMED_OUT);
        assertThat(ProcessTable.read(orphan)).isEmpty();
        assertThat(RealGroups.of(root)).noneMatch(path -> path.toString().contains("services"));
    }

    @Test
    void withoutGroupsItWouldLive() throws IOException {
        agents.close();
        agents = agents(Grouping.OFF);
        agents.agent("hangs", ORPHAN, UNTIL_IT_IS_THERE, "sleep 300");
        assertThat(run("hangs", "start", Map.of(), 3_000).status()).isEqualTo(Status.TIMED_OUT);
        assertThat(ProcessTable.read(pid())).isPresent();
    }

    @Test
    void anAgentThatWasAskedToEndMayStillAct() throws IOException {
        agents.agent("tidy", "trap 'echo tidied; exit 1' TERM", "while :; do sleep 0.05; done");
        AgentResult result = run("tidy", "start", Map.of(), 1_000);
        assertThat(result.status()).isEqualTo(Status.TIMED_OUT);
        assertThat(result.output()).isEqualTo("tidied\n");
    }

    @Test
    void theDeathOfAServiceThatNobodyCouldFindIsTold() throws IOException, InterruptedException {
        agents.agent("svc", ORPHAN, UNTIL_IT_IS_THERE);
        assertThat(run("svc", "start", Map.of()).rc()).isZero();
        int orphan = pid();
        await(() -> agents.executor.watched().containsKey("web"));
        assertThat(agents.executor.watched().get("web")).containsExactly(orphan);
        Libc.kill(orphan, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("web");
    }

    @Test
    void theEndOfTheLastWorkerIsToldWhenItsMasterWentBefore() throws IOException, InterruptedException {
        // The master that is found leaves its service to a process that comes later.
        Path second = root.resolve("second");
        Agents.program(second, "echo $$ > \"$1\"; exec sleep 300");
        Path first = root.resolve("first");
        Agents.program(
                first,
                "while [ ! -e \"$1.go\" ]; do sleep 0.01; done",
                "(env -i setsid " + second + " \"$1\" &)",
                "while [ ! -s \"$1\" ]; do sleep 0.01; done");
        agents.agent("relay", "(setsid " + first + " \"$OCF_RESKEY_state\" > /dev/null 2>&1 &)", "exit 0");
        assertThat(run("relay", "start", Map.of()).rc()).isZero();
        await(() -> agents.executor.watched().containsKey("web"));
        Files.createFile(root.resolve("state.go"));
        assertThat(Agents.take(deaths)).isEqualTo("web");
        int last = pid();
        await(() -> deaths.poll() == null);
        Libc.kill(last, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("web");
    }

    @Test
    void theGroupDoesNotTellASecondTimeWhatTheProcessHasTold() throws IOException, InterruptedException {
        agents.agent("svc", ORPHAN, UNTIL_IT_IS_THERE);
        assertThat(run("svc", "start", Map.of()).rc()).isZero();
        assertThat(run("svc", "start", Map.of("state", state() + "2"), "other", 30_000)
                        .rc())
                .isZero();
        int other = Integer.parseInt(Files.readString(Path.of(state() + "2")).strip());
        started.add(other);
        await(() -> agents.executor.watched().size() == 2);
        Libc.kill(pid(), Libc.SIGKILL);
        Libc.kill(other, Libc.SIGKILL);
        List<String> told = new ArrayList<>();
        while (!told.contains("web")
                || !told.contains("other")
                || agents.executor.watched().size() > 0) {
            told.add(Agents.take(deaths));
        }
        // Once more where process 1 is slow to reap it, and no third time.
        String next = deaths.poll(3, java.util.concurrent.TimeUnit.SECONDS);
        while (next != null) {
            told.add(next);
            next = deaths.poll(3, java.util.concurrent.TimeUnit.SECONDS);
        }
        assertThat(told.stream().filter("web"::equals)).hasSizeBetween(1, 2);
        assertThat(told.stream().filter("other"::equals)).hasSizeBetween(1, 2);
    }

    @Test
    void aPlannedStopIsNoDeathAndItsGroupGoes() throws IOException, InterruptedException {
        agents.agent(
                "svc",
                "if [ $1 = stop ]; then kill -9 $(cat \"$OCF_RESKEY_state\"); exit 0; fi",
                ORPHAN,
                UNTIL_IT_IS_THERE);
        assertThat(run("svc", "start", Map.of()).rc()).isZero();
        started.add(pid());
        assertThat(run("svc", "stop", Map.of()).rc()).isZero();
        assertThat(run("svc", "start", Map.of("state", state() + "2"), "other", 30_000)
                        .rc())
                .isZero();
        int other = Integer.parseInt(Files.readString(Path.of(state() + "2")).strip());
        started.add(other);
        await(() -> agents.executor.watched().containsKey("other"));
        Libc.kill(other, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("other");
        assertThat(deaths).doesNotContain("web");
        agents.close();
        assertThat(base()).doesNotExist();
    }

    @Test
    void theNextDaemonFindsTheGroupsOfServicesThatRun() throws IOException, InterruptedException {
        agents.agent("svc", "[ $1 = start ] || exit 0", ORPHAN, UNTIL_IT_IS_THERE);
        assertThat(run("svc", "start", Map.of(), "web:0", 30_000).rc()).isZero();
        int orphan = pid();
        agents.close();
        assertThat(ProcessTable.read(orphan)).isPresent();
        assertThat(RealGroups.of(root)).hasSize(1);

        agents = agents(Grouping.ALL);
        assertThat(run("svc", "monitor", Map.of(), "web:0", 30_000).rc()).isZero();
        await(() -> agents.executor.watched().containsKey("web:0"));
        assertThat(agents.executor.watched().get("web:0")).containsExactly(orphan);
        Libc.kill(orphan, Libc.SIGKILL);
        assertThat(Agents.take(deaths)).isEqualTo("web:0");
        agents.close();
        assertThat(base()).doesNotExist();
    }

    @Test
    void whatADeadDaemonLeftHalfWayIsEndedAsAWhole() throws IOException {
        agents.agent("half", ORPHAN, UNTIL_IT_IS_THERE, "touch \"$OCF_RESKEY_state.there\"", "sleep 300");
        CompletableFuture<AgentResult> open =
                agents.start(agents.on(agents.ocf("test", "half", "start", Map.of("state", state()), 60_000), "web"));
        await(() -> Files.exists(Path.of(state() + ".there")));
        int orphan = pid();

        // The journal and the group are what a daemon finds that comes after one that was killed.
        try (var next = agents(Grouping.ALL)) {
            assertThat(ProcessTable.read(orphan)).isEmpty();
            assertThat(next.executor.watched()).isEmpty();
        }
        assertThat(Agents.await(open).rc()).isEqualTo(1);
    }

    @Test
    void emptyGroupsOfANodeWhoseRootWasDeletedAreRemoved() throws IOException {
        Path gone = Files.createDirectory(root.resolve("gone"));
        var settings = ExecutorSettings.of(root.resolve("tree"), gone).withGrouping(Grouping.ALL);
        var own = OwnCgroup.find();
        // Not closed: as if its daemon had been killed.
        var forgotten = AgentGroups.open(settings, () -> own, false);
        forgotten.sweep();
        Path base = own.orElseThrow().resolve(AgentGroups.folderName(gone.toString()));
        assertThat(forgotten.words()).isEqualTo("on, " + base);
        Path other = Files.createDirectory(root.resolve("other"));
        try (var neighbour = AgentGroups.open(
                ExecutorSettings.of(root.resolve("tree"), other).withGrouping(Grouping.ALL), () -> own, false)) {
            neighbour.sweep();
            assertThat(base).isDirectory();
        }
        try (var all = Files.walk(gone)) {
            all.sorted(java.util.Comparator.reverseOrder())
                    .forEach(path -> assertThat(path.toFile().delete()).isTrue());
        }
        try (var neighbour = AgentGroups.open(
                ExecutorSettings.of(root.resolve("tree"), other).withGrouping(Grouping.ALL), () -> own, false)) {
            neighbour.sweep();
            assertThat(base).doesNotExist();
        }
    }

    /** Between the end of its process and the end of the run a group is empty, and so it is before the process is there. */
    @Test
    void emptyGroupOfARunThatHasNotEndedIsNotTidiedUp() {
        var settings =
                ExecutorSettings.of(root.resolve("tree"), root.resolve("x")).withGrouping(Grouping.ALL);
        AgentRun start = AgentRun.of("1", AgentRun.Kind.OCF, "test", "svc", "start", Map.of(), 1000, "web", 0, "alpha");
        try (var groups = AgentGroups.open(settings, OwnCgroup::find, false)) {
            AgentGroup group = groups.forRun(start).orElseThrow();
            groups.sweep();
            assertThat(group.folder()).isDirectory();
            groups.ended(start, group);
            assertThat(group.folder()).doesNotExist();
        }
    }

    private AgentResult run(String type, String action, Map<String, String> more) {
        return run(type, action, more, 30_000);
    }

    private AgentResult run(String type, String action, Map<String, String> more, long timeout) {
        return run(type, action, more, "web", timeout);
    }

    private AgentResult run(String type, String action, Map<String, String> more, String resource, long timeout) {
        Map<String, String> attributes = new java.util.TreeMap<>(Map.of("state", state()));
        attributes.putAll(more);
        return agents.run(agents.on(agents.ocf("test", type, action, attributes, timeout), resource));
    }

    private String state() {
        return root.resolve("state").toString();
    }

    /** The process that wrote its number; ended with the test. */
    private int pid() throws IOException {
        await(() -> root.resolve("state").toFile().length() > 0);
        int pid = Integer.parseInt(Files.readString(Path.of(state())).strip());
        started.add(pid);
        return pid;
    }

    private Path base() {
        return OwnCgroup.find().orElseThrow().resolve(AgentGroups.folderName(root.toString()));
    }

    private static void await(BooleanSupplier what) {
        while (!what.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000L);
        }
    }
}
