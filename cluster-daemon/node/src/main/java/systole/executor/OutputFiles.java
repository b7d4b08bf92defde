package systole.executor;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The files that agents write their output to while they run.
 *
 * <p>A file and not a pipe: a service that keeps its agent's stdout open can go on writing when the daemon is gone, and
 * an agent that writes megabytes is never blocked. So that neither fills the disk, the file gives its beginning back to
 * the file system as it grows: a hole, and nothing that comes meanwhile is lost. Where the file system knows no holes it is
 * emptied (they are written in append mode). One that a service still holds stays under watch until nobody has it open. Used
 * on one thread.
 */
final class OutputFiles implements AutoCloseable {
    /** What a file may hold before its beginning is given back. */
    private static final long LARGEST = 1 << 20;

    /** Meta-data is read whole. */
    private static final long LARGEST_DOCUMENT = 16 << 20;

    private final Path folder;
    private final List<Path> held = new ArrayList<>();
    private Memory buffer = new Memory(64 * 1024);
    private long next = System.currentTimeMillis() * 1000;

    OutputFiles(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            try (DirectoryStream<Path> left = Files.newDirectoryStream(folder, "*.{out,err}")) {
                left.forEach(held::add);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + " cannot be used for the output of agents", e);
        }
    }

    /** One stream of one run. */
    final class Stream {
        private final Path path;
        private final int limit;
        private final boolean document;
        private String keptEnd = "";

        /** Bytes at its beginning that were given back. */
        private long gone;

        private Stream(Path path, int limit, boolean document) {
            this.path = path;
            this.limit = limit;
            this.document = document;
        }

        Path path() {
            return path;
        }

        /** Bounds the file of a run that still writes; returns what it held before. */
        long bound() {
            long size = size(path);
            if (size < gone) {
                // The agent emptied it.
                gone = 0;
            }
            long holds = size - gone;
            if (holds > (document ? LARGEST_DOCUMENT : LARGEST)) {
                if (giveBack(path, size - limit)) {
                    gone = size - limit;
                } else {
                    keptEnd = read(path, 0, limit, false);
                    Libc.truncate(path.toString(), new NativeLong(0));
                }
            }
            return holds;
        }

        /** What was written, its end if it is long; the file is gone afterwards, or under watch if still open. */
        String finish() {
            String text = read(path, gone, document ? (int) LARGEST_DOCUMENT : limit, true);
            if (!keptEnd.isEmpty() && text.length() < limit) {
                text = keptEnd + text;
                text = text.substring(Math.max(0, text.length() - limit));
            }
            return text;
        }
    }

    /** Two streams for a new run: stdout, stderr. */
    List<Stream> create(int limit, boolean document) {
        long number = next++;
        return List.of(
                new Stream(folder.resolve(number + ".out"), limit, document),
                new Stream(folder.resolve(number + ".err"), limit, false));
    }

    int held() {
        return held.size();
    }

    /** Looks after the files that services hold: removes those that are free now, empties those that have grown. */
    void sweep() {
        for (Iterator<Path> files = held.iterator(); files.hasNext(); ) {
            Path path = files.next();
            int fd = Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
            if (fd < 0) {
                files.remove();
                continue;
            }
            try {
                if (isFree(fd)) {
                    Libc.unlink(path.toString());
                    files.remove();
                } else if (Libc.lseek(fd, new NativeLong(0), Libc.SEEK_END).longValue() > LARGEST) {
                    Libc.truncate(path.toString(), new NativeLong(0));
                }
            } finally {
                Libc.close(fd);
            }
        }
    }

    /** True if nobody has the file open for writing: the kernel grants a read lease only then. */
    private static boolean isFree(int fd) {
        if (Libc.fcntl(fd, Libc.F_SETLEASE, Libc.F_RDLCK) == 0) {
            Libc.fcntl(fd, Libc.F_SETLEASE, Libc.F_UNLCK);
            return true;
        }
        // A file system without leases answers otherwise: then a file is taken as free when its run has ended.
        return Native.getLastError() != Libc.EAGAIN;
    }

    private static long size(Path path) {
        int fd = Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            return 0;
        }
        long size = Libc.lseek(fd, new NativeLong(0), Libc.SEEK_END).longValue();
        Libc.close(fd);
        return size;
    }

    /** Makes the first bytes a hole; false where the file system cannot. */
    private static boolean giveBack(Path path, long bytes) {
        int fd = Libc.open(path.toString(), Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            return false;
        }
        boolean done = Libc.fallocate(fd, Libc.PUNCH_HOLE, new NativeLong(0), new NativeLong(bytes)) == 0;
        Libc.close(fd);
        return done;
    }

    /** The end of it, at most so many bytes, and nothing of the first ones that are gone. */
    private String read(Path path, long gone, int limit, boolean last) {
        int fd = Libc.open(path.toString(), Libc.O_RDONLY | Libc.O_CLOEXEC, 0);
        if (fd < 0) {
            // The agent was never started, or removed the file itself.
            return "";
        }
        try {
            long size = Libc.lseek(fd, new NativeLong(0), Libc.SEEK_END).longValue();
            long wanted = Math.min(Math.max(0, size - gone), limit);
            String text = wanted == 0 ? "" : readEnd(fd, size, (int) wanted);
            if (last) {
                if (isFree(fd)) {
                    Libc.unlink(path.toString());
                } else {
                    held.add(path);
                }
            }
            return text;
        } finally {
            Libc.close(fd);
        }
    }

    private String readEnd(int fd, long size, int wanted) {
        if (buffer.size() < wanted) {
            buffer.close();
            buffer = new Memory(wanted);
        }
        Libc.lseek(fd, new NativeLong(size - wanted), Libc.SEEK_SET);
        int have = 0;
        while (have < wanted) {
            long got = Libc.read(fd, buffer.share(have), new NativeLong(wanted - have))
                    .longValue();
            if (got <= 0) {
                break;
            }
            have += (int) got;
        }
        return printable(buffer.getByteArray(0, have));
    }

    /** Text that can stand in a log, in XML and in JSON: control characters become {@code ?}. */
    static String printable(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        char[] characters = text.toCharArray();
        boolean changed = false;
        for (int i = 0; i < characters.length; i++) {
            char c = characters[i];
            if ((c < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7f || c >= 0xfffe) {
                characters[i] = '?';
                changed = true;
            }
        }
        return changed ? new String(characters) : text;
    }

    @Override
    public void close() {
        sweep();
        buffer.close();
    }
}
