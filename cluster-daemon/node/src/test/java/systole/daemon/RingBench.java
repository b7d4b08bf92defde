package systole.daemon;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
 * RingBench CONF KEY NODE-ID FOLDER flood|recv|ping SIZE SECONDS agreed|safe
 * </pre>
 *
 * {@code flood} sends as fast as the ring takes messages, {@code ping} one at a time, {@code recv} only listens. All wait until
 * every configured node is in the view.
 */
public final class RingBench implements RingShell.Listener {
    private static final int IN_FLIGHT = 512;
    private static final int STAMP = 8;

    private final NodeId self;
    private final int nodes;
    private final CountDownLatch complete = new CountDownLatch(1);
    private final Semaphore room = new Semaphore(IN_FLIGHT);
    private final AtomicLong messages = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final LinkedBlockingQueue<Long> returned = new LinkedBlockingQueue<>();
    private volatile boolean pinging;
    private volatile int views;

    private RingBench(NodeId self, int nodes) {
        this.self = self;
        this.nodes = nodes;
    }

    public static void main(String[] words) throws Exception {
        if (words.length != 8) {
            System.err.println("RingBench CONF KEY NODE-ID FOLDER flood|recv|ping SIZE SECONDS agreed|safe");
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
                },
                conf.system().realTime());
        PacketCodec codec = new PacketCodec(
                self,
                System.currentTimeMillis(),
                conf.clusterName(),
                List.of(ClusterKey.read(Path.of(words[1]))),
                Settings.nodes(conf));
        ring.start(UdpTransport.open(loop, conf, self, codec, ring));
        if (!complete.await(30, TimeUnit.SECONDS)) {
            System.err.println("RingBench: not all nodes came within 30 s");
            System.exit(1);
        }
        int before = views;
        long began = System.nanoTime();
        long first = messages.get();
        long firstBytes = bytes.get();
        long end = began + TimeUnit.SECONDS.toNanos(seconds);
        long[] latencies = new long[0];
        pinging = words[4].equals("ping");
        switch (words[4]) {
            case "flood" -> flood(ring, guarantee, size, end);
            case "ping" -> latencies = ping(ring, guarantee, size, end);
            // Listens until it is killed, or the others are long done.
            default -> new CountDownLatch(1).await(seconds + 20, TimeUnit.SECONDS);
        }
        double took = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "systole %s %s %d bytes: %.0f messages/s, %.1f MB/s, %d view changes%s%n",
                words[4],
                words[7],
                size,
                (messages.get() - first) / took,
                (bytes.get() - firstBytes) / took / 1e6,
                views - before,
                latencies.length == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                ", latency us p50 %d p99 %d max %d",
                                latencies[latencies.length / 2] / 1000,
                                latencies[latencies.length * 99 / 100] / 1000,
                                latencies[latencies.length - 1] / 1000));
    }

    private void flood(RingShell ring, Guarantee guarantee, int size, long end) throws InterruptedException {
        while (System.nanoTime() < end) {
            if (room.tryAcquire(100, TimeUnit.MILLISECONDS) && !ring.send(guarantee, payload(size))) {
                room.release();
                Thread.onSpinWait();
            }
        }
    }

    private long[] ping(RingShell ring, Guarantee guarantee, int size, long end) throws InterruptedException {
        long[] found = new long[1 << 20];
        int count = 0;
        while (System.nanoTime() < end && count < found.length) {
            ring.send(guarantee, payload(size));
            Long sent = returned.poll(5, TimeUnit.SECONDS);
            if (sent == null) {
                throw new IllegalStateException("a message did not come back within 5 s");
            }
            found[count++] = System.nanoTime() - sent;
        }
        long[] sorted = Arrays.copyOf(found, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private static byte[] payload(int size) {
        return ByteBuffer.allocate(size).putLong(System.nanoTime()).array();
    }

    @Override
    public void event(GroupEvent event) {
        if (event instanceof GroupEvent.Delivered delivered) {
            messages.incrementAndGet();
            bytes.addAndGet(delivered.payload().length);
            if (delivered.sender().equals(self)) {
                room.release();
                if (pinging) {
                    returned.add(ByteBuffer.wrap(delivered.payload()).getLong());
                }
            }
        } else if (event instanceof GroupEvent.ViewInstalled installed) {
            views++;
            if (installed.view().members().size() == nodes) {
                complete.countDown();
            }
        }
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
