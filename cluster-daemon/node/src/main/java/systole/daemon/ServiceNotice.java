package systole.daemon;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The notification protocol of systemd: a datagram to the socket in {@code NOTIFY_SOCKET} (sd_notify(3)). */
final class ServiceNotice {
    private static final Logger LOG = LoggerFactory.getLogger("systole.daemon");
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 02000000;

    /** The calls needed. */
    interface LibC extends Library {
        int socket(int domain, int type, int protocol);

        int sendto(int socket, Memory bytes, long length, int flags, Memory address, int addressLength);

        int close(int socket);
    }

    private ServiceNotice() {}

    static void ready(String status) {
        send("READY=1\nSTATUS=" + status);
    }

    static void status(String status) {
        send("STATUS=" + status);
    }

    static void stopping() {
        send("STOPPING=1\nSTATUS=stopping resources and leaving the cluster");
    }

    private static void send(String text) {
        String path = System.getenv("NOTIFY_SOCKET");
        if (path == null || path.isEmpty()) {
            return;
        }
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        byte[] message = text.getBytes(StandardCharsets.UTF_8);
        if (name.length > 107) {
            LOG.warn("NOTIFY_SOCKET is too long: {}", path);
            return;
        }
        LibC c = Native.load("c", LibC.class);
        int socket = c.socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
        if (socket < 0) {
            LOG.warn("cannot tell the service supervisor: no socket");
            return;
        }
        try (Memory address = new Memory(110);
                Memory bytes = new Memory(message.length)) {
            address.clear();
            address.setShort(0, (short) AF_UNIX);
            address.write(2, name, 0, name.length);
            if (name[0] == '@') {
                address.setByte(2, (byte) 0);
            }
            bytes.write(0, message, 0, message.length);
            if (c.sendto(socket, bytes, message.length, 0, address, 2 + name.length) < 0) {
                LOG.warn("the service supervisor did not take the message '{}'", text);
            }
        } finally {
            c.close(socket);
        }
    }
}
