package systole.containers;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.Network.Ipam;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.lifecycle.Startables;
import org.testcontainers.utility.MountableFile;
import systole.api.Json;
import systole.lab.Checkout;

/**
 * Containers n1, n2, ... on a network of their own, one daemon in each as its first process. All talk to them goes
 * through the engine: no process of this machine needs a way into their network. Nothing outlives {@link #close()}.
 */
final class ContainerCluster implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String ROOT = "/node";
    private static final int SUBNETS = 8;

    private final DockerClient docker = DockerClientFactory.instance().client();
    private final Map<String, GenericContainer<?>> containers = new LinkedHashMap<>();
    private final String subnet;
    private final Network network;

    /** The cluster as one node's daemon sees it, read from the JSON of the command line. */
    record Status(Map<?, ?> json) {
        List<String> online() {
            return named("nodes").stream()
                    .filter(node ->
                            Boolean.TRUE.equals(node.get("online")) && !Boolean.TRUE.equals(node.get("unclean")))
                    .map(node -> String.valueOf(node.get("name")))
                    .toList();
        }

        boolean unclean(String name) {
            return named("nodes").stream()
                    .anyMatch(node -> name.equals(node.get("name")) && Boolean.TRUE.equals(node.get("unclean")));
        }

        boolean quorate() {
            return Boolean.TRUE.equals(summary().get("quorate"));
        }

        /** The name of the view, which changes with every change of membership. */
        String view() {
            return String.valueOf(summary().get("view"));
        }

        /** The one node on which the resource is started. */
        Optional<String> nodeOf(String resource) {
            return named("resources").stream()
                    .filter(each -> resource.equals(each.get("id")) && "Started".equals(each.get("role")))
                    .map(each -> (List<?>) each.get("nodes"))
                    .filter(nodes -> nodes.size() == 1)
                    .map(nodes -> String.valueOf(nodes.get(0)))
                    .findFirst();
        }

        private Map<?, ?> summary() {
            return (Map<?, ?>) json.get("summary");
        }

        private List<? extends Map<?, ?>> named(String list) {
            return ((List<?>) json.get(list))
                    .stream().map(each -> (Map<?, ?>) each).toList();
        }
    }

    /** @param detection the silence after which a node is given up */
    static ContainerCluster up(int nodes, Duration detection) {
        ContainerCluster cluster = new ContainerCluster();
        try {
            cluster.build(nodes, detection);
            return cluster;
        } catch (RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** A network with addresses of our choice: of a few ranges the first that nobody on this engine has. */
    private ContainerCluster() {
        for (int i = 0; ; i++) {
            String candidate = "10.213." + (77 + i) + ".";
            Network attempt = Network.builder()
                    .createNetworkCmdModifier(command ->
                            command.withIpam(new Ipam().withConfig(new Ipam.Config().withSubnet(candidate + "0/24"))))
                    .build();
            try {
                attempt.getId();
            } catch (DockerException e) {
                if (i == SUBNETS - 1) {
                    throw e;
                }
                continue;
            }
            network = attempt;
            subnet = candidate;
            return;
        }
    }

    private void build(int nodes, Duration detection) {
        for (int i = 1; i <= nodes; i++) {
            containers.put("n" + i, container("n" + i));
        }
        byte[] key = key();
        byte[] conf = configuration(detection).getBytes(StandardCharsets.UTF_8);
        containers
                .values()
                .forEach(container -> container
                        .withCopyToContainer(Transferable.of(key, 0100400), ROOT + "/etc/systole/authkey")
                        .withCopyToContainer(Transferable.of(conf), ROOT + "/etc/systole/cluster.conf"));
        Startables.deepStart(containers.values()).join();
    }

    private GenericContainer<?> container(String name) {
        return new GenericContainer<>(Engine.IMAGE)
                .withImagePullPolicy(image -> false)
                .withNetwork(network)
                .withCreateContainerCmdModifier(command -> {
                    command.withHostName(name).withIpv4Address(address(name));
                    // For the real-time priority that keeps heartbeats in time on a busy machine.
                    Objects.requireNonNull(command.getHostConfig())
                            .withCapAdd(Capability.SYS_NICE, Capability.IPC_LOCK);
                })
                .withEnv("SYSTOLE_FENCE_PATH", "/fence")
                .withEnv("SYSTOLE_ROOT", ROOT)
                .withCopyFileToContainer(
                        MountableFile.forHostPath(Checkout.TOP.resolve("src-it/lab/fence_container"), 0100755),
                        "/fence/fence_container")
                .withCopyToContainer(Transferable.of("killed containers are named here\n"), "/dead/README")
                .withCommand("systoled", "--root", ROOT, "--foreground")
                .waitingFor(Wait.forLogMessage(".*starts as node.*", 1).withStartupTimeout(PATIENCE));
    }

    private static byte[] key() {
        try {
            Path folder = Files.createTempDirectory("systole-key");
            Path file = folder.resolve("etc/systole/authkey");
            try {
                Process keygen = new ProcessBuilder(
                                Checkout.TREE.resolve("bin/systole").toString(), "--root", folder.toString(), "keygen")
                        .redirectErrorStream(true)
                        .start();
                String said = new String(keygen.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (keygen.waitFor() != 0) {
                    throw new AssertionError("no key: " + said);
                }
                return Files.readAllBytes(file);
            } finally {
                for (Path path = file; !path.equals(folder.getParent()); path = path.getParent()) {
                    Files.deleteIfExists(path);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String configuration(Duration detection) {
        StringBuilder conf = new StringBuilder("totem {\n  version: 2\n  cluster_name: containers\n  token: "
                + detection.toMillis() + "\n}\nnodelist {\n");
        containers
                .keySet()
                .forEach(name -> conf.append("  node {\n    name: ")
                        .append(name)
                        .append("\n    nodeid: ")
                        .append(number(name))
                        .append("\n    ring0_addr: ")
                        .append(address(name))
                        .append("\n  }\n"));
        return conf.append("}\nquorum {\n  provider: corosync_votequorum\n}\n").toString();
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring(1));
    }

    private String address(String name) {
        return subnet + (10 + number(name));
    }

    List<String> nodes() {
        return List.copyOf(containers.keySet());
    }

    String other(String node) {
        return nodes().stream().filter(each -> !each.equals(node)).findFirst().orElseThrow();
    }

    // ---- what befalls a container -----------------------------------------------------------------------------------

    /** Loses power: all its processes are dead when this returns. */
    void kill(String node) {
        docker.killContainerCmd(id(node)).exec();
        await(
                node + " is dead",
                () -> !Boolean.TRUE.equals(
                        docker.inspectContainerCmd(id(node)).exec().getState().getRunning()));
    }

    /** Tells the fence agent on the other nodes that this one was killed. */
    void confirmDead(String node, List<String> witnesses) {
        witnesses.forEach(
                witness -> containers.get(witness).copyFileToContainer(Transferable.of("dead\n"), "/dead/" + node));
    }

    void disconnect(String node) {
        docker.disconnectFromNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(id(node))
                .exec();
    }

    void reconnect(String node) {
        docker.connectToNetworkCmd()
                .withNetworkId(network.getId())
                .withContainerId(id(node))
                .withContainerNetwork(new ContainerNetwork()
                        .withIpamConfig(new ContainerNetwork.Ipam().withIpv4Address(address(node))))
                .exec();
    }

    /** All processes of the container stand still, at least for the given time; tells for how long at most. */
    Duration pause(String node, Duration time) {
        long begin = System.nanoTime();
        docker.pauseContainerCmd(id(node)).exec();
        pass(time);
        docker.unpauseContainerCmd(id(node)).exec();
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    private String id(String node) {
        return containers.get(node).getContainerId();
    }

    // ---- talk to the daemons ----------------------------------------------------------------------------------------

    Container.ExecResult exec(String node, String... command) {
        try {
            return containers.get(node).execInContainer(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String must(String node, String... command) {
        Container.ExecResult result = exec(node, command);
        if (result.getExitCode() != 0) {
            throw new AssertionError(String.join(" ", command) + " on " + node + " ended with " + result.getExitCode()
                    + ":\n" + result.getStdout() + result.getStderr() + logs());
        }
        return result.getStdout();
    }

    Optional<Status> ask(String node) {
        Container.ExecResult result = exec(node, "systole", "status", "--output", "json");
        return result.getExitCode() == 0
                ? Optional.of(new Status((Map<?, ?>) Json.read(result.getStdout())))
                : Optional.empty();
    }

    Status status(String node) {
        return ask(node).orElseThrow(() -> new AssertionError("the daemon of " + node + " does not answer" + logs()));
    }

    void load(String... crmLines) {
        containers.get("n1").copyFileToContainer(Transferable.of(String.join("\n", crmLines) + "\n"), "/tmp/load.crm");
        must("n1", "systole", "configure", "load", "update", "/tmp/load.crm");
    }

    void awaitOnline(String witness, String... nodes) {
        await(
                "online as " + witness + " sees it: " + List.of(nodes),
                () -> ask(witness)
                        .map(status -> status.online().equals(List.of(nodes)))
                        .orElse(false));
    }

    /** Waits until the resource runs on one of the nodes, as that node itself sees it and says on its disk. */
    String awaitRunning(String resource, List<String> nodes) {
        String witness = nodes.get(0);
        await(
                resource + " runs on one of " + nodes,
                () -> status(witness)
                        .nodeOf(resource)
                        .filter(nodes::contains)
                        .filter(home -> isRunning(resource, home))
                        .isPresent());
        return status(witness).nodeOf(resource).orElseThrow();
    }

    /** Whether the service itself is there, whatever the cluster thinks of it. */
    boolean isRunning(String resource, String node) {
        return exec(node, "cat", "/tmp/" + resource + ".running").getExitCode() == 0;
    }

    static String service(String id) {
        return "primitive " + id + " ocf:systole:dummy params state=\"/tmp/" + id
                + ".running\" op monitor interval=5s timeout=20s op start timeout=20s op stop timeout=20s";
    }

    void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what + logs());
            }
            LockSupport.parkNanos(50_000_000L);
        }
    }

    /** Lets time pass where the passing of time itself is what is tried. */
    static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    String logs() {
        StringBuilder all = new StringBuilder();
        containers.forEach((name, container) -> {
            List<String> lines = container.getLogs().lines().toList();
            all.append("\n--- log of ").append(name).append('\n');
            lines.subList(Math.max(0, lines.size() - 60), lines.size())
                    .forEach(line -> all.append(line).append('\n'));
        });
        return all.toString();
    }

    @Override
    public void close() {
        containers.values().forEach(GenericContainer::stop);
        network.close();
    }
}
