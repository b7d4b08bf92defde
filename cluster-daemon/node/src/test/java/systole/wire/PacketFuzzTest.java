package systole.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.membership.RingId;
import systole.membership.RingMessage;
import systole.membership.RingMessage.CommitToken;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.Heartbeat;
import systole.membership.RingMessage.HoldCancel;
import systole.membership.RingMessage.Join;
import systole.membership.RingMessage.Leave;
import systole.membership.RingMessage.NodeListNotice;
import systole.membership.RingMessage.OldRing;
import systole.membership.RingMessage.RecoveryData;
import systole.membership.RingMessage.Token;

/**
 * Packets that were true once: cut, spliced with others, their bits, lengths and counts changed.
 * {@code -Dsystole.fuzz.packets=1000000} is the long run, {@code -Dsystole.fuzz.seed=S} another one.
 */
class PacketFuzzTest {
    private static final int PACKETS = Integer.getInteger("systole.fuzz.packets", 50_000);
    private static final long SEED = Long.getLong("systole.fuzz.seed", 1);
    private static final long MOST_GROWTH = 16L << 20;

    private final Seed seed = new Seed(SEED);
    private final List<byte[]> corpus = new ArrayList<>();

    @Test
    void noPacketDoesMoreThanBeRefused() {
        for (RingMessage message : messages()) {
            corpus.add(encoded(message));
        }
        PacketCodec receiver =
                new PacketCodec(new NodeId(2), 5, "demo", List.of(RingMessages.key(7)), RingMessages.nodes(1, 2));
        PacketCodec sender =
                new PacketCodec(new NodeId(1), 5, "demo", List.of(RingMessages.key(7)), RingMessages.nodes(1, 2));
        List<byte[]> sealed = messages().stream().map(sender::sealed).toList();
        long before = 0;
        int messages = 0;
        int refused = 0;
        for (int i = 0; i < PACKETS; i++) {
            if (i == PACKETS / 10) {
                before = used();
            }
            byte[] packet = spoiled(corpus, seed);
            try {
                RingMessage read = RingMessageCodec.decode(ByteBuffer.wrap(packet));
                // What is taken for a message is one: it has one form.
                assertThat(encoded(read)).isEqualTo(packet);
                messages++;
            } catch (MalformedPacketException named) {
                assertThat(named.getMessage()).isNotBlank();
                refused++;
            }
            if (i % 4 == 0) {
                receiver.open(ByteBuffer.wrap(spoiled(sealed, seed)));
            }
        }
        System.out.printf("packet fuzz: %d packets, %d refused, %d messages%n", PACKETS, refused, messages);
        assertThat(messages + refused).isEqualTo(PACKETS);
        assertThat(messages).as("mutations that stay messages").isPositive();
        assertThat(used() - before).as("bytes that stay after the packets").isLessThan(MOST_GROWTH);
    }

    private static long used() {
        Runtime runtime = Runtime.getRuntime();
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            System.gc();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }

    private static byte[] encoded(RingMessage message) {
        ByteBuffer out = ByteBuffer.allocate(PacketCodec.MAX_DATAGRAM);
        RingMessageCodec.encode(message, out);
        return Arrays.copyOf(out.array(), out.position());
    }

    /** One to four changes to one of these. */
    private static byte[] spoiled(List<byte[]> from, Seed seed) {
        byte[] packet = from.get(seed.below(from.size())).clone();
        for (int changes = 1 + seed.below(4); changes > 0 && packet.length > 0; changes--) {
            int at = seed.below(packet.length);
            switch (seed.below(8)) {
                case 0 -> packet[at] ^= (byte) (1 << seed.below(8));
                case 1 -> packet[at] = (byte) seed.below(256);
                case 2 -> packet = Arrays.copyOf(packet, at);
                case 3 -> packet = Arrays.copyOf(packet, packet.length + 1 + seed.below(300));
                case 4 ->
                    Arrays.fill(packet, at, Math.min(packet.length, at + 8), (byte) (seed.chance(0.5) ? 0xFF : 0));
                case 5 -> {
                    // A count or length near its limits.
                    if (packet.length >= at + 2) {
                        ByteBuffer.wrap(packet).putShort(at, (short) (seed.chance(0.5) ? 512 + seed.below(3) : -1));
                    }
                }
                case 6 -> {
                    byte[] other = from.get(seed.below(from.size()));
                    int start = seed.below(other.length);
                    int length = Math.min(other.length - start, packet.length - at);
                    System.arraycopy(other, start, packet, at, length);
                }
                default -> {
                    byte[] other = from.get(seed.below(from.size()));
                    byte[] joined = Arrays.copyOf(packet, at + other.length);
                    System.arraycopy(other, 0, joined, at, other.length);
                    packet = joined.length <= PacketCodec.MAX_DATAGRAM ? joined : packet;
                }
            }
        }
        return packet;
    }

    private static List<RingMessage> messages() {
        NodeId one = new NodeId(1);
        var ring = new RingId(one, 1_700_000_000_123L);
        SortedSet<NodeId> few = RingMessages.nodes(1, 2, 3);
        SortedSet<NodeId> many = new TreeSet<>();
        for (int i = 1; i <= RingMessage.MAX_NODES; i++) {
            many.add(new NodeId(i));
        }
        var data = new Data(one, ring, 17, Guarantee.SAFE, new byte[900]);
        var old = new OldRing(ring, 5, 9, 4, few);
        return List.of(
                new Token(one, ring, 1, 2, 1, 3, 4, 5, 0, new long[0]),
                new Token(one, ring, 9, 70, 1, 3, 4, 5, 2, new long[RingMessage.MAX_RETRANSMIT_REQUESTS]),
                data,
                new Data(one, ring, 18, Guarantee.AGREED, new byte[0]),
                new RecoveryData(one, ring, 3, data),
                new Join(one, 5, 6, few, RingMessages.nodes(2), RingMessages.nodes(2), 8),
                new Join(one, 5, 6, many, new TreeSet<>(), new TreeSet<>(), 8),
                new CommitToken(one, ring, 2, List.copyOf(few), List.of(old, old), RingMessages.nodes()),
                new HoldCancel(one, ring),
                new Leave(one, 5),
                new Heartbeat(one, 5, 6, 0, ring, few, few, few, 3, 4, 0),
                new Heartbeat(one, 5, 6, 7, ring, many, many, few, 3, 4, 10),
                new NodeListNotice(one, 10, new byte[] {1, 2, 3}));
    }
}
