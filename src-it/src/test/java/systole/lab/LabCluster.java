package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The words in which the lab's tests tell their stories. */
final class LabCluster {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Lab lab;

    LabCluster(Lab lab) {
        this.lab = lab;
    }

    /** What {@code systole status --output json} says. */
    record Status(JsonNode json) {
        List<String> online() {
            return nodes("online");
        }

        List<String> offline() {
            return nodes("offline");
        }

        List<String> unclean() {
            List<String> found = new ArrayList<>();
            for (JsonNode node : json.path("nodes")) {
                if (node.path("state")
                        .asText()
                        .toLowerCase(java.util.Locale.ROOT)
                        .contains("unclean")) {
                    found.add(node.path("name").asText());
                }
            }
            return found;
        }

        boolean quorate() {
            return json.path("quorate").asBoolean();
        }

        /** The name of the view, which changes with every change of membership. */
        String ring() {
            String name = json.path("view").asText();
            if (name.isEmpty()) {
                throw new AssertionError("the status names no view: " + json);
            }
            return name;
        }

        Optional<String> nodeOf(String resource) {
            for (JsonNode each : json.path("resources")) {
                if (each.path("id").asText().equals(resource)
                        && each.path("nodes").size() == 1) {
                    return Optional.of(each.path("nodes").get(0).asText());
                }
            }
            return Optional.empty();
        }

        private List<String> nodes(String state) {
            List<String> found = new ArrayList<>();
            for (JsonNode node : json.path("nodes")) {
                if (node.path("state").asText().equalsIgnoreCase(state)) {
                    found.add(node.path("name").asText());
                }
            }
            return found;
        }
    }

    Status status(String node) {
        Lab.Answer answer = lab.systole(node, "status", "--output", "json");
        try {
            return new Status(answer.exit() == 0 ? JSON.readTree(answer.out()) : JSON.createObjectNode());
        } catch (IOException e) {
            throw new UncheckedIOException(answer.out(), e);
        }
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
        start("property fencing-enabled=true", "rsc_defaults resource-stickiness=100", powerSwitch(), service("svc"));
        awaitService("svc");
        awaitSettled("n1");
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
                () -> status(witness).online().equals(List.of(nodes)));
    }

    void awaitSettled(String node) {
        lab.must(node, "wait", "--timeout", "60");
    }

    String nodeOf(String resource) {
        for (String node : lab.nodes()) {
            if (lab.isOn(node)) {
                Optional<String> home = status(node).nodeOf(resource);
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
        return status(witness).nodeOf(resource).orElseThrow();
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
