package systole.detector;

/**
 * All in nanoseconds.
 *
 * @param steady silence after which a peer is suspected while it, the path and this node have been punctual for some
 *     time; below {@code token} only if nobody asked for a certain token
 * @param token silence after which a peer is suspected while its heartbeats come steadily
 * @param ceiling the same when they jitter: never more than this
 * @param heartbeat interval of heartbeats
 * @param links number of links
 */
public record DetectorSettings(long steady, long token, long ceiling, long heartbeat, int links) {
    public DetectorSettings {
        if (heartbeat <= 0 || steady < heartbeat || token < steady || ceiling < token || links < 1) {
            throw new IllegalArgumentException("detector settings contradict each other: steady " + steady + ", token "
                    + token + ", ceiling " + ceiling + ", heartbeat " + heartbeat + ", links " + links);
        }
    }

    /** A token that somebody chose: never quicker than that. */
    public DetectorSettings(long token, long ceiling, long heartbeat, int links) {
        this(token, token, ceiling, heartbeat, links);
    }

    /**
     * Silence after which a peer is suspected when something came that much too late lately: up to half a heartbeat is
     * nothing, one and a half heartbeats are the ceiling.
     */
    long limit(long late) {
        if (!isAdaptive()) {
            return token;
        }
        long over = Math.min(heartbeat, Math.max(0, late - heartbeat / 2));
        return steady + (ceiling - steady) * over / heartbeat;
    }

    /** Nobody chose a token, so it may be as quick as what is seen allows. */
    boolean isAdaptive() {
        return steady < token;
    }
}
