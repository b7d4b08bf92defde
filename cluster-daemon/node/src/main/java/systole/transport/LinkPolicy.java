package systole.transport;

import java.util.Comparator;
import java.util.List;
import systole.formats.InterconnectConf.Link;
import systole.formats.InterconnectConf.LinkMode;

/** Which links carry a packet to a peer: {@code totem.link_mode}. */
final class LinkPolicy {
    private final LinkMode mode;
    private final List<Link> byPriority;
    private int turn;

    LinkPolicy(LinkMode mode, List<Link> links) {
        this.mode = mode;
        this.byPriority = links.stream()
                .sorted(Comparator.comparingInt(Link::priority).reversed().thenComparingInt(Link::number))
                .toList();
    }

    /** Which links would serve a peer. */
    interface Usable {
        boolean isUsable(int link);
    }

    /** Link numbers as bits, never none: with no usable link the best one is tried all the same. */
    int choose(Usable peer) {
        int usable = 0;
        for (Link link : byPriority) {
            if (peer.isUsable(link.number())) {
                usable |= 1 << link.number();
            }
        }
        if (usable == 0) {
            return 1 << byPriority.get(0).number();
        }
        return switch (mode) {
            case ACTIVE -> usable;
            case PASSIVE -> first(usable, 0);
            case ROUND_ROBIN -> first(usable, ++turn);
        };
    }

    private int first(int usable, int from) {
        for (int i = 0; i < byPriority.size(); i++) {
            int bit = 1
                    << byPriority
                            .get(Math.floorMod(from + i, byPriority.size()))
                            .number();
            if ((usable & bit) != 0) {
                return bit;
            }
        }
        return usable;
    }
}
