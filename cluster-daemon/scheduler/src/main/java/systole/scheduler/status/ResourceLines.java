package systole.scheduler.status;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import systole.scheduler.working.BundleData;
import systole.scheduler.working.CloneData;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.FailedOperation;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** The resource list (input-and-status 20.3). */
final class ResourceLines {
    private final Cluster cluster;
    private final boolean showPending;
    private final StringBuilder out = new StringBuilder();

    ResourceLines(Cluster cluster, boolean showPending) {
        this.cluster = cluster;
        this.showPending = showPending;
    }

    String all() {
        for (Resource resource : cluster.resources) {
            boolean shown = !resource.internal && (!resource.removed || Activeness.fullyActive(resource));
            if (shown) {
                resource(resource, 2);
            }
        }
        if (out.length() == 0) {
            line(2, "No resources");
        }
        return out.toString();
    }

    private void line(int depth, String text) {
        out.append("  ".repeat(depth)).append("* ").append(text).append('\n');
    }

    private void resource(Resource resource, int depth) {
        switch (resource.variant) {
            case PRIMITIVE -> line(depth, primitive(resource, name(resource), currentNode(resource)));
            case GROUP -> group(resource, depth);
            case CLONE -> clone(resource, depth);
            case BUNDLE -> bundle(resource, depth);
        }
    }

    private static String name(Resource resource) {
        return resource.unique ? resource.id : withoutNumber(resource.id);
    }

    static String withoutNumber(String id) {
        int colon = id.lastIndexOf(':');
        return colon < 0 ? id : id.substring(0, colon);
    }

    private static @Nullable Node currentNode(Resource resource) {
        return resource.currentNode();
    }

    // ---- primitives

    private String primitive(Resource resource, String name, @Nullable Node current) {
        StringBuilder text = new StringBuilder(name);
        text.append("\t(").append(resource.definition.agent).append("):\t");
        if (resource.removed) {
            text.append(" ORPHANED");
        }
        String pending = showPending ? pendingState(resource) : "";
        if (resource.failed) {
            text.append(" FAILED");
            if (resource.role == Role.PROMOTED) {
                text.append(" Promoted");
            }
        } else if (!pending.isEmpty()) {
            text.append(' ').append(pending);
        } else {
            text.append(' ').append(shownRole(resource).word());
        }
        boolean several = resource.active.size() > 1 && resource.replica == null
                || resource.active.size() > 1 && resource.replica != null && resource.replica.child == null;
        Node node = several ? null : current;
        if (node == null && !several) {
            node = resource.pendingNode != null && showPending ? resource.pendingNode : resource.lockNode;
        }
        if (node != null) {
            text.append(' ').append(node.name);
        }
        if (shownRole(resource) == Role.STOPPED && !resource.failed) {
            FailedOperation probe = maskedProbe(resource, node);
            if (probe != null) {
                text.append(" (").append(ExitTexts.of(probe.entry().rc)).append(") ");
            }
        }
        String flags = flags(resource, node);
        if (!flags.isEmpty()) {
            text.append(" (").append(flags).append(')');
        }
        if (several) {
            String description = resource.definition.xml.attribute("description");
            if (description != null) {
                text.append(" (").append(description).append(')');
            }
            text.append(" [");
            for (Node each : resource.active) {
                text.append(' ').append(each.name);
            }
            text.append(" ]");
        }
        return text.toString();
    }

    private static Role shownRole(Resource resource) {
        if (resource.role == Role.UNKNOWN) {
            return Role.STOPPED;
        }
        if (resource.role == Role.STARTED && Activeness.promotable(resource)) {
            return Role.UNPROMOTED;
        }
        return resource.role;
    }

    /** What is under way, for XML: monitors too; {@code null} if nothing. */
    static @Nullable String pendingWord(Resource resource) {
        if (resource.pendingTask == null) {
            return null;
        }
        if (resource.pendingTask.equals("monitor")) {
            return "Monitoring";
        }
        String state = pendingState(resource);
        return state.isEmpty() ? null : state;
    }

    private static String pendingState(Resource resource) {
        if (resource.pendingTask == null) {
            return "";
        }
        return switch (resource.pendingTask) {
            case "start" -> "Starting";
            case "stop" -> "Stopping";
            case "migrate_to", "migrate_from" -> "Migrating";
            case "promote" -> "Promoting";
            case "demote" -> "Demoting";
            default -> "";
        };
    }

    private @Nullable FailedOperation maskedProbe(Resource resource, @Nullable Node node) {
        String id = resource.parent == null || resource.unique
                ? resource.id
                : resource.top().isClone() ? clonedId(resource.top()) : resource.id;
        for (FailedOperation failed : cluster.failedOperations) {
            if (failed.maskedProbe()
                    && (node == null || failed.node() == node)
                    && probeOf(failed).equals(id)) {
                return failed;
            }
        }
        return null;
    }

    private static String clonedId(Resource clone) {
        CloneData data = clone.clone;
        return data == null ? clone.id : data.child.id();
    }

    private static String probeOf(FailedOperation failed) {
        String key = failed.entry().key();
        int end = key.indexOf("_monitor_");
        if (end < 0) {
            end = key.indexOf("_last_");
        }
        return end < 0 ? key : key.substring(0, end);
    }

    private String flags(Resource resource, @Nullable Node node) {
        List<String> flags = new ArrayList<>();
        if (node != null && !node.online && node.unclean) {
            flags.add("UNCLEAN");
        }
        if (node != null && node == resource.lockNode) {
            flags.add("LOCKED");
        }
        if (showPending && "monitor".equals(resource.pendingTask)) {
            flags.add("Monitoring");
        }
        Role target = Activeness.targetRole(resource);
        if (target == Role.STOPPED) {
            flags.add("disabled");
        } else if (target == Role.UNPROMOTED && Activeness.promotable(resource)) {
            flags.add("target-role:" + resource.meta("target-role", ""));
        }
        if (resource.blocked) {
            flags.add("blocked");
        } else if (!resource.managed) {
            flags.add(resource.maintenance ? "maintenance" : "unmanaged");
        }
        if (resource.failureIgnored) {
            flags.add("failure ignored");
        }
        return String.join(", ", flags);
    }

    // ---- collectives

    private static String joined(List<String> flags) {
        return flags.isEmpty() ? "" : " (" + String.join(", ", flags) + ")";
    }

    private static void addManagement(Resource resource, List<String> flags) {
        if (Activeness.disabled(resource)) {
            flags.add("disabled");
        }
        if (resource.maintenance) {
            flags.add("maintenance");
        } else if (!resource.managed) {
            flags.add("unmanaged");
        }
    }

    private void group(Resource group, int depth) {
        List<String> flags = new ArrayList<>();
        addManagement(group, flags);
        line(depth, "Resource Group: " + group.id + joined(flags) + ":");
        for (Resource member : group.children) {
            resource(member, depth + 1);
        }
    }

    private void clone(Resource clone, int depth) {
        CloneData data = clone.clone;
        if (data == null) {
            return;
        }
        List<String> flags = new ArrayList<>();
        if (clone.promotable) {
            flags.add("promotable");
        }
        if (data.globallyUnique) {
            flags.add("unique");
        }
        addManagement(clone, flags);
        line(depth, "Clone Set: " + clone.id + " [" + data.child.id() + "]" + joined(flags) + ":");
        List<Node> promoted = new ArrayList<>();
        List<Node> started = new ArrayList<>();
        for (Resource instance : clone.children) {
            if (inFull(clone, data, instance)) {
                resource(instance, depth + 1);
                continue;
            }
            if (!Activeness.active(instance)) {
                continue;
            }
            Node node = instance.active.isEmpty() ? null : instance.currentNode();
            if (node != null) {
                (role(instance) == Role.PROMOTED ? promoted : started).add(node);
            }
        }
        nodeLine(depth + 1, "Promoted", promoted);
        String title = "Started";
        if (clone.promotable) {
            Role target = firstTarget(clone);
            title = target == Role.UNPROMOTED ? "Unpromoted (target-role)" : "Unpromoted";
        }
        nodeLine(depth + 1, title, started);
        if (!data.globallyUnique && data.cloneMax > promoted.size() + started.size()) {
            stopped(clone, data, depth + 1);
        }
    }

    private static @Nullable Role firstTarget(Resource clone) {
        Role target = Activeness.targetRole(clone);
        return target != null || clone.children.isEmpty() ? target : Activeness.targetRole(clone.children.get(0));
    }

    private static Role role(Resource instance) {
        Role highest = Role.UNKNOWN;
        for (Resource each : instance.primitives()) {
            if (each.role.above(highest)) {
                highest = each.role;
            }
        }
        return highest;
    }

    private boolean inFull(Resource clone, CloneData data, Resource instance) {
        if (data.globallyUnique) {
            return true;
        }
        if (showPending && instance.isPrimitive() && instance.pendingTask != null) {
            return true;
        }
        if (!Activeness.active(instance)) {
            return false;
        }
        boolean partly = !Activeness.fullyActive(instance);
        if (partly || instance.removed || !Activeness.allManaged(instance) || Activeness.anyFailed(instance)) {
            return true;
        }
        Set<Node> nodes = new LinkedHashSet<>();
        for (Resource each : instance.primitives()) {
            nodes.addAll(each.active);
        }
        if (nodes.size() != 1) {
            return true;
        }
        Node node = nodes.iterator().next();
        return node.unclean && !node.online;
    }

    private void nodeLine(int depth, String title, List<Node> nodes) {
        if (nodes.isEmpty()) {
            return;
        }
        nodes.sort((a, b) -> Integer.compare(a.position, b.position));
        StringBuilder names = new StringBuilder();
        for (Node node : nodes) {
            names.append(' ').append(node.name);
        }
        line(depth, title + ": [" + names + " ]");
    }

    private void stopped(Resource clone, CloneData data, int depth) {
        Map<String, List<Node>> lists = new TreeMap<>();
        Set<Node> activeOn = new LinkedHashSet<>();
        for (Resource instance : clone.children) {
            for (Resource each : instance.primitives()) {
                activeOn.addAll(each.active);
            }
        }
        for (Node node : cluster.nodes) {
            boolean candidate = clone.table.size() > 0 ? clone.table.has(node) : clone.isKnownOn(node);
            if (!candidate || activeOn.contains(node)) {
                continue;
            }
            String title = "Stopped";
            FailedOperation probe = probeOn(data.child.id(), node);
            if (probe != null) {
                title = "Stopped (" + ExitTexts.of(probe.entry().rc) + ")";
            } else if (firstTarget(clone) == Role.STOPPED) {
                title = "Stopped (disabled)";
            }
            lists.computeIfAbsent(title, key -> new ArrayList<>()).add(node);
        }
        lists.forEach((title, nodes) -> nodeLine(depth, title, nodes));
    }

    private @Nullable FailedOperation probeOn(String id, Node node) {
        for (FailedOperation failed : cluster.failedOperations) {
            if (failed.maskedProbe() && failed.node() == node && probeOf(failed).equals(id)) {
                return failed;
            }
        }
        return null;
    }

    private void bundle(Resource bundle, int depth) {
        BundleData data = bundle.bundle;
        if (data == null) {
            return;
        }
        StringBuilder title = new StringBuilder("Container bundle");
        if (data.replicas.size() > 1) {
            title.append(" set");
        }
        title.append(": ").append(bundle.id).append(" [").append(data.image).append(']');
        if (data.child != null && data.child.clone != null && data.child.clone.globallyUnique) {
            title.append(" (unique)");
        }
        if (bundle.maintenance) {
            title.append(" (maintenance)");
        } else if (!bundle.managed) {
            title.append(" (unmanaged)");
        }
        line(depth, title.append(':').toString());
        for (Replica replica : data.replicas) {
            Resource shown = Activeness.shown(replica);
            Resource named = replica.connection != null ? replica.connection : replica.container;
            String name = replica.ipAddress == null ? named.id : named.id + " (" + replica.ipAddress + ")";
            line(depth + 1, primitive(shown, name, replica.container.currentNode()));
        }
    }
}
