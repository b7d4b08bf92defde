package systole.daemon;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * What Logback asks first of all. In a daemon the answer is that {@link DaemonLog} says everything: no file is looked for, and
 * nothing is set up by default to be thrown away at once. Elsewhere (tests) Logback goes its usual way.
 */
public final class LogStart extends ContextAwareBase implements Configurator {
    private static volatile boolean inDaemon;

    static void inDaemon() {
        inDaemon = true;
    }

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        return inDaemon ? ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY : ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
}
