package systole.storage;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** What the headers of our files share: a version and a checksum. */
final class FileHeader {
    private FileHeader() {}

    static int checksum(ByteBuffer header, int length) {
        CRC32C crc = new CRC32C();
        ByteBuffer view = header.duplicate();
        view.limit(length).position(0);
        crc.update(view);
        return (int) crc.getValue();
    }

    static void requireVersion(Path file, int found, int supported) {
        if (found != supported) {
            throw new StorageException(
                    file + " has format version " + found + ", this daemon reads version " + supported,
                    "start the version of Systole that wrote it, or move the file away to take the state from the"
                            + " other nodes");
        }
    }
}
