package systole.transport;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks from time to time whether the own address of each link is still on an interface that is up. On a thread of its
 * own, because listing interfaces takes long on machines with many.
 */
final class LinkWatch {
    private static final Logger LOG = LoggerFactory.getLogger("systole.transport");

    /** Told on the watch's thread. */
    interface Listener {
        void changed(boolean up);
    }

    private static final class Watched {
        final int link;
        final InetAddress own;
        final Listener listener;
        boolean up = true;

        Watched(int link, InetAddress own, Listener listener) {
            this.link = link;
            this.own = own;
            this.listener = listener;
        }
    }

    private final int periodMillis;
    private final List<Watched> links = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread made = new Thread(task, "systole-links");
        made.setDaemon(true);
        return made;
    });

    LinkWatch(int periodMillis) {
        this.periodMillis = periodMillis;
    }

    void add(int link, InetAddress own, Listener listener) {
        links.add(new Watched(link, own, listener));
    }

    void start() {
        thread.scheduleWithFixedDelay(this::look, periodMillis, periodMillis, TimeUnit.MILLISECONDS);
    }

    void close() {
        thread.shutdownNow();
    }

    private void look() {
        for (Watched watched : links) {
            boolean up = isUp(watched.own);
            if (up != watched.up) {
                watched.up = up;
                LOG.warn(
                        "link {}: the interface of {} is {}",
                        watched.link,
                        watched.own.getHostAddress(),
                        up ? "up" : "down");
                watched.listener.changed(up);
            }
        }
    }

    private static boolean isUp(InetAddress own) {
        try {
            NetworkInterface found = NetworkInterface.getByInetAddress(own);
            return own.isLoopbackAddress() || (found != null && found.isUp());
        } catch (SocketException e) {
            LOG.debug("cannot look at the interface of {}: {}", own, e.getMessage());
            return false;
        }
    }
}
