package systole.scheduler.status;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Options;
import systole.scheduler.working.Resource;

/** Node list and resource list as {@code crm_simulate} prints them (input-and-status, section 20). */
public final class StatusText {
    private final Cluster cluster;
    private final StringBuilder out = new StringBuilder();

    private StatusText(Cluster cluster) {
        this.cluster = cluster;
    }

    /**
     * The two lists, each line with its line end.
     *
     * @param showPending whether operations under way show (current status), or not (revised status)
     */
    public static String of(Cluster cluster, boolean showPending) {
        StatusText text = new StatusText(cluster);
        text.nodes();
        text.out.append("\n  * Full List of Resources:\n");
        text.out.append(new ResourceLines(cluster, showPending).all());
        return text.out.toString();
    }

    /** How many instances of resources are configured, or left over and active. */
    public static int instances(Cluster cluster) {
        int all = 0;
        for (Resource resource : cluster.everyResource) {
            boolean gone = resource.removed && !Activeness.active(resource);
            all += resource.isPrimitive() && !resource.internal && !gone ? 1 : 0;
        }
        return all;
    }

    /** Whether the resource, or a part of it, runs anywhere. */
    public static boolean isActive(Resource resource) {
        return Activeness.active(resource);
    }

    /** What comes before the title of the current status (20.1): maintenance mode, disabled and blocked resources. */
    public static String heading(Cluster cluster) {
        StringBuilder heading = new StringBuilder();
        boolean blank = false;
        if (cluster.options.maintenance) {
            heading.append("\n              *** Resource management is DISABLED ***\n");
            heading.append("  The cluster will not attempt to start, stop or recover services\n");
            blank = true;
        }
        int disabled = 0;
        int blocked = 0;
        int all = 0;
        for (Resource resource : cluster.everyResource) {
            if (!resource.isPrimitive()) {
                continue;
            }
            boolean gone = resource.removed && !Activeness.active(resource);
            if (gone) {
                continue;
            }
            all++;
            if (Activeness.disabled(resource)) {
                disabled++;
            }
            if (resource.blocked) {
                blocked++;
            }
        }
        if (disabled > 0 || blocked > 0) {
            heading.append(disabled).append(" of ").append(all).append(" resource instances DISABLED and ");
            heading.append(blocked).append(" BLOCKED from further action due to failure\n");
            blank = true;
        }
        if (blank) {
            heading.append('\n');
        }
        return heading.toString();
    }

    private void nodes() {
        if (cluster.nodes.isEmpty()) {
            return;
        }
        out.append("  * Node List:\n");
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (String title : List.of("Online", "OFFLINE", "RemoteOnline", "RemoteOFFLINE", "GuestOnline")) {
            lists.put(title, new ArrayList<>());
        }
        for (Node node : cluster.nodes) {
            String health = health(node);
            String state = state(node);
            if (!state.equals("online") && !state.equals("OFFLINE") || !health.isEmpty()) {
                out.append("    * ")
                        .append(prefix(node))
                        .append("Node ")
                        .append(node.name)
                        .append(": ")
                        .append(state);
                out.append(health).append('\n');
                continue;
            }
            List<String> list = lists.get(prefix(node) + (node.online ? "Online" : "OFFLINE"));
            if (list != null) {
                list.add(node.name);
            }
        }
        lists.forEach((title, names) -> {
            if (!names.isEmpty()) {
                out.append("    * ")
                        .append(title)
                        .append(": [ ")
                        .append(String.join(" ", names))
                        .append(" ]\n");
            }
        });
    }

    private static String prefix(Node node) {
        return switch (node.kind) {
            case CLUSTER -> "";
            case REMOTE -> "Remote";
            case GUEST -> "Guest";
        };
    }

    private static String state(Node node) {
        if (node.unclean) {
            if (node.online) {
                return "UNCLEAN (online)";
            }
            return node.pending ? "UNCLEAN (pending)" : "UNCLEAN (offline)";
        }
        if (node.pending) {
            return "pending";
        }
        if (node.standbyOnFail && node.online) {
            return "standby (on-fail)";
        }
        if (node.standby) {
            if (!node.online) {
                return "OFFLINE (standby)";
            }
            return node.running.isEmpty() ? "standby" : "standby (with active resources)";
        }
        if (node.maintenance) {
            return node.online ? "maintenance" : "OFFLINE (maintenance)";
        }
        return node.online ? "online" : "OFFLINE";
    }

    private String health(Node node) {
        return switch (healthColour(cluster, node)) {
            case "red" -> " (health is RED)";
            case "yellow" -> " (health is YELLOW)";
            default -> "";
        };
    }

    /** {@code green}, {@code yellow} or {@code red}, by the worst health attribute. */
    static String healthColour(Cluster cluster, Node node) {
        Options options = cluster.options;
        if (options.health == Options.HealthStrategy.NONE) {
            return "green";
        }
        boolean yellow = false;
        for (Map.Entry<String, String> attribute : node.attributes.entrySet()) {
            if (!attribute.getKey().startsWith("#health")) {
                continue;
            }
            String value = attribute.getValue().toLowerCase(Locale.ROOT);
            int score = options.score(value, 0);
            boolean word = value.equals("red") || value.equals("yellow") || value.equals("green");
            if (value.equals("red") || (!word && score <= options.healthRed)) {
                return "red";
            }
            if (value.equals("yellow")
                    || (!word && options.healthYellow != options.healthGreen && score <= options.healthYellow)) {
                yellow = true;
            }
        }
        return yellow ? "yellow" : "green";
    }
}
