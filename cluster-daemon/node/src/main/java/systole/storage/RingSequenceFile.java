package systole.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The highest ring sequence that this node has known (specs/totem.md, lesson L1). Blocks while it syncs: a ring may be
 * entered only when its number is on the disk, and there is nothing else to do until then.
 */
public final class RingSequenceFile {
    private static final long MAGIC = 0x5359_5354_5249_4E47L;
    private static final int VERSION = 1;
    private static final int SIZE = 32;

    private final Path file;

    public RingSequenceFile(Path file) {
        this.file = file;
    }

    /**
     * The number, 0 if the node has never been on a ring.
     *
     * @throws StorageException if the file is there and damaged: a guess could repeat a ring
     */
    public long load() {
        if (!Files.exists(file)) {
            return 0;
        }
        try {
            ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file));
            if (in.limit() != SIZE || in.getLong(0) != MAGIC || in.getInt(24) != FileHeader.checksum(in, 24)) {
                throw new StorageException(
                        file + " is damaged",
                        "remove it while the other nodes of the cluster run: the node learns the number from them");
            }
            FileHeader.requireVersion(file, in.getInt(8), VERSION);
            return in.getLong(16);
        } catch (IOException e) {
            throw new StorageException("cannot read " + file + ": " + e.getMessage(), "check the disk");
        }
    }

    /** Returns when the number is on the disk. */
    public void store(long sequence) {
        ByteBuffer out = ByteBuffer.allocate(SIZE);
        out.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(sequence);
        out.putInt(FileHeader.checksum(out, 24)).putInt(0).flip();
        try {
            DurableFile.replace(file, out);
        } catch (IOException e) {
            throw new StorageException(
                    "cannot write " + file + ": " + e.getMessage(), "make room on the disk, then start the node again");
        }
    }
}
