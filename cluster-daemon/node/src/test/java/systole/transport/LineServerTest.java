package systole.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LineServerTest {
    private static final int MAX_LINE = 1000;

    @TempDir
    Path folder;

    private final MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final BlockingQueue<String> gone = new LinkedBlockingQueue<>();
    private LineServer server;
    private Path socket;

    @BeforeEach
    void open() {
        socket = folder.resolve("api.sock");
        server = LineServer.open(loops, socket, MAX_LINE, new LineServer.Handler() {
            @Override
            public void line(LineServer.Connection connection, String line) {
                if (line.equals("boom")) {
                    throw new IllegalStateException("a defect in a handler");
                }
                connection.send(connection.peer().user() + " said " + line);
            }

            @Override
            public void closed(LineServer.Connection connection) {
                gone.add(connection.peer().user());
            }
        });
    }

    @AfterEach
    void close() {
        server.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private SocketChannel connect() throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        return channel;
    }

    private static void send(SocketChannel channel, String text) throws IOException {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static BufferedReader reader(SocketChannel channel) {
        return new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    @Test
    void answersEachLineAndKnowsWhoAsked() throws IOException {
        String user = System.getProperty("user.name");
        try (SocketChannel channel = connect()) {
            send(channel, "one\ntw");
            var lines = reader(channel);
            assertThat(lines.readLine()).isEqualTo(user + " said one");
            send(channel, "o\n");
            assertThat(lines.readLine()).isEqualTo(user + " said two");
        }
    }

    @Test
    void tellsWhenAClientHasGone() throws Exception {
        connect().close();

        assertThat(gone.poll(10, TimeUnit.SECONDS)).isEqualTo(System.getProperty("user.name"));
    }

    @Test
    void closesAClientWhoseLineNeverEnds() throws IOException {
        try (SocketChannel channel = connect()) {
            send(channel, "x".repeat(MAX_LINE + 1));

            assertThat(reader(channel).readLine()).isNull();
        }
    }

    @Test
    void survivesADefectOfAHandler() throws IOException {
        try (SocketChannel channel = connect()) {
            send(channel, "boom\n");
            assertThat(reader(channel).readLine()).isNull();
        }
        try (SocketChannel channel = connect()) {
            send(channel, "after\n");
            assertThat(reader(channel).readLine()).endsWith(" said after");
        }
    }

    @Test
    void keepsOthersOutAndCleansUp() throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                .isEqualTo("rw-rw----");
        server.close();
        assertThat(socket).doesNotExist();
    }
}
