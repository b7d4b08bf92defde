package systole.daemon.witness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import systole.daemon.DaemonException;

/**
 * What a cluster and its witness know of each other: a small text file, the same at both ends, mode 0400.
 *
 * @param fingerprint SHA-256 of the witness's certificate: nodes talk to nobody else
 * @param secret 32 bytes that prove to the witness that a node belongs to the cluster
 */
record WitnessKey(String cluster, byte[] fingerprint, byte[] secret) {
    private static final int BYTES = 32;
    private static final String TITLE =
            "# Systole: key of a cluster for its witness. Same file on the witness and on all nodes.";

    static WitnessKey make(String cluster, byte[] fingerprint) {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new WitnessKey(cluster, fingerprint, secret);
    }

    static WitnessKey read(Path file) {
        if (!Files.exists(file)) {
            throw new DaemonException(
                    "there is no key for the witness: " + file,
                    "make one on the witness with: systoled --witness --admit CLUSTER, and copy it to all nodes");
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.GROUP_READ)) {
                throw new DaemonException(file + " can be read by others", "run: chmod 0400 " + file);
            }
            Map<String, String> lines = new TreeMap<>();
            for (String line : Files.readAllLines(file)) {
                int blank = line.indexOf(' ');
                if (!line.startsWith("#") && blank > 0) {
                    lines.put(
                            line.substring(0, blank), line.substring(blank + 1).strip());
                }
            }
            return new WitnessKey(
                    value(file, lines, "cluster"),
                    bytes(file, value(file, lines, "fingerprint")),
                    bytes(file, value(file, lines, "secret")));
        } catch (IOException e) {
            throw new DaemonException("cannot read " + file + ": " + e, "run the daemon as the owner of the file");
        }
    }

    private static String value(Path file, Map<String, String> lines, String name) {
        String value = lines.get(name);
        if (value == null) {
            throw new DaemonException(file + " has no line '" + name + "'", "copy it again from the witness");
        }
        return value;
    }

    private static byte[] bytes(Path file, String hex) {
        try {
            byte[] bytes = HexFormat.of().parseHex(hex);
            if (bytes.length == BYTES) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new DaemonException(file + " is damaged: " + e.getMessage(), "copy it again from the witness");
        }
        throw new DaemonException(file + " is damaged: a value is cut off", "copy it again from the witness");
    }

    /** @throws DaemonException if the file is there already */
    void write(Path file) {
        HexFormat hex = HexFormat.of();
        String text = TITLE + "\ncluster " + cluster + "\nfingerprint " + hex.formatHex(fingerprint) + "\nsecret "
                + hex.formatHex(secret) + "\n";
        try {
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--------"));
            try (FileChannel channel = FileChannel.open(
                    file, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)) {
                channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                channel.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            throw new DaemonException(
                    "the cluster '" + cluster + "' is admitted already",
                    "copy " + file + " to its nodes; to replace the key, move the file away first");
        } catch (IOException e) {
            throw new DaemonException("cannot write " + file + ": " + e, "check the folder's permissions");
        }
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "key of '" + cluster + "' for its witness";
    }
}
