package systole.witness;

/**
 * How a node talks to the witness ({@code quorum.device}).
 *
 * @param hello what it introduces itself with
 * @param connectMillis {@code net.connect_timeout}
 * @param silenceMillis {@code device.timeout}: without a word for so long the connection is given up
 * @param waitMillis {@code device.sync_timeout}: so long a view without quorum waits for the vote
 */
public record WitnessSettings(WitnessMessage.Hello hello, long connectMillis, long silenceMillis, long waitMillis) {
    public WitnessSettings {
        if (connectMillis < 1 || silenceMillis < 1 || waitMillis < 1) {
            throw new IllegalArgumentException("times of " + connectMillis + ", " + silenceMillis + " and " + waitMillis
                    + " ms; all must be positive");
        }
    }
}
