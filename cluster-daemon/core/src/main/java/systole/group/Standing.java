package systole.group;

/**
 * A moment at which this node certainly belonged to a view, and all members with it: it passed a token on that came round
 * afterwards, or was alone. While a view goes on the moment follows the clock closely. It stands still from when the view may
 * have ended without anybody being told yet: members gather for the next one, for as long as that takes, or the thread that
 * orders messages hangs.
 *
 * @param sequence of the view, see {@link View#sequence()}
 * @param nanos monotonic, of this node only
 */
public record Standing(long sequence, long nanos) {
    /** Before the first view. */
    public static final Standing NOWHERE = new Standing(-1, Long.MIN_VALUE);
}
