package systole.executor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Takes a program that was stopped the moment it was started to its control group, and lets it go there. For a C library that
 * cannot start a process inside one.
 *
 * <p>Between the start of the program and the arrival of STOP lie some microseconds; linking a shell takes half a millisecond.
 * Whether it has forked all the same is looked at afterwards, and then what it has forked is fetched as well.
 */
final class GroupEntry {
    private static final Path PROC = Path.of("/proc");
    private static final int MOST_ROUNDS = 50;
    /** Of {@code /proc/PID/stat}, counted from the state: page faults of children that were waited for. */
    private static final int FAULTS_OF_CHILDREN = 8;

    private GroupEntry() {}

    /** Gives the {@code errno} if it had to be let go outside, 0 if it is in. */
    static int bring(int pid, ProcessTree tree, AgentGroup group) {
        int errno = group.add(pid);
        if (errno == 0 && hasForked(pid)) {
            errno = fetch(tree, group);
        }
        Libc.kill(pid, Libc.SIGCONT);
        // It may have been killed from outside.
        return errno == Libc.ESRCH ? 0 : errno;
    }

    /** A stopped process whose children were neither seen nor waited for has none. */
    private static boolean hasForked(int pid) {
        Path folder = PROC.resolve(Integer.toString(pid));
        try {
            String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
            Path children =
                    folder.resolve("task").resolve(Integer.toString(pid)).resolve("children");
            return !fields[FAULTS_OF_CHILDREN].equals("0")
                    || !Files.readString(children).isBlank();
        } catch (IOException e) {
            // A kernel that does not list children, or a process that was killed: a look at all processes tells.
            return true;
        }
    }

    private static int fetch(ProcessTree tree, AgentGroup group) {
        int errno = 0;
        boolean still = false;
        for (int round = 0; !still && round < MOST_ROUNDS; round++) {
            List<ProcessTable.Entry> alive = tree.look(ProcessTable.read());
            still = tree.still(alive);
            List<Integer> inside = group.members();
            for (ProcessTable.Entry entry : alive) {
                if (!inside.contains(entry.pid())) {
                    int failure = group.add(entry.pid());
                    errno = failure == 0 || failure == Libc.ESRCH ? errno : failure;
                }
            }
        }
        tree.letGo();
        return errno;
    }
}
