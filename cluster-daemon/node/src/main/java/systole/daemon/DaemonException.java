package systole.daemon;

import systole.kernel.ClusterException;

/** The daemon cannot start or go on. */
final class DaemonException extends ClusterException {
    private static final long serialVersionUID = 1L;

    DaemonException(String whatHappened, String remedy) {
        super(Advice.FIX_REQUEST, whatHappened, remedy);
    }
}
