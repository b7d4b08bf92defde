package systole.executor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The processes of one run of an agent, to be ended together. What was once seen of the run belongs to it. */
final class ProcessTree {
    private static final int FREEZING_ROUNDS = 50;

    private static final int NOBODY = -1;

    private final int leader;
    private final long leaderTicks;
    private final Map<Integer, ProcessTable.Entry> known = new LinkedHashMap<>();
    /** Process number to start ticks of what has been sent STOP. */
    private final Map<Integer, Long> frozen = new LinkedHashMap<>();

    /** @param leaderTicks start ticks of the leader, 0 if it had ended before they could be read */
    ProcessTree(int leader, long leaderTicks) {
        this.leader = leader;
        this.leaderTicks = leaderTicks;
    }

    long leaderTicks() {
        return leaderTicks;
    }

    /** What of this tree lives at the moment of the table. */
    List<ProcessTable.Entry> look(ProcessTable table) {
        ProcessTable.Entry holder = table.processes().get(leader);
        boolean reused = holder != null && leaderTicks != 0 && holder.startTicks() != leaderTicks;
        List<ProcessTable.Entry> alive = table.treeOf(reused ? NOBODY : leader, known.values());
        alive.forEach(entry -> known.put(entry.pid(), entry));
        return alive;
    }

    /**
     * Stops all processes of the trees, until a look shows none that is new or not yet still: what stands still cannot
     * fork or leave for a session of its own, so nothing slips away between the look and the blow. A process in
     * uninterruptible sleep counts as still: it cannot be stopped, and it cannot fork.
     */
    static void freeze(Collection<ProcessTree> trees) {
        for (int round = 0; round < FREEZING_ROUNDS; round++) {
            ProcessTable table = ProcessTable.read();
            boolean restless = false;
            for (ProcessTree tree : trees) {
                for (ProcessTable.Entry entry : tree.look(table)) {
                    Long before = tree.frozen.put(entry.pid(), entry.startTicks());
                    if (before == null || before != entry.startTicks()) {
                        Libc.kill(entry.pid(), Libc.SIGSTOP);
                        restless = true;
                    } else {
                        restless |= entry.moves();
                    }
                }
            }
            if (!restless) {
                return;
            }
        }
    }

    /** Sends TERM to all that {@link #freeze} stopped, and lets them go on so that they can act on it. */
    void terminateFrozen() {
        signal(Libc.SIGTERM);
        signal(Libc.SIGCONT);
        frozen.clear();
    }

    /** Sends KILL to all that {@link #freeze} stopped. */
    void killFrozen() {
        signal(Libc.SIGKILL);
    }

    private void signal(int signal) {
        for (ProcessTable.Entry entry : new ArrayList<>(known.values())) {
            boolean same = ProcessTable.read(entry.pid())
                    .map(now -> now.startTicks() == entry.startTicks())
                    .orElse(false);
            if (same) {
                Libc.kill(entry.pid(), signal);
            } else {
                known.remove(entry.pid());
            }
        }
    }
}
