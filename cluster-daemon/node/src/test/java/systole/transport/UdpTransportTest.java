package systole.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import systole.formats.CorosyncConf;
import systole.formats.InterconnectConf;
import systole.kernel.NodeId;
import systole.membership.RingId;
import systole.membership.RingMessage;
import systole.membership.RingMessage.HoldCancel;
import systole.wire.PacketCodec;

/** Real sockets on loopback, several nodes in one process. */
class UdpTransportTest {
    private static final NodeId ALPHA = new NodeId(1);
    private static final NodeId BETA = new NodeId(2);
    private static final NodeId GAMMA = new NodeId(3);
    private static final byte[] KEY = new byte[32];

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(3, NioIoHandler.newFactory());
    private final List<TestNode> nodes = new ArrayList<>();

    record Arrived(NodeId from, int link, RingMessage message) {}

    private static final class TestNode implements RingTransport.Receiver {
        final EventLoop loop;
        final UdpTransport transport;
        final BlockingQueue<Object> events = new LinkedBlockingQueue<>();

        TestNode(EventLoop loop, InterconnectConf conf, NodeId self) {
            this.loop = loop;
            var ids = new TreeSet<NodeId>();
            conf.nodes().forEach(node -> ids.add(node.id()));
            var codec = new PacketCodec(self, System.nanoTime(), conf.clusterName(), List.of(KEY), ids);
            transport = UdpTransport.open(loop, conf, self, codec, this);
        }

        @Override
        public void received(NodeId from, int link, RingMessage message) {
            events.add(new Arrived(from, link, message));
        }

        @Override
        public void refused(NodeId peer, int link) {
            events.add("refused by " + peer);
        }

        @Override
        public void linkChanged(int link, boolean up) {
            events.add("link " + link + " " + up);
        }

        void send(Runnable task) {
            loop.submit(task).syncUninterruptibly();
        }

        Object await(Predicate<Object> wanted) throws InterruptedException {
            Object event = events.poll(10, TimeUnit.SECONDS);
            while (event != null && !wanted.test(event)) {
                event = events.poll(10, TimeUnit.SECONDS);
            }
            assertThat(event).as("something that was waited for").isNotNull();
            return event;
        }
    }

    private static RingMessage message(NodeId from, long number) {
        return new HoldCancel(from, new RingId(from, number));
    }

    private static int freePort() throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static InterconnectConf conf(String totem, int links, int... ports) {
        StringBuilder text = new StringBuilder("totem {\ncluster_name: t\n" + totem + "}\nnodelist {\n");
        for (int i = 0; i < ports.length; i++) {
            text.append("node {\nnodeid: " + (i + 1) + "\nname: n" + i + "\nport: " + ports[i] + "\n");
            for (int link = 0; link < links; link++) {
                text.append("ring" + link + "_addr: 127.0.0." + (1 + link) + "\n");
            }
            text.append("}\n");
        }
        return CorosyncConf.read("t.conf", text.append("}\n").toString());
    }

    private void start(InterconnectConf conf) {
        conf.nodes().forEach(node -> nodes.add(new TestNode(group.next(), conf, node.id())));
    }

    @AfterEach
    void close() {
        nodes.forEach(node -> node.transport.close());
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void threeNodesOnOneHostReachEachOtherByUnicast() throws Exception {
        start(conf("transport: udpu\n", 1, freePort(), freePort(), freePort()));
        TestNode alpha = nodes.get(0);

        alpha.send(() -> alpha.transport.multicast(message(ALPHA, 1)));
        alpha.send(() -> alpha.transport.unicast(GAMMA, message(ALPHA, 2)));

        assertThat(nodes.get(1).await(event -> true)).isEqualTo(new Arrived(ALPHA, 0, message(ALPHA, 1)));
        assertThat(nodes.get(2).await(event -> true)).isEqualTo(new Arrived(ALPHA, 0, message(ALPHA, 1)));
        assertThat(nodes.get(2).await(event -> true)).isEqualTo(new Arrived(ALPHA, 0, message(ALPHA, 2)));
        assertThat(alpha.events).isEmpty();
    }

    /** Only its heartbeats are read, and only rarely; and it can be answered though it is in no list. */
    @Test
    void aMachineThatWasRemovedIsHeardAndAnswered() throws Exception {
        int[] ports = {freePort(), freePort(), freePort()};
        InterconnectConf whole = conf("transport: udpu\n", 1, ports);
        InterconnectConf rest = conf("transport: udpu\n", 1, ports[0], ports[1]);
        nodes.add(new TestNode(group.next(), rest, ALPHA));
        nodes.add(new TestNode(group.next(), whole, GAMMA));
        TestNode alpha = nodes.get(0);
        TestNode removed = nodes.get(1);
        var all = new TreeSet<>(List.of(ALPHA, BETA, GAMMA));
        RingMessage beat = new RingMessage.Heartbeat(GAMMA, 1, 1, 0, new RingId(GAMMA, 1), all, all, all, 0, 0, 0);

        removed.send(() -> removed.transport.unicast(ALPHA, message(GAMMA, 1)));
        Object heard = null;
        for (int i = 0; i < 500 && heard == null; i++) {
            removed.send(() -> removed.transport.unicast(ALPHA, beat));
            heard = alpha.events.poll(20, TimeUnit.MILLISECONDS);
        }
        assertThat(heard).as("a heartbeat, and nothing else").isEqualTo(new Arrived(GAMMA, 0, beat));

        alpha.send(() -> alpha.transport.unicast(GAMMA, message(ALPHA, 7)));
        assertThat(removed.await(event -> event instanceof Arrived))
                .isEqualTo(new Arrived(ALPHA, 0, message(ALPHA, 7)));
    }

    @Test
    void aClosedDaemonIsKnownToBeGone() throws Exception {
        start(conf("transport: udpu\n", 1, freePort(), freePort()));
        TestNode alpha = nodes.get(0);
        nodes.get(1).transport.close();

        // As heartbeats do: the first ones may come before the socket is closed.
        Object event = null;
        for (int i = 0; i < 500 && event == null; i++) {
            alpha.send(() -> alpha.transport.unicast(BETA, message(ALPHA, 1)));
            event = alpha.events.poll(20, TimeUnit.MILLISECONDS);
        }

        assertThat(event).isEqualTo("refused by n2");
    }

    @Test
    void severalLinksCarryAndTheWorseIsAvoided() throws Exception {
        start(conf("transport: knet\n", 2, freePort(), freePort()));
        TestNode alpha = nodes.get(0);

        alpha.send(() -> alpha.transport.multicastOnLink(1, message(ALPHA, 1)));
        assertThat(nodes.get(1).await(event -> true)).isEqualTo(new Arrived(ALPHA, 1, message(ALPHA, 1)));
        alpha.send(() -> alpha.transport.unicast(BETA, message(ALPHA, 2)));
        assertThat(nodes.get(1).await(event -> true)).isEqualTo(new Arrived(ALPHA, 0, message(ALPHA, 2)));
        alpha.send(() -> alpha.transport.judge(BETA, 0, false));
        alpha.send(() -> alpha.transport.unicast(BETA, message(ALPHA, 3)));
        assertThat(nodes.get(1).await(event -> true)).isEqualTo(new Arrived(ALPHA, 1, message(ALPHA, 3)));
    }

    @Test
    void multicastOnLoopbackIsProvenOrReplaced() throws Exception {
        int group = freePort();
        start(conf("transport: udp\ninterface {\nmcastport: " + group + "\n}\n", 1, freePort(), freePort()));
        TestNode alpha = nodes.get(0);

        alpha.send(() -> alpha.transport.multicast(message(ALPHA, 1)));

        assertThat(nodes.get(1).await(event -> true)).isEqualTo(new Arrived(ALPHA, 0, message(ALPHA, 1)));
    }

    @Test
    void anAddressOfAnotherMachineIsRefusedWithARemedy() {
        InterconnectConf conf = CorosyncConf.read(
                "t.conf",
                "totem {\ncluster_name: t\ntransport: udpu\n}\n"
                        + "nodelist {\nnode {\nnodeid: 1\nring0_addr: 198.51.100.1\n}\n}\n");

        assertThatThrownBy(() -> start(conf)).isInstanceOfSatisfying(TransportException.class, refusal -> {
            assertThat(refusal.getMessage()).contains("198.51.100.1").contains("is on no interface");
            assertThat(refusal.remedy()).contains("nodelist");
        });
    }
}
