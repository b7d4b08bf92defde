package systole.executor;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import systole.executor.AgentResult.Status;
import systole.executor.OutputFiles.Stream;

/** One agent between its start and its answer. Lives on the executor's thread. */
final class RunningAgent {
    private static final long SHORTEST_CHECK_NANOS = 10_000_000L;
    private static final long LONGEST_CHECK_NANOS = 1_000_000_000L;
    private static final long GROWS_FAST_BYTES = 64 * 1024;
    private static final long STILL_NANOS = 3_000_000_000L;
    private static final long STUCK_NANOS = 5_000_000_000L;
    private static final long STARVED_NANOS = 60_000_000_000L;

    /** Why a run is being ended before its time. */
    enum Ending {
        TIMED_OUT,
        CANCELLED
    }

    private enum Phase {
        RUNS,
        /** Is made to stand still, to be sent TERM. */
        TO_ASK,
        /** TERM was sent. */
        ASKED,
        /** Is made to stand still, to be sent KILL. */
        TO_KILL,
        /** KILL was sent. */
        KILLED
    }

    private final AgentRun run;
    private final AgentCommand command;
    private final Child child;
    private final ProcessTree tree;
    private final Stream output;
    private final Stream messages;
    private final Consumer<AgentResult> whenDone;
    private final long startedAtMillis;
    private final long startedNanos = System.nanoTime();
    private final long queueMillis;
    private final long deadlineNanos;

    private Phase phase = Phase.RUNS;
    private Ending ending = Ending.TIMED_OUT;
    private String survivors = "";
    private long graceNanos;
    /** End of the phase that it is in. */
    private long escalateNanos;

    private long giveUpNanos;
    private long nextCheckNanos;
    private long checkPause = SHORTEST_CHECK_NANOS;
    private boolean reaped;
    private int waitStatus;
    private int slot;

    RunningAgent(
            AgentRun run,
            AgentCommand command,
            Child child,
            ProcessTree tree,
            List<Stream> streams,
            Consumer<AgentResult> whenDone,
            long startedAtMillis,
            long queueMillis,
            long deadlineNanos) {
        this.run = run;
        this.command = command;
        this.child = child;
        this.tree = tree;
        this.output = streams.get(0);
        this.messages = streams.get(1);
        this.whenDone = whenDone;
        this.startedAtMillis = startedAtMillis;
        this.queueMillis = queueMillis;
        this.deadlineNanos = deadlineNanos;
        this.nextCheckNanos = earlier(startedNanos + checkPause, deadlineNanos);
    }

    AgentRun run() {
        return run;
    }

    AgentCommand command() {
        return command;
    }

    Child child() {
        return child;
    }

    Consumer<AgentResult> whenDone() {
        return whenDone;
    }

    /** In which it runs, if any. */
    Optional<AgentGroup> group() {
        return tree.group();
    }

    /** Start ticks of the agent's process; 0 if it had ended before they could be read. */
    long leaderTicks() {
        return tree.leaderTicks();
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    long nextCheckNanos() {
        return nextCheckNanos;
    }

    boolean isEnding() {
        return phase != Phase.RUNS;
    }

    boolean isReaped() {
        return reaped;
    }

    int slot() {
        return reaped ? 0 : slot;
    }

    void slot(int index) {
        slot = index;
    }

    /** Takes the exit status if the process has ended; true if it has. */
    boolean reap(Spawner spawner) {
        if (!reaped) {
            spawner.reap(child).ifPresent(status -> {
                waitStatus = status;
                reaped = true;
                // An ending tree is looked at once more without waiting.
                nextCheckNanos = System.nanoTime();
            });
        }
        return reaped;
    }

    /** Looks at the size of the output; the calmer it is, the later again. */
    void boundOutput(long now) {
        long grown = Math.max(output.bound(), messages.bound());
        checkPause = grown > GROWS_FAST_BYTES ? SHORTEST_CHECK_NANOS : Math.min(LONGEST_CHECK_NANOS, checkPause * 2);
        nextCheckNanos = earlier(now + checkPause, deadlineNanos);
    }

    /** Marks the run as one to be ended; {@link #end} then does it, look by look. */
    void beginEnding(Ending cause, long graceMillis, long now) {
        ending = cause;
        graceNanos = graceMillis * 1_000_000L;
        begin(Phase.TO_ASK, now + STILL_NANOS, now);
        nextCheckNanos = now;
    }

    private void begin(Phase next, long until, long now) {
        phase = next;
        escalateNanos = until;
        checkPause = SHORTEST_CHECK_NANOS / 4;
        nextCheckNanos = earlier(now + checkPause, escalateNanos);
    }

    /**
     * One look at a tree that is being ended, and what follows from it; true when nothing of it is left, or all was tried. The
     * phases are counted from the moment at which the signal was really sent: on an overloaded machine it goes out late.
     *
     * @param table read after the last look of this tree
     */
    boolean end(ProcessTable table, Spawner spawner) {
        reap(spawner);
        List<ProcessTable.Entry> alive = tree.look(table);
        if (alive.isEmpty() && reaped && !tree.isPopulated()) {
            return true;
        }
        long now = System.nanoTime();
        boolean over = now - escalateNanos >= 0;
        if (phase == Phase.ASKED && over) {
            begin(Phase.TO_KILL, now + STILL_NANOS, now);
            over = false;
        }
        boolean oneBlow = phase == Phase.TO_KILL && tree.isWhollyGrouped(alive);
        if ((phase == Phase.TO_ASK || phase == Phase.TO_KILL) && (oneBlow || tree.still(alive) || over)) {
            if (phase == Phase.TO_ASK) {
                tree.terminate();
                now = System.nanoTime();
                begin(Phase.ASKED, now + graceNanos, now);
            } else {
                tree.kill();
                now = System.nanoTime();
                giveUpNanos = now + STARVED_NANOS;
                begin(Phase.KILLED, now + STUCK_NANOS, now);
            }
            return false;
        }
        if (phase == Phase.KILLED) {
            tree.kill();
            // What only waits for a processor will die; what hangs in the kernel may not.
            if (over && (now - giveUpNanos >= 0 || alive.stream().noneMatch(ProcessTable.Entry::moves))) {
                survivors = alive.isEmpty()
                        ? "what is left in its control group"
                        : alive.stream()
                                .map(entry -> entry.pid() + " (" + entry.name() + ")")
                                .collect(Collectors.joining(", "));
                return true;
            }
        }
        checkPause = Math.min(checkPause * 2, LONGEST_CHECK_NANOS / 10);
        nextCheckNanos = over ? now + checkPause : earlier(now + checkPause, escalateNanos);
        return false;
    }

    AgentResult result() {
        String stdout = output.finish();
        String stderr = messages.finish();
        long execMillis = (System.nanoTime() - startedNanos) / 1_000_000L;
        int rc = Ocf.GENERIC;
        Status status = Status.DONE;
        String reason;
        if (isEnding()) {
            status = ending == Ending.TIMED_OUT ? Status.TIMED_OUT : Status.CANCELLED;
            reason = ending == Ending.TIMED_OUT
                    ? "agent did not complete within " + run.timeoutMillis() + "ms"
                    : "cancelled while it ran";
            String said = Ocf.lastReason(stderr);
            reason += said.isEmpty() ? "" : "; it said: " + said;
            reason += survivors.isEmpty() ? "" : "; not even SIGKILL ended " + survivors;
        } else if ((waitStatus & 0x7f) != 0) {
            reason = "agent was ended by signal " + (waitStatus & 0x7f);
        } else {
            int code = (waitStatus >> 8) & 0xff;
            rc = command.meaning().toOcf(run.action(), code);
            reason = reason(stderr, code, rc);
        }
        return new AgentResult(run.id(), rc, status, reason, stdout, stderr, startedAtMillis, execMillis, queueMillis);
    }

    private String reason(String stderr, int code, int rc) {
        if (command.meaning() == ExitCodes.FENCE) {
            String trimmed = stderr.strip();
            return code == 0 ? "" : trimmed.substring(trimmed.lastIndexOf('\n') + 1);
        }
        String said = Ocf.lastReason(stderr);
        if (said.isEmpty() && command.meaning() == ExitCodes.OCF && rc != code) {
            return "agent ended with exit code " + code + ", which the agent API does not define";
        }
        return said;
    }

    private static long earlier(long a, long b) {
        return a - b < 0 ? a : b;
    }
}
