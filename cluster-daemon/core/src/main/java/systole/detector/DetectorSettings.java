package systole.detector;

/**
 * All in nanoseconds.
 *
 * @param token silence after which a peer is suspected while its heartbeats come steadily
 * @param ceiling the same when they jitter: never more than this
 * @param heartbeat interval of heartbeats
 * @param links number of links
 */
public record DetectorSettings(long token, long ceiling, long heartbeat, int links) {
    public DetectorSettings {
        if (heartbeat <= 0 || token < heartbeat || ceiling < token || links < 1) {
            throw new IllegalArgumentException("detector settings contradict each other: token " + token + ", ceiling "
                    + ceiling + ", heartbeat " + heartbeat + ", links " + links);
        }
    }
}
