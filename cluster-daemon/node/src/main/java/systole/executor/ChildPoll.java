package systole.executor;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.util.Collection;
import java.util.concurrent.locks.ReentrantLock;

/** Sleeps until a child ends, somebody calls {@link #wake}, or the time is over. */
final class ChildPoll implements AutoCloseable {
    private static final int ENTRY = 8;
    private static final int EFD_CLOEXEC_NONBLOCK = Libc.O_CLOEXEC | Libc.O_NONBLOCK;

    private final int event;
    private final Memory one = new Memory(8);
    private final Memory drain = new Memory(8);
    private final ReentrantLock waking = new ReentrantLock();
    private Memory descriptors = new Memory(64 * ENTRY);
    private boolean open = true;

    ChildPoll() {
        event = Libc.eventfd(0, EFD_CLOEXEC_NONBLOCK);
        if (event < 0) {
            throw new IllegalStateException("no event descriptor: " + Libc.reason(Native.getLastError()));
        }
        one.setLong(0, 1);
    }

    /** From any thread. */
    void wake() {
        waking.lock();
        try {
            if (open) {
                Libc.write(event, one, new NativeLong(8));
            }
        } finally {
            waking.unlock();
        }
    }

    void await(Collection<RunningAgent> agents, long nanos) {
        int[] wanted = new int[agents.size()];
        int at = 0;
        for (RunningAgent agent : agents) {
            // poll passes over a negative descriptor: that child is reaped, its tree is still being ended.
            wanted[at] = agent.isReaped() ? -1 : agent.child().exitDescriptor();
            at++;
            agent.slot(at);
        }
        await(wanted, nanos);
    }

    void await(int[] wanted, long nanos) {
        await(wanted, new int[0], nanos);
    }

    /**
     * @param changing descriptors of files of the kernel that tell when what they say has changed; in {@link #isReady} they
     *     come after the others
     */
    void await(int[] wanted, int[] changing, long nanos) {
        int count = wanted.length + changing.length + 1;
        if (descriptors.size() < (long) count * ENTRY) {
            descriptors.close();
            descriptors = new Memory((long) count * 2 * ENTRY);
        }
        watch(0, event, Libc.POLLIN);
        for (int i = 0; i < wanted.length; i++) {
            watch(i + 1, wanted[i], Libc.POLLIN);
        }
        for (int i = 0; i < changing.length; i++) {
            watch(wanted.length + i + 1, changing[i], Libc.POLLPRI);
        }
        long millis = Math.min((nanos + 999_999L) / 1_000_000L, 60_000L);
        int ready = Libc.poll(descriptors, new NativeLong(count), (int) millis);
        if (ready < 0 && Native.getLastError() != Libc.EINTR) {
            throw new IllegalStateException("poll: " + Libc.reason(Native.getLastError()));
        }
        if (ready > 0 && descriptors.getShort(6) != 0) {
            Libc.read(event, drain, new NativeLong(8));
        }
    }

    private void watch(int slot, int descriptor, short what) {
        long at = (long) slot * ENTRY;
        descriptors.setInt(at, descriptor);
        descriptors.setShort(at + 4, what);
        descriptors.setShort(at + 6, (short) 0);
    }

    /** Valid until the next {@link #await}. */
    boolean hasEnded(RunningAgent agent) {
        return agent.slot() > 0 && descriptors.getShort((long) agent.slot() * ENTRY + 6) != 0;
    }

    /** Whether the descriptor at this place of the last {@link #await} is readable. */
    boolean isReady(int index) {
        return descriptors.getShort((long) (index + 1) * ENTRY + 6) != 0;
    }

    @Override
    public void close() {
        waking.lock();
        try {
            open = false;
            Libc.close(event);
            one.close();
        } finally {
            waking.unlock();
        }
        drain.close();
        descriptors.close();
    }
}
