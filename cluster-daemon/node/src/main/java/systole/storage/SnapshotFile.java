package systole.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.CRC32C;

/** A whole state: a header of 40 bytes (magic, version, last index, length, checksums), then the bytes. */
final class SnapshotFile {
    static final long MAGIC = 0x5359_5354_534E_5031L;
    static final int VERSION = 1;
    static final int HEADER = 40;

    private SnapshotFile() {}

    static String nameOf(long lastIndex) {
        return String.format("snapshot-%016x", lastIndex);
    }

    static void write(Path folder, long lastIndex, byte[] state) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(MAGIC).putInt(VERSION).putInt(state.length).putLong(lastIndex);
        header.putInt(checksum(state))
                .putInt(0)
                .putInt(FileHeader.checksum(header, 32))
                .putInt(0)
                .flip();
        DurableFile.replace(folder.resolve(nameOf(lastIndex)), header, ByteBuffer.wrap(state));
    }

    /** The state, or nothing if the bytes are not those that were written. */
    static Optional<byte[]> read(Path file, long lastIndex) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length < HEADER || in.getLong(0) != MAGIC || in.getInt(32) != FileHeader.checksum(in, 32)) {
            return Optional.empty();
        }
        FileHeader.requireVersion(file, in.getInt(8), VERSION);
        if (in.getInt(12) != bytes.length - HEADER || in.getLong(16) != lastIndex) {
            return Optional.empty();
        }
        byte[] state = new byte[bytes.length - HEADER];
        in.position(HEADER).get(state);
        return in.getInt(24) == checksum(state) ? Optional.of(state) : Optional.empty();
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
