package systole.transport;

import io.netty.channel.Channel;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.kernel.NodeId;

/** One other node: its sockets by link, and what is known of each. Owned by the ring loop. */
final class PeerRoute {
    private static final long NEVER = Long.MIN_VALUE;

    /** For how long a neighbour's word that multicast arrives is believed. */
    static final long PROOF_NANOS = 3_000_000_000L;

    final NodeId id;
    private static final int REPORTS_BEFORE_COMPLAINT = 6;

    private int reportsWithout;
    private boolean complained;
    private final @Nullable Channel[] channels;
    private final boolean[] usable;
    private final long[] provenAt;
    private final long[] multicastHeardAt;

    PeerRoute(NodeId id, int links) {
        this.id = id;
        this.channels = new Channel[links];
        this.usable = new boolean[links];
        this.provenAt = new long[links];
        this.multicastHeardAt = new long[links];
        Arrays.fill(usable, true);
        Arrays.fill(provenAt, NEVER);
        Arrays.fill(multicastHeardAt, NEVER);
    }

    void connect(int link, Channel channel) {
        channels[link] = channel;
    }

    @Nullable
    Channel channel(int link) {
        return channels[link];
    }

    boolean isUsable(int link) {
        return channels[link] != null && usable[link];
    }

    void judge(int link, boolean isUsable) {
        usable[link] = isUsable;
    }

    /**
     * The neighbour said on which links our multicast reaches it.
     *
     * @return a sentence for the log when that has changed for good
     */
    Optional<String> reported(int multicastLinks, long nowNanos) {
        for (int link = 0; link < provenAt.length; link++) {
            provenAt[link] = (multicastLinks & (1 << link)) != 0 ? nowNanos : NEVER;
        }
        reportsWithout = multicastLinks == 0 ? reportsWithout + 1 : 0;
        if (reportsWithout == REPORTS_BEFORE_COMPLAINT) {
            complained = true;
            return Optional.of("multicast does not reach node " + id + ": it is served by unicast");
        }
        if (complained && multicastLinks != 0) {
            complained = false;
            return Optional.of("multicast reaches node " + id + " again");
        }
        return Optional.empty();
    }

    boolean multicastReaches(int link, long nowNanos) {
        return provenAt[link] != NEVER && nowNanos - provenAt[link] < PROOF_NANOS;
    }

    void heardMulticast(int link, long nowNanos) {
        multicastHeardAt[link] = nowNanos;
    }

    /** On which links the neighbour's multicast has been heard of late, as bits. */
    int heardLinks(long nowNanos) {
        int links = 0;
        for (int link = 0; link < multicastHeardAt.length; link++) {
            if (multicastHeardAt[link] != NEVER && nowNanos - multicastHeardAt[link] < PROOF_NANOS) {
                links |= 1 << link;
            }
        }
        return links;
    }
}
