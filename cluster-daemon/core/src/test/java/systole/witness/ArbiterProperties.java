package systole.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import systole.group.View;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.quorum.QuorumInput;
import systole.quorum.QuorumProtocol;
import systole.quorum.QuorumSettings;
import systole.quorum.QuorumState;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Vote;
import systole.witness.WitnessRules.Algorithm;

class ArbiterProperties {
    /** What is on its way from a node to the witness, in its order; verdicts come back late as well. */
    private final Map<NodeId, Deque<ArbiterInput>> wires = new TreeMap<>();

    private final Map<NodeId, Deque<WitnessMessage.Verdict>> answers = new TreeMap<>();
    private final Map<NodeId, QuorumState> states = new TreeMap<>();
    private final Map<NodeId, View> views = new TreeMap<>();
    private final Map<Long, NodeId> nodeOf = new HashMap<>();
    private final TreeMap<Long, View> quorate = new TreeMap<>();

    /**
     * Whatever splits, merges, delays, losses of contact, restarts and lost disks of the witness: two quorate views that
     * follow each other always have a member in common, so there are never two that know nothing of each other.
     */
    @Property(tries = 2000)
    void neverTwoQuorateParts(@ForAll long seedValue, @ForAll @IntRange(min = 2, max = 6) int count) {
        wires.clear();
        answers.clear();
        states.clear();
        views.clear();
        quorate.clear();
        var seed = new Seed(seedValue);
        var ids = new ArrayList<NodeId>();
        for (int i = 1; i <= count; i++) {
            ids.add(new NodeId(i));
        }
        boolean lms = seed.chance(0.5);
        var settings = QuorumSettings.majorityOf(ids).withDevice(lms ? count - 1 : 1);
        var rules = new WitnessRules(lms ? Algorithm.LMS : Algorithm.FFSPLIT, seed.chance(0.5) ? 0 : -1);
        var arbiter = new Arbiter(ArbiterMemory.NOTHING);
        long now = 0;
        long sequence = 10;
        long connections = 0;
        for (NodeId id : ids) {
            states.put(id, QuorumProtocol.initial(id, settings));
            wires.put(id, new ArrayDeque<>());
            answers.put(id, new ArrayDeque<>());
        }
        for (int round = 0; round < 40; round++) {
            now += 50_000_000L;
            // Sides change; not every node notices at the same time.
            int used = 1 + seed.below(3);
            var sides = new ArrayList<TreeSet<NodeId>>();
            for (int i = 0; i < used; i++) {
                sides.add(new TreeSet<>());
            }
            ids.forEach(id -> sides.get(seed.below(used)).add(id));
            for (TreeSet<NodeId> side : sides) {
                if (!side.isEmpty() && seed.chance(0.8)) {
                    var view = new View(sequence += 1 + seed.below(2), side.first(), side);
                    for (NodeId member : side) {
                        views.put(member, view);
                        states.put(
                                member,
                                QuorumProtocol.step(
                                                states.get(member), new QuorumInput.ViewChanged(now, view, Map.of()))
                                        .next());
                        check(member);
                        wires.get(member).add(new ArbiterInput.Reported(now, 0, report(view, false)));
                    }
                }
            }
            for (int i = 0; i < 12; i++) {
                NodeId id = ids.get(seed.below(count));
                View view = views.get(id);
                if (view != null && seed.chance(0.3) && ready(id)) {
                    wires.get(id).add(new ArbiterInput.Reported(now, 0, report(view, true)));
                }
                if (seed.chance(0.1)) {
                    // A new connection: the old one and what was on it are gone.
                    wires.get(id).clear();
                    answers.get(id).clear();
                    long connection = ++connections;
                    nodeOf.values().remove(id);
                    nodeOf.put(connection, id);
                    var hello = new Hello("c", new byte[0], id, new TreeSet<>(ids), rules, 100, 1000);
                    carry(arbiter.step(new ArbiterInput.Joined(now, connection, hello)));
                    if (view != null) {
                        wires.get(id).add(new ArbiterInput.Reported(now, 0, report(view, false)));
                    }
                }
                ArbiterInput next = seed.chance(0.7) ? wires.get(id).poll() : null;
                if (next instanceof ArbiterInput.Reported reported && nodeOf.containsValue(id)) {
                    carry(arbiter.step(new ArbiterInput.Reported(now, connection(id), reported.report())));
                }
                WitnessMessage.Verdict verdict =
                        seed.chance(0.7) ? answers.get(id).poll() : null;
                if (verdict != null && verdict.vote() == Vote.YES && view != null) {
                    // The node says it to the members of its view, as far as they are still there.
                    for (NodeId member : view.members()) {
                        if (view.equals(views.get(member)) && seed.chance(0.9)) {
                            states.put(
                                    member,
                                    QuorumProtocol.step(
                                                    states.get(member),
                                                    new QuorumInput.WitnessSaid(now, id, verdict.viewSequence(), true))
                                            .next());
                            check(member);
                        }
                    }
                }
                if (arbiter.deadlineNanos() <= now) {
                    carry(arbiter.step(new ArbiterInput.Tick(now)));
                }
            }
            if (seed.chance(0.1)) {
                // The witness restarts, sometimes with an empty disk.
                arbiter = new Arbiter(seed.chance(0.3) ? ArbiterMemory.NOTHING : arbiter.memory());
                nodeOf.clear();
            }
        }
    }

    /** A node is ready when it has met, in a quorate view, somebody who has the state: here, when its view is quorate. */
    private boolean ready(NodeId id) {
        return states.get(id).quorate();
    }

    private static Report report(View view, boolean ready) {
        return new Report(view.sequence(), view.representative(), view.members(), ready);
    }

    private long connection(NodeId id) {
        return nodeOf.entrySet().stream()
                .filter(entry -> entry.getValue().equals(id))
                .mapToLong(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }

    private void carry(List<ArbiterEffect> effects) {
        for (ArbiterEffect effect : effects) {
            if (effect instanceof ArbiterEffect.Tell tell && nodeOf.containsKey(tell.connection())) {
                answers.get(nodeOf.get(tell.connection())).add(tell.verdict());
            }
        }
    }

    private void check(NodeId id) {
        QuorumState state = states.get(id);
        if (!state.quorate()) {
            return;
        }
        View view = state.view().orElseThrow();
        quorate.put(view.sequence(), view);
        for (Map.Entry<Long, View> near : new ArrayList<>(
                java.util.Arrays.asList(quorate.lowerEntry(view.sequence()), quorate.higherEntry(view.sequence())))) {
            if (near != null) {
                assertThat(Collections.disjoint(near.getValue().members(), view.members()))
                        .as("%s and %s are both quorate", near.getValue(), view)
                        .isFalse();
            }
        }
    }
}
