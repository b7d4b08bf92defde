package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/** What an administrator can do about each kind of reason, as commands of the command line. */
final class Remedies {
    private final Cluster cluster;

    Remedies(Cluster cluster) {
        this.cluster = cluster;
    }

    /** What would take a contribution to a score away. */
    List<Remedy> against(Reason reason) {
        Resource resource = reason.resource();
        Node node = reason.node();
        String at = node == null ? "" : node.name;
        return switch (reason.kind()) {
            case LOCATION -> location(reason.source());
            case RULE -> rule(reason.source(), at);
            case HEALTH -> health(node);
            case STICKINESS ->
                List.of(Remedy.of(
                        "systole resource meta " + owner(resource, "resource-stickiness")
                                + " set resource-stickiness 0",
                        "lets it leave the node it is on"));
            case COLOCATION -> delete(reason.source());
            case FAIL_COUNT, FAILURE -> cleanup(resource, at);
            case TICKET -> ticket(reason.source());
            case SHUTDOWN_LOCK ->
                List.of(
                        Remedy.inWords("start the node again to which it is locked"),
                        Remedy.of(
                                "systole configure property shutdown-lock=false",
                                "gives up locking resources to nodes that were shut down"));
            case EXCLUSIVE_DISCOVERY ->
                List.of(Remedy.inWords("name " + at + " in a location constraint with resource-discovery=exclusive, "
                        + "or take that setting away from the others"));
            case TARGET_ROLE -> askedToStop(resource) ? start(resource) : cleanup(resource, "");
            case STOP_ALL ->
                List.of(Remedy.of("systole configure property stop-all-resources=false", "lets resources run again"));
            case UTILIZATION -> capacity(resource, at);
            case INSTANCE_LIMIT -> instances(resource, reason.source());
            case MULTIPLE_ACTIVE ->
                List.of(Remedy.of(
                        "systole resource refresh " + resource.configId(),
                        "looks anew, once it was stopped by hand everywhere but on one node"));
            case OPT_IN ->
                List.of(Remedy.of(
                        "systole configure location loc-" + top(resource) + "-" + at + " " + top(resource) + " 0: "
                                + at,
                        "allows the node"));
            default -> List.of();
        };
    }

    /** The id under which a resource is known to commands: of an instance its clone, of a member the member. */
    static String top(Resource resource) {
        return resource.topOrBundle().configId();
    }

    /** The resource that has a meta attribute of its own; the resource itself if none has. */
    static String owner(Resource resource, String name) {
        for (Resource at = resource; at != null; at = at.parent) {
            if (hasMeta(at.definition.xml, name)) {
                return at.configId();
            }
        }
        return resource.configId();
    }

    private static boolean hasMeta(Element xml, String name) {
        for (Element block : xml.children("meta_attributes")) {
            for (Element pair : block.children("nvpair")) {
                if (pair.attribute("name", "").equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    static List<Remedy> delete(String constraint) {
        return constraint.isEmpty() || constraint.startsWith("#")
                ? List.of()
                : List.of(Remedy.of("systole configure delete " + constraint, "takes the constraint away"));
    }

    private List<Remedy> location(String id) {
        if (!isRequest(id)) {
            return delete(id);
        }
        for (Location location : cluster.locations) {
            if (location.id().equals(id)) {
                return List.of(Remedy.of(
                        "systole resource clear " + location.resource().configId(),
                        "takes back what an earlier move or ban asked for"));
            }
        }
        return delete(id);
    }

    /** Constraints that {@code resource move} and {@code resource ban} leave. */
    static boolean isRequest(String constraint) {
        return constraint.startsWith("cli-prefer-") || constraint.startsWith("cli-ban-");
    }

    private List<Remedy> rule(String source, String node) {
        int slash = source.indexOf('/');
        String id = slash < 0 ? source : source.substring(0, slash);
        List<Remedy> found = new ArrayList<>();
        Optional<Element> rule = rule(source);
        Optional<Element> single = rule.flatMap(RuleWords::single);
        if (single.isPresent() && !node.isEmpty()) {
            String name = single.get().attribute("attribute", "");
            String value = single.get().attribute("value", "");
            boolean builtIn = name.startsWith("#");
            switch (single.get().attribute("operation", "")) {
                case "ne" -> {
                    if (!builtIn) {
                        found.add(Remedy.of(
                                "systole node attribute " + node + " set " + name + " " + value,
                                "makes the rule no longer hold there"));
                    }
                }
                case "eq", "defined" -> {
                    if (!builtIn) {
                        found.add(Remedy.of(
                                "systole node attribute " + node + " delete " + name,
                                "makes the rule no longer hold there"));
                    }
                }
                default -> {
                    // no single value to suggest
                }
            }
        }
        found.addAll(location(id));
        return found;
    }

    /** The rule that a reason names as {@code constraint/rule}. */
    Optional<Element> rule(String source) {
        int slash = source.indexOf('/');
        String id = slash < 0 ? source : source.substring(0, slash);
        return cluster.cib
                .child("configuration")
                .flatMap(configuration -> configuration.child("constraints"))
                .flatMap(constraints -> constraints.children("rsc_location").stream()
                        .filter(each -> each.id().equals(id))
                        .findFirst())
                .flatMap(constraint -> constraint.child("rule"));
    }

    private List<Remedy> health(@Nullable Node node) {
        List<Remedy> found = new ArrayList<>();
        if (node != null) {
            for (Map.Entry<String, String> attribute : node.attributes.entrySet()) {
                if (attribute.getKey().startsWith("#health") && cluster.options.score(attribute.getValue(), 0) < 0) {
                    found.add(Remedy.of(
                            "systole node status-attr " + node.name + " set '" + attribute.getKey() + "' green",
                            "declares the node healthy, once the cause is mended"));
                }
            }
        }
        return found;
    }

    List<Remedy> cleanup(Resource resource, String node) {
        String where = node.isEmpty() ? "" : " " + node;
        return List.of(Remedy.of(
                "systole resource cleanup " + resource.configId() + where,
                "forgets the failures, once their cause is mended"));
    }

    private List<Remedy> ticket(String constraint) {
        List<Remedy> found = new ArrayList<>();
        cluster.ticketConstraints.stream()
                .filter(each -> each.id().equals(constraint))
                .findFirst()
                .ifPresent(each -> found.add(Remedy.inWords(
                        each.ticket().granted()
                                ? "activate ticket " + each.ticket().id() + ", which is in standby"
                                : "grant ticket " + each.ticket().id() + " to this cluster")));
        found.addAll(delete(constraint));
        return found;
    }

    List<Remedy> start(Resource resource) {
        return List.of(
                Remedy.of("systole resource start " + owner(resource, "target-role"), "asks for it to run again"));
    }

    static boolean askedToStop(Resource resource) {
        return "stopped".equalsIgnoreCase(resource.meta.get("target-role"));
    }

    private List<Remedy> capacity(Resource resource, String node) {
        List<Remedy> found = new ArrayList<>();
        Node where = cluster.nodeByName(node);
        if (where != null) {
            resource.utilization.forEach((name, needed) -> {
                int free = where.capacity.getOrDefault(name, 0);
                if (needed > free) {
                    int all = free;
                    for (Resource each : cluster.everyResource) {
                        if (each.isPrimitive() && each.assigned == where) {
                            all += each.utilization.getOrDefault(name, 0);
                        }
                    }
                    found.add(Remedy.of(
                            "systole node utilization " + node + " set " + name + " " + (all + needed - free),
                            "says that the node can carry that much"));
                }
            });
        }
        found.add(Remedy.inWords("move or stop something that uses the capacity"));
        return found;
    }

    private List<Remedy> instances(Resource resource, String option) {
        Resource clone = resource.enclosingClone();
        if (clone == null || clone.clone == null || !option.startsWith("clone-")) {
            return List.of();
        }
        int now = option.equals("clone-max") ? clone.clone.cloneMax : clone.clone.cloneNodeMax;
        return List.of(Remedy.of(
                "systole resource meta " + clone.configId() + " set " + option + " " + (now + 1),
                "allows one more instance"));
    }

    // ---- states

    /** What makes a node usable again. */
    List<Remedy> usable(Node node) {
        if (node.unclean) {
            return List.of(
                    Remedy.inWords("bring " + node.name + " back"),
                    Remedy.of(
                            "systole fence confirm " + node.name,
                            "vouches that the node is off; only if you have made sure"));
        }
        if (!node.online || node.pending) {
            return List.of(Remedy.of("systole cluster start", "on " + node.name + ": starts its daemon"));
        }
        if (node.standbyOnFail) {
            return List.of(Remedy.of(
                    "systole resource cleanup", "forgets the failure whose on-fail=standby keeps the node idle"));
        }
        if (node.standby) {
            return List.of(Remedy.of("systole node online " + node.name, "ends the standby"));
        }
        if (node.maintenance) {
            return List.of(Remedy.of("systole node ready " + node.name, "ends the maintenance of the node"));
        }
        return List.of();
    }

    /** What makes the cluster look after a resource again. */
    List<Remedy> managed(Resource resource) {
        if (resource.blocked) {
            return resource.active.size() > 1
                    ? List.of(Remedy.of(
                            "systole resource refresh " + resource.configId(),
                            "looks anew, once it was stopped by hand on all nodes but one"))
                    : cleanup(resource, "");
        }
        if (cluster.options.maintenance) {
            return List.of(Remedy.of("systole maintenance off", "ends the maintenance of the whole cluster"));
        }
        if (Values.isTrue(resource.meta.get("maintenance"))) {
            return List.of(Remedy.of(
                    "systole resource maintenance " + owner(resource, "maintenance") + " off",
                    "lets the cluster look after it again"));
        }
        for (Node node : resource.active) {
            if (node.maintenance) {
                return List.of(
                        Remedy.of("systole node ready " + node.name, "ends the maintenance of the node it is on"));
            }
        }
        if (!Values.bool(resource.meta.getOrDefault("is-managed", "true"), true)) {
            return List.of(Remedy.of(
                    "systole resource manage " + owner(resource, "is-managed"),
                    "lets the cluster look after it again"));
        }
        if (cluster.options.fencingEnabled && !cluster.fencingDevices) {
            return List.of(Remedy.inWords("configure a fencing device, or set stonith-enabled=false at your own risk"));
        }
        return List.of();
    }

    List<Remedy> quorum() {
        List<String> missing = cluster.nodes.stream()
                .filter(node -> !node.online && !node.isRemoteOrGuest())
                .map(node -> node.name)
                .toList();
        return missing.isEmpty()
                ? List.of(Remedy.inWords("bring back enough nodes for a majority"))
                : List.of(Remedy.of(
                        "systole cluster start",
                        "on " + String.join(", ", missing) + ": a majority of the nodes is needed"));
    }
}
