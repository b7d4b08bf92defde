package systole.daemon;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.filter.ThresholdFilter;
import ch.qos.logback.classic.net.SyslogAppender;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.LoggerFactory;
import systole.formats.InterconnectConf.Logging;

/** Section {@code logging} of the configuration, as Logback takes it. */
final class DaemonLog {
    private DaemonLog() {}

    /** Until the configuration is read: warnings to stderr. */
    static void begin() {
        LogStart.inDaemon();
        LoggerContext context = context();
        context.reset();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.INFO);
        root.addAppender(console(context));
    }

    /** Also while the daemon runs; a line that is written in that moment may be lost. */
    static void configure(Logging logging, Path root) {
        LoggerContext context = context();
        context.reset();
        Logger top = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        top.setLevel(level(logging.debug()));
        context.getLogger("io.netty").setLevel(Level.WARN);
        if (logging.toStderr() || !logging.toLogfile()) {
            top.addAppender(console(context));
        }
        if (logging.toLogfile()) {
            FileAppender<ILoggingEvent> file = new FileAppender<>();
            Path path = Path.of(logging.logfile());
            Path below = path.isAbsolute() ? path.getRoot().relativize(path) : path;
            file.setFile(root.resolve(below).toString());
            file.addFilter(threshold(logging.logfilePriority()));
            started(file, context);
            if (file.isStarted()) {
                top.addAppender(file);
            } else {
                top.addAppender(console(context));
                top.error("the log file {} cannot be written; the log goes to stderr", file.getFile());
            }
        }
        if (logging.toSyslog() && root.getNameCount() == 0 && System.getenv("INVOCATION_ID") == null) {
            // Under systemd what goes to stderr is in the journal already.
            SyslogAppender syslog = new SyslogAppender();
            syslog.setContext(context);
            syslog.setSyslogHost("localhost");
            syslog.setFacility(logging.syslogFacility().toUpperCase(Locale.ROOT));
            syslog.setSuffixPattern("systoled: %logger{0}: %msg");
            syslog.addFilter(threshold(logging.syslogPriority()));
            syslog.start();
            top.addAppender(syslog);
        }
        for (Logging.Subsystem subsystem : logging.subsystems()) {
            context.getLogger("systole." + subsystem.name().toLowerCase(Locale.ROOT))
                    .setLevel(level(subsystem.debug()));
        }
    }

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setTarget("System.err");
        started(console, context);
        return console;
    }

    private static OutputStreamAppender<ILoggingEvent> started(
            OutputStreamAppender<ILoggingEvent> appender, LoggerContext context) {
        LogLines lines = new LogLines();
        lines.setContext(context);
        lines.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setLayout(lines);
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.start();
        return appender;
    }

    private static ThresholdFilter threshold(String priority) {
        ThresholdFilter filter = new ThresholdFilter();
        filter.setLevel(
                switch (priority) {
                    case "debug" -> "DEBUG";
                    case "info", "notice" -> "INFO";
                    case "warning" -> "WARN";
                    default -> "ERROR";
                });
        filter.start();
        return filter;
    }

    private static Level level(String debug) {
        return switch (debug) {
            case "on" -> Level.DEBUG;
            case "trace" -> Level.TRACE;
            default -> Level.INFO;
        };
    }
}
