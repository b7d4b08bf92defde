package systole.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import systole.kernel.ClusterException.Advice;

/**
 * A connection to the daemon of this node. Blocking, for one thread; each call waits at most the time given when it was
 * opened (longer where the request itself has a time).
 */
public final class ApiClient implements AutoCloseable {
    private final Path socket;
    private final SocketChannel channel;
    private final Selector selector;
    private final long timeoutMillis;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).flip();

    private ApiClient(Path socket, SocketChannel channel, Selector selector, long timeoutMillis) {
        this.socket = socket;
        this.channel = channel;
        this.selector = selector;
        this.timeoutMillis = timeoutMillis;
    }

    /** @throws NoDaemonException if nobody listens there */
    public static ApiClient open(Path socket, long timeoutMillis) {
        SocketChannel channel = null;
        try {
            channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            return new ApiClient(socket, channel, selector, timeoutMillis);
        } catch (IOException e) {
            NoDaemonException failure = new NoDaemonException(socket, String.valueOf(e.getMessage()));
            if (channel != null) {
                try {
                    channel.close();
                } catch (IOException closing) {
                    failure.addSuppressed(closing);
                }
            }
            throw failure;
        }
    }

    /**
     * Asks and waits for the answer.
     *
     * @throws DaemonException if the daemon refuses, does not answer in time, or goes away
     */
    public Answer ask(Request request) {
        send(request);
        return next(timeoutMillis + ownTime(request));
    }

    /** As {@link #ask}, for requests that have no other answer than "done"; gives its text. */
    public String order(Request request) {
        Answer answer = ask(request);
        if (answer instanceof Answer.Done done) {
            return done.text();
        }
        throw unexpected(request, answer);
    }

    private static long ownTime(Request request) {
        if (request instanceof Request.Settle settle) {
            return settle.timeoutMillis();
        }
        return request instanceof Request.Fence fence ? fence.timeoutMillis() : 0;
    }

    public Answer.Status status() {
        Request request = new Request.Status();
        Answer answer = ask(request);
        if (answer instanceof Answer.Status status) {
            return status;
        }
        throw unexpected(request, answer);
    }

    public Answer.Cib cib() {
        Request request = new Request.ReadCib();
        Answer answer = ask(request);
        if (answer instanceof Answer.Cib cib) {
            return cib;
        }
        throw unexpected(request, answer);
    }

    private static DaemonException unexpected(Request request, Answer answer) {
        return new DaemonException(
                Advice.CHECK_STATE,
                "the daemon answered " + request.getClass().getSimpleName() + " with "
                        + answer.getClass().getSimpleName(),
                "use the client of the daemon's version");
    }

    /** Sends without waiting, for {@link Request.Watch}. */
    public void send(Request request) {
        byte[] line = (ApiCodec.write(request) + "\n").getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.wrap(line);
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
            while (bytes.hasRemaining()) {
                if (channel.write(bytes) == 0) {
                    await(SelectionKey.OP_WRITE, end, "the daemon does not read");
                }
            }
        } catch (IOException e) {
            throw gone(e);
        }
    }

    /** The next answer, or a refusal as exception; waits at most so long. */
    public Answer next(long waitMillis) {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMillis);
        try {
            while (true) {
                while (buffer.hasRemaining()) {
                    byte b = buffer.get();
                    if (b == '\n') {
                        return taken(line.toString(StandardCharsets.UTF_8));
                    }
                    line.write(b);
                }
                if (line.size() > ApiCodec.MAX_LINE) {
                    throw new DaemonException(Advice.CHECK_STATE, "the daemon's answer is too long", "look at its log");
                }
                buffer.clear();
                int read = channel.read(buffer);
                buffer.flip();
                if (read < 0) {
                    throw gone(null);
                }
                if (read == 0) {
                    await(SelectionKey.OP_READ, end, "the daemon did not answer within " + waitMillis + " ms");
                }
            }
        } catch (IOException e) {
            throw gone(e);
        }
    }

    private static Answer taken(String line) {
        Answer answer = ApiCodec.readAnswer(line);
        if (answer instanceof Answer.Failed failed) {
            throw new DaemonException(failed.advice(), failed.whatHappened(), failed.remedy());
        }
        return answer;
    }

    private void await(int operation, long endNanos, String otherwise) throws IOException {
        SelectionKey key = channel.keyFor(selector);
        if (key == null) {
            throw new AssertionError("channel is not registered");
        }
        key.interestOps(operation);
        long left = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        if (left <= 0) {
            throw new DaemonException(
                    Advice.CHECK_STATE, otherwise, "look at 'systole status' and the daemon's log before repeating it");
        }
        selector.select(left);
        selector.selectedKeys().clear();
    }

    private DaemonException gone(@Nullable IOException cause) {
        DaemonException failure = new DaemonException(
                Advice.CHECK_STATE,
                "the daemon at " + socket + " closed the connection before it answered",
                "look whether it runs: systole cluster status");
        if (cause != null) {
            failure.addSuppressed(cause);
        }
        return failure;
    }

    @Override
    public void close() {
        try {
            selector.close();
            channel.close();
        } catch (IOException e) {
            throw new DaemonException(
                    Advice.CHECK_STATE, "closing the connection failed: " + e.getMessage(), "nothing is to be done");
        }
    }
}
