package systole.cli;

import systole.kernel.ClusterException;

/** Every number this tool can end with; scripts may rely on them, so they are never renumbered. */
enum ExitCode {
    OK(0),
    FAILED(1),
    USAGE(64),
    NO_DAEMON(69),
    RETRY_LATER(75),
    CHECK_STATE(76),
    MOVED(77);

    private final int number;

    ExitCode(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    static ExitCode of(ClusterException failure) {
        return switch (failure.advice()) {
            case FIX_REQUEST, STOP_NODE -> FAILED;
            case RETRY_LATER -> RETRY_LATER;
            case CHECK_STATE -> CHECK_STATE;
            case READ_AGAIN -> MOVED;
        };
    }
}
