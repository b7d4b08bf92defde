package systole.daemon.witness;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.kernel.ByteSource;
import systole.wire.WitnessCodec;
import systole.witness.WitnessMessage;

/**
 * One TLS connection that carries messages: each four bytes of length, highest first, then the message. A thread reads,
 * another writes; {@link #send} never blocks. The owner hears of messages and of the one end on the reading thread.
 */
final class WitnessLine {
    private static final Logger LOG = LoggerFactory.getLogger("systole.witness");
    private static final int WAITING = 256;

    private final SSLSocket socket;
    private final String name;
    private final BlockingQueue<Object> outbox = new ArrayBlockingQueue<>(WAITING);
    private final AtomicBoolean closed = new AtomicBoolean();

    /** Marks the end of what is to be written. */
    private static final Object END = new Object();

    WitnessLine(SSLSocket socket, String name) {
        this.socket = socket;
        this.name = name;
    }

    /**
     * Shakes hands, then reads until the end. Blocks; to be called on a thread of its own.
     *
     * @param opened after the handshake
     * @param ended once, with the reason in words
     */
    void run(Runnable opened, Consumer<WitnessMessage> received, Consumer<String> ended) {
        String why = "closed";
        try {
            socket.setTcpNoDelay(true);
            socket.startHandshake();
            Thread writer = new Thread(this::write, name + "-out");
            writer.setDaemon(true);
            writer.start();
            opened.run();
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            while (!closed.get()) {
                int length = in.readInt();
                if (length < 2 || length > WitnessCodec.MAX_LENGTH) {
                    throw new IOException("a message of " + length + " bytes");
                }
                byte[] bytes = new byte[length];
                in.readFully(bytes);
                received.accept(WitnessCodec.decode(bytes));
            }
        } catch (java.io.EOFException e) {
            why = "the other end closed the connection";
        } catch (IOException | ByteSource.Malformed e) {
            why = String.valueOf(e.getMessage());
        } finally {
            abort();
            ended.accept(why);
        }
    }

    private void write() {
        try {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            while (!closed.get()) {
                Object next = outbox.take();
                if (!(next instanceof WitnessMessage message)) {
                    break;
                }
                byte[] bytes = WitnessCodec.encode(message);
                byte[] frame = new byte[bytes.length + 4];
                frame[0] = (byte) (bytes.length >>> 24);
                frame[1] = (byte) (bytes.length >>> 16);
                frame[2] = (byte) (bytes.length >>> 8);
                frame[3] = (byte) bytes.length;
                System.arraycopy(bytes, 0, frame, 4, bytes.length);
                out.write(frame);
                out.flush();
            }
        } catch (IOException e) {
            LOG.debug("{}: {}", name, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        abort();
    }

    /** From any thread. A peer that does not read is cut off. */
    void send(WitnessMessage message) {
        if (!outbox.offer(message)) {
            LOG.warn("{} does not read; the connection is closed", name);
            abort();
        }
    }

    /** Closes when all that was sent is out. */
    void finish() {
        if (!outbox.offer(END)) {
            abort();
        }
    }

    /** Closes at once. */
    void abort() {
        if (closed.compareAndSet(false, true)) {
            if (!outbox.offer(END)) {
                outbox.clear();
                if (!outbox.offer(END)) {
                    LOG.debug("{}: the writer is busy and will fail by itself", name);
                }
            }
            try {
                socket.close();
            } catch (IOException e) {
                LOG.debug("{}: {}", name, e.getMessage());
            }
        }
    }
}
