package systole.executor;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * Starts and reaps child processes. Used on one thread.
 *
 * <p>A child leads a session and process group of its own, has default signals and the normal scheduling class, and owns
 * three descriptors: stdin, and two files for its output. There is no pipe from it to the daemon, so the daemon's end
 * is nothing that the child, or a service it leaves behind, could notice.
 */
final class Spawner implements AutoCloseable {
    /** What may be written to a pipe that nobody reads yet. */
    private static final int PIPE_BYTES = 60 * 1024;

    private static final int CLOSE_BEYOND = 256;
    private static final int OUTPUT_MODE = 0600;

    private final Memory attributes = new Memory(Libc.OPAQUE_BYTES);
    private final Memory inGroup = new Memory(Libc.OPAQUE_BYTES);
    private final Memory actions = new Memory(Libc.OPAQUE_BYTES);
    private final Memory number = new Memory(16);
    private final Memory descriptors = new Memory(8);
    private final int nice = ownNice();
    private final Memory niceText = text(Integer.toString(nice));

    /** A program could not be started; {@code errno} tells why. */
    static final class SpawnException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int errno;

        SpawnException(String program, int errno) {
            super(program + " cannot be started: " + Libc.reason(errno));
            this.errno = errno;
        }

        /** True if the file, its interpreter or the right to execute it is missing, not a resource of the machine. */
        boolean programIsUnusable() {
            return errno == 2 || errno == 8 || errno == 13 || errno == 20;
        }
    }

    Spawner() {
        prepare(attributes, (short) 0);
        prepare(inGroup, Libc.SPAWN_SETCGROUP);
    }

    private static void prepare(Memory attributes, short more) {
        Memory signals = new Memory(Libc.OPAQUE_BYTES);
        Memory priority = new Memory(64);
        priority.clear();
        Libc.posix_spawnattr_init(attributes);
        Libc.sigfillset(signals);
        Libc.posix_spawnattr_setsigdefault(attributes, signals);
        Libc.sigemptyset(signals);
        Libc.posix_spawnattr_setsigmask(attributes, signals);
        // The daemon may run at real-time priority; an agent must not.
        Libc.posix_spawnattr_setschedpolicy(attributes, 0);
        Libc.posix_spawnattr_setschedparam(attributes, priority);
        Libc.posix_spawnattr_setflags(attributes, (short)
                (Libc.SPAWN_SETSIGDEF | Libc.SPAWN_SETSIGMASK | Libc.SPAWN_SETSCHEDULER | Libc.SPAWN_SETSID | more));
    }

    /** Whether a group of its own for a child can be asked for. */
    static boolean canBearInGroup() {
        return Libc.hasSetCgroup();
    }

    /**
     * @param group descriptor of the folder of the control group in which the child is born; negative for the daemon's own
     * @param stdin given to the child in one piece; empty for {@code /dev/null}
     * @param environment {@code NAME=value}
     * @throws SpawnException if there is no child
     */
    Child start(
            List<String> command,
            List<String> environment,
            Path folder,
            String stdin,
            Path output,
            Path messages,
            int group)
            throws SpawnException {
        String program = command.get(0);
        byte[] input = stdin.getBytes(StandardCharsets.UTF_8);
        if (input.length > PIPE_BYTES) {
            throw new SpawnException(program, 7);
        }
        int inputEnd = input.length == 0 ? -1 : filledPipe(program, input);
        try (Memory argv = Libc.strings(command);
                Memory envp = Libc.strings(environment)) {
            int errno = spawn(program, argv, envp, folder, inputEnd, output, messages, group);
            if (errno != 0) {
                throw new SpawnException(program, errno);
            }
        } finally {
            if (inputEnd >= 0) {
                Libc.close(inputEnd);
            }
        }
        int pid = number.getInt(0);
        shareOurNice(pid);
        int exitDescriptor = Libc.pidfdOpen(pid);
        if (exitDescriptor < 0) {
            int errno = Native.getLastError();
            Libc.kill(-pid, Libc.SIGKILL);
            Libc.waitpid(pid, number, 0);
            throw new SpawnException(program, errno);
        }
        return new Child(pid, exitDescriptor);
    }

    /**
     * Where the kernel groups tasks by session, a task's nice value counts only within its session, and a session of its
     * own begins at 0: an agent of a daemon at -20 would starve on a busy host (measured at load 20: IPaddr2 start 3.6 s
     * instead of 0.6 s). So the new session gets the nice value that the daemon has.
     */
    private void shareOurNice(int pid) {
        if (nice == 0) {
            return;
        }
        int file = Libc.open("/proc/" + pid + "/autogroup", Libc.O_WRONLY | Libc.O_CLOEXEC, 0);
        // There is no such file where the kernel does not group by session; and it is only a matter of speed.
        if (file >= 0) {
            Libc.write(file, niceText, new NativeLong(niceText.size()));
            Libc.close(file);
        }
    }

    private static Memory text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        Memory memory = new Memory(bytes.length);
        memory.write(0, bytes, 0, bytes.length);
        return memory;
    }

    private static int ownNice() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
            return Integer.parseInt(
                    stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ")[16]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("/proc/self/stat cannot be read; mount /proc", e);
        }
    }

    private int spawn(
            String program,
            Memory argv,
            Memory envp,
            Path folder,
            int inputEnd,
            Path output,
            Path messages,
            int group) {
        int create = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_APPEND;
        Libc.posix_spawn_file_actions_init(actions);
        try {
            if (inputEnd >= 0) {
                Libc.posix_spawn_file_actions_adddup2(actions, inputEnd, 0);
            } else {
                Libc.posix_spawn_file_actions_addopen(actions, 0, "/dev/null", Libc.O_RDONLY, 0);
            }
            Libc.posix_spawn_file_actions_addopen(actions, 1, output.toString(), create, OUTPUT_MODE);
            Libc.posix_spawn_file_actions_addopen(actions, 2, messages.toString(), create, OUTPUT_MODE);
            Libc.posix_spawn_file_actions_addchdir_np(actions, folder.toString());
            closeTheDaemonsDescriptors();
            boolean inside = group >= 0 && Libc.setCgroup(inGroup, group);
            return Libc.posix_spawn(number, program, actions, inside ? inGroup : attributes, argv, envp);
        } finally {
            Libc.posix_spawn_file_actions_destroy(actions);
        }
    }

    private void closeTheDaemonsDescriptors() {
        if (Libc.closeFrom(actions, 3)) {
            return;
        }
        // Closing what is not open is no error here. The margin covers descriptors that other threads open meanwhile.
        int last = highestDescriptor() + CLOSE_BEYOND;
        for (int fd = 3; fd <= last; fd++) {
            Libc.posix_spawn_file_actions_addclose(actions, fd);
        }
    }

    private static int highestDescriptor() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.mapToInt(path -> Integer.parseInt(path.getFileName().toString()))
                    .max()
                    .orElse(CLOSE_BEYOND);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("/proc/self/fd cannot be read; mount /proc", e);
        }
    }

    private int filledPipe(String program, byte[] input) throws SpawnException {
        if (Libc.pipe2(descriptors, Libc.O_CLOEXEC | Libc.O_NONBLOCK) != 0) {
            throw new SpawnException(program, Native.getLastError());
        }
        int readEnd = descriptors.getInt(0);
        int writeEnd = descriptors.getInt(4);
        try (Memory bytes = new Memory(input.length)) {
            bytes.write(0, input, 0, input.length);
            long written =
                    Libc.write(writeEnd, bytes, new NativeLong(input.length)).longValue();
            if (written != input.length) {
                Libc.close(readEnd);
                throw new SpawnException(program, 7);
            }
        } finally {
            Libc.close(writeEnd);
        }
        // The child reads in the ordinary, blocking way.
        Libc.fcntl(readEnd, Libc.F_SETFL, 0);
        return readEnd;
    }

    /** The wait status of a child that has ended; empty if it still runs. */
    OptionalInt reap(Child child) {
        number.setInt(0, 0);
        int pid = Libc.waitpid(child.pid(), number, Libc.WNOHANG);
        if (pid == 0) {
            return OptionalInt.empty();
        }
        Libc.close(child.exitDescriptor());
        if (pid < 0) {
            throw new IllegalStateException("process " + child.pid() + " was reaped by somebody else");
        }
        return OptionalInt.of(number.getInt(0));
    }

    @Override
    public void close() {
        attributes.close();
        inGroup.close();
        actions.close();
        number.close();
        descriptors.close();
        niceText.close();
    }
}
