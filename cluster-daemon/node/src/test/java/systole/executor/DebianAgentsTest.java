package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.fencing.FenceRun;

/** The unmodified agents of Debian's resource-agents and fence-agents, where they are installed. */
@Timeout(120)
class DebianAgentsTest {
    private static final List<String> LIFE = List.of("monitor", "start", "monitor", "start", "stop", "monitor", "stop");
    private static final List<Integer> EXPECTED = List.of(7, 0, 0, 0, 0, 7, 0);

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
    void runsDummyWithItsStateUnderTheNodesOwnRoot() {
        needs("Dummy");

        AgentResult started = agents.run(agents.ocf("heartbeat", "Dummy", "start", Map.of(), 20_000));
        assertThat(started.succeeded()).isTrue();
        assertThat(root.resolve("run/resource-agents/Dummy-rsc.state")).exists();
        assertThat(codes("Dummy", Map.of(), List.of("monitor", "stop", "monitor")))
                .containsExactly(0, 0, 7);
    }

    @Test
    void runsIpAddressInANetworkNamespaceOfItsOwn() throws IOException, InterruptedException {
        needs("IPaddr2");
        String space = "systole-x" + ProcessHandle.current().pid();
        assumeTrue(
                Files.isExecutable(Path.of("/usr/sbin/ip")) && command("ip", "netns", "add", space) == 0,
                "IPaddr2 is not tried: no right to make a namespace");
        try {
            command("ip", "-n", space, "link", "add", "svc0", "type", "veth", "peer", "name", "svc1");
            command("ip", "-n", space, "addr", "add", "192.0.2.1/24", "dev", "svc0");
            command("ip", "-n", space, "link", "set", "svc0", "up");
            command("ip", "-n", space, "link", "set", "svc1", "up");
            // The agent's own file, run inside the namespace.
            agents.agent(
                    "IPaddr2",
                    "export OCF_ROOT=/usr/lib/ocf",
                    "exec ip netns exec " + space + " /usr/lib/ocf/resource.d/heartbeat/IPaddr2 \"$@\"");
            Map<String, String> attributes = Map.of("ip", "192.0.2.10", "cidr_netmask", "24", "nic", "svc0");
            List<Integer> codes = new ArrayList<>();
            for (String action : LIFE) {
                codes.add(agents.run(agents.ocf("test", "IPaddr2", action, attributes, 30_000))
                        .rc());
            }

            assertThat(codes).isEqualTo(EXPECTED);
        } finally {
            command("ip", "netns", "del", space);
        }
    }

    @Test
    void runsNginxAsItIs() throws IOException {
        needs("nginx");
        assumeTrue(Files.isExecutable(Path.of("/usr/sbin/nginx")), "nginx is not tried: not installed");
        Path conf = root.resolve("nginx.conf");
        int port = 20_000 + (int) (ProcessHandle.current().pid() % 20_000);
        Files.writeString(
                conf,
                "worker_processes 1;\npid " + root + "/nginx.pid;\nerror_log " + root
                        + "/error.log;\nevents { worker_connections 64; }\nhttp { access_log off;\n"
                        + " client_body_temp_path " + root + "/b; proxy_temp_path " + root + "/p; fastcgi_temp_path "
                        + root
                        + "/f; uwsgi_temp_path " + root + "/u; scgi_temp_path " + root + "/s;\n"
                        + " server { listen 127.0.0.1:" + port + "; location / { return 200 ok; } } }\n");
        Map<String, String> attributes = Map.of(
                "configfile", conf.toString(), "status10url", "http://127.0.0.1:" + port + "/", "OCF_CHECK_LEVEL", "0");

        assertThat(codes("nginx", attributes, LIFE)).isEqualTo(EXPECTED);
    }

    @Test
    void readsTheMetadataOfEveryInstalledAgentOnce() {
        needs("Dummy");
        var catalog = new AgentCatalog(agents.executor, agents.executor.agents(), AgentCatalog.Memory.NONE);
        Map<String, CompletableFuture<AgentCatalog.Answer>> answers = new TreeMap<>();
        for (String provider : List.of("heartbeat", "pacemaker")) {
            for (String type : agents.executor.agents().agents(provider)) {
                var answer = new CompletableFuture<AgentCatalog.Answer>();
                catalog.metadata(AgentRun.Kind.OCF, provider, type, answer::complete);
                answers.put("ocf:" + provider + ":" + type, answer);
            }
        }

        assertThat(answers).hasSizeGreaterThan(100);
        answers.forEach((name, answer) -> {
            AgentCatalog.Answer given = answer.orTimeout(90, TimeUnit.SECONDS).join();
            assertThat(given.problem()).as(name).isEmpty();
            assertThat(given.metadata().orElseThrow().offers("start")).as(name).isTrue();
        });
        var again = new CompletableFuture<AgentCatalog.Answer>();
        catalog.metadata(AgentRun.Kind.OCF, "heartbeat", "Dummy", again::complete);
        assertThat(again).isCompleted();
    }

    @Test
    void fencesWithDebiansDummyDevice() throws IOException {
        assumeTrue(agents.executor.agents().fenceAgent("fence_dummy").isPresent(), "fence_dummy is not installed");
        String status = root.resolve("power").toString();
        List<Integer> codes = new ArrayList<>();
        long id = 0;
        for (String action : List.of("status", "on", "status", "off", "status", "monitor")) {
            FenceRun run = new FenceRun(
                    ++id,
                    "dev",
                    "fence_dummy",
                    action,
                    "alpha",
                    Map.of("status_file", status, "action", action),
                    30_000);
            codes.add(FenceCalls.result(run, agents.run(FenceCalls.of(run, "beta")))
                    .exitCode());
        }

        assertThat(codes).containsExactly(2, 0, 0, 0, 2, 0);
    }

    private List<Integer> codes(String type, Map<String, String> attributes, List<String> actions) {
        List<Integer> codes = new ArrayList<>();
        for (String action : actions) {
            codes.add(agents.run(agents.ocf("heartbeat", type, action, attributes, 60_000))
                    .rc());
        }
        return codes;
    }

    private static void needs(String type) {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/lib/ocf/resource.d/heartbeat", type)),
                "ocf:heartbeat:" + type + " is NOT TRIED: package resource-agents is not installed");
    }

    private static int command(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }
}
