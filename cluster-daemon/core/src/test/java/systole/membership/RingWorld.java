package systole.membership;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.group.GroupEvent;
import systole.group.Guarantee;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.testkit.NetworkConditions;
import systole.testkit.SimulatedDisk;
import systole.testkit.SimulatedNetwork;
import systole.testkit.VirtualTime;

/** Ring stacks of several nodes on a simulated network, with every property checked at every event. */
final class RingWorld {
    static final long MILLI = 1_000_000;
    static final long SECOND = 1000 * MILLI;
    private static final String RING_FILE = "ring-sequence";

    final long seedValue;
    final Seed seed;
    final VirtualTime time = new VirtualTime();
    final SimulatedNetwork<RingMessage> network;
    final SortedMap<NodeId, Node> nodes = new TreeMap<>();
    final RingInvariants invariants;
    final RingSettings settings;
    final Set<Mutant> mutants;
    final ArrayDeque<String> story = new ArrayDeque<>();
    final Map<NodeId, GroupEvent.Departure> departures = new TreeMap<>();
    long reports;
    long loopDelayNanos;

    RingWorld(long seedValue, int nodeCount, RingSettings settings, Set<Mutant> mutants) {
        this.seedValue = seedValue;
        this.seed = new Seed(seedValue);
        this.settings = settings;
        this.mutants = mutants.isEmpty() ? EnumSet.noneOf(Mutant.class) : EnumSet.copyOf(mutants);
        this.network = new SimulatedNetwork<>(time, seed.fork("network"), NetworkConditions.lan());
        this.invariants = new RingInvariants(this);
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= nodeCount; i++) {
            ids.add(new NodeId(i));
        }
        for (NodeId id : ids) {
            nodes.put(id, new Node(id));
        }
    }

    static NodeId n(int id) {
        return new NodeId(id);
    }

    Node node(int id) {
        Node node = nodes.get(n(id));
        if (node == null) {
            throw new IllegalArgumentException("no node " + id);
        }
        return node;
    }

    SortedSet<NodeId> ids() {
        return new TreeSet<>(nodes.keySet());
    }

    void startAll() {
        nodes.values().forEach(Node::start);
    }

    void tell(String words) {
        if (story.size() > 4000) {
            story.removeFirst();
        }
        story.add(String.format(java.util.Locale.ROOT, "%12.3f ms  %s", time.nowNanos() / 1e6, words));
    }

    AssertionError broken(String what) {
        var lines = new ArrayList<>(story);
        int from = Math.max(0, lines.size() - Integer.getInteger("sim.story", 60));
        return new AssertionError(
                "seed " + seedValue + ": " + what + " at " + time.nowNanos() / 1e6 + " ms\n(replay: -Dsim.seed="
                        + seedValue + ")\n" + String.join("\n", lines.subList(from, lines.size())));
    }

    /** Nodes that run and are not paused. */
    List<Node> running() {
        return nodes.values().stream()
                .filter(node -> node.stack != null && !node.paused)
                .toList();
    }

    boolean allIn(Collection<NodeId> wanted) {
        return nodes.values().stream()
                .filter(node -> wanted.contains(node.id))
                .allMatch(node -> node.view != null
                        && node.stack != null
                        && node.isOperational()
                        && node.view.members().equals(new TreeSet<>(wanted))
                        && node.view
                                .name()
                                .equals(nodes.get(wanted.iterator().next()).viewName()));
    }

    /** Runs until the nodes share a ring of exactly themselves. */
    long runUntilRing(Collection<NodeId> wanted, long withinNanos) {
        long start = time.nowNanos();
        while (!allIn(wanted)) {
            if (time.nowNanos() - start > withinNanos || !time.runNext()) {
                var now = new ArrayList<String>();
                nodes.values()
                        .forEach(node -> now.add(node.id + "=" + node.viewName() + " "
                                + (node.view == null ? "" : node.view.members()) + " " + node.phase()));
                throw broken("no ring of " + wanted + " within " + withinNanos / MILLI + " ms; now " + now);
            }
        }
        return time.nowNanos() - start;
    }

    /** One machine: disk, process, socket. */
    final class Node {
        final NodeId id;
        final SimulatedDisk disk;
        final Seed own;
        final ArrayDeque<byte[]> waitingForReply = new ArrayDeque<>();

        long incarnation;

        @Nullable
        RingStack stack;

        @Nullable
        View view;

        boolean paused;
        boolean leaving;
        long pausedSince;
        long leavingSince;
        int life;
        long sent;
        private VirtualTime.@Nullable Event tick;

        Node(NodeId id) {
            this.id = id;
            this.own = seed.fork("node " + id);
            this.disk = new SimulatedDisk(time, own.fork("disk"));
        }

        String viewName() {
            return view == null ? "-" : view.name();
        }

        String phase() {
            return stack == null ? "down" : stack.status().phase();
        }

        long counter(String name) {
            return stack == null ? 0 : stack.counters().getOrDefault(name, 0L);
        }

        boolean isOperational() {
            return stack != null && stack.phase() == RingProtocol.Phase.OPERATIONAL;
        }

        void start() {
            if (stack != null) {
                throw new IllegalStateException(id + " runs already");
            }
            life++;
            paused = false;
            leaving = false;
            view = null;
            byte[] stored = disk.read(RING_FILE);
            long last = stored.length == 8 ? ByteBuffer.wrap(stored).getLong() : 1000 + time.nowNanos() / MILLI;
            incarnation = last + 1;
            stack = new RingStack(id, ids(), settings, last, mutants);
            tell(id + " starts, life " + life + ", ring sequence " + last);
            network.attach(
                    id, (from, link, message) -> input(new RingInput.Received(time.nowNanos(), from, link, message)));
            input(new RingInput.Start(time.nowNanos()));
        }

        void crash(boolean power) {
            tell(id + (power ? " loses power" : " is killed"));
            stop();
            if (power) {
                disk.crash();
            } else {
                disk.processCrash();
            }
        }

        private void stop() {
            if (isOperational()) {
                invariants.leaves(this, viewName());
            }
            invariants.down(this);
            stack = null;
            view = null;
            paused = false;
            network.detach(id);
            if (tick != null) {
                tick.cancel();
            }
        }

        void leave() {
            tell(id + " leaves");
            leaving = true;
            leavingSince = time.nowNanos();
            input(new RingInput.Leave(time.nowNanos()));
        }

        void pause() {
            tell(id + " is paused");
            paused = true;
            pausedSince = time.nowNanos();
            network.pause(id);
            if (tick != null) {
                tick.cancel();
                tick = null;
            }
        }

        void resume() {
            tell(id + " runs again after " + (time.nowNanos() - pausedSince) / MILLI + " ms");
            paused = false;
            // Its timers are overdue and its socket is full: both come first, in an order that is up to the system.
            if (own.chance(0.5)) {
                network.resume(id);
                input(new RingInput.Tick(time.nowNanos()));
            } else {
                input(new RingInput.Tick(time.nowNanos()));
                network.resume(id);
            }
        }

        void nodesAre(Collection<NodeId> list) {
            tell(id + " is told that the nodes are " + list);
            input(new RingInput.NodesChanged(time.nowNanos(), new TreeSet<>(list)));
        }

        boolean send(Guarantee guarantee, int length) {
            if (stack == null || paused || stack.queued() > 500) {
                return false;
            }
            sent++;
            byte[] payload = invariants.newPayload(this, guarantee, length);
            input(new RingInput.Send(time.nowNanos(), guarantee, payload));
            return true;
        }

        void input(RingInput input) {
            RingStack running = stack;
            if (running == null) {
                return;
            }
            boolean stood = isOperational();
            String former = viewName();
            List<RingEffect> effects = running.step(input);
            for (RingEffect effect : effects) {
                carryOut(effect);
            }
            if (stood && !(isOperational() && viewName().equals(former))) {
                invariants.leaves(this, former);
            }
            if (view != null) {
                invariants.stands(this, view, running.standing());
            }
            if (stack == running) {
                schedule(running);
            }
        }

        private void schedule(RingStack running) {
            long due = Math.max(time.nowNanos(), running.nextDeadlineNanos());
            if (paused) {
                return;
            }
            if (tick != null && tick.isPending() && tick.atNanos() <= due + 1) {
                if (tick.atNanos() >= due) {
                    return;
                }
            }
            if (tick != null) {
                tick.cancel();
            }
            long late = loopDelayNanos == 0 ? 0 : own.between(0, loopDelayNanos);
            tick = time.at(due + late, "tick", () -> {
                tick = null;
                if (stack == running && !paused) {
                    input(new RingInput.Tick(time.nowNanos()));
                }
            });
        }

        private void carryOut(RingEffect effect) {
            if (effect instanceof RingEffect.Multicast multicast) {
                invariants.sent(this, multicast.message());
                network.multicast(id, nodes.keySet(), 0, multicast.message());
            } else if (effect instanceof RingEffect.MulticastOnLink multicast) {
                network.multicast(id, nodes.keySet(), multicast.link(), multicast.message());
            } else if (effect instanceof RingEffect.Unicast unicast) {
                invariants.sent(this, unicast.message());
                network.send(id, unicast.to(), 0, unicast.message());
            } else if (effect instanceof RingEffect.PersistRingSequence persist) {
                int mine = life;
                disk.replace(
                        RING_FILE,
                        ByteBuffer.allocate(8).putLong(persist.sequence()).array());
                disk.sync(RING_FILE, () -> {
                    if (mine == life) {
                        input(new RingInput.RingSequencePersisted(time.nowNanos(), persist.sequence()));
                    }
                });
            } else if (effect instanceof RingEffect.Deliver deliver) {
                delivered(deliver.event());
            } else if (effect instanceof RingEffect.Report report) {
                reports++;
                tell(id + " " + report.words());
            } else if (effect instanceof RingEffect.Stopped) {
                tell(id + " has left");
                if (time.nowNanos() - leavingSince < settings.tokenLoss()) {
                    invariants.left(this);
                }
                stop();
                disk.processCrash();
            }
        }

        private void delivered(GroupEvent event) {
            if (event instanceof GroupEvent.ViewInstalled installed) {
                tell(id + " view " + installed.view().name() + " "
                        + installed.view().members() + " left " + installed.left());
                departures.putAll(installed.left());
                time.note(installed.view().sequence() * 31 + id.value());
            }
            invariants.delivered(this, event);
            if (event instanceof GroupEvent.ViewInstalled installed) {
                view = installed.view();
            }
        }

        long durableSequence() {
            byte[] stored = disk.durable(RING_FILE);
            return stored.length == 8 ? ByteBuffer.wrap(stored).getLong() : 0;
        }
    }

    Map<String, Long> totals() {
        var sum = new TreeMap<String, Long>();
        for (Node node : nodes.values()) {
            if (node.stack != null) {
                node.stack.counters().forEach((name, value) -> sum.merge(name, value, Long::sum));
            }
        }
        return sum;
    }
}
