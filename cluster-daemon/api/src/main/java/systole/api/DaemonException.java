package systole.api;

import systole.kernel.ClusterException;

/** The daemon refused, or did not answer. */
public final class DaemonException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public DaemonException(Advice advice, String whatHappened, String remedy) {
        super(advice, whatHappened, remedy);
    }
}
