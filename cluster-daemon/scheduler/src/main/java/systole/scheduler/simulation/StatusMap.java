package systole.scheduler.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Replica;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Where everything is, as data: nodes with their state, resources with role and nodes. */
public final class StatusMap {
    private StatusMap() {}

    /** Node name to kind ({@code member}, {@code remote}, {@code guest}) and state. */
    public record NodeState(String type, String state) {}

    /** Every node; guests that are simply not there are left out, as in the printed status. */
    public static Map<String, NodeState> nodes(Cluster cluster) {
        Map<String, NodeState> found = new LinkedHashMap<>();
        for (Node node : cluster.nodes) {
            String type = switch (node.kind) {
                case CLUSTER -> "member";
                case REMOTE -> "remote";
                case GUEST -> "guest";
            };
            String state = state(node);
            if (!(node.isGuest() && state.equals("offline"))) {
                found.put(node.name, new NodeState(type, state));
            }
        }
        return found;
    }

    private static String state(Node node) {
        if (node.unclean) {
            if (node.online) {
                return "unclean (online)";
            }
            return node.pending ? "unclean (pending)" : "unclean (offline)";
        }
        if (node.pending) {
            return "pending";
        }
        if (node.standbyOnFail && node.online) {
            return "standby (on-fail)";
        }
        if (node.standby) {
            return node.online ? "standby" : "offline (standby)";
        }
        if (node.maintenance) {
            return node.online ? "maintenance" : "offline (maintenance)";
        }
        return node.online ? "online" : "offline";
    }

    /** Resource name to role to nodes. */
    public static Map<String, Map<String, List<String>>> resources(Cluster cluster) {
        Map<String, Map<String, Set<String>>> found = new LinkedHashMap<>();
        for (Resource resource : cluster.resources) {
            collect(resource, found);
        }
        Map<String, Map<String, List<String>>> out = new LinkedHashMap<>();
        found.forEach((name, roles) -> {
            Map<String, List<String>> copy = new LinkedHashMap<>();
            roles.forEach((role, nodes) -> copy.put(role, new ArrayList<>(nodes)));
            out.put(name, copy);
        });
        return out;
    }

    private static void collect(Resource resource, Map<String, Map<String, Set<String>>> found) {
        if (resource.bundle != null) {
            for (Replica replica : resource.bundle.replicas) {
                replica(replica, found);
            }
        } else if (resource.isCollective()) {
            for (Resource child : resource.children) {
                collect(child, found);
            }
        } else if (!resource.internal && !(resource.removed && resource.active.isEmpty())) {
            String name = resource.unique ? resource.id : resource.configId();
            Map<String, Set<String>> roles = found.computeIfAbsent(name, any -> new LinkedHashMap<>());
            for (Node node : resource.active) {
                if (shown(resource, node)) {
                    roles.computeIfAbsent(role(resource), any -> new LinkedHashSet<>())
                            .add(node.name);
                }
            }
        }
    }

    /** A managed resource on a clean node that is offline is not shown as active. */
    private static boolean shown(Resource resource, Node node) {
        return node.unclean || node.online || !resource.managed;
    }

    private static String role(Resource resource) {
        Role role = resource.role;
        if (role == Role.STARTED && resource.isPromotable()) {
            return Role.UNPROMOTED.word();
        }
        return role == Role.STOPPED || role == Role.UNKNOWN ? Role.STARTED.word() : role.word();
    }

    private static void replica(Replica replica, Map<String, Map<String, Set<String>>> found) {
        Resource container = replica.container;
        Resource shown = replica.child == null ? container : replica.child;
        String name = replica.connection == null ? container.id : replica.connection.id;
        Map<String, Set<String>> roles = found.computeIfAbsent(name, any -> new LinkedHashMap<>());
        String role = shown.active.isEmpty() ? Role.STOPPED.word() : role(shown);
        for (Node node : container.active) {
            if (shown(container, node)) {
                roles.computeIfAbsent(role, any -> new LinkedHashSet<>()).add(node.name);
            }
        }
    }
}
