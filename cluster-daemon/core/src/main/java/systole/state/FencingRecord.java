package systole.state;

/**
 * One finished fencing operation (controller-and-fencer.md section 12.6).
 *
 * @param device device or level that did it, with the node that used it where that is another than the executor ({@code psu1,psu2
 *     (on gamma)}); {@code watchdog}, or {@code a human}
 * @param executor node that had the order, and ran the agents that are not said to have run elsewhere; the "delegate"
 * @param origin node that asked, with client name
 * @param text reason of a failure, or empty
 */
public record FencingRecord(
        String target,
        String action,
        String device,
        String executor,
        String origin,
        boolean succeeded,
        String text,
        long atMillis) {
    static final String BY_HAND = "a human";

    /** A person said that the node is off ({@link Command.ConfirmFenced}). */
    boolean isByHand() {
        return device.equals(BY_HAND);
    }

    long digest() {
        long made = Digest.chain(Digest.of(target), Digest.of(action));
        made = Digest.chain(made, Digest.of(device));
        made = Digest.chain(made, Digest.of(executor));
        made = Digest.chain(made, Digest.of(origin));
        made = Digest.chain(made, Digest.of(text));
        return Digest.chain(made, succeeded ? atMillis : ~atMillis);
    }
}
