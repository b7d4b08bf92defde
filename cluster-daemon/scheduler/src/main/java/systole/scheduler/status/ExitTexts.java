package systole.scheduler.status;

/** Texts for exit statuses of agents (input-and-status 20.7). */
public final class ExitTexts {
    private ExitTexts() {}

    /** As {@code crm_mon} has it in its XML. */
    static String shortText(int rc) {
        return switch (rc) {
            case 0 -> "ok";
            case 1 -> "error";
            case 2 -> "invalid parameter";
            case 3 -> "unimplemented feature";
            case 4 -> "insufficient privileges";
            case 5 -> "not installed";
            case 6 -> "not configured";
            case 7 -> "not running";
            case 8 -> "promoted";
            case 9 -> "promoted (failed)";
            case 190 -> "OCF_DEGRADED";
            case 191 -> "promoted (degraded)";
            default -> "unknown";
        };
    }

    public static String of(int rc) {
        return switch (rc) {
            case 0 -> "OK";
            case 1 -> "Error occurred";
            case 2 -> "Invalid parameter";
            case 3 -> "Unimplemented";
            case 4 -> "Insufficient privileges";
            case 5 -> "Not installed";
            case 6 -> "Not configured";
            case 7 -> "Not running";
            case 8 -> "Promoted";
            case 9 -> "Failed in promoted role";
            case 124 -> "Timeout occurred";
            case 189 -> "Internal communication failure";
            case 190 -> "Service is active but might fail soon";
            case 191 -> "Service is promoted but might fail soon";
            case 193 -> "No exit status available";
            default -> rc > 128 ? "Interrupted by signal" : "Unknown exit status";
        };
    }
}
