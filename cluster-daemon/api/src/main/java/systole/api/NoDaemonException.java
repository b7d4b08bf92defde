package systole.api;

import java.nio.file.Path;
import systole.kernel.ClusterException;

/** Nobody listens at the socket; nothing was done. */
public final class NoDaemonException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public NoDaemonException(Path socket, String reason) {
        super(
                Advice.RETRY_LATER,
                "no daemon at " + socket + (reason.isEmpty() ? "" : " (" + reason + ")"),
                "start it: systole cluster start");
    }
}
