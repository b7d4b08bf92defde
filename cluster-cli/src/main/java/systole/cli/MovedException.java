package systole.cli;

import systole.kernel.ClusterException;

/** The configuration is no longer the one on which a change was made. Nothing has been done. */
final class MovedException extends ClusterException {
    private static final long serialVersionUID = 1L;

    MovedException(String whatHappened, String remedy) {
        super(Advice.READ_AGAIN, whatHappened, remedy);
    }
}
