package systole.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.fencing.FenceRun;
import systole.fencing.FenceRunResult;
import systole.kernel.Seed;
import systole.model.Element;

/**
 * Power switches in levels, in the place of the one device: each device of a level is one power supply of every machine, and a
 * machine is dead only when all of a level are off. Each of them may hang, refuse or lie in {@code status}, some for ever, and
 * not every node may use each. Draws of its own, so that a seed without levels is what it was.
 */
final class FenceLevels {
    private static final long MILLI = SimulatedCluster.MILLI;
    private static final long SECOND = SimulatedCluster.SECOND;
    private static final String AGENT = "fence_simulated";

    private enum Trouble {
        NONE,
        REFUSES,
        HANGS
    }

    /** One device and what is wrong with it. */
    private static final class Device {
        final String id;
        final SortedSet<String> banned = new TreeSet<>();
        String check = "";
        boolean saysTheOpposite;
        boolean broken;
        Trouble trouble = Trouble.NONE;
        int troubles;

        Device(String id) {
            this.id = id;
        }
    }

    /** What a call will do, and when it ends. */
    private record Call(long nanos, boolean acts, FenceRunResult result) {}

    private final SimulatedCluster cluster;
    private final Seed seed;
    private final SortedMap<String, Device> devices = new TreeMap<>();
    private final List<List<String>> levels = new ArrayList<>();

    /** Power supplies that are off, by machine that lives on the others. */
    private final Map<String, SortedSet<String>> off = new TreeMap<>();

    /** Machines that wait for current. */
    private final Set<String> dark = new TreeSet<>();

    FenceLevels(SimulatedCluster cluster, Seed seed) {
        this.cluster = cluster;
        this.seed = seed;
        int count = 1 + seed.below(2);
        for (int level = 1; level <= count; level++) {
            List<String> members = new ArrayList<>();
            for (int i = 1 + seed.below(2); i > 0; i--) {
                Device device = new Device("fence" + level + (char) ('a' + members.size()));
                draw(device);
                devices.put(device.id, device);
                members.add(device.id);
            }
            levels.add(members);
        }
        if (count == 2 && seed.chance(0.5)) {
            // The other level can, for ever.
            List<String> level = levels.get(seed.below(2));
            device(level.get(seed.below(level.size()))).broken = true;
        }
        healthy();
    }

    private void draw(Device device) {
        device.check = List.of("none", "static-list", "status").get(seed.below(3));
        device.saysTheOpposite = device.check.equals("status") && seed.chance(0.5);
        List<String> names =
                new ArrayList<>(cluster.nodes.stream().map(node -> node.name).toList());
        if (names.size() > 2 && seed.chance(0.5)) {
            // At least two may use it, so that one of them is not the target.
            int most = names.size() - 2;
            for (int i = seed.below(most + 1); i > 0; i--) {
                device.banned.add(names.remove(seed.below(names.size())));
            }
        }
    }

    private Device device(String id) {
        Device found = devices.get(id);
        if (found == null) {
            throw new IllegalStateException("no device " + id);
        }
        return found;
    }

    String words() {
        StringBuilder words = new StringBuilder("fence levels");
        for (List<String> level : levels) {
            words.append(' ');
            for (String id : level) {
                Device device = device(id);
                words.append(id)
                        .append('(')
                        .append(device.check)
                        .append(device.saysTheOpposite ? " reversed" : "")
                        .append(device.broken ? " broken " + device.trouble : "")
                        .append(device.banned.isEmpty() ? "" : " not " + device.banned)
                        .append(')');
            }
        }
        return words.toString();
    }

    // ---- configuration ---------------------------------------------------------------------------------------------

    List<Element> primitives() {
        List<Element> all = new ArrayList<>();
        for (Device device : devices.values()) {
            List<Element> pairs = new ArrayList<>();
            String id = device.id + "-";
            pairs.add(pair(id, "pcmk_host_check", device.check));
            if (device.check.equals("static-list")) {
                StringBuilder hosts = new StringBuilder();
                cluster.nodes.forEach(node -> hosts.append(node.name).append(' '));
                pairs.add(pair(id, "pcmk_host_list", hosts.toString().strip()));
            }
            for (String action : List.of("off", "on", "reboot", "status")) {
                pairs.add(pair(id, "pcmk_" + action + "_timeout", "10s"));
            }
            all.add(Element.of(
                    "primitive",
                    new TreeMap<>(Map.of("id", device.id, "class", "stonith", "type", AGENT)),
                    List.of(Element.of("instance_attributes", Map.of("id", id + "attributes"), pairs))));
        }
        return all;
    }

    private static Element pair(String prefix, String name, String value) {
        return Element.leaf("nvpair", "id", prefix + name, "name", name, "value", value);
    }

    List<Element> bans() {
        List<Element> all = new ArrayList<>();
        for (Device device : devices.values()) {
            for (String node : device.banned) {
                all.add(Element.leaf(
                        "rsc_location",
                        "id",
                        device.id + "-not-" + node,
                        "rsc",
                        device.id,
                        "node",
                        node,
                        "score",
                        "-INFINITY"));
            }
        }
        return all;
    }

    Element topology() {
        List<Element> all = new ArrayList<>();
        for (int i = 0; i < levels.size(); i++) {
            all.add(Element.leaf(
                    "fencing-level",
                    "id",
                    "level-" + (i + 1),
                    "target-pattern",
                    "node.*",
                    "index",
                    Integer.toString(i + 1),
                    "devices",
                    String.join(",", levels.get(i))));
        }
        return Element.of("fencing-topology", Map.of(), all);
    }

    // ---- what goes wrong -------------------------------------------------------------------------------------------

    /** One device more is in trouble for a while. */
    void hurt() {
        Device device = new ArrayList<>(devices.values()).get(seed.below(devices.size()));
        if (device.broken) {
            return;
        }
        device.trouble = seed.chance(0.5) ? Trouble.HANGS : Trouble.REFUSES;
        int mine = ++device.troubles;
        cluster.story.tell("", device.id + " " + device.trouble);
        cluster.time.after(seed.between(SECOND, 60 * SECOND), "undo", () -> {
            if (device.troubles == mine && !device.broken) {
                device.trouble = Trouble.NONE;
            }
        });
    }

    /** What is not broken for ever works. */
    void healthy() {
        for (Device device : devices.values()) {
            device.troubles++;
            device.trouble = device.broken ? seed.chance(0.5) ? Trouble.HANGS : Trouble.REFUSES : Trouble.NONE;
        }
    }

    /** Whether, with all well that can be, those nodes can make the target dead. */
    boolean can(Set<String> nodes, String target) {
        return levels.stream()
                .anyMatch(level -> level.stream().allMatch(id -> {
                    Device device = device(id);
                    SortedSet<String> users = new TreeSet<>(nodes);
                    users.removeAll(device.banned);
                    users.remove(target);
                    return !device.broken && !users.isEmpty();
                }));
    }

    // ---- the agents ------------------------------------------------------------------------------------------------

    void run(SimulatedNode node, FenceRun run) {
        SimulatedNode target = cluster.machine(run.target());
        Device device = device(run.device());
        boolean switches = List.of("off", "on", "reboot").contains(run.action());
        Call call = switches ? switching(device, run) : asking(device, run, target);
        boolean lies = run.action().equals("off") && call.acts() && cluster.devices.fenceLies();
        if (switches || run.action().equals("status")) {
            cluster.story.tell(
                    node.name,
                    run.device() + ": " + run.action() + " " + run.target() + ", "
                            + (call.result().timedOut()
                                    ? "hangs"
                                    : "answers " + call.result().exitCode())
                            + (lies ? ", lies" : ""));
        }
        int life = node.life();
        SimulatedCluster.Executor executor =
                cluster.executing(node, switches && !run.action().equals("on"), call.nanos());
        cluster.time.after(call.nanos(), "fence", () -> {
            if (target != null && switches && call.acts() && executor.reaches()) {
                if (lies) {
                    cluster.promises.liedAbout(target.name, cluster.time.nowNanos());
                } else {
                    switchNow(target, run, node);
                }
            }
            if (node.life() == life) {
                node.alive(() -> node.give(new systole.coordinator.NodeInput.FenceAgentFinished(call.result())));
            }
        });
    }

    private Call switching(Device device, FenceRun run) {
        boolean refuses = device.trouble == Trouble.REFUSES || cluster.devices.fenceRefuses();
        if (device.trouble == Trouble.HANGS) {
            // What was set going may still happen, late.
            return new Call(
                    run.timeoutMillis() * MILLI,
                    seed.chance(0.3),
                    new FenceRunResult(run.runId(), 1, true, "", "no answer within its time"));
        }
        return new Call(
                seed.between(50 * MILLI, 3 * SECOND),
                !refuses,
                new FenceRunResult(run.runId(), refuses ? 1 : 0, false, "", refuses ? "the device refuses" : ""));
    }

    private Call asking(Device device, FenceRun run, @org.jspecify.annotations.Nullable SimulatedNode target) {
        if (device.trouble == Trouble.HANGS && seed.chance(0.3)) {
            return new Call(
                    run.timeoutMillis() * MILLI,
                    false,
                    new FenceRunResult(run.runId(), 1, true, "", "no answer within its time"));
        }
        boolean on = target != null && target.isPowered();
        int status = on == device.saysTheOpposite ? 2 : 0;
        int exit = run.action().equals("status") ? status : 0;
        return new Call(
                seed.between(5 * MILLI, 100 * MILLI), false, new FenceRunResult(run.runId(), exit, false, "", ""));
    }

    /** If all of a level are off, a person has switched them on; one that is off beside others stays so. */
    void hasPower(SimulatedNode node) {
        dark.remove(node.name);
        SortedSet<String> supplies = off.getOrDefault(node.name, new TreeSet<>());
        if (levels.stream().anyMatch(supplies::containsAll)) {
            supplies.clear();
        }
    }

    private void switchNow(SimulatedNode target, FenceRun run, SimulatedNode by) {
        SortedSet<String> supplies = off.computeIfAbsent(target.name, name -> new TreeSet<>());
        if (run.action().equals("on")) {
            supplies.remove(run.device());
            if (dark.remove(target.name)) {
                cluster.bootLater(target, seed.between(3 * SECOND, 20 * SECOND));
            }
            return;
        }
        supplies.add(run.device());
        if (levels.stream().noneMatch(supplies::containsAll)) {
            return;
        }
        target.powerOff(run.action() + " of " + run.device() + " by " + by.name);
        cluster.promises.truthAbout(target.name);
        cluster.promises.cut(target.name, cluster.time.nowNanos());
        if (run.action().equals("reboot")) {
            supplies.remove(run.device());
            cluster.bootLater(target, seed.between(3 * SECOND, 20 * SECOND));
        } else {
            // If nothing switches it on again, a person does.
            dark.add(target.name);
            cluster.time.after(seed.between(30 * SECOND, 90 * SECOND), "boot", () -> {
                if (dark.remove(target.name)) {
                    target.boot();
                }
            });
        }
    }

    /** Devices by id, for tests. */
    List<List<String>> levels() {
        return Collections.unmodifiableList(levels);
    }
}
