package systole.transport;

import systole.kernel.ClusterException;

/** A socket cannot be opened. */
public final class TransportException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public TransportException(String whatHappened, String remedy) {
        super(Advice.FIX_REQUEST, whatHappened, remedy);
    }
}
