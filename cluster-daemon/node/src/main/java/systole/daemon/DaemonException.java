package systole.daemon;

import systole.kernel.ClusterException;

/** The daemon cannot start or go on. */
public final class DaemonException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public DaemonException(String whatHappened, String remedy) {
        super(Advice.FIX_REQUEST, whatHappened, remedy);
    }
}
