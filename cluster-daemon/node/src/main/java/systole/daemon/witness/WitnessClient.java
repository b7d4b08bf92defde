package systole.daemon.witness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import systole.daemon.DaemonException;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Device;
import systole.witness.ContactEffect;
import systole.witness.ContactInput;

/** A node's connection to the witness: carries out what {@code systole.witness.WitnessContact} wants. */
public final class WitnessClient implements AutoCloseable {
    private final Device device;
    private final byte[] secret;
    private final SSLContext tls;
    private final Map<Long, WitnessLine> lines = new ConcurrentHashMap<>();

    private WitnessClient(Device device, byte[] secret, SSLContext tls) {
        this.device = device;
        this.secret = secret;
        this.tls = tls;
    }

    /**
     * Reads the key file.
     *
     * @throws DaemonException if it is missing, readable by others, or of another cluster
     */
    public static WitnessClient of(InterconnectConf conf, Device device, Path keyFile) {
        WitnessKey key = WitnessKey.read(keyFile);
        if (!key.cluster().equals(conf.clusterName())) {
            throw new DaemonException(
                    keyFile + " is of the cluster '" + key.cluster() + "', this is '" + conf.clusterName() + "'",
                    "admit this cluster on the witness with: systoled --witness --admit " + conf.clusterName());
        }
        try {
            // Seeds itself once, off the loops.
            new SecureRandom().nextInt();
            return new WitnessClient(device, key.secret(), WitnessTls.ofNode(key.fingerprint()));
        } catch (GeneralSecurityException e) {
            throw new DaemonException("TLS is not to be had: " + e.getMessage(), "install a complete Java runtime");
        }
    }

    public byte[] secret() {
        return secret.clone();
    }

    /** Carries out one effect; never blocks. The inbox may be called on any thread. */
    public void carryOut(ContactEffect effect, Consumer<ContactInput> inbox) {
        if (effect instanceof ContactEffect.Connect connect) {
            Thread thread = new Thread(() -> talk(connect.attempt(), inbox), "systole-witness");
            thread.setDaemon(true);
            thread.start();
        } else if (effect instanceof ContactEffect.Send send) {
            WitnessLine line = lines.get(send.attempt());
            if (line != null) {
                line.send(send.message());
            }
        } else if (effect instanceof ContactEffect.Close close) {
            WitnessLine line = lines.remove(close.attempt());
            if (line != null) {
                line.abort();
            }
        } else {
            throw new AssertionError("not for the connection: " + effect);
        }
    }

    private void talk(long attempt, Consumer<ContactInput> inbox) {
        try {
            InetAddress host = InetAddress.getByName(device.host());
            Socket plain = new Socket();
            plain.connect(new InetSocketAddress(host, device.port()), device.connectTimeoutMillis());
            plain.setSoTimeout(device.timeoutMillis());
            SSLSocket socket =
                    (SSLSocket) tls.getSocketFactory().createSocket(plain, device.host(), device.port(), true);
            socket.setEnabledProtocols(WitnessTls.PROTOCOLS);
            WitnessLine line = new WitnessLine(socket, "systole-witness");
            lines.put(attempt, line);
            line.run(
                    () -> inbox.accept(new ContactInput.Connected(System.nanoTime(), attempt)),
                    message -> inbox.accept(new ContactInput.Received(System.nanoTime(), attempt, message)),
                    why -> {
                        lines.remove(attempt);
                        inbox.accept(new ContactInput.Disconnected(System.nanoTime(), attempt, why));
                    });
        } catch (IOException e) {
            String why = device.host() + ":" + device.port() + ": " + e.getMessage();
            inbox.accept(new ContactInput.Disconnected(System.nanoTime(), attempt, why));
        }
    }

    @Override
    public void close() {
        lines.values().forEach(WitnessLine::abort);
    }
}
