package systole.daemon;

import com.sun.jna.Native;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.group.GroupEvent;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.membership.RingStack;
import systole.storage.RingSequenceFile;
import systole.transport.UdpTransport;
import systole.wire.PacketCodec;

/**
 * The ring of the real daemon without the cluster above it, to measure messages: shell, sockets, encryption and protocol are
 * those of {@code systoled}. One process for each node; {@code src-it/bench-membership.sh throughput} runs it.
 *
 * <pre>
 * RingBench CONF KEY NODE-ID FOLDER flood|recv|ping|pace SIZE SECONDS agreed|safe
 * </pre>
 *
 * {@code flood} sends as fast as the ring takes messages, {@code ping} one at a time, {@code pace} 1,000 a second, {@code recv}
 * only listens. All begin when every configured node is in the view (a line {@code begins}), number their messages, and end with
 * one that says how many there were. Each node ends when it has that of all, and says what it got: messages lost, doubled or out of
 * their sender's order, and a digest of the whole order that must be the same on all nodes.
 */
public final class RingBench implements RingShell.Listener {
    private static final int IN_FLIGHT = 512;
    private static final int STAMP = 16;
    private static final int SCHED_OTHER = 0;
    private static final int PER_SECOND = 1000;
    private static final long WARM_SECONDS = Long.getLong("bench.warm", 3);

    private final NodeId self;
    private final int nodes;
    private final CountDownLatch complete = new CountDownLatch(1);
    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final LinkedBlockingQueue<Long> returned = new LinkedBlockingQueue<>();
    private final List<Long> times = new ArrayList<>();
    private final CountDownLatch ended;
    private volatile boolean timing;
    private volatile int views;
    private long sent;
    // Written on the ring loop only; read after 'ended'.
    private final SortedMap<NodeId, Long> next = new TreeMap<>();
    private long lost;
    private long doubled;
    private long order;

    private RingBench(NodeId self, int nodes) {
        this.self = self;
        this.nodes = nodes;
        this.ended = new CountDownLatch(nodes);
    }

    public static void main(String[] words) throws Exception {
        if (words.length != 8) {
            System.err.println("RingBench CONF KEY NODE-ID FOLDER flood|recv|ping|pace SIZE SECONDS agreed|safe");
            System.exit(64);
        }
        Path conf = Path.of(words[0]);
        InterconnectConf read = CorosyncConf.read(conf.toString(), Files.readString(conf));
        NodeId self = new NodeId(Integer.parseInt(words[2]));
        new RingBench(self, read.nodes().size()).run(read, words);
        System.exit(0);
    }

    private void run(InterconnectConf conf, String[] words) throws Exception {
        Guarantee guarantee = Guarantee.valueOf(words[7].toUpperCase(Locale.ROOT));
        int size = Math.max(STAMP, Integer.parseInt(words[5]));
        long seconds = Long.parseLong(words[6]);
        RealTime.request(conf.system().realTime());
        // As in a daemon whose start is over.
        RealTime.admitCompiler(conf.system().realTime());
        EventLoop loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
        RingStack stack = new RingStack(self, Settings.nodes(conf), Settings.ring(conf), System.currentTimeMillis());
        RingShell ring = new RingShell(
                self,
                loop,
                stack,
                conf.links().size(),
                new RingSequenceFile(Path.of(words[3]).resolve("bench-ring")),
                this,
                (what, cause) -> {
                    throw new IllegalStateException(what, cause);
                });
        PacketCodec codec = new PacketCodec(
                self,
                System.currentTimeMillis(),
                conf.clusterName(),
                List.of(ClusterKey.read(Path.of(words[1]))),
                Settings.nodes(conf));
        UdpTransport transport = UdpTransport.open(loop, conf, self, codec, ring);
        ring.start(transport);
        if (!complete.await(60, TimeUnit.SECONDS)) {
            System.err.println("RingBench: not all nodes came within 60 s");
            System.exit(1);
        }
        int before = views;
        System.out.println("begins");
        // A client is no part of the daemon: at the daemon's priority one that never waits keeps a whole processor from
        // the others.
        Native.load("c", RealTime.LibC.class).sched_setscheduler(0, SCHED_OTHER, new RealTime.SchedParam(0));
        boolean sends = !words[4].equals("recv");
        timing = words[4].equals("ping") || words[4].equals("pace");
        if (sends) {
            // Until the code is compiled; not counted in rates and latencies.
            work(words[4], ring, guarantee, size, System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_SECONDS));
            times.clear();
            returned.clear();
        }
        long began = System.nanoTime();
        long first = messages.get();
        long firstBytes = bytes.get();
        if (sends) {
            work(words[4], ring, guarantee, size, began + TimeUnit.SECONDS.toNanos(seconds));
        }
        double took = (System.nanoTime() - began) / 1e9;
        long received = messages.get() - first;
        long receivedBytes = bytes.get() - firstBytes;
        // Safe: who ends has all, and all others have it.
        post(ring, Guarantee.SAFE, payload(STAMP, -1 - sent));
        // The last message of a node that was cut off does not come: that is said, and what there is is shown.
        if (!ended.await(seconds + WARM_SECONDS + 20, TimeUnit.SECONDS)) {
            System.err.println("RingBench: the last messages of " + ended.getCount() + " nodes did not come");
        }
        // What the ring and the sockets did meanwhile, for whoever wonders about a figure.
        Duration processor = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        System.out.println("processor time of the whole process " + processor.toMillis() + " ms");
        System.out.println("counters " + loop.submit(stack::counters).get() + " " + transport.counters());
        System.out.printf(
                Locale.ROOT,
                "%s guarantee=%s size=%d secs=%.2f sent=%d delivered=%d lost=%d doubled=%d order=%x unended=%d views=%d"
                        + " msg_per_s=%.0f MB_per_s=%.2f%s%n",
                words[4],
                words[7],
                size,
                took,
                sent,
                messages.get(),
                lost,
                doubled,
                order,
                ended.getCount(),
                views - before,
                received / took,
                receivedBytes / took / 1e6,
                latencies());
        // Not before all others have ended too: a neighbour that goes is a view change.
        new CountDownLatch(1).await(1, TimeUnit.SECONDS);
    }

    private void work(String mode, RingShell ring, Guarantee guarantee, int size, long end)
            throws InterruptedException {
        switch (mode) {
            case "flood" -> flood(ring, guarantee, size, end);
            case "ping" -> ping(ring, guarantee, size, end);
            case "pace" -> pace(ring, guarantee, size, end);
            default -> throw new IllegalArgumentException("there is no mode '" + mode + "': flood recv ping pace");
        }
    }

    private void flood(RingShell ring, Guarantee guarantee, int size, long end) throws InterruptedException {
        while (System.nanoTime() < end) {
            if (room.tryAcquire(100, TimeUnit.MILLISECONDS)) {
                post(ring, guarantee, payload(size, sent++));
            }
        }
    }

    private void ping(RingShell ring, Guarantee guarantee, int size, long end) throws InterruptedException {
        while (System.nanoTime() < end) {
            post(ring, guarantee, payload(size, sent++));
            Long took = returned.poll(5, TimeUnit.SECONDS);
            if (took == null) {
                throw new IllegalStateException("a message did not come back within 5 s");
            }
            times.add(took);
        }
    }

    /** By the clock, not one after the other: a late answer does not hold back the next message. */
    private void pace(RingShell ring, Guarantee guarantee, int size, long end) {
        long began = System.nanoTime();
        long due = began;
        long posted = 0;
        while (due < end) {
            LockSupport.parkNanos(due - System.nanoTime());
            if (System.nanoTime() >= due) {
                // Stamped with the time at which it was due: what the sender itself loses counts.
                post(ring, guarantee, payload(size, sent++, due));
                posted++;
                due = began + posted * (TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
            }
        }
    }

    private static void post(RingShell ring, Guarantee guarantee, byte[] payload) {
        while (!ring.send(guarantee, payload)) {
            LockSupport.parkNanos(20_000);
        }
    }

    private String latencies() {
        times.addAll(returned);
        if (times.isEmpty()) {
            return "";
        }
        times.sort(null);
        return String.format(
                Locale.ROOT,
                " p50_us=%d p99_us=%d max_us=%d",
                times.get(times.size() / 2) / 1000,
                times.get((int) (times.size() * 99L / 100)) / 1000,
                times.get(times.size() - 1) / 1000);
    }

    private static byte[] payload(int size, long number) {
        return payload(size, number, System.nanoTime());
    }

    private static byte[] payload(int size, long number, long stamp) {
        return ByteBuffer.allocate(size).putLong(stamp).putLong(number).array();
    }

    private void delivered(GroupEvent.Delivered delivered) {
        NodeId sender = delivered.sender();
        ByteBuffer payload = ByteBuffer.wrap(delivered.payload());
        long stamp = payload.getLong();
        long number = payload.getLong();
        long wanted = next.getOrDefault(sender, 0L);
        if (number < 0) {
            lost += Math.max(0, -1 - number - wanted);
            ended.countDown();
            return;
        }
        messages.incrementAndGet();
        bytes.addAndGet(delivered.payload().length);
        lost += Math.max(0, number - wanted);
        if (number < wanted) {
            doubled++;
        }
        next.put(sender, Math.max(wanted, number + 1));
        order = (order * 31 + sender.value()) * 31 + number;
        if (sender.equals(self)) {
            room.release();
            if (timing) {
                returned.add(System.nanoTime() - stamp);
            }
        }
    }

    @Override
    public void event(GroupEvent event) {
        if (event instanceof GroupEvent.Delivered delivered) {
            delivered(delivered);
        } else if (event instanceof GroupEvent.ViewInstalled installed) {
            views++;
            if (installed.view().members().size() == nodes) {
                complete.countDown();
            }
        }
    }

    @Override
    public void nodeListTold(NodeId from, byte[] list) {
        throw new IllegalStateException(from + " has another node list");
    }

    @Override
    public void suspected(NodeId node) {
        System.err.println("RingBench: no sign of life from " + node);
    }

    @Override
    public void stopped() {
        System.err.println("RingBench: the ring has stopped");
    }
}
