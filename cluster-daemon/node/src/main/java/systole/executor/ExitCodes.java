package systole.executor;

/** What the exit codes of a class of agents say in OCF's numbers ({@code ocf-contract.md} sections 4 and 9). */
enum ExitCodes {
    OCF {
        @Override
        int toOcf(String action, int code) {
            return code > LAST_OF_OCF ? Ocf.GENERIC : code;
        }
    },
    LSB {
        @Override
        int toOcf(String action, int code) {
            if (action.equals("monitor") || action.equals("status")) {
                return switch (code) {
                    case 0 -> Ocf.SUCCESS;
                    // Dead, with a pid or lock file left behind, or cleanly stopped.
                    case 1, 2, 3 -> Ocf.NOT_RUNNING;
                    default -> Ocf.GENERIC;
                };
            }
            return code > 7 ? Ocf.GENERIC : code;
        }
    },
    FENCE {
        @Override
        int toOcf(String action, int code) {
            return code;
        }
    };

    /** Degraded and promoted; what lies above is the executor's own. */
    private static final int LAST_OF_OCF = 191;

    abstract int toOcf(String action, int code);
}
