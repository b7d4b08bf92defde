package systole.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import systole.lab.Checkout;

/**
 * {@code ocf:systole:haproxy} with a farm: all servers are in the list from the beginning, so that one that is started is used as
 * soon as a check has passed, without a look of the agent; and those that the cluster has not started begin as down.
 */
@Timeout(120)
class BalancerAgentIT {
    private static final Path AGENT = Checkout.TREE.resolve("agents/ocf/resource.d/systole/haproxy");
    private static final int NOT_CONFIGURED = 6;

    @TempDir
    private Path folder;

    private final List<HttpServer> servers = new ArrayList<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private int port;

    @BeforeEach
    void writeItsConfiguration() throws IOException {
        boolean here = Files.isExecutable(Path.of("/usr/sbin/haproxy"));
        if (!here) {
            System.err.println("SKIPPED in part: haproxy is not installed");
        }
        assumeTrue(here, "SKIPPED: haproxy is not installed");
        port = freePort();
        Files.writeString(folder.resolve("haproxy.cfg"), """
                defaults
                    mode http
                    timeout connect 1s
                    timeout client 5s
                    timeout server 5s
                frontend site
                    bind 127.0.0.1:PORT
                    default_backend farm
                backend farm
                    balance roundrobin
                    # servers
                """.replace("PORT", Integer.toString(port)));
        Path tools = Files.createDirectories(folder.resolve("tools"));
        Path locate = Files.writeString(tools.resolve("crm_resource"), """
                #!/bin/sh
                read -r node <"${0%/*}/node" || exit 102
                echo "resource farm is running on: $node"
                """);
        assertThat(locate.toFile().setExecutable(true)).isTrue();
    }

    @AfterEach
    void endServers() {
        servers.forEach(server -> server.stop(0));
    }

    @Test
    void serverThatComesIsUsedWithoutALookOfTheAgent() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("tools/node"), "n1\n");
        int late = freePort();
        String list = "n1=127.0.0.1:" + serve("n1", 0) + " n2=127.0.0.1:" + late;
        assertThat(agent("start", list)).isZero();
        try {
            assertThat(answers(10)).containsExactly("n1");

            serve("n2", late);

            awaitAnswersOf("n1", "n2");
            assertThat(agent("monitor", list)).isZero();
            assertThat(journal()).containsExactly("start");
        } finally {
            assertThat(agent("stop", list)).isZero();
        }
        assertThat(left()).isEmpty();
    }

    @Test
    void serverThatTheClusterHasNotStartedBeginsAsDown() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("tools/node"), "n1\n");
        String list = "n1=127.0.0.1:" + serve("n1", 0) + " n2=127.0.0.1:" + serve("n2", 0);
        assertThat(agent("start", list)).isZero();
        try {
            assertThat(Files.readString(folder.resolve("state/haproxy-balancer.state.err")))
                    .contains("farm/n2 is DOWN, changed from server-state")
                    .doesNotContain("farm/n1 is DOWN")
                    .doesNotContain("mismatch");
            awaitAnswersOf("n1", "n2");
        } finally {
            assertThat(agent("stop", list)).isZero();
        }
    }

    @Test
    void withoutAnAnswerOfTheClusterTheChecksDecide() throws IOException, InterruptedException {
        String list = "n1=127.0.0.1:" + serve("n1", 0);
        assertThat(agent("start", list)).isZero();
        try {
            assertThat(answers(3)).containsExactly("n1");
        } finally {
            assertThat(agent("stop", list)).isZero();
        }
    }

    @Test
    void longerListIsLoadedWithoutAnInterruption() throws IOException, InterruptedException {
        Files.writeString(folder.resolve("tools/node"), "n1\n");
        String list = "n1=127.0.0.1:" + serve("n1", 0);
        assertThat(agent("start", list)).isZero();
        String longer = list + " n2=127.0.0.1:" + serve("n2", 0);
        try {
            assertThat(agent("reload-agent", longer)).isZero();
            awaitAnswersOf("n1", "n2");
        } finally {
            assertThat(agent("stop", longer)).isZero();
        }
    }

    @Test
    void brokenListsAreRefused() throws IOException, InterruptedException {
        assertThat(agent("validate-all", "n1")).isEqualTo(NOT_CONFIGURED);
        assertThat(Files.readString(folder.resolve("out"))).contains("servers: 'n1' is not NODE=ADDRESS:PORT");
        assertThat(agent("validate-all", "n1=127.0.0.1:x1")).isEqualTo(NOT_CONFIGURED);
        assertThat(agent("validate-all", "n1=127.0.0.1:80", "weight 3")).isEqualTo(NOT_CONFIGURED);
        assertThat(Files.readString(folder.resolve("out"))).contains("has no 'check'");
        assertThat(agent("validate-all", "n1=127.0.0.1:80")).isZero();
    }

    /** A server that answers its name, on a free port when none is given; its port. */
    private int serve(String name, int wanted) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), wanted), 0);
        server.createContext("/", exchange -> {
            byte[] body = name.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        servers.add(server);
        return server.getAddress().getPort();
    }

    /** Who answered so many requests; each of them has to be answered. */
    private Set<String> answers(int count) throws IOException, InterruptedException {
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port))
                    .build();
            var answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            names.add(answer.body());
        }
        return names;
    }

    private void awaitAnswersOf(String... names) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        Set<String> seen = new TreeSet<>();
        while (!seen.equals(Set.of(names)) && System.nanoTime() < end) {
            seen.addAll(answers(1));
        }
        assertThat(seen).containsExactlyInAnyOrder(names);
    }

    private List<String> journal() throws IOException {
        return Files.readAllLines(folder.resolve("journal")).stream()
                .map(line -> line.replaceAll(".*\\b(start|stop|reload)\\b.*", "$1"))
                .toList();
    }

    /** Files of the agent that are still there. */
    private List<String> left() throws IOException {
        try (var files = Files.list(folder.resolve("state"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private int agent(String action, String list) throws IOException, InterruptedException {
        return agent(action, list, "check inter 100ms fall 1 rise 1");
    }

    private int agent(String action, String list, String options) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(AGENT.toString(), action)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile());
        builder.environment()
                .putAll(java.util.Map.of(
                        "OCF_ROOT",
                        "/usr/lib/ocf",
                        "OCF_RESOURCE_INSTANCE",
                        "balancer",
                        "HA_RSCTMP",
                        folder.resolve("state").toString(),
                        "PATH",
                        folder.resolve("tools") + ":/usr/sbin:/usr/bin:/sbin:/bin",
                        "OCF_RESKEY_config",
                        folder.resolve("haproxy.cfg").toString(),
                        "OCF_RESKEY_farm",
                        "farm",
                        "OCF_RESKEY_servers",
                        list,
                        "OCF_RESKEY_server_options",
                        options,
                        "OCF_RESKEY_logfile",
                        folder.resolve("log").toString(),
                        "OCF_RESKEY_journal",
                        folder.resolve("journal").toString()));
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(action + " ended").isTrue();
        return process.exitValue();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
