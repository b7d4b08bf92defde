package systole.executor;

/** Exit codes of the OCF resource-agent API 1.1. */
public final class Ocf {
    public static final int SUCCESS = 0;
    public static final int GENERIC = 1;
    public static final int ARGS = 2;
    public static final int UNIMPLEMENTED = 3;
    public static final int PERM = 4;
    public static final int INSTALLED = 5;
    public static final int CONFIGURED = 6;
    public static final int NOT_RUNNING = 7;
    public static final int RUNNING_PROMOTED = 8;
    public static final int FAILED_PROMOTED = 9;
    public static final int DEGRADED = 190;
    public static final int DEGRADED_PROMOTED = 191;

    /** Begins a line on stderr that says why an action failed. */
    public static final String REASON_PREFIX = "ocf-exit-reason:";

    private Ocf() {}

    /** Whether a monitor that says this has found the service active, in whatever role. */
    static boolean isActive(int rc) {
        return rc == SUCCESS || rc == RUNNING_PROMOTED || rc == DEGRADED || rc == DEGRADED_PROMOTED;
    }

    /** The last reason in an agent's stderr, or the empty text. */
    static String lastReason(String messages) {
        int at = messages.startsWith(REASON_PREFIX) ? 0 : -1;
        int later = messages.lastIndexOf("\n" + REASON_PREFIX);
        if (later >= 0) {
            at = later + 1;
        }
        if (at < 0) {
            return "";
        }
        int end = messages.indexOf('\n', at);
        return messages.substring(at + REASON_PREFIX.length(), end < 0 ? messages.length() : end)
                .strip();
    }
}
