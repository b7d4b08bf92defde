package systole.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumSettings.TieBreaker;
import systole.witness.WitnessRules;

/**
 * What kind of cluster a seed plays.
 *
 * @param links number of links of the interconnect
 * @param active whether packets go over all links that work, instead of the first of them
 * @param quorum options of the {@code quorum} section
 * @param quorumWord what they are, in one word, for the summary
 * @param witness rules of the witness, if there is one
 * @param watchdogMillis with a watchdog in every machine, and no fence device: its time; 0 without
 */
record Shape(
        int nodes,
        int links,
        boolean active,
        boolean fencing,
        QuorumSettings quorum,
        String quorumWord,
        Optional<WitnessRules> witness,
        long watchdogMillis) {
    private static final long SECOND = 1_000_000_000L;

    static Shape draw(Seed seed, int fewest, int most) {
        int nodes = fewest + seed.below(most - fewest + 1);
        boolean fencing = seed.chance(0.8);
        int links = seed.chance(0.6) ? 1 : 2 + seed.below(2);
        boolean active = seed.chance(0.3);
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= nodes; i++) {
            ids.add(new NodeId(i));
        }
        QuorumSettings plain = QuorumSettings.majorityOf(ids);
        // Half of two nodes may go on alone only if it can make sure that the other half does not.
        if (nodes == 2 && fencing && seed.chance(0.6)) {
            return new Shape(nodes, links, active, true, plain.withTwoNode(), "two_node", Optional.empty(), 0);
        }
        String word = switch (seed.below(8)) {
            case 0 -> "wait_for_all";
            case 1 -> "last_man_standing";
            case 2, 3 -> "auto_tie_breaker";
            case 4 -> "votes";
            case 5 -> "allow_downscale";
            default -> "majority";
        };
        return new Shape(
                nodes,
                links,
                active,
                fencing,
                options(word, plain, new ArrayList<>(ids), seed),
                word,
                Optional.empty(),
                0);
    }

    /** The same cluster with a witness in the place of the drawn quorum options. */
    Shape withWitness(Seed seed) {
        boolean lms = nodes % 2 == 1 || seed.chance(0.5);
        int breaker = List.of(WitnessRules.LOWEST, WitnessRules.HIGHEST, 1 + seed.below(nodes))
                .get(seed.below(3));
        QuorumSettings settings = QuorumSettings.majorityOf(quorum.votes().keySet())
                .withWaitForAll(seed.chance(0.3))
                .withDevice(lms ? nodes - 1 : 1);
        var rules = new WitnessRules(lms ? WitnessRules.Algorithm.LMS : WitnessRules.Algorithm.FFSPLIT, breaker);
        return new Shape(
                nodes, links, active, fencing, settings, "witness " + rules, Optional.of(rules), watchdogMillis);
    }

    /** The same cluster with watchdogs in the place of the fence device. A half of two_node cannot rely on one. */
    Shape withWatchdogs(Seed seed) {
        boolean two = quorum.twoNode();
        return new Shape(
                nodes,
                links,
                active,
                true,
                two ? QuorumSettings.majorityOf(quorum.votes().keySet()) : quorum,
                two ? "majority" : quorumWord,
                witness,
                seed.between(6_000, 15_000));
    }

    private static QuorumSettings options(String word, QuorumSettings plain, List<NodeId> ids, Seed seed) {
        return switch (word) {
            case "wait_for_all" -> plain.withWaitForAll(true);
            case "last_man_standing" ->
                plain.withWaitForAll(true).withLastManStanding(seed.between(SECOND, 10 * SECOND));
            case "auto_tie_breaker" -> {
                TieBreaker rule = List.of(TieBreaker.LOWEST, TieBreaker.HIGHEST, TieBreaker.LIST)
                        .get(seed.below(3));
                List<NodeId> list = rule == TieBreaker.LIST
                        ? List.of(ids.get(ids.size() / 2), ids.get(0)).subList(0, ids.size() > 2 ? 2 : 1)
                        : List.of();
                yield plain.withTieBreaker(rule, list);
            }
            case "votes" -> {
                SortedMap<NodeId, Integer> votes = new TreeMap<>();
                ids.forEach(id -> votes.put(id, seed.below(4)));
                votes.put(ids.get(0), 1 + seed.below(3));
                yield plain.withVotes(votes, 0);
            }
            case "allow_downscale" -> plain.withAllowDownscale();
            default -> plain;
        };
    }

    String words() {
        return nodes + " nodes, " + links + (links == 1 ? " link" : " links") + (active ? " (active)" : "")
                + ", fencing " + (fencing ? "on" : "off") + ", " + quorumWord
                + (watchdogMillis > 0 ? ", watchdogs of " + watchdogMillis + " ms" : "");
    }
}
