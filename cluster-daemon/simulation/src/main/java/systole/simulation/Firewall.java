package systole.simulation;

import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.membership.RingMessage;
import systole.testkit.SimulatedNetwork.Filter;

/**
 * Something between two parts of the cluster that lets heartbeats pass and not the rest, in one direction or both: nodes hear
 * each other and cannot agree. Also what is only large is lost (a path MTU).
 */
final class Firewall {
    private static final long MILLI = SimulatedCluster.MILLI;
    private static final long SECOND = SimulatedCluster.SECOND;

    private final SimulatedCluster cluster;
    private final Seed seed;
    private final boolean drawn;
    private int rules;

    Firewall(SimulatedCluster cluster, Seed seed, Set<Fault> wanted) {
        this.cluster = cluster;
        this.seed = seed;
        boolean chosen = seed.chance(0.4) || wanted.size() == 1;
        this.drawn = chosen && wanted.contains(Fault.FIREWALL);
    }

    /** Closes, sometimes, and opens by itself after a while. */
    Optional<Fault> act() {
        if (!drawn || !seed.chance(0.25)) {
            return Optional.empty();
        }
        Set<NodeId> inside = new TreeSet<>();
        cluster.machines().stream()
                .map(machine -> machine.id)
                .filter(id -> seed.chance(0.5))
                .forEach(inside::add);
        boolean oneWay = seed.chance(0.3);
        boolean onlyLarge = seed.chance(0.2);
        cluster.story.tell(
                "",
                "firewall " + (oneWay ? "out of " : "around ") + inside + ": "
                        + (onlyLarge ? "large packets are lost" : "only heartbeats pass"));
        cluster.network.filter((from, to, link, message) -> {
            boolean crosses = oneWay
                    ? inside.contains(from) && !inside.contains(to)
                    : inside.contains(from) != inside.contains(to);
            return !crosses || (onlyLarge ? !isLarge(message) : message instanceof RingMessage.Heartbeat);
        });
        int mine = ++rules;
        long most = seed.chance(0.5) ? SECOND : 20 * SECOND;
        cluster.time.after(seed.between(20 * MILLI, most), "undo", () -> {
            if (rules == mine) {
                open();
            }
        });
        return Optional.of(Fault.FIREWALL);
    }

    private static boolean isLarge(RingMessage message) {
        return message instanceof RingMessage.Data || message instanceof RingMessage.RecoveryData;
    }

    void open() {
        rules++;
        Filter<RingMessage> all = (from, to, link, message) -> true;
        cluster.network.filter(all);
    }
}
