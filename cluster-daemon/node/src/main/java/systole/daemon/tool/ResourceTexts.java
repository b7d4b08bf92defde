package systole.daemon.tool;

import java.util.ArrayList;
import java.util.List;
import systole.formats.CibXml;
import systole.model.Element;
import systole.scheduler.status.StatusText;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Location;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** What {@code crm_resource} prints about resources, from the scheduler's reading of a CIB. */
final class ResourceTexts {
    private static final String LIST = "  * Full List of Resources:\n";
    private static final int INFINITY = 1_000_000;

    /** Where an instance runs. */
    record Place(String node, boolean promoted) {}

    private ResourceTexts() {}

    static String list(Cluster cluster) {
        String text = StatusText.of(cluster, true);
        String resources = text.substring(text.indexOf(LIST) + LIST.length());
        StringBuilder out = new StringBuilder("Full List of Resources:\n");
        resources
                .lines()
                .forEach(line -> out.append(line.startsWith("  ") ? line.substring(2) : line)
                        .append('\n'));
        return out.toString();
    }

    /** The id of each instance, a line each. */
    static String instances(Cluster cluster) {
        StringBuilder out = new StringBuilder();
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && !resource.internal) {
                out.append(resource.id).append('\n');
            }
        }
        return out.toString();
    }

    /** Each node once, for the resource or all instances in it; those that are not promoted first, as Debian's tool has it. */
    static List<Place> places(Cluster cluster, String id) {
        List<Place> places = new ArrayList<>();
        for (boolean promoted : new boolean[] {false, true}) {
            for (Resource resource : cluster.everyResource) {
                if (resource.isPrimitive() && isPartOf(resource, id) && (resource.role == Role.PROMOTED) == promoted) {
                    for (Node node : resource.active) {
                        Place place = new Place(node.name, promoted);
                        if (places.stream().noneMatch(other -> other.node().equals(node.name))) {
                            places.add(place);
                        }
                    }
                }
            }
        }
        return places;
    }

    private static boolean isPartOf(Resource resource, String id) {
        for (Resource each = resource; each != null; each = each.parent) {
            if (each.id.equals(id) || each.configId().equals(id)) {
                return true;
            }
        }
        return false;
    }

    /** The lines of the list that are about the resource, and its XML. */
    static String withXml(Cluster cluster, Element resource) {
        StringBuilder out = new StringBuilder();
        for (Resource each : cluster.everyResource) {
            if (each.isPrimitive()
                    && isPartOf(each, resource.id())
                    && !(each.instanceNumber > 0 && each.active.isEmpty())) {
                out.append(line(each));
            }
        }
        return out + "Resource XML:\n" + CibXml.write(resource);
    }

    private static String line(Resource resource) {
        StringBuilder out = new StringBuilder(resource.configId())
                .append("\t(")
                .append(resource.definition.agent)
                .append("):\t ")
                .append(resource.role.word());
        resource.active.forEach(node -> out.append(' ').append(node.name).append(node.unclean ? " (UNCLEAN)" : ""));
        return out.append('\n').toString();
    }

    /** The locations of the outermost resource around this one, and its colocations; with {@code stack} those of the others too. */
    static String constraints(Cluster cluster, String id, boolean stack) {
        StringBuilder out = new StringBuilder();
        for (Resource resource : cluster.everyResource) {
            if (resource.isPrimitive() && isPartOf(resource, id)) {
                Resource top = resource;
                while (top.parent != null) {
                    top = top.parent;
                }
                locations(top, out);
                dependents(top, stack, "", out);
                primaries(top, stack, "", out);
                return out.toString();
            }
        }
        return "";
    }

    private static void locations(Resource resource, StringBuilder out) {
        StringBuilder lines = new StringBuilder();
        for (Location location : resource.locations) {
            for (Location.Entry entry : location.entries()) {
                lines.append("  * Node ").append(entry.node().name).append(" (score=");
                lines.append(score(entry.score()))
                        .append(", id=")
                        .append(location.id())
                        .append(", rsc=");
                lines.append(resource.configId()).append(")\n");
            }
        }
        if (lines.length() > 0) {
            out.append("Locations:\n").append(lines);
        }
    }

    private static void dependents(Resource resource, boolean stack, String indent, StringBuilder out) {
        List<Colocation> all = explicit(resource.asPrimary);
        if (all.isEmpty()) {
            return;
        }
        out.append(heading(indent))
                .append("Resources colocated with ")
                .append(resource.configId())
                .append(":\n");
        for (Colocation colocation : all) {
            String role = colocation.primaryRole() == null || colocation.primaryRole() == Role.STARTED
                    ? ""
                    : "needs role=" + colocation.primaryRole().word() + ", ";
            row(colocation.dependent(), colocation, role, indent, out);
            if (stack) {
                dependents(colocation.dependent(), true, indent + "    ", out);
            }
        }
    }

    private static void primaries(Resource resource, boolean stack, String indent, StringBuilder out) {
        List<Colocation> all = explicit(resource.asDependent);
        if (all.isEmpty()) {
            return;
        }
        out.append(heading(indent))
                .append("Resources ")
                .append(resource.configId())
                .append(" is colocated with:\n");
        for (Colocation colocation : all) {
            String role = colocation.primaryRole() == null || colocation.primaryRole() == Role.STARTED
                    ? ""
                    : "with role=" + colocation.primaryRole().word() + ", ";
            row(colocation.primary(), colocation, role, indent, out);
            nestedLocations(colocation.primary(), indent, out);
            if (stack) {
                primaries(colocation.primary(), true, indent + "    ", out);
            }
        }
    }

    private static void nestedLocations(Resource resource, String indent, StringBuilder out) {
        StringBuilder lines = new StringBuilder();
        locations(resource, lines);
        lines.toString()
                .lines()
                .forEach(line -> out.append(indent)
                        .append(line.startsWith("Locations") ? "    * " : "    ")
                        .append(line)
                        .append('\n'));
    }

    private static String heading(String indent) {
        return indent.isEmpty() ? "" : indent + "* ";
    }

    private static void row(Resource other, Colocation colocation, String role, String indent, StringBuilder out) {
        out.append(indent)
                .append("  * ")
                .append(other.configId())
                .append(" (score=")
                .append(score(colocation.score()));
        out.append(", ").append(role).append("id=").append(colocation.id()).append(")\n");
    }

    /** Those that stand in the configuration. */
    private static List<Colocation> explicit(List<Colocation> all) {
        return all.stream().filter(Colocation::explicit).toList();
    }

    private static String score(int score) {
        return score >= INFINITY ? "INFINITY" : score <= -INFINITY ? "-INFINITY" : Integer.toString(score);
    }
}
