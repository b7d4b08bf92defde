package systole.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;

class JoinChannelTest {
    private static final byte[] SECRET = new byte[JoinToken.SECRET_BYTES];
    private static final int PATIENCE_MILLIS = 20_000;

    static {
        SECRET[0] = 7;
    }

    /** One connection, answered with the question in brackets; gives what the node heard, or how it failed. */
    private static CompletableFuture<String> node(ServerSocket listening, byte[] secret) {
        CompletableFuture<String> heard = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try (Socket socket = listening.accept()) {
                socket.setSoTimeout(PATIENCE_MILLIS);
                JoinChannel.serve(
                        socket,
                        id -> id.equals(JoinChannel.id(secret)) ? Optional.of(secret) : Optional.empty(),
                        (id, question) -> {
                            heard.complete(question);
                            return "[" + question + "]";
                        });
            } catch (IOException e) {
                heard.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return heard;
    }

    @Test
    void aTokenComesBackFromItsText() {
        JoinToken token = new JoinToken("192.0.2.1", 54321, SECRET);

        JoinToken read = JoinToken.parse("  " + token.text() + "\n");

        assertThat(read.host()).isEqualTo("192.0.2.1");
        assertThat(read.port()).isEqualTo(54321);
        assertThat(read.secret()).isEqualTo(SECRET);
        assertThat(token.toString()).doesNotContain(token.text());
    }

    @Test
    void aTokenWithAWrongLetterOrWithoutItsEndIsRefused() {
        String text = new JoinToken("192.0.2.1", 54321, SECRET).text();
        for (int at = 0; at < text.length(); at++) {
            char other = text.charAt(at) == 'x' ? 'y' : 'x';
            String wrong = text.substring(0, at) + other + text.substring(at + 1);
            String cut = text.substring(0, at);
            if (at < text.length() - 1) {
                assertThatThrownBy(() -> JoinToken.parse(wrong)).isInstanceOf(BadInputException.class);
            }
            assertThatThrownBy(() -> JoinToken.parse(cut)).isInstanceOf(BadInputException.class);
        }
    }

    @Test
    void bothSidesHearEachOther() throws Exception {
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> heard = node(listening, SECRET);
            JoinToken token = new JoinToken("127.0.0.1", listening.getLocalPort(), SECRET);

            String answer = JoinChannel.ask(token, PATIENCE_MILLIS, local -> "take " + local);

            assertThat(answer).isEqualTo("[take 127.0.0.1]");
            assertThat(heard.get()).isEqualTo("take 127.0.0.1");
        }
    }

    @Test
    void whoDoesNotKnowTheSecretHearsNothing() throws Exception {
        byte[] other = SECRET.clone();
        other[1] = 1;
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<String> heard = node(listening, SECRET);
            JoinToken token = new JoinToken("127.0.0.1", listening.getLocalPort(), other);

            assertThatThrownBy(() -> JoinChannel.ask(token, PATIENCE_MILLIS, local -> "take me"))
                    .isInstanceOf(BadInputException.class)
                    .hasMessageContaining("did not accept the token");
            assertThatThrownBy(heard::get).hasMessageContaining("unknown, used up or too old");
        }
    }

    @Test
    void questionAndAnswerComeBackFromTheirTexts() {
        var question = new JoinMessages.Question("n4", List.of("10.0.0.4", "10.0.1.4"));
        var welcome = new JoinMessages.Welcome("totem {\n}\n", new byte[] {1, 2, 3}, "", "");

        assertThat(JoinMessages.Question.read(question.text())).isEqualTo(question);
        assertThat(JoinMessages.Welcome.read(welcome.text()).key()).containsExactly(1, 2, 3);
        assertThat(JoinMessages.Welcome.read(welcome.text()).conf()).isEqualTo("totem {\n}\n");
        String refusal =
                JoinMessages.Welcome.refusal("no room", "remove a node").text();
        assertThatThrownBy(() -> JoinMessages.Welcome.read(refusal)).hasMessageContaining("no room");
    }
}
