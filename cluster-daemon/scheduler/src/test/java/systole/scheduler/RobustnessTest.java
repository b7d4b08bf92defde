package systole.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import systole.formats.CibXml;
import systole.formats.TransitionGraphXml;
import systole.model.Element;
import systole.scheduler.assignment.Assignment;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;

/** Random clusters: what must hold for every one of them. */
class RobustnessTest {
    private static final long COUNT = Long.getLong("systole.test.clusters", 300);
    private static final long FIRST = Long.getLong("systole.test.first", 1);
    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_100);

    @Test
    void every_cluster_is_planned_twice_with_the_same_bytes() {
        long actions = 0;
        for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
            String text = GeneratedCluster.cib(seed);
            try {
                Plan first = Scheduler.schedule(CibXml.read("seed", text), NOW);
                Plan second = Scheduler.schedule(CibXml.read("seed", text), NOW);
                assertThat(TransitionGraphXml.write(second.graph()))
                        .as("seed " + seed)
                        .isEqualTo(TransitionGraphXml.write(first.graph()));
                actions += first.graph().synapses().size();
                assertThat(second.scoreLines()).as("seed " + seed).isEqualTo(first.scoreLines());
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
        assertThat(actions).as("the clusters give the planner something to do").isGreaterThan(5 * COUNT);
    }

    @Test
    void nothing_managed_is_placed_on_a_banned_or_unusable_node() {
        for (long seed = FIRST; seed < FIRST + COUNT; seed++) {
            Element cib = CibXml.read("seed", GeneratedCluster.cib(seed));
            Cluster cluster = Reading.read(cib, NOW, true);
            Assignment.applyCriteria(cluster);
            Assignment.addImplicitConstraints(cluster);
            Assignment.assign(cluster);
            for (Resource resource : cluster.everyResource) {
                Node node = resource.assigned;
                if (node == null || !resource.managed || !resource.isPrimitive()) {
                    continue;
                }
                String where = "seed " + seed + ": " + resource + " on " + node;
                assertThat(node.online || node.isGuest()).as(where).isTrue();
                assertThat(resource.assignedScore).as(where).isNotNegative();
                assertThat(node.standby || node.maintenance).as(where).isFalse();
            }
            for (Colocation colocation : cluster.colocations) {
                apart(seed, colocation);
            }
        }
    }

    private static void apart(long seed, Colocation colocation) {
        Resource dependent = colocation.dependent();
        Resource primary = colocation.primary();
        boolean plain = dependent.isPrimitive()
                && primary.isPrimitive()
                && dependent.parent == null
                && primary.parent == null
                && dependent != primary
                && colocation.score() <= -1_000_000
                && colocation.attribute().equals("#uname")
                && colocation.dependentRole() == null
                && colocation.primaryRole() == null;
        if (plain && dependent.managed && primary.managed && dependent.assigned != null) {
            boolean mutual = primary.asDependent.stream().anyMatch(each -> each.primary() == dependent);
            if (!mutual) {
                assertThat(dependent.assigned)
                        .as("seed " + seed + ": " + dependent + " apart from " + primary)
                        .isNotEqualTo(primary.assigned);
            }
        }
    }
}
