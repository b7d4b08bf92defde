package systole.executor;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One control group: the processes of one run, and what stays of them. A process cannot leave it by forking, by a session of
 * its own, or by the death of its parent. Used on one thread.
 */
final class AgentGroup implements AutoCloseable {
    private static final String POPULATED = "populated 1";
    private static final int EVENTS_BYTES = 256;

    private final Path folder;
    private final String name;
    private final int descriptor;
    private final int events;
    private final Memory bytes = new Memory(EVENTS_BYTES);

    private AgentGroup(Path folder, String name, int descriptor, int events) {
        this.folder = folder;
        this.name = name;
        this.descriptor = descriptor;
        this.events = events;
    }

    /**
     * Opens a group that exists.
     *
     * @param name what the journal calls it
     * @throws IOException if it is gone, or cannot be used
     */
    static AgentGroup open(Path folder, String name) throws IOException {
        int descriptor = opened(folder, Libc.O_PATH | Libc.O_DIRECTORY);
        try {
            return new AgentGroup(folder, name, descriptor, opened(folder.resolve("cgroup.events"), Libc.O_RDONLY));
        } catch (IOException e) {
            Libc.close(descriptor);
            throw e;
        }
    }

    private static int opened(Path path, int flags) throws IOException {
        int file = Libc.open(path.toString(), flags | Libc.O_CLOEXEC, 0);
        if (file < 0) {
            throw new IOException(path + ": " + Libc.reason(Native.getLastError()));
        }
        return file;
    }

    Path folder() {
        return folder;
    }

    String name() {
        return name;
    }

    /** Of the folder, for the call that starts a process inside. */
    int descriptor() {
        return descriptor;
    }

    /** Moves a process here; what it has forked before stays where it is. Gives the {@code errno}, 0 if it worked. */
    int add(int pid) {
        return move(pid, folder);
    }

    /** Sends KILL to all of it; nothing that is being forked at this moment escapes. */
    int kill() {
        return write(folder.resolve("cgroup.kill"), "1");
    }

    /** Moves a process to the group with this folder. Gives the {@code errno}, 0 if it worked. */
    static int move(int pid, Path folder) {
        return write(folder.resolve("cgroup.procs"), Integer.toString(pid));
    }

    private static int write(Path file, String text) {
        int to = Libc.open(file.toString(), Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
        if (to < 0) {
            return Native.getLastError();
        }
        try (Memory room = new Memory(text.length())) {
            room.write(0, text.getBytes(StandardCharsets.US_ASCII), 0, text.length());
            boolean written =
                    Libc.write(to, room, new NativeLong(text.length())).longValue() == text.length();
            return written ? 0 : Native.getLastError();
        } finally {
            Libc.close(to);
        }
    }

    /** True while a process lives here or in a group below. A dead one that nobody has reaped does not live. */
    boolean isPopulated() {
        return isPopulated(events, bytes);
    }

    /**
     * The same for whoever holds a descriptor of {@code cgroup.events}; the kernel takes it for having seen the last change.
     *
     * @param bytes room for the text
     */
    static boolean isPopulated(int events, Memory bytes) {
        long length = Libc.pread(events, bytes, new NativeLong(Math.min(EVENTS_BYTES, bytes.size())), new NativeLong(0))
                .longValue();
        // A group that was removed has no process: its files answer ENODEV.
        return length > 0
                && new String(bytes.getByteArray(0, (int) length), StandardCharsets.US_ASCII)
                        .lines()
                        .anyMatch(POPULATED::equals);
    }

    /** Numbers of the processes here and in the groups below, as of now. */
    List<Integer> members() {
        return members(folder);
    }

    static List<Integer> members(Path folder) {
        List<Integer> members = new ArrayList<>();
        try {
            for (Path group : withThoseBelow(folder)) {
                for (String line : Files.readAllLines(group.resolve("cgroup.procs"), StandardCharsets.US_ASCII)) {
                    int pid = Integer.parseInt(line.strip());
                    // Processes outside of our name space of numbers are shown as 0.
                    if (pid > 0) {
                        members.add(pid);
                    }
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException removed) {
            // It was removed, or a group below it was, while we read: what has been read is what there is.
            return members;
        }
        return members;
    }

    /** The folder and all below it, the deepest last. */
    private static List<Path> withThoseBelow(Path folder) throws IOException {
        List<Path> all = new ArrayList<>(List.of(folder));
        for (int i = 0; i < all.size(); i++) {
            try (DirectoryStream<Path> below = Files.newDirectoryStream(all.get(i), Files::isDirectory)) {
                below.forEach(all::add);
            } catch (NoSuchFileException goneMeanwhile) {
                continue;
            }
        }
        return all;
    }

    /** Removes a folder of groups none of which has a process; false if one has. */
    static boolean remove(Path folder) {
        if (Libc.rmdir(folder.toString()) == 0 || Native.getLastError() == Libc.ENOENT) {
            return true;
        }
        try {
            List<Path> all = withThoseBelow(folder);
            boolean gone = true;
            for (int i = all.size() - 1; i >= 0; i--) {
                gone = Libc.rmdir(all.get(i).toString()) == 0 || Native.getLastError() == Libc.ENOENT;
            }
            return gone;
        } catch (IOException | java.nio.file.DirectoryIteratorException goneMeanwhile) {
            return !Files.exists(folder);
        }
    }

    /** Lets go of it; the group itself stays. */
    @Override
    public void close() {
        Libc.close(descriptor);
        Libc.close(events);
        bytes.close();
    }

    @Override
    public String toString() {
        return folder.toString();
    }
}
