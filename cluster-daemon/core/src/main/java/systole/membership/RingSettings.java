package systole.membership;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Timing and sizes of the ring, equal on all nodes. Names are those of the {@code totem} section of
 * {@code corosync.conf} where the meaning is the same; all times in nanoseconds.
 *
 * <p>{@code token} is what an operator chooses: how long a node may be silent before it is given up. Everything else
 * follows from it, see {@link #ofTokenMillis}.
 *
 * @param steady silence on all links after which a node is suspected while it, the path and the node that judges have
 *     been punctual for some time; below {@code token} only if nobody chose a token
 * @param token silence on all links after which a node is suspected while arrivals are steady
 * @param tokenCeiling the same when arrivals jitter or the peer says that it is short of CPU: never more than this
 * @param heartbeat interval between two heartbeats of a node on a link
 * @param tokenLoss time without the ring's token after which the ring is formed anew, nobody being accused
 * @param tokenRetransmit time after which a passed token is sent again
 * @param hold how long the representative keeps the token of an idle ring
 * @param join interval between two Joins while gathering
 * @param consensus time after which those that do not agree are given up
 * @param windowSize messages per rotation, whole ring
 * @param maxMessages messages per node and visit
 * @param seqnoUnchangedConst idle rotations before the token is held
 * @param missCountConst visits on which a message must be missing before it is asked for
 * @param failRecvConst rotations without progress after which the stuck node is given up
 * @param datagramBytes largest UDP payload, envelope included
 * @param links number of links, 1 to 8
 */
public record RingSettings(
        long steady,
        long token,
        long tokenCeiling,
        long heartbeat,
        long tokenLoss,
        long tokenRetransmit,
        long hold,
        long join,
        long consensus,
        int windowSize,
        int maxMessages,
        int seqnoUnchangedConst,
        int missCountConst,
        int failRecvConst,
        int datagramBytes,
        int links) {
    private static final long MILLI = 1_000_000;

    /** Room for the envelope, and twice for the header of a message: recovery wraps one in another. */
    public static final int HEADROOM_BYTES = 160;

    public static final int DEFAULT_TOKEN_MILLIS = 300;

    /** Silence of a node that was punctual, if nobody chose a token. */
    public static final int DEFAULT_STEADY_MILLIS = 160;

    private static final int BEATS_WHILE_STEADY = 5;

    /** The shortest token that is kept free of false suspicion on a lightly loaded machine. */
    public static final int FAST_TOKEN_MILLIS = 100;

    public RingSettings {
        require(token >= 20 * MILLI, "token must be at least 20 ms");
        require(steady <= token, "the limit of steady nodes must not be above token");
        require(tokenCeiling >= token, "the ceiling of token must not be below token");
        require(heartbeat >= MILLI && heartbeat * 3 <= steady, "heartbeat must be 1 ms to a third of token");
        require(tokenLoss >= tokenCeiling, "token loss must not come before the longest suspicion");
        require(tokenRetransmit * 2 <= tokenLoss, "token_retransmit must be at most half of the token loss time");
        require(hold < tokenRetransmit, "hold must be shorter than token_retransmit");
        require(join > 0 && join < consensus, "join must be shorter than consensus");
        require(windowSize >= 1 && maxMessages >= 1, "window_size and max_messages must be positive");
        require(seqnoUnchangedConst >= 3, "seqno_unchanged_const must be at least 3");
        require(missCountConst >= 1 && failRecvConst >= 10, "miss_count_const >= 1, fail_recv_const >= 10");
        require(datagramBytes >= HEADROOM_BYTES + 64 && datagramBytes <= 65507, "netmtu must be 224 to 65507");
        require(links >= 1 && links <= 8, "1 to 8 links");
    }

    /** Everything derived from how long a node may be silent. */
    public static RingSettings ofTokenMillis(int tokenMillis) {
        long token = tokenMillis * MILLI;
        long steady = token;
        long heartbeat = Math.max(2 * MILLI, token / 7);
        long retransmit = Math.max(15 * MILLI, Math.min(token / 6, 50 * MILLI));
        return new RingSettings(
                steady,
                token,
                token * 2,
                heartbeat,
                token * 4,
                retransmit,
                retransmit * 7 / 10,
                Math.max(5 * MILLI, Math.min(token / 15, 50 * MILLI)),
                Math.max(60 * MILLI, token * 2),
                50,
                17,
                10,
                2,
                200,
                1400,
                1);
    }

    /**
     * Nobody chose a token: where all is punctual a node is given up sooner, where it is not as late as the ceiling. All
     * else is that of {@link #DEFAULT_TOKEN_MILLIS}, leases too.
     */
    public static RingSettings defaults() {
        RingSettings asked = ofTokenMillis(DEFAULT_TOKEN_MILLIS);
        long steady = DEFAULT_STEADY_MILLIS * MILLI;
        return asked.withSteady(steady, steady / BEATS_WHILE_STEADY);
    }

    private RingSettings withSteady(long limit, long interval) {
        return with(draft -> {
            draft.steady = limit;
            draft.heartbeat = interval;
        });
    }

    public static RingSettings fast() {
        return ofTokenMillis(FAST_TOKEN_MILLIS);
    }

    public RingSettings withDatagramBytes(int bytes) {
        return with(draft -> draft.datagramBytes = bytes);
    }

    public RingSettings withLinks(int number) {
        return with(draft -> draft.links = number);
    }

    public RingSettings withFlowControl(int window, int messages) {
        return with(draft -> {
            draft.windowSize = window;
            draft.maxMessages = messages;
        });
    }

    private RingSettings with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.settings();
    }

    /** Largest content of one {@link RingMessage.Data}. */
    public int contentBytes() {
        return datagramBytes - HEADROOM_BYTES;
    }

    /** A number that differs, most likely, when the timing of two nodes differs; the same in every JVM. */
    public int digest() {
        return Arrays.hashCode(new long[] {
            steady,
            token,
            tokenCeiling,
            heartbeat,
            tokenLoss,
            tokenRetransmit,
            hold,
            join,
            consensus,
            windowSize,
            maxMessages,
            seqnoUnchangedConst,
            missCountConst,
            failRecvConst,
            datagramBytes,
            links
        });
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    /** The settings with every part open, so that a change names only what it changes. */
    private static final class Draft {
        private long steady;
        private long token;
        private long tokenCeiling;
        private long heartbeat;
        private long tokenLoss;
        private long tokenRetransmit;
        private long hold;
        private long join;
        private long consensus;
        private int windowSize;
        private int maxMessages;
        private int seqnoUnchangedConst;
        private int missCountConst;
        private int failRecvConst;
        private int datagramBytes;
        private int links;

        private Draft(RingSettings from) {
            steady = from.steady;
            token = from.token;
            tokenCeiling = from.tokenCeiling;
            heartbeat = from.heartbeat;
            tokenLoss = from.tokenLoss;
            tokenRetransmit = from.tokenRetransmit;
            hold = from.hold;
            join = from.join;
            consensus = from.consensus;
            windowSize = from.windowSize;
            maxMessages = from.maxMessages;
            seqnoUnchangedConst = from.seqnoUnchangedConst;
            missCountConst = from.missCountConst;
            failRecvConst = from.failRecvConst;
            datagramBytes = from.datagramBytes;
            links = from.links;
        }

        private RingSettings settings() {
            return new RingSettings(
                    steady,
                    token,
                    tokenCeiling,
                    heartbeat,
                    tokenLoss,
                    tokenRetransmit,
                    hold,
                    join,
                    consensus,
                    windowSize,
                    maxMessages,
                    seqnoUnchangedConst,
                    missCountConst,
                    failRecvConst,
                    datagramBytes,
                    links);
        }
    }
}
