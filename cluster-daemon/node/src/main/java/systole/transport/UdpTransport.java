package systole.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.BufferOverflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Link;
import systole.formats.InterconnectConf.Node;
import systole.formats.InterconnectConf.Transport;
import systole.kernel.NodeId;
import systole.membership.RingMessage;
import systole.wire.DropCause;
import systole.wire.PacketCodec;
import systole.wire.PacketCodec.Opened;

/**
 * UDP by multicast or unicast over up to eight links.
 *
 * <p>For each link there is one socket bound to the own address, one for the group, and one connected to each peer. The
 * connected ones are how the kernel tells us that a peer's port is closed ({@link Receiver#refused}): a daemon that was
 * killed is known to be gone within one heartbeat.
 *
 * <p>A neighbour is taken to be reached by multicast only while it says so (a report each {@value #REPORT_MILLIS} ms);
 * to all others every packet goes by unicast too.
 */
public final class UdpTransport implements RingTransport {
    private static final Logger LOG = LoggerFactory.getLogger("systole.transport");
    private static final int REPORT_MILLIS = 500;
    private static final int RECEIVE_BUFFER = 1 << 20;

    /** More than the messages of one rotation, so that a token finds them read. */
    private static final int READ_AT_ONCE = 64;

    /** Chunks of 256 KiB, four datagrams: Netty's own choice takes each of them from the system, zeroed, for every read. */
    private static final ByteBufAllocator BUFFERS = new PooledByteBufAllocator(true, 0, 1, 1 << 13, 5, 0, 0, false);

    private static final ChannelOption<Boolean> COMES_BACK =
            NioChannelOption.of(StandardSocketOptions.IP_MULTICAST_LOOP);

    private final EventLoop loop;
    private volatile InterconnectConf conf;
    private final PacketCodec codec;
    private final Receiver receiver;
    private final LinkPolicy policy;
    private final boolean multicast;
    private final SortedMap<NodeId, PeerRoute> peers = new ConcurrentSkipListMap<>();
    private final @Nullable OwnLink[] links = new OwnLink[InterconnectConf.MAX_LINKS];
    private final List<Channel> channels = new CopyOnWriteArrayList<>();
    private final Set<InetAddress> listed = ConcurrentHashMap.newKeySet();
    private final LinkWatch watch;
    private final Strangers strangers = new Strangers();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong sendFailures = new AtomicLong();
    private final AtomicLong unlisted = new AtomicLong();
    private volatile boolean closed;

    /** The own end of a link. */
    private record OwnLink(
            Link link,
            InetSocketAddress own,
            DatagramChannel listening,
            @Nullable DatagramChannel groupChannel,
            @Nullable InetSocketAddress group) {}

    private UdpTransport(EventLoop loop, InterconnectConf conf, PacketCodec codec, Receiver receiver) {
        this.loop = loop;
        this.conf = conf;
        this.codec = codec;
        this.receiver = receiver;
        this.policy = new LinkPolicy(conf.linkMode(), conf.links());
        this.watch = new LinkWatch(conf.timing().downcheck());
        this.multicast = conf.transport() == Transport.MULTICAST;
    }

    /**
     * Opens all sockets. Blocks; not to be called on the loop.
     *
     * @param loop the ring loop: everything else happens there
     * @throws TransportException if a socket cannot be opened
     */
    public static UdpTransport open(
            EventLoop loop, InterconnectConf conf, NodeId self, PacketCodec codec, Receiver receiver) {
        UdpTransport transport = new UdpTransport(loop, conf, codec, receiver);
        try {
            transport.openAll(self);
        } catch (RuntimeException e) {
            transport.close();
            throw e;
        }
        transport.watch.start();
        loop.scheduleAtFixedRate(transport::report, REPORT_MILLIS, REPORT_MILLIS, TimeUnit.MILLISECONDS);
        return transport;
    }

    // ---- opening ----------------------------------------------------------------------------------------------------

    private void openAll(NodeId self) {
        Node own = conf.node(self).orElseThrow();
        for (Node node : conf.nodes()) {
            if (!node.id().equals(self)) {
                peers.put(node.id(), new PeerRoute(node.id(), InterconnectConf.MAX_LINKS));
            }
        }
        for (Link link : conf.links()) {
            openLink(own, link);
        }
    }

    private void openLink(Node own, Link link) {
        InetSocketAddress address = LinkAddresses.resolve(conf, own, link.number());
        NetworkInterface itsInterface = LinkAddresses.interfaceOf(address.getAddress(), own.name(), link.number());
        boolean ip4 = address.getAddress() instanceof Inet4Address;
        DatagramChannel listening = bind(link.number(), ip4, address, itsInterface, link.ttl());
        DatagramChannel groupChannel = null;
        InetSocketAddress group = null;
        if (multicast) {
            // What this node sends to all comes back to it only where another node shares its machine.
            listening.config().setOption(COMES_BACK, sharesMachine(own, link));
            group = groupOf(link);
            groupChannel = openGroup(link, group, ip4, itsInterface);
        }
        links[link.number()] = new OwnLink(link, address, listening, groupChannel, group);
        for (Node node : conf.nodes()) {
            PeerRoute peer = peers.get(node.id());
            InetSocketAddress theirs = LinkAddresses.resolve(conf, node, link.number());
            listed.add(theirs.getAddress());
            if (peer != null) {
                connect(peer, link, address, theirs, itsInterface);
            }
        }
        listen(listening, new Arrivals(link.number(), false, null));
        watch.add(link.number(), address.getAddress(), up -> loop.execute(() -> changed(link.number(), up)));
    }

    private void connect(
            PeerRoute peer, Link link, InetSocketAddress own, InetSocketAddress theirs, NetworkInterface itsInterface) {
        boolean ip4 = own.getAddress() instanceof Inet4Address;
        DatagramChannel connected = bind(link.number(), ip4, own, itsInterface, link.ttl());
        await(connected.connect(theirs), "connect to " + theirs);
        listen(connected, new Arrivals(link.number(), false, peer.id));
        peer.connect(link.number(), connected);
    }

    /**
     * The node list has changed. Opens what is needed for new nodes, then, on the loop, serves exactly these nodes. Blocks;
     * not to be called on the loop.
     *
     * @param ring nodes to speak to, also some that are not in the file any more
     * @param then what else is to be done at that moment, on the loop
     * @throws TransportException if a socket cannot be opened; then nothing has changed
     */
    public void change(InterconnectConf next, NodeId self, SortedSet<NodeId> ring, Runnable then) {
        List<PeerRoute> added = new ArrayList<>();
        Set<InetAddress> addresses = new HashSet<>();
        for (Node node : next.nodes()) {
            boolean isNew = !node.id().equals(self) && ring.contains(node.id()) && !peers.containsKey(node.id());
            PeerRoute peer = new PeerRoute(node.id(), InterconnectConf.MAX_LINKS);
            for (Link link : next.links()) {
                OwnLink own = links[link.number()];
                InetSocketAddress theirs = LinkAddresses.resolve(next, node, link.number());
                addresses.add(theirs.getAddress());
                if (isNew && own != null) {
                    connect(
                            peer,
                            link,
                            own.own(),
                            theirs,
                            LinkAddresses.interfaceOf(own.own().getAddress(), "this node", link.number()));
                }
            }
            if (isNew) {
                added.add(peer);
            }
        }
        loop.execute(() -> {
            conf = next;
            listed.addAll(addresses);
            added.forEach(peer -> peers.put(peer.id, peer));
            for (PeerRoute peer : List.copyOf(peers.values())) {
                if (!ring.contains(peer.id)) {
                    peers.remove(peer.id);
                    drop(peer);
                }
            }
            for (OwnLink own : links) {
                if (own != null && multicast) {
                    boolean shared = sharesMachine(next.node(self).orElse(null), own.link());
                    own.listening().config().setOption(COMES_BACK, shared);
                }
            }
            codec.accept(ring);
            then.run();
        });
    }

    private void drop(PeerRoute peer) {
        for (int link = 0; link < InterconnectConf.MAX_LINKS; link++) {
            Channel channel = peer.channel(link);
            if (channel != null) {
                channels.remove(channel);
                channel.close();
            }
        }
    }

    private boolean sharesMachine(@Nullable Node own, Link link) {
        for (Node node : conf.nodes()) {
            if ((own == null || !node.id().equals(own.id()))
                    && LinkAddresses.isOfThisMachine(
                            LinkAddresses.resolve(conf, node, link.number()).getAddress())) {
                return true;
            }
        }
        return false;
    }

    private void changed(int link, boolean up) {
        OwnLink own = links[link];
        if (up && own != null && own.group() != null && own.groupChannel() != null) {
            try {
                NetworkInterface again = LinkAddresses.interfaceOf(own.own().getAddress(), "this node", link);
                own.groupChannel().joinGroup(own.group(), again);
                own.listening().config().setNetworkInterface(again);
            } catch (TransportException gone) {
                LOG.debug("link {} went away again: {}", link, gone.getMessage());
                return;
            }
        }
        receiver.linkChanged(link, up);
    }

    private static InetSocketAddress groupOf(Link link) {
        try {
            return new InetSocketAddress(InetAddress.getByName(link.group()), link.port());
        } catch (UnknownHostException e) {
            throw new TransportException("mcastaddr '" + link.group() + "' is no address", "correct mcastaddr");
        }
    }

    private DatagramChannel openGroup(Link link, InetSocketAddress group, boolean ip4, NetworkInterface itsInterface) {
        InetSocketAddress wildcard = new InetSocketAddress(LinkAddresses.wildcard(ip4), link.port());
        DatagramChannel channel = bind(link.number(), ip4, wildcard, itsInterface, link.ttl());
        await(
                channel.joinGroup(group, itsInterface),
                "join the group " + link.group() + " on " + itsInterface.getName());
        listen(channel, new Arrivals(link.number(), true, null));
        return channel;
    }

    /** On the loop: a handler that is added from outside hears nothing before the loop has taken it in. */
    private void listen(Channel channel, Arrivals arrivals) {
        await(loop.submit(() -> channel.pipeline().addLast(arrivals)), "listen");
    }

    private DatagramChannel bind(
            int link, boolean ip4, InetSocketAddress address, NetworkInterface itsInterface, int ttl) {
        SocketProtocolFamily family = ip4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channelFactory(() -> new NioDatagramChannel(family))
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_RCVBUF, RECEIVE_BUFFER)
                .option(ChannelOption.SO_SNDBUF, RECEIVE_BUFFER)
                .option(ChannelOption.IP_MULTICAST_IF, itsInterface)
                .option(ChannelOption.IP_MULTICAST_TTL, ttl)
                .option(ChannelOption.ALLOCATOR, BUFFERS)
                .option(
                        ChannelOption.RECVBUF_ALLOCATOR,
                        new FixedRecvByteBufAllocator(1 << 16).maxMessagesPerRead(READ_AT_ONCE))
                .handler(new Arrivals.None());
        if (conf.dscp() > 0) {
            bootstrap.option(ChannelOption.IP_TOS, conf.dscp() << 2);
        }
        var future = bootstrap.bind(address).awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new TransportException(
                    "cannot open UDP " + address.getAddress().getHostAddress() + " port " + address.getPort()
                            + " for link " + link + ": " + reason(future.cause()),
                    "see with 'ss -ulpn' who uses the port, or choose another 'port' or 'mcastport'");
        }
        channels.add(future.channel());
        return (DatagramChannel) future.channel();
    }

    private static void await(io.netty.util.concurrent.Future<?> future, String what) {
        future.awaitUninterruptibly();
        if (!future.isSuccess()) {
            throw new TransportException(
                    "cannot " + what + ": " + reason(future.cause()), "check address, route and interface");
        }
    }

    private static String reason(@Nullable Throwable cause) {
        return cause == null ? "no reason given" : String.valueOf(cause.getMessage());
    }

    // ---- sending ----------------------------------------------------------------------------------------------------

    @Override
    public void multicast(RingMessage message) {
        if (multicast) {
            long now = System.nanoTime();
            int chosen = policy.choose(link -> reachableByMulticast(link, now));
            for (OwnLink own : links) {
                if (own != null && (chosen & (1 << own.link().number())) != 0) {
                    multicastOn(own, message, now);
                }
            }
        } else {
            Sealed packet = seal(message);
            if (packet != null) {
                for (PeerRoute peer : peers.values()) {
                    sendByPolicy(peer, packet);
                }
                packet.release();
            }
        }
    }

    private boolean reachableByMulticast(int link, long now) {
        for (PeerRoute peer : peers.values()) {
            if (peer.isUsable(link) && peer.multicastReaches(link, now)) {
                return true;
            }
        }
        return false;
    }

    private void multicastOn(OwnLink own, RingMessage message, long now) {
        int link = own.link().number();
        sendToGroup(own, message);
        Sealed packet = null;
        for (PeerRoute peer : peers.values()) {
            if (!peer.multicastReaches(link, now) || !peer.isUsable(link)) {
                packet = packet == null ? seal(message) : packet;
                if (packet != null) {
                    sendByPolicy(peer, packet);
                }
            }
        }
        if (packet != null) {
            packet.release();
        }
    }

    @Override
    public void multicastOnLink(int link, RingMessage message) {
        OwnLink own = links[link];
        if (own == null) {
            return;
        }
        long now = System.nanoTime();
        sendToGroup(own, message);
        Sealed packet = null;
        for (PeerRoute peer : peers.values()) {
            if (!multicast || !peer.multicastReaches(link, now)) {
                packet = packet == null ? seal(message) : packet;
                if (packet != null) {
                    send(peer, link, packet);
                }
            }
        }
        if (packet != null) {
            packet.release();
        }
    }

    @Override
    public void unicast(NodeId to, RingMessage message) {
        PeerRoute peer = peers.get(to);
        if (peer == null) {
            strangers.find(to).ifPresent(where -> sendTo(where, message));
            return;
        }
        Sealed packet = seal(message);
        if (packet != null) {
            sendByPolicy(peer, packet);
            packet.release();
        }
    }

    private void sendTo(Strangers.Place where, RingMessage message) {
        OwnLink own = links[where.link()];
        Sealed packet = own == null ? null : seal(message);
        if (own != null && packet != null) {
            write(own.listening(), new DatagramPacket(packet.bytes(), where.address()));
        }
    }

    private void sendByPolicy(PeerRoute peer, Sealed packet) {
        int chosen = policy.choose(peer::isUsable);
        for (Link link : conf.links()) {
            if ((chosen & (1 << link.number())) != 0) {
                send(peer, link.number(), packet);
            }
        }
    }

    private void send(PeerRoute peer, int link, Sealed packet) {
        Channel channel = peer.channel(link);
        if (channel != null) {
            write(channel, packet.copy());
        }
    }

    /** Sealed apart from the unicast copies, so that the arrival of each way is seen and proven by itself. */
    private void sendToGroup(OwnLink own, RingMessage message) {
        Sealed packet = own.group() == null ? null : seal(message);
        if (packet != null) {
            write(own.listening(), new DatagramPacket(packet.bytes(), own.group()));
        }
    }

    private void write(Channel channel, Object what) {
        sent.incrementAndGet();
        channel.writeAndFlush(what, channel.voidPromise());
    }

    /** One datagram; several sockets may send it. */
    private record Sealed(ByteBuf bytes) {
        ByteBuf copy() {
            return bytes.retainedDuplicate();
        }

        void release() {
            bytes.release();
        }
    }

    private @Nullable Sealed seal(RingMessage message) {
        if (closed) {
            return null;
        }
        ByteBuf bytes = BUFFERS.directBuffer(2048, PacketCodec.MAX_DATAGRAM);
        try {
            return new Sealed(sealInto(bytes, message));
        } catch (BufferOverflowException tooLarge) {
            bytes.release();
            LOG.error("a message of more than {} bytes was not sent: {}", PacketCodec.MAX_DATAGRAM, message);
            return null;
        }
    }

    private ByteBuf sealInto(ByteBuf bytes, RingMessage message) {
        ByteBuffer target = bytes.nioBuffer(0, bytes.capacity());
        try {
            codec.seal(message, target);
        } catch (BufferOverflowException needsMore) {
            bytes.capacity(PacketCodec.MAX_DATAGRAM);
            target = bytes.nioBuffer(0, bytes.capacity());
            codec.seal(message, target);
        }
        return bytes.writerIndex(target.position());
    }

    /** Tells each neighbour whether its multicast arrives here. */
    private void report() {
        if (!multicast || closed) {
            return;
        }
        long now = System.nanoTime();
        for (PeerRoute peer : peers.values()) {
            ByteBuf bytes = BUFFERS.directBuffer(128);
            ByteBuffer target = bytes.nioBuffer(0, bytes.capacity());
            codec.sealReport(peer.heardLinks(now), target);
            Sealed packet = new Sealed(bytes.writerIndex(target.position()));
            sendByPolicy(peer, packet);
            packet.release();
        }
    }

    @Override
    public void judge(NodeId peer, int link, boolean usable) {
        PeerRoute route = peers.get(peer);
        if (route != null) {
            route.judge(link, usable);
        }
    }

    /** Peers that are served by unicast at present although the transport is multicast. On the ring loop. */
    public Collection<NodeId> servedByUnicast() {
        long now = System.nanoTime();
        List<NodeId> found = new ArrayList<>();
        for (PeerRoute peer : peers.values()) {
            boolean reached = false;
            for (Link link : conf.links()) {
                reached |= peer.multicastReaches(link.number(), now);
            }
            if (multicast && !reached) {
                found.add(peer.id);
            }
        }
        return found;
    }

    /** The address of this node on its first link. */
    public InetAddress ownAddress() {
        for (OwnLink own : links) {
            if (own != null) {
                return own.own().getAddress();
            }
        }
        throw new IllegalStateException("no link is open");
    }

    /** Counters under speaking names, from any thread. */
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> counters = new TreeMap<>(Map.of(
                "packets_sent", sent.get(),
                "packets_received", received.get(),
                "packets_not_sent", sendFailures.get(),
                "packets_dropped_unlisted", unlisted.get()));
        codec.dropped()
                .forEach((cause, count) ->
                        counters.put("packets_dropped_" + cause.name().toLowerCase(java.util.Locale.ROOT), count));
        return counters;
    }

    @Override
    public void close() {
        closed = true;
        watch.close();
        for (Channel channel : channels) {
            channel.close();
        }
    }

    // ---- receiving --------------------------------------------------------------------------------------------------

    private final class Arrivals extends SimpleChannelInboundHandler<DatagramPacket> {
        private final int link;
        private final boolean byMulticast;
        private final @Nullable NodeId connectedTo;

        Arrivals(int link, boolean byMulticast, @Nullable NodeId connectedTo) {
            this.link = link;
            this.byMulticast = byMulticast;
            this.connectedTo = connectedTo;
        }

        /** Until the real one is added. */
        static final class None extends io.netty.channel.ChannelInboundHandlerAdapter {}

        @Override
        protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
            received.incrementAndGet();
            InetSocketAddress sender = packet.sender();
            if (conf.blockUnlistedIps() && connectedTo == null && !listed.contains(sender.getAddress())) {
                unlisted.incrementAndGet();
                stranger(packet);
                return;
            }
            Opened opened = codec.open(packet.content().nioBuffer());
            if (opened instanceof Opened.Accepted accepted) {
                noteMulticast(accepted.from());
                if (accepted.message() instanceof RingMessage.Token) {
                    // Messages sent before it wait in other sockets. They are read first, or the ring asks for what
                    // has already arrived, and all send it again.
                    loop.execute(() -> receiver.received(accepted.from(), link, accepted.message()));
                } else {
                    receiver.received(accepted.from(), link, accepted.message());
                }
            } else if (opened instanceof Opened.Dropped dropped && dropped.cause() == DropCause.STRANGER) {
                stranger(packet);
            } else if (opened instanceof Opened.Reported reported) {
                PeerRoute peer = peers.get(reported.from());
                if (peer != null) {
                    peer.reported(reported.multicastLinks(), System.nanoTime()).ifPresent(LOG::warn);
                }
            }
        }

        /** A machine that was removed and does not know it is told so; nothing else that it says is heard. */
        private void stranger(DatagramPacket packet) {
            if (!strangers.mayLook(System.nanoTime())) {
                return;
            }
            codec.openStranger(packet.content().nioBuffer())
                    .filter(opened -> opened.message() instanceof RingMessage.Heartbeat)
                    .ifPresent(opened -> {
                        strangers.seen(opened.from(), link, packet.sender());
                        receiver.received(opened.from(), link, opened.message());
                    });
        }

        private void noteMulticast(NodeId from) {
            PeerRoute peer = byMulticast ? peers.get(from) : null;
            if (peer != null) {
                peer.heardMulticast(link, System.nanoTime());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof PortUnreachableException && connectedTo != null) {
                receiver.refused(connectedTo, link);
            } else {
                sendFailures.incrementAndGet();
                LOG.debug("link {}: {}", link, String.valueOf(cause.getMessage()));
            }
        }
    }
}
