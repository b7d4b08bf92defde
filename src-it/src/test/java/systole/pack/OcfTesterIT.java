package systole.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import systole.lab.Checkout;

/**
 * Debian's own tester of agents ({@code ocf-tester}, package resource-agents), on each of ours. It knows version 1.0 of the agent
 * API and its document type only, so the meta-data is shown to it with the words of 1.1 put into those of 1.0; all other actions
 * are the agent itself. Agents that write attributes find a tool that keeps them in a file; those that need a network or
 * a mount get name spaces of their own.
 */
@Timeout(180)
class OcfTesterIT {
    private static final Path TESTER = Path.of("/usr/sbin/ocf-tester");
    private static final Path AGENTS = Checkout.TREE.resolve("agents/ocf/resource.d/systole");
    private static final String IN_NETWORK = "ip";
    private static final String IN_MOUNTS = "filesystem";

    /** What each agent cannot do without; PORT becomes a free one, FOLDER the folder of the test. */
    private static final Map<String, String> PARAMETERS = Map.of(
            "dummy",
            "",
            "stateful",
            "",
            "exec",
            "command=/bin/sleep arguments=1000",
            "web",
            "port=PORT",
            "ready",
            "port=PORT",
            "steady",
            "wait=1",
            "ping",
            "host_list=127.0.0.1",
            "haproxy",
            "config=FOLDER/haproxy.cfg",
            IN_NETWORK,
            "ip=10.99.0.7 nic=systole0",
            IN_MOUNTS,
            "device=tmpfs fstype=tmpfs directory=FOLDER/mount");

    @TempDir
    private Path folder;

    static Stream<String> agents() throws IOException {
        try (Stream<Path> files = Files.list(AGENTS)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @BeforeEach
    void needsTheTester() {
        skipUnless(Files.isExecutable(TESTER), "ocf-tester is not here: apt-get install resource-agents");
        skipUnless(
                Files.isExecutable(Path.of("/usr/bin/xmllint")),
                "ocf-tester lacks xmllint: apt-get install libxml2-utils");
    }

    @Test
    void noAgentIsForgotten() throws IOException {
        assertThat(agents()).containsExactlyInAnyOrderElementsOf(PARAMETERS.keySet());
    }

    @ParameterizedTest
    @MethodSource("agents")
    void passesTheFieldsTester(String type) throws IOException, InterruptedException {
        skipUnless(
                !type.equals("haproxy") || Files.isExecutable(Path.of("/usr/sbin/haproxy")),
                "haproxy is not installed");
        skipUnless(
                !type.equals("ping") || Files.isExecutable(Path.of("/usr/bin/ping")),
                "ping is not installed: apt-get install iputils-ping");
        boolean isolated = type.equals(IN_NETWORK) || type.equals(IN_MOUNTS);
        skipUnless(
                !isolated || run(List.of("unshare", "-n", "-m", "true")).code() == 0, type + " needs root to be tried");
        Path agent = shown(type);
        List<String> command = new ArrayList<>();
        if (isolated) {
            command.addAll(List.of("unshare", "-n", "-m", spaces().toString()));
        }
        command.addAll(List.of(TESTER.toString(), "-n", "tested"));
        for (String parameter : PARAMETERS.getOrDefault(type, "").split(" ")) {
            if (!parameter.isEmpty()) {
                command.addAll(List.of(
                        "-o",
                        parameter.replace("PORT", Integer.toString(freePort())).replace("FOLDER", folder.toString())));
            }
        }
        command.add(agent.toString());

        Ended ended = run(command);

        assertThat(ended.text()).contains("passed all tests");
        assertThat(ended.code()).as(ended.text()).isZero();
    }

    /** The agent, with its meta-data in the words of version 1.0. */
    private Path shown(String type) throws IOException, InterruptedException {
        // The tester asks for meta-data as nobody, who may read neither the folder of a test nor every checkout.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        run(List.of(
                "cp",
                "-r",
                AGENTS.getParent().getParent().toString(),
                folder.resolve("real").toString()));
        Path real = folder.resolve("real/resource.d/systole").resolve(type);
        Files.createDirectories(folder.resolve("mount"));
        Files.writeString(folder.resolve("haproxy.cfg"), """
                defaults
                    mode http
                    timeout connect 1s
                    timeout client 1s
                    timeout server 1s
                frontend f
                    bind 127.0.0.1:PORT
                """.replace("PORT", Integer.toString(freePort())));
        return program(
                folder.resolve(type),
                "case $1 in",
                "meta-data) '" + real
                        + "' meta-data | sed -e '1a <!DOCTYPE resource-agent SYSTEM \"ra-api-1.dtd\">'"
                        + " -e 's/ reloadable=\"[01]\"//; s/ unique-group=\"[^\"]*\"/ unique=\"1\"/; /<action name=\"reload-agent\"/d' ;;",
                "*) exec '" + real + "' \"$@\" ;;",
                "esac");
    }

    /** Name spaces with an interface, for the command that follows. */
    private Path spaces() throws IOException {
        return program(
                folder.resolve("in-spaces"),
                "ip link add systole0 type veth peer name systole1 || exit 1",
                "for each in lo systole0 systole1; do ip link set \"$each\" up || exit 1; done",
                "ip addr add 10.99.0.1/24 dev systole0 || exit 1",
                "exec \"$@\"");
    }

    private static Path program(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        assertThat(file.toFile().setExecutable(true, false)).isTrue();
        return file;
    }

    private record Ended(int code, String text) {}

    private Ended run(List<String> command) throws IOException, InterruptedException {
        Path tools = Files.createDirectories(folder.resolve("tools"));
        program(tools.resolve("crm_attribute"), "exit 0");
        program(
                tools.resolve("attrd_updater"),
                "file=${0%/*}/$2.value",
                "case $3 in",
                "-v) echo \"$4\" >\"$file\" ;;",
                "-D) rm -f \"$file\" ;;",
                "-Q) read -r value <\"$file\" || exit 78; echo \"name=\\\"$2\\\" host=\\\"here\\\" value=\\\"$value\\\"\" ;;",
                "*) exit 64 ;;",
                "esac");
        Path out = folder.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("OCF_ROOT", "/usr/lib/ocf");
        builder.environment().put("HA_SBIN_DIR", tools.toString());
        builder.environment().put("HA_RSCTMP", folder.toString());
        builder.environment().put("PATH", tools + ":/usr/sbin:/usr/bin:/sbin:/bin");
        Process process = builder.start();
        boolean ended = process.waitFor(150, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String text = Files.readString(out, StandardCharsets.UTF_8);
        assertThat(ended).as("ended within 150 s: " + command + "\n" + text).isTrue();
        return new Ended(process.exitValue(), text);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void skipUnless(boolean here, String what) {
        if (!here) {
            System.err.println("SKIPPED in part: " + what);
        }
        assumeTrue(here, "SKIPPED: " + what);
    }
}
