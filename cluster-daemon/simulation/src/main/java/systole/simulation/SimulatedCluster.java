package systole.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import systole.coordinator.ClientRequest;
import systole.coordinator.NodeEffect;
import systole.coordinator.NodeInput;
import systole.coordinator.NodeListMutant;
import systole.coordinator.Reply;
import systole.fencing.FenceRun;
import systole.fencing.FenceRunResult;
import systole.kernel.NodeId;
import systole.kernel.Seed;
import systole.membership.RingMessage;
import systole.membership.RingSettings;
import systole.model.CibEdit;
import systole.model.Element;
import systole.scheduler.Plan;
import systole.scheduler.Scheduler;
import systole.state.NodeList;
import systole.state.Version;
import systole.testkit.NetworkConditions;
import systole.testkit.SimulatedNetwork;
import systole.testkit.VirtualTime;
import systole.transition.AgentRequest;
import systole.transition.AgentResult;

/**
 * Some machines with their daemons, a network, agents, a fence device and an administrator. Checks at every step
 * that no promise is broken ({@link Promises}).
 */
final class SimulatedCluster implements SimulatedNode.World {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1_000 * MILLI;

    /** Runs on every node. */
    private static final String CLONED = "probe";

    /** Runs on every node, promoted on one. */
    private static final String PROMOTABLE = "pg";

    final VirtualTime time = new VirtualTime();
    final SimulatedNetwork<RingMessage> network;
    final SimulatedDevices devices;
    final Promises promises;
    final SimulatedWitness witness;
    final Story story = new Story(time);
    final List<SimulatedNode> nodes = new ArrayList<>();

    /** Machines that are no nodes any more. */
    final List<SimulatedNode> former = new ArrayList<>();

    final Shape shape;
    final boolean fencing;
    final Set<NodeListMutant> mutants = EnumSet.noneOf(NodeListMutant.class);
    private Optional<FenceLevels> levels = Optional.empty();
    private final Seed executorSeed;
    private double losing;
    private final SortedMap<String, SimulatedNode> byName = new TreeMap<>();
    private final Seed seed;
    private final Map<Long, String> changesAsked = new TreeMap<>();
    private final Map<Long, Reply> replies = new TreeMap<>();
    private final SortedSet<String> resources = new TreeSet<>();
    private long requests;
    private int plans;
    private int planFailures;
    private String firstPlanFailure = "";

    SimulatedCluster(Seed seed, Shape shape) {
        this.seed = seed.fork("world");
        this.shape = shape;
        this.fencing = shape.fencing();
        this.executorSeed = seed.fork("executors");
        this.promises = new Promises(
                new TreeSet<>(List.of(CLONED, PROMOTABLE)),
                new TreeSet<>(List.of(PROMOTABLE)),
                shape.quorum().twoNode(),
                shape.quorum().votes().values().stream()
                        .anyMatch(votes -> (votes + shape.quorum().deviceVotes()) * 2
                                >= shape.quorum().configuredVotes()));
        this.witness = new SimulatedWitness(time, seed.fork("witness"), story);
        this.network = new SimulatedNetwork<>(time, seed.fork("network"), NetworkConditions.lan());
        this.devices = new SimulatedDevices(seed.fork("devices"));
        SortedMap<NodeId, String> names = new TreeMap<>();
        for (int i = 1; i <= shape.nodes(); i++) {
            names.put(new NodeId(i), "node" + i);
        }
        RingSettings ring = RingSettings.defaults().withLinks(shape.links());
        for (NodeId id : names.keySet()) {
            SimulatedNode node = new SimulatedNode(
                    id,
                    names,
                    time,
                    network,
                    seed.fork("node" + id.value()),
                    ring,
                    shape.quorum(),
                    shape.witness(),
                    shape.active(),
                    shape.watchdogMillis(),
                    story,
                    this);
            nodes.add(node);
            byName.put(node.name, node);
        }
    }

    /** Levels of devices in the place of the one device. To be called before anything runs. */
    FenceLevels drawFenceLevels(Seed drawing) {
        FenceLevels drawn = new FenceLevels(this, drawing);
        levels = Optional.of(drawn);
        return drawn;
    }

    @Nullable
    SimulatedNode machine(String name) {
        return byName.get(name);
    }

    /** All machines. */
    List<SimulatedNode> machines() {
        List<SimulatedNode> all = new ArrayList<>(nodes);
        all.addAll(former);
        return all;
    }

    /** A machine with the file that a join by token brings: it has no vote by that, and the file is an old one. */
    SimulatedNode arrive(NodeId id, NodeList list) {
        SortedMap<NodeId, String> names = new TreeMap<>();
        list.nodes().forEach((node, entry) -> names.put(node, entry.name()));
        SortedMap<NodeId, Integer> votes = new TreeMap<>(NodeList.votes(list.nodes()));
        votes.put(id, 0);
        SimulatedNode node = new SimulatedNode(
                id,
                names,
                time,
                network,
                seed.fork("node" + id.value()),
                RingSettings.defaults().withLinks(shape.links()),
                shape.quorum().withNodes(votes, new TreeMap<>(), list.version() - 1),
                shape.witness(),
                shape.active(),
                shape.watchdogMillis(),
                story,
                this);
        nodes.add(node);
        byName.put(node.name, node);
        return node;
    }

    /** From now on the machine is none of the cluster's. */
    void strikeOff(SimulatedNode node) {
        if (nodes.remove(node)) {
            former.add(node);
        }
    }

    SortedSet<String> resources() {
        return resources;
    }

    int plans() {
        return plans;
    }

    int planFailures() {
        return planFailures;
    }

    String firstPlanFailure() {
        return firstPlanFailure;
    }

    // ---- the administrator -----------------------------------------------------------------------------------------

    void startAll() {
        for (SimulatedNode node : nodes) {
            time.after(seed.between(0, 300 * MILLI), "boot", node::boot);
        }
    }

    long ask(SimulatedNode node, ClientRequest request) {
        long id = ++requests;
        node.give(new NodeInput.Request(id, "root", request));
        return id;
    }

    Optional<Reply> reply(long request) {
        return Optional.ofNullable(replies.get(request));
    }

    /** A change that can be recognised later. */
    void change(SimulatedNode node) {
        if (node.core() == null) {
            return;
        }
        long id = requests + 1;
        String name = "mark-" + id;
        Element mark = Element.leaf("nvpair", "id", name, "name", name, "value", node.name);
        changesAsked.put(id, name);
        ask(node, new ClientRequest.Configure(List.of(new CibEdit.Put("marks", mark)), Version.NONE));
    }

    void standby(SimulatedNode via, SimulatedNode node, boolean on) {
        ask(
                via,
                new ClientRequest.SetAttributes(
                        node.name,
                        Map.of("standby", on ? "on" : "off"),
                        List.of(),
                        ClientRequest.Lifetime.FOREVER,
                        -1));
    }

    /** The configuration with which every run begins. */
    Element configuration() {
        List<Element> primitives = new ArrayList<>();
        if (levels.isPresent()) {
            primitives.addAll(levels.get().primitives());
        } else if (shape.watchdogMillis() == 0) {
            primitives.add(Element.leaf("primitive", "id", "fence", "class", "stonith", "type", "fence_simulated"));
        }
        int ip = primitives.size() + 1;
        for (String id : List.of("db", "ip", "web", "mail", "files", "log")) {
            primitives.add(primitive(id));
            resources.add(id);
        }
        Element group =
                Element.of("group", Map.of("id", "stack"), List.of(primitives.remove(ip), primitives.remove(ip)));
        primitives.add(group);
        primitives.add(Element.of("clone", Map.of("id", "probes"), List.of(primitive(CLONED))));
        primitives.add(Element.of(
                "clone",
                Map.of("id", "pgs"),
                List.of(
                        Element.of(
                                "meta_attributes",
                                Map.of("id", "pgs-meta"),
                                List.of(option("pgs", "promotable", "true"), option("pgs", "promoted-max", "1"))),
                        primitive(PROMOTABLE))));
        resources.add(CLONED);
        resources.add(PROMOTABLE);
        List<Element> entries = new ArrayList<>();
        for (SimulatedNode node : nodes) {
            entries.add(Element.leaf("node", "id", Integer.toString(node.id.value()), "uname", node.name));
        }
        List<Element> constraints = new ArrayList<>(List.of(
                Element.leaf("rsc_colocation", "id", "with-db", "rsc", "stack", "with-rsc", "db", "score", "INFINITY"),
                Element.leaf("rsc_order", "id", "after-db", "first", "db", "then", "stack"),
                Element.leaf("rsc_location", "id", "mail-1", "rsc", "mail", "node", "node1", "score", "100")));
        for (SimulatedNode node : nodes) {
            String id = "pgs-expression-" + node.name;
            Element here =
                    Element.leaf("expression", "id", id, "attribute", "#uname", "operation", "eq", "value", node.name);
            constraints.add(promotion(node.name, 50 - node.id.value(), here));
        }
        // Also nodes that were added later may be promoted, when of the first ones none is left.
        Element anywhere = Element.leaf(
                "expression", "id", "pgs-expression-others", "attribute", "#uname", "operation", "defined");
        constraints.add(promotion("others", 1, anywhere));
        levels.ifPresent(drawn -> constraints.addAll(drawn.bans()));
        Element options = Element.of(
                "cluster_property_set",
                Map.of("id", "cib-bootstrap-options"),
                List.of(
                        option("stonith-enabled", Boolean.toString(fencing)),
                        option("no-quorum-policy", "stop"),
                        option("cluster-recheck-interval", "60s")));
        if (shape.watchdogMillis() > 0) {
            List<Element> pairs = new ArrayList<>(options.children());
            pairs.add(option("fencing-watchdog-timeout", "-1"));
            options = options.withChildren(pairs);
        }
        Element marks = Element.leaf("cluster_property_set", "id", "marks");
        Map<String, String> defaultSet = new LinkedHashMap<>();
        defaultSet.put("id", "rsc-options");
        Element defaults = Element.of(
                "rsc_defaults",
                Map.of(),
                List.of(Element.of(
                        "meta_attributes",
                        defaultSet,
                        List.of(option("resource-stickiness", "10"), option("failure-timeout", "60s")))));
        List<Element> sections = new ArrayList<>(List.of(
                Element.of("crm_config", Map.of(), List.of(options, marks)),
                Element.of("nodes", Map.of(), entries),
                Element.of("resources", Map.of(), primitives),
                Element.of("constraints", Map.of(), constraints),
                defaults));
        levels.ifPresent(drawn -> sections.add(drawn.topology()));
        return Element.of("configuration", Map.of(), sections);
    }

    /** A score for the promotion on the nodes of which the expression is true. */
    private static Element promotion(String id, int score, Element expression) {
        Map<String, String> rule = new LinkedHashMap<>();
        rule.put("id", "pgs-rule-" + id);
        rule.put("role", "Promoted");
        rule.put("score", Integer.toString(score));
        return Element.of(
                "rsc_location",
                Map.of("id", "pgs-" + id, "rsc", "pgs"),
                List.of(Element.of("rule", rule, List.of(expression))));
    }

    private static Element option(String name, String value) {
        return option("option", name, value);
    }

    private static Element option(String prefix, String name, String value) {
        return Element.leaf("nvpair", "id", prefix + "-" + name, "name", name, "value", value);
    }

    private static Element primitive(String id) {
        List<Element> operations = new ArrayList<>(List.of(
                Element.leaf("op", "id", id + "-monitor", "name", "monitor", "interval", "10s", "timeout", "5s"),
                Element.leaf("op", "id", id + "-start", "name", "start", "interval", "0", "timeout", "10s"),
                Element.leaf("op", "id", id + "-stop", "name", "stop", "interval", "0", "timeout", "10s"),
                Element.leaf("op", "id", id + "-promote", "name", "promote", "interval", "0", "timeout", "10s"),
                Element.leaf("op", "id", id + "-demote", "name", "demote", "interval", "0", "timeout", "10s")));
        if (id.equals(PROMOTABLE)) {
            Map<String, String> promoted = new LinkedHashMap<>();
            promoted.put("id", id + "-monitor-promoted");
            promoted.put("name", "monitor");
            promoted.put("role", "Promoted");
            promoted.put("interval", "11s");
            promoted.put("timeout", "5s");
            operations.add(Element.of("op", promoted, List.of()));
        }
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", id);
        attributes.put("class", "ocf");
        attributes.put("provider", "heartbeat");
        attributes.put("type", "Dummy");
        return Element.of("primitive", attributes, List.of(Element.of("operations", Map.of(), operations)));
    }

    // ---- what nodes want of the world ------------------------------------------------------------------------------

    @Override
    public void serviceStarted(SimulatedNode node, String resource) {
        promises.runsOnce(node, resource, machines());
    }

    @Override
    public void servicePromoted(SimulatedNode node, String resource) {
        promises.promotedOnce(node, resource, machines());
    }

    @Override
    public void stepped(SimulatedNode node) {
        promises.oneMajority(node);
        promises.sameOrderSameState(node);
        if (shape.watchdogMillis() == 0) {
            promises.fencedOnlyByDevices(node, time.nowNanos());
        }
    }

    @Override
    public void effect(SimulatedNode node, NodeEffect effect) {
        if (effect instanceof NodeEffect.Plan plan) {
            plan(node, plan);
        } else if (effect instanceof NodeEffect.Witness contact) {
            witness.carryOut(node, contact.effect());
        } else if (effect instanceof NodeEffect.RunAgent run) {
            agent(node, run.request());
        } else if (effect instanceof NodeEffect.KillAgent kill) {
            node.cancelled.add(kill.runId());
        } else if (effect instanceof NodeEffect.ReadMetadata read) {
            node.later(
                    seed.between(5 * MILLI, 200 * MILLI),
                    "meta-data",
                    () -> node.give(new NodeInput.MetadataRead(read.agent(), Optional.empty())));
        } else if (effect instanceof NodeEffect.RunFenceAgent run) {
            if (levels.isPresent()) {
                levels.get().run(node, run.run());
            } else {
                fence(node, run.run());
            }
        } else if (effect instanceof NodeEffect.Answer answer) {
            replies.put(answer.requestId(), answer.reply());
            String change = changesAsked.remove(answer.requestId());
            if (change != null) {
                promises.answered(change, answer.reply(), node.isAlone());
            }
        } else if (effect instanceof NodeEffect.Event event) {
            story.tell(node.name, event.kind() + " " + event.text());
        } else if (effect instanceof NodeEffect.StopNode stop) {
            stopped(node, stop);
        }
    }

    private void stopped(SimulatedNode node, NodeEffect.StopNode stop) {
        if (stop.reason() == NodeEffect.StopReason.SHUTDOWN && !node.running().isEmpty()) {
            throw new BrokenPromise(node.name + " has left in order, but " + node.running() + " still run there");
        }
        if (stop.reason() == NodeEffect.StopReason.PANIC) {
            time.after(1, "panic", () -> {
                node.powerOff("panic");
                endedItself(node);
            });
        }
    }

    @Override
    public Set<NodeListMutant> mutants() {
        return mutants;
    }

    @Override
    public void hasPower(SimulatedNode node) {
        levels.ifPresent(each -> each.hasPower(node));
    }

    @Override
    public void endedItself(SimulatedNode node) {
        promises.truthAbout(node.name);
        time.after(seed.between(3 * SECOND, 20 * SECOND), "boot", node::boot);
    }

    private void plan(SimulatedNode node, NodeEffect.Plan request) {
        plans++;
        NodeInput answer;
        try {
            Plan plan = Scheduler.scheduleLive(request.cib(), Instant.ofEpochMilli(request.epochMillis()));
            answer = new NodeInput.Planned(request.planId(), plan.graph(), 0, List.of());
        } catch (RuntimeException e) {
            planFailures++;
            StackTraceElement[] trace = e.getStackTrace();
            String where = e + (trace.length > 0 ? " at " + trace[0] : "");
            firstPlanFailure = firstPlanFailure.isEmpty() ? where : firstPlanFailure;
            story.tell(node.name, "scheduler failed: " + where);
            answer = new NodeInput.PlanFailed(request.planId(), where);
        }
        NodeInput made = answer;
        node.later(seed.between(MILLI, 60 * MILLI), "plan", () -> node.give(made));
    }

    private void agent(SimulatedNode node, AgentRequest request) {
        SimulatedDevices.Behaviour behaviour = devices.agent(request);
        String resource = request.resource().id();
        story.tell(node.name, "runs " + request.operation() + " " + resource + " " + request.intervalMillis());
        int power = node.powerCycles();
        long started = node.epochMillis();
        boolean late = behaviour.nanos() > request.timeoutMillis() * MILLI;
        long takes = Math.min(behaviour.nanos(), request.timeoutMillis() * MILLI);
        if (request.operation().equals("start") && !(behaviour.fails() && seed.chance(0.5))) {
            node.serviceStarts(resource);
        }
        if (request.operation().equals("promote") && !(behaviour.fails() && seed.chance(0.5))) {
            node.servicePromotes(resource);
        }
        int life = node.life();
        // The program is a process of its own: it goes on while the daemon is paused or dead.
        time.after(takes, "agent", () -> {
            if (node.powerCycles() != power) {
                return;
            }
            boolean cancelled = node.life() == life && node.cancelled.remove(request.runId());
            AgentResult result = finished(node, request, behaviour, late, cancelled, started, takes);
            if (node.life() == life) {
                node.alive(() -> node.give(new NodeInput.AgentFinished(result)));
            }
        });
    }

    private AgentResult finished(
            SimulatedNode node,
            AgentRequest request,
            SimulatedDevices.Behaviour behaviour,
            boolean late,
            boolean cancelled,
            long started,
            long takes) {
        String resource = request.resource().id();
        AgentResult.Status status = AgentResult.Status.DONE;
        int rc;
        if (cancelled) {
            status = AgentResult.Status.CANCELLED;
            rc = 1;
        } else if (late) {
            status = AgentResult.Status.TIMED_OUT;
            rc = 1;
        } else if (behaviour.fails()) {
            rc = 1;
        } else {
            if (request.operation().equals("stop")) {
                node.serviceEnds(resource);
            } else if (request.operation().equals("demote")) {
                node.serviceDemoted(resource);
            }
            rc = request.operation().equals("monitor") ? found(node, resource) : 0;
        }
        return new AgentResult(
                request.runId(), rc, status, rc == 0 || rc == 8 ? "" : "simulated", started, takes / MILLI);
    }

    private static int found(SimulatedNode node, String resource) {
        if (!node.running().contains(resource)) {
            return 7;
        }
        return node.promoted().contains(resource) ? 8 : 0;
    }

    /** Whether what a fence agent set going reaches its device although the node on which it ran is dead. */
    static final class Executor {
        private boolean reaches = true;

        boolean reaches() {
            return reaches;
        }
    }

    /** Nodes that fence die in the middle of it, with this probability. */
    void loseExecutors(double probability) {
        losing = probability;
    }

    /** A fence agent begins on a node; maybe that node does not live to see the end. */
    Executor executing(SimulatedNode node, boolean cuts, long nanos) {
        Executor executor = new Executor();
        if (!cuts || losing == 0 || !executorSeed.chance(losing)) {
            return executor;
        }
        boolean underWay = executorSeed.chance(0.3);
        int power = node.powerCycles();
        time.after(executorSeed.between(0, Math.max(1, nanos - 1)), "executor lost", () -> {
            if (node.isPowered() && node.powerCycles() == power) {
                executor.reaches = underWay;
                node.powerOff("fault: the node that fences is lost");
                promises.truthAbout(node.name);
                bootLater(node, executorSeed.between(5 * SECOND, 60 * SECOND));
            }
        });
        return executor;
    }

    /** What was switched off boots after a while; if it did so before and has lost its power again, that is another story. */
    void bootLater(SimulatedNode target, long nanos) {
        int cycles = target.powerCycles();
        time.after(nanos, "boot", () -> {
            if (target.powerCycles() == cycles) {
                target.boot();
            }
        });
    }

    private void fence(SimulatedNode node, FenceRun run) {
        boolean acts = run.action().equals("reboot") || run.action().equals("off");
        long nanos = acts ? devices.fenceNanos() : seed.between(5 * MILLI, 100 * MILLI);
        boolean late = nanos > run.timeoutMillis() * MILLI;
        boolean refuses = acts && devices.fenceRefuses();
        boolean lies = acts && !refuses && devices.fenceLies();
        if (acts) {
            story.tell(
                    node.name,
                    "fence agent: " + run.action() + " " + run.target() + (late ? ", too slow" : "")
                            + (refuses ? ", will refuse" : "") + (lies ? ", will lie" : ""));
        }
        int life = node.life();
        // What was set going by a late call may still happen afterwards.
        boolean happens = acts && !refuses && !lies && (!late || seed.chance(0.5));
        SimulatedNode target = byName.get(run.target());
        Executor executor = executing(node, acts, Math.min(nanos, run.timeoutMillis() * MILLI));
        time.after(Math.min(nanos, run.timeoutMillis() * MILLI), "fence", () -> {
            if (!executor.reaches()) {
                return;
            }
            if (target != null && happens) {
                target.powerOff(run.action() + " by " + node.name);
                promises.cut(target.name, time.nowNanos());
                promises.truthAbout(target.name);
                if (run.action().equals("reboot")) {
                    bootLater(target, seed.between(3 * SECOND, 20 * SECOND));
                }
            } else if (target != null && lies) {
                promises.liedAbout(target.name, time.nowNanos());
            }
            if (node.life() == life) {
                boolean good = !refuses && !late;
                node.alive(() -> node.give(new NodeInput.FenceAgentFinished(
                        new FenceRunResult(run.runId(), good ? 0 : 1, late, "", good ? "" : "the device refuses"))));
            }
        });
    }
}
