package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.model.Score;
import systole.scheduler.rules.Values;
import systole.scheduler.working.BundleData;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Definition;
import systole.scheduler.working.Node;
import systole.scheduler.working.ProbeMode;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;

/** A bundle and its implicit resources (input-and-status 18.4, assignment 17.1). */
final class BundleReading {
    private static final String REMOTED = "/usr/sbin/pacemaker-remoted";
    private static final String DEFAULT_PORT = "3121";
    private static final String ATTRIBUTE_TARGET = "container-attribute-target";

    private record Mount(String source, String target, String options, boolean root) {}

    private record Port(String outside, String inside) {}

    private final Cluster cluster;
    private final ResourceReading reading;

    private final List<Mount> mounts = new ArrayList<>();
    private final List<Port> ports = new ArrayList<>();
    private String network = "";
    private String options = "";
    private @Nullable String runCommand;
    private @Nullable String firstAddress;
    private @Nullable String netmask;
    private @Nullable String hostInterface;
    private int replicas = 1;

    BundleReading(Cluster cluster, ResourceReading reading) {
        this.cluster = cluster;
        this.reading = reading;
    }

    @Nullable
    Resource unpack(Element xml) {
        Element engine = xml.child("docker").orElse(xml.child("podman").orElse(null));
        if (engine == null || engine.attribute("image") == null) {
            return ignored(xml, "it has no docker or podman element with an image");
        }
        Element primitive = xml.child("primitive").orElse(null);
        BundleData data = new BundleData();
        numbers(engine, data);
        xml.child("network").ifPresent(element -> network(element, data));
        xml.child("storage").ifPresent(this::storage);
        if (primitive != null && firstAddress == null && data.controlPort == null) {
            return ignored(xml, "its primitive needs ip-range-start or control-port");
        }
        if (data.controlPort != null && firstAddress == null) {
            data.replicasPerHost = 1;
        }
        Resource bundle =
                cluster.addResource(xml.id(), Resource.Variant.BUNDLE, new Definition(xml, null, List.of()), null);
        bundle.bundle = data;
        reading.common(bundle);
        bundle.interleave = Values.isTrue(bundle.meta.get("interleave"));
        if (primitive != null) {
            addPrimitiveParts(data);
            if (!addClone(bundle, data, primitive)) {
                return ignored(xml, "its primitive cannot be used");
            }
        }
        addReplicas(bundle, data);
        if (data.child != null) {
            bundle.children.add(data.child);
        }
        reading.fill(bundle);
        return bundle;
    }

    private @Nullable Resource ignored(Element xml, String why) {
        cluster.warnings.add("bundle " + xml.id() + " is ignored: " + why);
        return null;
    }

    // ---- what the configuration says

    private void numbers(Element engine, BundleData data) {
        data.engine = engine.name();
        data.image = engine.attribute("image", "");
        String promoted = engine.attribute("promoted-max");
        data.promotedMax = (int) Math.max(0, Values.integer(promoted, 0));
        long fallback = data.promotedMax > 0 ? data.promotedMax : 1;
        replicas = (int) Math.max(1, Values.integer(engine.attribute("replicas"), fallback));
        data.replicasPerHost = (int) Math.max(1, Values.integer(engine.attribute("replicas-per-host"), 1));
        network = engine.attribute("network", "");
        options = engine.attribute("options", "");
        runCommand = engine.attribute("run-command");
    }

    private void network(Element element, BundleData data) {
        firstAddress = element.attribute("ip-range-start");
        netmask = element.attribute("host-netmask");
        hostInterface = element.attribute("host-interface");
        data.controlPort = element.attribute("control-port");
        data.addHost = Values.bool(element.attribute("add-host"), true);
        for (Element mapping : element.children("port-mapping")) {
            String port = mapping.attribute("port");
            if (port != null) {
                ports.add(new Port(port, mapping.attribute("internal-port", port)));
            } else {
                String range = mapping.attribute("range");
                if (range != null) {
                    ports.add(new Port(range, range));
                }
            }
        }
    }

    private void storage(Element element) {
        for (Element mapping : element.children("storage-mapping")) {
            String source = mapping.attribute("source-dir");
            boolean root = source == null;
            if (source == null) {
                source = mapping.attribute("source-dir-root");
            }
            String target = mapping.attribute("target-dir");
            if (source != null && target != null) {
                mounts.add(new Mount(source, target, mapping.attribute("options", ""), root));
            }
        }
    }

    private void addPrimitiveParts(BundleData data) {
        mounts.add(new Mount("/etc/pacemaker/authkey", "/etc/pacemaker/authkey", "", false));
        boolean log = false;
        for (Mount mount : mounts) {
            log |= mount.target().equals("/var/log");
        }
        if (!log) {
            mounts.add(new Mount("/var/log/pacemaker/bundles", "/var/log", "", true));
        }
        String port = data.controlPort != null ? data.controlPort : DEFAULT_PORT;
        ports.add(new Port(port, port));
    }

    // ---- the implicit clone

    private boolean addClone(Resource bundle, BundleData data, Element primitive) {
        String id = bundle.id + (data.promotedMax > 0 ? "-master" : "-clone");
        List<Element> meta = new ArrayList<>();
        meta.add(RemoteNodes.pair(id, "meta", "ordered", "true"));
        meta.add(RemoteNodes.pair(id, "meta", "clone-max", String.valueOf(replicas)));
        meta.add(RemoteNodes.pair(id, "meta", "clone-node-max", String.valueOf(data.replicasPerHost)));
        meta.add(RemoteNodes.pair(id, "meta", "globally-unique", String.valueOf(data.replicasPerHost > 1)));
        if (data.promotedMax > 0) {
            meta.add(RemoteNodes.pair(id, "meta", "promotable", "true"));
            meta.add(RemoteNodes.pair(id, "meta", "promoted-max", String.valueOf(data.promotedMax)));
        }
        Element block = Element.of("meta_attributes", Map.of("id", id + "-meta"), meta);
        Element xml = Element.of("clone", Map.of("id", id), List.of(block, primitive));
        Resource clone = reading.clone(xml, bundle);
        if (clone == null || clone.clone == null) {
            return false;
        }
        data.child = clone;
        CloneData cloneData = clone.clone;
        cloneData.bundle = bundle;
        String target = clone.children.get(0).meta.get(ATTRIBUTE_TARGET);
        if (target != null) {
            bundle.meta.put(ATTRIBUTE_TARGET, target);
            clone.meta.put(ATTRIBUTE_TARGET, target);
        }
        return true;
    }

    // ---- replicas

    private void addReplicas(Resource bundle, BundleData data) {
        List<String> addresses = new ArrayList<>();
        String address = firstAddress;
        for (int i = 0; i < replicas && address != null; i++) {
            addresses.add(address);
            address = next(address);
        }
        StringBuilder hosts = new StringBuilder();
        if (data.addHost) {
            for (int i = 0; i < addresses.size(); i++) {
                hosts.append(" --add-host=")
                        .append(bundle.id)
                        .append('-')
                        .append(i)
                        .append(':');
                hosts.append(addresses.get(i));
            }
        }
        for (int i = 0; i < replicas; i++) {
            addReplica(bundle, data, i, i < addresses.size() ? addresses.get(i) : null, hosts.toString());
        }
    }

    private static String next(String address) {
        String[] parts = address.split("\\.");
        if (parts.length != 4) {
            return address;
        }
        long third = Values.integer(parts[2], 0);
        long last = Values.integer(parts[3], 0);
        if (last >= 254) {
            third++;
            last = 1;
        } else {
            last++;
        }
        return parts[0] + "." + parts[1] + "." + third + "." + last;
    }

    private void addReplica(Resource bundle, BundleData data, int number, @Nullable String address, String hosts) {
        Element containerXml = container(bundle, data, number, address, hosts);
        Resource container = implicit(containerXml, bundle);
        Replica replica = new Replica(bundle, number, container);
        data.replicas.add(replica);
        container.replica = replica;
        bundle.children.add(container);
        if (address != null) {
            replica.ipAddress = address;
            Resource ip = implicit(address(bundle, address), bundle);
            ip.replica = replica;
            replica.ip = ip;
            bundle.children.add(ip);
        }
        if (data.child != null) {
            addConnection(bundle, data, data.child, replica, number, address);
        }
    }

    private Resource implicit(Element xml, Resource bundle) {
        Resource resource = reading.unpack(xml, bundle);
        if (resource == null) {
            throw new IllegalStateException("implicit resource " + xml.id() + " cannot be read");
        }
        return resource;
    }

    private void addConnection(
            Resource bundle, BundleData data, Resource clone, Replica replica, int number, @Nullable String address) {
        Resource child = clone.children.get(number);
        replica.child = child;
        child.replica = replica;
        String id = bundle.id + "-" + number;
        if (cluster.resource(id) != null) {
            id = "pcmk-internal-" + child.id + "-remote-" + number;
        }
        Node node = cluster.node(id);
        if (node == null) {
            node = cluster.addNode(id, id, Node.Kind.GUEST, -Score.LIMIT);
        }
        node.kind = Node.Kind.GUEST;
        node.bundleNode = true;
        node.score = -Score.LIMIT;
        node.probeMode = ProbeMode.NEVER;
        node.unclean = false;
        NodeReading.kind(node);
        replica.node = node;
        for (Resource top : cluster.resources) {
            ban(top, node);
        }
        child.table.clear();
        child.table.put(node, 500, ProbeMode.EXCLUSIVE);
        child.exclusiveProbes = true;
        clone.table.put(node, -Score.LIMIT, ProbeMode.ALWAYS);
        String port = data.controlPort != null ? data.controlPort : DEFAULT_PORT;
        Element xml = RemoteNodes.connection(
                id, replica.container.id, null, null, null, address != null ? address : "#uname", port);
        Resource connection = implicit(xml, bundle);
        connection.replica = replica;
        connection.internal = false;
        replica.connection = connection;
        bundle.children.add(connection);
        for (Node each : cluster.nodesByIndex) {
            if (each.isRemoteOrGuest()) {
                connection.table.set(each, -Score.LIMIT);
            }
        }
        for (Resource each : cluster.resources) {
            cluster.reasons.account(
                    Reason.Kind.CONTAINER, each, node.name, () -> "nodes of bundles are for what is bundled");
        }
        for (Resource each : List.of(child, clone, connection)) {
            cluster.reasons.account(
                    Reason.Kind.CONTAINER,
                    each,
                    replica.container.id,
                    () -> each + " belongs to container " + replica.container);
        }
        if (!child.utilization.isEmpty()) {
            replica.container.utilization = child.utilization;
            child.utilization = Map.of();
        }
    }

    private static void ban(Resource resource, Node node) {
        if (resource.table.has(node)) {
            resource.table.put(node, -Score.LIMIT, ProbeMode.NEVER);
        }
        for (Resource child : resource.children) {
            ban(child, node);
        }
    }

    private static Element address(Resource bundle, String address, @Nullable String nic, String mask) {
        String id = bundle.id + "-ip-" + address;
        List<Element> parameters = new ArrayList<>();
        parameters.add(RemoteNodes.pair(id, "params", "ip", address));
        if (nic != null) {
            parameters.add(RemoteNodes.pair(id, "params", "nic", nic));
        }
        parameters.add(RemoteNodes.pair(id, "params", "cidr_netmask", mask));
        return primitive(id, "IPaddr2", parameters);
    }

    private Element address(Resource bundle, String address) {
        return address(bundle, address, hostInterface, netmask != null ? netmask : "32");
    }

    private static Element primitive(String id, String type, List<Element> parameters) {
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("id", id);
        attributes.put("class", "ocf");
        attributes.put("provider", "heartbeat");
        attributes.put("type", type);
        Element monitor = Element.leaf("op", "id", id + "-monitor-interval-60s", "name", "monitor", "interval", "60s");
        return Element.of(
                "primitive",
                attributes,
                List.of(
                        Element.of("instance_attributes", Map.of("id", id + "-params"), parameters),
                        Element.of("operations", Map.of(), List.of(monitor))));
    }

    private Element container(Resource bundle, BundleData data, int number, @Nullable String address, String hosts) {
        String id = bundle.id + "-" + data.engine + "-" + number;
        List<String> mountPoints = new ArrayList<>();
        StringBuilder run = new StringBuilder();
        if (data.engine.equals("docker")) {
            run.append(" --restart=no");
        }
        if (address != null) {
            run.append(" -h ").append(bundle.id).append('-').append(number);
        }
        run.append(" -e PCMK_stderr=1");
        if (!network.isEmpty()) {
            run.append(" --net=").append(network);
        }
        run.append(" -e PCMK_remote_port=").append(data.controlPort != null ? data.controlPort : DEFAULT_PORT);
        for (Mount mount : mounts) {
            String source = mount.source();
            if (mount.root()) {
                source = source + "/" + bundle.id + "-" + number;
                mountPoints.add(source);
            }
            run.append(" -v ").append(source).append(':').append(mount.target());
            if (!mount.options().isEmpty()) {
                run.append(':').append(mount.options());
            }
        }
        for (Port port : ports) {
            if (address != null) {
                run.append(" -p ")
                        .append(address)
                        .append(':')
                        .append(port.outside())
                        .append(':')
                        .append(port.inside());
            } else if (!network.equals("host")) {
                run.append(" -p ").append(port.outside()).append(':').append(port.inside());
            }
        }
        if (!options.isEmpty()) {
            run.append(' ').append(options);
        }
        run.append(' ').append(hosts);
        List<Element> parameters = new ArrayList<>();
        parameters.add(RemoteNodes.pair(id, "params", "image", data.image));
        parameters.add(RemoteNodes.pair(id, "params", "allow_pull", "true"));
        parameters.add(RemoteNodes.pair(id, "params", "force_kill", "false"));
        parameters.add(RemoteNodes.pair(id, "params", "reuse", "false"));
        parameters.add(RemoteNodes.pair(id, "params", "run_opts", run.toString()));
        parameters.add(RemoteNodes.pair(id, "params", "mount_points", String.join(",", mountPoints)));
        if (runCommand != null) {
            parameters.add(RemoteNodes.pair(id, "params", "run_cmd", runCommand));
        } else if (data.child != null) {
            parameters.add(RemoteNodes.pair(id, "params", "run_cmd", REMOTED));
        }
        parameters.add(RemoteNodes.pair(id, "params", "monitor_cmd", "/bin/true"));
        return primitive(id, data.engine, parameters);
    }
}
