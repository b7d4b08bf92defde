package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeCore;
import systole.coordinator.NodeInput;
import systole.coordinator.Reply;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.model.CibEdit;
import systole.quorum.QuorumSettings;
import systole.state.NodeList;
import systole.state.Version;

/** Nodes that are added and removed while the cluster lives, at moments that were chosen to hurt. */
class NodeListScenarioTest {
    private static final long MILLI = SimulatedCluster.MILLI;
    private static final long SECOND = SimulatedCluster.SECOND;

    private SimulatedCluster cluster(long seed, int nodes) {
        return cluster(seed, nodes, UnaryOperator.identity());
    }

    private SimulatedCluster cluster(long seed, int nodes, UnaryOperator<QuorumSettings> options) {
        var ids = new TreeSet<NodeId>();
        for (int i = 1; i <= nodes; i++) {
            ids.add(new NodeId(i));
        }
        QuorumSettings quorum = options.apply(QuorumSettings.majorityOf(ids));
        Shape shape = new Shape(nodes, 1, false, true, quorum, "options of the test", Optional.empty(), 0);
        SimulatedCluster cluster = new SimulatedCluster(new Seed(seed), shape);
        cluster.startAll();
        cluster.time.runFor(5 * SECOND);
        cluster.ask(
                cluster.nodes.get(0),
                new ClientRequest.Configure(
                        List.of(new CibEdit.ReplaceConfiguration(cluster.configuration())), Version.NONE));
        cluster.time.runFor(30 * SECOND);
        return cluster;
    }

    private static NodeCore core(SimulatedNode node) {
        NodeCore core = node.core();
        assertThat(core).as("daemon of " + node.name).isNotNull();
        return core;
    }

    private static NodeList with(NodeList list, int id) {
        SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>(list.nodes());
        nodes.put(new NodeId(id), new NodeList.Entry("node" + id, 1));
        return new NodeList(list.version() + 1, nodes, "");
    }

    private static NodeList without(NodeList list, int id) {
        SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>(list.nodes());
        nodes.remove(new NodeId(id));
        return new NodeList(list.version() + 1, nodes, "");
    }

    private static Reply change(SimulatedCluster cluster, SimulatedNode via, NodeList list) {
        long request = cluster.ask(via, new ClientRequest.ChangeNodes(list));
        cluster.time.runFor(3 * SECOND);
        return cluster.reply(request).orElseThrow();
    }

    private static void join(SimulatedCluster cluster, int id) {
        SimulatedNode via = cluster.nodes.get(0);
        NodeList list = with(core(via).nodeList(), id);
        assertThat(change(cluster, via, list)).isInstanceOf(Reply.Done.class);
        cluster.arrive(new NodeId(id), list).boot();
        cluster.time.runFor(10 * SECOND);
    }

    private static void expectAllWithVotes(SimulatedCluster cluster, int votes) {
        for (SimulatedNode node : cluster.nodes) {
            assertThat(core(node).quorum().votes())
                    .as("votes that %s sees", node.name)
                    .isEqualTo(votes);
            assertThat(core(node).quorum().expectedVotes()).isEqualTo(votes);
            assertThat(core(node).nodeList().isSettled()).isTrue();
        }
    }

    @Test
    void oneNodeGrowsToFourAndBackAndNothingElseIsTouched() {
        SimulatedCluster cluster = cluster(1, 1);
        SimulatedNode first = cluster.nodes.get(0);
        Set<String> running = new TreeSet<>(first.running());
        assertThat(running).contains("db", "mail", "probe");

        for (int id = 2; id <= 4; id++) {
            String view = first.view();
            join(cluster, id);
            assertThat(first.running()).containsAll(running);
            assertThat(first.view()).as("one view change for node" + id).isNotEqualTo(view);
            expectAllWithVotes(cluster, id);
        }
        for (int id = 4; id >= 2; id--) {
            int gone = id;
            SimulatedNode leaving = cluster.nodes.stream()
                    .filter(node -> node.id.value() == gone)
                    .findFirst()
                    .orElseThrow();
            assertThat(change(cluster, first, without(core(first).nodeList(), id)))
                    .isInstanceOf(Reply.Done.class);
            cluster.strikeOff(leaving);
            cluster.ask(first, new ClientRequest.StopNode(leaving.name));
            cluster.time.runFor(20 * SECOND);
            assertThat(leaving.isUp()).isFalse();
            assertThat(leaving.isStruckOff()).isTrue();
            assertThat(core(first).quorum().quorate()).isTrue();
            expectAllWithVotes(cluster, id - 1);
        }
        assertThat(first.running()).containsAll(running);
    }

    /** It would come back without listening to the new one, and no ring could have both. */
    @ParameterizedTest
    @ValueSource(ints = {-250, -100, -1, 1, 150})
    void aNodeThatDiesWhileAnotherIsAddedIsNotLockedOut(int killedAfterMillis) {
        SimulatedCluster cluster = cluster(7, 4);
        SimulatedNode first = cluster.nodes.get(0);
        SimulatedNode victim = cluster.nodes.get(2);
        NodeList list = with(core(first).nodeList(), 5);
        if (killedAfterMillis < 0) {
            victim.killDaemon();
            cluster.time.runFor(-killedAfterMillis * MILLI);
        }
        long request = cluster.ask(first, new ClientRequest.ChangeNodes(list));
        cluster.time.runFor(Math.max(0, killedAfterMillis) * MILLI);
        if (killedAfterMillis > 0) {
            victim.killDaemon();
        }
        cluster.time.runFor(5 * SECOND);
        Reply reply = cluster.reply(request).orElseThrow();
        if (reply instanceof Reply.Done) {
            cluster.arrive(new NodeId(5), list).boot();
        } else {
            assertThat(reply.toString()).contains("would not learn of the new node");
        }
        cluster.time.runFor(60 * SECOND);
        if (!victim.isPowered()) {
            victim.boot();
        }
        cluster.time.runFor(60 * SECOND);

        expectAllWithVotes(cluster, reply instanceof Reply.Done ? 5 : 4);
    }

    @Test
    void votesThatTheRulesOfQuorumDoNotAllowAreRefusedBeforeAnyDaemonAppliesThem() {
        SimulatedCluster cluster = cluster(2, 3, settings -> settings.withLastManStanding(10 * SECOND));
        SimulatedNode first = cluster.nodes.get(0);
        NodeList list = core(first).nodeList();
        SortedMap<NodeId, NodeList.Entry> nodes = new TreeMap<>(list.nodes());
        nodes.put(new NodeId(4), new NodeList.Entry("node4", 2));

        Reply reply = change(cluster, first, new NodeList(list.version() + 1, nodes, ""));

        assertThat(reply).isInstanceOf(Reply.Refused.class);
        assertThat(reply.toString()).contains("last_man_standing needs the same votes on every node");
        expectAllWithVotes(cluster, 3);
    }

    @Test
    void nobodyFencesANodeThatWasAddedAndNeverCame() {
        SimulatedCluster cluster = cluster(2, 3);
        SimulatedNode first = cluster.nodes.get(0);

        assertThat(change(cluster, first, with(core(first).nodeList(), 4))).isInstanceOf(Reply.Done.class);
        cluster.time.runFor(60 * SECOND);

        assertThat(core(first).state().fencing()).isEmpty();
        assertThat(core(first).quorum().expectedVotes()).isEqualTo(3);
        Reply second = change(cluster, first, with(core(first).nodeList(), 5));
        assertThat(second).isInstanceOf(Reply.Refused.class);
        assertThat(second.toString()).contains("waits for node4");
        assertThat(change(cluster, first, without(core(first).nodeList(), 4))).isInstanceOf(Reply.Done.class);
        join(cluster, 5);
        expectAllWithVotes(cluster, 4);
    }

    /**
     * Whoever waits for all waits for those that have a vote: a power cut while a machine is awaited must not end with
     * everybody there, and nothing running, until that machine comes.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPowerCutWhileAMachineIsAwaitedEndsWhenTheOthersAreBack(boolean twoNodes) {
        SimulatedCluster cluster = twoNodes
                ? cluster(25, 2, QuorumSettings::withTwoNode)
                : cluster(26, 3, quorum -> quorum.withWaitForAll(true));
        SimulatedNode first = cluster.nodes.get(0);
        NodeList list = core(first).nodeList();
        int votes = list.nodes().size();
        assertThat(change(cluster, first, with(list, votes + 1))).isInstanceOf(Reply.Done.class);
        cluster.nodes.forEach(node -> node.powerOff("test"));
        cluster.time.runFor(5 * SECOND);

        cluster.nodes.get(0).boot();
        cluster.nodes.get(1).boot();
        cluster.time.runFor(10 * SECOND);
        assertThat(core(first).quorum().quorate()).isEqualTo(twoNodes);
        boot(cluster);
        cluster.time.runFor(60 * SECOND);

        for (SimulatedNode node : cluster.nodes) {
            assertThat(core(node).quorum().quorate()).as(node.name).isTrue();
            assertThat(core(node).quorum().expectedVotes()).isEqualTo(votes);
        }
        assertThat(cluster.nodes.stream().anyMatch(node -> node.running().contains("db")))
                .isTrue();
        if (twoNodes) {
            // Nobody can fence the one that never was there, so no answer may wait for that.
            cluster.nodes.get(1).powerOff("test");
            cluster.time.runFor(60 * SECOND);
        }
        NodeList rest = without(core(first).nodeList(), votes + 1);
        assertThat(change(cluster, first, rest)).isInstanceOf(Reply.Done.class);
        boot(cluster);
        cluster.time.runFor(30 * SECOND);
        expectAllWithVotes(cluster, votes);
    }

    /**
     * The joint step has come to some, not to the coordinator, when the network falls apart; it learns of the step when all
     * come together again, and nobody else is left to carry it on.
     */
    @ParameterizedTest
    @ValueSource(longs = {52, 54, 56})
    void aCoordinatorThatLearnsOfAChangeWithTheStateCarriesItOn(long seed) {
        SimulatedCluster cluster = cluster(seed, 5);
        SimulatedNode coordinator = cluster.nodes.stream()
                .filter(node -> core(node).isCoordinator())
                .findFirst()
                .orElseThrow();
        SimulatedNode author = cluster.nodes.get(coordinator == cluster.nodes.get(1) ? 2 : 1);
        SimulatedNode gone = cluster.nodes.get(coordinator == cluster.nodes.get(4) ? 3 : 4);
        cluster.ask(author, new ClientRequest.ChangeNodes(without(core(author).nodeList(), gone.id.value())));
        while (cluster.nodes.stream().allMatch(node -> core(node).nodeList().isSettled())) {
            cluster.time.runFor(MILLI / 100);
        }
        scatter(cluster);
        cluster.time.runFor(SECOND);
        boolean hasMissedIt = core(coordinator).nodeList().isSettled();
        cluster.network.heal();
        cluster.time.runFor(10 * SECOND);

        assertThat(hasMissedIt).as("the coordinator knew nothing").isTrue();
        for (SimulatedNode node : cluster.nodes) {
            if (node != gone) {
                assertThat(core(node).nodeList().version()).isEqualTo(1);
                assertThat(core(node).nodeList().isSettled()).as(node.name).isTrue();
            }
        }
    }

    @Test
    void whoDoesNotSeeAllOfTheListAddsNobody() {
        SimulatedCluster cluster = cluster(3, 3);
        SimulatedNode first = cluster.nodes.get(0);
        cluster.nodes.get(2).powerOff("test");
        cluster.time.runFor(30 * MILLI);

        NodeList list = core(first).nodeList();
        long atOnce = cluster.ask(first, new ClientRequest.ChangeNodes(with(list, 4)));
        cluster.time.runFor(5 * SECOND);
        Reply late = change(cluster, first, with(core(first).nodeList(), 5));

        assertThat(cluster.reply(atOnce)).isPresent();
        assertThat(late).isInstanceOf(Reply.Refused.class);
    }

    /** The cut falls into each part of the change; the promises of the cluster are checked at every step. */
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 4, 7, 11, 16, 24, 40, 80})
    void aCutDuringAnAdditionLeavesNeverTwoQuorateHalves(long millis) {
        SimulatedCluster cluster = cluster(10 + millis, 4);
        SimulatedNode first = cluster.nodes.get(0);
        NodeList list = with(core(first).nodeList(), 5);
        assertThat(change(cluster, first, list)).isInstanceOf(Reply.Done.class);
        SimulatedNode fifth = cluster.arrive(new NodeId(5), list);
        fifth.boot();
        // The vote is given right after the node has come together with the others.
        while (!core(first).quorum().view().orElseThrow().members().contains(fifth.id)) {
            cluster.time.runFor(MILLI);
        }
        cluster.time.runFor(millis * MILLI);
        cut(cluster, Set.of(1, 2), Set.of(3, 4, 5));

        cluster.time.runFor(30 * SECOND);
        cluster.network.heal();
        settle(cluster);
        expectAllWithVotes(cluster, 5);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 5, 8, 13, 21, 34})
    void aCutDuringARemovalLeavesNeverTwoQuorateHalves(long millis) {
        SimulatedCluster cluster = cluster(40 + millis, 5);
        SimulatedNode first = cluster.nodes.get(0);
        long request = cluster.ask(
                first, new ClientRequest.ChangeNodes(without(core(first).nodeList(), 5)));
        cluster.time.runFor(millis * MILLI);
        cut(cluster, Set.of(1, 2), Set.of(3, 4, 5));

        cluster.time.runFor(30 * SECOND);
        cluster.network.heal();
        for (int round = 0; round < 20; round++) {
            boot(cluster);
            cluster.time.runFor(3 * SECOND);
        }
        assertThat(cluster.reply(request)).isPresent();
        Map<Long, Integer> lists = new TreeMap<>();
        for (SimulatedNode node : cluster.nodes) {
            if (node.isUp() && node.id.value() < 5) {
                lists.merge(core(node).nodeList().version(), 1, Integer::sum);
            }
        }
        assertThat(lists).as("one list for all").hasSize(1);
    }

    private static void cut(SimulatedCluster cluster, Set<Integer> one, Set<Integer> other) {
        part(cluster, List.of(ids(one), ids(other)));
    }

    /** Each by itself. */
    private static void scatter(SimulatedCluster cluster) {
        part(cluster, cluster.nodes.stream().map(node -> Set.of(node.id)).toList());
    }

    private static void part(SimulatedCluster cluster, List<Set<NodeId>> sides) {
        cluster.network.partition(cluster.nodes.stream().map(node -> node.id).toList(), sides);
    }

    private static Set<NodeId> ids(Set<Integer> numbers) {
        Set<NodeId> ids = new TreeSet<>();
        numbers.forEach(number -> ids.add(new NodeId(number)));
        return ids;
    }

    private static void boot(SimulatedCluster cluster) {
        for (SimulatedNode node : cluster.nodes) {
            if (!node.isPowered()) {
                node.boot();
            } else if (!node.isUp()) {
                node.startDaemon();
            }
        }
    }

    private static void settle(SimulatedCluster cluster) {
        List<String> open = List.of("nothing yet");
        for (int round = 0; round < 40 && !open.isEmpty(); round++) {
            boot(cluster);
            cluster.time.runFor(5 * SECOND);
            open = cluster.promises.unsettled(cluster.nodes, cluster.resources());
        }
        assertThat(open).isEmpty();
    }

    /**
     * One of the list and one that is removed are away together and come back together, with the old list: they form a ring,
     * to which the others do not listen.
     */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoComesBackWithARemovedMachineComesHomeAndTheMachineStops(boolean theyFormARingFirst) {
        SimulatedCluster cluster = cluster(21, 5);
        SimulatedNode first = cluster.nodes.get(0);
        SimulatedNode listed = cluster.nodes.get(3);
        SimulatedNode removed = cluster.nodes.get(4);
        listed.give(new NodeInput.Shutdown("test"));
        removed.give(new NodeInput.Shutdown("test"));
        cluster.time.runFor(30 * SECOND);
        assertThat(listed.isUp() || removed.isUp()).isFalse();
        assertThat(change(cluster, first, without(core(first).nodeList(), 5))).isInstanceOf(Reply.Done.class);
        cluster.strikeOff(removed);

        if (theyFormARingFirst) {
            separate(cluster, Set.of(1, 2, 3), Set.of(4, 5));
        }
        removed.boot();
        listed.boot();
        if (theyFormARingFirst) {
            cluster.time.runFor(5 * SECOND);
            assertThat(listed.view()).isEqualTo(removed.view());
            assertThat(core(listed).quorum().quorate()).isFalse();
            assertThat(core(listed).nodeList().nodes()).containsKey(removed.id);
            cluster.network.heal();
        }
        Set<String> views = new TreeSet<>();
        for (int i = 0; i < 200; i++) {
            cluster.time.runFor(50 * MILLI);
            views.add(first.view());
            assertThat(core(first).quorum().view().orElseThrow().members())
                    .as("the cluster's ring")
                    .doesNotContain(removed.id);
        }

        assertThat(removed.isUp()).isFalse();
        assertThat(removed.isStruckOff()).isTrue();
        assertThat(views).as("one view change for the one that comes home").hasSizeLessThanOrEqualTo(2);
        expectAllWithVotes(cluster, 4);
        assertThat(core(listed).nodeList()).isEqualTo(core(first).nodeList());
        assertThat(listed.view()).isEqualTo(first.view());
    }

    @Test
    void aMachineThatWasCutOffWhileItWasRemovedStopsWhenItIsHeard() {
        SimulatedCluster cluster = cluster(22, 4);
        SimulatedNode first = cluster.nodes.get(0);
        SimulatedNode removed = cluster.nodes.get(3);
        cut(cluster, Set.of(1, 2, 3), Set.of(4));
        cluster.time.runFor(60 * SECOND);
        if (!removed.isPowered()) {
            // Fenced, and back behind the cut.
            removed.boot();
        }
        assertThat(change(cluster, first, without(core(first).nodeList(), 4))).isInstanceOf(Reply.Done.class);
        cluster.strikeOff(removed);
        String view = first.view();

        cluster.network.heal();
        cluster.time.runFor(20 * SECOND);

        assertThat(removed.isUp()).isFalse();
        assertThat(removed.running()).isEmpty();
        assertThat(first.view()).as("nobody else noticed").isEqualTo(view);
        assertThat(cluster.story.toString()).contains("this node was removed from the cluster, by node list 1");
    }

    /** It has the key, and a number above that of the cluster: what it says is not heard by those who do not list it. */
    @Test
    void aRemovedMachineThatGoesOnByItselfChangesNothingInTheCluster() {
        SimulatedCluster cluster = cluster(23, 4);
        SimulatedNode first = cluster.nodes.get(0);
        NodeList list = core(first).nodeList();
        NodeList alien = new NodeList(
                list.version() + 7, new TreeMap<>(Map.of(new NodeId(9), new NodeList.Entry("node9", 1))), "");

        first.give(new NodeInput.NodeListTold(new NodeId(9), alien.toBytes()));
        first.give(new NodeInput.NodeListTold(
                new NodeId(2), list.joint(list.nodes()).toBytes()));
        first.give(new NodeInput.NodeListTold(new NodeId(2), new byte[] {1, 2, 3}));
        cluster.time.runFor(5 * SECOND);

        assertThat(core(first).nodeList()).isEqualTo(list);
        assertThat(first.isUp()).isTrue();
        expectAllWithVotes(cluster, 4);
    }

    /** Otherwise two sides could each hold a settled list of one version, and none would give way. */
    @Test
    void aListIsSettledOnlyWhenAMajorityHasItAlsoIfNoVoteChanges() {
        SimulatedCluster cluster = cluster(24, 4);
        SimulatedNode first = cluster.nodes.get(0);
        NodeList list = core(first).nodeList();
        NodeList next = new NodeList(list.version() + 1, list.nodes(), "another text");
        cluster.ask(first, new ClientRequest.ChangeNodes(next));
        cut(cluster, Set.of(1), Set.of(2, 3, 4));
        cluster.time.runFor(30 * SECOND);

        assertThat(core(first).nodeList().isSettled() && core(first).nodeList().equals(next))
                .as("settled by one node alone")
                .isFalse();
        cluster.network.heal();
        settle(cluster);
        expectAllWithVotes(cluster, 4);
    }

    private static void separate(SimulatedCluster cluster, Set<Integer> one, Set<Integer> other) {
        cluster.network.partition(
                cluster.machines().stream().map(node -> node.id).toList(), List.of(ids(one), ids(other)));
    }

    @Test
    void aFileWithTheSameNodesReachesAllAndMovesNothing() {
        SimulatedCluster cluster = cluster(11, 3);
        SimulatedNode first = cluster.nodes.get(0);
        Set<String> running = new TreeSet<>(first.running());
        String view = first.view();
        NodeList list = core(first).nodeList();
        NodeList next = new NodeList(list.version() + 1, list.nodes(), "another text");

        assertThat(change(cluster, first, next)).isInstanceOf(Reply.Done.class);

        for (SimulatedNode node : cluster.nodes) {
            assertThat(core(node).nodeList()).isEqualTo(next);
            assertThat(core(node).quorum().quorate()).isTrue();
        }
        expectAllWithVotes(cluster, 3);
        assertThat(first.view()).as("no view change").isEqualTo(view);
        assertThat(first.running()).isEqualTo(running);
        assertThat(change(cluster, first, next)).as("the same version again").isInstanceOf(Reply.Refused.class);
    }

    @Test
    void aNodeThatWasAwayLearnsTheNewFileWhenItComesBack() {
        SimulatedCluster cluster = cluster(12, 3);
        SimulatedNode first = cluster.nodes.get(0);
        SimulatedNode away = cluster.nodes.get(2);
        away.powerOff("on purpose");
        cluster.time.runFor(30 * SECOND);
        NodeList list = core(first).nodeList();
        NodeList next = new NodeList(list.version() + 1, list.nodes(), "another text");

        assertThat(change(cluster, first, next)).isInstanceOf(Reply.Done.class);
        away.boot();
        cluster.time.runFor(10 * SECOND);

        assertThat(core(away).nodeList()).isEqualTo(next);
        expectAllWithVotes(cluster, 3);
    }
}
