package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;

class LogLinesTest {
    private final LogLines lines = new LogLines();

    @Test
    void aRecordIsOneLineWithTimeLevelLastNameAndMessage() {
        String line = lines.doLayout(event("systole.daemon.ring", Level.WARN, "n2 is {}", null, "deaf"));

        assertThat(line).endsWith(" WARN  ring: n2 is deaf\n");
        OffsetDateTime time = OffsetDateTime.parse(line.substring(0, line.indexOf(' ')));
        assertThat(time.toInstant()).isEqualTo(Instant.ofEpochMilli(1_795_646_597_499L));
        assertThat(lines.doLayout(event("plain", Level.ERROR, "x", null))).contains(" ERROR plain: x\n");
    }

    @Test
    void aStackTraceFollows() {
        var failure = new IllegalStateException("why", new RuntimeException("deeper"));

        assertThat(lines.doLayout(event("systole.x", Level.ERROR, "failed", failure)))
                .contains(": failed\njava.lang.IllegalStateException: why\n")
                .contains("at systole.daemon.LogLinesTest")
                .contains("Caused by: java.lang.RuntimeException: deeper");
    }

    private static LoggingEvent event(
            String logger, Level level, String message, Throwable failure, Object... arguments) {
        var event = new LoggingEvent("", new LoggerContext().getLogger(logger), level, message, failure, arguments);
        event.setInstant(Instant.ofEpochMilli(1_795_646_597_499L));
        return event;
    }
}
