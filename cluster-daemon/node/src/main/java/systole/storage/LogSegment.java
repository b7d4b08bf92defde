package systole.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.storage.StateLog.Damage;

/**
 * A file of {@link LogFrame}s after a header of 32 bytes. Space is reserved ahead with zeros, so that a sync need not
 * write the file's size as well.
 */
final class LogSegment {
    static final long MAGIC = 0x5359_5354_4C4F_4731L;
    static final int VERSION = 1;
    static final int HEADER = 32;
    private static final int RESERVE = 256 << 10;

    /** What a file holds. {@code end} is where the next frame goes. */
    record Content(long firstIndex, List<byte[]> records, long end, Optional<Damage> damage) {}

    private final FileChannel channel;
    private long end;
    private long reserved;

    private LogSegment(FileChannel channel, long end, long reserved) {
        this.channel = channel;
        this.end = end;
        this.reserved = reserved;
    }

    static String nameOf(long firstIndex) {
        return String.format("log-%016x", firstIndex);
    }

    static LogSegment create(Path folder, long firstIndex) throws IOException {
        Path file = folder.resolve(nameOf(firstIndex));
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(firstIndex);
        header.putInt(FileHeader.checksum(header, 24)).putInt(0).flip();
        DurableFile.replace(file, header);
        return open(file, HEADER);
    }

    /** Opens a file for appending behind {@code end}; what follows there is overwritten. */
    static LogSegment open(Path file, long end) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.READ);
        try {
            if (channel.size() > end) {
                channel.truncate(end);
                channel.force(true);
            }
            return new LogSegment(channel, end, end);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Writes and syncs. After an exception of the write the file is as before; {@link SyncFailed} says that this is no
     * longer known.
     */
    void append(ByteBuffer frame) throws IOException {
        int size = frame.remaining();
        try {
            reserve(end + size);
            channel.position(end);
            DurableFile.writeFully(channel, frame);
        } catch (IOException e) {
            undo(e);
            throw e;
        }
        sync(false);
        end += size;
    }

    private void reserve(long needed) throws IOException {
        if (needed <= reserved) {
            return;
        }
        long target = (needed / RESERVE + 1) * RESERVE;
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(target - reserved, RESERVE));
        channel.position(reserved);
        for (long at = reserved; at < target; at += zeros.limit()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), target - at));
            DurableFile.writeFully(channel, zeros);
        }
        sync(true);
        reserved = target;
    }

    private void undo(IOException cause) {
        try {
            channel.truncate(end);
            reserved = end;
            sync(true);
        } catch (IOException second) {
            cause.addSuppressed(second);
            throw new SyncFailed(second);
        }
    }

    /** After a failed sync the kernel may have dropped the pages: only a new reading tells what is on the disk. */
    private void sync(boolean size) {
        try {
            channel.force(size);
        } catch (IOException e) {
            throw new SyncFailed(e);
        }
    }

    /** See {@link #append}. */
    static final class SyncFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        SyncFailed(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    long end() {
        return end;
    }

    void close() throws IOException {
        channel.close();
    }

    /** Reads a whole file; never throws for what the bytes are. */
    static Content read(Path file) throws IOException {
        String name = String.valueOf(file.getFileName());
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.limit() < HEADER
                || bytes.getLong(0) != MAGIC
                || bytes.getInt(24) != FileHeader.checksum(bytes, 24)
                || !name.equals(nameOf(bytes.getLong(16)))) {
            return new Content(
                    -1, List.of(), 0, Optional.of(new Damage(name, 0, true, "the header of the log is damaged")));
        }
        FileHeader.requireVersion(file, bytes.getInt(8), VERSION);
        long firstIndex = bytes.getLong(16);
        List<byte[]> records = new ArrayList<>();
        int at = HEADER;
        while (true) {
            LogFrame.@Nullable Read frame = LogFrame.decode(bytes, at);
            if (frame == null || frame.firstIndex() != firstIndex + records.size()) {
                return new Content(firstIndex, records, at, damage(name, bytes, at, firstIndex + records.size()));
            }
            records.addAll(frame.records());
            at += frame.bytes();
        }
    }

    private static Optional<Damage> damage(String name, ByteBuffer bytes, int at, long expectedIndex) {
        int next = at;
        while (next < bytes.limit() && bytes.get(next) == 0) {
            next++;
        }
        if (next == bytes.limit()) {
            return Optional.empty();
        }
        for (int i = at + 1; i <= bytes.limit() - LogFrame.HEADER; i++) {
            if (bytes.getLong(i + 8) <= expectedIndex || bytes.getInt(i) < 12) {
                continue;
            }
            LogFrame.@Nullable Read later = LogFrame.decode(bytes, i);
            if (later != null) {
                return Optional.of(new Damage(
                        name,
                        at,
                        true,
                        "record " + expectedIndex + " is damaged, record " + later.firstIndex()
                                + " behind it is whole"));
            }
        }
        return Optional.of(new Damage(name, at, false, "a write was cut off before record " + expectedIndex));
    }
}
