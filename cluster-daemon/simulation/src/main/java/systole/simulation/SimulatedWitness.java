package systole.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.coordinator.NodeInput;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.testkit.VirtualTime;
import systole.witness.Arbiter;
import systole.witness.ArbiterEffect;
import systole.witness.ArbiterInput;
import systole.witness.ArbiterMemory;
import systole.witness.ContactEffect;
import systole.witness.ContactInput;
import systole.witness.WitnessMessage;
import systole.witness.WitnessMessage.Alive;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Report;

/**
 * The machine of the witness and its connections: the real arbiter, over lines that keep the order of what they carry, are
 * slow, stand still while they are cut, and end when either end dies. Contains no decision of its own.
 */
final class SimulatedWitness {
    private static final long MILLI = 1_000_000L;
    private static final long SILENCE_NANOS = 4_500 * MILLI;

    /** One connection. Index 0 of the arrays is towards the witness, 1 towards the node. */
    private static final class Line {
        final long number;
        final SimulatedNode node;
        final int life;
        final long attempt;
        final long[] free = new long[2];
        final List<Deque<Runnable>> stuck = List.of(new ArrayDeque<>(), new ArrayDeque<>());
        boolean endedAtNode;
        boolean endedAtWitness;
        long heardAt;

        Line(long number, SimulatedNode node, long attempt) {
            this.number = number;
            this.node = node;
            this.life = node.life();
            this.attempt = attempt;
        }
    }

    private final VirtualTime time;
    private final Seed seed;
    private final Story story;
    private final Map<Long, Line> lines = new TreeMap<>();
    private final Set<NodeId> cut = new TreeSet<>();
    private ArbiterMemory disk = ArbiterMemory.NOTHING;
    private @Nullable Arbiter arbiter = new Arbiter(ArbiterMemory.NOTHING);
    private long numbers;
    private long slowNanos = 5 * MILLI;
    private long tickAt = Long.MAX_VALUE;

    SimulatedWitness(VirtualTime time, Seed seed, Story story) {
        this.time = time;
        this.seed = seed;
        this.story = story;
    }

    /** What a node's contact wants. */
    void carryOut(SimulatedNode node, ContactEffect effect) {
        if (effect instanceof ContactEffect.Connect connect) {
            connect(node, connect.attempt());
        } else if (effect instanceof ContactEffect.Send send) {
            line(node, send.attempt()).forEach(line -> carry(line, 0, () -> heard(line, send.message())));
        } else if (effect instanceof ContactEffect.Close close) {
            line(node, close.attempt()).forEach(this::endAtNode);
        }
    }

    private List<Line> line(SimulatedNode node, long attempt) {
        return lines.values().stream()
                .filter(line ->
                        line.node == node && line.life == node.life() && line.attempt == attempt && !line.endedAtNode)
                .toList();
    }

    private void connect(SimulatedNode node, long attempt) {
        // The process can end without a word: what its last life had open ends with it.
        for (Line old : new ArrayList<>(lines.values())) {
            if (old.node == node && !old.endedAtNode) {
                endAtNode(old);
            }
        }
        Line line = new Line(++numbers, node, attempt);
        if (cut.contains(node.id)) {
            return;
        }
        if (arbiter == null) {
            tellNode(line, now -> new ContactInput.Disconnected(now, attempt, "connection refused"));
            return;
        }
        lines.put(line.number, line);
        line.heardAt = time.nowNanos();
        tellNode(line, now -> new ContactInput.Connected(now, attempt));
        watch(line);
    }

    private void watch(Line line) {
        time.after(Math.max(MILLI, line.heardAt + SILENCE_NANOS - time.nowNanos()), "silence", () -> {
            if (line.endedAtWitness) {
                return;
            }
            if (time.nowNanos() - line.heardAt >= SILENCE_NANOS) {
                endAtWitness(line);
            } else {
                watch(line);
            }
        });
    }

    private interface Making {
        ContactInput at(long nowNanos);
    }

    private void tellNode(Line line, Making input) {
        carry(line, 1, () -> {
            if (line.node.life() == line.life && !line.endedAtNode) {
                line.node.alive(() -> line.node.give(new NodeInput.Witness(input.at(time.nowNanos()))));
            }
        });
    }

    /** In order, and not at all while the line is cut. */
    private void carry(Line line, int direction, Runnable deed) {
        if (cut.contains(line.node.id) || !line.stuck.get(direction).isEmpty()) {
            line.stuck.get(direction).add(deed);
            return;
        }
        long at = Math.max(line.free[direction] + 1, time.nowNanos() + seed.between(50_000, slowNanos));
        line.free[direction] = at;
        time.after(at - time.nowNanos(), "witness", () -> {
            if (cut.contains(line.node.id)) {
                line.stuck.get(direction).add(deed);
            } else {
                deed.run();
            }
        });
    }

    private void endAtNode(Line line) {
        line.endedAtNode = true;
        carry(line, 0, () -> endAtWitness(line));
    }

    private void endAtWitness(Line line) {
        if (line.endedAtWitness) {
            return;
        }
        line.endedAtWitness = true;
        lines.remove(line.number);
        step(new ArbiterInput.Lost(time.nowNanos(), line.number));
        tellNode(line, now -> new ContactInput.Disconnected(now, line.attempt, "connection reset"));
    }

    private void heard(Line line, WitnessMessage message) {
        if (line.endedAtWitness || arbiter == null) {
            return;
        }
        line.heardAt = time.nowNanos();
        if (message instanceof Hello hello) {
            tellNode(line, now -> new ContactInput.Received(now, line.attempt, new Alive()));
            step(new ArbiterInput.Joined(time.nowNanos(), line.number, hello));
        } else if (message instanceof Report report) {
            step(new ArbiterInput.Reported(time.nowNanos(), line.number, report));
        } else if (message instanceof Alive) {
            tellNode(line, now -> new ContactInput.Received(now, line.attempt, new Alive()));
        }
    }

    private void step(ArbiterInput input) {
        Arbiter present = arbiter;
        if (present == null) {
            return;
        }
        for (ArbiterEffect effect : present.step(input)) {
            if (effect instanceof ArbiterEffect.Persist persist) {
                disk = persist.memory();
            } else if (effect instanceof ArbiterEffect.Tell tell) {
                Line line = lines.get(tell.connection());
                if (line != null) {
                    tellNode(line, now -> new ContactInput.Received(now, line.attempt, tell.verdict()));
                }
            } else if (effect instanceof ArbiterEffect.Dismiss dismiss) {
                Line line = lines.get(dismiss.connection());
                if (line != null) {
                    endAtWitness(line);
                }
            } else if (effect instanceof ArbiterEffect.Note note) {
                story.tell("witness", note.words());
            }
        }
        planTick();
    }

    private void planTick() {
        Arbiter present = arbiter;
        if (present == null || present.deadlineNanos() == Long.MAX_VALUE || present.deadlineNanos() >= tickAt) {
            return;
        }
        long at = present.deadlineNanos();
        tickAt = at;
        time.after(Math.max(0, at - time.nowNanos()), "witness", () -> {
            if (tickAt == at) {
                tickAt = Long.MAX_VALUE;
                step(new ArbiterInput.Tick(time.nowNanos()));
            }
        });
    }

    // ---- faults
    // ------------------------------------------------------------------------------------------------------

    /** @param silent nodes are not told by resets */
    void crash(boolean silent, boolean diskLost) {
        story.tell("witness", "crashes" + (silent ? ", silently" : "") + (diskLost ? ", and loses its disk" : ""));
        arbiter = null;
        tickAt = Long.MAX_VALUE;
        if (diskLost) {
            disk = ArbiterMemory.NOTHING;
        }
        for (Line line : new ArrayList<>(lines.values())) {
            line.endedAtWitness = true;
            if (!silent) {
                tellNode(line, now -> new ContactInput.Disconnected(now, line.attempt, "connection reset"));
            }
        }
        lines.clear();
    }

    void start() {
        if (arbiter == null) {
            story.tell("witness", "starts with " + disk);
            arbiter = new Arbiter(disk);
        }
    }

    void cut(NodeId node) {
        story.tell("witness", "is cut from " + node);
        cut.add(node);
    }

    void slow(long nanos) {
        slowNanos = nanos;
    }

    /** Everything is well again; what was stuck goes on in its order. */
    void heal() {
        start();
        slowNanos = 5 * MILLI;
        cut.clear();
        for (Line line : new ArrayList<>(lines.values())) {
            for (int direction = 0; direction < 2; direction++) {
                List<Runnable> waiting = List.copyOf(line.stuck.get(direction));
                line.stuck.get(direction).clear();
                for (Runnable deed : waiting) {
                    carry(line, direction, deed);
                }
            }
        }
    }
}
