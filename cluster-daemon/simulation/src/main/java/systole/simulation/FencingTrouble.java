package systole.simulation;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.coordinator.NodeCore;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.state.FencingRecord;

/** What befalls the fencing itself: levels of devices with troubles of their own, and nodes that die while they fence. */
final class FencingTrouble {
    private static final long SECOND = SimulatedCluster.SECOND;
    private static final long PATIENCE = 200 * SECOND;

    private final SimulatedCluster cluster;
    private final Seed seed;
    private final Optional<FenceLevels> levels;
    private final boolean losesExecutors;
    private int windows;

    /** Who asks for so few faults wants to see these in every seed. */
    private static final int FEW = 6;

    /** @param grows nodes come and go, for which the levels were not drawn */
    FencingTrouble(SimulatedCluster cluster, Seed seed, Set<Fault> wanted, boolean grows) {
        this.cluster = cluster;
        this.seed = seed;
        boolean possible = cluster.fencing && cluster.shape.watchdogMillis() == 0;
        boolean always = wanted.size() <= FEW;
        boolean drawn = seed.chance(0.4) || always;
        boolean loses = seed.chance(0.4) || always;
        this.losesExecutors = loses && wanted.contains(Fault.FENCER_LOST) && possible;
        this.levels = drawn && wanted.contains(Fault.FENCE_LEVELS) && possible && !grows
                ? Optional.of(cluster.drawFenceLevels(seed.fork("levels")))
                : Optional.empty();
    }

    String words() {
        return levels.map(drawn -> ", " + drawn.words()).orElse("") + (losesExecutors ? ", fencers are lost" : "");
    }

    /** Does something to the fencing, sometimes. */
    Optional<Fault> act() {
        if (levels.isPresent() && seed.chance(0.2)) {
            levels.get().hurt();
            return Optional.of(Fault.FENCE_LEVELS);
        }
        if (losesExecutors && seed.chance(0.2)) {
            cluster.loseExecutors(0.7);
            int mine = ++windows;
            cluster.time.after(seed.between(5 * SECOND, 60 * SECOND), "undo", () -> {
                if (windows == mine) {
                    cluster.loseExecutors(0);
                }
            });
            return Optional.of(Fault.FENCER_LOST);
        }
        return Optional.empty();
    }

    void healthy() {
        windows++;
        cluster.loseExecutors(0);
        levels.ifPresent(FenceLevels::healthy);
    }

    /**
     * A machine of a cluster at rest loses power and is left so: it is fenced if any level can, and only then do its services run
     * elsewhere.
     *
     * @return whether it was done
     */
    boolean loseOneForGood() {
        if (levels.isEmpty()) {
            return false;
        }
        SimulatedNode target = cluster.nodes.get(seed.below(cluster.nodes.size()));
        SortedSet<String> others = new TreeSet<>();
        cluster.nodes.stream().filter(node -> node != target).forEach(node -> others.add(node.name));
        Optional<NodeCore> witness = core(others);
        if (!staysQuorate(target) || witness.isEmpty()) {
            return false;
        }
        Set<FencingRecord> known = successes(witness.get(), target);
        SortedMap<String, String> before = new TreeMap<>();
        target.running().forEach(resource -> before.put(resource, target.name));
        cluster.story.tell(target.name, "is lost for good");
        target.powerOff("for good");
        cluster.promises.truthAbout(target.name);
        boolean can = levels.get().can(others, target.name);
        long end = cluster.time.nowNanos() + PATIENCE;
        boolean fenced = false;
        while (cluster.time.nowNanos() < end && !fenced) {
            cluster.time.runFor(SECOND);
            fenced = core(others)
                    .map(core -> !known.containsAll(successes(core, target)))
                    .orElse(false);
        }
        if (fenced != can) {
            throw new BrokenPromise(target.name
                    + (fenced
                            ? " was fenced though no level can"
                            : " was not fenced" + " within " + PATIENCE / SECOND + " s though a level can")
                    + ": " + levels.get().words());
        }
        return true;
    }

    private Optional<NodeCore> core(Set<String> names) {
        for (SimulatedNode node : cluster.nodes) {
            NodeCore core = node.core();
            if (names.contains(node.name) && core != null && core.quorum().quorate() && core.isReady()) {
                return Optional.of(core);
            }
        }
        return Optional.empty();
    }

    private static Set<FencingRecord> successes(NodeCore core, SimulatedNode target) {
        Set<FencingRecord> found = new java.util.HashSet<>();
        for (FencingRecord record : core.state().fencing()) {
            if (record.target().equals(target.name) && record.succeeded()) {
                found.add(record);
            }
        }
        return found;
    }

    private boolean staysQuorate(SimulatedNode target) {
        if (cluster.shape.witness().isPresent()) {
            return false;
        }
        if (cluster.shape.quorum().twoNode()) {
            return true;
        }
        int all = 0;
        for (Map.Entry<NodeId, Integer> each : cluster.shape.quorum().votes().entrySet()) {
            all += each.getValue();
        }
        return (all - cluster.shape.quorum().votesOf(target.id)) * 2 > all;
    }

    /** What the devices are, for tests. */
    List<List<String>> levels() {
        return levels.map(FenceLevels::levels).orElse(List.of());
    }
}
