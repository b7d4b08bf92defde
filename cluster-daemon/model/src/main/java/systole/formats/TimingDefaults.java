package systole.formats;

/**
 * Timers where we differ from Corosync. There the token alone tells that a node died, so it must be long and grow with
 * the cluster. Here {@code token} is the silence of heartbeats after which a node is suspected; losing the ring's token
 * accuses nobody.
 */
final class TimingDefaults {
    /** Milliseconds. */
    static final int TOKEN = 300;

    /** While no token is chosen and all is punctual. */
    static final int STEADY = 160;

    static final int BEATS_WHILE_STEADY = 5;

    static final int FAIL_RECV = 200;
    static final int SEQNO_UNCHANGED = 10;
    static final int MISS_COUNT = 2;

    private TimingDefaults() {}
}
