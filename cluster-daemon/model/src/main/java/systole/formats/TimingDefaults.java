package systole.formats;

/**
 * Timers where we differ from Corosync, in milliseconds. There the token alone tells that a node died, so it must be
 * long and grow with the cluster. Here heartbeats tell, and the token may be short without risk: losing it accuses
 * nobody.
 */
final class TimingDefaults {
    static final int TOKEN = 1000;
    static final int TOKEN_COEFFICIENT = 20;
    static final int RETRANSMITS = 10;
    static final int JOIN = 50;
    static final int HEARTBEAT_TIMEOUT = 400;
    static final int HEARTBEAT_INTERVAL = 50;

    private TimingDefaults() {}
}
