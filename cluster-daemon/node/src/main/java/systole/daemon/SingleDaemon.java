package systole.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The pid file, locked as long as the daemon lives: a second one for the same root is refused. */
final class SingleDaemon implements AutoCloseable {
    private final Path pidFile;
    private final FileChannel channel;

    private SingleDaemon(Path pidFile, FileChannel channel) {
        this.pidFile = pidFile;
        this.channel = channel;
    }

    @Override
    public String toString() {
        return pidFile.toString();
    }

    static SingleDaemon claim(Path pidFile, Path root) {
        try {
            FileChannel channel = FileChannel.open(
                    pidFile, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (!lock(channel)) {
                ByteBuffer text = ByteBuffer.allocate(32);
                channel.read(text);
                channel.close();
                String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
                throw new DaemonException(
                        "a daemon with process id " + pid + " runs for " + root + " already",
                        "stop it with: systole cluster stop, or give this one another --root");
            }
            channel.truncate(0);
            String pid = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
            return new SingleDaemon(pidFile, channel);
        } catch (IOException e) {
            throw new DaemonException("cannot write " + pidFile + ": " + e.getMessage(), "check its permissions");
        }
    }

    private static boolean lock(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException ourOwn) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.truncate(0);
        channel.close();
    }
}
