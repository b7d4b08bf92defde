package systole.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.group.Guarantee;
import systole.kernel.NodeId;
import systole.membership.RingId;
import systole.membership.RingMessage;
import systole.membership.RingMessage.Data;
import systole.membership.RingMessage.HoldCancel;
import systole.membership.RingMessage.RecoveryData;
import systole.membership.RingSettings;
import systole.wire.PacketCodec.Opened;
import systole.wire.PacketCodec.Opened.Accepted;
import systole.wire.PacketCodec.Opened.Dropped;

class PacketCodecTest {
    private static final NodeId ALPHA = new NodeId(1);
    private static final NodeId BETA = new NodeId(2);
    private static final RingMessage MESSAGE = new HoldCancel(ALPHA, new RingId(ALPHA, 4));

    private static PacketCodec codec(NodeId self, long session, int... keys) {
        return new PacketCodec(
                self,
                session,
                "demo",
                Arrays.stream(keys).mapToObj(RingMessages::key).toList(),
                RingMessages.nodes(1, 2));
    }

    private final PacketCodec alpha = codec(ALPHA, 100, 7);
    private final PacketCodec beta = codec(BETA, 100, 7);

    private static Opened open(PacketCodec codec, byte[] packet) {
        return codec.open(ByteBuffer.wrap(packet));
    }

    private static DropCause causeOf(PacketCodec codec, byte[] packet) {
        Opened opened = open(codec, packet);
        assertThat(opened).isInstanceOf(Dropped.class);
        return ((Dropped) opened).cause();
    }

    @Test
    void opensWhatAnotherNodeSealed() {
        assertThat(open(beta, alpha.sealed(MESSAGE))).isEqualTo(new Accepted(ALPHA, MESSAGE));
    }

    @Test
    void writesTheSecondVersionOfNothingInClear() {
        byte[] packet = alpha.sealed(new Data(ALPHA, new RingId(ALPHA, 4), 1, Guarantee.AGREED, "password".getBytes()));

        assertThat(new String(packet, java.nio.charset.StandardCharsets.ISO_8859_1))
                .doesNotContain("password");
    }

    /** L11: a message as large as a ring makes them fits into its datagram also while another ring recovers it. */
    @Test
    void aRecoveredMessageOfTheLargestSizeFitsIntoItsDatagram() {
        RingSettings settings = RingSettings.defaults();
        var old = new RingId(ALPHA, Long.MAX_VALUE);
        var largest = new Data(ALPHA, old, Long.MAX_VALUE, Guarantee.SAFE, new byte[settings.contentBytes()]);

        byte[] packet = alpha.sealed(new RecoveryData(ALPHA, old, Long.MAX_VALUE, largest));

        assertThat(packet).hasSizeBetween(settings.contentBytes() + 1, settings.datagramBytes());
    }

    @Test
    void dropsASecondCopy() {
        byte[] packet = alpha.sealed(MESSAGE);
        open(beta, packet);

        assertThat(causeOf(beta, packet)).isEqualTo(DropCause.REPLAYED);
        assertThat(beta.dropped(DropCause.REPLAYED)).isEqualTo(1);
    }

    @Test
    void takesPacketsThatOvertookEachOther() {
        byte[] first = alpha.sealed(MESSAGE);
        byte[] second = alpha.sealed(MESSAGE);
        assertThat(open(beta, second)).isInstanceOf(Accepted.class);
        assertThat(open(beta, first)).isInstanceOf(Accepted.class);
        assertThat(causeOf(beta, first)).isEqualTo(DropCause.REPLAYED);
    }

    @Test
    void dropsWhatIsOlderThanTheWindow() {
        byte[] old = alpha.sealed(MESSAGE);
        for (int i = 0; i < ReplayWindow.SIZE; i++) {
            open(beta, alpha.sealed(MESSAGE));
        }

        assertThat(causeOf(beta, old)).isEqualTo(DropCause.REPLAYED);
    }

    @Test
    void takesANodeThatWasRestartedAndDropsItsFormerLife() {
        byte[] former = alpha.sealed(MESSAGE);
        open(beta, alpha.sealed(MESSAGE));
        PacketCodec restarted = codec(ALPHA, 101, 7);

        assertThat(open(beta, restarted.sealed(MESSAGE))).isInstanceOf(Accepted.class);
        assertThat(causeOf(beta, former)).isEqualTo(DropCause.REPLAYED);
    }

    /** A removed machine: its packets are dropped, and may be looked at to tell it so. */
    @Test
    void readsAStrangerThatHasTheKeyOnlyWhenAskedTo() {
        PacketCodec gamma = codec(new NodeId(3), 100, 7);
        byte[] packet = gamma.sealed(MESSAGE);

        assertThat(causeOf(beta, packet)).isEqualTo(DropCause.STRANGER);
        assertThat(beta.openStranger(ByteBuffer.wrap(packet))).contains(new Accepted(new NodeId(3), MESSAGE));
        assertThat(beta.openStranger(
                        ByteBuffer.wrap(codec(new NodeId(3), 100, 8).sealed(MESSAGE))))
                .as("another key")
                .isEmpty();
        assertThat(beta.openStranger(ByteBuffer.wrap(alpha.sealed(MESSAGE))))
                .as("a node of the list has a replay window, and is not read past it")
                .isEmpty();
        packet[40] ^= 1;
        assertThat(beta.openStranger(ByteBuffer.wrap(packet))).as("damaged").isEmpty();
        assertThat(beta.openStranger(ByteBuffer.wrap(new byte[3]))).isEmpty();
    }

    @Test
    void dropsAnotherKey() {
        assertThat(causeOf(beta, codec(ALPHA, 100, 8).sealed(MESSAGE))).isEqualTo(DropCause.WRONG_KEY);
        assertThat(open(beta, alpha.sealed(MESSAGE))).as("and goes on").isInstanceOf(Accepted.class);
    }

    @Test
    void forgedNewSessionDoesNotLockTheRealOneOut() {
        open(beta, alpha.sealed(MESSAGE));
        causeOf(beta, codec(ALPHA, Long.MAX_VALUE, 8).sealed(MESSAGE));

        assertThat(open(beta, alpha.sealed(MESSAGE))).isInstanceOf(Accepted.class);
    }

    @Test
    void rollsTheKeyOverWithoutLosingAPacket() {
        PacketCodec knowsBoth = codec(BETA, 100, 7, 8);
        byte[] underOldKey = alpha.sealed(MESSAGE);
        assertThat(open(knowsBoth, underOldKey)).isInstanceOf(Accepted.class);
        PacketCodec withNewKey = codec(ALPHA, 101, 8, 7);

        assertThat(open(knowsBoth, withNewKey.sealed(MESSAGE))).isInstanceOf(Accepted.class);
        assertThat(causeOf(knowsBoth, underOldKey)).isEqualTo(DropCause.REPLAYED);
    }

    @Test
    void dropsAnotherCluster() {
        var other = new PacketCodec(ALPHA, 100, "other", List.of(RingMessages.key(7)), RingMessages.nodes(1, 2));

        assertThat(causeOf(beta, other.sealed(MESSAGE))).isEqualTo(DropCause.STRANGER);
    }

    @Test
    void dropsANodeThatIsNotListed() {
        var third =
                new PacketCodec(new NodeId(3), 100, "demo", List.of(RingMessages.key(7)), RingMessages.nodes(1, 2, 3));

        assertThat(causeOf(beta, third.sealed(MESSAGE))).isEqualTo(DropCause.STRANGER);
        beta.accept(RingMessages.nodes(1, 2, 3));
        assertThat(open(beta, third.sealed(MESSAGE))).isInstanceOf(Accepted.class);
    }

    @Test
    void dropsAnotherVersion() {
        byte[] packet = alpha.sealed(MESSAGE);
        packet[4] = 2;

        assertThat(causeOf(beta, packet)).isEqualTo(DropCause.OTHER_VERSION);
    }

    @Test
    void dropsWhatIsTooShortOrNotOurs() {
        assertThat(causeOf(beta, new byte[0])).isEqualTo(DropCause.TRUNCATED);
        assertThat(causeOf(beta, new byte[PacketCodec.OVERHEAD])).isEqualTo(DropCause.TRUNCATED);
        assertThat(causeOf(beta, new byte[200])).isEqualTo(DropCause.STRANGER);
        byte[] packet = alpha.sealed(MESSAGE);
        assertThat(causeOf(beta, Arrays.copyOf(packet, packet.length - 1))).isEqualTo(DropCause.WRONG_KEY);
    }

    @Test
    void knowsItsOwnPacketsAndThoseOfANodeWithTheSameId() {
        assertThat(causeOf(alpha, alpha.sealed(MESSAGE))).isEqualTo(DropCause.OWN);
        assertThat(causeOf(alpha, codec(ALPHA, 99, 7).sealed(MESSAGE))).isEqualTo(DropCause.SAME_ID);
    }

    @Test
    void refusesAKeyOfTheWrongLength() {
        assertThatThrownBy(() -> new PacketCodec(ALPHA, 1, "demo", List.of(new byte[16]), RingMessages.nodes(1)))
                .hasMessageContaining("32 bytes")
                .hasMessageContaining("systole keygen");
    }
}
