package systole.cli;

/** The command line itself is wrong; nothing was done. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String remedy;

    UsageException(String whatHappened, String remedy) {
        super(whatHappened, null, false, false);
        this.remedy = remedy;
    }

    String remedy() {
        return remedy;
    }
}
