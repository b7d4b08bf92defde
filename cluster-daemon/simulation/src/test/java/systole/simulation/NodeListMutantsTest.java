package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeCore;
import systole.coordinator.NodeListMutant;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.quorum.QuorumSettings;
import systole.state.NodeList;
import systole.state.Version;

/** Deliberate faults of changes of the node list, each killed by a directed history. */
class NodeListMutantsTest {
    private static final long MILLI = SimulatedCluster.MILLI;
    private static final long SECOND = SimulatedCluster.SECOND;

    /** A history in which the mutant breaks a promise; its parameter draws when what arrives where. */
    private interface History {
        String problem(Set<NodeListMutant> mutants, long parameter);
    }

    private static SimulatedCluster cluster(long seed, Set<NodeListMutant> mutants, QuorumSettings quorum) {
        int nodes = quorum.votes().size();
        Shape shape = new Shape(nodes, 1, false, true, quorum, "options of the test", Optional.empty(), 0);
        SimulatedCluster cluster = new SimulatedCluster(new Seed(seed), shape);
        cluster.mutants.addAll(mutants);
        cluster.startAll();
        cluster.time.runFor(5 * SECOND);
        cluster.ask(
                cluster.nodes.get(0),
                new ClientRequest.Configure(
                        List.of(new CibEdit.ReplaceConfiguration(cluster.configuration())), Version.NONE));
        cluster.time.runFor(20 * SECOND);
        return cluster;
    }

    private static QuorumSettings majority(int nodes) {
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= nodes; i++) {
            ids.add(new NodeId(i));
        }
        return QuorumSettings.majorityOf(ids);
    }

    private static NodeCore core(SimulatedNode node) {
        NodeCore core = node.core();
        assertThat(core).as("daemon of " + node.name).isNotNull();
        return core;
    }

    private static NodeList with(NodeList list, int id, int votes) {
        SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>(list.nodes());
        nodes.put(new NodeId(id), new NodeList.Entry("node" + id, votes));
        return new NodeList(list.version() + 1, nodes, "");
    }

    private static SimulatedNode arrive(SimulatedCluster cluster, int id, int votes) {
        SimulatedNode first = cluster.nodes.get(0);
        NodeList list = with(core(first).nodeList(), id, votes);
        long request = cluster.ask(first, new ClientRequest.ChangeNodes(list));
        cluster.time.runFor(3 * SECOND);
        assertThat(cluster.reply(request)).get().isInstanceOf(Reply.Done.class);
        SimulatedNode node = cluster.arrive(new NodeId(id), list);
        node.boot();
        return node;
    }

    private static void cut(SimulatedCluster cluster, Set<Integer> one, Set<Integer> other) {
        cluster.network.partition(cluster.nodes.stream().map(node -> node.id).toList(), List.of(ids(one), ids(other)));
    }

    private static Set<NodeId> ids(Set<Integer> numbers) {
        Set<NodeId> ids = new TreeSet<>();
        numbers.forEach(number -> ids.add(new NodeId(number)));
        return ids;
    }

    private static String brokenBy(Runnable history) {
        try {
            history.run();
            return "";
        } catch (BrokenPromise | IllegalStateException broken) {
            return String.valueOf(broken.getMessage());
        }
    }

    /**
     * A fourth node with two votes: with it the third one has a majority of the new list. The two others, a majority of the
     * former one with slow disks, lose power when the change is settled.
     */
    private static String powerCutWhenItIsSettled(Set<NodeListMutant> mutants, long seed) {
        SimulatedCluster cluster = cluster(seed, mutants, majority(3));
        SimulatedNode third = cluster.nodes.get(2);
        cluster.nodes.subList(0, 2).forEach(node -> node.disk.speed(500 * MILLI, 600 * MILLI));
        arrive(cluster, 4, 2);
        while (!isSettled(third)) {
            cluster.time.runFor(MILLI / 100);
        }
        cluster.nodes.subList(0, 2).forEach(node -> node.powerOff("test"));
        cut(cluster, Set.of(1, 2), Set.of(3, 4));
        return brokenBy(() -> {
            cluster.time.runFor(SECOND);
            cluster.nodes.subList(0, 2).forEach(SimulatedNode::boot);
            cluster.time.runFor(60 * SECOND);
        });
    }

    private static boolean isSettled(SimulatedNode node) {
        NodeCore core = node.core();
        return core != null
                && core.nodeList().isSettled()
                && core.nodeList().nodes().containsKey(new NodeId(4));
    }

    /** One node alone lets another join, which never comes. */
    private static String aMachineThatNeverComes(Set<NodeListMutant> mutants, long seed) {
        SimulatedCluster cluster = cluster(seed, mutants, majority(1));
        SimulatedNode first = cluster.nodes.get(0);
        cluster.ask(first, new ClientRequest.ChangeNodes(with(core(first).nodeList(), 2, 1)));
        cluster.time.runFor(30 * SECOND);
        return core(first).quorum().quorate() ? "" : core(first).quorum().reason();
    }

    private static History against(NodeListMutant mutant) {
        return switch (mutant) {
            case NEW_LIST_ALONE_COUNTS, NO_JOINT_STEP, SETTLE_WITH_NEW_MAJORITY ->
                NodeListMutantsTest::powerCutWhenItIsSettled;
            case VOTE_BEFORE_ARRIVAL -> NodeListMutantsTest::aMachineThatNeverComes;
        };
    }

    @ParameterizedTest
    @EnumSource(NodeListMutant.class)
    void aHistoryKillsTheMutantAndNothingElse(NodeListMutant mutant) {
        History history = against(mutant);
        int killedBy = 0;
        for (int seed = 1; seed <= 60 && killedBy == 0; seed++) {
            assertThat(history.problem(EnumSet.noneOf(NodeListMutant.class), seed))
                    .as("without a fault, seed %d", seed)
                    .isEmpty();
            killedBy = history.problem(EnumSet.of(mutant), seed).isEmpty() ? 0 : seed;
        }
        System.out.printf("  %-26s killed by history %d%n", mutant, killedBy);
        assertThat(killedBy).as("seed with which the history killed %s", mutant).isPositive();
    }
}
