package systole.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * Several machines on this host: each node has network, pid, mount and host name spaces of its own; cables lead to a
 * bridge in a switch name space; a folder that no network reaches is the power switch. Nothing of it outlives
 * {@link #close()}.
 *
 * <p>Needs root, {@code ip}, {@code nft}, {@code unshare}, {@code nsenter}; see {@link #missing()}.
 */
final class Lab implements AutoCloseable {
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Path TOP = Checkout.TOP;
    private static final Path TREE = Checkout.TREE;

    private final String prefix = "sy" + ProcessHandle.current().pid() % 100_000 + "x" + NUMBER.incrementAndGet();
    private final int rings;
    private final Path folder;
    private final Map<String, Process> inits = java.util.Collections.synchronizedMap(new LinkedHashMap<>());
    private final List<PowerSwitch.Deed> deaths = new java.util.concurrent.CopyOnWriteArrayList<>();
    private final Map<String, Process> daemons = new LinkedHashMap<>();
    private final java.util.Set<String> frozen = java.util.concurrent.ConcurrentHashMap.newKeySet();
    private final List<String> names = new ArrayList<>();
    private final PowerSwitch power;
    private String quorumLines = "";
    private String totemLines = "";
    private List<Integer> links;
    private boolean hasClient;
    private @org.jspecify.annotations.Nullable Process witness;
    private @org.jspecify.annotations.Nullable SharedDisk disk;

    private Lab(int nodes, int rings) {
        this.rings = rings;
        links = Stream.iterate(0, i -> i + 1).limit(rings).toList();
        try {
            folder = Files.createTempDirectory("systole-lab");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            for (int i = 1; i <= nodes; i++) {
                names.add("n" + i);
            }
            Files.createDirectories(folder.resolve("ocf/resource.d/lab"));
            Files.createSymbolicLink(folder.resolve("ocf/resource.d/lab/service"), TOP.resolve("src-it/lab/service"));
            power = new PowerSwitch(Files.createDirectory(folder.resolve("power")), this);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What stands in the way of a lab on this machine; empty if nothing does. */
    static String missing() {
        List<String> missing = new ArrayList<>();
        if (!"root".equals(System.getProperty("user.name"))) {
            missing.add("root");
        }
        for (String tool : List.of("ip", "nft", "unshare", "nsenter", "setsid")) {
            boolean found = Stream.of("/usr/bin", "/usr/sbin", "/bin", "/sbin")
                    .anyMatch(dir -> Files.isExecutable(Path.of(dir, tool)));
            if (!found) {
                missing.add(tool);
            }
        }
        if (!Files.isExecutable(TREE.resolve("bin/systoled"))) {
            missing.add("the built tree target/systole");
        }
        return String.join(", ", missing);
    }

    /** Machines that are on and cabled, no daemon started. */
    static Lab up(int nodes) {
        return up(nodes, 1);
    }

    static Lab up(int nodes, int rings) {
        Lab lab = new Lab(nodes, rings);
        try {
            lab.build();
            return lab;
        } catch (RuntimeException e) {
            lab.close();
            throw e;
        }
    }

    Lab quorum(String lines) {
        quorumLines = lines;
        return configured();
    }

    Lab totem(String lines) {
        totemLines = lines;
        return configured();
    }

    /** The networks that are the interconnect's links, in this order; the others are left to services. */
    Lab links(Integer... networks) {
        links = List.of(networks);
        return configured();
    }

    private Lab configured() {
        names.forEach(this::configure);
        return this;
    }

    private void build() {
        run("ip", "netns", "add", sw());
        for (int ring = 0; ring < rings; ring++) {
            run(
                    "ip",
                    "-n",
                    sw(),
                    "link",
                    "add",
                    "br" + ring,
                    "type",
                    "bridge",
                    "mcast_snooping",
                    "0",
                    "forward_delay",
                    "0");
            run("ip", "-n", sw(), "link", "set", "br" + ring, "up");
        }
        run(
                "ip",
                "netns",
                "exec",
                sw(),
                "nft",
                "add table bridge lab; add chain bridge lab part; add chain bridge lab nodes { type filter hook forward priority 0; }; add rule bridge lab nodes jump part");
        for (String node : names) {
            run("ip", "netns", "add", ns(node));
            run("ip", "-n", ns(node), "link", "set", "lo", "up");
            for (int ring = 0; ring < rings; ring++) {
                run(
                        "ip",
                        "link",
                        "add",
                        "eth" + ring,
                        "netns",
                        ns(node),
                        "type",
                        "veth",
                        "peer",
                        "name",
                        node + "r" + ring,
                        "netns",
                        sw());
                run("ip", "-n", sw(), "link", "set", node + "r" + ring, "master", "br" + ring, "up");
            }
            boot(node);
        }
        run(TREE.resolve("bin/systole").toString(), "--root", root("n1").toString(), "keygen");
        Path key = root("n1").resolve("etc/systole/authkey");
        for (String node : names) {
            if (!node.equals("n1")) {
                try {
                    Path copy = root(node).resolve("etc/systole/authkey");
                    Files.createDirectories(copy.getParent());
                    Files.copy(key, copy, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
        names.forEach(this::configure);
    }

    private void configure(String node) {
        StringBuilder conf = new StringBuilder(
                "totem {\n  version: 2\n  cluster_name: lab\n" + totemLines.indent(2) + "}\nnodelist {\n");
        for (String name : names) {
            conf.append("  node {\n    name: ")
                    .append(name)
                    .append("\n    nodeid: ")
                    .append(number(name))
                    .append('\n');
            for (int link = 0; link < links.size(); link++) {
                conf.append("    ring")
                        .append(link)
                        .append("_addr: ")
                        .append(address(name, links.get(link)))
                        .append('\n');
            }
            conf.append("  }\n");
        }
        conf.append("}\nquorum {\n  provider: corosync_votequorum\n")
                .append(quorumLines.indent(2))
                .append("}\n");
        try {
            Files.createDirectories(root(node).resolve("etc/systole"));
            Files.writeString(root(node).resolve("etc/systole/cluster.conf"), conf);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Power on: a fresh machine on the old disk. Starts no daemon. */
    void boot(String node) {
        Path pid = folder.resolve(node + ".pid");
        try {
            Files.deleteIfExists(pid);
            for (int ring = 0; ring < rings; ring++) {
                run("ip", "-n", ns(node), "addr", "flush", "dev", "eth" + ring);
                run("ip", "-n", ns(node), "addr", "add", address(node, ring) + "/24", "dev", "eth" + ring);
                run("ip", "-n", ns(node), "link", "set", "eth" + ring, "up");
                run("ip", "-n", sw(), "link", "set", node + "r" + ring, "up");
            }
            Process init = new ProcessBuilder(
                            "ip",
                            "netns",
                            "exec",
                            ns(node),
                            "unshare",
                            "--mount",
                            "--uts",
                            "--ipc",
                            "--pid",
                            "--fork",
                            "--propagation",
                            "private",
                            "bash",
                            TOP.resolve("src-it/lab/node-init.sh").toString(),
                            node,
                            pid.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve(node + ".init.log").toFile())
                    .start();
            inits.put(node, init);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        until("node " + node + " is on", Duration.ofSeconds(20), () -> Files.exists(pid));
    }

    /**
     * The machine loses power: all its processes die and its cables are dead, at once. One call at a time, so that the power
     * switch does not report a machine as off which the test has only begun to kill.
     */
    synchronized void crash(String node) {
        Process init = inits.remove(node);
        if (init == null) {
            return;
        }
        try {
            String pid = Files.readString(folder.resolve(node + ".pid")).strip();
            ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
            cut(node);
            // nsenter stops itself when the daemon is stopped, and a stopped one would hold the dead name space.
            Process daemon = daemons.remove(node);
            if (daemon != null) {
                daemon.destroyForcibly();
            }
            if (!init.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("what belongs to node " + node + " survived SIGKILL");
            }
            frozen.remove(node);
            deaths.add(new PowerSwitch.Deed(nowNanos(), "crash", node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Every death of a machine, by the test's hand or by the power switch, when it was complete. */
    List<PowerSwitch.Deed> deaths() {
        return List.copyOf(deaths);
    }

    PowerSwitch power() {
        return power;
    }

    /** Nanoseconds of the wall clock since the epoch, as agents write them. */
    static long nowNanos() {
        java.time.Instant now = java.time.Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    /** Lets time pass where the passing of time itself is what is tried. */
    static void pass(Duration time) {
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            java.util.concurrent.locks.LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    boolean isOn(String node) {
        return inits.containsKey(node);
    }

    /** On and not frozen. */
    boolean isAwake(String node) {
        return isOn(node) && !frozen.contains(node);
    }

    void start(String... nodes) {
        for (String node : nodes) {
            try {
                Process daemon = new ProcessBuilder(inNode(
                                node,
                                List.of(
                                        TREE.resolve("bin/systoled").toString(),
                                        "--root",
                                        root(node).toString(),
                                        "--foreground")))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                folder.resolve(node + ".log").toFile()))
                        .start();
                daemons.put(node, daemon);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void startAll() {
        start(names.toArray(String[]::new));
    }

    /** The daemon alone dies by SIGKILL; what it runs goes on. */
    void killDaemon(String node) {
        signal(node, "KILL");
        try {
            if (!daemons.get(node).waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("daemon of " + node + " survived SIGKILL");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    void pause(String node) {
        signal(node, "STOP");
    }

    void resume(String node) {
        signal(node, "CONT");
    }

    /** The whole machine hangs: every process stops where it is, and whatever it has mounted or bound stays so. */
    void freeze(String node) {
        frozen.add(node);
        // The kernel spares the first process of the name space and the one that asks.
        Answer answer = exec(node, "sh", "-c", "kill -STOP -1");
        if (answer.exit() != 0) {
            throw new IllegalStateException("node " + node + " could not be frozen: " + answer.out());
        }
    }

    private void signal(String node, String signal) {
        Process daemon = daemons.get(node);
        if (daemon == null) {
            throw new IllegalStateException("no daemon was started on " + node);
        }
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        Stream.concat(Stream.of(daemon.toHandle()), daemon.descendants())
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .forEach(process -> command.add(Long.toString(process.pid())));
        run(command.toArray(String[]::new));
    }

    void cut(String node) {
        for (int ring = 0; ring < rings; ring++) {
            cut(node, ring);
        }
    }

    void cut(String node, int ring) {
        run("ip", "-n", sw(), "link", "set", node + "r" + ring, "down");
    }

    void mend(String node) {
        for (int ring = 0; ring < rings; ring++) {
            mend(node, ring);
        }
    }

    void mend(String node, int ring) {
        run("ip", "-n", sw(), "link", "set", node + "r" + ring, "up");
    }

    /** Groups of nodes that see only each other; nodes separated by blanks in each group. */
    void partition(String... groups) {
        StringBuilder rules = new StringBuilder("flush chain bridge lab part\n");
        for (String from : groups) {
            for (String to : groups) {
                if (!from.equals(to)) {
                    for (String a : from.split(" ")) {
                        for (String b : to.split(" ")) {
                            rules.append(
                                    "add rule bridge lab part iifname \"" + a + "r*\" oifname \"" + b + "r*\" drop\n");
                        }
                    }
                }
            }
        }
        run("ip", "netns", "exec", sw(), "nft", rules.toString());
    }

    void heal() {
        run("ip", "netns", "exec", sw(), "nft", "flush chain bridge lab part");
        names.stream().filter(this::isOn).forEach(this::mend);
    }

    record Answer(int exit, String out) {}

    /** Runs the command line inside a node. */
    Answer systole(String node, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                TREE.resolve("bin/systole").toString(), "--root", root(node).toString()));
        command.addAll(List.of(arguments));
        return answer(inNode(node, command));
    }

    /** Runs any program inside a node. */
    Answer exec(String node, String... command) {
        return answer(inNode(node, List.of(command)));
    }

    /** A machine that is no node, for clients; its address on the first network ends in 250. */
    void addClient() {
        run("ip", "netns", "add", client());
        run("ip", "-n", client(), "link", "set", "lo", "up");
        run("ip", "link", "add", "eth0", "netns", client(), "type", "veth", "peer", "name", "clr0", "netns", sw());
        run("ip", "-n", sw(), "link", "set", "clr0", "master", "br0", "up");
        run("ip", "-n", client(), "addr", "add", "10.79.0.250/24", "dev", "eth0");
        run("ip", "-n", client(), "link", "set", "eth0", "up");
        hasClient = true;
    }

    /** A disk that all machines see; closed with the lab. */
    SharedDisk addDisk() {
        SharedDisk added = new SharedDisk(this);
        disk = added;
        return added;
    }

    /** What the quorum section needs for the witness of {@link #addWitness()}. */
    static final String WITNESS_ADDRESS = "10.79.0.250";

    /** The client's machine is the witness too; its key is on all nodes. Starts no daemon. */
    void addWitness() {
        if (!hasClient) {
            addClient();
        }
        Path root = folder.resolve("witness");
        run(TREE.resolve("bin/systoled").toString(), "--root", root.toString(), "--witness", "--admit", "lab");
        for (String node : names) {
            try {
                Files.copy(
                        root.resolve("etc/systole/witness/lab.key"),
                        root(node).resolve("etc/systole/witnesskey"),
                        java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    void startWitness() {
        try {
            witness = new ProcessBuilder(inClient(List.of(
                            TREE.resolve("bin/systoled").toString(),
                            "--root",
                            folder.resolve("witness").toString(),
                            "--witness")))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve("witness.log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By SIGKILL, with all that it started. */
    void killWitness() {
        Process running = witness;
        if (running == null) {
            return;
        }
        running.descendants().forEach(ProcessHandle::destroyForcibly);
        running.destroyForcibly();
        try {
            if (!running.waitFor(10, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the witness survived SIGKILL");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        witness = null;
    }

    List<String> inClient(List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", client()));
        all.addAll(command);
        return all;
    }

    /** The command line must succeed. */
    String must(String node, String... arguments) {
        Answer answer = systole(node, arguments);
        if (answer.exit() != 0) {
            throw new AssertionError("systole " + String.join(" ", arguments) + " on " + node + " ended with "
                    + answer.exit() + ":\n" + answer.out() + logs());
        }
        return answer.out();
    }

    private List<String> inNode(String node, List<String> command) {
        try {
            List<String> all = new ArrayList<>(List.of(
                    "nsenter",
                    "-t",
                    Files.readString(folder.resolve(node + ".pid")).strip(),
                    "-m",
                    "-u",
                    "-i",
                    "-n",
                    "-p",
                    "--",
                    "env",
                    "PATH=" + TOP.resolve("src-it/lab")
                            + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    "SYSTOLE_FENCE_PATH=" + TOP.resolve("src-it/lab"),
                    "SYSTOLE_OCF_PATH=" + folder.resolve("ocf")));
            all.addAll(command);
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void until(String what, Duration limit, BooleanSupplier condition) {
        long end = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + limit.toSeconds() + " s: " + what);
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000_000L);
        }
    }

    void await(String what, Duration limit, BooleanSupplier condition) {
        try {
            until(what, limit, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + logs(), e);
        }
    }

    List<String> nodes() {
        return List.copyOf(names);
    }

    Path root(String node) {
        return folder.resolve(node);
    }

    Path folder() {
        return folder;
    }

    Path powerFolder() {
        return folder.resolve("power");
    }

    /** The whole log of a node's daemon. */
    String log(String node) {
        try {
            return Files.readString(folder.resolve(node + ".log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The ends of all daemons' logs, for a failure's message. */
    String logs() {
        StringBuilder all = new StringBuilder();
        List<String> machines = new ArrayList<>(names);
        machines.add("witness");
        for (String node : machines) {
            Path log = folder.resolve(node + ".log");
            if (Files.exists(log)) {
                try {
                    List<String> lines = Files.readAllLines(log);
                    all.append("\n--- log of ").append(node).append('\n');
                    lines.subList(Math.max(0, lines.size() - 60), lines.size())
                            .forEach(line -> all.append(line).append('\n'));
                } catch (IOException e) {
                    all.append("log of ")
                            .append(node)
                            .append(" is not readable: ")
                            .append(e.getMessage());
                }
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        power.close();
        killWitness();
        for (String node : List.copyOf(inits.keySet())) {
            crash(node);
        }
        if (disk != null) {
            disk.close();
        }
        for (String node : names) {
            tryRun("ip", "netns", "del", ns(node));
        }
        if (hasClient) {
            tryRun("ip", "netns", "del", client());
        }
        tryRun("ip", "netns", "del", sw());
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int number(String node) {
        return Integer.parseInt(node.substring(1));
    }

    static String address(String node, int ring) {
        return "10.79." + ring + "." + number(node);
    }

    private String ns(String node) {
        return prefix + node;
    }

    private String sw() {
        return prefix + "sw";
    }

    private String client() {
        return prefix + "cl";
    }

    static void run(String... command) {
        said(command);
    }

    /** What a program printed that must succeed, without blanks around it. */
    static String said(String... command) {
        Answer answer = answer(List.of(command));
        if (answer.exit() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + answer.out());
        }
        return answer.out().strip();
    }

    /** For clean-up: what is not there need not be removed. */
    private static void tryRun(String... command) {
        Answer answer = answer(List.of(command));
        if (answer.exit() != 0 && !answer.out().contains("No such file")) {
            System.err.println(String.join(" ", command) + ": " + answer.out());
        }
    }

    private static Answer answer(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " did not end");
            }
            return new Answer(process.exitValue(), out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
