package systole.api;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.EnumSet;
import systole.kernel.BadInputException;

/** The key that all nodes of a cluster share: 256 random bits in a file that only its owner may read. */
public final class KeyFile {
    public static final int BYTES = 32;

    private KeyFile() {}

    /**
     * Makes a new key with mode 0400.
     *
     * @throws BadInputException if the file is there already: a key that is in use is never replaced
     */
    public static void make(Path file) {
        byte[] key = new byte[BYTES];
        new SecureRandom().nextBytes(key);
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--------"));
            try (FileChannel channel = FileChannel.open(
                    file, EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), owner)) {
                channel.write(ByteBuffer.wrap(key));
                channel.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            throw new BadInputException(
                    "",
                    "the key " + file + " is there already",
                    "keep it; to really replace it, move it away on all nodes first");
        } catch (IOException e) {
            throw new BadInputException(
                    "", "cannot write " + file + ": " + e, "check the folder's permissions, or run as root");
        }
    }
}
