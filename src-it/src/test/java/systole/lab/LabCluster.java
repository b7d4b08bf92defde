package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.DaemonException;
import systole.api.NoDaemonException;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** The words in which the lab's tests tell their stories. */
final class LabCluster {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Lab lab;

    LabCluster(Lab lab) {
        this.lab = lab;
    }

    /** The cluster as one node's daemon sees it; nothing where that daemon does not answer. */
    record Status(Map<String, String> facts, Cluster cluster) {
        List<String> online() {
            return cluster.nodes.stream()
                    .filter(node -> node.online && !node.unclean)
                    .map(node -> node.name)
                    .toList();
        }

        List<String> offline() {
            return cluster.nodes.stream()
                    .filter(node -> !node.online && !node.unclean)
                    .map(node -> node.name)
                    .toList();
        }

        List<String> unclean() {
            return cluster.nodes.stream()
                    .filter(node -> node.unclean)
                    .map(node -> node.name)
                    .toList();
        }

        boolean quorate() {
            return Boolean.parseBoolean(facts.get("quorate"));
        }

        /** The name of the view, which changes with every change of membership. */
        String view() {
            return Objects.requireNonNull(facts.get("view"), "the status names no view");
        }

        Optional<String> nodeOf(String resource) {
            return cluster.resources.stream()
                    .flatMap(Status::primitives)
                    .filter(each -> each.id.equals(resource) && each.active.size() == 1 && each.role == Role.STARTED)
                    .map(each -> each.active.iterator().next().name)
                    .findFirst();
        }

        /** A node's attribute, permanent or transient; nothing written where it has none. */
        String attribute(String node, String name) {
            return cluster.nodes.stream()
                    .filter(each -> each.name.equals(node))
                    .map(each -> each.attributes.getOrDefault(name, ""))
                    .findFirst()
                    .orElse("");
        }

        /** The nodes on which a primitive, group or clone runs, {@code *} behind a promoted one; {@code -} if on none. */
        List<String> places(String id) {
            List<Resource> found = cluster.resources.stream()
                    .flatMap(Status::family)
                    .filter(each -> each.id.equals(id))
                    .toList();
            assertThat(found).as("resource " + id).isNotEmpty();
            List<String> places = found.stream()
                    .flatMap(Status::primitives)
                    .flatMap(each ->
                            each.active.stream().map(node -> each.role == Role.PROMOTED ? node.name + "*" : node.name))
                    .distinct()
                    .sorted()
                    .toList();
            return places.isEmpty() ? List.of("-") : places;
        }

        private static Stream<Resource> family(Resource resource) {
            return Stream.concat(Stream.of(resource), resource.children.stream().flatMap(Status::family));
        }

        private static Stream<Resource> primitives(Resource resource) {
            return resource.children.isEmpty()
                    ? Stream.of(resource)
                    : resource.children.stream().flatMap(Status::primitives);
        }
    }

    Optional<Status> ask(String node) {
        try (ApiClient client = ApiClient.open(lab.root(node).resolve("run/systole/api.sock"), 10_000)) {
            Answer.Status answer = client.status();
            return Optional.of(new Status(answer.facts(), Reading.read(answer.cib(), Instant.now(), false)));
        } catch (NoDaemonException | DaemonException e) {
            // Not there, or it ended while it was asked, by a pill for example.
            return Optional.empty();
        }
    }

    Status status(String node) {
        return ask(node)
                .orElseThrow(() -> new AssertionError("the daemon of " + node + " does not answer" + lab.logs()));
    }

    String service(String id) {
        return "primitive " + id + " ocf:lab:service params log=\"" + logFile()
                + "\" op monitor interval=5s timeout=20s op start timeout=20s op stop timeout=20s";
    }

    String powerSwitch() {
        return "primitive power stonith:fence_lab params folder=\"" + lab.powerFolder() + "\" pcmk_host_list=\""
                + String.join(" ", lab.nodes()) + "\" op monitor interval=60s";
    }

    /** All daemons, fencing by the power switch, one service; waits until it runs. */
    void startWithService() {
        startFencedBy(powerSwitch());
    }

    /** All daemons, these fence devices and levels, one service; returns where it runs. */
    String startFencedBy(String... fencing) {
        List<String> lines =
                new ArrayList<>(List.of("property fencing-enabled=true", "rsc_defaults resource-stickiness=100"));
        lines.addAll(List.of(fencing));
        lines.add(service("svc"));
        start(lines.toArray(String[]::new));
        String home = awaitService("svc");
        awaitSettled("n1");
        return home;
    }

    void start(String... crmLines) {
        lab.startAll();
        awaitOnline("n1", lab.nodes().toArray(String[]::new));
        load(crmLines);
    }

    void load(String... crmLines) {
        Path file = lab.folder().resolve("load.crm");
        try {
            Files.writeString(file, String.join("\n", crmLines) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lab.must("n1", "configure", "load", "update", file.toString());
    }

    void awaitOnline(String witness, String... nodes) {
        lab.await(
                "online as " + witness + " sees it: " + List.of(nodes),
                PATIENCE,
                () -> ask(witness)
                        .map(status -> status.online().equals(List.of(nodes)))
                        .orElse(false));
    }

    void awaitSettled(String node) {
        lab.must(node, "cluster", "wait", "60");
    }

    /** A node whose daemon says that it is part of a quorate cluster, and what it says. */
    record Quorate(String node, Status status) {}

    /** After a split there is none until the votes are counted. */
    Quorate quorate() {
        AtomicReference<@Nullable Quorate> found = new AtomicReference<>();
        lab.await("a node is quorate", PATIENCE, () -> {
            lab.nodes().stream()
                    .filter(lab::isAwake)
                    .flatMap(
                            node -> ask(node).filter(Status::quorate).map(status -> new Quorate(node, status)).stream())
                    .findFirst()
                    .ifPresent(found::set);
            return found.get() != null;
        });
        return Objects.requireNonNull(found.get());
    }

    String witness() {
        return quorate().node();
    }

    String nodeOf(String resource) {
        for (String node : lab.nodes()) {
            if (lab.isOn(node)) {
                Optional<String> home = ask(node).flatMap(status -> status.nodeOf(resource));
                if (home.isPresent()) {
                    return home.get();
                }
            }
        }
        throw new AssertionError(resource + " runs on no single node" + lab.logs());
    }

    String awaitService(String resource) {
        lab.await(
                resource + " runs",
                PATIENCE,
                () -> status("n1").nodeOf(resource).isPresent());
        return nodeOf(resource);
    }

    /** Waits until the resource runs on exactly one node that is not the given one, as those others see it. */
    String awaitServiceElsewhere(String resource, String notHere) {
        String witness = other(notHere);
        lab.await(
                resource + " runs elsewhere than on " + notHere,
                PATIENCE,
                () -> status(witness)
                        .nodeOf(resource)
                        .filter(home -> !home.equals(notHere))
                        .isPresent());
        String home = status(witness).nodeOf(resource).orElseThrow();
        // The status shows a start from its beginning; the service itself is there when its own log says so.
        lab.await(resource + " has started on " + home, PATIENCE, () -> log().runsOn(resource, home));
        return home;
    }

    String other(String node) {
        return lab.nodes().stream()
                .filter(each -> !each.equals(node) && lab.isOn(each))
                .findFirst()
                .orElseThrow();
    }

    Path logFile() {
        return lab.folder().resolve("service.log");
    }

    ServiceLog log() {
        return ServiceLog.read(logFile());
    }

    List<PowerSwitch.Deed> deeds() {
        return lab.power().deeds();
    }

    void nothingRanTwice() {
        assertThat(log().overlaps(lab.deaths())).isEmpty();
        assertThat(log().entries()).isNotEmpty();
    }
}
