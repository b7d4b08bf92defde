package systole.formats;

/** A statement does not follow the grammar. Caught by the loader, which adds file and line and reads on. */
final class CrmSyntaxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String near;

    /**
     * @param problem what is wrong, in one clause
     * @param near the word at which it was noticed; empty at the end of the statement
     */
    CrmSyntaxException(String problem, String near) {
        super(problem, null, false, false);
        this.near = near;
    }

    String problem() {
        return String.valueOf(getMessage());
    }

    String near() {
        return near;
    }
}
