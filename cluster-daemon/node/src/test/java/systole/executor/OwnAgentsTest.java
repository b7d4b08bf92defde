package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The agents in {@code resource-agents/}: contract, meta-data, shell style, and what each is for. */
@Timeout(120)
class OwnAgentsTest {
    private static final Path SOURCES = sources();

    @TempDir
    Path root;

    static Stream<String> ownAgents() throws IOException {
        try (Stream<Path> files = Files.list(SOURCES.resolve("ocf/resource.d/systole"))) {
            return files.map(path -> path.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("ownAgents")
    void describesEveryParameterAndAction(String type) {
        try (var agents = own()) {
            var answer = new CompletableFuture<AgentCatalog.Answer>();
            new AgentCatalog(agents.executor, agents.executor.agents(), AgentCatalog.Memory.NONE)
                    .metadata(AgentRun.Kind.OCF, "systole", type, answer::complete);

            AgentMetadata metadata =
                    answer.orTimeout(60, TimeUnit.SECONDS).join().metadata().orElseThrow();

            assertThat(metadata.name()).isEqualTo(type);
            assertThat(metadata.apiVersion()).isEqualTo("1.1");
            assertThat(metadata.actions().stream().map(AgentMetadata.Action::name))
                    .contains("start", "stop", "monitor", "meta-data", "validate-all");
            assertThat(metadata.actions()).allMatch(action -> action.timeoutMillis() > 0);
            assertThat(metadata.parameters()).allSatisfy(parameter -> {
                assertThat(parameter.longDescription()).as(parameter.name()).isNotEmpty();
                assertThat(parameter.shortDescription()).as(parameter.name()).isNotEmpty();
                assertThat(parameter.type()).as(parameter.name()).isNotEmpty();
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"web port=PORT", "dummy", "stateful", "exec command=/bin/sleep arguments=1000"})
    void keepsTheContract(String line) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(SOURCES.resolve("bin/agent-test").toString()));
        command.addAll(List.of(("systole:" + line)
                .replace("PORT", Integer.toString(freePort()))
                .split(" ")));

        assertThat(run(command)).endsWith("keeps the contract\n");
    }

    @Test
    void findsWhatAnAgentDoesWrong() throws IOException, InterruptedException {
        Agents.program(
                root.resolve("bad"),
                "case $1 in meta-data) echo '<resource-agent name=\"bad\"><actions><action name=\"start\"/></actions></resource-agent>';; esac",
                "exit 0");

        String report = run(List.of(
                SOURCES.resolve("bin/agent-test").toString(),
                root.resolve("bad").toString()));

        assertThat(report)
                .contains("VIOLATION: meta-data does not list action stop")
                .contains("VIOLATION: an unknown action must end with 3, not 0")
                .contains("VIOLATION: monitor of a stopped resource must end with 7, not 0");
    }

    @Test
    void isCleanForShellcheck() throws IOException, InterruptedException {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/shellcheck")),
                "shellcheck is not installed: style is NOT CHECKED");
        List<String> command = new ArrayList<>(List.of("/usr/bin/shellcheck", "-S", "warning"));
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.filter(Files::isRegularFile)
                    .filter(OwnAgentsTest::isShell)
                    .map(Path::toString)
                    .sorted()
                    .forEach(command::add);
        }

        assertThat(command).hasSizeGreaterThan(6);
        assertThat(run(command)).isEmpty();
    }

    @Test
    void webNamesTheNodeFromTheMomentItsStartReturns() throws IOException, InterruptedException {
        int port = freePort();
        Map<String, String> attributes =
                Map.of("address", "127.0.0.1", "port", Integer.toString(port), "text", "hello");
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/"))
                .build();
        try (var agents = own()) {
            AgentResult started = agents.run(agents.ocf("systole", "web", "start", attributes, 20_000));
            assertThat(started.messages()).isEmpty();

            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());

            assertThat(answer.body()).startsWith("node: alpha\nresource: rsc\n").contains("hello");
            assertThat(agents.run(agents.ocf("systole", "web", "stop", attributes, 20_000))
                            .rc())
                    .isZero();
            AgentResult busy;
            try (var occupied = new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"))) {
                assertThat(occupied.isBound()).isTrue();
                busy = agents.run(agents.ocf("systole", "web", "start", attributes, 20_000));
            }
            assertThat(busy.rc()).isEqualTo(1);
            assertThat(busy.exitReason()).contains("cannot be bound");
        }
    }

    @Test
    void theGuardOfASharedDiskIsHeldByOneAndLeftByTheDead() throws IOException, InterruptedException {
        Path disk = Files.createFile(root.resolve("guard"));
        List<Long> keepers = new ArrayList<>();
        try {
            assertThat(guard("hold", disk, "alpha")).isEmpty();
            keepers.add(keeper("alpha"));
            assertThat(guard("hold", disk, "beta")).contains("alpha uses it: fs there keeps the mark");
            assertThat(root.resolve("beta.state")).doesNotExist();
            assertThat(guard("free", disk, "beta")).as("what is not ours stays").isEmpty();
            assertThat(Files.readString(disk)).startsWith("systole-guard 1 alpha fs ");

            ProcessHandle.of(keeper("alpha")).orElseThrow().destroyForcibly();
            assertThat(guard("hold", disk, "beta")).as("the dead keep nothing").isEmpty();
            keepers.add(keeper("beta"));
            assertThat(Files.readString(disk)).startsWith("systole-guard 1 beta fs ");

            ProcessHandle.of(keeper("beta")).orElseThrow().destroyForcibly();
            assertThat(guard("free", disk, "beta")).isEmpty();
            assertThat(Files.readString(disk)).startsWith("systole-guard 1 - - 0");
            Files.writeString(disk, "a file system, perhaps");
            assertThat(guard("hold", disk, "alpha")).contains("holds something else than a guard");
            assertThat(Files.readString(disk)).isEqualTo("a file system, perhaps");
        } finally {
            keepers.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
        }
    }

    /** Marks change slowly here, so that a busy machine does not make a living keeper look dead. */
    private String guard(String verb, Path disk, String node) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "perl", SOURCES.resolve("ocf/lib/systole/guard.pl").toString(), verb, disk.toString(), node, "fs"));
        if (verb.equals("hold")) {
            command.addAll(List.of("250", root.resolve(node + ".state").toString()));
        }
        return run(command);
    }

    private long keeper(String node) throws IOException {
        return Long.parseLong(Files.readString(root.resolve(node + ".state")).split(" ")[0]);
    }

    @Test
    void fenceLocalEndsTheDaemonAndWhatItsAgentsStartedAndNothingElse() throws IOException, InterruptedException {
        Path alpha = Files.createDirectories(root.resolve("alpha/run"));
        Files.writeString(Files.createDirectories(alpha.resolve("agents")).resolve("dummy-address"), "on");
        Path beta = Files.writeString(
                Files.createDirectories(root.resolve("beta/run")).resolve("dummy-web"), "on");
        Process daemon = new ProcessBuilder(
                        "sh",
                        "-c",
                        "sleep 300; :",
                        "systole.daemon.Main",
                        "--root",
                        alpha.getParent().toString())
                .start();
        ProcessBuilder serviceBuilder = new ProcessBuilder("sleep", "300");
        serviceBuilder.environment().put("SYSTOLE_NODE_ROOT", alpha.getParent().toString());
        Process service = serviceBuilder.start();
        Process other = new ProcessBuilder("sleep", "300").start();
        try (var agents = own()) {
            Map<String, String> parameters = Map.of("dir", root.toString(), "plug", "alpha");
            List<String> seen = new ArrayList<>();
            for (String action : List.of("status", "off", "status", "list")) {
                AgentResult result =
                        agents.run(agents.of(AgentRun.Kind.FENCE, "fence_local", action, parameters, 20_000));
                seen.add(action + " " + result.rc());
                if (action.equals("list")) {
                    assertThat(result.output()).isEqualTo("alpha,\nbeta,\n");
                }
            }

            assertThat(seen).containsExactly("status 0", "off 0", "status 2", "list 0");
            assertThat(service.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(daemon.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(other.isAlive()).isTrue();
            assertThat(alpha).as("run is empty after a reboot").isEmptyDirectory();
            assertThat(beta).exists();
        } finally {
            other.destroyForcibly();
            service.destroyForcibly();
            daemon.destroyForcibly();
        }
    }

    @Test
    void fenceLocalEndsWhatOnlyTheControlGroupOfTheNodeKnows() throws IOException {
        RealGroups.assumeWritable();
        Path alpha = Files.createDirectories(root.resolve("alpha"));
        Path noted = alpha.resolve("run/systole/agents.cgroup");
        Path ownAgents = root.resolve("own");
        try (var agents = own();
                var node = new Agents(
                        ownAgents,
                        ExecutorSettings.of(root.resolve("tree"), alpha).withGrouping(ExecutorSettings.Grouping.ALL))) {
            node.agent(
                    "hides",
                    "(env -i setsid sh -c 'echo $$ > \"$0\"; exec sleep 300' \"$OCF_RESKEY_state\" > /dev/null 2>&1 &)",
                    "while [ ! -s \"$OCF_RESKEY_state\" ]; do sleep 0.01; done");
            String state = root.resolve("state").toString();
            assertThat(node.run(node.ocf("test", "hides", "start", Map.of("state", state), 30_000))
                            .rc())
                    .isZero();
            int hidden = Integer.parseInt(Files.readString(Path.of(state)).strip());
            assertThat(noted).isRegularFile();
            assertThat(ProcessTable.read(hidden)).isPresent();

            Map<String, String> parameters = Map.of("dir", root.toString(), "plug", "alpha");
            AgentResult result = agents.run(agents.of(AgentRun.Kind.FENCE, "fence_local", "off", parameters, 20_000));

            assertThat(result.rc()).as(result.messages()).isZero();
            assertThat(ProcessTable.read(hidden)).isEmpty();
        }
    }

    private Agents own() {
        return new Agents(
                root,
                ExecutorSettings.of(root.resolve("tree"), root),
                List.of(SOURCES.resolve("ocf")),
                List.of(SOURCES.resolve("fence")));
    }

    private String run(List<String> command) throws IOException, InterruptedException {
        Path report = root.resolve("report");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(report.toFile())
                .start();
        assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        return Files.readString(report);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static boolean isShell(Path path) {
        try {
            return path.toString().endsWith(".sh") || Files.readString(path).startsWith("#!/bin/sh");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path sources() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(folder.resolve("resource-agents/ocf"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new AssertionError("resource-agents/ is not above the working directory");
            }
        }
        return folder.resolve("resource-agents");
    }
}
