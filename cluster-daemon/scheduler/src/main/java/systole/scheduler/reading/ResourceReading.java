package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.AttributeBlocks;
import systole.scheduler.rules.RuleContext;
import systole.scheduler.rules.Values;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Definition;
import systole.scheduler.working.Node;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** The {@code resources} section: every resource, instance and implicit part (input-and-status, sections 9 and 18). */
final class ResourceReading {
    private final Cluster cluster;
    private Definitions definitions = new Definitions(Element.of("resources", Map.of(), List.of()));

    ResourceReading(Cluster cluster) {
        this.cluster = cluster;
    }

    void read(@Nullable Element resources) {
        if (resources == null) {
            return;
        }
        definitions = new Definitions(resources);
        cluster.unfencing =
                usesUnfencing(resources) || (cluster.rscDefaults != null && usesUnfencing(cluster.rscDefaults));
        cluster.fencingDevices = cluster.options.haveWatchdog;
        templates(resources);
        List<Element> all = new ArrayList<>(resources.children());
        all.addAll(new RemoteNodes(cluster).create(resources));
        for (Element element : all) {
            if (element.is("template")) {
                continue;
            }
            Resource resource = unpack(element, null);
            if (resource != null) {
                cluster.resources.add(resource);
            }
        }
        link();
        cluster.resources.sort(Comparator.comparingInt((Resource resource) -> -resource.priority));
    }

    private void templates(Element resources) {
        for (Element child : resources.children()) {
            if (child.is("template")) {
                cluster.templates.putIfAbsent(child.id(), new ArrayList<>());
            }
        }
        if (!cluster.templates.isEmpty()) {
            templateUsers(resources);
        }
    }

    private void templateUsers(Element parent) {
        for (Element child : parent.children()) {
            if (child.is("primitive")) {
                List<String> users = cluster.templates.get(child.attribute("template", ""));
                if (users != null) {
                    users.add(child.id());
                }
            } else if (child.is("group") || child.is("clone") || child.is("bundle")) {
                templateUsers(child);
            }
        }
    }

    private static boolean usesUnfencing(Element element) {
        for (Element child : element.children()) {
            if (child.is("meta_attributes")) {
                for (Element pair : child.children("nvpair")) {
                    String name = pair.attribute("name", "");
                    if ((name.equals("requires") || name.equals("provides"))
                            && pair.attribute("value", "").equals("unfencing")) {
                        return true;
                    }
                }
            } else if (!child.is("operations") && !child.is("instance_attributes") && usesUnfencing(child)) {
                return true;
            }
        }
        return false;
    }

    /** Connections and the nodes they make; launchers and what they launch. */
    private void link() {
        for (Resource resource : cluster.everyResource) {
            linkLauncher(resource);
        }
        for (Resource resource : cluster.everyResource) {
            linkRemoteNode(resource);
        }
    }

    void linkLauncher(Resource resource) {
        String container = resource.meta.get("container");
        if (container == null || !resource.isPrimitive() || container.equals(resource.id)) {
            return;
        }
        Resource launcher = cluster.resource(container);
        if (launcher == null) {
            cluster.warnings.add(resource.id + ": container " + container + " does not exist");
        } else {
            resource.launcher = launcher;
            launcher.launched.add(resource);
        }
    }

    void linkRemoteNode(Resource resource) {
        if (!resource.isConnection()) {
            return;
        }
        Node node = cluster.nodeByName(resource.id);
        if (node == null) {
            return;
        }
        node.connection = resource;
        resource.remoteNode = node;
        node.kind = resource.launcher != null ? Node.Kind.GUEST : Node.Kind.REMOTE;
        node.unclean = node.isRemote() && cluster.options.startupFencing;
        NodeReading.kind(node);
    }

    // ---- one resource

    /** A resource with everything below it; {@code null} if its definition is unusable. */
    @Nullable
    Resource unpack(Element xml, @Nullable Resource parent) {
        if (xml.attribute("id") == null) {
            return null;
        }
        return switch (xml.name()) {
            case "primitive" -> {
                Definition definition = definitions.of(xml);
                yield definition == null ? invalid(xml) : primitive(definition, xml.id(), parent);
            }
            case "group" -> {
                Definition definition = new Definition(xml, null, List.of());
                yield group(definition, memberDefinitions(xml), xml.id(), parent, -1);
            }
            case "clone" -> clone(xml, parent);
            case "bundle" -> new BundleReading(cluster, this).unpack(xml);
            default -> invalid(xml);
        };
    }

    private @Nullable Resource invalid(Element xml) {
        cluster.warnings.add(xml.name() + " " + xml.id() + " is ignored: its definition cannot be used");
        return null;
    }

    Resource primitive(Definition definition, String id, @Nullable Resource parent) {
        Resource resource = cluster.addResource(id, Resource.Variant.PRIMITIVE, definition, parent);
        common(resource);
        if (resource.isFenceDevice()) {
            cluster.fencingDevices = true;
        }
        fill(resource);
        return resource;
    }

    private List<Definition> memberDefinitions(Element group) {
        List<Definition> members = new ArrayList<>();
        for (Element child : group.children()) {
            if (child.is("primitive") && child.attribute("id") != null) {
                Definition member = definitions.of(child);
                if (member == null) {
                    invalid(child);
                } else {
                    members.add(member);
                }
            }
        }
        return members;
    }

    private @Nullable Resource group(
            Definition definition, List<Definition> members, String id, @Nullable Resource parent, int number) {
        if (members.isEmpty()) {
            return invalid(definition.xml);
        }
        Resource group = cluster.addResource(id, Resource.Variant.GROUP, definition, parent);
        group.instanceNumber = number;
        common(group);
        group.collocated = Values.bool(group.meta.get("collocated"), true);
        group.ordered = Values.bool(group.meta.get("ordered"), true);
        for (Definition member : members) {
            String memberId = number < 0 ? member.id() : member.id() + ":" + number;
            Resource child = primitive(member, memberId, group);
            child.instanceNumber = number;
            group.children.add(child);
        }
        fill(group);
        return group;
    }

    @Nullable
    Resource clone(Element xml, @Nullable Resource parent) {
        Definition inner = null;
        List<Definition> members = List.of();
        for (Element child : xml.children()) {
            if (child.is("primitive") && child.attribute("id") != null) {
                inner = definitions.of(child);
                break;
            }
            if (child.is("group") && child.attribute("id") != null) {
                inner = new Definition(child, null, List.of());
                members = memberDefinitions(child);
                break;
            }
        }
        if (inner == null || (inner.agent == null && members.isEmpty())) {
            return invalid(xml);
        }
        Resource clone =
                cluster.addResource(xml.id(), Resource.Variant.CLONE, new Definition(xml, null, List.of()), parent);
        common(clone);
        CloneData data = new CloneData(inner);
        data.members = members;
        clone.clone = data;
        if (!numbers(clone, data)) {
            return invalid(xml);
        }
        int count = Math.max(1, data.cloneMax);
        for (int i = 0; i < count; i++) {
            Resource instance = instance(clone);
            if (data.cloneMax <= 0) {
                markRemoved(instance);
            }
        }
        fill(clone);
        return clone;
    }

    /** Reads the clone's numbers; false if its agent can not be cloned like this. */
    private boolean numbers(Resource clone, CloneData data) {
        Map<String, String> meta = clone.meta;
        clone.promotable = Values.isTrue(meta.get("promotable"));
        clone.interleave = Values.isTrue(meta.get("interleave"));
        clone.ordered = Values.isTrue(meta.get("ordered"));
        int nodeCount = Math.max(1, cluster.nodesByIndex.size());
        data.cloneMax = number(meta.get("clone-max"), nodeCount);
        data.cloneNodeMax = number(meta.get("clone-node-max"), 1);
        data.cloneMin = number(meta.get("clone-min"), 0);
        Boolean unique = Values.bool(meta.get("globally-unique"));
        data.globallyUnique = unique != null ? unique : data.cloneNodeMax > 1;
        if (clone.promotable && !leaveOutUnpromotable(data)) {
            return false;
        }
        if (data.globallyUnique && onlyAnonymous(data)) {
            data.globallyUnique = false;
            data.cloneMax = Math.min(data.cloneMax, nodeCount);
        }
        if (!data.globallyUnique) {
            data.cloneNodeMax = Math.min(data.cloneNodeMax, 1);
        }
        if (clone.promotable) {
            data.promotedMax = number(firstOf(meta, "promoted-max", "master-max"), 1);
            data.promotedNodeMax = number(firstOf(meta, "promoted-node-max", "master-node-max"), 1);
        }
        meta.put("globally-unique", String.valueOf(data.globallyUnique));
        clone.unique = data.globallyUnique;
        if (!meta.containsKey("resource-stickiness")) {
            meta.put("resource-stickiness", "1");
        }
        return true;
    }

    /** Only OCF agents know how to be promoted; other members of a promotable group are left out of it. */
    private boolean leaveOutUnpromotable(CloneData data) {
        if (data.child.agent != null) {
            return data.child.agent.standard().equals("ocf");
        }
        List<Definition> left = new ArrayList<>();
        for (Definition member : data.members) {
            if (member.agent != null && member.agent.standard().equals("ocf")) {
                left.add(member);
            } else {
                invalid(member.xml);
            }
        }
        data.members = left;
        return !left.isEmpty();
    }

    private static boolean onlyAnonymous(CloneData data) {
        if (data.child.agent != null) {
            return anonymousOnly(data.child);
        }
        for (Definition member : data.members) {
            if (anonymousOnly(member)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anonymousOnly(Definition definition) {
        return definition.agent != null
                && switch (definition.agent.standard()) {
                    case "ocf", "stonith" -> false;
                    default -> true;
                };
    }

    private static @Nullable String firstOf(Map<String, String> meta, String name, String oldName) {
        String value = meta.get(name);
        return value != null ? value : meta.get(oldName);
    }

    private static int number(@Nullable String text, int fallback) {
        if (text == null) {
            return fallback;
        }
        return (int) Math.max(0, Math.min(Integer.MAX_VALUE, Values.integer(text, 0)));
    }

    /** One more instance of a clone. */
    Resource instance(Resource clone) {
        CloneData data = clone.clone;
        if (data == null) {
            throw new IllegalArgumentException(clone + " is no clone");
        }
        int number = data.created++;
        String id = data.child.id() + ":" + number;
        Resource instance;
        if (data.child.agent != null) {
            instance = primitive(data.child, id, clone);
            instance.instanceNumber = number;
        } else {
            Resource group = group(data.child, data.members, id, clone, number);
            if (group == null) {
                throw new IllegalStateException("group " + id + " has no members");
            }
            instance = group;
        }
        clone.children.add(instance);
        return instance;
    }

    static void markRemoved(Resource resource) {
        resource.removed = true;
        for (Resource child : resource.children) {
            markRemoved(child);
        }
    }

    // ---- what all kinds have

    void common(Resource resource) {
        Resource parent = resource.parent;
        Resource sibling = firstSibling(resource);
        if (sibling != null) {
            resource.meta = sibling.meta;
            resource.utilization = sibling.utilization;
        } else {
            resource.meta = meta(resource);
            resource.utilization = utilization(resource);
        }
        Map<String, String> meta = resource.meta;
        resource.unique = parent == null || parent.isBundle() || parent.unique;
        String managed = meta.get("is-managed");
        resource.managed = managed == null || managed.equals("default") || Values.bool(managed, true);
        resource.maintenance = Values.isTrue(meta.get("maintenance")) || cluster.options.maintenance;
        if (resource.maintenance) {
            resource.managed = false;
        }
        resource.internal = Values.isTrue(meta.get("internal-rsc"));
        resource.critical = Values.bool(meta.get("critical"), true);
        resource.notify = Values.isTrue(meta.get("notify"));
        Boolean migrate = Values.bool(meta.get("allow-migrate"));
        resource.allowMigrate = migrate != null
                ? migrate
                : meta.get("allow-migrate") == null && resource.isConnection() && meta.get("container") == null;
        resource.multipleActive = switch (resource.meta("multiple-active", "").toLowerCase(Locale.ROOT)) {
            case "stop_only" -> Resource.MultipleActive.STOP_ONLY;
            case "block" -> Resource.MultipleActive.BLOCK;
            case "stop_unexpected" -> Resource.MultipleActive.STOP_UNEXPECTED;
            default -> Resource.MultipleActive.STOP_START;
        };
        resource.priority = cluster.options.score(meta.get("priority"), 0);
        resource.promotionPriority = resource.priority;
        resource.stickiness = cluster.options.score(meta.get("resource-stickiness"), 0);
        int threshold = cluster.options.score(meta.get("migration-threshold"), Score.LIMIT);
        resource.migrationThreshold = threshold < 0 ? Score.LIMIT : threshold;
        resource.failureTimeoutMs = Values.interval(meta.get("failure-timeout"));
        if (resource.isConnection() && meta.get("container") == null) {
            long reconnect = Values.interval(parameter(resource, "reconnect_interval"));
            if (reconnect > 0) {
                resource.remoteReconnectMs = reconnect;
                resource.failureTimeoutMs = reconnect;
            }
        }
        requires(resource);
        targetRole(cluster, resource);
    }

    /** The corresponding part of the first instance of the clone: it has the same meta attributes. */
    private static @Nullable Resource firstSibling(Resource resource) {
        Resource parent = resource.parent;
        if (parent == null) {
            return null;
        }
        if (parent.isClone()) {
            return parent.children.isEmpty() ? null : parent.children.get(0);
        }
        if (parent.isGroup() && parent.parent != null && parent.parent.isClone()) {
            List<Resource> instances = parent.parent.children;
            if (!instances.isEmpty()) {
                return instances.get(0).children.get(parent.children.size());
            }
        }
        return null;
    }

    private @Nullable String parameter(Resource resource, String name) {
        return cluster.settings.parameters(resource, null).get(name);
    }

    private Map<String, String> meta(Resource resource) {
        Map<String, String> attributes = resource.definition.xml.attributes();
        boolean plain = resource.isPrimitive()
                && resource.parent == null
                && cluster.rscDefaults == null
                && !AttributeBlocks.hasBlocks(resource.definition.xml, "meta_attributes");
        if (plain) {
            return attributes;
        }
        RuleContext rules = cluster.rules(resource);
        Map<String, String> meta = new LinkedHashMap<>(attributes);
        AttributeBlocks.collect(
                resource.definition.xml, "meta_attributes", rules, AttributeBlocks.Default.REMOVES, meta);
        for (Resource at = resource.parent; at != null; at = at.parent) {
            AttributeBlocks.collect(at.definition.xml, "meta_attributes", rules, AttributeBlocks.Default.IGNORED, meta);
        }
        if (cluster.rscDefaults != null) {
            AttributeBlocks.collect(
                    cluster.rscDefaults, "meta_attributes", rules, AttributeBlocks.Default.REMOVES, meta);
        }
        if (resource.parent != null) {
            resource.parent.meta.forEach(meta::putIfAbsent);
        }
        return meta;
    }

    private Map<String, Integer> utilization(Resource resource) {
        if (!AttributeBlocks.hasBlocks(resource.definition.xml, "utilization")) {
            return Map.of();
        }
        Map<String, String> values = new LinkedHashMap<>();
        AttributeBlocks.collect(
                resource.definition.xml,
                "utilization",
                cluster.rules(resource),
                AttributeBlocks.Default.REMOVES,
                values);
        if (values.isEmpty()) {
            return Map.of();
        }
        Map<String, Integer> numbers = new LinkedHashMap<>();
        values.forEach((name, value) -> numbers.put(name, NodeReading.capacity(value)));
        return numbers;
    }

    private void requires(Resource resource) {
        boolean device = resource.isFenceDevice();
        Resource.Requires value;
        switch (resource.meta("requires", "").toLowerCase(Locale.ROOT)) {
            case "nothing" -> value = Resource.Requires.NOTHING;
            case "quorum" -> value = Resource.Requires.QUORUM;
            case "fencing" -> value = Resource.Requires.FENCING;
            case "unfencing" ->
                value = device || !cluster.options.fencingEnabled
                        ? Resource.Requires.QUORUM
                        : Resource.Requires.UNFENCING;
            default -> value = defaultRequires(resource, device);
        }
        resource.requires = value;
    }

    private Resource.Requires defaultRequires(Resource resource, boolean device) {
        if (device || resource.isConnection()) {
            return Resource.Requires.QUORUM;
        }
        if (cluster.unfencing) {
            return cluster.options.fencingEnabled ? Resource.Requires.UNFENCING : Resource.Requires.QUORUM;
        }
        if (cluster.options.fencingEnabled) {
            return Resource.Requires.FENCING;
        }
        return cluster.options.quorumPolicy == systole.scheduler.working.Options.QuorumPolicy.IGNORE
                ? Resource.Requires.NOTHING
                : Resource.Requires.QUORUM;
    }

    /** The role asked for by {@code target-role} becomes the next role, if it is a request (9.3). */
    static void targetRole(Cluster cluster, Resource resource) {
        Role wanted = requestedRole(cluster, resource);
        if (wanted != null) {
            resource.nextRole = wanted;
        }
    }

    /** {@code Stopped}, or {@code Unpromoted} in promotable clones; {@code null} for no request. */
    static @Nullable Role requestedRole(Cluster cluster, Resource resource) {
        String text = resource.meta.get("target-role");
        if (text == null || text.equalsIgnoreCase("started") || text.equalsIgnoreCase("default")) {
            return null;
        }
        Role role = Role.of(text);
        if (role == Role.STOPPED) {
            return role;
        }
        if (role == Role.UNPROMOTED && promotableAround(resource)) {
            return role;
        }
        if (role == null || !promotableAround(resource)) {
            cluster.warnings.add(resource.id + ": target-role " + text + " is ignored");
        }
        return null;
    }

    private static boolean promotableAround(Resource resource) {
        for (Resource at = resource; at != null; at = at.parent) {
            if (at.isClone()) {
                return Values.isTrue(at.meta.get("promotable"));
            }
        }
        return false;
    }

    /** Entries for all nodes that exist now (assignment, section 5). */
    void fill(Resource resource) {
        if (resource.exclusiveProbes) {
            return;
        }
        fillTable(resource);
        cluster.reasons.account(Reason.Kind.BASE_SCORE, resource, "score", () -> "score of the node itself");
    }

    private void fillTable(Resource resource) {
        if (cluster.options.symmetric) {
            for (Node node : cluster.nodesByIndex) {
                if (node.probeMode != ProbeMode.NEVER && !resource.table.has(node)) {
                    resource.table.put(node, node.score, node.probeMode);
                }
            }
        } else if (resource.isConnection() && resource.meta.get("container") != null) {
            for (Node node : cluster.nodesByIndex) {
                if (!resource.table.has(node)) {
                    resource.table.put(node, node.score, node.probeMode);
                }
            }
        }
    }
}
