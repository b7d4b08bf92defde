package systole.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** L20: the times that {@code docs/membership.md} has under "Settings" are those of the code. */
class DocumentedSettingsTest {
    private static final Path PAGE = Path.of("..", "..", "docs", "membership.md");

    @Test
    void thePageHasTheNumbersOfTheCode() throws IOException {
        RingSettings defaults = RingSettings.defaults();

        assertThat(Files.readString(PAGE))
                .contains(
                        row("suspicion, steady / at most", s -> pair(s.steady(), s.tokenCeiling())),
                        row("heartbeat", s -> millis(s.heartbeat()) + " ms"),
                        row("token loss (nobody accused)", s -> millis(s.tokenLoss()) + " ms"),
                        row("token retransmission / hold", s -> pair(s.tokenRetransmit(), s.hold())),
                        row("join / consensus", s -> pair(s.join(), s.consensus())),
                        "`window_size` " + defaults.windowSize() + ", `max_messages` " + defaults.maxMessages()
                                + ", idle rotations before hold " + defaults.seqnoUnchangedConst()
                                + ", visits before a message is asked for " + defaults.missCountConst()
                                + ", datagram " + defaults.datagramBytes() + " bytes",
                        "given up by the others after " + defaults.failRecvConst() + " rotations");
    }

    private static String row(String name, Function<RingSettings, String> cell) {
        return Stream.of(RingSettings.defaults(), RingSettings.ofTokenMillis(300), RingSettings.fast())
                .map(cell)
                .collect(Collectors.joining(" | ", "| " + name + " | ", " |"));
    }

    private static String pair(long first, long second) {
        return millis(first) + " / " + millis(second) + " ms";
    }

    /** Rounded as the page does. */
    private static long millis(long nanos) {
        return Math.round(nanos / 1e6);
    }
}
