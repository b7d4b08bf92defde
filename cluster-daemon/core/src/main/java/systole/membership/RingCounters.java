package systole.membership;

import java.util.SortedMap;
import java.util.TreeMap;

/** Counts what happens on the ring; one owner, no allocation when counting. */
final class RingCounters {
    enum Counter {
        TOKENS_RECEIVED,
        TOKENS_SENT,
        TOKENS_RETRANSMITTED,
        TOKENS_DROPPED,
        TOKENS_HELD,
        DATA_SENT,
        DATA_RECEIVED,
        DATA_DUPLICATE,
        DATA_FOREIGN,
        RETRANSMITTED,
        RETRANSMISSIONS_REQUESTED,
        MESSAGES_SENT,
        MESSAGES_DELIVERED,
        BYTES_DELIVERED,
        JOINS_SENT,
        JOINS_RECEIVED,
        JOINS_IGNORED,
        COMMIT_TOKENS_RECEIVED,
        COMMIT_TOKENS_IGNORED,
        HOLD_CANCELS_SENT,
        HEARTBEATS_SENT,
        HEARTBEATS_RECEIVED,
        HEARTBEATS_STALE,
        SUSPICIONS,
        OWN_PAUSES,
        OWN_PAUSE_MILLIS,
        TOKEN_LOST_IN_OPERATIONAL,
        TOKEN_LOST_IN_COMMIT,
        TOKEN_LOST_IN_RECOVERY,
        CONSENSUS_TIMEOUTS,
        GATHERS,
        RECOVERIES,
        RINGS_INSTALLED,
        SEQUENCE_WAITS,
        RECOVERY_MESSAGES_SENT,
        LOST_BEHIND_GAP
    }

    private static final Counter[] ALL = Counter.values();

    private final long[] values = new long[ALL.length];

    void add(Counter counter) {
        values[counter.ordinal()]++;
    }

    void add(Counter counter, long amount) {
        values[counter.ordinal()] += amount;
    }

    SortedMap<String, Long> snapshot() {
        var result = new TreeMap<String, Long>();
        for (Counter counter : ALL) {
            result.put(counter.name().toLowerCase(java.util.Locale.ROOT), values[counter.ordinal()]);
        }
        return result;
    }
}
