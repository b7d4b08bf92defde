package systole.executor;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The system calls that the JDK does not offer: start a process in a session of its own without a thread, a pipe or an
 * inherited descriptor, and wait for many of them at once. Needs Linux 5.3 (pidfd) and glibc 2.29.
 *
 * <p>Direct mapping; {@link Native#getLastError} after a call that returned -1 is the {@code errno}.
 */
final class Libc {
    static final int ENOENT = 2;
    static final int EINTR = 4;
    static final int EAGAIN = 11;
    static final int ESRCH = 3;

    static final int SIGKILL = 9;
    static final int SIGTERM = 15;
    static final int SIGCONT = 18;
    static final int SIGSTOP = 19;

    static final int O_RDONLY = 0;
    static final int O_WRONLY = 1;
    static final int O_RDWR = 2;
    static final int O_CREAT = 0100;
    static final int O_EXCL = 0200;
    static final int O_TRUNC = 01000;
    static final int O_APPEND = 02000;
    static final int O_NONBLOCK = 04000;
    static final int O_CLOEXEC = 02000000;
    /** {@code FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE}. */
    static final int PUNCH_HOLE = 1 | 2;

    static final int O_DIRECTORY = 0200000;
    static final int O_PATH = 010000000;

    static final int SEEK_SET = 0;
    static final int SEEK_END = 2;

    static final int WNOHANG = 1;
    static final short POLLIN = 1;
    static final short POLLPRI = 2;

    static final int F_SETFL = 4;
    static final int F_SETLEASE = 1024;
    static final int F_RDLCK = 0;
    static final int F_UNLCK = 2;

    static final short SPAWN_SETSIGDEF = 0x04;
    static final short SPAWN_SETSIGMASK = 0x08;
    static final short SPAWN_SETSCHEDULER = 0x20;
    static final short SPAWN_SETSID = 0x80;
    static final short SPAWN_SETCGROUP = 0x100;

    /** Larger than {@code posix_spawn_file_actions_t}, {@code posix_spawnattr_t} and {@code sigset_t} of any libc. */
    static final int OPAQUE_BYTES = 1024;

    private static final long SYS_PIDFD_OPEN = 434;

    /** Since glibc 2.34; {@code null} before. */
    private static final @Nullable Function CLOSE_FROM;

    /** Since glibc 2.39; {@code null} before. */
    private static final @Nullable Function SET_CGROUP;

    static {
        Native.register(Libc.class, "c");
        CLOSE_FROM = function("posix_spawn_file_actions_addclosefrom_np");
        SET_CGROUP = function("posix_spawnattr_setcgroup_np");
    }

    private Libc() {}

    static native int posix_spawn(
            Pointer pid, String path, Pointer fileActions, Pointer attributes, Pointer argv, Pointer envp);

    static native int posix_spawn_file_actions_init(Pointer actions);

    static native int posix_spawn_file_actions_destroy(Pointer actions);

    static native int posix_spawn_file_actions_addopen(Pointer actions, int fd, String path, int flags, int mode);

    static native int posix_spawn_file_actions_adddup2(Pointer actions, int fd, int newFd);

    static native int posix_spawn_file_actions_addclose(Pointer actions, int fd);

    static native int posix_spawn_file_actions_addchdir_np(Pointer actions, String path);

    static native int posix_spawnattr_init(Pointer attributes);

    static native int posix_spawnattr_setflags(Pointer attributes, short flags);

    static native int posix_spawnattr_setsigdefault(Pointer attributes, Pointer signals);

    static native int posix_spawnattr_setsigmask(Pointer attributes, Pointer signals);

    static native int posix_spawnattr_setschedpolicy(Pointer attributes, int policy);

    static native int posix_spawnattr_setschedparam(Pointer attributes, Pointer parameters);

    static native int sigfillset(Pointer signals);

    static native int sigemptyset(Pointer signals);

    static native int kill(int pid, int signal);

    static native int waitpid(int pid, Pointer status, int options);

    static native int poll(Pointer descriptors, NativeLong count, int timeoutMillis);

    static native int eventfd(int initial, int flags);

    static native int pipe2(Pointer twoDescriptors, int flags);

    static native int open(String path, int flags, int mode);

    static native int close(int fd);

    static native NativeLong read(int fd, Pointer buffer, NativeLong count);

    static native NativeLong pread(int fd, Pointer buffer, NativeLong count, NativeLong offset);

    static native NativeLong write(int fd, Pointer buffer, NativeLong count);

    static native NativeLong lseek(int fd, NativeLong offset, int whence);

    static native int fcntl(int fd, int command, int argument);

    static native int truncate(String path, NativeLong length);

    static native int fallocate(int fd, int mode, NativeLong offset, NativeLong length);

    static native int unlink(String path);

    static native int rmdir(String path);

    private static native NativeLong syscall(long number, int first, int second);

    /** A descriptor that becomes readable when the process ends; -1 with {@code errno} if there is no such process. */
    static int pidfdOpen(int pid) {
        return syscall(SYS_PIDFD_OPEN, pid, 0).intValue();
    }

    /** Adds "close everything from this descriptor on"; false if this libc cannot. */
    static boolean closeFrom(Pointer actions, int fd) {
        return CLOSE_FROM != null && CLOSE_FROM.invokeInt(new Object[] {actions, fd}) == 0;
    }

    /** Whether {@link #setCgroup} works. */
    static boolean hasSetCgroup() {
        return SET_CGROUP != null;
    }

    /** Says in which control group the child is born, by a descriptor of its folder; needs {@link #SPAWN_SETCGROUP}. */
    static boolean setCgroup(Pointer attributes, int folder) {
        return SET_CGROUP != null && SET_CGROUP.invokeInt(new Object[] {attributes, folder}) == 0;
    }

    private static @Nullable Function function(String name) {
        try {
            return Function.getFunction("c", name);
        } catch (UnsatisfiedLinkError olderLibc) {
            return null;
        }
    }

    /** The words of an {@code errno}, as far as they matter when a program is started. */
    static String reason(int errno) {
        return switch (errno) {
            case 2 -> "no such file (or its interpreter is missing)";
            case 7 -> "the parameters are too long";
            case 8 -> "not a program (a script needs a #! line)";
            case EAGAIN -> "the limit of processes is reached";
            case 12 -> "out of memory";
            case 13 -> "permission denied";
            case 16 -> "it is in use";
            case 19 -> "it is gone";
            case 20 -> "a part of the path is not a folder";
            case 23, 24 -> "out of file descriptors";
            case 26 -> "the file is being written";
            default -> "system error " + errno;
        };
    }

    /** A NULL-terminated array of C strings in one piece of memory. */
    static Memory strings(Collection<String> values) {
        byte[][] texts = new byte[values.size()][];
        long size = (long) (values.size() + 1) * Native.POINTER_SIZE;
        int count = 0;
        for (String value : values) {
            // A NUL would silently cut the string; the environment cannot carry it.
            texts[count] = value.replace("\0", "").getBytes(StandardCharsets.UTF_8);
            size += texts[count].length + 1;
            count++;
        }
        Memory memory = new Memory(size);
        long at = (long) (values.size() + 1) * Native.POINTER_SIZE;
        for (int i = 0; i < count; i++) {
            memory.setPointer((long) i * Native.POINTER_SIZE, memory.share(at));
            memory.write(at, texts[i], 0, texts[i].length);
            memory.setByte(at + texts[i].length, (byte) 0);
            at += texts[i].length + 1;
        }
        memory.setPointer((long) count * Native.POINTER_SIZE, Pointer.NULL);
        return memory;
    }
}
