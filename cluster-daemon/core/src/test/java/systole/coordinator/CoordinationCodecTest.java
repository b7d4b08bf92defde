package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.fencing.FenceOrder;
import systole.fencing.FenceReport;
import systole.graph.PrimitiveRef;
import systole.kernel.ByteSource;
import systole.kernel.Seed;
import systole.transition.OperationOrder;
import systole.transition.TransitionKey;

class CoordinationCodecTest {
    private static final TransitionKey KEY = new TransitionKey(3, 9, 7, "0a1b2c3d-0000-4000-a000-000000000001");
    private static final FenceOrder FENCE =
            new FenceOrder("alpha-1-1", "beta", "reboot", 60_000, -1, "gamma", "alpha", "root", -1);
    private static final List<CoordinationMessage> ALL = List.of(
            new CoordinationMessage.Execute(
                    1_700_000_000_123L,
                    List.of(new OperationOrder(
                            KEY,
                            new PrimitiveRef("web", "web:0", "ocf", "heartbeat", "Dummy"),
                            "start",
                            "alpha",
                            "1",
                            Map.of("CRM_meta_timeout", "20000", "state", "/tmp/ä")))),
            new CoordinationMessage.Acknowledge(KEY, 1, 9),
            new CoordinationMessage.LeaveNow("alpha"),
            new CoordinationMessage.Goodbye("alpha"),
            new CoordinationMessage.Fence(FENCE),
            new CoordinationMessage.FenceFailed(new FenceReport(FENCE, false, "st", true, false, "no")),
            new CoordinationMessage.FencePart(FENCE.of("st")),
            new CoordinationMessage.FencePartDone(new FenceReport(FENCE.of("st"), true, "st", false, true, "late")),
            new CoordinationMessage.FenceRestores(FENCE, true),
            new CoordinationMessage.AskSettled("beta", 77),
            new CoordinationMessage.Settled("beta", 77));

    @Test
    void whatIsWrittenIsReadAgain() {
        for (CoordinationMessage message : ALL) {
            byte[] body = CoordinationCodec.encode(message);
            assertThat(CoordinationCodec.decode(CoordinationCodec.kind(message), body))
                    .isEqualTo(message);
        }
    }

    @Test
    void aBodyThatEndsTooEarlyIsMalformed() {
        for (CoordinationMessage message : ALL) {
            byte[] body = CoordinationCodec.encode(message);
            for (int length = 0; length < body.length; length++) {
                byte[] part = Arrays.copyOf(body, length);
                assertThatThrownBy(() -> CoordinationCodec.decode(CoordinationCodec.kind(message), part))
                        .isInstanceOf(ByteSource.Malformed.class);
            }
        }
    }

    @Test
    void brokenBytesAreMalformedOrAnotherMessageButNeverAnotherFailure() {
        Seed chance = new Seed(5);
        int malformed = 0;
        for (int i = 0; i < 5_000; i++) {
            CoordinationMessage message = ALL.get(chance.below(ALL.size()));
            byte[] body = CoordinationCodec.encode(message);
            body[chance.below(body.length)] = (byte) chance.below(256);
            try {
                assertThat(CoordinationCodec.decode(CoordinationCodec.kind(message), body))
                        .isNotNull();
            } catch (ByteSource.Malformed expected) {
                malformed++;
            }
        }
        assertThat(malformed).isPositive();
    }

    @Test
    void aKindOfALaterVersionIsSkipped() {
        assertThat(CoordinationCodec.decode(200, new byte[] {1, 2, 3})).isEqualTo(new CoordinationMessage.Unknown(200));
    }
}
