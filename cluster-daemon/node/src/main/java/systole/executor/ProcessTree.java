package systole.executor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The processes of one run of an agent, to be ended together. What was once seen of the run belongs to it. */
final class ProcessTree {
    private static final int NOBODY = -1;

    private final int leader;
    private final long leaderTicks;
    private final Optional<AgentGroup> group;
    private final Map<Integer, ProcessTable.Entry> known = new LinkedHashMap<>();
    /** Process number to start ticks of what has been sent STOP. */
    private final Map<Integer, Long> frozen = new LinkedHashMap<>();

    /**
     * @param leaderTicks start ticks of the leader, 0 if it had ended before they could be read
     * @param group in which the run happens, if it has one: then all that is in there belongs to it
     */
    ProcessTree(int leader, long leaderTicks, Optional<AgentGroup> group) {
        this.leader = leader;
        this.leaderTicks = leaderTicks;
        this.group = group;
    }

    long leaderTicks() {
        return leaderTicks;
    }

    /** What of this tree lives at the moment of the table. */
    List<ProcessTable.Entry> look(ProcessTable table) {
        ProcessTable.Entry holder = table.processes().get(leader);
        boolean reused = holder != null && leaderTicks != 0 && holder.startTicks() != leaderTicks;
        List<ProcessTable.Entry> young = new ArrayList<>();
        for (int pid : group.map(AgentGroup::members).orElse(List.of())) {
            ProcessTable.Entry entry = table.processes().get(pid);
            if (entry == null) {
                // Younger than the table: it has no children in there.
                ProcessTable.read(pid).ifPresent(young::add);
            } else {
                known.put(pid, entry);
            }
        }
        young.addAll(table.treeOf(reused ? NOBODY : leader, known.values()));
        young.forEach(entry -> known.put(entry.pid(), entry));
        return young;
    }

    Optional<AgentGroup> group() {
        return group;
    }

    /** True while the kernel counts something as living in the group of the run. */
    boolean isPopulated() {
        return group.map(AgentGroup::isPopulated).orElse(false);
    }

    /** True if all of these are in the group: then {@link #kill} ends them in one blow, and none can slip away. */
    boolean isWhollyGrouped(List<ProcessTable.Entry> alive) {
        return group.map(AgentGroup::members)
                .map(members -> alive.stream().allMatch(entry -> members.contains(entry.pid())))
                .orElse(false);
    }

    /**
     * One round of making the tree stand still: stops what of it was not stopped yet. What stands still cannot fork, or leave for
     * a session of its own, so nothing slips away between the look and the blow. A process in uninterruptible sleep counts as
     * still: it cannot be stopped, and it cannot fork. One that was told to stop but waits for a processor does not: it may be in
     * the middle of a fork, which STOP, other than KILL, lets come to its end.
     *
     * @param alive what a fresh look has shown
     * @return true if nothing was new and nothing moved: the rounds are over
     */
    boolean still(List<ProcessTable.Entry> alive) {
        boolean still = true;
        for (ProcessTable.Entry entry : alive) {
            Long before = frozen.put(entry.pid(), entry.startTicks());
            if (before == null || before != entry.startTicks()) {
                Libc.kill(entry.pid(), Libc.SIGSTOP);
                still = false;
            } else {
                still &= !entry.moves();
            }
        }
        return still;
    }

    /** Sends TERM to all that was made to stand still, and lets them go on so that they can act on it. */
    void terminate() {
        signal(Libc.SIGTERM);
        signal(Libc.SIGCONT);
        frozen.clear();
    }

    /**
     * Sends KILL to all that a look has shown. From then on none of them can bring a fork to its end; what came between the last
     * look and the blow is seen by the next one, so this is done after each look until one shows nothing.
     */
    void kill() {
        group.ifPresent(AgentGroup::kill);
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
