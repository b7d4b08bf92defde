package systole.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines of text to and from local clients over a unix socket. Knows who is at the other end, not what is said.
 *
 * <p>Bounded: {@value #MAX_CONNECTIONS} connections, lines of at most the given length, and per connection an output that
 * may wait; a client that does not read what it asked for is closed.
 */
public final class LineServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("systole.api");
    private static final int MAX_CONNECTIONS = 512;
    private static final int WAITING_OUTPUT = 128 << 20;

    /** Who is at the other end, as the kernel says. Names, or numbers where the system knows no name. */
    public record Peer(String user, String group) {
        public boolean isRoot() {
            return user.equals("root") || user.equals("0");
        }
    }

    /** A client. Its methods may be called from any thread. */
    public interface Connection {
        Peer peer();

        /** Sends a line; {@code false} if the client is gone or does not read. */
        boolean send(String line);

        void close();
    }

    /** What is done with lines. Called on the server's loop: must not block. */
    public interface Handler {
        void line(Connection connection, String line);

        /** The client has gone; nothing can be sent to it any more. */
        void closed(Connection connection);
    }

    private final Path socket;
    private final Channel listening;

    private LineServer(Path socket, Channel listening) {
        this.socket = socket;
        this.listening = listening;
    }

    /**
     * Listens. A socket file that is there already is replaced: whether another daemon runs was found out before.
     *
     * @param maxLine longest line in bytes
     * @throws TransportException if the socket cannot be made
     */
    public static LineServer open(EventLoopGroup loops, Path socket, int maxLine, Handler handler) {
        AtomicInteger connections = new AtomicInteger();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new TransportException(
                    "cannot replace " + socket + ": " + e.getMessage(), "remove it, or run the daemon as its owner");
        }
        var future = new ServerBootstrap()
                .group(loops)
                .channel(NioServerDomainSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 128)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WAITING_OUTPUT / 2, WAITING_OUTPUT))
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Client(channel, connections, maxLine, handler));
                    }
                })
                .bind(UnixDomainSocketAddress.of(socket))
                .awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new TransportException(
                    "cannot listen on " + socket + ": " + future.cause().getMessage(),
                    "check the folder's permissions; the path may have at most 107 characters");
        }
        try {
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        } catch (IOException e) {
            throw new TransportException("cannot protect " + socket + ": " + e.getMessage(), "check the file system");
        }
        return new LineServer(socket, future.channel());
    }

    @Override
    public void close() {
        listening.close().awaitUninterruptibly();
        try {
            Files.deleteIfExists(socket);
        } catch (IOException e) {
            LOG.warn("cannot remove {}: {}", socket, e.getMessage());
        }
    }

    /** One connection on the loop. */
    private static final class Client extends SimpleChannelInboundHandler<ByteBuf> implements Connection {
        private final Channel channel;
        private final AtomicInteger connections;
        private final int maxLine;
        private final Handler handler;
        private final ByteBuf collected = Unpooled.buffer(256);
        private Peer peer = new Peer("nobody", "nogroup");

        Client(Channel channel, AtomicInteger connections, int maxLine, Handler handler) {
            this.channel = channel;
            this.connections = connections;
            this.maxLine = maxLine;
            this.handler = handler;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            if (connections.incrementAndGet() > MAX_CONNECTIONS) {
                LOG.warn("more than {} clients: one was turned away", MAX_CONNECTIONS);
                channel.close();
                return;
            }
            UnixDomainPrincipal principal =
                    channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
            if (principal == null) {
                LOG.warn("the system does not say who the client is: it was turned away");
                channel.close();
                return;
            }
            peer = new Peer(principal.user().getName(), principal.group().getName());
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf bytes) {
            while (bytes.isReadable()) {
                int end = bytes.indexOf(bytes.readerIndex(), bytes.writerIndex(), (byte) '\n');
                int length = (end < 0 ? bytes.writerIndex() : end) - bytes.readerIndex();
                if (collected.readableBytes() + (long) length > maxLine) {
                    LOG.warn("a client of {} sent a line of more than {} bytes: it was closed", peer.user(), maxLine);
                    channel.close();
                    return;
                }
                collected.writeBytes(bytes, length);
                if (end >= 0) {
                    bytes.skipBytes(1);
                    String line = collected.toString(StandardCharsets.UTF_8);
                    collected.clear();
                    handler.line(this, line);
                }
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            connections.decrementAndGet();
            handler.closed(this);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                LOG.debug("a client went away: {}", cause.getMessage());
            } else {
                LOG.error("a request failed", cause);
            }
            channel.close();
        }

        @Override
        public Peer peer() {
            return peer;
        }

        @Override
        public boolean send(String line) {
            if (!channel.isActive()) {
                return false;
            }
            if (!channel.isWritable()) {
                LOG.warn("a client of {} does not read: it was closed", peer.user());
                channel.close();
                return false;
            }
            ByteBuf bytes = ByteBufUtil.writeUtf8(channel.alloc(), line);
            bytes.writeByte('\n');
            channel.writeAndFlush(bytes);
            return true;
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
