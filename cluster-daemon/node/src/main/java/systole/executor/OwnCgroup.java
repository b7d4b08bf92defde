package systole.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/** Where the control group (version 2) of this process lies as a folder. */
public final class OwnCgroup {
    private static final Path CGROUP = Path.of("/proc/self/cgroup");
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final String VERSION_2 = "0::";

    private static final ReentrantLock AWAY = new ReentrantLock();

    /** Read when it is first asked for, and kept: the process may be elsewhere later. */
    private static final class Home {
        static final Optional<Path> FOLDER = read();
    }

    private OwnCgroup() {}

    /** Folder of the group in which this process began; empty where the kernel has none, or none of its mounts shows ours. */
    static Optional<Path> find() {
        return Home.FOLDER;
    }

    /**
     * For whoever else starts processes in this one: does it while the process is in its own group. The executor, where the C
     * library cannot start a process in a group, goes there itself for the moment of a start, and what is born meanwhile is
     * ended with a run of an agent.
     */
    public static <T> T atHome(Start<T> start) throws IOException {
        AWAY.lock();
        try {
            return start.begin();
        } finally {
            AWAY.unlock();
        }
    }

    /** Starts a process. */
    public interface Start<T> {
        T begin() throws IOException;
    }

    /** Until {@link #goHome} the process is elsewhere, and nobody else starts anything. */
    static void goAway() {
        AWAY.lock();
    }

    static void goHome() {
        AWAY.unlock();
    }

    private static Optional<Path> read() {
        try {
            return Files.exists(CGROUP)
                    ? folder(
                            Files.readString(CGROUP, StandardCharsets.ISO_8859_1),
                            Files.readString(MOUNTS, StandardCharsets.ISO_8859_1))
                    : Optional.empty();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("/proc/self cannot be read; mount /proc", e);
        }
    }

    /** From the texts of {@code /proc/self/cgroup} and {@code /proc/self/mountinfo} ({@code cgroups(7)}, {@code proc(5)}). */
    static Optional<Path> folder(String cgroup, String mountinfo) {
        Optional<Path> own = cgroup.lines()
                .filter(line -> line.startsWith(VERSION_2 + "/"))
                .map(line -> Path.of(line.substring(VERSION_2.length())))
                .findFirst();
        // A path with ".." lies outside of our name space: no mount of ours shows it.
        return own.filter(path -> path.equals(path.normalize()))
                .flatMap(path -> mountinfo
                        .lines()
                        .flatMap(line -> below(line, path).stream())
                        .findFirst());
    }

    private static Optional<Path> below(String mount, Path own) {
        int dash = mount.indexOf(" - ");
        String[] fields = mount.split(" ");
        if (dash < 0 || fields.length < 6 || !mount.startsWith("cgroup2 ", dash + 3)) {
            return Optional.empty();
        }
        Path shown = Path.of(plain(fields[3]));
        return own.startsWith(shown)
                ? Optional.of(Path.of(plain(fields[4]))
                        .resolve(shown.relativize(own).toString())
                        .normalize())
                : Optional.empty();
    }

    /** Blanks and the like are written as a backslash and three octal digits. */
    private static String plain(String field) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            boolean escaped = field.charAt(i) == '\\'
                    && i + 4 <= field.length()
                    && field.substring(i + 1, i + 4).matches("[0-3][0-7]{2}");
            if (escaped) {
                text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(field.charAt(i));
            }
        }
        return text.toString();
    }
}
