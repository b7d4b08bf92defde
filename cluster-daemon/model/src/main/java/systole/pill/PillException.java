package systole.pill;

import systole.kernel.ClusterException;

/** A pill disk cannot be used. */
public final class PillException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public PillException(String whatHappened, String remedy) {
        super(Advice.CHECK_STATE, whatHappened, remedy);
    }
}
