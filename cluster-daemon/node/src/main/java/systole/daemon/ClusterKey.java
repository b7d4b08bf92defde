package systole.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;
import systole.api.KeyFile;

/** Reads the shared key and refuses one that others can read. */
final class ClusterKey {
    private ClusterKey() {}

    static byte[] read(Path file) {
        if (!Files.exists(file)) {
            throw new DaemonException(
                    "there is no key " + file,
                    "make one with: systole keygen, and copy it to all nodes of the cluster");
        }
        try {
            Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
            if (permissions.contains(PosixFilePermission.OTHERS_READ)
                    || permissions.contains(PosixFilePermission.GROUP_READ)) {
                throw new DaemonException(file + " can be read by others", "run: chmod 0400 " + file);
            }
            byte[] key = Files.readAllBytes(file);
            if (key.length != KeyFile.BYTES) {
                throw new DaemonException(
                        file + " has " + key.length + " bytes, a key has " + KeyFile.BYTES,
                        "copy it again from another node, or make a new one for all nodes with: systole keygen");
            }
            return key;
        } catch (IOException e) {
            throw new DaemonException(
                    "cannot read " + file + ": " + e.getMessage(), "run the daemon as the owner of the file");
        }
    }
}
