package systole.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.kernel.NodeId;
import systole.kernel.Seed;

/**
 * Random misfortune. {@code -Dsystole.core.burn=N} plays N seeds (default 12), {@code -Dsystole.core.seed=S} one of them. Planned by
 * the real scheduler, or by a simple one with {@code -Dsystole.core.planner=simple}.
 */
class NodeCoreBurnTest {
    private static final List<String> NODES = List.of("alpha", "beta", "gamma", "delta", "epsilon");
    private static final List<String> RESOURCES = List.of("web", "db", "mail", "ftp");

    @Test
    void whateverHappensNothingRunsTwiceAndAllIsWellAfterwards() {
        String one = System.getProperty("systole.core.seed", "");
        if (!one.isEmpty()) {
            play(Long.parseLong(one));
            return;
        }
        int count = Integer.getInteger("systole.core.burn", 12);
        for (long seed = 1; seed <= count; seed++) {
            play(seed);
        }
    }

    private static void play(long number) {
        Seed chance = new Seed(number);
        boolean fencing = chance.chance(0.7);
        TestCluster cluster = new TestCluster(number, NODES.toArray(new String[0]));
        try {
            cluster.startAll();
            cluster.settle();
            cluster.configure("alpha", NodeCoreScenarioTest.configuration(fencing, RESOURCES.toArray(new String[0])));
            cluster.settle();
            for (int i = 0; i < 25; i++) {
                happen(cluster, chance, fencing);
                cluster.runFor(chance.between(1, chance.chance(0.3) ? 6_000 : 300));
            }
            heal(cluster);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + number + " (replay: -Dsystole.core.seed=" + number + "): " + e.getMessage() + "\n"
                            + String.join("\n", cluster.trace),
                    e);
        }
    }

    private static void happen(TestCluster cluster, Seed chance, boolean fencing) {
        String node = NODES.get(chance.below(NODES.size()));
        String resource = RESOURCES.get(chance.below(RESOURCES.size()));
        switch (chance.below(fencing ? 11 : 10)) {
            case 0 -> {
                if (cluster.isUp(node)) {
                    cluster.crash(node, chance.between(10, 1_000));
                }
            }
            case 1 -> {
                if (!cluster.isUp(node)) {
                    cluster.start(node);
                    cluster.connectAll();
                }
            }
            case 2 -> {
                if (cluster.isUp(node)) {
                    cluster.cut(node);
                }
            }
            case 3 -> {
                TreeSet<NodeId> half = new TreeSet<>();
                for (String each : NODES) {
                    if (cluster.isUp(each) && chance.chance(0.5)) {
                        half.add(cluster.id(each));
                    }
                }
                if (!half.isEmpty()) {
                    cluster.connect(half);
                }
            }
            case 4, 5 -> cluster.connectAll();
            case 6 -> {
                String value = chance.chance(0.5) ? "on" : "off";
                cluster.request(
                        node,
                        new ClientRequest.SetAttributes(
                                NODES.get(chance.below(NODES.size())),
                                Map.of("standby", value),
                                List.of(),
                                ClientRequest.Lifetime.FOREVER,
                                -1));
            }
            case 7 -> {
                cluster.breakService(node, resource);
                cluster.give(node, new NodeInput.ServiceDied(resource));
            }
            case 8 ->
                cluster.agentMillis.put(
                        resource + (chance.chance(0.5) ? ":start" : ":stop"), (int) chance.between(1, 400));
            case 9 -> cluster.give(node, new NodeInput.Shutdown("chance"));
            default -> cluster.fenceWorks = chance.chance(0.7);
        }
    }

    private static void heal(TestCluster cluster) {
        cluster.fenceWorks = true;
        for (int round = 0; round < 3; round++) {
            for (String node : NODES) {
                if (!cluster.isUp(node)) {
                    cluster.start(node);
                }
            }
            cluster.connectAll();
            cluster.runFor(2_000);
        }
        for (String node : NODES) {
            if (!cluster.isUp(node)) {
                cluster.start(node);
                cluster.connectAll();
            }
        }
        cluster.settle();
        String any = NODES.get(0);
        for (String node : NODES) {
            cluster.ask(
                    any,
                    new ClientRequest.SetAttributes(
                            node, Map.of("standby", "off"), List.of(), ClientRequest.Lifetime.FOREVER, -1));
        }
        cluster.ask(any, new ClientRequest.Cleanup("", "", "", 0, false));
        cluster.settle();
        List<Long> digests = new ArrayList<>();
        for (String node : NODES) {
            assertThat(cluster.isUp(node)).as(node).isTrue();
            digests.add(cluster.core(node).state().digest());
        }
        assertThat(digests).containsOnly(digests.get(0));
        for (String resource : RESOURCES) {
            assertThat(cluster.where(resource)).as(resource).hasSize(1);
        }
    }
}
