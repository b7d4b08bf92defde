package systole.daemon.witness;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.EnumSet;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import systole.daemon.DaemonException;
import systole.kernel.ByteSink;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.storage.WholeFile;
import systole.witness.ArbiterMemory;

/**
 * The witness's folder: {@code etc/systole/witness/} with one key per admitted cluster, {@code var/lib/systole/witness/}
 * with its identity and what it remembers of each cluster.
 */
record WitnessFiles(Path keys, Path state) {
    private static final int FORMAT = 1;
    private static final String KEY = ".key";

    /** Key and certificate of the witness. */
    record Identity(PrivateKey key, X509Certificate certificate) {}

    static WitnessFiles under(Path root) {
        return new WitnessFiles(root.resolve("etc/systole/witness"), root.resolve("var/lib/systole/witness"));
    }

    /** Reads the identity, or makes it at the first time. */
    Identity identity() {
        Path keyFile = state.resolve("identity.key");
        Path certificateFile = state.resolve("identity.crt");
        try {
            Files.createDirectories(keys);
            Files.createDirectories(state);
            if (!Files.exists(certificateFile)) {
                Files.deleteIfExists(keyFile);
                SelfSigned made = SelfSigned.make("Systole witness");
                writeSecret(keyFile, made.keys().getPrivate().getEncoded());
                WholeFile.replace(certificateFile, made.certificate().getEncoded());
            }
            PrivateKey key =
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Files.readAllBytes(keyFile)));
            return new Identity(key, SelfSigned.parse(Files.readAllBytes(certificateFile)));
        } catch (IOException e) {
            throw new DaemonException("cannot use " + state + ": " + e, "run the witness as the owner of the folder");
        } catch (GeneralSecurityException e) {
            throw new DaemonException(
                    "the identity in " + state + " is damaged: " + e.getMessage(),
                    "restore it; or remove it, and the keys of all clusters, and admit them anew");
        }
    }

    private static void writeSecret(Path file, byte[] bytes) throws IOException {
        var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--------"));
        try (FileChannel channel =
                FileChannel.open(file, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)) {
            channel.write(ByteBuffer.wrap(bytes));
            channel.force(true);
        }
    }

    /** Where the key of a cluster is; any name is a file name. */
    Path keyFile(String cluster) {
        return keys.resolve(fileName(cluster) + KEY);
    }

    private static String fileName(String cluster) {
        return URLEncoder.encode(cluster, StandardCharsets.UTF_8);
    }

    /** The key of an admitted cluster. Read anew each time, so that a cluster can be admitted while the witness runs. */
    Optional<WitnessKey> key(String cluster) {
        Path file = keyFile(cluster);
        return Files.exists(file) ? Optional.of(WitnessKey.read(file)) : Optional.empty();
    }

    /** Number of clusters that are admitted. */
    long admitted() {
        try (Stream<Path> files = Files.list(keys)) {
            return files.filter(file -> file.toString().endsWith(KEY)).count();
        } catch (IOException e) {
            throw new DaemonException("cannot read " + keys + ": " + e, "check its permissions");
        }
    }

    ArbiterMemory memory(String cluster) {
        Path file = state.resolve(fileName(cluster) + ".vote");
        if (!Files.exists(file)) {
            return ArbiterMemory.NOTHING;
        }
        try {
            return decode(Files.readAllBytes(file));
        } catch (IOException | ByteSource.Malformed | IllegalArgumentException e) {
            throw new DaemonException(
                    file + " cannot be read: " + e.getMessage(),
                    "restore it, or remove it: then the witness votes only after all nodes were together once");
        }
    }

    /** Returns when the memory is on disk. */
    void remember(String cluster, ArbiterMemory memory) {
        Path file = state.resolve(fileName(cluster) + ".vote");
        try {
            WholeFile.replace(file, encode(memory));
        } catch (IOException e) {
            throw new DaemonException("cannot write " + file + ": " + e, "make room, or repair the disk");
        }
    }

    static byte[] encode(ArbiterMemory memory) {
        ByteSink out =
                new ByteSink().octet(FORMAT).fixed64(memory.viewSequence()).flag(memory.released());
        nodes(out, memory.members());
        nodes(out, memory.holders());
        byte[] body = out.toBytes();
        java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
        sum.update(ByteBuffer.wrap(body));
        return new ByteSink().block(body).fixed64(sum.getValue()).toBytes();
    }

    static ArbiterMemory decode(byte[] bytes) {
        ByteSource whole = new ByteSource(bytes);
        byte[] body = whole.block();
        java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
        sum.update(ByteBuffer.wrap(body));
        if (whole.fixed64() != sum.getValue()) {
            throw new ByteSource.Malformed("the checksum does not match");
        }
        ByteSource in = new ByteSource(body);
        int format = in.octet();
        if (format != FORMAT) {
            throw new ByteSource.Malformed("format " + format + " of a newer version");
        }
        long sequence = in.fixed64();
        boolean released = in.flag();
        return new ArbiterMemory(sequence, nodes(in), nodes(in), released);
    }

    private static void nodes(ByteSink out, SortedSet<NodeId> nodes) {
        out.number(nodes.size());
        nodes.forEach(node -> out.number(node.value()));
    }

    private static SortedSet<NodeId> nodes(ByteSource in) {
        int count = in.count();
        SortedSet<NodeId> nodes = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            nodes.add(new NodeId(in.smallNumber()));
        }
        return nodes;
    }
}
