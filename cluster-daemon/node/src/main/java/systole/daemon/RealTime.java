package systole.daemon;

import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Structure;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Real-time priority for the whole process, and its memory locked, where the system grants it.
 *
 * <p>The whole process and not the ring loop alone: while the collector works, every thread waits for all others, and one
 * that gets no CPU holds up the ring. Only the compiler's threads stay out of it at first: nothing waits for them, and at a
 * start they would take the processors from the agents. Once the start is over they come in too ({@link #admitCompiler}):
 * a ring under load that keeps the processors busy would otherwise never get its own code compiled, and stay as slow as the
 * interpreter. Agents do not inherit it; the executor sees to that.
 *
 * <p>One priority for all of them. Where the virtual machine changes its own tables (classes, strings) it waits for those that
 * read there, and sleeps a microsecond at a time: beneath a thread that waits so, one of a lower real-time priority on the
 * same processor gets nothing done, and the wait does not end. With the ring loop above the others whole daemons stood
 * still so for half a minute, soon after their start. Of two with the same priority the one that slept goes behind the other.
 */
final class RealTime {
    private static final Logger LOG = LoggerFactory.getLogger("systole.daemon");
    private static final int SCHED_RR = 2;
    private static final int PRIORITY = 10;
    private static final int NICE = -20;
    private static final int CURRENT_FUTURE_ONFAULT = 1 | 2 | 4;

    /** The calls needed. */
    interface LibC extends Library {
        int sched_setscheduler(int pid, int policy, SchedParam parameters);

        int setpriority(int which, int who, int priority);

        int mlockall(int flags);

        int getpid();

        NativeLong syscall(NativeLong number, Object... arguments);
    }

    /** Loaded when it is first wanted. */
    private static final class Loaded {
        static final LibC C = Native.load("c", LibC.class);
    }

    /** {@code struct sched_param}. */
    @Structure.FieldOrder("priority")
    public static final class SchedParam extends Structure {
        public int priority;

        public SchedParam() {}

        SchedParam(int priority) {
            this.priority = priority;
        }
    }

    private RealTime() {}

    /** For all threads that are there; those made later inherit it. Says in one line what was granted. */
    static void request(boolean wanted) {
        if (!wanted) {
            LOG.info("real-time priority is switched off in the configuration (system.sched_rr)");
            return;
        }
        LibC c = Loaded.C;
        boolean locked = c.mlockall(CURRENT_FUTURE_ONFAULT) == 0;
        String memory = locked ? "memory locked" : "memory not locked";
        boolean granted = true;
        for (int thread : threads()) {
            granted &= isCompiler(thread) || c.sched_setscheduler(thread, SCHED_RR, new SchedParam(PRIORITY)) == 0;
        }
        if (granted) {
            LOG.info("real-time priority {} for all threads but the compiler's, {}", PRIORITY, memory);
            return;
        }
        boolean nice = c.setpriority(0, 0, NICE) == 0;
        if (nice) {
            for (int thread : threads()) {
                c.setpriority(0, thread, isExecutor(thread) ? 0 : NICE);
            }
        }
        LOG.warn(
                "real-time priority was refused ({}, {}): a busy machine may delay heartbeats; start the daemon as root,"
                        + " allow LimitRTPRIO, or raise 'token'",
                nice ? "nice " + NICE + " instead" : "normal priority",
                memory);
    }

    /** Gives the compiler's threads the priority of the others, when the start is over. Those made later inherit it. */
    static void admitCompiler(boolean wanted) {
        if (!wanted) {
            return;
        }
        LibC c = Loaded.C;
        for (int thread : threads()) {
            if (isCompiler(thread) && c.sched_setscheduler(thread, SCHED_RR, new SchedParam(PRIORITY)) != 0) {
                LOG.debug("the compiler keeps its priority");
                return;
            }
        }
    }

    private static boolean isExecutor(int thread) {
        return name(thread).startsWith("executor");
    }

    /** HotSpot's {@code C1 CompilerThread0} and the like; the kernel keeps 15 characters. */
    private static boolean isCompiler(int thread) {
        return name(thread).matches("C[12] CompilerThre.*");
    }

    private static String name(int thread) {
        try {
            return Files.readString(Path.of("/proc/self/task/" + thread + "/comm"))
                    .strip();
        } catch (IOException ended) {
            return "";
        }
    }

    private static List<Integer> threads() {
        List<Integer> threads = new ArrayList<>();
        try (DirectoryStream<Path> tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                threads.add(Integer.valueOf(String.valueOf(task.getFileName())));
            }
        } catch (IOException e) {
            LOG.debug("cannot list the threads: {}", e.getMessage());
        }
        return threads;
    }
}
