package systole.storage;

import systole.kernel.ClusterException;

/** The node's own files cannot be used. */
public final class StorageException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public StorageException(String whatHappened, String remedy) {
        super(Advice.STOP_NODE, whatHappened, remedy);
    }
}
