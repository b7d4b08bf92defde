package systole.kernel;

/** Root of the failures that an operator, or another program, can act upon. */
public abstract class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What the receiver of the failure should do about it. */
    public enum Advice {
        /** The request itself is wrong: correct it. */
        FIX_REQUEST,
        /** The request was made for an older configuration, nothing has been done: read anew, then repeat it. */
        READ_AGAIN,
        /** The cluster cannot serve now, nothing has been done: try again later. */
        RETRY_LATER,
        /** The request may or may not have taken effect: look before repeating it. */
        CHECK_STATE,
        /** This node can no longer be trusted to go on. */
        STOP_NODE
    }

    private final Advice advice;
    private final String remedy;

    protected ClusterException(Advice advice, String whatHappened, String remedy) {
        super(whatHappened);
        this.advice = advice;
        this.remedy = remedy;
    }

    public final Advice advice() {
        return advice;
    }

    /** One sentence in the imperative that can be shown as it is. */
    public final String remedy() {
        return remedy;
    }
}
