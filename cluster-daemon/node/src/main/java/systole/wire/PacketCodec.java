package systole.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;
import systole.membership.RingMessage;

/**
 * Seals messages into datagrams and opens datagrams: AES-256-GCM, a key of its own for each session of each sender
 * (HMAC-SHA-256 of the cluster's key), the packet number as nonce, and a replay window.
 *
 * <p>Owned by one thread; only {@link #dropped} may be read from others. Works on its own buffers, so that a packet costs
 * few allocations.
 */
public final class PacketCodec {
    /** Protocol version that this build speaks. */
    public static final int VERSION = 1;

    /** Bytes that the envelope adds to a message. */
    public static final int OVERHEAD = 32 + 16;

    /** Largest UDP payload. */
    public static final int MAX_DATAGRAM = 65_507;

    static final int MAGIC = 0x5359_5354;
    static final int HEADER = 32;
    private static final int TAG = 16;
    private static final int KEY_BYTES = 32;

    /** What became of a datagram. */
    public sealed interface Opened {
        record Accepted(NodeId from, RingMessage message) implements Opened {}

        /**
         * Word of a neighbour's transport, not for the ring.
         *
         * @param multicastLinks bit {@code l} is set if multicast of this node arrives there on link {@code l}
         */
        record Reported(NodeId from, int multicastLinks) implements Opened {}

        /** @param claimed who the packet says it is from; 0 if it was too short to say */
        record Dropped(DropCause cause, int claimed) implements Opened {}
    }

    private final NodeId self;
    private final int clusterTag;
    private final byte[] clusterName;
    private final long session;
    private final List<byte[]> keys;
    private final Sealing own;
    private final ByteBuffer clear = ByteBuffer.allocate(MAX_DATAGRAM);
    private final ByteBuffer nonce = ByteBuffer.allocate(12);
    private final Map<Integer, Peer> peers = new HashMap<>();
    private final AtomicLongArray dropped = new AtomicLongArray(DropCause.values().length);
    private SortedSet<NodeId> nodes;
    private long lastNumber;

    /** One session of a sender. */
    private static final class Peer {
        final long session;
        final int keyIndex;
        final Sealing sealing;
        final ReplayWindow window;

        Peer(long session, int keyIndex, Sealing sealing, ReplayWindow window) {
            this.session = session;
            this.keyIndex = keyIndex;
            this.sealing = sealing;
            this.window = window;
        }
    }

    /** A cipher for each key: one that changes keys expands them anew for each packet. */
    private record Sealing(Cipher cipher, SecretKeySpec key) {
        static Sealing with(SecretKeySpec key) {
            try {
                return new Sealing(Cipher.getInstance("AES/GCM/NoPadding"), key);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java has no AES-GCM", e);
            }
        }

        void begin(int mode, byte[] nonce) throws GeneralSecurityException {
            cipher.init(mode, key, new GCMParameterSpec(8 * TAG, nonce));
        }
    }

    /**
     * @param session greater than in every earlier life of this node; receivers drop what belongs to an earlier one
     * @param keys 32 bytes each; the first seals, all open (for the time of a key roll-over)
     * @param nodes whose packets are accepted
     */
    public PacketCodec(NodeId self, long session, String clusterName, List<byte[]> keys, SortedSet<NodeId> nodes) {
        if (keys.isEmpty() || keys.stream().anyMatch(key -> key.length != KEY_BYTES)) {
            throw new IllegalArgumentException(
                    "the key must have " + KEY_BYTES + " bytes; make one with: systole keygen");
        }
        if (session <= 0) {
            throw new IllegalArgumentException("session " + session + " is not positive");
        }
        this.self = self;
        this.session = session;
        this.clusterName = clusterName.getBytes(StandardCharsets.UTF_8);
        this.clusterTag = tagOf(this.clusterName);
        this.keys = keys.stream().map(byte[]::clone).toList();
        this.nodes = new TreeSet<>(nodes);
        this.own = Sealing.with(sessionKey(this.keys.get(0), self.value(), session));
    }

    /** The nodes of the cluster changed while it runs. */
    public void accept(SortedSet<NodeId> next) {
        nodes = new TreeSet<>(next);
        peers.keySet().removeIf(id -> !nodes.contains(new NodeId(id)));
    }

    /** How many packets were dropped for this cause. From any thread. */
    public long dropped(DropCause cause) {
        return dropped.get(cause.ordinal());
    }

    /** All counters, for metrics. From any thread. */
    public Map<DropCause, Long> dropped() {
        Map<DropCause, Long> all = new EnumMap<>(DropCause.class);
        for (DropCause cause : DropCause.values()) {
            all.put(cause, dropped(cause));
        }
        return all;
    }

    /**
     * Writes the message as a datagram at the position of {@code out}, with a number of its own: the same message sealed
     * twice gives two packets.
     *
     * @throws java.nio.BufferOverflowException if the message does not fit into a datagram
     */
    public void seal(RingMessage message, ByteBuffer out) {
        clear.clear();
        RingMessageCodec.encode(message, clear);
        sealClear(out);
    }

    /** As {@link #seal}, for {@link Opened.Reported}. */
    public void sealReport(int multicastLinks, ByteBuffer out) {
        clear.clear();
        clear.put((byte) RingMessageCodec.REPORT).put((byte) multicastLinks);
        sealClear(out);
    }

    private void sealClear(ByteBuffer out) {
        clear.flip();
        if (clear.remaining() > out.remaining() - OVERHEAD) {
            throw new java.nio.BufferOverflowException();
        }
        long number = ++lastNumber;
        int start = out.position();
        out.putInt(MAGIC)
                .put((byte) VERSION)
                .put((byte) VERSION)
                .put((byte) VERSION)
                .put((byte) 0);
        out.putInt(clusterTag).putInt(self.value()).putLong(session).putLong(number);
        try {
            own.begin(Cipher.ENCRYPT_MODE, nonceOf(number));
            ByteBuffer header = out.duplicate();
            header.limit(out.position()).position(start);
            own.cipher().updateAAD(header);
            own.cipher().doFinal(clear, out);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot encrypt", e);
        }
    }

    /** Opens what came from the network. Never throws. */
    public Opened open(ByteBuffer datagram) {
        if (datagram.remaining() < OVERHEAD + 1) {
            return drop(DropCause.TRUNCATED, 0);
        }
        int start = datagram.position();
        int claimed = datagram.getInt(start + 12);
        if (datagram.getInt(start) != MAGIC) {
            return drop(DropCause.STRANGER, 0);
        }
        if (datagram.get(start + 4) != VERSION) {
            return drop(DropCause.OTHER_VERSION, claimed);
        }
        if (datagram.getInt(start + 8) != clusterTag
                || claimed < 1
                || claimed > NodeId.MAX
                || !nodes.contains(new NodeId(claimed))) {
            return drop(DropCause.STRANGER, claimed);
        }
        if (claimed == self.value()) {
            return drop(datagram.getLong(start + 16) == session ? DropCause.OWN : DropCause.SAME_ID, claimed);
        }
        return openFrom(new NodeId(claimed), datagram, start);
    }

    /**
     * Opens a packet that was dropped because its sender is in no list, if it has the cluster's key: a machine that was
     * removed may not know it. What it says changes nothing here, and it may be an old recording: there is no replay window
     * for it. Costs a key; to be called rarely.
     */
    public Optional<Opened.Accepted> openStranger(ByteBuffer datagram) {
        int start = datagram.position();
        if (datagram.remaining() < OVERHEAD + 1
                || datagram.remaining() > MAX_DATAGRAM
                || datagram.getInt(start) != MAGIC
                || datagram.get(start + 4) != VERSION
                || datagram.getInt(start + 8) != clusterTag) {
            return Optional.empty();
        }
        int claimed = datagram.getInt(start + 12);
        long number = datagram.getLong(start + 24);
        boolean isStranger = claimed >= 1
                && claimed <= NodeId.MAX
                && claimed != self.value()
                && number > 0
                && !nodes.contains(new NodeId(claimed));
        if (!isStranger) {
            return Optional.empty();
        }
        NodeId from = new NodeId(claimed);
        try {
            return newPeer(datagram, start, from, datagram.getLong(start + 16), number, null) == null
                    ? Optional.empty()
                    : Optional.of(new Opened.Accepted(from, RingMessageCodec.decode(clear)));
        } catch (MalformedPacketException e) {
            return Optional.empty();
        }
    }

    private Opened openFrom(NodeId from, ByteBuffer datagram, int start) {
        long theirSession = datagram.getLong(start + 16);
        long number = datagram.getLong(start + 24);
        Peer known = peers.get(from.value());
        if (known != null && theirSession < known.session) {
            return drop(DropCause.REPLAYED, from.value());
        }
        boolean sameSession = known != null && known.session == theirSession;
        if (known != null && sameSession && !known.window.isFresh(number)) {
            return drop(DropCause.REPLAYED, from.value());
        }
        if (datagram.remaining() > MAX_DATAGRAM || number <= 0) {
            return drop(DropCause.STRANGER, from.value());
        }
        Peer peer = known != null && sameSession && decrypt(datagram, start, number, known.sealing)
                ? known
                : newPeer(datagram, start, from, theirSession, number, sameSession ? known : null);
        if (peer == null) {
            return drop(DropCause.WRONG_KEY, from.value());
        }
        peers.put(from.value(), peer);
        peer.window.remember(number);
        try {
            if (clear.limit() == 2 && clear.get(0) == (byte) RingMessageCodec.REPORT) {
                return new Opened.Reported(from, clear.get(1) & 0xFF);
            }
            return new Opened.Accepted(from, RingMessageCodec.decode(clear));
        } catch (MalformedPacketException e) {
            return drop(DropCause.MALFORMED, from.value());
        }
    }

    /** A session not seen before, or one whose sender has changed the key: try the keys in turn. */
    private @Nullable Peer newPeer(
            ByteBuffer datagram, int start, NodeId from, long theirSession, long number, @Nullable Peer known) {
        for (int i = 0; i < keys.size(); i++) {
            if (known != null && known.keyIndex == i) {
                continue;
            }
            Sealing sealing = Sealing.with(sessionKey(keys.get(i), from.value(), theirSession));
            if (decrypt(datagram, start, number, sealing)) {
                // Numbers go on through a change of the key, so the window does too: nothing can be played again.
                return new Peer(theirSession, i, sealing, known == null ? new ReplayWindow() : known.window);
            }
        }
        return null;
    }

    /** Leaves the message in {@link #clear}. */
    private boolean decrypt(ByteBuffer datagram, int start, long number, Sealing sealing) {
        clear.clear();
        try {
            sealing.begin(Cipher.DECRYPT_MODE, nonceOf(number));
            ByteBuffer header = datagram.duplicate();
            header.limit(start + HEADER).position(start);
            sealing.cipher().updateAAD(header);
            ByteBuffer body = datagram.duplicate();
            body.position(start + HEADER);
            sealing.cipher().doFinal(body, clear);
            clear.flip();
            return true;
        } catch (GeneralSecurityException wrongTag) {
            return false;
        }
    }

    private Opened drop(DropCause cause, int claimed) {
        dropped.incrementAndGet(cause.ordinal());
        return new Opened.Dropped(cause, claimed);
    }

    private byte[] nonceOf(long number) {
        nonce.putInt(0, 0).putLong(4, number);
        return nonce.array();
    }

    private SecretKeySpec sessionKey(byte[] key, int sender, long ofSession) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            ByteBuffer context = ByteBuffer.allocate(7 + 1 + 4 + 8 + clusterName.length);
            context.put("systole".getBytes(StandardCharsets.US_ASCII)).put((byte) VERSION);
            context.putInt(sender).putLong(ofSession).put(clusterName);
            return new SecretKeySpec(mac.doFinal(context.array()), "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no HMAC-SHA-256", e);
        }
    }

    private static int tagOf(byte[] clusterName) {
        CRC32C crc = new CRC32C();
        crc.update(clusterName);
        return (int) crc.getValue();
    }

    /** Largest message that fits into a datagram of that size. */
    public static int roomIn(int datagramBytes) {
        return datagramBytes - OVERHEAD;
    }

    /** For tests and tools: a copy of what {@link #seal} writes. */
    public byte[] sealed(RingMessage message) {
        ByteBuffer out = ByteBuffer.allocate(MAX_DATAGRAM);
        seal(message, out);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }
}
