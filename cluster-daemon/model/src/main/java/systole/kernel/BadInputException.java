package systole.kernel;

/** Something that came from outside is wrong: a file, a command line, a document. */
public final class BadInputException extends ClusterException {
    private static final long serialVersionUID = 1L;

    /**
     * @param place where it stands, as {@code file:line} or an id; empty if the text has no place
     * @param whatHappened what is wrong, in one clause
     * @param remedy what to do, in the imperative
     */
    public BadInputException(String place, String whatHappened, String remedy) {
        super(Advice.FIX_REQUEST, place.isEmpty() ? whatHappened : place + ": " + whatHappened, remedy);
    }
}
