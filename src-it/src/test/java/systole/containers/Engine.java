package systole.containers;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import systole.lab.Checkout;

/** The Docker engine of this machine, and the image that the tests run on it: made here, from the built tree. */
final class Engine {
    static final String IMAGE = "systole-lab:local";

    private Engine() {}

    /** What stands in the way of containers; empty if nothing does. */
    static Optional<String> obstacle() {
        String host = Optional.ofNullable(System.getenv("DOCKER_HOST"))
                .filter(value -> !value.isBlank())
                .orElse("unix:///var/run/docker.sock");
        try {
            String answer = ping(host);
            if (!answer.startsWith("HTTP/1.") || !answer.contains(" 200 ")) {
                return Optional.of("what listens at " + host + " is no Docker engine");
            }
        } catch (IOException | IllegalArgumentException e) {
            return Optional.of("no Docker engine answers at " + host);
        }
        boolean client = Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "docker")));
        if (!client) {
            return Optional.of("the program docker, which makes the image, is not here");
        }
        return Files.isExecutable(Checkout.TREE.resolve("bin/systoled"))
                ? Optional.empty()
                : Optional.of("the built tree target/systole is not here");
    }

    private static String ping(String host) throws IOException {
        URI uri = URI.create(host);
        boolean local = "unix".equals(uri.getScheme());
        SocketAddress address = local
                ? UnixDomainSocketAddress.of(uri.getPath())
                : new InetSocketAddress(String.valueOf(uri.getHost()), uri.getPort());
        try (SocketChannel channel = local ? SocketChannel.open(StandardProtocolFamily.UNIX) : SocketChannel.open()) {
            channel.connect(address);
            channel.write(
                    ByteBuffer.wrap("GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** Makes the image anew, so that it always has the tree of this build. */
    static void makeImage() {
        run("bash", Checkout.TOP.resolve("src-it/containers.sh").toString(), "image");
    }

    static void removeImage() {
        run("docker", "image", "rm", IMAGE);
    }

    private static void run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int exit = process.waitFor();
            if (exit != 0) {
                throw new AssertionError(String.join(" ", command) + " ended with " + exit + ": " + said);
            }
        } catch (IOException e) {
            throw new AssertionError(String.join(" ", command) + " did not run: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
