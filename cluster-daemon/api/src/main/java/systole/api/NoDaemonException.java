package systole.api;

import java.nio.file.Path;
import systole.kernel.ClusterException;

/** Nobody listens at the socket, or this user may not open it; nothing was done. */
public final class NoDaemonException extends ClusterException {
    private static final long serialVersionUID = 1L;

    public NoDaemonException(Path socket, String reason) {
        super(
                Advice.RETRY_LATER,
                isForbidden(reason)
                        ? "you may not open " + socket + " (" + reason + ")"
                        : "no daemon at " + socket + (reason.isEmpty() ? "" : " (" + reason + ")"),
                isForbidden(reason)
                        ? "run it as root, or as a member of the socket's group (haclient)"
                        : "start it: systole cluster start");
    }

    private static boolean isForbidden(String reason) {
        return reason.contains("Permission denied");
    }
}
