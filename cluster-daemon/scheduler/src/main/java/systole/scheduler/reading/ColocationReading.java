package systole.scheduler.reading;

import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Colocation;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Colocation constraints, sets expanded (assignment 13.1). */
final class ColocationReading {
    private final Cluster cluster;

    ColocationReading(Cluster cluster) {
        this.cluster = cluster;
    }

    void read(Element constraint) {
        int score = cluster.options.score(constraint.attribute("score"), 0);
        String attribute = constraint.attribute("node-attribute", "#uname");
        List<Element> sets = constraint.children("resource_set");
        if (sets.isEmpty()) {
            simple(constraint, score, attribute);
            return;
        }
        sets(constraint, sets, score, attribute);
    }

    private void simple(Element constraint, int score, String attribute) {
        String dependent = constraint.attribute("rsc");
        String primary = constraint.attribute("with-rsc");
        if (dependent == null || primary == null) {
            cluster.warnings.add("colocation " + constraint.id() + " is ignored: it needs rsc and with-rsc");
            return;
        }
        List<String> dependentTag = ConstraintReading.expansion(cluster, dependent);
        List<String> primaryTag = ConstraintReading.expansion(cluster, primary);
        if (dependentTag != null && primaryTag != null) {
            cluster.warnings.add("colocation " + constraint.id() + " is ignored: both sides are templates or tags");
            return;
        }
        if (dependentTag != null || primaryTag != null) {
            Element first = ConstraintReading.setOf(
                    dependent,
                    dependentTag == null ? List.of(dependent) : dependentTag,
                    dependent,
                    constraint.attribute("rsc-role"));
            Element second = ConstraintReading.setOf(
                    primary,
                    primaryTag == null ? List.of(primary) : primaryTag,
                    primary,
                    constraint.attribute("with-rsc-role"));
            sets(constraint, List.of(first, second), score, attribute);
            return;
        }
        Resource dependentResource = cluster.reference(dependent);
        Resource primaryResource = cluster.reference(primary);
        if (dependentResource == null || primaryResource == null) {
            cluster.warnings.add("colocation " + constraint.id() + " is ignored: there is no resource "
                    + (dependentResource == null ? dependent : primary));
            return;
        }
        add(
                constraint.id(),
                dependentResource,
                primaryResource,
                score,
                attribute,
                constraint.attribute("rsc-role"),
                constraint.attribute("with-rsc-role"),
                constraint.attribute("influence"));
    }

    private void sets(Element constraint, List<Element> sets, int score, String attribute) {
        String influence = constraint.attribute("influence");
        Element previous = null;
        for (Element set : sets) {
            int own = set.attribute("score") == null ? score : cluster.options.score(set.attribute("score"), 0);
            inside(set, own, attribute, influence);
            if (previous != null) {
                between(constraint, previous, set, score, attribute, influence);
            }
            previous = set;
        }
    }

    private static boolean sequential(Element set) {
        return Values.bool(set.attribute("sequential"), true);
    }

    private void inside(Element set, int score, String attribute, @Nullable String influence) {
        if (score == 0 || !sequential(set)) {
            return;
        }
        String role = set.attribute("role");
        List<Resource> members = ConstraintReading.members(cluster, set);
        boolean forward = set.attribute("ordering", "group").equals("group");
        for (int i = 1; i < members.size(); i++) {
            Resource later = members.get(i);
            if (score > 0) {
                Resource earlier = members.get(i - 1);
                add(
                        set.id(),
                        forward ? later : earlier,
                        forward ? earlier : later,
                        score,
                        attribute,
                        role,
                        role,
                        influence);
            } else {
                for (int j = 0; j < i; j++) {
                    add(set.id(), later, members.get(j), score, attribute, role, role, influence);
                }
            }
        }
    }

    private void between(
            Element constraint,
            Element first,
            Element second,
            int score,
            String attribute,
            @Nullable String influence) {
        List<Resource> dependents = ConstraintReading.members(cluster, first);
        List<Resource> primaries = ConstraintReading.members(cluster, second);
        if (dependents.isEmpty() || primaries.isEmpty()) {
            return;
        }
        if (sequential(first)) {
            dependents = dependents.subList(0, 1);
        }
        if (sequential(second)) {
            primaries = primaries.subList(primaries.size() - 1, primaries.size());
        }
        for (Resource dependent : dependents) {
            for (Resource primary : primaries) {
                add(
                        constraint.id(),
                        dependent,
                        primary,
                        score,
                        attribute,
                        first.attribute("role"),
                        second.attribute("role"),
                        influence);
            }
        }
    }

    private void add(
            String id,
            Resource dependent,
            Resource primary,
            int score,
            String attribute,
            @Nullable String dependentRole,
            @Nullable String primaryRole,
            @Nullable String influence) {
        Role first = ConstraintReading.role(dependentRole);
        Role second = ConstraintReading.role(primaryRole);
        if (first == Role.UNKNOWN || second == Role.UNKNOWN) {
            cluster.warnings.add("colocation " + id + " is ignored: its role is unknown");
            return;
        }
        if (score == 0) {
            return;
        }
        if (dependent.isInside(primary) || primary.isInside(dependent)) {
            String what = dependent == primary ? "itself" : dependent.isInside(primary) ? "what holds it" : "its part";
            cluster.warnings.add("colocation " + id + " is ignored: " + dependent + " cannot be placed by the place of "
                    + what + ", " + primary);
            return;
        }
        boolean influences = Values.bool(influence, dependent.critical);
        cluster.addColocation(
                new Colocation(id, dependent, primary, score, attribute, first, second, influences, true));
    }
}
