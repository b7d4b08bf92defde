package systole.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import systole.kernel.ByteSource;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.witness.WitnessMessage;
import systole.witness.WitnessRules;

/** What comes from outside is a message as it was sent, or malformed; nothing else ever happens. */
class WitnessCodecProperties {
    @Provide
    Arbitrary<WitnessMessage> messages() {
        return Arbitraries.longs().map(number -> any(new Seed(number)));
    }

    private static WitnessMessage any(Seed seed) {
        var nodes = new TreeSet<NodeId>();
        int count = 1 + seed.below(20);
        for (int i = 0; i < count; i++) {
            nodes.add(new NodeId(1 + seed.below(NodeId.MAX)));
        }
        String words = "wörds ".repeat(seed.below(30));
        byte[] secret = new byte[seed.below(64)];
        Arrays.fill(secret, (byte) seed.below(256));
        return switch (seed.below(6)) {
            case 0 ->
                new WitnessMessage.Hello(
                        words,
                        secret,
                        nodes.last(),
                        nodes,
                        new WitnessRules(
                                WitnessRules.Algorithm.values()[seed.below(2)],
                                List.of(-1, 0, 7, NodeId.MAX).get(seed.below(4))),
                        seed.below(100_000),
                        1 + seed.below(100_000));
            case 1 -> new WitnessMessage.Report(seed.nextLong(), nodes.first(), nodes, seed.chance(0.5));
            case 2 -> new WitnessMessage.Alive();
            case 3 -> new WitnessMessage.Verdict(seed.nextLong(), WitnessMessage.Vote.values()[seed.below(3)], words);
            case 4 -> new WitnessMessage.Release(words, secret);
            default -> new WitnessMessage.Farewell(words);
        };
    }

    @Property(tries = 500)
    void comesOutAsItWentIn(@ForAll("messages") WitnessMessage message) {
        assertThat(WitnessCodec.decode(WitnessCodec.encode(message))).isEqualTo(message);
    }

    @Property(tries = 2000)
    void spoiledBytesAreAMessageOrMalformed(
            @ForAll("messages") WitnessMessage message, @ForAll long seedValue, @ForAll @IntRange(max = 3) int kind) {
        var seed = new Seed(seedValue);
        byte[] bytes = WitnessCodec.encode(message);
        switch (kind) {
            case 0 -> bytes[seed.below(bytes.length)] ^= (byte) (1 << seed.below(8));
            case 1 -> bytes = Arrays.copyOf(bytes, seed.below(bytes.length));
            case 2 -> bytes = Arrays.copyOf(bytes, bytes.length + 1 + seed.below(40));
            default -> {
                for (int i = 2; i < bytes.length; i++) {
                    bytes[i] = (byte) seed.below(256);
                }
            }
        }
        try {
            WitnessMessage read = WitnessCodec.decode(bytes);
            assertThat(WitnessCodec.decode(WitnessCodec.encode(read))).isEqualTo(read);
            assertThat(kind).as("cut off or too long").isNotIn(1, 2);
        } catch (ByteSource.Malformed refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Test
    void anotherVersionIsNamed() {
        assertThatThrownBy(() -> WitnessCodec.decode(new byte[] {9, 3}))
                .isInstanceOf(ByteSource.Malformed.class)
                .hasMessageContaining("version 9");
    }
}
