package systole.daemon;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.TimeZone;

/**
 * A record of the log as one line: time, level, last part of the logger's name, message; a stack trace below it. In code and
 * not as a pattern: reading a pattern costs a tenth of the time that a daemon needs to start.
 */
final class LogLines extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    private static final TimeZone ZONE = TimeZone.getDefault();
    private static final int LEVEL_WIDTH = 5;

    @Override
    public String doLayout(ILoggingEvent event) {
        String level = event.getLevel().toString();
        String logger = event.getLoggerName();
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(localTime(event.getTimeStamp()), line);
        line.append(' ').append(level).append(" ".repeat(Math.max(0, LEVEL_WIDTH - level.length())));
        line.append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
        line.append(": ").append(event.getFormattedMessage()).append('\n');
        if (event.getThrowableProxy() != null) {
            line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
        }
        return line.toString();
    }

    /** In the zone of the machine; not by {@code ZoneId}, which searches all jars for other tables of zones. */
    private static OffsetDateTime localTime(long epochMillis) {
        int seconds = ZONE.getOffset(epochMillis) / 1000;
        return Instant.ofEpochMilli(epochMillis).atOffset(ZoneOffset.ofTotalSeconds(seconds));
    }
}
