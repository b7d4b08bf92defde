package systole.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.kernel.ClusterException.Advice;

class ApiClientTest {
    @TempDir
    private Path folder;

    /** Takes one connection, reads one line, writes the text in pieces, and closes. */
    private CompletableFuture<String> serve(ServerSocketChannel server, String... pieces) {
        return CompletableFuture.supplyAsync(() -> {
            try (SocketChannel peer = server.accept()) {
                BufferedReader reader = new BufferedReader(Channels.newReader(peer, StandardCharsets.UTF_8));
                String line = reader.readLine();
                for (String piece : pieces) {
                    peer.write(ByteBuffer.wrap(piece.getBytes(StandardCharsets.UTF_8)));
                }
                return line;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private ServerSocketChannel listen(Path socket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        return server;
    }

    @Test
    void anAnswerThatComesInPiecesIsPutTogether() throws Exception {
        Path socket = folder.resolve("api.sock");
        String answer = ApiCodec.write(new Answer.Facts(Map.of("phase", "öperational"))) + "\n";
        try (ServerSocketChannel server = listen(socket)) {
            CompletableFuture<String> asked = serve(server, answer.substring(0, 9), answer.substring(9));
            try (ApiClient client = ApiClient.open(socket, 10_000)) {
                assertThat(client.ask(new Request.Ring())).isEqualTo(new Answer.Facts(Map.of("phase", "öperational")));
            }
            assertThat(ApiCodec.readRequest(asked.get(10, TimeUnit.SECONDS))).isEqualTo(new Request.Ring());
        }
    }

    @Test
    void aRefusalIsAnExceptionWithItsRemedy() throws Exception {
        Path socket = folder.resolve("api.sock");
        try (ServerSocketChannel server = listen(socket)) {
            CompletableFuture<String> asked =
                    serve(server, ApiCodec.write(new Answer.Failed(Advice.RETRY_LATER, "no quorum", "wait")) + "\n");
            try (ApiClient client = ApiClient.open(socket, 10_000)) {
                assertThatThrownBy(() -> client.order(new Request.StopNode("n1")))
                        .isInstanceOfSatisfying(DaemonException.class, e -> {
                            assertThat(e.advice()).isEqualTo(Advice.RETRY_LATER);
                            assertThat(e.remedy()).isEqualTo("wait");
                        })
                        .hasMessage("no quorum");
            }
            asked.get(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void aDaemonThatGoesAwayOrKeepsSilentLeavesTheOutcomeOpen() throws Exception {
        Path socket = folder.resolve("api.sock");
        try (ServerSocketChannel server = listen(socket)) {
            CompletableFuture<String> asked = serve(server);
            try (ApiClient client = ApiClient.open(socket, 10_000)) {
                assertThatThrownBy(() -> client.ask(new Request.Status()))
                        .isInstanceOfSatisfying(
                                DaemonException.class,
                                e -> assertThat(e.advice()).isEqualTo(Advice.CHECK_STATE));
            }
            asked.get(10, TimeUnit.SECONDS);
            try (ApiClient client = ApiClient.open(socket, 50)) {
                assertThatThrownBy(() -> client.ask(new Request.Status()))
                        .isInstanceOf(DaemonException.class)
                        .hasMessageContaining("did not answer within 50 ms");
            }
        }
    }

    @Test
    void nobodyListeningIsSaidWithTheWayToStart() {
        assertThatThrownBy(() -> ApiClient.open(folder.resolve("none.sock"), 100))
                .isInstanceOfSatisfying(
                        NoDaemonException.class,
                        e -> assertThat(e.remedy()).isEqualTo("start it: systole cluster start"))
                .hasMessageContaining("none.sock");
    }
}
