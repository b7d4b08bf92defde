package systole.daemon.witness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.daemon.DaemonException;
import systole.witness.Arbiter;
import systole.witness.ArbiterEffect;
import systole.witness.ArbiterInput;
import systole.witness.WitnessMessage;
import systole.witness.WitnessMessage.Alive;
import systole.witness.WitnessMessage.Farewell;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Release;
import systole.witness.WitnessMessage.Report;

/**
 * The witness: accepts nodes of admitted clusters over TLS, gives what they say to the {@link Arbiter} of their cluster.
 * One thread decides for all clusters and writes their memories; each connection has a thread that reads and one that
 * writes. Bounded: {@value #MAX_CONNECTIONS} connections.
 */
public final class WitnessDaemon {
    private static final Logger LOG = LoggerFactory.getLogger("systole.witness");
    private static final int MAX_CONNECTIONS = 1024;
    private static final int HELLO_MILLIS = 10_000;
    private static final int MAX_WAITING = 65_536;

    private interface Event {}

    private record Heard(Peer peer, WitnessMessage message) implements Event {}

    private record Gone(Peer peer, String why) implements Event {}

    /** One connection; its fields are the deciding thread's. */
    private static final class Peer {
        final long number;
        final SSLSocket socket;
        final WitnessLine line;
        final String address;

        @Nullable
        Hello hello;

        Peer(long number, SSLSocket socket, WitnessLine line, String address) {
            this.number = number;
            this.socket = socket;
            this.line = line;
            this.address = address;
        }
    }

    private final WitnessFiles files;
    private final SSLServerSocket listening;
    private final BlockingQueue<Event> inbox = new LinkedBlockingQueue<>();
    private final Map<String, Arbiter> arbiters = new TreeMap<>();
    private final Map<Long, Peer> peers = new HashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean closing;

    private WitnessDaemon(WitnessFiles files, SSLServerSocket listening) {
        this.files = files;
        this.listening = listening;
    }

    /** Listens; {@link #run} does the work. */
    public static WitnessDaemon open(Path root, String address, int port) {
        WitnessFiles files = WitnessFiles.under(root);
        WitnessFiles.Identity identity = files.identity();
        try {
            SSLContext tls = WitnessTls.ofWitness(identity.key(), identity.certificate());
            ServerSocket made = tls.getServerSocketFactory().createServerSocket();
            SSLServerSocket listening = (SSLServerSocket) made;
            listening.setEnabledProtocols(WitnessTls.PROTOCOLS);
            listening.setReuseAddress(true);
            listening.bind(
                    address.isEmpty()
                            ? new InetSocketAddress(port)
                            : new InetSocketAddress(InetAddress.getByName(address), port),
                    128);
            LOG.info(
                    "the witness listens on {}, {} clusters are admitted, certificate {}",
                    listening.getLocalSocketAddress(),
                    files.admitted(),
                    HexFormat.of().formatHex(WitnessTls.fingerprint(identity.certificate())));
            return new WitnessDaemon(files, listening);
        } catch (IOException e) {
            throw new DaemonException(
                    "cannot listen on port " + port + ": " + e.getMessage(), "give another with --port, or --listen");
        } catch (GeneralSecurityException e) {
            throw new DaemonException("TLS is not to be had: " + e.getMessage(), "install a complete Java runtime");
        }
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Makes the key of a cluster; gives the file that its nodes need. */
    public static Path admit(Path root, String cluster) {
        WitnessFiles files = WitnessFiles.under(root);
        WitnessFiles.Identity identity = files.identity();
        try {
            Path file = files.keyFile(cluster);
            WitnessKey.make(cluster, WitnessTls.fingerprint(identity.certificate()))
                    .write(file);
            return file;
        } catch (GeneralSecurityException e) {
            throw new DaemonException("SHA-256 is not to be had: " + e.getMessage(), "install a complete Java runtime");
        }
    }

    /** Asks the running witness to forget which nodes had the vote; gives its answer. */
    public static String release(Path root, String address, int port, String cluster) {
        WitnessFiles files = WitnessFiles.under(root);
        WitnessKey key = files.key(cluster).orElseThrow(() -> notAdmitted(cluster));
        String host = address.isEmpty() ? "localhost" : address;
        try (Socket plain = new Socket(host, port);
                SSLSocket socket = (SSLSocket)
                        WitnessTls.ofNode(key.fingerprint()).getSocketFactory().createSocket(plain, host, port, true)) {
            socket.setSoTimeout(HELLO_MILLIS);
            socket.setEnabledProtocols(WitnessTls.PROTOCOLS);
            WitnessLine line = new WitnessLine(socket, "systole-release");
            String[] answer = {"the witness did not answer"};
            line.run(
                    () -> line.send(new Release(cluster, key.secret())),
                    message -> answer[0] = message instanceof Farewell farewell ? farewell.words() : message.toString(),
                    why -> LOG.debug("release: {}", why));
            return answer[0];
        } catch (IOException e) {
            throw new DaemonException(
                    "no witness answers on " + host + ":" + port + ": " + e.getMessage(),
                    "start it with: systoled --witness");
        } catch (GeneralSecurityException e) {
            throw new DaemonException("TLS is not to be had: " + e.getMessage(), "install a complete Java runtime");
        }
    }

    private static DaemonException notAdmitted(String cluster) {
        return new DaemonException(
                "the cluster '" + cluster + "' is not admitted here",
                "admit it with: systoled --witness --admit " + cluster);
    }

    /** Decides until {@link #close}. */
    public void run() {
        Thread acceptor = new Thread(this::accept, "systole-accept");
        acceptor.setDaemon(true);
        acceptor.start();
        try {
            while (!closing) {
                Event event = inbox.poll(waitNanos(), TimeUnit.NANOSECONDS);
                if (event instanceof Heard heard) {
                    heard(heard.peer(), heard.message());
                } else if (event instanceof Gone gone) {
                    gone(gone.peer(), gone.why());
                }
                passTime();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        peers.values().forEach(peer -> peer.line.abort());
    }

    public void close() {
        closing = true;
        try {
            listening.close();
        } catch (IOException e) {
            LOG.debug("closing: {}", e.getMessage());
        }
    }

    private long waitNanos() {
        long first = Long.MAX_VALUE;
        for (Arbiter arbiter : arbiters.values()) {
            first = Math.min(first, arbiter.deadlineNanos());
        }
        long second = TimeUnit.SECONDS.toNanos(1);
        return first == Long.MAX_VALUE ? second : Math.max(0, Math.min(second, first - System.nanoTime()));
    }

    private void accept() {
        long number = 0;
        while (!closing) {
            try {
                SSLSocket socket = (SSLSocket) listening.accept();
                if (connections.incrementAndGet() > MAX_CONNECTIONS) {
                    connections.decrementAndGet();
                    LOG.warn("more than {} connections; {} is turned away", MAX_CONNECTIONS, socket.getInetAddress());
                    socket.close();
                    continue;
                }
                socket.setSoTimeout(HELLO_MILLIS);
                String address = String.valueOf(socket.getRemoteSocketAddress());
                WitnessLine line = new WitnessLine(socket, "witness " + address);
                Peer peer = new Peer(++number, socket, line, address);
                Thread reader = new Thread(
                        () -> line.run(
                                () -> LOG.debug("{} connected", address), message -> take(peer, message), why -> {
                                    connections.decrementAndGet();
                                    inbox.add(new Gone(peer, why));
                                }),
                        "witness " + address);
                reader.setDaemon(true);
                reader.start();
            } catch (IOException e) {
                if (!closing) {
                    LOG.warn("cannot accept: {}", e.getMessage());
                }
            }
        }
    }

    /** Whoever says more than can be decided upon is cut off. */
    private void take(Peer peer, WitnessMessage message) {
        if (inbox.size() < MAX_WAITING) {
            inbox.add(new Heard(peer, message));
        } else {
            peer.line.abort();
        }
    }

    // ---- on the deciding thread -------------------------------------------------------------------------------------

    private void heard(Peer peer, WitnessMessage message) {
        long now = System.nanoTime();
        Hello known = peer.hello;
        if (message instanceof Hello hello && known == null) {
            welcome(peer, hello, now);
        } else if (message instanceof Release release && known == null) {
            release(peer, release, now);
        } else if (message instanceof Report report && known != null) {
            step(known.cluster(), new ArbiterInput.Reported(now, peer.number, report));
        } else if (message instanceof Alive && known != null) {
            peer.line.send(new Alive());
        } else {
            dismiss(peer, "this message is not expected now");
        }
    }

    private Optional<String> distrust(String cluster, byte[] secret) {
        Optional<WitnessKey> key = files.key(cluster);
        if (key.isEmpty()) {
            return Optional.of("the cluster '" + cluster + "' is not admitted here");
        }
        return MessageDigest.isEqual(key.get().secret(), secret)
                ? Optional.empty()
                : Optional.of("the key of the cluster '" + cluster + "' is another one here");
    }

    private void welcome(Peer peer, Hello hello, long now) {
        Optional<String> distrust = distrust(hello.cluster(), hello.secret());
        if (distrust.isPresent()) {
            dismiss(peer, distrust.get());
            return;
        }
        peer.hello = hello;
        peers.put(peer.number, peer);
        try {
            peer.socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, hello.silenceMillis() * 3 / 2));
        } catch (IOException e) {
            LOG.debug("{}: {}", peer.address, e.getMessage());
        }
        LOG.info("{} of cluster '{}' is here ({})", hello.node(), hello.cluster(), peer.address);
        peer.line.send(new Alive());
        step(hello.cluster(), new ArbiterInput.Joined(now, peer.number, hello));
    }

    private void release(Peer peer, Release release, long now) {
        Optional<String> distrust = distrust(release.cluster(), release.secret());
        if (distrust.isPresent()) {
            dismiss(peer, distrust.get());
            return;
        }
        step(release.cluster(), new ArbiterInput.Released(now));
        peer.line.send(
                new Farewell("released: the next part of '" + release.cluster() + "' that asks may have the vote"));
        peer.line.finish();
    }

    private void dismiss(Peer peer, String words) {
        LOG.warn("{} is turned away: {}", peer.address, words);
        peer.line.send(new Farewell(words));
        peer.line.finish();
    }

    private void gone(Peer peer, String why) {
        Hello hello = peer.hello;
        if (hello == null) {
            LOG.debug("{} is gone: {}", peer.address, why);
            return;
        }
        peers.remove(peer.number);
        LOG.info("{} of cluster '{}' is gone: {}", hello.node(), hello.cluster(), why);
        step(hello.cluster(), new ArbiterInput.Lost(System.nanoTime(), peer.number));
    }

    private void passTime() {
        long now = System.nanoTime();
        for (Map.Entry<String, Arbiter> each : arbiters.entrySet()) {
            if (each.getValue().deadlineNanos() <= now) {
                carryOut(each.getKey(), each.getValue().step(new ArbiterInput.Tick(now)));
            }
        }
    }

    private void step(String cluster, ArbiterInput input) {
        Arbiter arbiter = arbiters.computeIfAbsent(cluster, name -> new Arbiter(files.memory(name)));
        carryOut(cluster, arbiter.step(input));
    }

    private void carryOut(String cluster, Iterable<ArbiterEffect> effects) {
        for (ArbiterEffect effect : effects) {
            if (effect instanceof ArbiterEffect.Persist persist) {
                files.remember(cluster, persist.memory());
            } else if (effect instanceof ArbiterEffect.Tell tell) {
                Peer peer = peers.get(tell.connection());
                if (peer != null) {
                    peer.line.send(tell.verdict());
                }
            } else if (effect instanceof ArbiterEffect.Dismiss dismissed) {
                Peer peer = peers.get(dismissed.connection());
                if (peer != null) {
                    dismiss(peer, dismissed.words());
                }
            } else if (effect instanceof ArbiterEffect.Note note) {
                LOG.info("cluster '{}': {}", cluster, note.words());
            } else {
                throw new AssertionError("unknown effect " + effect);
            }
        }
    }
}
