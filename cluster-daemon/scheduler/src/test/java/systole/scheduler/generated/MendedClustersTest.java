package systole.scheduler.generated;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import systole.formats.CibXml;
import systole.graph.Synapse;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;

/** Generated clusters that once broke a promise, as small as they would go. */
class MendedClustersTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_782_864_000L);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection-after-a-guest",
                "container-within-itself",
                "address-within-its-container",
                "migration-that-has-to-make-room",
                "migration-to-a-connection-that-restarts",
                "order-before-the-demotion-of-a-member",
                "guest-fenced-and-active-elsewhere",
                "group-partly-on-a-guest",
                "probe-after-unfencing",
                "group-with-its-own-member",
                "resource-with-itself",
                "failure-expired-and-well-since",
                "apart-from-the-node-it-runs-on",
                "container-active-twice-before-its-guest",
                "member-beside-a-fenced-guest",
                "instance-beside-a-fenced-one",
                "circle-of-together-and-apart",
                "circle-in-another-order",
                "circle-of-three-apart",
                "circle-of-two-clones",
                "circle-by-way-of-a-template",
                "circle-by-way-of-a-guest",
                "clone-apart-from-a-bundle",
                "instance-left-out-for-an-idle-one",
                "member-beside-the-container-of-its-guest",
                "monitor-while-stopped-behind-an-unmanaged-connection",
                "three-apart-of-which-one-stays",
                "apart-from-what-likes-all-nodes",
                "rather-apart-from-every-instance",
                "instance-partly-on-a-lost-node",
                "apart-from-the-same-twice",
                "group-rather-apart-from-the-same-twice",
                "fail-count-behind-a-restarting-guest",
                "probe-after-unfencing-and-the-end-of-a-stop",
                "member-after-an-unmanaged-one-apart"
            })
    void keeps_every_promise(String name) throws IOException {
        assertThat(PlanProperties.broken(cib(name), NOW)).isEmpty();
    }

    @Test
    void what_has_to_make_room_for_its_predecessor_is_stopped_and_started_instead_of_migrated() throws IOException {
        Plan plan = Scheduler.schedule(cib("migration-that-has-to-make-room"), NOW);

        assertThat(keys(plan))
                .doesNotContain("r1_migrate_to_0", "r1_migrate_from_0")
                .contains("r1_stop_0");
        assertThat(inputs(plan, "r0_start_0")).contains("r1_stop_0");
        assertThat(inputs(plan, "r1_start_0")).contains("r0_start_0");
    }

    @Test
    void a_container_is_not_placed_on_the_node_that_it_brings_up() throws IOException {
        Plan plan = Scheduler.schedule(cib("container-within-itself"), NOW);

        assertThat(plan.graph().synapses())
                .filteredOn(synapse -> synapse.action().head().operationKey().equals("r2-docker-0_start_0"))
                .noneMatch(synapse -> synapse.action().head().onNode().equals("r2-0"));
    }

    @Test
    void a_live_migration_arrives_when_the_connection_is_up_again() throws IOException {
        Plan plan = Scheduler.schedule(cib("migration-to-a-connection-that-restarts"), NOW);

        assertThat(keys(plan)).contains("r3_start_0");
        assertThat(inputs(plan, "r2_migrate_from_0")).contains("r3_start_0");
    }

    @Test
    void what_must_be_apart_from_its_own_node_does_not_wait_for_it_in_a_circle() throws IOException {
        Plan plan = Scheduler.schedule(cib("apart-from-the-node-it-runs-on"), NOW);

        assertThat(keys(plan)).contains("r1_start_0", "r2-podman-1_stop_0", "r2-podman-1_start_0");
        assertThat(inputs(plan, "r1_start_0")).doesNotContain("r2_stopped_0");
        assertThat(inputs(plan, "r2-podman-1_stop_0")).contains("r1_start_0");
    }

    @Test
    void what_is_no_part_of_a_circle_keeps_its_place_after_it() throws IOException {
        Plan plan = Scheduler.schedule(cib("member-beside-a-fenced-guest"), NOW);

        assertThat(inputs(plan, "r0m1_stop_0")).contains("r3_stopped_0");
    }

    @Test
    void an_instance_does_not_wait_for_another_one_that_fencing_stops() throws IOException {
        Plan plan = Scheduler.schedule(cib("instance-beside-a-fenced-one"), NOW);

        assertThat(inputs(plan, "r4p:1_stop_0")).doesNotContain("r4p:4_stop_0");
        assertThat(inputs(plan, "r1_stop_0")).contains("r2_stopped_0");
        assertThat(inputs(plan, "r2m0_stop_0")).contains("r2m0guest_stop_0");
    }

    @Test
    void in_a_circle_of_colocations_the_weakest_is_ignored_with_a_warning() throws IOException {
        Cluster cluster = Reading.read(cib("circle-of-together-and-apart"), NOW, false);

        assertThat(cluster.warnings).anyMatch(each -> each.startsWith("colocation x49 of r2 with r3 is ignored"));
        assertThat(cluster.colocations).extracting(Colocation::score).containsOnly(-1_000_000);
    }

    @Test
    void in_a_circle_of_resources_that_must_be_apart_all_are_apart() throws IOException {
        Cluster cluster = Reading.read(cib("circle-of-three-apart"), NOW, false);

        assertThat(cluster.warnings).noneMatch(each -> each.startsWith("colocation"));
        assertThat(cluster.colocations)
                .extracting(each -> each.dependent() + " from " + each.primary())
                .containsExactlyInAnyOrder("r3 from r4", "r0 from r3", "r0 from r4");
    }

    private static Element cib(String name) throws IOException {
        try (InputStream in = MendedClustersTest.class.getResourceAsStream("/mended/" + name + ".xml")) {
            byte[] text = Objects.requireNonNull(in, name).readAllBytes();
            return CibXml.read(name, new String(text, StandardCharsets.UTF_8));
        }
    }

    private static List<String> keys(Plan plan) {
        return plan.graph().synapses().stream()
                .map(synapse -> synapse.action().head().operationKey())
                .toList();
    }

    private static List<String> inputs(Plan plan, String key) {
        return plan.graph().synapses().stream()
                .filter(synapse -> synapse.action().head().operationKey().equals(key))
                .map(Synapse::inputs)
                .flatMap(List::stream)
                .flatMap(id -> plan.graph().synapses().stream()
                        .filter(synapse -> synapse.action().id() == id))
                .map(synapse -> synapse.action().head().operationKey())
                .toList();
    }
}
